"""JupyterLab on localhost, with folders of its own, for tests in a browser."""

import json
import os
import re
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import Locator

ROOT = Path(__file__).resolve().parents[1]
SECONDS = 120  # to start, on a machine that is busy with something else
SETTINGS = {  # nothing is asked of the net, and no cell is taken out of the page
    "apputils-extension/notification": {"checkForUpdates": False, "fetchNews": "false"},
    "notebook-extension/tracker": {"windowingMode": "none"},
}
# In the page: the notebook's kernel has started and waits; a slider stands at its end.
READY = """() => { const session = window.jupyterapp?.shell.currentWidget?.sessionContext;
  return session?.isReady && session.session?.kernel?.status === "idle" }"""
AT_END = "(e) => (e.ariaValueNow ?? e.value) === (e.ariaValueMax ?? e.max)"


def move(slider: Locator) -> None:
    """Move a lab's slider by one step, by keyboard."""
    slider.press("ArrowLeft" if slider.evaluate(AT_END) else "ArrowRight")


def write_notebook(path: Path, cells: Sequence[str]) -> None:
    """Write a notebook of code cells, whose ids are their numbers."""
    made = [new_code_cell(cell, id=f"cell-{number}") for number, cell in enumerate(cells)]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(new_notebook(cells=made, metadata={"kernelspec": kernel}), path)


@contextmanager
def started(folder: Path) -> Iterator[str]:
    """Start a server in a folder and yield its address, which takes a `{path}`."""
    for name, settings in SETTINGS.items():
        path = folder / f"settings/@jupyterlab/{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(settings), encoding="utf-8")
    token = secrets.token_hex()
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--ServerApp.port=0"),
        *(f"--ServerApp.root_dir={folder}", f"--IdentityProvider.token={token}"),
        *("--ServerApp.ip=127.0.0.1", "--LabApp.expose_app_in_browser=True"),
        f"--LabApp.user_settings_dir={folder / 'settings'}",
        *(["--ServerApp.allow_root=True"]),
    ]
    log = folder / "server.log"
    with log.open("w") as file:
        server = subprocess.Popen(
            command, cwd=folder, env=_environment(folder), stdout=file, stderr=file
        )
        try:
            yield f"http://127.0.0.1:{_port(server, log)}/{{path}}?token={token}"
        finally:
            server.terminate()
            server.wait()


def _environment(folder: Path) -> dict[str, str]:
    """Return variables that keep Jupyter out of the user's folders, and lead kernels to us."""
    places = ("CONFIG_DIR", "DATA_DIR", "RUNTIME_DIR")
    ours = {f"JUPYTER_{name}": str(folder / name.lower()) for name in places}
    ours["PYTHONPATH"] = os.pathsep.join([str(ROOT / "code"), str(ROOT / "tests")])
    ours["IPYTHONDIR"] = str(folder / "ipython")
    gone = ("JUPYTER_PATH", "JUPYTER_CONFIG_PATH", "RECTIFIED_PAGE")
    return {name: text for name, text in os.environ.items() if name not in gone} | ours


def _port(server: subprocess.Popen[bytes], log: Path) -> int:
    """Wait until the server has named its port, and return that."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        if found := re.search(r"http://127\.0\.0\.1:(\d+)/lab", log.read_text(errors="replace")):
            return int(found[1])
        time.sleep(0.1)
    raise RuntimeError(f"JupyterLab did not start: {log.read_text(errors='replace')[-2000:]}")
