"""The page for teachers: what each chapter takes, asks and teaches, read from the chapters.

The numbers come from their notebooks, the aims from their pages, when this page is written.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform

from rectified.site.folds import fold

TEACHING = "chapters/teaching"
TIME = re.compile(r"(?m)^> \*\*Time\*\* (\d+) minutes; the exercises take (\d+) more$")
AIMS = "What your students can do after each chapter, and know before"
EXERCISE = re.compile(r"(?m)^### Exercise \d+\. ")


@dataclass(frozen=True)
class Load:
    """What a chapter takes and asks; the fields' names, in this order, head the table."""

    minutes_to_read: int
    minutes_of_exercises: int
    exercises: int
    graded: int  # of the exercises
    points_by_tests: float
    points_by_hand: float

    def __add__(self, other: "Load") -> "Load":
        """Return what both take together."""
        return Load(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))


def load(path: Path) -> Load | None:
    """Read what a chapter's notebook takes and asks; None of a page that is no lesson.

    Raises ValueError if a chapter with exercises does not say how long they take.
    """
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    sources = ["".join(cell["source"]) for cell in cells]
    exercises, graded, points = 0, set(), {True: 0.0, False: 0.0}
    for cell, source in zip(cells, sources, strict=True):
        exercises += len(EXERCISE.findall(source)) * (cell["cell_type"] == "markdown")
        mark = cell["metadata"].get("nbgrader", {})
        if mark.get("grade"):
            graded.add(exercises)
            points[mark["solution"]] += mark["points"]  # a graded solution is read by a person
    if not exercises:
        return None
    time = TIME.search("\n\n".join(sources))
    if time is None:
        raise ValueError(
            f"{path.name}: its time must read '> **Time** 40 minutes; the exercises take 90 more'"
        )
    minutes = (int(time[1]), int(time[2]))
    return Load(*minutes, exercises, len(graded), points[False], points[True])


class FillTeaching(SphinxPostTransform):
    """Appends the table of all chapters, and what each teaches, to the page for teachers."""

    default_priority = 5  # before references are resolved, those of the aims among them

    def run(self, **_: object) -> None:
        """Append them to its section "The chapters"."""
        if self.env.docname != TEACHING:
            return
        loads = {
            page: found
            for page in self.env.collect_relations()
            if (path := Path(self.env.doc2path(page))).suffix == ".ipynb" and (found := load(path))
        }
        sections = self.document.findall(nodes.section)
        section = next(part for part in sections if "the-chapters" in part["ids"])
        section += self.table(loads)
        section += fold("", self.aims(list(loads)), summary=AIMS)

    def table(self, loads: dict[str, Load]) -> nodes.table:
        """Return the table: a row for each chapter, and one for all of them."""
        names = [field.name.replace("_", " ") for field in fields(Load)]
        total = Load(0, 0, 0, 0, 0, 0)
        rows = []
        for page, found in loads.items():
            rows.append(row([self.link(page), *numbers(found)]))
            total += found
        rows.append(row([nodes.strong("", "All"), *numbers(total)]))
        group = nodes.tgroup("", cols=len(names) + 1)
        group += [nodes.colspec(colwidth=1) for _ in range(len(names) + 1)]
        group += nodes.thead("", row(map(nodes.Text, ["chapter", *names])))
        group += nodes.tbody("", *rows)
        return nodes.table("", group, classes=["rc-load"])

    def link(self, page: str) -> nodes.reference:
        """Return a chapter's title as a link to it."""
        address = self.app.builder.get_relative_uri(TEACHING, page)
        return nodes.reference("", self.env.titles[page].astext(), refuri=address, internal=True)

    def aims(self, pages: Sequence[str]) -> nodes.definition_list:
        """Return for each chapter what its readers can do afterwards, and know before."""
        listed = nodes.definition_list(classes=["rc-aims"])
        for page in pages:
            term = nodes.term("", "", self.link(page))
            listed += nodes.definition_list_item(
                "", term, nodes.definition("", *aims(self.env, page))
            )
        return listed


def goals(env: BuildEnvironment, page: str) -> dict[str, nodes.definition]:
    """Return what a chapter's page says it gives, asks and takes, by its terms."""
    items = env.get_doctree(page).findall(nodes.definition_list_item)
    told = (item.children for item in items if "rc-meta" in item.parent["classes"])
    return {term.astext(): definition for term, definition in told}


def aims(env: BuildEnvironment, page: str) -> Iterator[nodes.Node]:
    """Yield what a chapter's page says of aims and of what to know first."""
    for term, definition in goals(env, page).items():
        if term == "You will be able to":
            yield from (child.deepcopy() for child in definition)
        elif term == "Know first":
            before = nodes.Text("Know first: ")
            yield nodes.paragraph("", "", before, *(c.deepcopy() for c in definition[0]))


def numbers(found: Load) -> Iterator[nodes.Node]:
    """Yield a chapter's numbers, as the table shows them."""
    yield from (nodes.Text(f"{number:g}") for number in astuple(found))


def row(cells: Sequence[nodes.Node]) -> nodes.row:
    """Return a row of a table."""
    return nodes.row("", *(nodes.entry("", nodes.paragraph("", "", cell)) for cell in cells))


def written_again(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """Have the page read and written again when any page changed."""
    return [TEACHING] if (added | changed | removed) and TEACHING in env.found_docs else []


def setup(app: Sphinx) -> None:
    """Register the transform, and what keeps the page up to date."""
    app.add_post_transform(FillTeaching)
    app.connect("env-get-outdated", written_again)
