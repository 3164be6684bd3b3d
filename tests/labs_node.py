"""Runs the labs' JavaScript under Node, on numbers that Python wrote."""

import json
import os
import subprocess
import sysconfig
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
NODE = Path(sysconfig.get_path("scripts")) / ("node.exe" if os.name == "nt" else "node")


def node(*words: str, given: str = "") -> subprocess.CompletedProcess[str]:
    """Run Node in the root of the project and return what became of it."""
    command = [str(NODE), *words]
    return subprocess.run(
        command,
        input=given,
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
    )


def run(name: str, payload: Any = None) -> Any:
    """Join and run `tests/javascript/NAME`, give it `payload`, and return what it printed.

    Both ways it is JSON, in which NaN and infinities are strings (`exchange.mjs` does the same).
    """
    done = node(
        "tools/labs.mjs", "run", f"tests/javascript/{name}", given=json.dumps(sent(payload))
    )
    assert done.returncode == 0, done.stderr
    return received(json.loads(done.stdout))


def sent(value: Any) -> Any:
    """Return `value` with every number that JSON lacks as a string, arrays as lists."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, dict):
        return {key: sent(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [sent(item) for item in value]
    if isinstance(value, float) and not abs(value) < float("inf"):
        return str(value).replace("inf", "Infinity").replace("nan", "NaN")
    return value


def received(value: Any) -> Any:
    """Return `value` with those strings as numbers again."""
    if isinstance(value, dict):
        return {key: received(item) for key, item in value.items()}
    if isinstance(value, list):
        return [received(item) for item in value]
    return float(value) if value in ("NaN", "Infinity", "-Infinity") else value
