"""Executing a chapter as it stands, but with other seeds wherever its experiments draw."""

import importlib
import inspect
import os
import pkgutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell

from rectified import experiments
from rectified.display.output import CLAIMS_MIME
from rectified.site import execute

CHAPTERS = Path(__file__).resolve().parents[1] / "chapters"
SHIFTED = ("seeds", "tuning_seeds")  # keyword-only arguments, whose defaults are moved
FIRST_CELL = """\
import sys
sys.path.append({folder!r})
import other_seeds
other_seeds.shift({by})"""


def every_experiment() -> Iterator[Callable[..., Any]]:
    """Yield the functions of the room, private ones included, each once."""
    for found in pkgutil.walk_packages(experiments.__path__, f"{experiments.__name__}."):
        module = importlib.import_module(found.name)
        for function in vars(module).values():
            if inspect.isfunction(function) and function.__module__ == module.__name__:
                yield function


def shift(by: int) -> list[str]:
    """Add a number to the seeds that experiments take by default; return whose were moved."""
    moved = []
    for function in every_experiment():
        defaults = function.__kwdefaults__ or {}
        for name in SHIFTED:
            if defaults.get(name) is not None:
                defaults[name] = tuple(seed + by for seed in defaults[name])
                moved.append(f"{function.__name__}, {name}")
    return moved


def executed(name: str, *, by: int = 0) -> list[dict[str, Any]]:
    """Execute a chapter and return the outputs of its cells, those of the moved seeds apart.

    Raises nbclient's CellExecutionError where a claim comes out otherwise.
    """
    notebook = nbformat.read(CHAPTERS / f"{name}.ipynb", as_version=4)
    first = FIRST_CELL.format(folder=str(Path(__file__).parent), by=by)
    notebook.cells.insert(0, new_code_cell(first, id="other-seeds"))
    client = execute.client_of(CHAPTERS / f"{name}.ipynb", notebook, timeout=600)
    client.coalesce_streams = True  # where a kernel cuts what it prints is chance
    client.execute(env=os.environ | execute.ENVIRONMENT)
    cells = [cell for cell in notebook.cells[1:] if cell.cell_type == "code"]
    return [output for cell in cells for output in cell.outputs]


def records(outputs: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return what the claims of a chapter came to, by their ids."""
    held = [output["data"] for output in outputs if CLAIMS_MIME in output.get("data", {})]
    return {record["id"]: record for data in held for record in data[CLAIMS_MIME]["records"]}
