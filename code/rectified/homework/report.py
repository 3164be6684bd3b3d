"""How a class did: for the teacher, on one page."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from statistics import mean, median

from rectified.files import write_whole
from rectified.homework.alike import Alike, alike
from rectified.homework.feedback import parts
from rectified.homework.marks import Flag, Graded
from rectified.homework.pages import file_name, page
from rectified.homework.scores import number, possible, total, waits

BINS = 10  # of the histogram: tenths of the points
MESSAGES = 3  # wrong answers that are quoted for an exercise
UNIT = 48  # width of a bin in the drawing


@dataclass(frozen=True)
class Bar:
    """A bin of the histogram, in the drawing's units."""

    x: float
    height: float
    count: int


@dataclass(frozen=True)
class Hardness:
    """How one exercise went."""

    title: str
    share: float  # mean of points over possible points
    right: int  # submissions with all points
    graded: int  # submissions whose points are there
    messages: tuple[tuple[str, int], ...]  # what most of the wrong ones were told, how often


@dataclass(frozen=True)
class ChapterReport:
    """What the page says of one chapter."""

    title: str
    records: tuple[Graded, ...]

    @property
    def totals(self) -> list[float]:
        """The points of each submission that are there by now."""
        return [total(record) for record in self.records]

    @property
    def possible(self) -> float:
        """The points that right answers would give, but those that wait for the teacher."""
        return max(possible(r) - waits(r) for r in self.records)

    @property
    def mean(self) -> float:
        """The mean of the totals."""
        return mean(self.totals)

    @property
    def median(self) -> float:
        """The median of the totals."""
        return median(self.totals)

    @property
    def message(self) -> str:
        """What the histogram shows, as a sentence."""
        most, middle = number(self.possible), number(self.median)
        before = ", before written answers count" if self.waiting else ""
        return f"Half of the class has {middle} of {most} points or more{before}"

    @property
    def bars(self) -> list[Bar]:
        """The histogram; all points count to the last bin."""
        most = self.possible or 1
        counts = Counter(min(int(BINS * points / most), BINS - 1) for points in self.totals)
        tallest = max(counts.values())
        return [Bar(UNIT * n, 120 * counts[n] / tallest, counts[n]) for n in range(BINS)]

    @cached_property
    def exercises(self) -> list[Hardness]:
        """The exercises whose points are there, the hardest first."""
        found: dict[str, list] = {}
        for record in self.records:
            for part in parts(record.marks):
                if part.state != "waits":
                    found.setdefault(part.title, []).append(part)
        return sorted((_hardness(*item) for item in found.items()), key=lambda one: one.share)

    @property
    def waiting(self) -> dict[str, int]:
        """For each exercise that waits for the teacher, how many answers do."""
        titles = (m.exercise for r in self.records for m in r.marks if m.points is None)
        return dict(Counter(titles))

    @cached_property
    def flags(self) -> dict[str, list[tuple[Graded, Flag]]]:
        """The flags by kind, the most frequent first."""
        found: dict[str, list[tuple[Graded, Flag]]] = {}
        for record in self.records:
            for flag in record.flags:
                found.setdefault(flag.kind, []).append((record, flag))
        return dict(sorted(found.items(), key=lambda item: (-len(item[1]), item[0])))

    @cached_property
    def alike(self) -> list[tuple[Alike, list[Graded]]]:
        """Answers that are alike, with those who handed them in."""
        by_file = {record.file: record for record in self.records}
        return [(group, [by_file[file] for file in group.files]) for group in alike(self.records)]


def write(
    folder: Path, graded: Sequence[Graded], *, titles: Mapping[str, str] | None = None
) -> Path:
    """Write `report.html` into a folder; feedback pages are linked beside it. Return its path."""
    path = folder / "report.html"
    write_whole(path, report(graded, titles=titles).encode())
    return path


def report(graded: Sequence[Graded], *, titles: Mapping[str, str] | None = None) -> str:
    """Return the page of a class; `titles` gives chapters' titles by slug."""
    slugs = dict.fromkeys(record.chapter for record in graded)
    chapters = [
        ChapterReport(
            (titles or {}).get(slug, slug) or "No chapter",
            tuple(record for record in graded if record.chapter == slug),
        )
        for slug in slugs
    ]
    return page(
        "report.html",
        chapters=chapters,
        people=len({record.student for record in graded}),
        link=lambda record: "feedback/" + file_name(record.student, record.file, record.chapter),
        total=total,
        possible=possible,
        unit=UNIT,
    )


def _hardness(title: str, found: Sequence) -> Hardness:
    """Return what is said of an exercise; `found` are its parts, one for each submission."""
    points = [sum(mark.points for mark in part.marks) for part in found]
    most = [sum(mark.possible for mark in part.marks) for part in found]
    messages = Counter(message for part in found for message in part.messages)
    ranked = sorted(messages.items(), key=lambda item: (-item[1], item[0]))[:MESSAGES]
    common = [(message, count) for message, count in ranked if count > 1] or ranked[:1]
    return Hardness(
        title=title,
        share=sum(points) / (sum(most) or 1),
        right=sum(part.state == "right" for part in found),
        graded=len(found),
        messages=tuple(common),
    )
