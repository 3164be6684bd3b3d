"""The page of origins: who says which sentence, where, and what came of it in this book.

As the page of all claims it is filled from executed records when it is written.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

from rectified.claims import Verdict
from rectified.claims.badge import DOT, SIGNS
from rectified.site.claims import ORIGINS, Record, measured
from rectified.site.sources import Source, bibliography

WIDELY = "Said widely, by nobody first"
Found = tuple[str, Record]  # a page, and the record of a claim that it measured


class FillOrigins(SphinxPostTransform):
    """Appends the sentences, source by source, to the page of origins."""

    default_priority = 5

    def run(self, **_: Any) -> None:
        """Append a section with a list of sources, each with its sentences."""
        if self.env.docname != ORIGINS:
            return
        section = nodes.section("", nodes.title("", "Sentence by sentence"), ids=["sentences"])
        listed = nodes.definition_list(classes=["rc-origins"])
        for term, found in by_source(measured(self.env), bibliography(Path(self.app.srcdir))):
            said = nodes.bullet_list("", *(self.sentence(*item) for item in found))
            listed += nodes.definition_list_item("", term, nodes.definition("", said))
        section += listed
        next(self.document.findall(nodes.section)).append(section)

    def sentence(self, page: str, record: Record) -> nodes.list_item:
        """Return one sentence: where it stands in the source, its verdict, and its place here."""
        address = self.app.builder.get_relative_uri(ORIGINS, page) + f"#claim-{record['id']}"
        link = nodes.reference("", self.env.titles[page].astext(), refuri=address, internal=True)
        line = nodes.paragraph("", "", nodes.Text(f"{record['claim']} "))
        line += nodes.strong("", SIGNS[Verdict(record["verdict"])].word)
        line += [nodes.Text(" in "), link]
        place = (record["source"] or {}).get("place")
        line += nodes.inline("", f"{DOT}{place}" if place else "", classes=["rc-place"])
        return nodes.list_item("", line)


def by_source(
    found: Iterable[Found], works: dict[str, Source]
) -> Iterator[tuple[nodes.term, list[Found]]]:
    """Yield each source as a term, by author and year, with what it says; the nameless last."""
    said: dict[str | None, list[Found]] = {}
    for page, record in found:
        key = record["source"] and record["source"]["key"]
        said.setdefault(key, []).append((page, record))
    nameless = said.pop(None, [])
    for key in sorted(said, key=lambda key: (works[key].authors.casefold(), works[key].year)):
        yield named(works[key]), said[key]
    if nameless:
        yield nodes.term("", WIDELY), nameless


def named(work: Source) -> nodes.term:
    """Return author, year and title, linked where the work can be read."""
    title = nodes.Text(work.title)
    linked = nodes.reference("", "", title, refuri=work.urls[0]) if work.urls else title
    return nodes.term("", "", nodes.Text(f"{work.authors} ({work.year}), "), linked)


def setup(app: Sphinx) -> None:
    """Register the transform."""
    app.add_post_transform(FillOrigins)
