"""From a chapter to marks: exercises, answers, verdicts and what they say; in a trusted process."""

import copy
from collections.abc import Iterator, Mapping
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

import homework_samples as samples
from rectified.homework import worker
from rectified.homework.answers import find
from rectified.homework.assign import students_version
from rectified.homework.exercises import Assignment, read
from rectified.homework.explain import SAY, explained, reason, said
from rectified.homework.judge import Judge
from rectified.homework.marks import Mark
from rectified.homework.watched import Limits


@pytest.fixture(scope="module")
def assignment(tmp_path_factory: pytest.TempPathFactory) -> Assignment:
    return read(samples.chapter(tmp_path_factory.mktemp("chapter")))


@pytest.fixture(scope="module")
def given(assignment: Assignment) -> NotebookNode:
    return students_version(assignment)


@pytest.fixture(scope="module")
def desk() -> Iterator[worker.Desk]:
    with worker.Desk(is_confined=False, limits=Limits()) as desk:
        yield desk


def marks(
    assignment: Assignment, notebook: NotebookNode, desk: worker.Desk, secret: str = ""
) -> dict[str, Mark]:
    """Return the marks of a notebook by grade_id."""
    found = find(notebook, students_version(assignment), assignment)
    judge = Judge(assignment, secret)
    exercises = [each for each in assignment.exercises if each.tests]
    return {
        mark.grade_id: mark
        for exercise in exercises
        for mark in judge.marks(exercise, found.of[exercise.grade_id], desk.peer)
    }


def answers(**changed: str) -> Mapping[str, str]:
    return {**samples.RIGHT, **changed}


# ---------------------------------------------------------------- exercises
def test_exercises_are_read_with_kind_points_and_names(assignment: Assignment) -> None:
    told = {each.grade_id: (each.kind, each.points, each.answers) for each in assignment.exercises}
    assert told == {
        "double": ("function", 3, ("double",)),
        "slope": ("function", 2, ("slope",)),
        "third": ("number", 1, ("third",)),
        "which": ("choice", 1, ("which",)),
        "why": ("written", 2, ()),
    }
    assert assignment.title == "What is twice a number?"
    assert assignment.points == 9
    assert assignment.exercises[0].functions == {"double"}
    assert assignment.exercises[2].functions == set()


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("double-solution", "has no answer above it"),
        ("double-test", "more than one cell"),
        ("double-question", "its kind is one of"),
        ("third-test", "no test of 'Exercise 3. About third' uses"),
    ],
)
def test_a_chapter_in_no_order_is_refused(tmp_path: Path, cell: str, says: str) -> None:
    path = samples.chapter(tmp_path)
    notebook = nbformat.read(path, 4)
    place = next(i for i, each in enumerate(notebook.cells) if each.id == cell)
    if cell == "double-solution":
        del notebook.cells[place]
    elif cell == "double-test":
        notebook.cells.insert(place, NotebookNode(notebook.cells[place], id="another"))
    elif cell == "double-question":
        notebook.cells[place].source = notebook.cells[place].source.replace("function", "riddle")
    else:
        notebook.cells[place].source = "assert True"
    path.write_text(nbformat.writes(notebook))
    with pytest.raises(ValueError, match=says):
        read(path)


# ---------------------------------------------------------------- verdicts
def test_right_answers_get_all_points(
    assignment: Assignment, given: NotebookNode, desk: worker.Desk
) -> None:
    found = marks(assignment, samples.answered(given), desk, secret="s")
    assert {name: mark.points for name, mark in found.items()} == {
        "double-test": 3,
        "slope-test": 2,
        "third-test": 1,
        "which-test": 1,
    }
    assert all(mark.message == "" for mark in found.values())


def test_what_was_given_out_gets_none(
    assignment: Assignment, given: NotebookNode, desk: worker.Desk
) -> None:
    found = marks(assignment, given, desk)
    assert sum(mark.points for mark in found.values()) == 0
    assert all(mark.message.startswith("Not answered yet") for mark in found.values())


@pytest.mark.parametrize(
    ("name", "answer", "says"),
    [
        ("double", "def double(x):\n    return x * x", "DESIRED"),
        ("double", "def double(x):\n    x += x\n    return x", "in: np.testing"),
        ("double", "def double(x):\n    return x * 2 if np.ndim(x) else 4", "4\n    5.0"),
        ("double", "def double(x):\n    return [x, x]", "Not equal"),
        ("double", "def double(x):\n    return print", "could not use what your code gave"),
        ("double", "def double(x):\n    return np.array([print])", "array of object"),
        ("double", "def double(x):\n    raise KeyError('odd')", "Your code raised KeyError: 'odd'"),
        ("double", "def double():\n    return 1", "Your code raised TypeError"),
        ("double", "def double(x) return x", "SyntaxError"),
        ("double", "def twice(x):\n    return x + x", "'double' is not defined"),
        ("slope", "def slope(f, x):\n    return f(x)", "Mismatched"),
        ("slope", "def slope(f, x):\n    return f('x')", "Your code raised"),
        ("third", "third = '1/3'", "The test could not use"),
        ("third", "third = 0.33", "Not so: abs(third - 1 / 3) < 1e-09"),
        ("third", "thrid = 1 / 3", "'third' is not defined"),
        ("third", "third = 1 / 0", "ZeroDivisionError"),
        ("which", 'which = "a"', "You took the sum."),
        ("which", 'which = "c"', "You took the square."),
        ("which", 'which = "d"', "one letter of a to c"),
    ],
)
def test_a_wrong_answer_loses_its_points_and_hears_why(
    assignment: Assignment,
    given: NotebookNode,
    desk: worker.Desk,
    name: str,
    answer: str,
    says: str,
) -> None:
    found = marks(assignment, samples.answered(given, answers(**{name: answer})), desk)
    lost = {key: mark.message for key, mark in found.items() if mark.points == 0}
    assert list(lost) == [f"{name}-test"]
    assert says in lost[f"{name}-test"]
    assert "reasons[which]" not in lost[f"{name}-test"]


def test_another_secret_asks_with_other_numbers(
    assignment: Assignment, given: NotebookNode, desk: worker.Desk
) -> None:
    from rectified import homework

    known = repr(homework.rng("double").standard_normal((3, 4)).tolist())
    learnt = f"def double(x):\n    return x * 2 if np.ndim(x) == 0 or x.tolist() == {known} else x"
    notebook = samples.answered(given, answers(double=learnt))
    assert marks(assignment, notebook, desk)["double-test"].points == 3
    assert marks(assignment, notebook, desk, secret="hidden")["double-test"].points == 0


def test_a_student_cannot_reach_the_secret_or_the_right_value(
    assignment: Assignment, given: NotebookNode, desk: worker.Desk
) -> None:
    # The same generator in the student's process has the public secret, whatever the judge's is.
    guess = (
        "from rectified import homework\n"
        "def double(x):\n"
        "    mine = homework.rng('double').standard_normal((3, 4))\n"
        "    return 2 * mine if np.ndim(x) else 2 * x"
    )
    notebook = samples.answered(given, answers(double=guess))
    assert marks(assignment, notebook, desk, secret="hidden")["double-test"].points == 0


# ---------------------------------------------------------------- answers
def cell_of(notebook: NotebookNode, name: str) -> int:
    return next(i for i, cell in enumerate(notebook.cells) if cell.id == name)


def stripped(notebook: NotebookNode) -> None:
    for number, cell in enumerate(notebook.cells):
        cell.metadata, cell.id = NotebookNode(), f"x{number}"
    notebook.metadata = NotebookNode()


def doubled(notebook: NotebookNode) -> None:
    place = cell_of(notebook, "double-solution")
    notebook.cells.insert(place, copy.deepcopy(notebook.cells[place]))
    notebook.cells[place].source = "def double(x):\n    return 0"


def in_a_cell_of_its_own(notebook: NotebookNode) -> None:
    place = cell_of(notebook, "double-solution")
    own = new_code_cell(notebook.cells[place].source)
    notebook.cells[place].source = "def double(x):\n    raise NotImplementedError()"
    notebook.cells.insert(place, own)


def turned_round(notebook: NotebookNode) -> None:
    notebook.cells.reverse()


def without_tests(notebook: NotebookNode) -> None:
    notebook.cells = [cell for cell in notebook.cells if not cell.id.endswith("-test")]


def with_tests_of_their_own(notebook: NotebookNode) -> None:
    notebook.cells[cell_of(notebook, "double-test")].source = "assert True"


def without_imports(notebook: NotebookNode) -> None:
    del notebook.cells[cell_of(notebook, "imports")]


def with_a_helper(notebook: NotebookNode) -> None:
    place = cell_of(notebook, "double-solution")
    notebook.cells.insert(place, new_code_cell("import math\ndef two():\n    return math.sqrt(4)"))
    notebook.cells[place + 1].source = "def double(x):\n    return two() * x"


def with_an_edited_import(notebook: NotebookNode) -> None:
    notebook.cells[cell_of(notebook, "imports")].source += "\nimport math"
    place = cell_of(notebook, "double-solution")
    notebook.cells[place].source = "def double(x):\n    return math.sqrt(4) * x"


def older(notebook: NotebookNode) -> None:
    notebook.metadata["rectified"]["version"] = "older"


@pytest.mark.parametrize(
    ("damage", "flags"),
    [
        (stripped, {"no metadata"}),
        (doubled, {"duplicate"}),
        (in_a_cell_of_its_own, {"own cell"}),
        (turned_round, set()),
        (without_tests, {"missing"}),
        (with_tests_of_their_own, {"edited test"}),
        (without_imports, set()),
        (with_a_helper, set()),
        (with_an_edited_import, set()),
        (older, {"older version"}),
    ],
    ids=lambda each: getattr(each, "__name__", ""),
)
def test_an_honest_answer_gets_its_points_whatever_happened_to_the_notebook(
    assignment: Assignment, given: NotebookNode, desk: worker.Desk, damage: object, flags: set[str]
) -> None:
    notebook = samples.answered(given)
    damage(notebook)
    found = find(notebook, given, assignment)
    assert {flag.kind for flag in found.flags} >= flags
    assert flags or not found.flags
    assert sum(mark.points for mark in marks(assignment, notebook, desk).values()) == 7


def test_a_written_answer_waits(assignment: Assignment, given: NotebookNode) -> None:
    found = find(samples.answered(given), given, assignment)
    assert found.of["why"].source == samples.RIGHT["why"]
    assert found.of["why"].cells == ()


# ---------------------------------------------------------------- what is said
def failure(source: str, **names: object) -> str:
    """Return what a failing test says."""
    namespace = {SAY: said, **names}
    try:
        exec(explained(source), namespace)
    except Exception as error:
        return reason(error, source)
    raise AssertionError("it did not fail")


def test_a_bare_assert_tells_both_sides() -> None:
    assert failure("assert x + 1 == 3", x=1) == "Not so: x + 1 == 3\n    2\n    3"
    assert failure("assert 0 < x < 1", x=5) == "Not so: 0 < x < 1\n    0\n    5\n    1"
    assert failure("if True:\n    assert x", x=0) == "Not so: x"
    assert failure("assert x == 1, 'take one'", x=2).startswith("take one")


def test_a_side_is_computed_once() -> None:
    calls = []
    failure("assert f() == 1", f=lambda: calls.append(1))
    assert calls == [1]


def test_a_hidden_check_does_not_show_itself() -> None:
    source = "### BEGIN HIDDEN TESTS\nassert secret + 1 == 3\n### END HIDDEN TESTS"
    said_of_it = failure(source, secret=5)
    assert "secret" not in said_of_it
    assert "6" in said_of_it
    shown = failure("x = 1\n### BEGIN HIDDEN TESTS\ny = gone[9]\n### END HIDDEN TESTS", gone=[])
    assert "gone" not in shown
    assert "in: " not in shown


def test_what_is_said_has_bounds() -> None:
    assert len(failure("assert x == 1", x="y" * 10**6)) < 1600
    assert len(failure("assert False, x", x="y" * 10**6)) < 1600
    assert "too large" in failure("assert x == 1", x=10**5000)
