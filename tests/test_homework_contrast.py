"""The same attacks against plain nbgrader, which runs tests where the student's code ran.

They succeed there, so they are attacks. It works in a folder of its own, and only those are tried
that change nothing outside of it.
"""

import json
from collections.abc import Iterator

import nbformat
import pytest

import homework_sample as sample
from homework_attacks import Attack
from test_homework_hostile import CANARY, CELLS, HONEST, listening, told
from test_homework_nbgrader import CONFIG, GRADES, Course, install

pytestmark = pytest.mark.audit
TRIED = [attack for attack in CELLS if attack.nbgrader]


class Victim(Course):
    """A course of nbgrader's, with a port at which somebody could be called."""

    def told(self, attack: Attack, port: int) -> dict[str, str]:
        """Return an attack's answers, with the paths of this course."""
        source = told(attack, self.folder, port)
        paths = {"/chapters/": "/source/book/", "/in'": "/submitted'"}
        for ours, theirs in paths.items():
            old, new = f"{self.folder}{ours}", f"{self.folder}{theirs}"
            source = {name: text.replace(old, new) for name, text in source.items()}
        return source

    def give(self, student: str, answers: dict[str, str]) -> None:
        """Write a submission."""
        notebook = sample.answered(self.read("release", sample.SLUG), answers)
        path = self.folder / f"submitted/{student}/book/{sample.SLUG}.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(notebook, path)


@pytest.fixture(scope="module")
def port() -> Iterator[tuple[int, list[str]]]:
    """Yield a port and those who call there, as `listening` does."""
    with listening() as found:
        yield found


@pytest.fixture(scope="module")
def victim(tmp_path_factory: pytest.TempPathFactory, port: tuple[int, list[str]]) -> Victim:
    """Return a course in which nbgrader has graded an honest student and all attacks."""
    install()
    course = Victim(tmp_path_factory.mktemp("course"))
    (course.folder / "nbgrader_config.py").write_text(CONFIG, encoding="utf-8")
    (course.folder / "source/book").mkdir(parents=True)
    nbformat.write(sample.chapter(), course.folder / f"source/book/{sample.SLUG}.ipynb")
    course.run("nbgrader", "generate_assignment", "book")
    course.give("zoe", HONEST["zoe"])
    for number, attack in enumerate(TRIED):
        course.give(f"attack-{number}", course.told(attack, port[0]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOMEWORK", "canary-environment-0d13")
        course.run("nbgrader", "autograde", "book", "--create")
    return course


@pytest.mark.parametrize("attack", TRIED, ids=[attack.name for attack in TRIED])
def test_attack_succeeds(victim: Victim, port: tuple[int, list[str]], attack: Attack) -> None:
    student = f"attack-{TRIED.index(attack)}"
    graded = victim.folder / f"autograded/{student}/book/{sample.SLUG}.ipynb"
    if attack.nbgrader == "points":
        scores = json.loads(victim.run("python", "-c", GRADES))
        assert sum(scores[student][name] or 0 for name in sample.FULL) > 0
    elif attack.nbgrader == "canary":
        assert CANARY.search(json.dumps(json.loads(graded.read_text())))
    elif attack.nbgrader == "called":
        assert port[1]
    else:
        source = victim.folder / f"source/book/{sample.SLUG}.ipynb"
        assert source.read_bytes().endswith(b" ")  # which it has written there


def test_honest_points_are_the_same(victim: Victim) -> None:
    scores = json.loads(victim.run("python", "-c", GRADES))["zoe"]
    assert {name: scores[name] for name in sample.FULL} == sample.FULL
    assert len(TRIED) >= 10
    print(f"{len(TRIED)} attacks succeed with plain nbgrader")
