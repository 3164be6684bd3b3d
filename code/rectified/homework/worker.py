"""One submission from bytes to marks: what a process of the grader does."""

import hashlib
import json
import re
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path

import nbformat
from nbformat import NotebookNode

import rectified
from rectified.homework import answers, confine, reading
from rectified.homework.answers import Answer
from rectified.homework.assign import students_version
from rectified.homework.calls import Gone, Peer
from rectified.homework.exercises import Assignment, Exercise, read
from rectified.homework.judge import Judge, unmarked, waiting
from rectified.homework.marks import Flag, Graded, Mark
from rectified.homework.submissions import Submission
from rectified.homework.watched import Confined, Limits

LIMITS = Limits(wall=30)  # `wall` is for the cells and tests of one exercise
ROOM = 2 << 30  # bytes for what a test makes of an answer
STARTING = 60  # s; half a second will do, but not on a machine that is busy
LONGEST_OUTPUT = 20_000  # characters
PACKAGE = Path(rectified.__file__).parent
BIBLIOGRAPHY = PACKAGE.parent.parent / "references.bib"
INSIDE = (
    f"import sys; sys.path.insert(0, {str(PACKAGE.parent)!r}); "
    "from rectified.homework.inside import main; main()"
)
ENDED = {
    "time": "It took longer than {wall:g} seconds, and was stopped.",
    "memory": "It took too much memory, and was stopped.",
    "output": "It printed too much, and was stopped.",
    None: "The process that ran it ended by itself.",
}


@dataclass(frozen=True)
class Settings:
    """What a run of the grader is asked for; small, so that it travels to other machines."""

    chapters: tuple[str, ...]  # paths of our notebooks
    secret: str = ""
    variants: tuple[str, ...] = ()  # the names that copies of their own were made for
    confined: bool = True
    limits: Limits = LIMITS

    @property
    def digest(self) -> str:
        """Return what results hang on besides the submission: chapters, secret, grader."""
        paths = [*map(Path, self.chapters), *sorted(Path(__file__).parent.glob("*.py"))]
        parts = [hashlib.sha256(path.read_bytes()).hexdigest() for path in paths]
        told = [*parts, self.secret, list(self.variants), self.confined, asdict(self.limits)]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()


@lru_cache(maxsize=4)
def judges(settings: Settings) -> Mapping[str, Judge]:
    """Return a judge for each chapter. Raises ValueError for a chapter that is in no order."""
    read_all = [read(Path(path)) for path in settings.chapters]
    return {each.slug: Judge(each, settings.secret) for each in read_all}


def graded(submission: Submission, settings: Settings) -> Graded:
    """Grade one submission. Raises CannotConfine if no sandbox can be made."""
    start = time.monotonic()
    judge = judges(settings)[submission.chapter]
    notebook = nbformat.from_dict(submission.notebook)
    variant, flags = _variant(submission.student, notebook, settings)
    found = answers.find(notebook, _given(judge.assignment, settings, variant), judge.assignment)
    marks: list[Mark] = []
    with Desk(settings.confined, settings.limits) as desk:
        for exercise in judge.assignment.exercises:
            answer = found.of[exercise.grade_id]
            new, more = _marks(judge, exercise, answer, desk, variant)
            marks += new
            flags += more
        output = desk.output()
    return Graded(
        student=submission.student,
        file=submission.file,
        digest=submission.digest,
        chapter=submission.chapter,
        marks=tuple(marks),
        flags=(*submission.flags, *found.flags, *flags),
        output=output,
        seconds=round(time.monotonic() - start, 3),
    )


def prove(path: Path) -> None:
    """Grade a chapter's own solutions. Raises ValueError, with the reasons, if points are lost."""
    settings = Settings((str(path),), confined=False)  # it is ours
    raw = path.read_bytes()
    notebook, _ = reading.read(raw)
    record = graded(
        Submission("", path.name, {}, json.dumps(notebook).encode(), "", chapter=path.stem),
        settings,
    )
    if lost := [mark for mark in record.marks if mark.points not in (None, mark.possible)]:
        reasons = "\n".join(f"{mark.grade_id}: {mark.message}" for mark in lost)
        raise ValueError(f"{path.name}: its own solutions do not get full points\n{reasons}")


def _marks(
    judge: Judge, exercise: Exercise, answer: Answer, desk: "Desk", variant: str
) -> tuple[list[Mark], list[Flag]]:
    """Return one exercise's marks, and a flag if its process had to be stopped."""
    if exercise.kind == "written":
        return [waiting(exercise, answer)], []
    judge.context(exercise, variant)
    try:
        peer = desk.peer
        with _bounded():
            return judge.marks(exercise, answer, peer, variant), []
    except Gone:
        why = ENDED[desk.ended()].format(wall=desk.limits.wall)
        return unmarked(exercise, answer, why), [Flag("stopped", f"{exercise.title}: {why}")]


@contextmanager
def _bounded() -> Iterator[None]:
    """Let this process take at most ROOM more memory, where the system can see to it.

    A test may stretch an answer of a million numbers to more than any machine holds.
    """
    if sys.platform != "linux":
        yield
        return
    import resource

    before, hard = resource.getrlimit(resource.RLIMIT_DATA)
    now = re.search(r"VmData:\s+(\d+) kB", Path("/proc/self/status").read_text())
    most = 1024 * int(now[1]) + ROOM
    resource.setrlimit(resource.RLIMIT_DATA, (most if hard < 0 else min(most, hard), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (before, hard))


@lru_cache(maxsize=64)  # without variants it is one for the whole class
def _given(assignment: Assignment, settings: Settings, variant: str) -> NotebookNode:
    """Return the notebook as this student was given it."""
    return students_version(
        assignment, student=variant, secret=settings.secret, variants=bool(variant)
    )


def _variant(student: str, notebook: NotebookNode, settings: Settings) -> tuple[str, list[Flag]]:
    """Return the name whose constants count, "" if copies are all alike, and what is odd about it.

    The copy says whose it is; where it no longer does, the platform's name is taken.
    """
    if not settings.variants:
        return "", []
    told = str(notebook.metadata.get("rectified", {}).get("student", ""))
    if told in settings.variants:
        if student in settings.variants and student != told:
            return told, [Flag("another's copy", f"It is the copy that was made for {told}.")]
        return told, []
    if student in settings.variants:
        return student, [Flag("no metadata", "It does not say whose copy it is.")]
    return "", [Flag("no copy", "It is none of the copies that were made.")]


class Desk:
    """Where a submission's code runs: a process that starts when one is asked for."""

    def __init__(self, is_confined: bool, limits: Limits) -> None:
        """Start nothing yet."""
        self._is_confined, self.limits = is_confined, limits
        self._process: Confined | None = None
        self._peer: Peer | None = None
        self._printed = ""

    @property
    def peer(self) -> Peer:
        """Return the process to talk to, which from now on has `limits.wall` seconds."""
        if self._peer is None:
            self._process = self._started()
            self._peer = Peer(self._process.stdout, self._process.stdin)
            self._peer.ask("run", "")  # it is there when this comes back
        self._process.deadline(self.limits.wall)
        return self._peer

    def _started(self) -> Confined:
        command = [sys.executable, "-c", INSIDE]
        limits = replace(self.limits, wall=STARTING)
        if not self._is_confined:
            return confine.trusted(command, limits=limits)
        readable = [*confine.interpreter(), str(PACKAGE)]
        if BIBLIOGRAPHY.exists():
            readable.append(str(BIBLIOGRAPHY))
        return confine.start(command, readable=readable, limits=limits)

    def ended(self) -> str | None:
        """Put a process away that has ended, and return why it did."""
        process, self._process, self._peer = self._process, None, None
        with process:
            process.kill()
        self._printed += process.output()
        return process.why

    def output(self) -> str:
        """Return what was printed so far, the first LONGEST_OUTPUT characters."""
        now = self._process.output() if self._process is not None else ""
        return (self._printed + now)[:LONGEST_OUTPUT]

    def __enter__(self) -> "Desk":
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the process."""
        if self._process is not None:
            self.ended()
