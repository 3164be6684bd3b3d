"""nbgrader, as a school has it, takes our chapters as they stand.

It is installed into `_build/nbgrader`, laid over the environment that runs the tests, and not into
that: its extension would be on in JupyterLab.
"""

import ast
import json
import os
import re
import subprocess
import sysconfig
import venv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from rectified.homework.assign import students_version
from rectified.homework.exercises import read

pytestmark = pytest.mark.audit
ROOT = Path(__file__).resolve().parents[1]
PLACE = ROOT / "_build/nbgrader"
BLOCK = re.compile(r"(?s)### BEGIN (SOLUTION|HIDDEN TESTS)\n(.*?)\n[ \t]*### END \1")
# Without them a busy machine decides: after 30 seconds nbgrader interrupts a cell, an import say,
# and when a cell's outputs come 4 seconds late it gives up the notebook.
CONFIG = """
c = get_config()
c.Execute.timeout = 600
c.Execute.iopub_timeout = 120
"""
GRADES = """
import json
from nbgrader.api import Gradebook
with Gradebook("sqlite:///gradebook.db") as book:
    print(json.dumps({
        submission.student.id: {
            grade.name: grade.auto_score for page in submission.notebooks for grade in page.grades
        }
        for submission in book.assignment_submissions("book")
    }))
"""


@dataclass(frozen=True)
class Course:
    """A folder in which nbgrader works."""

    folder: Path

    def run(self, program: str, *arguments: str) -> str:
        """Run a program of nbgrader's environment here, and return what it wrote on stdout."""
        scripts = sysconfig.get_path("scripts", "venv", {"base": str(PLACE)})
        ours = {
            "PATH": os.pathsep.join([scripts, os.environ["PATH"]]),  # nbgrader calls `alembic`
            "PYTHONPATH": str(ROOT / "code"),
            **{f"JUPYTER_{name}_DIR": str(self.folder / name) for name in ("CONFIG", "DATA")},
        }
        done = subprocess.run(
            [Path(scripts) / program, *arguments],
            cwd=self.folder,
            env=os.environ | ours,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout

    def read(self, folder: str, slug: str) -> NotebookNode:
        """Return a notebook of the assignment."""
        return nbformat.read(self.folder / folder / f"book/{slug}.ipynb", as_version=4)

    def hand_in(
        self, student: str, slug: str, notebook: NotebookNode, answer: Callable[[str], str]
    ) -> None:
        """Write a submission: what was given out, with an answer made from each own solution."""
        source = {cell.id: cell.source for cell in self.read("source", slug).cells}
        for cell in wanting_code(notebook):
            cell.source = answer(source[cell.id])
        path = self.folder / f"submitted/{student}/book/{slug}.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(notebook, path)


def install() -> None:
    """Make the environment at `PLACE`, unless it is there with the present pins."""
    pins, made = ROOT / "requirements.txt", PLACE / "made-with.txt"
    if made.exists() and made.read_bytes() == pins.read_bytes():
        return
    venv.create(PLACE, clear=True, symlinks=os.name != "nt")
    inner = Path(sysconfig.get_path("purelib", "venv", {"base": str(PLACE)}))
    (inner / "below.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    python = Path(sysconfig.get_path("scripts", "venv", {"base": str(PLACE)})) / "python"
    pip = [python, "-m", "pip", "install", "--quiet", "--constraint", pins, "nbgrader"]
    subprocess.run(pip, check=True)
    made.write_bytes(pins.read_bytes())


def graded(notebook: NotebookNode) -> dict[str, float]:
    """Return the points of each test cell by its name."""
    marks = [cell.metadata.get("nbgrader", {}) for cell in notebook.cells]
    return {
        mark["grade_id"]: mark["points"] for mark in marks if mark.get("grade") and mark["locked"]
    }


def wanting_code(notebook: NotebookNode) -> Iterator[NotebookNode]:
    """Yield the code cells in which a student answers."""
    for cell in notebook.cells:
        if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("solution"):
            yield cell


def secrets(notebook: NotebookNode) -> Iterator[str]:
    """Yield what students must not see: solutions in code, and hidden tests."""
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader"):
            yield from (text for _, text in BLOCK.findall(cell.source))


def wrong(solution: str) -> str:
    """Return an answer with the solution's names, which is wrong whatever was asked."""
    lines = []
    for node in ast.parse(solution).body:
        if isinstance(node, ast.FunctionDef):
            lines.append(f"def {node.name}(*_, **__):\n    return -7.25")
        elif isinstance(node, ast.Assign):
            lines.append(f"{ast.unparse(node.targets)} = -7.25")
    assert lines, solution
    return "\n\n".join(lines)


CHAPTERS = [
    path.stem
    for path in sorted((ROOT / "chapters").glob("*.ipynb"))
    if graded(nbformat.read(path, as_version=4))
]


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """Return a course whose one assignment, all chapters with tests, was generated by nbgrader."""
    install()
    course = Course(tmp_path_factory.mktemp("course"))
    (course.folder / "nbgrader_config.py").write_text(CONFIG, encoding="utf-8")
    source = course.folder / "source/book"
    source.mkdir(parents=True)
    for slug in CHAPTERS:
        (source / f"{slug}.ipynb").write_bytes((ROOT / f"chapters/{slug}.ipynb").read_bytes())
    course.run("nbgrader", "generate_assignment", "book")
    return course


@pytest.fixture(scope="module")
def scores(course: Course) -> dict[str, dict[str, float]]:
    """Return what nbgrader gives three students for the chapter on ReLU, cell by cell."""
    ours = students_version(read(ROOT / "chapters/relu.ipynb"))
    course.hand_in("right", "relu", course.read("release", "relu"), str)
    course.hand_in("wrong", "relu", course.read("release", "relu"), wrong)
    course.hand_in("ours", "relu", ours, str)
    course.run("nbgrader", "autograde", "book", "--notebook=relu", "--create")
    return json.loads(course.run("python", "-c", GRADES))


@pytest.mark.parametrize("slug", CHAPTERS)
def test_nbgrader_takes_out_solutions_and_hidden_tests(course: Course, slug: str) -> None:
    source, release = course.read("source", slug), course.read("release", slug)
    assert graded(release) == graded(source)
    taken = list(secrets(source))
    assert len(taken) >= len(list(wanting_code(source)))
    text = "\n".join(cell.source for cell in release.cells)
    assert [block for block in taken if block in text] == []
    assert not re.search(r"### (BEGIN|END) ", text)
    assert all("raise NotImplementedError()" in cell.source for cell in wanting_code(release))


@pytest.mark.parametrize("student", ["right", "ours"])
def test_own_solutions_get_all_points(
    course: Course, scores: dict[str, dict[str, float]], student: str
) -> None:
    points = graded(course.read("source", "relu"))
    assert {name: scores[student][name] for name in points} == points
    print(f"relu, by nbgrader: {sum(points.values()):g} points for its own solutions")


def test_wrong_answers_get_none(scores: dict[str, dict[str, float]]) -> None:
    assert scores["wrong"].keys() == scores["right"].keys()
    assert set(scores["wrong"].values()) <= {0.0, None}  # None waits for a person


def test_validate_says_which_answers_are_missing(course: Course) -> None:
    marks = [cell.metadata.get("nbgrader", {}) for cell in course.read("release", "relu").cells]
    count = sum(bool(mark.get("grade")) for mark in marks)  # an empty written answer is one, too
    said = course.run("nbgrader", "validate", "release/book/relu.ipynb")
    assert f"FAILED ON {count} CELL" in said
