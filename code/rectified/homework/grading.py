"""A class: every submission of a folder graded, several at a time, and nothing lost by a crash.

Each record is kept as soon as it is there, under a name made of all that it hangs on. Whoever
starts again goes on where the last run stopped, and gets the same scores.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_all_start_methods, get_context
from pathlib import Path

from tqdm import tqdm

from rectified.files import write_whole
from rectified.homework import confine, feedback, report, scores, worker, written
from rectified.homework.answers import Answer
from rectified.homework.exercises import Assignment
from rectified.homework.judge import unmarked, waiting
from rectified.homework.marks import Flag, Graded
from rectified.homework.plain import one_line
from rectified.homework.submissions import Refused, Submission, chosen, collect
from rectified.homework.worker import Settings

RECORDS = "records"
FOLD = re.compile(r"</?details>|<summary>.*?</summary>")  # what the chapter folds a solution with
FAILED = "failed"  # the flag of what the grader itself could not do
BROKEN = "The grader itself failed at this ({error}); look at it by hand."


def grade(
    source: Path,
    out: Path,
    settings: Settings,
    *,
    jobs: int = 2,
    executor: Executor | None = None,
    points: Path | None = None,
    book: str = "",
    quiet: bool = False,
) -> list[Graded]:
    """Grade what was handed in, and write scores, feedback and a report into `out`.

    Args:
        source: a folder, or a zip archive, as `submissions` describes it.
        out: a folder, made if need be, outside `source`.
        settings: chapters, secret, and whether submissions are confined.
        jobs: how many are graded at a time; an `executor` decides for itself.
        executor: where tasks run instead, such as a dask cluster's `Client.get_executor()`; its
            machines need the same files.
        points: a filled `written.csv`.
        book: the address of the site, to which feedback links; "" for none.
        quiet: show no progress.

    Returns the records in the order of names. Raises ValueError for arguments that do not fit, and
    CannotConfine, both before anything is written.
    """
    source, out = Path(source), Path(out)
    if out.resolve().is_relative_to(source.resolve()):
        raise ValueError(f"out must lie outside of what was handed in, got {out}")
    if jobs < 1:
        raise ValueError(f"jobs must be at least 1, got {jobs}")
    assignments = {slug: judge.assignment for slug, judge in worker.judges(settings).items()}
    found = chosen(collect(source), list(assignments.values()))
    if not found:
        raise ValueError(f"source must hold notebooks, and {source} holds none")
    if settings.confined:
        confine.check()
    records = _records(found, out / RECORDS, settings, jobs, executor, quiet)
    everything = [
        records[item] if isinstance(item, Submission) else _refused(item, assignments)
        for item in found
    ]
    if points is not None:
        everything = written.merge(everything, points)
    _write(out, everything, found, assignments, book)
    return everything


def _records(
    found: Sequence[Submission | Refused],
    folder: Path,
    settings: Settings,
    jobs: int,
    executor: Executor | None,
    quiet: bool,
) -> dict[Submission, Graded]:
    """Return each submission's record: those that were kept, and new ones, which are kept now."""
    folder.mkdir(parents=True, exist_ok=True)
    digest = settings.digest
    tasks = [item for item in found if isinstance(item, Submission)]
    paths = {item: folder / f"{_key(item, digest)}.json" for item in tasks}
    records = {item: kept for item, path in paths.items() if (kept := _kept(path))}
    todo = [item for item in tasks if item not in records]
    with tqdm(total=len(paths), initial=len(records), unit="notebook", disable=quiet) as bar:
        for item, record in _graded(todo, settings, jobs, executor):
            if not any(flag.kind == FAILED for flag in record.flags):  # else it is tried again
                write_whole(paths[item], record.to_json().encode())
            records[item] = record
            bar.update()
    return records


def _key(item: Submission, digest: str) -> str:
    """Return the name of a record: another file, student, secret or chapter has another."""
    told = [item.student, item.file, item.digest, item.chapter, digest]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def _kept(path: Path) -> Graded | None:
    """Return the record of an earlier run; None if there is none, or it is damaged."""
    try:
        return Graded.from_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _graded(
    todo: Sequence[Submission], settings: Settings, jobs: int, executor: Executor | None
) -> Iterator[tuple[Submission, Graded]]:
    """Yield submissions and their records as they come.

    A process of ours that ends on the way takes its neighbours' work with it. They are graded
    again, each in a process that nobody shares; the one that ends it again is left to the teacher.
    """
    if executor is not None:
        yield from _submitted(todo, settings, executor)
        return
    left = list(todo)
    try:
        with _pool(min(jobs, max(len(todo), 1))) as pool:
            for item, record in _submitted(todo, settings, pool):
                left.remove(item)
                yield item, record
    except BrokenProcessPool:
        for item in left:
            try:
                with _pool(1) as pool:
                    yield from _submitted([item], settings, pool)
            except BrokenProcessPool as error:
                yield item, _broken(item, settings, error)


def _pool(jobs: int) -> ProcessPoolExecutor:
    """Return processes of ours that begin with no thread of this one, which would not survive."""
    if "forkserver" not in get_all_start_methods():
        return ProcessPoolExecutor(jobs, mp_context=get_context("spawn"))
    context = get_context("forkserver")
    context.set_forkserver_preload(["rectified.homework.shared"])
    return ProcessPoolExecutor(jobs, mp_context=context)


def _submitted(
    todo: Sequence[Submission], settings: Settings, executor: Executor
) -> Iterator[tuple[Submission, Graded]]:
    """Yield each submission with its record, in the order in which they are done."""
    tasks = {executor.submit(worker.graded, item, settings): item for item in todo}
    try:
        for future in as_completed(tasks):
            yield tasks[future], _result(future, tasks[future], settings)
    finally:
        for future in tasks:
            future.cancel()


def _result(future: Future, item: Submission, settings: Settings) -> Graded:
    """Return a record; one for the teacher to look at where grading itself went wrong.

    Nothing that a student hands in stops a run. What stops it concerns all of them.
    """
    try:
        return future.result()
    except (BrokenProcessPool, confine.CannotConfine):
        raise
    except Exception as error:
        return _broken(item, settings, error)


def _broken(item: Submission, settings: Settings, error: Exception) -> Graded:
    assignment = worker.judges(settings)[item.chapter].assignment
    reason = BROKEN.format(error=one_line(f"{type(error).__name__}: {error}"))
    refused = Refused(item.student, item.file, item.identifiers, reason, item.digest, item.chapter)
    return _refused(refused, {assignment.slug: assignment}, FAILED)


def _refused(item: Refused, assignments: dict[str, Assignment], kind: str = "unreadable") -> Graded:
    """Return a record without points of what could not be graded."""
    slug = item.chapter or (next(iter(assignments)) if len(assignments) == 1 else "")
    nothing = Answer("", ())
    marks = []
    for exercise in assignments[slug].exercises if slug else ():
        if exercise.kind == "written":
            marks.append(waiting(exercise, nothing))
        else:
            marks += unmarked(exercise, nothing, item.reason)
    flags = (Flag(kind, item.reason),)
    return Graded(item.student, item.file, item.digest, slug, tuple(marks), flags, "", 0.0)


def _write(
    out: Path,
    records: Sequence[Graded],
    found: Sequence[Submission | Refused],
    assignments: dict[str, Assignment],
    book: str,
) -> None:
    """Write everything that a teacher gets."""
    titles = {slug: assignment.title for slug, assignment in assignments.items()}
    rubrics = {
        exercise.grade_id: FOLD.sub("", exercise.solution.source).strip()
        for assignment in assignments.values()
        for exercise in assignment.exercises
        if exercise.kind == "written"
    }
    scores.write(out, records, {item.file: item.identifiers for item in found})
    feedback.write(out / "feedback", records, titles=titles, book=book)
    report.write(out, records, titles=titles)
    written.write(out, records, rubrics)
