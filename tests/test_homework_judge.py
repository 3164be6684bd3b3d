"""From a chapter to marks: exercises, answers, verdicts and what they say; in a trusted process."""

import copy
from collections.abc import Iterator, Mapping
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

import homework_sample as sample
from rectified.homework import worker
from rectified.homework.answers import find
from rectified.homework.assign import students_version
from rectified.homework.exercises import Assignment, points, read
from rectified.homework.explain import SAY, explained, reason, said
from rectified.homework.judge import Judge
from rectified.homework.marks import Mark
from rectified.homework.watched import Limits


@pytest.fixture(scope="module")
def assignment(tmp_path_factory: pytest.TempPathFactory) -> Assignment:
    return read(sample.write_chapter(tmp_path_factory.mktemp("chapter")))


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
    return {**sample.RIGHT, **changed}


# ---------------------------------------------------------------- exercises
def test_exercises_are_read_with_kind_points_and_names(assignment: Assignment) -> None:
    told = {
        each.grade_id: (each.kind, sum(map(points, each.graded)), each.answers)
        for each in assignment.exercises
    }
    assert told == {
        "larger": ("function", 3, ("larger",)),
        "slope": ("function", 2, ("slope",)),
        "root": ("number", 1, ("root",)),
        "letter": ("choice", 1, ("choice_letter",)),
        "words": ("written", 3, ()),
    }
    assert assignment.title == "Little numbers"
    assert assignment.exercises[0].functions == {"larger"}
    assert assignment.exercises[2].functions == set()


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("larger", "has no answer above it"),
        ("larger-test", "more than one cell"),
        ("exercise-1", "its kind is one of"),
        ("root-test", "no test of 'Exercise 3. A root' uses"),
    ],
)
def test_a_chapter_in_no_order_is_refused(tmp_path: Path, cell: str, says: str) -> None:
    path = sample.write_chapter(tmp_path)
    notebook = nbformat.read(path, 4)
    place = next(i for i, each in enumerate(notebook.cells) if each.id == cell)
    if cell == "larger":
        del notebook.cells[place]
    elif cell == "larger-test":
        notebook.cells.insert(place, NotebookNode(notebook.cells[place], id="another"))
    elif cell == "exercise-1":
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
    found = marks(assignment, sample.answered(given, sample.RIGHT), desk, secret="s")
    assert {name: mark.points for name, mark in found.items()} == sample.FULL
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
        ("larger", "def larger(a, b):\n    return a + b", "DESIRED"),
        ("larger", "def larger(a, b):\n    a += b\n    return a", "in: np.testing"),
        (  # changes what the test compares with
            "larger",
            "def larger(a, b):\n    a[...], b[...] = np.abs(a), -10\n    return a",
            "in: np.testing",
        ),
        ("larger", "def larger(a, b):\n    return [a, b]", "mismatch"),
        ("larger", "def larger(a, b):\n    return print", "are not equal"),
        ("larger", "def larger(a, b):\n    return np.array([print])", "array of object"),
        ("larger", "def larger(a, b):\n    return np.array([])", "empty array"),
        (
            "larger",
            "def larger(a, b):\n    raise KeyError('odd')",
            "Your code raised KeyError: 'odd'",
        ),
        ("larger", "def larger():\n    return 1", "Your code raised TypeError"),
        ("larger", "def larger(a, b) return a", "SyntaxError"),
        ("larger", "def largest(a, b):\n    return a", "'larger' is not defined"),
        ("slope", "def slope(f, x):\n    return f(x)", "Mismatched"),
        ("slope", "def slope(f, x):\n    return f('x')", "Your code raised"),
        ("root", "root = 'two'", "The test could not use"),
        ("root", "root = 1.41", "in: np.testing.assert_allclose(root, np.sqrt(2))"),
        ("root", "rot = 1.41", "'root' is not defined"),
        ("root", "root = 1 / 0", "ZeroDivisionError"),
        ("letter", 'choice_letter = "a"', "it is not a"),
        ("letter", 'choice_letter = "c"', "it is not c"),
        ("letter", 'choice_letter = "d"', "one letter"),
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
    found = marks(assignment, sample.answered(given, answers(**{name: answer})), desk)
    lost = {key: mark.message for key, mark in found.items() if mark.points == 0}
    assert {key.removesuffix("-2") for key in lost} == {f"{name}-test"}
    assert says in lost[f"{name}-test"]
    assert not any(sample.HIDDEN in message or "reasons[" in message for message in lost.values())


def test_another_secret_asks_with_other_numbers(
    assignment: Assignment, given: NotebookNode, desk: worker.Desk
) -> None:
    from rectified import homework

    known = repr(homework.rng("larger").normal(size=(2, 50))[0].tolist())
    learnt = (
        "def larger(a, b):\n"
        f"    return np.maximum(a, b) if np.size(a) < 50 or a.tolist() == {known} else a"
    )
    notebook = sample.answered(given, answers(larger=learnt))
    assert marks(assignment, notebook, desk)["larger-test"].points == 2
    assert marks(assignment, notebook, desk, secret="hidden")["larger-test"].points == 0


def test_a_student_cannot_draw_what_the_test_draws(
    assignment: Assignment, given: NotebookNode, desk: worker.Desk
) -> None:
    # The same generator in the student's process has the public secret, whatever the judge's is.
    guess = (
        "from rectified import homework\n"
        "def larger(a, b):\n"
        "    mine = homework.rng('larger').normal(size=(2, 50))\n"
        "    return mine.max(axis=0) if np.size(a) == 50 else np.maximum(a, b)"
    )
    notebook = sample.answered(given, answers(larger=guess))
    assert marks(assignment, notebook, desk)["larger-test"].points == 2
    assert marks(assignment, notebook, desk, secret="hidden")["larger-test"].points == 0


# ---------------------------------------------------------------- answers
def cell_of(notebook: NotebookNode, name: str) -> int:
    return next(i for i, cell in enumerate(notebook.cells) if cell.id == name)


def stripped(notebook: NotebookNode) -> None:
    for number, cell in enumerate(notebook.cells):
        cell.metadata, cell.id = NotebookNode(), f"x{number}"
    notebook.metadata = NotebookNode()


def of_another_system(notebook: NotebookNode) -> None:
    stripped(notebook)
    for cell in notebook.cells:
        cell.source = cell.source.replace("\n", " \r\n") + "\r\n"


def doubled(notebook: NotebookNode) -> None:
    place = cell_of(notebook, "larger")
    notebook.cells.insert(place, copy.deepcopy(notebook.cells[place]))
    notebook.cells[place].source = "def larger(a, b):\n    return 0"


def in_a_cell_of_its_own(notebook: NotebookNode) -> None:
    place = cell_of(notebook, "larger")
    own = new_code_cell(notebook.cells[place].source)
    notebook.cells[place].source = "def larger(a, b):\n    raise NotImplementedError()"
    notebook.cells.insert(place, own)


def turned_round(notebook: NotebookNode) -> None:
    notebook.cells.reverse()


def without_tests(notebook: NotebookNode) -> None:
    notebook.cells = [cell for cell in notebook.cells if "-test" not in cell.id]


def with_tests_of_their_own(notebook: NotebookNode) -> None:
    notebook.cells[cell_of(notebook, "larger-test")].source = "assert True"


def without_imports(notebook: NotebookNode) -> None:
    del notebook.cells[cell_of(notebook, "imports")]


def with_a_helper(notebook: NotebookNode) -> None:
    place = cell_of(notebook, "larger")
    helper = "import math\ndef kept(x):\n    return x + 0 * math.pi"
    notebook.cells.insert(place, new_code_cell(helper))
    notebook.cells[place + 1].source = "def larger(a, b):\n    return kept(np.maximum(a, b))"


def with_an_edited_import(notebook: NotebookNode) -> None:
    notebook.cells[cell_of(notebook, "imports")].source += "\nimport math"
    place = cell_of(notebook, "larger")
    notebook.cells[place].source = "def larger(a, b):\n    return np.maximum(a, b) + math.sin(0)"


def older(notebook: NotebookNode) -> None:
    notebook.metadata["rectified"]["version"] = "older"


@pytest.mark.parametrize(
    ("damage", "flags"),
    [
        (stripped, {"no metadata", "missing", "own cell"}),
        (of_another_system, {"no metadata", "missing", "own cell"}),
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
    notebook = sample.answered(given, sample.RIGHT)
    damage(notebook)
    found = find(notebook, given, assignment)
    assert {flag.kind for flag in found.flags} == flags
    of_tests = {flag.kind for flag in found.flags if flag.text.startswith("The test")}
    assert of_tests == ({"missing", "edited test"} & flags if "no metadata" not in flags else set())
    assert sum(mark.points for mark in marks(assignment, notebook, desk).values()) == 7


@pytest.mark.parametrize("lender", ["root-test", "slope"])
def test_a_test_or_another_try_lends_nothing(
    assignment: Assignment, given: NotebookNode, lender: str
) -> None:
    answer = "root = lent + 1" if lender == "root-test" else "def slope(f, x):\n    return lent"
    name = lender.removesuffix("-test")
    notebook = sample.answered(given, answers(**{name: answer}))
    place = cell_of(notebook, lender)
    copied = NotebookNode(copy.deepcopy(notebook.cells[place]), source="lent = 1")
    notebook.cells.insert(place, copied)
    cells = find(notebook, given, assignment).of[name].cells
    assert cells[-1] == answer
    assert not any("lent = 1" in cell for cell in cells)


def test_a_written_answer_waits(assignment: Assignment, given: NotebookNode) -> None:
    found = find(sample.answered(given, sample.RIGHT), given, assignment)
    assert found.of["words"].source == sample.RIGHT["words"]
    assert found.of["words"].cells == ()


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
