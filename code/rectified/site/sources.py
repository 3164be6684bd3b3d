"""The bibliography, read once for each state of the file."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from pybtex.database import Entry, Person, parse_string
from pybtex.richtext import Text

from rectified.claims.references import addresses, last_name

BIBLIOGRAPHY = "references.bib"
DOI = re.compile(r"^https?://(?:dx\.)?doi\.org/(.+)$", re.IGNORECASE)
ARXIV = re.compile(
    r"^(?:https?://(?:www\.)?arxiv\.org/(?:abs|pdf)/|https?://doi\.org/10\.48550/arxiv\.)"
    r"([^?#]+?)(?:v\d+)?(?:\.pdf)?$",
    re.IGNORECASE,
)
ENTRY = re.compile(r"(?ms)^@\w+\{([^,\s]+),.*?^\}$")
PLACES = ("journal", "booktitle", "school", "institution", "publisher", "howpublished")


@dataclass(frozen=True)
class Source:
    """What a page says of one entry of the bibliography."""

    key: str
    authors: str  # "He, K., Zhang, X., Ren, S., Sun, J."
    year: str
    title: str
    place: str  # where it appeared, or ""
    urls: tuple[str, ...]  # address, DOI and arXiv, as far as the entry has them
    bibtex: str  # the entry as it stands in the file


def bibliography(root: Path) -> Mapping[str, Source]:
    """Read `references.bib` in `root`; empty when there is none.

    Raises pybtex's error, with the line, for a file that is not BibTeX.
    """
    path = root / BIBLIOGRAPHY
    return _parsed(path.read_text(encoding="utf-8")) if path.is_file() else MappingProxyType({})


@lru_cache(maxsize=1)
def _parsed(text: str) -> Mapping[str, Source]:
    entries = parse_string(text, "bibtex").entries
    written = {match[1]: match[0] for match in ENTRY.finditer(text)}
    if lacking := [key for key in entries if key not in written]:
        raise ValueError(f"an entry must begin and end a line, with @ and }}; see {lacking[0]}")
    return MappingProxyType({key: _source(entry, written[key]) for key, entry in entries.items()})


def address(url: str) -> str | None:
    """Return what identifies the work behind `url`, whatever the spelling; None for no address."""
    if match := ARXIV.match(url):
        return "arxiv:" + match[1].lower()
    if match := DOI.match(url):
        return "doi:" + match[1].lower()
    if url.startswith(("http://", "https://")):
        return url.partition("://")[2].partition("#")[0].removeprefix("www.").rstrip("/")
    return None


def _source(entry: Entry, written: str) -> Source:
    people = entry.persons.get("author") or entry.persons.get("editor") or []
    place = next((_field(entry, name) for name in PLACES if name in entry.fields), "")
    return Source(
        key=entry.key,
        authors=", ".join(map(_name, people)),
        year=_field(entry, "year"),
        title=_field(entry, "title"),
        place=place,
        urls=addresses(entry),
        bibtex=written,
    )


def _field(entry: Entry, name: str) -> str:
    """Return a field as plain text: without braces, accents decoded."""
    return str(Text.from_latex(entry.fields.get(name, "")))


def _name(person: Person) -> str:
    """Write "Last, F. M."."""
    initials = [f"{name}"[0] + "." for name in person.first_names + person.middle_names]
    return ", ".join(filter(None, [last_name(person), " ".join(initials)]))
