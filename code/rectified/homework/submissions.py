"""From what a learning platform gives to one notebook for each student and chapter.

Nothing that a student hands in stops a run: what cannot be graded becomes a `Refused`, with the
reason, and goes to the scores with no points.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from rectified.homework.entries import Entry, listed, unpacked
from rectified.homework.marks import Flag
from rectified.homework.owners import NOTEBOOK, Owner, owned
from rectified.homework.plain import one_line
from rectified.homework.reading import UnreadableError, read

FILES = 50  # notebooks of one archive that are looked at
COPY = re.compile(r"(?:[ _-]*(?:\(\d+\)|copy\d*|checkpoint|-\d+))+$", re.I)  # `relu (1)`, `relu-1`


class Chapter(Protocol):
    """What is asked of an assignment here: its slug, and its notebook with ids."""

    slug: str
    notebook: Mapping[str, Any]


@dataclass(frozen=True, eq=False)  # one is itself alone, and can key its record
class Submission:
    """One student's notebook."""

    student: str  # as the platform names it; may hold anything that can be written as UTF-8
    file: str  # where it lies in what was handed in; an archive counts as a folder
    identifiers: Mapping[str, str]  # what the platform wants back: "moodle", "canvas", or nothing
    data: bytes  # the notebook as `reading.read` cleans it, as JSON
    digest: str  # SHA-256 of the file's own bytes, hexadecimal
    flags: tuple[Flag, ...] = ()
    chapter: str = ""  # slug, once it is known
    own: str = ""  # the file's own name, where it is not the student's
    rank: tuple[float, ...] = ()  # of two for the same chapter the larger counts

    @property
    def notebook(self) -> dict[str, Any]:
        """The notebook, parsed."""
        return json.loads(self.data)


@dataclass(frozen=True)
class Refused:
    """What cannot be graded, and why."""

    student: str
    file: str
    identifiers: Mapping[str, str]
    reason: str  # one sentence
    digest: str = ""  # as above, where there are bytes
    chapter: str = ""


def collect(source: Path) -> list[Submission | Refused]:
    """Return every notebook of a folder or archive that was handed in, in order of names.

    `owners` says how files are told to be whose. A student of whom there is no notebook at all is
    refused with what is there instead. Raises ValueError, naming `source`, if it cannot be listed.
    """
    found: list[Submission | Refused] = []
    others: dict[tuple[str, ...], tuple[Owner, Entry]] = {}  # of each student, one that is none
    for person, entry in owned(listed(Path(source))):
        if NOTEBOOK.fullmatch(entry.name) or entry.is_archive:
            found.extend(_opened(person, entry))
        elif person.identifiers or len(entry.parts) > 1:
            others.setdefault(_key(person), (person, entry))
    there = {_key(item) for item in found}
    found += [
        _refused(person, entry, "There is no notebook among what was handed in.")
        for key, (person, entry) in others.items()
        if key not in there
    ]
    return sorted(found, key=lambda item: (item.student.casefold(), item.student, item.file))


def chosen(
    found: Iterable[Submission | Refused], chapters: Sequence[Chapter]
) -> list[Submission | Refused]:
    """Return one submission for each student and chapter, flagged, and all that is refused.

    Of several the one with the highest number of the platform counts; without numbers, or if they
    are equal, the one that was changed last, then the larger, then the last by name.
    """
    groups: dict[tuple[str, ...], list[Submission]] = {}
    kept: list[Submission | Refused] = []
    for item in found:
        if isinstance(item, Refused):
            kept.append(item)
            continue
        slug, flags = chapter_of(item.notebook, chapters, item.own)
        if not slug:
            reason = "It is none of the chapters that are graded."
            kept.append(Refused(item.student, item.file, item.identifiers, reason, item.digest))
            continue
        item = replace(item, chapter=slug, flags=(*item.flags, *flags))
        groups.setdefault((*_key(item), slug), []).append(item)
    for group in groups.values():
        newest = max(group, key=lambda item: (item.rank, item.file))
        older = [item.file for item in group if item is not newest]
        kept.append(replace(newest, flags=(*newest.flags, *_duplicates(older))))
    return sorted(kept, key=lambda item: (item.student.casefold(), item.student, item.file))


def chapter_of(
    notebook: Mapping[str, Any], chapters: Sequence[Chapter], name: str = ""
) -> tuple[str, list[Flag]]:
    """Return the slug of the chapter that a cleaned notebook is ("" if it is none), and flags.

    The notebook's metadata decide; without them the file's name; without that the ids that no
    other chapter has; and if only one chapter is graded, it is that one.
    """
    slugs = [chapter.slug for chapter in chapters]
    by_name = _stem(name)
    said = notebook["metadata"].get("rectified", {}).get("chapter")
    flags = [] if said in slugs else [Flag("no metadata", "It does not say which chapter it is.")]
    slug = said if said in slugs else by_name if by_name in slugs else _by_ids(notebook, chapters)
    if not slug and len(slugs) == 1:
        slug = slugs[0]
    if slug and name and by_name != slug:
        flags.append(Flag("renamed", f"It is called {one_line(name, 80)}, not {slug}.ipynb."))
    return slug, flags


def _opened(person: Owner, entry: Entry) -> Iterator[Submission | Refused]:
    """Yield the notebook that an entry is, or those in the archive that it is."""
    if not entry.is_archive:
        yield _submission(person, entry, person.own)
        return
    try:
        inside = [inner for inner in unpacked(entry) if NOTEBOOK.fullmatch(inner.name)]
    except ValueError as error:
        yield _refused(person, entry, str(error))
        return
    if not inside:
        yield _refused(person, entry, "There is no notebook in the archive.")
    if len(inside) > FILES:
        yield _refused(person, entry, f"Of its notebooks only {FILES} were looked at.")
    for inner in inside[:FILES]:
        yield _submission(person, inner, inner.name)


def _submission(person: Owner, entry: Entry, own: str) -> Submission | Refused:
    try:
        raw = entry.read()
    except ValueError as error:
        return _refused(person, entry, str(error))
    digest = hashlib.sha256(raw).hexdigest()
    try:
        notebook, flags = read(raw)
    except UnreadableError as error:
        return replace(_refused(person, entry, str(error)), digest=digest)
    if person.late:
        flags.append(Flag("late", "The platform says that it came late."))
    return Submission(
        student=_writable(person.student),
        file=_writable("/".join(entry.parts)),
        identifiers=person.identifiers,
        data=json.dumps(notebook, ensure_ascii=False).encode(),
        digest=digest,
        flags=tuple(flags),
        own=_writable(own),
        rank=(person.number, entry.changed, len(raw)),
    )


def _refused(person: Owner, entry: Entry, reason: str) -> Refused:
    file = _writable("/".join(entry.parts))
    return Refused(_writable(person.student), file, person.identifiers, one_line(reason))


def _writable(name: str) -> str:
    """Return a name of the file system, or of an archive, as text that can be written."""
    return name.encode("utf-8", errors="replace").decode("utf-8")


def _key(item: Owner | Submission | Refused) -> tuple[str, ...]:
    """Return what tells students apart: the platform's number, else the name."""
    if item.identifiers:
        return tuple(f"{key} {value}" for key, value in sorted(item.identifiers.items()))
    return (_writable(item.student),)


def _duplicates(older: Sequence[str]) -> list[Flag]:
    if not older:
        return []
    names = ", ".join(one_line(name, 80) for name in sorted(older)[:5])
    return [Flag("duplicate", f"{len(older)} more for this chapter, not graded: {names}.")]


def _stem(name: str) -> str:
    """Return a notebook's name without its ending and without what marks a copy."""
    match = NOTEBOOK.fullmatch(name[-300:])
    return COPY.sub("", match[1]).casefold() if match else ""


def _by_ids(notebook: Mapping[str, Any], chapters: Sequence[Chapter]) -> str:
    """Return the slug of the chapter with the most ids of its own in a notebook; "" for none."""
    there = _ids(notebook)
    ids = {chapter.slug: _ids(chapter.notebook) for chapter in chapters}
    shared = {
        slug: len(there & own - set().union(*(ids[s] for s in ids if s != slug)))
        for slug, own in ids.items()
    }
    ranked = sorted(shared.values(), reverse=True)
    if not ranked or ranked[0] == 0 or ranked[1:2] == ranked[:1]:
        return ""
    return max(shared, key=shared.__getitem__)


def _ids(notebook: Mapping[str, Any]) -> set[str]:
    """Return the ids of all cells, nbgrader's among them."""
    found = set()
    for cell in notebook["cells"]:
        found.add(cell.get("id", ""))
        found.add(cell.get("metadata", {}).get("nbgrader", {}).get("grade_id", ""))
    return {name for name in found if isinstance(name, str) and name}
