"""The students' version of a chapter: to read, to fill in, and to hand in.

It holds no solution and no hidden test. Answers give way to nbgrader's stubs, so that nbgrader and
this room's own grader both know the notebook again.
"""

import copy
import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from rectified.files import write_whole
from rectified.homework import draws
from rectified.homework.exercises import Assignment, is_answer, is_setup, is_test, is_variant, read
from rectified.site.markers import SOLUTION, STUB, WORDS, with_stub, without_hidden

ON_THE_SITE = (
    "Each solution is folded; write your own in a new cell above it, and run the test that follows."
)
AT_HOME = (
    f"Answer where it says `YOUR CODE HERE` or `{WORDS}`, and run the test that follows: it says "
    "what is wrong. An exercise without such a place gives no points; add cells as you like."
)
HAND_IN = """\
## Before you hand in

The next cell says which answers are still missing. Save the notebook, and hand it in as it is."""
FOLDED = re.compile(r"(?s)<details>\s*<summary>Solution.*?</details>\n*")
INSIDE_THE_BOOK = re.compile(
    r"\[(?P<words>[^\]]*)\]\((?:(?P<page>[\w/.-]+\.(?:ipynb|md))(?:#[\w-]*)?|#[\w-]+)\)"
)
UNFIT = re.compile(r'[<>:"/\\|?*\x00-\x1f]|^\.|[. ]$')  # in a folder's name, on any system


def students_version(
    assignment: Assignment, *, student: str = "", secret: str = "", variants: bool = False
) -> NotebookNode:
    """Return the notebook that is given out.

    With `variants`, constants that have options are those of `student`, drawn with `secret`.

    Raises:
        ValueError: a solution or a hidden test has no end, a constant is none of its options.
    """
    notebook = copy.deepcopy(assignment.notebook)
    notebook.cells = [cell for cell in notebook.cells if is_answer(cell) or not _is_solution(cell)]
    address = _address(notebook)
    for cell in notebook.cells:
        if is_answer(cell):
            _empty(cell)
        elif is_test(cell):
            cell.source = without_hidden(cell.source)
        elif cell.cell_type == "markdown":
            cell.source = _at_home(cell.source, address)
        elif is_variant(cell) and variants:
            cell.source = draws.filled(cell.source, secret=secret, student=student)
    notebook.cells += _hand_in(assignment)
    version = hashlib.sha256(nbformat.writes(assignment.notebook).encode()).hexdigest()[:16]
    notebook.metadata["rectified"] = {"chapter": assignment.slug, "version": version}
    if variants:
        notebook.metadata["rectified"]["student"] = student
    return notebook


def assign(
    paths: Sequence[Path],
    out: Path,
    *,
    prove: Callable[[Path], None],
    names: Sequence[str] = (),
    secret: str = "",
    force: bool = False,
) -> list[Path]:
    """Write the students' versions of chapters, and return where; all of them, or none.

    out/SLUG.ipynb, or with `names` a copy for each student, out/NAME/SLUG.ipynb. `prove` raises
    ValueError for a chapter whose own solutions do not get full points.

    Raises:
        ValueError: a chapter has no graded exercise or is not sound, a name is no folder's, or
            another file is in the way and not `force`.
    """
    _check(names)
    texts: dict[Path, bytes] = {}
    for path in paths:
        assignment = read(path)
        if not assignment.exercises:
            raise ValueError(f"{path.name} has no graded exercises: there is nothing to hand out")
        prove(path)
        for name in names or [""]:
            made = students_version(assignment, student=name, secret=secret, variants=bool(names))
            texts[out / name / path.name] = (nbformat.writes(made) + "\n").encode()
    others = [path for path, raw in texts.items() if path.exists() and path.read_bytes() != raw]
    if others and not force:
        there = ", ".join(map(str, others[:3]))
        raise ValueError(f"out holds other files of that name: {there}; --force replaces them")
    for path, raw in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, raw)
    return list(texts)


def _check(names: Sequence[str]) -> None:
    """Raise ValueError for names that are no folders, or one folder where capitals do not count."""
    if bad := [name for name in names if not name or UNFIT.search(name)]:
        raise ValueError(f"names must be fit for a folder, got {bad[0]!r}")
    folded = [name.casefold() for name in names]
    if twice := [name for name in names if folded.count(name.casefold()) > 1]:
        raise ValueError(f"names must differ by more than capitals, got {', '.join(twice)}")


def _is_solution(cell: NotebookNode) -> bool:
    """Say whether a cell holds nothing but a solution."""
    if cell.cell_type == "markdown":
        return bool(FOLDED.search(cell.source)) and not FOLDED.sub("", cell.source).strip()
    return "solution" in cell.metadata.get("tags", ())


def _empty(cell: NotebookNode) -> None:
    """Take the answer out, and let the cell be seen."""
    tags = [tag for tag in cell.metadata.pop("tags", ()) if tag not in ("exercise", "solution")]
    if tags:
        cell.metadata["tags"] = tags
    cell.metadata.pop("jupyter", None)
    if cell.cell_type == "markdown":
        cell.source = WORDS
    else:
        is_marked = f"### BEGIN {SOLUTION}" in cell.source
        cell.source = with_stub(cell.source) if is_marked else STUB


def _at_home(source: str, address: str) -> str:
    """Return prose without solutions, with links that lead somewhere from any folder."""

    def linked(link: re.Match[str]) -> str:
        if link["page"] and address:
            return f"[{link['words']}]({address}/blob/HEAD/chapters/{link['page']})"
        return link["words"]

    return INSIDE_THE_BOOK.sub(linked, FOLDED.sub("", source).replace(ON_THE_SITE, AT_HOME))


def _address(notebook: NotebookNode) -> str:
    """Return the repository's address, which the set-up cell knows, or ""."""
    sources = [cell.source for cell in notebook.cells if is_setup(cell)]
    found = re.search(r'(?m)^ *repository = "(.+)"$', "\n".join(sources))
    return found[1] if found else ""


def _hand_in(assignment: Assignment) -> Iterator[NotebookNode]:
    """Yield the last cells, which say what is still missing."""
    lines = [f"    {each.title!r}: {' '.join(each.answers)!r}," for each in assignment.exercises]
    source = "\n".join(["from rectified import homework", "", "parts = {", *lines, "}"])
    yield new_markdown_cell(HAND_IN, id="before-you-hand-in")
    yield new_code_cell(f"{source}\nhomework.missing(parts, globals())", id="still-missing")
