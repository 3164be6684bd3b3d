"""The rules of a chapter's notebook, each a function from a chapter to the faults that it finds."""

import ast
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import nbformat
from IPython.core.inputtransformer2 import TransformerManager
from markdown_it import MarkdownIt
from markdown_it.token import Token
from nbformat import NotebookNode
from nbformat.v4.rwbase import rejoin_lines

import repository

LONGEST_CELL = 10
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
MYST = re.compile(r"(?m)^\s*(?:`{3,}|~{3,}|:{3,})\s*\{|\{[\w:.-]+\}`|^\([\w-]+\)=\s*$|^:{3,}|\{\{")
COLOUR = re.compile(r"""["']#[0-9a-fA-F]{3,8}["']""")
SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
EXERCISE = re.compile(r"(?m)^### Exercise (\d+)\. \S.*\n\n\*[^*\n]+ · [^*\n]+\*$")
KIND = re.compile(r"(?m)^### (Exercise \d+)\. \S.*\n\n\*([^*\n]+)\*$")
ALLOWED_SITES = (
    "https://github.com/",
    "https://en.wikipedia.org/wiki/",
    "https://docs.python.org/3/",
)
ALLOWED_HTML = re.compile(r"</?details>|<summary>.*?</summary>")


@dataclass(frozen=True)
class Chapter:
    """One notebook, and what it may refer to."""

    path: Path
    text: str
    address: str = ""  # of the repository
    place: str = "body"  # or "root": the introduction, no exercises; or "appendix": no lesson
    sources: frozenset[str] = frozenset()  # addresses that references.bib holds
    claim_ids: frozenset[str] = frozenset()

    @property
    def notebook(self) -> NotebookNode:
        """Return the parsed notebook as it stands: `nbformat.reads` would mend double ids."""
        return rejoin_lines(nbformat.from_dict(json.loads(self.text)))

    def cells(self, kind: str) -> list[NotebookNode]:
        """Return the cells that are "code" or "markdown"."""
        return [cell for cell in self.notebook.cells if cell.cell_type == kind]

    @property
    def prose(self) -> str:
        """Return all Markdown, a blank line between cells."""
        return "\n\n".join(cell.source for cell in self.cells("markdown"))

    @property
    def tokens(self) -> list[Token]:
        """Return the prose as CommonMark with tables reads it, inline tokens included."""
        blocks = MarkdownIt("commonmark").enable("table").parse(self.prose)
        return [token for block in blocks for token in (block, *(block.children or ()))]


def tags(cell: NotebookNode) -> set[str]:
    """Return a cell's tags."""
    return set(cell.metadata.get("tags", ()))


def is_readers_own(cell: NotebookNode) -> bool:
    """Say whether the reader writes functions here: an exercise, its solution, its test."""
    return bool(tags(cell) & {"exercise", "solution"}) or "nbgrader" in cell.metadata


def parsed(cell: NotebookNode) -> ast.Module:
    """Return a code cell's syntax tree; magics count as calls."""
    return ast.parse(TransformerManager().transform_cell(cell.source))


def checked_claims(chapter: Chapter) -> list[str]:
    """Return the ids handed to `claims.check`, and keys of dictionaries that are such ids.

    An unknown key is not found here: `claims.check_all` itself raises when the cell runs.
    """
    ids = []
    for cell in chapter.cells("code"):
        for node in ast.walk(parsed(cell)):
            if isinstance(node, ast.Dict):
                keys = [key.value for key in node.keys if isinstance(key, ast.Constant)]
                ids += [key for key in keys if key in chapter.claim_ids]
            elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "check":
                ids += [node.args[0].value] if isinstance(node.args[0], ast.Constant) else []
    return ids


def has_no_outputs(chapter: Chapter) -> Iterator[str]:
    """Committed without outputs and without counts."""
    for cell in chapter.cells("code"):
        if cell.outputs or cell.execution_count is not None:
            yield f"cell {cell.id} has been run: clear its outputs"


def is_valid_and_canonical(chapter: Chapter) -> Iterator[str]:
    """Valid, for the kernel that every machine has, and written as nbformat writes it."""
    try:
        nbformat.validate(chapter.notebook)
    except nbformat.ValidationError as error:
        yield f"invalid: {error.message}"
        return
    if chapter.notebook.metadata.get("kernelspec") != KERNEL:
        yield f"kernelspec must be {KERNEL}"
    if nbformat.writes(chapter.notebook) + "\n" != chapter.text:
        yield "not in nbformat's form: keys sorted, one blank of indent, a line feed at the end"


def has_stable_ids(chapter: Chapter) -> Iterator[str]:
    """Ids are names that survive an edit: slugs, each once, and not random digits."""
    ids = Counter(cell.get("id", "") for cell in chapter.notebook.cells)
    for name, count in ids.items():
        if count > 1:
            yield f"cell id {name!r} stands {count} times"
        if not SLUG.fullmatch(name) or re.fullmatch(r"[0-9a-f]{8}", name):
            yield f"cell id {name!r} must be a name in lower case, with hyphens"


def has_short_cells(chapter: Chapter) -> Iterator[str]:
    """At most ten lines a cell, magics and blank lines counted."""
    for cell in chapter.cells("code"):
        lines = cell.source.count("\n") + 1
        if lines > LONGEST_CELL and not is_readers_own(cell):
            yield f"cell {cell.id} has {lines} lines, at most {LONGEST_CELL}"


def defines_nothing(chapter: Chapter) -> Iterator[str]:
    """Functions and classes live in the package, where tests reach them."""
    definitions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    for cell in chapter.cells("code"):
        if is_readers_own(cell):
            continue
        for node in ast.walk(parsed(cell)):
            if isinstance(node, definitions):
                yield f"cell {cell.id} defines {node.name}: it belongs into the package"


def names_no_colour(chapter: Chapter) -> Iterator[str]:
    """Colours are tokens of the display room: a typed one does not follow the theme."""
    for cell in chapter.cells("code"):
        for colour in COLOUR.findall(cell.source):
            yield f"cell {cell.id} has the colour {colour}"


def is_plain_markdown(chapter: Chapter) -> Iterator[str]:
    """CommonMark, tables and formulas: what JupyterLab, Colab and GitHub show as the site does."""
    for cell in chapter.cells("markdown"):
        for found in MYST.finditer(cell.source):
            yield f"cell {cell.id} has MyST syntax: {found[0].strip()!r}"
    for token in chapter.tokens:
        if token.type.startswith("html") and ALLOWED_HTML.sub("", token.content).strip():
            yield f"HTML other than <details> and <summary>: {token.content.strip()!r}"


def has_one_title(chapter: Chapter) -> Iterator[str]:
    """One heading of level 1, before all others, and no level left out below it."""
    levels = [int(token.tag[1]) for token in chapter.tokens if token.type == "heading_open"]
    if levels[:1] != [1] or levels.count(1) != 1:
        yield f"a chapter starts with its only title, the levels are {levels}"
    for above, below in pairwise(levels):
        if below > above + 1:
            yield f"a heading of level {below} stands right under one of level {above}"


def has_working_links(chapter: Chapter) -> Iterator[str]:
    """A link leads to a source of references.bib, a file of the book, or a claim of the page."""
    anchors = {f"#claim-{claim_id}" for claim_id in checked_claims(chapter)}
    links = [token for token in chapter.tokens if token.type in ("link_open", "image")]
    for target in (str(link.attrs.get("href") or link.attrs.get("src")) for link in links):
        if target.startswith(("http://", "https://")):
            if target not in chapter.sources and not target.startswith(ALLOWED_SITES):
                yield f"{target} is not in references.bib"
        elif target.startswith("#"):
            if target not in anchors:
                yield f"{target} is no claim that this page checks"
        elif not (chapter.path.parent / target.partition("#")[0]).is_file():
            yield f"{target} leads nowhere"


def has_the_parts_of_a_chapter(chapter: Chapter) -> Iterator[str]:
    """What the reader finds in every chapter, in the words that the site styles."""
    wanted = {
        "the goals": r"(?m)^> \*\*You will be able to\*\*$",
        "what to know first": r"(?m)^> \*\*Know first\*\* \S",
        "the time": r"(?m)^> \*\*Time\*\* \S",
        "a prediction": r"(?m)^> \*\*Predict\.\*\* \S",
        "a summary": r"(?m)^## Summary$",
        "what comes next": r"(?m)^\*\*Next:?\*\*",
    }
    if chapter.place == "appendix":
        return
    if chapter.place == "body":
        wanted |= {"the folklore": r"(?m)^## Folklore, tested$", "exercises": r"(?m)^## Exercises$"}
    for part, pattern in wanted.items():
        if not re.search(pattern, chapter.prose):
            yield f"{part} is missing: no {pattern}"
    for block in re.findall(r"(?m)^> \*\*Predict\.\*\*.*(?:\n>.*)*", chapter.prose):
        if not 2 <= block.count("\n> - ") <= 4:
            yield f"a prediction has two to four options: {block.splitlines()[0]}"


def has_exercises_with_solutions(chapter: Chapter) -> Iterator[str]:
    """Six exercises or more, counted from 1, each with a folded solution; three graded by code."""
    if chapter.place != "body":
        return
    numbers = [int(number) for number in EXERCISE.findall(chapter.prose)]
    if len(numbers) < 6 or numbers != list(range(1, len(numbers) + 1)):
        yield f"six exercises, counted from 1, each with its kind and time; found {numbers}"
    solved: dict[str, bool] = {}
    for cell in chapter.notebook.cells:
        for line in re.findall(r"(?m)^(?:##|### Exercise) .*|^<summary>Solution", cell.source):
            if line.startswith("### Exercise"):
                solved[line] = False
            elif line.startswith("<summary>") and solved:
                solved[next(reversed(solved))] = True
        if "solution" in tags(cell) and solved:
            solved[next(reversed(solved))] = True
    for exercise, is_solved in solved.items():
        if not is_solved:
            yield f"{exercise.removeprefix('### ')} has no solution"
    graded = [
        cell for cell in chapter.cells("code") if cell.metadata.get("nbgrader", {}).get("grade")
    ]
    if len(graded) < 3:
        yield f"three exercises or more are graded by code, found {len(graded)}"


def grades_as_it_says(chapter: Chapter) -> Iterator[str]:
    """*graded* where code gives points, *3 points by hand* where a person does, by a rubric."""
    said: dict[str, str] = {"": ""}
    by_code, by_hand = Counter(), Counter()
    for cell in chapter.notebook.cells:
        if cell.cell_type == "markdown":
            said |= dict(KIND.findall(cell.source))
        exercise, grading = next(reversed(said)), cell.metadata.get("nbgrader", {})
        if not grading.get("grade"):
            continue
        counter = by_hand if grading.get("solution") else by_code
        counter[exercise] += grading["points"]
        if grading.get("solution") and "**Rubric.** " not in cell.source:
            yield f"cell {cell.id} is graded by hand: it needs a paragraph **Rubric.**"
        if "default_rng" in cell.source:
            yield f"cell {cell.id} draws inputs that a secret cannot change: take homework.rng"
    for exercise, words in said.items():
        if ("graded" in words.split(" · ")) != (by_code[exercise] > 0):
            yield f"{exercise} is *{words}*, and code gives {by_code[exercise]} points for it"
        told = re.search(r"(\d+) points? by hand", words)
        if (int(told[1]) if told else 0) != by_hand[exercise]:
            yield f"{exercise} is *{words}*, and its answer has {by_hand[exercise]} points"


def starts_with_the_set_up_cell(chapter: Chapter) -> Iterator[str]:
    """The first cell installs the package on Colab; its text has one home."""
    first = chapter.notebook.cells[0]
    if tags(first) != {"remove-cell", "setup"}:
        yield "the first cell must have the tags remove-cell and setup"
    if first.source != repository.setup_cell(chapter.address):
        yield "the set-up cell is not that of tools/repository.py: run make repository"


def checks_known_claims_once(chapter: Chapter) -> Iterator[str]:
    """A claim that is checked is in the ledger, and has one place on the page."""
    for claim_id, count in Counter(checked_claims(chapter)).items():
        if claim_id not in chapter.claim_ids:
            yield f"the ledger has no claim {claim_id!r}"
        if count > 1:
            yield f"the claim {claim_id!r} is checked {count} times"


RULES: tuple[Callable[[Chapter], Iterator[str]], ...] = (
    has_no_outputs,
    is_valid_and_canonical,
    has_stable_ids,
    has_short_cells,
    defines_nothing,
    names_no_colour,
    is_plain_markdown,
    has_one_title,
    has_working_links,
    has_the_parts_of_a_chapter,
    has_exercises_with_solutions,
    grades_as_it_says,
    starts_with_the_set_up_cell,
    checks_known_claims_once,
)
