"""What a reader can search for: sections, exercises, terms, claims, figures and labs of a page."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from itertools import count
from pathlib import Path

from docutils import nodes
from sphinx.transforms import SphinxTransform

from rectified.claims import Verdict
from rectified.claims.badge import SIGNS
from rectified.site.claims import Record, claim_rows
from rectified.site.folds import fold, more
from rectified.site.plain import SENTENCE, plain

KINDS = {"Exercise": "exercise", "Sources": "sources"}  # a title's first word -> the kind
LONGEST_TERM = 4  # words; what is longer in bold is a sentence
FIGURE = '<figure class="rc-figure-box">'
MESSAGE = re.compile(r'<p class="rc-(?:message|question)">(.*?)</p>', re.DOTALL)
SAID = re.compile(r'aria-label="(.*?)"|<figcaption>(.*?)</figcaption>|<li>(.*?)</li>', re.DOTALL)
PLACE = re.compile(r'id="((?:figure|lab)-[^"]+)"')
TAG = re.compile(r"<[^>]+>")


@dataclass(frozen=True)
class Entry:
    """What one result leads to."""

    kind: str  # page, section, exercise, sources, term, claim, figure or lab
    anchor: str
    title: str
    text: str
    note: str = ""  # a claim's verdict
    also: str = ""  # words that find it and are not shown


class NameParts(SphinxTransform):
    """Gives terms and figures an anchor: `term-<word>` where it is first in bold, `figure-<n>`."""

    default_priority = 420  # after the patterns: what opens a block is no term

    def apply(self) -> None:
        """Name them."""
        for term in self.document.findall(_is_term):
            name = "term-" + nodes.make_id(plain(term))
            if name not in self.document.ids:
                term["ids"].append(name)
                self.document.note_explicit_target(term)
        number = count(1)
        for figure in self.document.findall(_is_figure):
            html = figure.astext().replace(FIGURE, f'{FIGURE[:-1]} id="figure-{next(number)}">', 1)
            figure.children = [nodes.Text(html)]


def entries(document: nodes.document) -> Iterator[Entry]:
    """Yield what a page has to find, section by section."""
    name = Path(document["source"]).stem.replace("-", " ")  # also what its readers may call it
    for section in document.findall(nodes.section):
        top = section.parent is document
        anchor = "" if top else section["ids"][0]
        kind = "page" if top else KINDS.get(plain(section[0]).partition(" ")[0], "section")
        parts = list(_shown(section))
        text = " ".join(filter(None, (plain(part, _is_apart) for part in parts)))
        yield Entry(kind, anchor, plain(section[0]), text, also=name if top else "")
        for node in (node for part in parts for node in part.findall()):
            yield from _within(node)


def _within(node: nodes.Node) -> Iterator[Entry]:
    """Yield the claims of a node, or the term, figure or lab that it is."""
    if isinstance(node, claim_rows):
        yield from map(_claim, node["records"])
    elif isinstance(node, nodes.strong) and node["ids"]:
        sentences = SENTENCE.split(plain(node.parent))
        said = next((text for text in sentences if plain(node) in text), "")
        yield Entry("term", node["ids"][0], plain(node), said)
    elif isinstance(node, nodes.raw) and (place := PLACE.search(node.astext())):
        html = node.astext()
        title, *_ = MESSAGE.findall(html)
        said = [*MESSAGE.findall(html)[1:], *("".join(found) for found in SAID.findall(html))]
        kind = place[1].partition("-")[0]
        yield Entry(kind, place[1], _bare(title), " ".join(map(_bare, said)))


def _claim(record: Record) -> Entry:
    also = f"{record['topic']} {record['id'].replace('-', ' ')}"
    verdict = SIGNS[Verdict(record["verdict"])].word
    return Entry("claim", f"claim-{record['id']}", record["claim"], record["why"], verdict, also)


def _shown(section: nodes.section) -> Iterator[nodes.Node]:
    """Yield a section's own parts: not its title, its sections, its solutions."""
    inside = False  # a solution in words, which the chapter folds by HTML
    for part in section.children[1:]:
        html = part.astext() if isinstance(part, nodes.raw) else ""
        inside = inside or "<details" in html
        solution = isinstance(part, fold) and not isinstance(part, more)
        if not (inside or solution or isinstance(part, nodes.section)):
            yield part
        inside = inside and "</details>" not in html


def _is_apart(node: nodes.Node) -> bool:
    """Say whether a node is no part of a section's text: what a cell shows, folded code."""
    return isinstance(node, fold) or "cell_output" in getattr(node, "attributes", {}).get(
        "classes", ()
    )


def _is_term(node: nodes.Node) -> bool:
    """Say whether bold words name something: in running text, and no opening of a paragraph."""
    if not isinstance(node, nodes.strong) or not isinstance(node.parent, nodes.paragraph):
        return False
    text = node.astext()
    return text[-1:] not in ".:?!" and len(text.split()) <= LONGEST_TERM


def _is_figure(node: nodes.Node) -> bool:
    return (
        isinstance(node, nodes.raw) and FIGURE in node.astext() and "data-lab" not in node.astext()
    )


def _bare(html: str) -> str:
    return " ".join(unescape(TAG.sub("", html)).split())
