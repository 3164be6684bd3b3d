"""A small chapter as homework, and notebooks that come back: for tests of what grades them.

It needs NumPy alone, so that a sandbox starts quickly, and has an exercise of every kind.
"""

import copy
import json
from collections.abc import Mapping
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from rectified.homework import exercises
from rectified.homework.assign import students_version

SLUG = "little"
SECRET = "canary-secret-5b7d"  # what a submission must not learn, as are the next two
SOLUTION = "canary-solution-81fe"
HIDDEN = "canary-hidden-c042"
LARGER = f"""\
def larger(a, b):
    ### BEGIN SOLUTION
    return np.maximum(a, b)  # {SOLUTION}
    ### END SOLUTION"""
LARGER_TEST = """\
a, b = homework.rng("larger").normal(size=(2, 50))
np.testing.assert_array_equal(larger(a, b), np.maximum(a, b))
np.testing.assert_array_equal(larger(PLACES, -PLACES), np.abs(PLACES))"""
LARGER_HIDDEN = f"""\
### BEGIN HIDDEN TESTS
assert larger(2.0, 3.0) == 3.0, "of 2 and 3 it is 3"  # {HIDDEN}
assert larger(5.0, 4.0) == 5.0, "of 5 and 4 it is 5"
### END HIDDEN TESTS"""
SLOPE = """\
def slope(f, x, step=1e-4):
    ### BEGIN SOLUTION
    return (f(x + step) - f(x - step)) / (2 * step)
    ### END SOLUTION"""
SLOPE_TEST = """\
for factor in homework.rng("slope").uniform(1, 3, 3):
    found = slope(lambda x: factor * x**2, 1.5)
    np.testing.assert_allclose(found, 3 * factor, rtol=1e-6)  # rounding, divided by the step
np.testing.assert_allclose(slope(np.exp, np.zeros(3)), np.ones(3), rtol=1e-6)"""
ROOT = "### BEGIN SOLUTION\nroot = 2**0.5\n### END SOLUTION"
ROOT_TEST = "np.testing.assert_allclose(root, np.sqrt(2))"
LETTER = '### BEGIN SOLUTION\nchoice_letter = "b"\n### END SOLUTION'
LETTER_TEST = f"""\
assert choice_letter in list("abc"), "the answer is one letter, a, b or c"
### BEGIN HIDDEN TESTS
reasons = {{"a": "it is not a", "c": "it is not c"}}  # {HIDDEN}
assert choice_letter == "b", reasons[choice_letter]
### END HIDDEN TESTS"""
IMPORTS = "import numpy as np\n\nfrom rectified import homework"
FULL = {"larger-test": 2, "larger-test-2": 1, "slope-test": 2, "root-test": 1, "letter-test": 1}
RIGHT = {
    "larger": "def larger(a, b):\n    return np.where(a > b, a, b)",
    "slope": SLOPE.replace("    ### BEGIN SOLUTION\n", "").replace("\n    ### END SOLUTION", ""),
    "root": "root = np.sqrt(2)",
    "letter": 'choice_letter = "b"',
    "words": "Because it is so.",
}


def chapter() -> NotebookNode:
    """Return the chapter, with its solutions."""
    cells = [
        new_markdown_cell("# Little numbers\n\nA page about them.", id="title"),
        new_code_cell(IMPORTS, id="imports"),
        new_code_cell("PLACES = np.arange(-2.0, 3.0)\nprint(PLACES)", id="places"),
        _heading(1, "The larger of two", "function"),
        _answer("larger", LARGER),
        _test("larger-test", LARGER_TEST),
        _test("larger-test-2", LARGER_HIDDEN),
        _heading(2, "A slope", "function"),
        _answer("slope", SLOPE),
        _test("slope-test", SLOPE_TEST),
        _heading(3, "A root", "number"),
        _answer("root", ROOT),
        _test("root-test", ROOT_TEST),
        _heading(4, "A letter", "choice"),
        _answer("letter", LETTER),
        _test("letter-test", LETTER_TEST),
        _heading(5, "In words", "derivation"),
        _words(),
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel})


def write_chapter(folder: Path) -> Path:
    """Write the chapter into a folder, made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    nbformat.write(chapter(), folder / f"{SLUG}.ipynb")
    return folder / f"{SLUG}.ipynb"


def given(path: Path) -> NotebookNode:
    """Return what students get of the chapter at `path`."""
    return students_version(exercises.read(path))


def answered(notebook: NotebookNode, answers: Mapping[str, str]) -> NotebookNode:
    """Return a copy in which the cells of these grade_ids hold these answers."""
    notebook = copy.deepcopy(notebook)
    for cell in notebook.cells:
        cell.source = answers.get(exercises.grade_id(cell), cell.source)
    return notebook


def raw(notebook: NotebookNode) -> bytes:
    """Return a notebook as a file's bytes."""
    return json.dumps(notebook, indent=1).encode()


def _heading(number: int, title: str, kind: str) -> NotebookNode:
    source = f"### Exercise {number}. {title}\n\n*{kind} · 5 minutes*\n\nAnswer it."
    return new_markdown_cell(source, id=f"exercise-{number}")


def _marks(grade_id: str, **marks: object) -> dict[str, object]:
    marks = {"grade": False, "solution": False, "locked": False, "task": False} | marks
    return {"nbgrader": {"grade_id": grade_id, "schema_version": 3, **marks}}


def _answer(grade_id: str, source: str) -> NotebookNode:
    return new_code_cell(source, id=grade_id, metadata=_marks(grade_id, solution=True))


def _test(grade_id: str, source: str) -> NotebookNode:
    marks = _marks(grade_id, grade=True, locked=True, points=FULL[grade_id])
    return new_code_cell(source, id=grade_id, metadata=marks)


def _words() -> NotebookNode:
    marks = _marks("words", grade=True, solution=True, points=3)
    source = "<details><summary>Solution</summary>\n\nIt is so.\n\n**Rubric.** Three.\n\n</details>"
    return new_markdown_cell(source, id="words", metadata=marks)
