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


def addresses(entry: Entry) -> tuple[str, ...]:
    """Return where a work can be read: address, DOI and arXiv, as far as the entry has them."""
    forms = {"url": "", "doi": "https://doi.org/", "eprint": "https://arxiv.org/abs/"}
    return tuple(form + entry.fields[name] for name, form in forms.items() if name in entry.fields)


def last_name(person: Person) -> str:
    """Return a name as it is cited, with what precedes it: "von Neumann"."""
    return " ".join(map(str, person.rich_prelast_names + person.rich_last_names))


def _reference(entry: Entry) -> Reference:
    names = [last_name(person) for person in entry.persons.get("author", [])]
    if not names:
        names = [str(Text.from_latex(entry.fields["title"]))]
    who = names[0] if len(names) == 1 else " & ".join(names)
    if len(names) > 2:
        who = f"{names[0]} et al."
    url = next(iter(addresses(entry)), None)
    return Reference(f"{who} {entry.fields.get('year', '')}".strip(), url)
