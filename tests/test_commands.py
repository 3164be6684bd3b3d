"""What `make` calls works, and says in one sentence why when it cannot."""

import gzip
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

import browser
import sandbox
import serve
from serving import served

ROOT = Path(__file__).resolve().parent.parent
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
needs_sh = pytest.mark.skipif(sys.platform == "win32", reason="Windows has neither sh nor make")


def make(*arguments: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run make, with messages in English."""
    environment = os.environ | {"LC_ALL": "C", "MAKEFLAGS": ""}
    return subprocess.run(
        ["make", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@needs_sh
def test_make_alone_lists_every_target() -> None:
    phony = re.search(r"(?m)^\.PHONY: (.*)", MAKEFILE)[1].split()
    output = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    listed = re.findall(r"(?m)^  (\w+) +\S", output)
    assert listed == [target for target in phony if target != "moved"]


@needs_sh
def test_every_line_of_makefile_is_understood_by_old_make() -> None:
    # 3.81 is what macOS has: no `!=`, no .ONESHELL, no $(file ...), no `::=`, no --output-sync
    assert not re.search(r"!=|\.ONESHELL|\$\(file|::=|output-sync|\.EXTRA_PREREQS", MAKEFILE)


def test_scripts_of_the_environment_are_not_read_as_modules() -> None:
    # .venv lies in this folder, so Node asks this file about JupyterLab's own yarn.js: as a module
    # that one stops, and `make lab` begins with pages of its code
    assert "type" not in json.loads((ROOT / "package.json").read_text(encoding="utf-8"))


# ---- tools/environment.sh says in one sentence what is wrong
PIP_FAULTS = {
    "Temporary failure in name resolution": "is there a network",
    "OSError: [Errno 28] No space left on device": "disk is full",
    "ERROR: No matching distribution found for torch==0": "No matching distribution",
}


@pytest.fixture
def environment(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Return what runs environment.sh in an empty folder, with a space in its name."""
    folder = tmp_path / "my book"
    folder.mkdir()
    shutil.copytree(ROOT / "tools", folder / "tools")

    def run(**variables: str) -> subprocess.CompletedProcess[str]:
        clean = {name: value for name, value in os.environ.items() if name != "PYTHON"}
        return subprocess.run(
            ["sh", "tools/environment.sh", "book"],
            cwd=folder,
            env=clean | variables,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def program(folder: Path, name: str, script: str) -> str:
    """Write a program that stands for another one, and return its path."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


def python_whose_pip(folder: Path, script: str) -> str:
    """Return a Python that makes environments in which `python -m pip install` runs `script`."""
    pip = 'case "$*" in *"pip install"*) shift 2;;  *) exit 0;; esac\n' + script
    inner = program(folder, "inner", pip)
    made = (
        f'case "$*" in *"venv --clear"*) mkdir -p .venv/bin; cp "{inner}" .venv/bin/python;; esac'
    )
    return program(folder, "python", made)


def one_sentence(result: subprocess.CompletedProcess[str]) -> str:
    """Return what was said on stderr, and hold it to be one line after a failure."""
    assert result.returncode != 0
    assert result.stderr.count("\n") == 1, result.stderr
    return result.stderr


@needs_sh
def test_missing_python_is_one_sentence(environment: Callable) -> None:
    assert "Rectified needs Python 3.11" in one_sentence(environment(PYTHON="/nowhere/python"))


@needs_sh
def test_old_python_is_one_sentence(environment: Callable, tmp_path: Path) -> None:
    old = program(tmp_path, "python3", "exit 1")  # what `sys.exit(False)` gives there
    assert "make book PYTHON=" in one_sentence(environment(PYTHON=old))


@needs_sh
def test_another_python_of_path_is_taken_when_the_first_is_old(
    environment: Callable, tmp_path: Path
) -> None:
    program(tmp_path, "python3", "exit 1")
    log = tmp_path / "asked"
    program(tmp_path, "python3.14", f'echo "$@" >> "{log}"; [ "$2" != venv ]')
    message = one_sentence(environment(PATH=f"{tmp_path}:/usr/bin:/bin"))
    assert "could not make the folder .venv" in message
    assert "-m venv --clear .venv" in log.read_text(encoding="utf-8")


@needs_sh
def test_missing_venv_module_is_one_sentence(environment: Callable, tmp_path: Path) -> None:
    bare = program(tmp_path, "python3", 'case "$*" in *ensurepip*) exit 1;; esac')
    assert "sudo apt-get install python3-venv" in one_sentence(environment(PYTHON=bare))


@needs_sh
@pytest.mark.parametrize("fault", PIP_FAULTS)
def test_failing_pip_is_one_sentence_with_its_log(
    environment: Callable, tmp_path: Path, fault: str
) -> None:
    result = environment(PYTHON=python_whose_pip(tmp_path, f"echo '{fault}'; exit 1"))
    assert PIP_FAULTS[fault] in one_sentence(result)
    assert ".venv/install-book.log" in result.stderr
    assert not (tmp_path / "my book/.venv/.book").exists()


@needs_sh
def test_installation_is_constrained_by_the_pins(environment: Callable, tmp_path: Path) -> None:
    python = python_whose_pip(tmp_path, 'printf "%s|" "$@"')
    assert environment(PYTHON=python, TORCH_INDEX="https://cpu").returncode == 0
    log = (tmp_path / "my book/.venv/install-book.log").read_text(encoding="utf-8")
    options = (
        "install|--extra-index-url|https://cpu|--constraint|requirements.txt|--editable|.[book]|"
    )
    assert log == options
    assert (tmp_path / "my book/.venv/.book").exists()


@needs_sh
@pytest.mark.parametrize("broken", ["stopped half way", "moved"])
def test_broken_environment_is_made_again(
    environment: Callable, tmp_path: Path, broken: str
) -> None:
    python = python_whose_pip(tmp_path, "")
    assert environment(PYTHON=python).returncode == 0
    venv = tmp_path / "my book/.venv"
    if broken == "moved":
        (venv / ".folder").write_text("/elsewhere\n", encoding="utf-8")
    else:
        (venv / "bin/python").unlink()
        (venv / ".folder").unlink()
    assert environment(PYTHON=python).returncode == 0
    assert (venv / ".folder").read_text(encoding="utf-8").strip() == str(venv.parent.resolve())
    assert (venv / "bin/python").exists()


# ---- tools/browser.py, tools/sandbox.py, tools/serve.py
def test_browser_named_by_hand_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROMIUM", sys.executable)
    assert browser.find() == sys.executable
    monkeypatch.setenv("CHROMIUM", "/nowhere/chrome")
    assert browser.find() is None


@pytest.mark.parametrize(
    "whole", ["chrome-linux64/chrome", "chrome-mac/Chromium.app/Contents/MacOS/Chromium"]
)
def test_playwrights_chromium_without_windows_is_found_beside_the_whole(
    tmp_path: Path, whole: str
) -> None:
    shell = (
        tmp_path / "chromium_headless_shell-1/chrome-headless-shell-linux64/chrome-headless-shell"
    )
    shell.parent.mkdir(parents=True)
    shell.touch()
    assert browser._shells(tmp_path / "chromium-1" / whole) == [str(shell)]


def test_installation_of_a_browser_stops_when_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[list[str]] = []
    monkeypatch.setattr(browser.subprocess, "run", lambda command, **_: tried.append(command))
    monkeypatch.setattr(browser, "find", lambda: "/usr/bin/chromium" if tried else None)
    assert browser.install() == "/usr/bin/chromium"
    first = ["-m", "playwright", "install", "--only-shell", "chromium"]
    assert [command[1:] for command in tried] == [first]


def test_installation_that_hangs_or_fails_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(command: list[str], *, timeout: float, **_: object) -> None:
        raise subprocess.TimeoutExpired(command, timeout)

    monkeypatch.setattr(browser.subprocess, "run", hang)
    monkeypatch.setattr(browser, "find", lambda: None)
    assert browser.install(seconds=0.1) is None


@pytest.mark.parametrize("works", [True, False])
def test_what_a_sandbox_needs_is_installed_once(
    monkeypatch: pytest.MonkeyPatch, works: bool
) -> None:
    tried: list[list[str]] = []
    monkeypatch.setattr(sandbox.sys, "platform", "linux")
    monkeypatch.setattr(sandbox.os, "geteuid", lambda: 1000, raising=False)
    monkeypatch.setattr(sandbox.subprocess, "run", lambda command, **_: tried.append(command))
    monkeypatch.setattr(sandbox.shutil, "which", lambda _: "bwrap" if tried and works else None)
    monkeypatch.setattr(sandbox.ctypes.util, "find_library", lambda _: "libseccomp.so.2")
    assert sandbox.main() == (None if works else sandbox.SENTENCE)
    as_root = ["sudo", "--non-interactive", "apt-get"]
    install = [*as_root, "install", "--yes", "--quiet", "bubblewrap"]  # the other is there
    assert tried == [[*as_root, "update"], install]
    if works:
        assert sandbox.main() is None
        assert len(tried) == 2


def test_installation_of_a_sandbox_that_hangs_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(command: list[str], *, timeout: float, **_: object) -> None:
        raise subprocess.TimeoutExpired(command, timeout)

    monkeypatch.setattr(sandbox.sys, "platform", "linux")
    monkeypatch.setattr(sandbox.os, "geteuid", lambda: 0, raising=False)
    monkeypatch.setattr(sandbox.subprocess, "run", hang)
    monkeypatch.setattr(sandbox, "missing", lambda: ["bubblewrap"])
    assert sandbox.main() == sandbox.SENTENCE


def test_no_sandbox_is_installed_on_other_systems(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox.sys, "platform", "darwin")
    monkeypatch.setattr(sandbox, "missing", lambda: ["bubblewrap"])
    assert sandbox.main() is None


def test_taken_port_is_one_sentence(tmp_path: Path) -> None:
    with serve.ThreadingHTTPServer(("127.0.0.1", 0), None) as taken:
        message = serve.main(str(tmp_path), str(taken.server_port))
    assert f"make serve PORT={taken.server_port + 1}" in str(message)


def test_what_is_served_is_compressed_where_that_helps(tmp_path: Path) -> None:
    text = "<h1>max(0, x)</h1>" * 100
    (tmp_path / "index.html").write_text(text, encoding="utf-8")
    (tmp_path / "face.woff2").write_bytes(b"compressed as it is")
    with served(tmp_path) as address:
        plain = urlopen(address).read().decode()
        page = urlopen(Request(address, headers={"Accept-Encoding": "gzip"}))
        face = urlopen(Request(address + "face.woff2", headers={"Accept-Encoding": "gzip"}))
        assert gzip.decompress(page.read()).decode() == plain == text
        assert int(page.headers["Content-Length"]) < len(text) / 10
        assert "Content-Encoding" not in face.headers
