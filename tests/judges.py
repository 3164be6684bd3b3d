"""Lighthouse and html-validate, which judge the built pages in `make audit`.

They are installed into `_build/audits`, at the versions of `tools/audits/package-lock.json`, and
not into `node_modules`: they bring 190 MB, and nothing else needs them.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import browser
from labs_node import NODE, ROOT

PINS = ROOT / "tools/audits"
PLACE = ROOT / "_build/audits"
MODULES = PLACE / "node_modules"
# What a machine says that has no network; the rest of npm's words lie in its own log.
SENTENCE = "npm could not install Lighthouse and html-validate into _build/audits:\n"


def install() -> None:
    """Install both, unless they are there with the present pins."""
    lock, made = PINS / "package-lock.json", PLACE / "made-with.json"
    if made.exists() and made.read_bytes() == lock.read_bytes():
        return
    PLACE.mkdir(parents=True, exist_ok=True)
    for path in (lock, PINS / "package.json", ROOT / ".npmrc"):
        shutil.copy(path, PLACE)
    npm = [str(NODE.with_name("npm")), "ci", "--silent"]
    done = subprocess.run(npm, cwd=PLACE, env=_environment(), capture_output=True, text=True)
    assert done.returncode == 0, SENTENCE + done.stderr
    shutil.copy(lock, made)


def _environment() -> dict[str, str]:
    """Return one in which our Node is found, and our Chromium."""
    path = os.pathsep.join([str(NODE.parent), os.environ["PATH"]])
    return os.environ | {"PATH": path, "CHROME_PATH": browser.find() or ""}


def _run(program: str, *arguments: str) -> str:
    """Run a program and return what it prints."""
    command = [str(NODE), str(MODULES / program), *arguments]
    done = subprocess.run(
        command, cwd=PLACE, env=_environment(), capture_output=True, text=True, encoding="utf-8"
    )
    assert not done.stderr, done.stderr[-3000:]
    return done.stdout


def lighthouse(url: str) -> dict[str, Any]:
    """Return Lighthouse's report on a page, with its preset for phones and the slow network."""
    report = PLACE / f"report-{os.getpid()}.json"  # of what it prints the end is sometimes missing
    categories = "performance,accessibility,best-practices,seo"
    flags = " ".join(["--headless=new", *browser.flags()])
    _run(
        "lighthouse/cli/index.js",
        *(url, "--quiet", f"--only-categories={categories}", f"--chrome-flags={flags}"),
        *("--output=json", f"--output-path={report}"),
    )
    text = report.read_text(encoding="utf-8")
    report.unlink()
    return json.loads(text)


def html_validate(pages: list[Path], rules: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what html-validate has against pages: the standard, and what AT needs of it."""
    presets = ["html-validate:standard", "html-validate:a11y", "html-validate:document"]
    config = PLACE / "rules.json"
    config.write_text(json.dumps({"root": True, "extends": presets, "rules": rules}))
    printed = _run(
        "html-validate/bin/html-validate.mjs",
        *("--config", str(config), "--formatter", "json", *map(str, pages)),
    )
    return json.loads(printed)
