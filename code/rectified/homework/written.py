"""Points for written answers: a page to enter them, and how they come into the scores.

The teacher fills in `written.csv`, by the page or by any spreadsheet: one row for each answer, in
which only the last column is empty. What it says is believed only where it fits what was graded.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rectified.files import write_whole
from rectified.homework.marks import Graded, Mark
from rectified.homework.pages import page
from rectified.homework.scores import cell, number, table

COLUMNS = ("student", "file", "grade_id", "exercise", "possible", "points")
LARGEST = 20_000_000  # bytes of a table


@dataclass(frozen=True)
class Waiting:
    """One written answer, and its row of the table up to the points."""

    student: str
    answer: str
    possible: float
    row: str


def write(folder: Path, graded: Sequence[Graded], rubrics: Mapping[str, str]) -> list[Path]:
    """Write `written.html` and, unless there is one, `written.csv`; return the paths.

    A table that the teacher has begun to fill is left alone. `rubrics` gives for each grade_id
    what an answer should hold, as text. Without a written answer nothing is written.
    """
    if not any(mark.kind == "written" for record in graded for mark in record.marks):
        return []
    paths = [folder / "written.html", folder / "written.csv"]
    write_whole(paths[0], written(graded, rubrics).encode())
    if not paths[1].exists():
        write_whole(paths[1], template(graded).encode())
    return paths


def written(graded: Iterable[Graded], rubrics: Mapping[str, str]) -> str:
    """Return the page on which points are entered, exercise by exercise."""
    found: dict[str, list[Waiting]] = {}
    titles: dict[str, str] = {}
    for record, mark in _answers(graded):
        row = table([_row(record, mark)]).removesuffix("\n")
        waiting = Waiting(record.student, mark.answer, mark.possible, row)
        found.setdefault(mark.grade_id, []).append(waiting)
        titles[mark.grade_id] = mark.exercise
    exercises = [
        (titles[key], rubrics.get(key, "").replace("**Rubric.**", "").strip(), answers)
        for key, answers in found.items()
    ]
    return page(
        "written.html",
        script="written.js",
        exercises=exercises,
        header=",".join(COLUMNS),
        count=sum(map(len, found.values())),
    )


def template(graded: Iterable[Graded]) -> str:
    """Return the table that the teacher fills in, as CSV with a byte order mark for Excel."""
    rows = [[*_row(record, mark), mark.points] for record, mark in _answers(graded)]
    return "\ufeff" + table([COLUMNS, *rows])


def merge(graded: Sequence[Graded], path: Path) -> list[Graded]:
    """Return the submissions with the points of a filled table; empty ones go on waiting.

    Commas, semicolons and tabs may part the columns, and a comma may stand for the decimal point,
    as spreadsheets in some languages have it. Raises ValueError, naming line and reason, for what
    does not fit: a missing column, an answer that is not there or comes twice, points that are no
    number, below 0 or above what is possible.
    """
    points: dict[tuple[str, str], float] = {}
    known = {_key(record, mark): mark for record, mark in _answers(graded)}
    for line, row in _rows(path):
        key = (row["file"], row["grade_id"])
        place = f"{path.name}, line {line}"
        if key not in known:
            raise ValueError(
                f"{place}: there is no written answer {key[1]!r} of {row['student']!r} in the file "
                f"{key[0]!r}; the columns student, file and grade_id must stay as they were"
            )
        if key in points:
            raise ValueError(f"{place}: {key[1]!r} of {row['student']!r} comes twice")
        if row["points"]:
            points[key] = _points(row["points"], known[key].possible, place)
    return [
        replace(
            record,
            marks=tuple(
                replace(mark, points=points.get(_key(record, mark), mark.points))
                for mark in record.marks
            ),
        )
        for record in graded
    ]


def _answers(graded: Iterable[Graded]) -> Iterable[tuple[Graded, Mark]]:
    return ((r, mark) for r in graded for mark in r.marks if mark.kind == "written")


def _row(record: Graded, mark: Mark) -> list[str | float]:
    return [record.student, record.file, mark.grade_id, mark.exercise, mark.possible]


def _key(record: Graded, mark: Mark) -> tuple[str, str]:
    """Return what a row of the table says of an answer."""
    return cell(record.file), cell(mark.grade_id)


def _rows(path: Path) -> list[tuple[int, dict[str, str]]]:
    """Return the rows of a table with the numbers of their lines."""
    if path.stat().st_size > LARGEST:
        raise ValueError(f"{path.name} is larger than {LARGEST // 1_000_000} MB")
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError(f"{path.name} is no UTF-8: save it as CSV UTF-8") from None
    first = text.partition("\n")[0]
    mark = max(",;\t", key=first.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=mark, restval="")
    if missing := [name for name in COLUMNS if name not in (reader.fieldnames or ())]:
        raise ValueError(
            f"{path.name} must have the columns {', '.join(COLUMNS)}; it has no {missing[0]}"
        )
    rows = []
    for row in reader:
        values = {name: (row[name] or "").strip() for name in COLUMNS}
        if any(values.values()):
            rows.append((reader.line_num, values))
    return rows


def _points(text: str, possible: float, place: str) -> float:
    """Return points as a number that they can be."""
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        raise ValueError(f"{place}: points must be a number, got {text[:40]!r}") from None
    if not 0 <= value <= possible:  # false for NaN
        raise ValueError(f"{place}: points must be from 0 to {number(possible)}, got {text[:40]!r}")
    return value
