"""What grading says of a submission: marks, and flags that cost nothing; to and from JSON."""

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Flag:
    """Something that a teacher should know of a submission; it costs no points."""

    kind: str  # "missing", "duplicate", "edited test", "renamed", "late", "unreadable", ...
    text: str  # one sentence


@dataclass(frozen=True)
class Mark:
    """What one graded cell came to."""

    grade_id: str  # of the graded cell, such as "larger-test"
    exercise: str  # "Exercise 1. The larger of two"
    kind: str  # of the exercise: "function", "number", "choice" or "written"
    points: float | None  # None: waits for the teacher
    possible: float
    message: str  # "" when right; else what was expected and what came: plain text, bounded
    answer: str  # the student's source: plain text, bounded


@dataclass(frozen=True)
class Graded:
    """One submission, graded. Student, file, messages, answers and output may hold anything."""

    student: str  # as the platform names it
    file: str  # relative to the folder that was handed in
    digest: str  # SHA-256 of the file's bytes, hexadecimal
    chapter: str  # slug
    marks: tuple[Mark, ...]
    flags: tuple[Flag, ...]
    output: str  # what the student's cells printed, bounded
    seconds: float

    def to_json(self) -> str:
        """Return the record as one line of JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Graded":
        """Return the record that `to_json` wrote.

        Raises ValueError for text that is no such record.
        """
        try:
            fields = json.loads(text)
            marks = tuple(Mark(**mark) for mark in fields.pop("marks"))
            flags = tuple(Flag(**flag) for flag in fields.pop("flags"))
            return cls(**fields, marks=marks, flags=flags)
        except (TypeError, KeyError, AttributeError, RecursionError) as error:
            raise ValueError(f"text is no record of a graded submission: {error!r}") from error
