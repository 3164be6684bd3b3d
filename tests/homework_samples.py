"""A small chapter with an exercise of each kind: cheap to start, as answers need NumPy alone."""

import copy
from collections.abc import Mapping
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

SOLUTION = "### BEGIN SOLUTION\n{}\n### END SOLUTION"
SLUG = "sample"
RIGHT = {  # what a student could write
    "double": "def double(x):\n    return x + x",
    "slope": "def slope(f, x):\n    return (f(x + 1e-6) - f(x - 1e-6)) / 2e-6",
    "third": "third = 1 / 3",
    "which": 'which = "b"',
    "why": "Because a sum of two equal numbers is twice one of them.",
}
TESTS = {
    "double": """x = homework.rng("double").standard_normal((3, 4))
before = x.copy()
np.testing.assert_allclose(double(x), factor * x)
np.testing.assert_array_equal(x, before)
assert double(2.5) == 5.0""",
    "slope": """x = homework.rng("slope").standard_normal(5)
np.testing.assert_allclose(slope(np.sin, x), np.cos(x), atol=1e-8)""",
    "third": """assert abs(third - 1 / 3) < 1e-9""",
    "which": """assert which in ("a", "b", "c"), "one letter of a to c"
### BEGIN HIDDEN TESTS
reasons = {"a": "You took the sum.", "c": "You took the square."}
assert which == "b", reasons[which]
### END HIDDEN TESTS""",
}
POINTS = {"double": 3, "slope": 2, "third": 1, "which": 1, "why": 2}
KINDS = {"double": "function", "slope": "function", "third": "number", "which": "choice"}


def chapter(folder: Path, *, slug: str = SLUG) -> Path:
    """Write the chapter into a folder, and return its path."""
    cells = [
        new_code_cell("raise RuntimeError", id="setup", metadata={"tags": ["setup"]}),
        new_markdown_cell("# What is twice a number?\n\nA small one.", id="title"),
        new_code_cell("import numpy as np\nfrom rectified import homework", id="imports"),
        new_code_cell("slow = 1 / 0  # nobody needs it\nfactor = 2", id="factor"),
        new_markdown_cell("## Exercises", id="exercises"),
    ]
    for number, name in enumerate(TESTS, start=1):
        cells += _graded(number, name)
    cells += [
        new_markdown_cell("### Exercise 5. Why\n\n*derivation · 5 minutes*\n\nSay.", id="why-q"),
        new_markdown_cell(
            f"<details><summary>Solution</summary>\n\n{RIGHT['why']}\n\n**Rubric.** A sum: 2.\n\n"
            "</details>",
            id="why-solution",
            metadata={"nbgrader": _marks("why", grade=True, solution=True, points=POINTS["why"])},
        ),
        new_markdown_cell("### Exercise 6. Play\n\n*open-ended · 5 minutes*\n\nPlay.", id="p"),
        new_code_cell(
            SOLUTION.format("x = 5"), id="p-solution", metadata={"tags": ["exercise", "solution"]}
        ),
        new_markdown_cell("## Summary\n\nTwice a number is a sum.", id="summary"),
    ]
    path = folder / f"{slug}.ipynb"
    path.write_text(nbformat.writes(new_notebook(cells=cells)), encoding="utf-8")
    return path


def _graded(number: int, name: str) -> list[NotebookNode]:
    """Return question, solution and test of one exercise."""
    text = f"### Exercise {number}. About {name}\n\n*{KINDS[name]} · graded · 1 minute*\n\nDo it."
    head, _, body = RIGHT[name].partition("\n")
    source = f"{head}\n    ### BEGIN SOLUTION\n{body}\n    ### END SOLUTION"
    return [
        new_markdown_cell(text, id=f"{name}-question"),
        new_code_cell(
            source if body else SOLUTION.format(RIGHT[name]),
            id=f"{name}-solution",
            metadata={
                "tags": ["exercise", "solution"],
                "nbgrader": _marks(name, grade=False, solution=True),
            },
        ),
        new_code_cell(
            TESTS[name],
            id=f"{name}-test",
            metadata={
                "nbgrader": _marks(f"{name}-test", grade=True, locked=True, points=POINTS[name])
            },
        ),
    ]


def _marks(
    grade_id: str, *, grade: bool, solution: bool = False, locked: bool = False, **more: int
) -> dict:
    fixed = {"schema_version": 3, "task": False}
    told = {"grade_id": grade_id, "grade": grade, "solution": solution, "locked": locked}
    return {**fixed, **told, **more}


def answered(given: NotebookNode, answers: Mapping[str, str] = RIGHT) -> NotebookNode:
    """Return the students' version with these answers, by grade_id, and nothing else changed."""
    notebook = copy.deepcopy(given)
    for cell in notebook.cells:
        if (name := cell.metadata.get("nbgrader", {}).get("grade_id")) in answers:
            cell.source = answers[name]
    return notebook
