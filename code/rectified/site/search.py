"""The search page: it alone loads the index, and ranks it in the browser (static/search.js).

Entries are kept by page when the page is read, so a build looks only at what changed.
"""

import json
from collections.abc import Iterator
from dataclasses import astuple
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from rectified.site.cache import digest
from rectified.site.entries import Entry, NameParts, entries
from rectified.site.per_page import PerPage

SEARCH = "search"
INDEX = "_static/search-index.js"


class EntryCollector(PerPage):
    """Keeps each page's entries."""

    name = "rectified_entries"

    def collect(self, doctree: nodes.document) -> list[Entry]:
        """Return a page's entries."""
        return list(entries(doctree))


def index(app: Sphinx) -> list[list[Any]]:
    """Return all pages in the order of the book: address, title, entries."""
    found = EntryCollector.kept(app.env)
    return [
        [
            app.builder.get_relative_uri(SEARCH, page),
            found[page][0].title,
            list(map(astuple, found[page])),
        ]
        for page in app.env.collect_relations()
        if found.get(page)
    ]


def leave_out_sphinxs_own(app: Sphinx) -> None:
    """Keep Sphinx from making its index and its page; this part makes both."""
    app.builder.search = False


def add_page(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Make the page, and the index: a script and not JSON, so that it is read from a file, too."""
    text = json.dumps(index(app), ensure_ascii=False, separators=(",", ":"))
    script = f"const searchIndex = () => JSON.parse({json.dumps(text, ensure_ascii=False)});\n"
    path = Path(app.outdir, INDEX)
    path.parent.mkdir(exist_ok=True)
    path.write_text(script, encoding="utf-8")
    address = f"{INDEX}?v={digest(script, [], path.parent)[:8]}"
    yield SEARCH, {"title": "Search", "search_index": address}, "search.html"


def setup(app: Sphinx) -> None:
    """Register anchors, collector and page."""
    app.add_transform(NameParts)
    app.add_env_collector(EntryCollector)
    app.connect("builder-inited", leave_out_sphinxs_own)
    app.connect("html-collect-pages", add_page)
