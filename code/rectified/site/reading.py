"""What one page says of another: its title, and why to read it; and how far a chapter is along."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from rectified.site.per_page import PerPage
from rectified.site.plain import SENTENCE, plain

LAB = re.compile(r'data-lab="([^"]+)"')
SHORTEST = 60  # characters: a sentence that has fewer says too little alone


@dataclass(frozen=True)
class Page:
    """What other pages say of this one."""

    title: str
    why: str  # how its lead begins, as plain text; "" without a lead
    labs: frozenset[str]  # slugs


class PageCollector(PerPage):
    """Keeps a `Page` of each page."""

    name = "rectified_pages"

    def collect(self, doctree: nodes.document) -> Page:
        """Return what is said of a page."""
        title = next(doctree.findall(nodes.title), None)
        labs = {slug for raw in doctree.findall(nodes.raw) for slug in LAB.findall(raw.astext())}
        return Page(
            title=plain(title) if title else "",
            why=beginning(plain(lead(doctree))),
            labs=frozenset(labs),
        )

    def get_updated_docs(self, app: Sphinx, env: BuildEnvironment) -> list[str]:
        """Have all pages written again when what their neighbours or "of 8" say changed."""
        now = (dict(pages(env)), chapters(env))
        before = getattr(env, "rectified_pages_seen", now)
        env.rectified_pages_seen = now
        return [] if before == now else sorted(env.all_docs)


def pages(env: BuildEnvironment) -> dict[str, Page]:
    """Return what is said of each page."""
    return PageCollector.kept(env)


def chapters(env: BuildEnvironment) -> Mapping[str, int]:
    """Return the number of each chapter that has one, in the order of the book."""
    numbers = {name: found.get("") for name, found in env.toc_secnumbers.items()}
    return {name: number[0] for name, number in numbers.items() if number}


def lead(doctree: nodes.document) -> nodes.Element:
    """Return the paragraph that says what a page is about; an empty one if there is none."""
    leads = (node for node in doctree.findall(nodes.paragraph) if "rc-lead" in node["classes"])
    return next(leads, nodes.paragraph())


def beginning(text: str) -> str:
    """Return the first sentence of a text, and the next ones as long as it all is short."""
    sentences = SENTENCE.split(text)
    lengths = accumulate(map(len, sentences))
    first = next((number for number, length in enumerate(lengths) if length >= SHORTEST), None)
    return " ".join(sentences[: None if first is None else first + 1])


def add_whys(app: Sphinx, pagename: str, context: dict[str, Any]) -> None:
    """Give the neighbours in a page's context a line that says why to read them."""
    _, before, after = app.builder.relations.get(pagename, (None, None, None))
    for name, side in ((before, "prev"), (after, "next")):
        if name:
            context[side]["why"] = pages(app.env)[name].why


def setup(app: Sphinx) -> None:
    """Register the collector."""
    app.add_env_collector(PageCollector)
