"""Links to what the bibliography holds become citations, with a list of sources on each page."""

from collections.abc import Iterable
from pathlib import Path

from docutils import nodes
from sphinx.addnodes import download_reference
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.util import logging

from rectified.site.about import copyable
from rectified.site.claims import claim_rows
from rectified.site.sources import BIBLIOGRAPHY, Source, address, bibliography

logger = logging.getLogger(__name__)


class Cite(SphinxTransform):
    """Give each link to a known work a tooltip, and list the page's works under "Sources"."""

    default_priority = 410  # after the patterns: quotes have become blocks

    def apply(self) -> None:
        """Look at the page's links and at its claims, in their order."""
        root = Path(self.app.srcdir)
        if (root / BIBLIOGRAPHY).is_file():
            self.env.note_dependency(BIBLIOGRAPHY)
        works = bibliography(root)
        by_address = {address(url): work for work in works.values() for url in work.urls}
        cited: dict[str, Source] = {}
        for node in self.document.findall():
            if isinstance(node, nodes.reference) and "refuri" in node:
                found = [cite(node, by_address.get(address(node["refuri"])))]
            elif isinstance(node, claim_rows):
                found = [works.get(key) or _unknown(key, node) for key in node.sources()]
            else:
                continue
            cited |= {work.key: work for work in found if work}
        if cited:
            self.list_sources(cited.values())

    def list_sources(self, works: Iterable[Source]) -> None:
        """Append the list to the section "Sources", which is made when the page has none."""
        top = next(self.document.findall(nodes.section))
        sections = [part for part in top.children if isinstance(part, nodes.section)]
        section = next((part for part in sections if part[0].astext() == "Sources"), None)
        if section is None:
            section = nodes.section("", nodes.title("", "Sources"), ids=["sources"])
            self.document.note_explicit_target(section)
            top += section
        section += [source_list(works), whole_list()]


def cite(node: nodes.reference, work: Source | None) -> Source | None:
    """Put a work's tooltip on a link; warn when a DOI or an arXiv address leads to none."""
    if work:
        node["reftitle"] = f"{work.authors} ({work.year}). {work.title}"
    elif (address(node["refuri"]) or "").startswith(("doi:", "arxiv:")):
        _unknown(node["refuri"], node)
    return work


def _unknown(what: str, node: nodes.Node) -> None:
    logger.warning("%s is not in %s", what, BIBLIOGRAPHY, location=node)


def source_list(works: Iterable[Source]) -> nodes.enumerated_list:
    """Make the numbered list: authors, year, title with its link, place, and BibTeX, folded."""
    result = nodes.enumerated_list(classes=["rc-sources"], enumtype="arabic")
    for work in works:
        line = nodes.paragraph("", f"{work.authors} ({work.year}). ")
        title = nodes.Text(work.title)
        line += nodes.reference("", "", title, refuri=work.urls[0]) if work.urls else title
        stop = "" if work.title.endswith(("?", "!")) else "."
        line += nodes.Text(f"{stop} {work.place}." if work.place else stop)
        entry = f"<details><summary>BibTeX</summary>{copyable(work.bibtex)}</details>"
        result += nodes.list_item(
            "", line, nodes.raw("", entry, format="html"), ids=[f"source-{work.key}"]
        )
    return result


def whole_list() -> nodes.paragraph:
    """Lead to the file of all works, which Sphinx puts where it can be downloaded."""
    link = download_reference("", "", nodes.Text(BIBLIOGRAPHY), reftarget=f"/{BIBLIOGRAPHY}")
    return nodes.paragraph("", "", nodes.Text("All works of the book: "), link)


def setup(app: Sphinx) -> None:
    """Register the transform."""
    app.add_transform(Cite)
