"""The graded exercises of a chapter, read from nbgrader's metadata in its notebook."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from rectified.homework.slices import defined, used

HEADING = re.compile(r"(?m)^### (Exercise \d+\. .+)\n\n\*([^*·\n]+?) ·")
GRADED_KINDS = ("function", "number", "choice")


@dataclass(frozen=True, eq=False)  # one exercise is itself alone, and can key a cache
class Exercise:
    """One exercise that gives points: the cell that answers it, and the cells that ask."""

    grade_id: str  # of the answer's cell
    title: str  # "Exercise 1. The larger of two"
    kind: str  # "function", "number", "choice"; "written" is for the teacher to grade
    solution: NotebookNode  # the chapter's own answer
    tests: tuple[NotebookNode, ...]  # graded code cells; none of a written answer
    answers: tuple[str, ...]  # names that the solution defines and a test uses

    @cached_property
    def functions(self) -> frozenset[str]:
        """Return those of the answers that are functions, which tests call."""
        tree = ast.parse(self.solution.source)
        return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))

    @property
    def graded(self) -> tuple[NotebookNode, ...]:
        """Return the cells that carry points: the tests, or the written answer itself."""
        return self.tests or (self.solution,)


@dataclass(frozen=True, eq=False)
class Assignment:
    """A chapter as homework."""

    slug: str
    title: str
    notebook: NotebookNode
    exercises: tuple[Exercise, ...]


def read(path: Path) -> Assignment:
    """Read a chapter.

    Raises ValueError for a notebook whose exercises are not in order: a test without an answer
    above it, a test that uses nothing of the answer, one grade_id on two cells, an unknown kind.
    """
    notebook = nbformat.read(path, as_version=4)
    exercises = tuple(_exercises(notebook, path.name))
    ids = [grade_id(cell) for cell in notebook.cells if grade_id(cell)]
    if twice := {name for name in ids if ids.count(name) > 1}:
        raise ValueError(f"{path.name}: grade_id on more than one cell: {', '.join(sorted(twice))}")
    title = next(
        line.removeprefix("# ")
        for cell in notebook.cells
        for line in cell.source.splitlines()
        if cell.cell_type == "markdown" and line.startswith("# ")
    )
    return Assignment(path.stem, title, notebook, exercises)


def grade_id(cell: NotebookNode) -> str:
    """Return the name that graders know a cell by, or ""."""
    return str(_nbgrader(cell).get("grade_id", ""))


def is_test(cell: NotebookNode) -> bool:
    """Say whether a cell asks: graded code that is no answer."""
    return bool(_nbgrader(cell).get("grade")) and not _nbgrader(cell).get("solution")


def is_answer(cell: NotebookNode) -> bool:
    """Say whether students write here."""
    return bool(_nbgrader(cell).get("solution"))


def is_setup(cell: NotebookNode) -> bool:
    """Say whether a cell installs the package, where it is missing."""
    return "setup" in cell.metadata.get("tags", ())


def is_variant(cell: NotebookNode) -> bool:
    """Say whether a cell holds constants that each student may have of their own."""
    return "variant" in cell.metadata.get("tags", ())


def points(cell: NotebookNode) -> float:
    """Return the points of a graded cell."""
    return float(_nbgrader(cell)["points"])


def _nbgrader(cell: NotebookNode) -> dict:
    found = cell.metadata.get("nbgrader")
    return found if isinstance(found, dict) else {}


def _exercises(notebook: NotebookNode, name: str) -> Iterator[Exercise]:
    """Yield the exercises that have points, in order."""
    title = kind = ""
    answer, tests = None, []
    for cell in [*notebook.cells, nbformat.v4.new_markdown_cell("### Exercise 0. End\n\n*end · *")]:
        heading = HEADING.search(cell.source) if cell.cell_type == "markdown" else None
        if answer is not None and (heading or is_answer(cell)):
            if exercise := _exercise(title, kind, answer, tests, name):
                yield exercise
            answer, tests = None, []
        if heading:
            title, kind = heading[1], heading[2]
        if is_answer(cell):
            answer = cell
        elif is_test(cell):
            if answer is None:
                raise ValueError(f"{name}: the test {grade_id(cell)!r} has no answer above it")
            tests.append(cell)


def _exercise(
    title: str, kind: str, answer: NotebookNode, tests: list[NotebookNode], name: str
) -> Exercise | None:
    """Put one exercise together; None for one that gives no points."""
    if answer.cell_type == "markdown":
        graded = _nbgrader(answer).get("grade")
        return Exercise(grade_id(answer), title, "written", answer, (), ()) if graded else None
    if not tests:
        return None
    if kind not in GRADED_KINDS:
        raise ValueError(f"{name}: {title!r} is graded, so its kind is one of {GRADED_KINDS}")
    wanted = set().union(*(used(test.source) for test in tests))
    answers = tuple(sorted(defined(answer.source) & wanted))
    if not answers:
        raise ValueError(f"{name}: no test of {title!r} uses what its solution defines")
    return Exercise(grade_id(answer), title, kind, answer, tuple(tests), answers)
