"""The graded exercises of the chapters: right answers pass, and each mistake is told apart."""

import functools
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest

import homework_sample as sample
from homework_mistakes import MISTAKES, Mistake
from rectified.homework import worker
from rectified.homework.answers import find
from rectified.homework.assign import students_version
from rectified.homework.draws import OPTIONS, filled, secret
from rectified.homework.exercises import Assignment, read
from rectified.homework.judge import Judge
from rectified.homework.marks import Mark
from rectified.homework.watched import Limits

ROOT = Path(__file__).resolve().parent.parent


@functools.cache
def cells(chapter: str) -> tuple[nbformat.NotebookNode, ...]:
    return tuple(nbformat.read(ROOT / f"chapters/{chapter}.ipynb", as_version=4).cells)


@functools.cache
def tools(chapter: str) -> dict[str, Any]:
    """Return the names that a chapter gives to its graded exercises; they need no other cell."""
    (cell,) = (cell for cell in cells(chapter) if cell.id == "exercise-tools")
    names: dict[str, Any] = {}
    exec(cell.source, names)
    return names


@functools.cache
def exercises(chapter: str) -> dict[str, tuple[str, dict[str, str]]]:
    """Return solution and tests by grade_id of every exercise that code grades."""
    found: dict[str, tuple[str, dict[str, str]]] = {}
    for cell in cells(chapter):
        grading = cell.metadata.get("nbgrader", {})
        if cell.cell_type == "code" and grading.get("solution"):
            found[grading["grade_id"]] = (cell.source, {})
        elif grading.get("grade") and not grading["solution"]:
            found[next(reversed(found))][1][grading["grade_id"]] = cell.source
    return found


def constants(chapter: str, exercise: str) -> str:
    """Return the source of the variant cells above an exercise's solution."""
    sources = ""
    for cell in cells(chapter):
        if "variant" in cell.metadata.get("tags", ()):
            sources += cell.source + "\n"
        if cell.metadata.get("nbgrader", {}).get("grade_id") == exercise:
            return sources
    raise AssertionError(f"{chapter} has no {exercise}")


def answered(chapter: str, exercise: str, source: str, student: str = "") -> dict[str, Any]:
    """Return the names that there are after an answer has been run."""
    names = dict(tools(chapter))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a student's
        exec(filled(constants(chapter, exercise), secret="", student=student), names)
        exec(source, names)
    return names


def messages(chapter: str, exercise: str, names: dict[str, Any]) -> dict[str, str]:
    """Return what the tests that fail say."""
    said = {}
    for grade_id, test in exercises(chapter)[exercise][1].items():
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                exec(test, dict(names))
        except Exception as error:
            said[grade_id] = f"{type(error).__name__}: {error}"
    return said


GRADED = [(chapter, exercise) for chapter in MISTAKES for exercise in exercises(chapter)]


def planted() -> Iterator[tuple[str, str, Mistake]]:
    """Yield chapter, exercise and mistake."""
    for chapter, each in MISTAKES.items():
        for exercise, mistakes in each.items():
            yield from ((chapter, exercise, mistake) for mistake in mistakes)


def pass_with_secrets(chapter: str, exercise: str, count: int) -> None:
    names = answered(chapter, exercise, exercises(chapter)[exercise][0])
    for number in range(count):
        with secret(f"secret {number}"):
            assert messages(chapter, exercise, names) == {}, number


@functools.cache
def assignment(chapter: str) -> Assignment:
    return read(ROOT / f"chapters/{chapter}.ipynb")


@functools.cache
def judge(chapter: str, secret: str = "") -> Judge:
    return Judge(assignment(chapter), secret)


@pytest.fixture(scope="module")
def desk() -> Iterator[worker.Desk]:
    """Yield a process that answers; what runs in it is ours, so it is not confined."""
    with worker.Desk(is_confined=False, limits=Limits(wall=120)) as desk:
        yield desk


def marks(
    desk: worker.Desk, chapter: str, answers: dict[str, str], secret: str = ""
) -> dict[str, Mark]:
    """Return what grading says of these answers, put into the notebook that students get."""
    given = students_version(assignment(chapter))
    found = find(sample.answered(given, answers), given, assignment(chapter))
    exercises = [each for each in assignment(chapter).exercises if each.grade_id in answers]
    judged = (
        judge(chapter, secret).marks(each, found.of[each.grade_id], desk.peer) for each in exercises
    )
    return {mark.grade_id: mark for several in judged for mark in several}


def solutions(chapter: str) -> dict[str, str]:
    return {name: solution for name, (solution, _) in exercises(chapter).items()}


def asked_in(chapter: str) -> list[str]:
    return [name for _, tests in exercises(chapter).values() for name in tests]


@pytest.mark.parametrize("words", ["", "spring", "autumn"])
@pytest.mark.parametrize("chapter", MISTAKES)
def test_solutions_get_full_points(chapter: str, words: str, desk: worker.Desk) -> None:
    found = marks(desk, chapter, solutions(chapter), words)
    assert {name: mark.message for name, mark in found.items() if mark.message} == {}
    assert list(found) == asked_in(chapter)
    assert all(mark.points == mark.possible for mark in found.values())


@pytest.mark.parametrize("chapter", MISTAKES)
def test_what_students_get_has_no_points(chapter: str, desk: worker.Desk) -> None:
    stubs = dict.fromkeys(solutions(chapter), "raise NotImplementedError()")
    found = marks(desk, chapter, stubs)
    assert list(found) == asked_in(chapter)
    assert not any(mark.points for mark in found.values())


@pytest.mark.audit
@pytest.mark.parametrize(("chapter", "exercise"), GRADED)
def test_solutions_pass_with_a_thousand_secrets(chapter: str, exercise: str, capsys) -> None:
    pass_with_secrets(chapter, exercise, 1000)


@pytest.mark.parametrize("chapter", MISTAKES)
def test_solutions_pass_with_every_variant(chapter: str, capsys) -> None:
    varied = [
        (exercise, solution)
        for exercise, (solution, _) in exercises(chapter).items()
        if OPTIONS.search(constants(chapter, exercise))
    ]
    for exercise, solution in varied:
        for student in map(str, range(20)):
            names = answered(chapter, exercise, solution, student)
            assert messages(chapter, exercise, names) == {}, (exercise, student)
    assert len(exercises(chapter)) >= len(varied)


@pytest.mark.parametrize("chapter", MISTAKES)
def test_every_graded_exercise_has_three_mistakes_planted(chapter: str) -> None:
    assert list(MISTAKES[chapter]) == list(exercises(chapter))
    assert [name for name, each in MISTAKES[chapter].items() if len(each) < 3] == []


@pytest.mark.parametrize(("chapter", "exercise", "mistake"), list(planted()))
def test_mistakes_lose_their_points_and_are_told_why(
    chapter: str, exercise: str, mistake: Mistake, desk: worker.Desk
) -> None:
    source, lost, phrase = mistake
    found = marks(desk, chapter, {exercise: source})
    said = {name: mark.message for name, mark in found.items() if mark.points == 0}
    assert tuple(said) == lost
    assert phrase in said[lost[0]]
