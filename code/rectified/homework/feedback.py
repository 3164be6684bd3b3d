"""What a student gets back: a page that says for each exercise what was expected and what came."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rectified.files import write_whole
from rectified.homework.marks import Graded, Mark
from rectified.homework.pages import file_name, page
from rectified.homework.scores import number, possible, said, total, waits

WORDS = {"right": "Right", "part": "In part", "wrong": "Not yet", "waits": "Waits for your teacher"}


@dataclass(frozen=True)
class Part:
    """One exercise on the page: its marks, and what is said of them."""

    title: str
    marks: tuple[Mark, ...]

    @property
    def state(self) -> str:
        """Say how it went: "right", "part", "wrong" or "waits"."""
        if any(mark.points is None for mark in self.marks):
            return "waits"
        points = sum(mark.points or 0 for mark in self.marks)
        if points >= sum(mark.possible for mark in self.marks):
            return "right"
        return "part" if points > 0 else "wrong"

    @property
    def word(self) -> str:
        """The state, as a word."""
        return WORDS[self.state]

    @property
    def said(self) -> str:
        """The points, in words."""
        most = sum(mark.possible for mark in self.marks)
        waits = all(mark.points is None for mark in self.marks)
        return f"of {number(most)}" if waits else said(self.marks)

    @property
    def messages(self) -> list[str]:
        """What was expected and what came, each once."""
        return list(dict.fromkeys(mark.message for mark in self.marks if mark.message.strip()))

    @property
    def answer(self) -> str:
        """The student's own source."""
        return next((mark.answer for mark in self.marks if mark.answer.strip()), "")

    @property
    def anchor(self) -> str:
        """The exercise's name in the chapter's page, as docutils makes it of a heading."""
        return re.sub(r"[^a-z0-9]+", "-", self.title.lower()).strip("-")


def write(
    folder: Path,
    graded: Iterable[Graded],
    *,
    titles: Mapping[str, str] | None = None,
    book: str = "",
) -> list[Path]:
    """Write a page for each submission into a folder, made if need be; return the paths.

    `titles` gives chapters' titles by slug. `book` is the address of the book's site, or "":
    solutions are linked there. Raises ValueError for a `book` that is no web address.
    """
    if book and not re.match(r"https?://", book):
        raise ValueError(f"book must be an address with http:// or https://, got {book!r}")
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for record in graded:
        title = (titles or {}).get(record.chapter, record.chapter)
        link = f"{book.rstrip('/')}/chapters/{record.chapter}.html" if book else ""
        path = folder / file_name(record.student, record.file, record.chapter)
        write_whole(path, feedback(record, title=title, solutions=link).encode())
        paths.append(path)
    return paths


def feedback(record: Graded, *, title: str, solutions: str = "") -> str:
    """Return the page of one submission; `solutions` is the address of the chapter, or ""."""
    return page(
        "feedback.html",
        record=record,
        title=title,
        solutions=solutions,
        parts=parts(record.marks),
        total=total(record),
        possible=possible(record),
        waits=waits(record),
    )


def parts(marks: Sequence[Mark]) -> list[Part]:
    """Return the marks by exercise, in their order."""
    found: dict[str, list[Mark]] = {}
    for mark in marks:
        found.setdefault(mark.exercise, []).append(mark)
    return [Part(title, tuple(of_it)) for title, of_it in found.items()]
