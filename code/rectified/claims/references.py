"""Short citations with a link, from references.bib: "He et al. 2015" instead of a key."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from pybtex.database import Entry, Person, parse_file
from pybtex.richtext import Text

PACKAGE = Path(__file__).parents[1]
# An installed package carries a copy, made when its wheel is built; a checkout has the file itself.
PLACES = (PACKAGE / "references.bib", PACKAGE.parents[1] / "references.bib")


@dataclass(frozen=True)
class Reference:
    """A work as it is named in a line of text, and where it can be read."""

    short: str  # "He et al. 2015"
    url: str | None


def reference(key: str) -> Reference:
    """Return the short form of one entry. Raises ValueError for a key that is not in the file."""
    if key not in references():
        raise ValueError(f"references.bib has no entry {key!r}")
    return references()[key]


@cache
def references() -> Mapping[str, Reference]:
    """Return all entries of references.bib by key."""
    path = next((place for place in PLACES if place.exists()), PLACES[-1])
    return read(path)


def read(path: Path) -> Mapping[str, Reference]:
    """Return the entries of one BibTeX file by key."""
    entries = parse_file(str(path), bib_format="bibtex").entries
    return MappingProxyType({key: _reference(entry) for key, entry in entries.items()})


def _reference(entry: Entry) -> Reference:
    names = [_last_name(person) for person in entry.persons.get("author", [])]
    if not names:
        names = [str(Text.from_latex(entry.fields["title"]))]
    who = names[0] if len(names) == 1 else " & ".join(names)
    if len(names) > 2:
        who = f"{names[0]} et al."
    return Reference(f"{who} {entry.fields.get('year', '')}".strip(), _url(entry))


def _last_name(person: Person) -> str:
    parts = [*person.rich_prelast_names, *person.rich_last_names]
    return " ".join(map(str, parts))


def _url(entry: Entry) -> str | None:
    fields = entry.fields
    if "url" in fields:
        return fields["url"]
    if "doi" in fields:
        return f"https://doi.org/{fields['doi']}"
    return f"https://arxiv.org/abs/{fields['eprint']}" if "eprint" in fields else None
