"""What a page says of itself in its head: to search engines, to cards, and as structured data."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from rectified.site.about import Book, book
from rectified.site.address import INDEX, LOST, UNLISTED, page_address
from rectified.site.cards import card
from rectified.site.plain import SENTENCE, plain
from rectified.site.reading import chapters, lead
from rectified.site.search import SEARCH
from rectified.site.teaching import TEACHING, goals

DESCRIPTION = 200  # characters; search engines and cards cut about there
SCHEMA = "https://schema.org"
LICENCE = "https://spdx.org/licenses/{}.html"


def fill_head(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document
) -> None:
    """Put description, address, card and structured data into a page's context."""
    work = book(Path(app.srcdir))
    context["description"] = description(doctree) if doctree else described(work, pagename)
    context["pageurl"] = "" if pagename in UNLISTED else page_address(app, pagename)
    context["unlisted"] = pagename in UNLISTED
    base = context["pageurl"] and app.config.html_baseurl
    context["card"] = base and base + card(app, pagename).path
    data = structured(app, pagename, context, work)
    context["structured"] = json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")


def description(doctree: nodes.document) -> str:
    """Return as many sentences of the lead as fit, at least a part of the first."""
    return fitting(plain(lead(doctree)))


def fitting(text: str) -> str:
    """Return the sentences of a text that fit; a first one that is too long is cut at a word."""
    first, *others = SENTENCE.split(text)
    if len(first) > DESCRIPTION:
        return first[: DESCRIPTION - 2].rpartition(" ")[0] + " …"
    for sentence in others:
        if len(first) + 1 + len(sentence) > DESCRIPTION:
            break
        first += f" {sentence}"
    return first


def described(work: Book, pagename: str) -> str:
    """Return the description of a page that is no chapter."""
    return {
        SEARCH: "Search the book for its terms, claims, figures, labs and exercises.",
        LOST: "There is no page at this address; the contents and the search lead on.",
    }.get(pagename, fitting(work.abstract))


def structured(
    app: Sphinx, pagename: str, context: dict[str, Any], work: Book
) -> dict[str, Any] | None:
    """Return what schema.org calls the page: the book, one of its chapters, or another page."""
    page = {
        "@context": SCHEMA,
        "@type": "WebPage",
        "name": re.sub("<.*?>", "", context["title"]),
        "description": context["description"],
        "inLanguage": app.config.language,
        "isAccessibleForFree": True,
        "license": list(map(LICENCE.format, work.licences)),
        **({"url": context["pageurl"]} if context["pageurl"] else {}),
        **({"image": context["card"]} if context["card"] else {}),
    }
    if pagename == INDEX:
        return page | as_book(app, work)
    part_of = {"@type": "Book", "name": work.title, **_url(app, INDEX)}
    page |= {"isPartOf": part_of}
    if pagename in chapters(app.env):
        return page | as_lesson(app, pagename)
    return page | (as_course(app, work) if pagename == TEACHING else {})


def as_book(app: Sphinx, work: Book) -> dict[str, Any]:
    """Return what is said of the whole book."""
    return {
        "@type": ["Book", "LearningResource"],
        "name": work.title,
        "description": work.abstract,
        "author": [{"@type": "Organization", "name": name.strip("{}")} for name in work.authors],
        "datePublished": work.released,
        "version": work.version,
        "keywords": list(work.keywords),
        "learningResourceType": "textbook",
        "hasPart": list(_parts(app)),
        **_url(app, INDEX),
    }


def as_lesson(app: Sphinx, pagename: str) -> dict[str, Any]:
    """Return what is said of a chapter: what it teaches, asks and takes."""
    told = goals(app.env, pagename)
    text = {term: plain(definition) for term, definition in told.items()}
    taught = told.get("You will be able to", nodes.definition()).findall(nodes.list_item)
    minutes = re.match(r"(\d+) minutes", text.get("Time", ""))
    said = {
        "teaches": list(map(plain, taught)),
        "competencyRequired": text.get("Know first"),
        "timeRequired": minutes and f"PT{minutes[1]}M",
    }
    return {
        "@type": ["Chapter", "LearningResource"],
        "position": chapters(app.env)[pagename],
        "learningResourceType": "lesson",
        **{name: value for name, value in said.items() if value},
    }


def as_course(app: Sphinx, work: Book) -> dict[str, Any]:
    """Return what is said of the page for teachers: the book as a course."""
    provider = {"@type": "Organization", "name": work.authors[0].strip("{}")}
    return {"@type": "Course", "provider": provider, "hasPart": list(_parts(app))}


def _parts(app: Sphinx) -> Iterator[dict[str, Any]]:
    for page, position in chapters(app.env).items():
        name = app.env.titles[page].astext()
        yield {"@type": "Chapter", "name": name, "position": position, **_url(app, page)}


def _url(app: Sphinx, page: str) -> dict[str, str]:
    address = page_address(app, page)
    return {"url": address} if address else {}


def setup(app: Sphinx) -> None:
    """Register the handler."""
    app.connect("html-page-context", fill_head, priority=950)  # when the title is bare
