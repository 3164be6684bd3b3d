"""Scores as tables: for a person to read, and for Canvas and Moodle to import.

Formats, as the platforms' own code reads them:

- Canvas, `lib/gradebook_importer.rb`: Student, ID, SIS User ID, SIS Login ID, Section, then a
  column for each assignment; a second row whose first cell holds `Points Possible`. A student is
  found by ID, the user's number, which its file names carry; without one by the name.
- Moodle, `mod/assign/feedback/offline/importgradeslib.php`: the offline grading worksheet with
  Identifier (`Participant 123`), Grade and Last modified (grade), without which it refuses the
  file, and Feedback comments, which it takes for HTML. In another language Moodle wants these
  names in that language. Grades that are there already are replaced only where its form is told to.

A score of which a part still waits for the teacher is left empty for the platforms, and does not
come in too low. `scores.csv` starts with a byte order mark, by which Excel knows UTF-8; the other
two have none, since Canvas would take it for a part of the first name.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path

from rectified.files import write_whole
from rectified.homework.marks import Graded, Mark
from rectified.homework.plain import one_line

FORMULA = tuple("=+-@\t\r\n＝＋－＠")  # what makes a spreadsheet compute a cell, not show it
Cell = str | int | float | None
Identifiers = Mapping[str, Mapping[str, str]]  # file -> {"canvas": "12345"} or {"moodle": "123"}


def write(folder: Path, graded: Sequence[Graded], identifiers: Identifiers) -> list[Path]:
    """Write `scores.csv`, and a file for each platform that students' files came from.

    Returns the paths: `canvas.csv`, and `moodle.csv` (of several chapters `moodle-SLUG.csv`, since
    Moodle's numbers are those of one assignment). A file is there whole or not at all.
    """
    tables = {"scores.csv": "\ufeff" + table(scores(graded))}
    if any("canvas" in of_file for of_file in identifiers.values()):
        tables["canvas.csv"] = table(canvas(graded, identifiers))
    chapters = sorted({record.chapter for record in graded})
    for slug in chapters:
        mine = [record for record in graded if record.chapter == slug]
        rows = moodle(mine, identifiers)
        if len(rows) > 1:
            tables["moodle.csv" if len(chapters) == 1 else f"moodle-{slug}.csv"] = table(rows)
    for name, text in tables.items():
        write_whole(folder / name, text.encode())
    return [folder / name for name in tables]


def scores(graded: Sequence[Graded]) -> list[list[Cell]]:
    """Return a row for each submission, under a header; a mark that waits is empty.

    The columns of cells that are graded stand in the order of the chapter; of several chapters
    they are called `SLUG/GRADE_ID`.
    """
    columns = {(record.chapter, mark.grade_id): None for record in graded for mark in record.marks}
    several = len({chapter for chapter, _ in columns}) > 1
    names = [f"{chapter}/{cell}" if several else cell for chapter, cell in columns]
    rows: list[list[Cell]] = [["student", "file", "chapter", *names, "total", "possible", "flags"]]
    for record in graded:
        mine = {(record.chapter, mark.grade_id): mark.points for mark in record.marks}
        flags = "; ".join(f"{flag.kind}: {flag.text}" for flag in record.flags)
        about = [record.student, record.file, record.chapter]
        marks = [mine.get(column) for column in columns]
        rows.append([*about, *marks, total(record), possible(record), one_line(flags, 1000)])
    return rows


def canvas(graded: Sequence[Graded], identifiers: Identifiers) -> list[list[Cell]]:
    """Return what Canvas's gradebook imports: a row for each student, a column for each chapter."""
    chapters = sorted({record.chapter for record in graded})
    most = {slug: max(possible(r) for r in graded if r.chapter == slug) for slug in chapters}
    people: dict[tuple[str, str], dict[str, float | None]] = {}
    for record in graded:
        number = identifiers.get(record.file, {}).get("canvas", "")
        people.setdefault((record.student, number), {})[record.chapter] = final(record)
    header = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *chapters]
    points = ["Points Possible", "", "", "", "", *(most[slug] for slug in chapters)]
    rows = [
        [student, number, "", "", "", *(marks.get(slug) for slug in chapters)]
        for (student, number), marks in people.items()
    ]
    return [header, points, *rows]


def moodle(graded: Iterable[Graded], identifiers: Identifiers) -> list[list[Cell]]:
    """Return Moodle's worksheet for those whose files came from there, of one chapter."""
    rows: list[list[Cell]] = [
        ["Identifier", "Full name", "Grade", "Last modified (grade)", "Feedback comments"]
    ]
    for record in graded:
        if number := identifiers.get(record.file, {}).get("moodle"):
            about = [f"Participant {number}", record.student, final(record)]
            rows.append([*about, "", _comment(record)])
    return rows


def total(record: Graded) -> float:
    """Return the points that are there by now."""
    return sum(mark.points for mark in record.marks if mark.points is not None)


def possible(record: Graded) -> float:
    """Return the points that a right answer to everything would give."""
    return sum(mark.possible for mark in record.marks)


def waits(record: Graded) -> float:
    """Return how many of the points that are possible still wait for the teacher."""
    return sum(mark.possible for mark in record.marks if mark.points is None)


def final(record: Graded) -> float | None:
    """Return the points, or None as long as a part of them waits for the teacher."""
    return None if any(mark.points is None for mark in record.marks) else total(record)


def _comment(record: Graded) -> str:
    """Return points by exercise, as HTML; nothing that a student wrote is in it."""
    parts: dict[str, list[Mark]] = {}
    for mark in record.marks:
        parts.setdefault(mark.exercise, []).append(mark)
    return "<br>".join(f"{escape(name)}: {said(marks)}" for name, marks in parts.items())


def said(marks: Sequence[Mark]) -> str:
    """Return in words how many points an exercise has, and what still waits."""
    points = sum(mark.points for mark in marks if mark.points is not None)
    most = sum(mark.possible for mark in marks)
    if all(mark.points is None for mark in marks):
        return f"waits for your teacher, of {number(most)}"
    waits = any(mark.points is None for mark in marks)
    return f"{number(points)} of {number(most)}" + (", a part waits" if waits else "")


def number(value: float) -> str:
    """Return a number as briefly as it can be said: 2, 0.5, 1.33."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def cell(value: Cell) -> str:
    """Return what stands in a cell: a number as it is, text on one line and never a formula."""
    if value is None:
        return ""
    if not isinstance(value, str):
        return number(value)
    text = one_line(value, 1000)
    return f"'{text}" if value.startswith(FORMULA) or text.startswith(FORMULA) else text


def table(rows: Iterable[Iterable[Cell]]) -> str:
    """Return rows as CSV, with commas and plain line ends."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(map(cell, row) for row in rows)
    return out.getvalue()
