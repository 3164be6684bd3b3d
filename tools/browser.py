"""Find the Chromium that tests and printing drive, or install one: ``python tools/browser.py``."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = (
    "chromium-headless-shell",  # the same engine without windows: it takes a third less of the time
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
QUIET = (  # a browser that asks nothing of the net on its own behalf
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--font-render-hinting=none",  # words as wide as on a reader's screen, to parts of a pixel
)
SENTENCE = (
    "The tests need Chromium or Chrome, and none could be installed here. "
    "Install one, or say where it is: CHROMIUM=/path/to/chrome make test"
)


def find() -> str | None:
    """Return the browser that CHROMIUM names, or else one that is installed, or Playwright's."""
    if named := os.environ.get("CHROMIUM"):
        return shutil.which(named)
    with sync_playwright() as playwright:
        whole = Path(playwright.chromium.executable_path)
    candidates = [*_shells(whole), *NAMES, str(whole)]
    return next(filter(_starts, filter(None, map(shutil.which, candidates))), None)


def flags() -> list[str]:
    """Return what to start it with: as root it starts only without a sandbox."""
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    return [*QUIET, "--no-sandbox"] if root else list(QUIET)


def _shells(whole: Path) -> list[str]:
    """Return Playwright's Chromium without windows, beside the whole one, which may lie deep."""
    above = (one.parent for one in whole.parents if one.name.startswith("chromium-"))
    return list(map(str, next(above, whole).glob("chromium_headless_shell-*/*/*headless*shell*")))


def _starts(path: str) -> bool:
    """Say whether a browser finds its system libraries; Playwright's comes without them."""
    if sys.platform == "win32":  # there, asking for the version opens a window
        return True
    return subprocess.run([path, "--version"], capture_output=True, check=False).returncode == 0


def _attempts() -> list[list[str]]:
    """Return the commands that lead to a browser, the one that needs no rights first."""
    playwright = [sys.executable, "-m", "playwright"]
    attempts = [[*playwright, "install", "--only-shell", "chromium"]]
    if shutil.which("apt-get"):
        as_root = [] if os.geteuid() == 0 else ["sudo", "--non-interactive"]
        if not as_root or shutil.which("sudo"):
            attempts += [
                [*as_root, "apt-get", "update"],  # a new machine knows of no packages yet
                [*as_root, "apt-get", "install", "--yes", "--quiet", "chromium-headless-shell"],
                [*as_root, *playwright, "install-deps", "chromium"],  # Ubuntu has no such package
            ]
    return attempts


def install(*, seconds: float = 300) -> str | None:
    """Try each command in turn, each for a bounded time, until there is a browser."""
    for command in _attempts():
        print(f"No browser found; trying: {' '.join(command)}", flush=True)
        try:
            subprocess.run(command, timeout=seconds, capture_output=True, check=False)
        except (OSError, subprocess.TimeoutExpired):
            continue
        if found := find():
            return found
    return None


if __name__ == "__main__":
    if not (find() or install()):
        sys.exit(SENTENCE)
