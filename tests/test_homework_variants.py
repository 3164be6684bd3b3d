"""Each student a copy with constants of their own: whose copy counts, and what is odd about it."""

import json
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

import homework_sample as sample
from rectified.homework import worker
from rectified.homework.assign import assign, students_version
from rectified.homework.exercises import read
from rectified.homework.marks import Graded
from rectified.homework.reading import read as cleaned
from rectified.homework.submissions import Submission

NAMES = tuple(f"student {number}" for number in range(8))
WORDS = "spring"


@pytest.fixture(scope="module")
def chapter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the small chapter, with a number that hangs on a constant."""
    notebook = sample.chapter()
    place = next(i for i, cell in enumerate(notebook.cells) if cell.id == "root")
    notebook.cells[place].source = notebook.cells[place].source.replace("2**", "factor**")
    notebook.cells[place + 1].source = "np.testing.assert_allclose(root, np.sqrt(factor))"
    variant = new_code_cell("factor = 2  # one of 2, 3, 5", metadata={"tags": ["variant"]})
    notebook.cells.insert(place, variant)
    path = tmp_path_factory.mktemp("chapter") / f"{sample.SLUG}.ipynb"
    nbformat.write(notebook, path)
    return path


@pytest.fixture(scope="module")
def settings(chapter: Path) -> worker.Settings:
    return worker.Settings((str(chapter),), WORDS, NAMES, confined=False)


def copy_of(chapter: Path, name: str) -> NotebookNode:
    """Return the copy of one student, answered with the formula of the chapter."""
    given = students_version(read(chapter), student=name, secret=WORDS, variants=True)
    return sample.answered(given, {**sample.RIGHT, "root": "root = factor**0.5"})


def factor(notebook: NotebookNode) -> int:
    """Return the constant that stands in a copy."""
    (source,) = (cell.source for cell in notebook.cells if cell.source.startswith("factor = "))
    return int(source.partition("=")[2])


def graded(notebook: NotebookNode, student: str, settings: worker.Settings) -> Graded:
    clean, flags = cleaned(sample.raw(notebook))
    raw = json.dumps(clean).encode()
    submission = Submission(student, "x.ipynb", {}, raw, "", tuple(flags), chapter=sample.SLUG)
    return worker.graded(submission, settings)


def root(record: Graded) -> float:
    (mark,) = (mark for mark in record.marks if mark.grade_id == "root-test")
    return mark.points


def kinds(record: Graded) -> list[str]:
    return [flag.kind for flag in record.flags]


def two_that_differ(chapter: Path) -> Iterator[tuple[str, NotebookNode]]:
    """Yield two students, with their copies, whose constants are not the same."""
    copies = {name: copy_of(chapter, name) for name in NAMES}
    first = NAMES[0]
    other = next(name for name in NAMES if factor(copies[name]) != factor(copies[first]))
    yield from ((name, copies[name]) for name in (first, other))


def test_students_get_different_constants(chapter: Path, tmp_path: Path) -> None:
    assign([chapter], tmp_path, names=NAMES, secret=WORDS, prove=worker.prove)
    paths = [tmp_path / name / f"{sample.SLUG}.ipynb" for name in NAMES]
    factors = [factor(nbformat.read(path, 4)) for path in paths]
    assert set(factors) == {2, 3, 5}
    assert factors == [factor(copy_of(chapter, name)) for name in NAMES]


def test_answers_count_by_their_own_constants(chapter: Path, settings: worker.Settings) -> None:
    for name, notebook in two_that_differ(chapter):
        record = graded(notebook, name, settings)
        assert root(record) == 1
        assert kinds(record) == []


def test_a_copied_number_is_wrong(chapter: Path, settings: worker.Settings) -> None:
    (_, theirs), (name, mine) = two_that_differ(chapter)
    copied = sample.answered(mine, {"root": f"root = {factor(theirs)}**0.5"})
    assert root(graded(copied, name, settings)) == 0


def test_an_edited_constant_is_ours_again_for_the_test(
    chapter: Path, settings: worker.Settings
) -> None:
    (_, theirs), (name, mine) = two_that_differ(chapter)
    for cell in mine.cells:
        cell.source = cell.source.replace(f"factor = {factor(mine)}", f"factor = {factor(theirs)}")
    assert root(graded(mine, name, settings)) == 0


def test_the_copy_of_another_is_flagged(chapter: Path, settings: worker.Settings) -> None:
    (_, theirs), (name, _) = two_that_differ(chapter)
    record = graded(theirs, name, settings)
    assert kinds(record) == ["another's copy"]
    assert root(record) == 1


def test_a_copy_that_lost_its_name_is_known_by_the_platforms(
    chapter: Path, settings: worker.Settings
) -> None:
    for name, notebook in two_that_differ(chapter):
        del notebook.metadata["rectified"]
        record = graded(notebook, name, settings)
        assert "no metadata" in kinds(record)
        assert root(record) == 1


def test_a_copy_of_nobody_is_flagged(chapter: Path, settings: worker.Settings) -> None:
    notebook = copy_of(chapter, "somebody else")
    assert "no copy" in kinds(graded(notebook, "mallory", settings))


def test_another_secret_has_other_constants(chapter: Path, settings: worker.Settings) -> None:
    other = worker.Settings(settings.chapters, "autumn", NAMES, confined=False)
    lost = [root(graded(copy_of(chapter, name), name, other)) == 0 for name in NAMES[:4]]
    assert any(lost)
