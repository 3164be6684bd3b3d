"""Whose a file is: what learning platforms say in names, and how folders are laid out.

Names of files, as the platforms' own code makes them:

- Moodle, `mod/assign/classes/downloader.php`: a folder `Full name_NUMBER_assignsubmission_file`
  for each student (older versions end it with `_`), or, without folders, that and `_` before each
  file's name. NUMBER is the participant's in this assignment; blind marking says `Participant`.
- Canvas, `lib/content_zipper.rb`: `lastfirst_LATE_USER_FILE_name.ipynb`, without `LATE_` if it
  came in time; `anon_ID` stands for name and user where marking is anonymous. FILE grows with each
  upload, and a file that is handed in again is called `name-1.ipynb`.

A student chooses the rest of a name, and all that lies inside a folder or an archive of theirs. So
the outermost name decides, and what lies below it is never asked.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from rectified.homework.entries import Entry, unpacked

MOODLE = re.compile(
    r"(?P<student>.+)_(?P<moodle>\d+)_assignsubmission_[a-z]+(?:_(?P<own>.*))?", re.S
)
CANVAS = re.compile(
    r"(?P<student>.+?)(?P<late>_LATE)?_(?P<canvas>\d+)_(?P<number>\d+)_(?P<own>.+)", re.S
)
ANONYMOUS = re.compile(
    r"(?:(?P<late>LATE)_)?(?P<student>anon_[0-9A-Za-z]+)_(?P<number>\d+)_(?P<own>.+)", re.S
)
NOTEBOOK = re.compile(r"(.*)\.ipynb(?:\.json|\.txt)?", re.S | re.I)  # browsers add an ending
LONGEST = 1_000  # characters of a name
DEPTH = 4  # folders around the students' own, at most


@dataclass(frozen=True)
class Owner:
    """Who handed a file in, by its outermost name."""

    student: str
    identifiers: Mapping[str, str]  # {"moodle": "123456"}, {"canvas": "12345"} or {}
    number: int = 0  # the platform's number of the upload; a later one is larger
    late: bool = False
    own: str = ""  # the file's name without what the platform put before it


def owner(name: str) -> Owner | None:
    """Return what a platform says in the name of a file or folder; None if it says nothing."""
    for pattern in (MOODLE, ANONYMOUS, CANVAS):
        if match := pattern.fullmatch(name[:LONGEST]):
            said = match.groupdict()
            identifiers = {key: said[key] for key in ("moodle", "canvas") if said.get(key)}
            number = int(said.get("number", "0")[:18])
            late, own = bool(said.get("late")), said.get("own") or ""
            return Owner(said["student"], identifiers, number, late, own)
    return None


def owned(entries: Iterable[Entry]) -> list[tuple[Owner, Entry]]:
    """Return the entries with their owners, in order of their names.

    A folder, or an archive, that no platform named is a student's own, and so is a loose file
    such as `anna.ipynb`. Around them there may be more folders: one that holds all, or one for
    each section of a class, with nothing in it but what a platform named.
    """
    pairs = []
    for depth, entry in _within(list(entries)):
        name = entry.parts[depth]
        found = owner(name) or Owner(NOTEBOOK.sub(r"\1", name).removesuffix(".zip"), {})
        if (
            not found.own and len(entry.parts) > depth + 1
        ):  # else a loose file has the student's name
            found = replace(found, own=entry.name)
        pairs.append((found, entry))
    return pairs


def _within(entries: Sequence[Entry], depth: int = 0) -> list[tuple[int, Entry]]:
    """Return each entry with the number of folders around the student's own."""
    groups: dict[str, list[Entry]] = {}
    for entry in entries:
        if not _is_stray(entry, depth):
            groups.setdefault(entry.parts[depth], []).append(entry)
    here = [(depth, entry) for group in groups.values() for entry in group]
    if depth == DEPTH or not groups or any(owner(name) for name in groups):
        return here
    if not all(_holds_more(entry, depth) for _, entry in here):
        return here
    if not (_is_around(list(groups.values()), depth) or _are_sections(groups.values(), depth)):
        return here
    inner = (_opened(group, depth) for group in groups.values())
    return [pair for group in inner for pair in _within(group, depth + 1)]


def _is_around(groups: Sequence[Sequence[Entry]], depth: int) -> bool:
    """Say whether there is but one folder or archive, and several folders of students in it."""
    if len(groups) != 1:
        return False
    inner = [e for e in _opened(groups[0], depth) if not _is_stray(e, depth + 1)]
    return len(_names(inner, depth)) > 1 and all(
        owner(entry.parts[depth + 1]) or _holds_more(entry, depth + 1)
        for entry in inner
        if len(entry.parts) > depth + 1
    )


def _are_sections(groups: Iterable[Sequence[Entry]], depth: int) -> bool:
    """Say whether each of the folders or archives holds only what a platform named.

    All of them: one that a student has filled so does not make it believed.
    """
    inner = (_names(_opened(group, depth), depth) for group in groups)  # one at a time in memory
    return all(names and all(map(owner, names)) for names in inner)


def _holds_more(entry: Entry, depth: int) -> bool:
    """Say whether a folder or an archive stands here, not a file."""
    return len(entry.parts) > depth + 1 or entry.is_archive


def _is_stray(entry: Entry, depth: int) -> bool:
    """Say whether this is a loose file that nobody handed in, such as a teacher's list."""
    name = entry.parts[depth] if len(entry.parts) > depth else ""
    return not (_holds_more(entry, depth) or owner(name) or NOTEBOOK.fullmatch(name))


def _opened(group: Sequence[Entry], depth: int) -> list[Entry]:
    """Return what a folder or an archive holds; of an archive that is refused, itself."""
    if len(group[0].parts) > depth + 1:
        return list(group)
    try:
        return unpacked(group[0])
    except ValueError:
        return list(group)


def _names(group: Sequence[Entry], depth: int) -> set[str]:
    return {entry.parts[depth + 1] for entry in group if len(entry.parts) > depth + 1}
