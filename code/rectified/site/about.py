"""What the book says of itself, read from CITATION.cff, and the page that says it to readers."""

import re
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any

import yaml
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

ABOUT = "chapters/about"
CITATION = "CITATION.cff"
CHANGES = "CHANGELOG.md"
CITE = "cite-this-book"  # the section of the page that the entry goes into
NEEDED = ("title", "abstract", "authors", "version", "date-released", "license", "keywords")


@dataclass(frozen=True)
class Book:
    """The book as a work that others cite."""

    title: str
    abstract: str
    authors: tuple[str, ...]  # "Last, First", or the name of a group in braces
    version: str
    released: str  # 2026-11-21
    licences: tuple[str, ...]  # SPDX's names
    keywords: tuple[str, ...]
    repository: str  # its address, or ""

    def bibtex(self, address: str = "") -> str:
        """Return the entry to cite it by; `address` is that of the site."""
        fields = {
            "author": " and ".join(self.authors),
            "title": self.title,
            "year": self.released[:4],
            "note": f"Version {self.version}",
            "url": address or self.repository,
        }
        lines = [f"  {name} = {{{value}}},\n" for name, value in fields.items() if value]
        key = re.split(r"\W", self.title.lower(), maxsplit=1)[0]
        return f"@misc{{{key}{fields['year']},\n{''.join(lines)}}}"


def book(root: Path) -> Book:
    """Read CITATION.cff. Raises ValueError when it is missing, or lacks an entry."""
    path = root / CITATION
    if not path.is_file():
        raise ValueError(f"{CITATION} is missing: it says what the book is, and who wrote it")
    return _parsed(path.read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def _parsed(text: str) -> Book:
    found = yaml.safe_load(text)
    if lacking := [name for name in NEEDED if not found.get(name)]:
        raise ValueError(f"{CITATION} must have {', '.join(lacking)}")
    licences = found["license"]
    return Book(
        title=found["title"],
        abstract=" ".join(found["abstract"].split()),
        authors=tuple(map(_author, found["authors"])),
        version=str(found["version"]),
        released=str(found["date-released"]),
        licences=(licences,) if isinstance(licences, str) else tuple(licences),
        keywords=tuple(found["keywords"]),
        repository=found.get("repository-code", ""),
    )


def _author(entry: dict[str, Any]) -> str:
    if "name" in entry:  # BibTeX would take a group's name apart
        return f"{{{entry['name']}}}"
    return f"{entry['family-names']}, {entry['given-names']}"


def copyable(bibtex: str) -> str:
    """Return an entry as HTML that can be copied: a click selects it; a script adds a button."""
    return (
        f'<div class="rc-bibtex"><pre>{escape(bibtex, quote=False)}</pre>'
        '<button class="rc-button" type="button" hidden>Copy</button></div>'
    )


class FillAbout(SphinxTransform):
    """Puts the entry into the section "Cite this book"."""

    default_priority = 400

    def apply(self) -> None:
        """Append it."""
        if self.env.docname != ABOUT:
            return
        self.env.note_dependency(CITATION)
        entry = book(Path(self.app.srcdir)).bibtex(self.config.html_baseurl)
        for section in self.document.findall(nodes.section):
            if CITE in section["ids"]:
                section += nodes.raw("", copyable(entry), format="html")


def append_changes(app: Sphinx, docname: str, source: list[str]) -> None:
    """Append the changelog to the page, its headings a level lower."""
    if docname == ABOUT:
        app.env.note_dependency(CHANGES)
        text = Path(app.srcdir, CHANGES).read_text(encoding="utf-8")
        versions = text[text.index("\n## ") :]
        source[0] += re.sub(r"(?m)^#", "##", versions)


def setup(app: Sphinx) -> None:
    """Register transform and handler."""
    app.add_transform(FillAbout)
    app.connect("source-read", append_changes)
