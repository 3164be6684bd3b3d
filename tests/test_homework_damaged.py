"""Honest notebooks that something has happened to: full points, and a word to the teacher."""

import pytest

import homework_sample as sample
from homework_damaged import DAMAGES, Damage
from rectified.homework import grading
from rectified.homework.marks import Graded
from rectified.homework.worker import Settings


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Graded]:
    """Return what came of each, by its name."""
    folder = tmp_path_factory.mktemp("class")
    chapter = sample.write_chapter(folder / "chapters")
    given = sample.given(chapter)
    for damage in DAMAGES:
        path = folder / "in" / damage.name / damage.file
        path.parent.mkdir(parents=True)
        path.write_bytes(damage.raw(given))
    settings = Settings((str(chapter),), sample.SECRET, confined=False)  # these are ours
    graded = grading.grade(folder / "in", folder / "out", settings, quiet=True)
    return {record.student: record for record in graded}


@pytest.mark.parametrize("damage", DAMAGES, ids=[damage.name for damage in DAMAGES])
def test_points_are_full(records: dict[str, Graded], damage: Damage) -> None:
    record = records[damage.name]
    lost = {m.grade_id: m.message for m in record.marks if m.points not in (None, m.possible)}
    assert lost == {}
    assert {mark.grade_id for mark in record.marks} == {*sample.FULL, "words"}
    assert {flag.kind for flag in record.flags} == damage.flags
