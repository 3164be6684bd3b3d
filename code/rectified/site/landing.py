"""The page at the site's address: what the book is, and the way in. All its facts are counted."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from rectified.claims import Checked, Finding
from rectified.site import board
from rectified.site.claims import PAGE as CLAIMS
from rectified.site.claims import measured
from rectified.site.reading import Page, chapters, pages
from rectified.site.teaching import TEACHING, Load, load

NAME = "index"
# The claim that is shown: heard everywhere, and wrong. A book that lacks it shows none.
SHOWN = "sigmoid-tanh-unusable-deep"


@dataclass(frozen=True)
class Entry:
    """A line of the contents."""

    name: str  # of the page
    page: Page
    number: int | None
    load: Load | None  # None of a page that is no lesson, or of a book without a page for teachers


def landing(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Yield the page, with what its template fills in, when all others are written."""
    parts = contents(app)
    entries = [entry for _, listed in parts for entry in listed]
    context = {
        "title": app.config.project,
        "parts": parts,
        "counts": counts(app, entries),
        "claim": claim(app),
        "claims_page": CLAIMS if CLAIMS in app.env.all_docs else None,
        "teaching_page": TEACHING if TEACHING in app.env.all_docs else None,
        "board": board.learned(),
        "board_settings": board,
    }
    yield NAME, context, "landing.html"


def contents(app: Sphinx) -> list[tuple[str, list[Entry]]]:
    """Return the parts of `_toc.yml` with their captions; the first page's part has none."""
    site_map, numbers = app.config.external_site_map, chapters(app.env)
    parts = [("", [site_map.root.docname])]
    parts += [(tree.caption or "", list(tree.items)) for tree in site_map.root.subtrees]
    return [
        (caption, [entry(app, name, numbers.get(name)) for name in names])
        for caption, names in parts
    ]


def entry(app: Sphinx, name: str, number: int | None) -> Entry:
    """Return a page's line of the contents."""
    path = Path(app.env.doc2path(name))
    taught = TEACHING in app.env.all_docs and path.suffix == ".ipynb"
    return Entry(name, pages(app.env)[name], number, load(path) if taught else None)


def counts(app: Sphinx, entries: list[Entry]) -> dict[str, int]:
    """Count chapters, labs and exercises, and the claims that were measured, by verdict."""
    verdicts = Counter(record["verdict"] for _, record in measured(app.env))
    return {
        "chapters": sum(entry.number is not None for entry in entries),
        "labs": len(frozenset().union(*(entry.page.labs for entry in entries))),
        "exercises": sum(entry.load.exercises for entry in entries if entry.load),
        "claims": verdicts.total(),
        **verdicts,
    }


def claim(app: Sphinx) -> dict[str, str] | None:
    """Return the row of the claim that is shown, and where it was measured."""
    for page, record in measured(app.env):
        if record["id"] == SHOWN:
            row = Checked((Finding.from_record(record),)).html()
            return {"html": row, "page": page, "title": pages(app.env)[page].title}
    return None


def setup(app: Sphinx) -> None:
    """Register the page."""
    app.connect("html-collect-pages", landing)
