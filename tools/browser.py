"""Find the Chromium that the tests drive, or install one: ``python tools/browser.py``."""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
SENTENCE = (
    "The tests need Chromium or Chrome, and none could be installed here. "
    "Install one, or say where it is: CHROMIUM=/path/to/chrome make test"
)


def find() -> str | None:
    """Return the browser of the environment variable CHROMIUM, of PATH, or Playwright's own."""
    if named := os.environ.get("CHROMIUM"):
        return shutil.which(named)
    return next(filter(None, map(shutil.which, NAMES)), None) or _playwrights_own()


def _playwrights_own() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return shutil.which(playwright.chromium.executable_path)


def _attempts() -> list[list[str]]:
    """Return the commands that install a browser, the one that needs no rights first."""
    attempts = [[sys.executable, "-m", "playwright", "install", "chromium"]]
    if shutil.which("apt-get"):
        as_root = [] if os.geteuid() == 0 else ["sudo", "--non-interactive"]
        if not as_root or shutil.which("sudo"):
            attempts.append([*as_root, "apt-get", "install", "--yes", "--quiet", "chromium"])
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
