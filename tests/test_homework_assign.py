import builtins
import functools
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from homework_mistakes import MISTAKES
from rectified.homework import assign as assigning
from rectified.homework.assign import assign, students_version
from rectified.homework.exercises import (
    Assignment,
    grade_id,
    is_answer,
    is_setup,
    is_test,
    points,
    read,
)
from rectified.homework.slices import defined, free
from rectified.site.markers import without_hidden

CHAPTERS = Path(__file__).resolve().parent.parent / "chapters"
GRADED = sorted(MISTAKES)


@functools.cache
def chapter(slug: str) -> Assignment:
    return read(CHAPTERS / f"{slug}.ipynb")


@functools.cache
def given(slug: str) -> nbformat.NotebookNode:
    return students_version(chapter(slug))


def code(source: str, name: str, tags: tuple[str, ...] = (), **nbgrader: object):
    graded = {"grade": False, "solution": False, "locked": False, "schema_version": 3}
    metadata = {"nbgrader": graded | {"grade_id": name, "task": False} | nbgrader}
    return new_code_cell(
        source,
        id=name,
        metadata=(metadata if nbgrader else {}) | ({"tags": list(tags)} if tags else {}),
    )


def small(address: str = "") -> nbformat.NotebookNode:
    """Return a chapter with an exercise of every kind."""
    by_hand = {"grade": True, "solution": True, "points": 3, "grade_id": "words"}
    return new_notebook(
        cells=[
            code(f'    repository = "{address}"', "setup", ("setup",)),
            new_markdown_cell(
                "# Small\n\nSee [the rule](relu.ipynb#part), [that](#claim-a), "
                "[He](https://example.org/a.md) and $[k](x)$.",
                id="title",
            ),
            new_markdown_cell(f"## Exercises\n\n{assigning.ON_THE_SITE}", id="exercises"),
            new_markdown_cell("### Exercise 1. A sum\n\n*function · graded · 1 minute*", id="one"),
            code("def f(a):\n    ### BEGIN SOLUTION\n    return a + secret\n    ### END SOLUTION",
                 "sum", ("solution", "kept"), solution=True),
            code("assert f(1) == 2\n### BEGIN HIDDEN TESTS\nassert f(7) == 8\n### END HIDDEN TESTS",
                 "sum-test", grade=True, points=2, locked=True),
            new_markdown_cell("### Exercise 2. Words\n\n*derivation · 1 minute*", id="two"),
            new_markdown_cell("<details><summary>Solution</summary>\n\nSecretly.\n\n</details>",
                              id="words", metadata={"nbgrader": by_hand}),
            code("print('secretly')", "words-check", ("solution",)),
            new_markdown_cell(
                "### Exercise 3. Free\n\n*open · 1 minute*\n\nPlay.\n\n"
                "<details><summary>Solution</summary>\n\nSecretly.\n\n</details>", id="three"),
            new_markdown_cell("### Exercise 4. A number\n\n*number · 1 minute*", id="four"),
            code("scale = 2  # one of 2, 3, 4", "scale", ("variant",)),
            code("secret = scale", "number", solution=True),
            code("assert secret == scale", "number-test", grade=True, points=1, locked=True),
        ]
    )  # fmt: skip


def write(folder: Path, notebook: nbformat.NotebookNode, name: str = "small") -> Path:
    path = folder / f"{name}.ipynb"
    nbformat.write(notebook, path)
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write(tmp_path, small())


def accept(path: Path) -> None:
    """Find every chapter in order."""


# ---- what students get
def test_answers_give_way_to_stubs_and_what_is_hidden_is_gone(path: Path) -> None:
    made = students_version(read(path))
    cells = {cell.id: cell for cell in made.cells}
    assert cells["sum"].source == (
        "def f(a):\n    # YOUR CODE HERE\n    raise NotImplementedError()"
    )
    assert cells["number"].source == "# YOUR CODE HERE\nraise NotImplementedError()"
    assert cells["words"].source == "YOUR ANSWER HERE"
    assert cells["sum-test"].source == "assert f(1) == 2"
    assert cells["sum"].metadata.tags == ["kept"]
    assert cells["three"].source.endswith("Play.\n\n")
    assert "secretly" not in nbformat.writes(made).lower()


def test_text_of_the_site_is_put_in_other_words(path: Path) -> None:
    cells = {cell.id: cell for cell in students_version(read(path)).cells}
    assert cells["title"].source == (
        "# Small\n\nSee the rule, that, [He](https://example.org/a.md) and $[k](x)$."
    )
    assert cells["exercises"].source == f"## Exercises\n\n{assigning.AT_HOME}"


def test_links_lead_to_the_repository_where_it_has_an_address(tmp_path: Path) -> None:
    path = write(tmp_path, small("https://github.com/someone/book"))
    title = students_version(read(path)).cells[1].source
    page = "https://github.com/someone/book/blob/HEAD/chapters/relu.ipynb"
    assert title.startswith(f"# Small\n\nSee [the rule]({page}), that, ")


def test_a_notebook_knows_its_chapter_and_version(tmp_path: Path, path: Path) -> None:
    one = students_version(read(path)).metadata.rectified
    assert one == students_version(read(path)).metadata.rectified
    assert one["chapter"] == "small"
    notebook = small()
    notebook.cells[-1].source = "assert secret == 1 * scale"
    other = students_version(read(write(tmp_path, notebook))).metadata.rectified
    assert other["version"] != one["version"]


def test_variants_are_those_of_the_student_and_say_so(path: Path) -> None:
    made = {
        name: students_version(read(path), student=name, secret="green", variants=True)
        for name in map(str, range(30))
    }
    for name, notebook in made.items():
        assert notebook.metadata.rectified["student"] == name
    assert {cell.source for each in made.values() for cell in each.cells if cell.id == "scale"} == {
        "scale = 2",
        "scale = 3",
        "scale = 4",
    }
    assert "student" not in students_version(read(path)).metadata.rectified


def test_the_chapter_itself_stays_as_it_was(path: Path) -> None:
    assignment = read(path)
    before = nbformat.writes(assignment.notebook)
    students_version(assignment, student="Ada", variants=True)
    assert nbformat.writes(assignment.notebook) == before


# ---- the chapters
@pytest.mark.parametrize("slug", GRADED)
def test_chapters_become_valid_notebooks_without_solutions(slug: str) -> None:
    made = given(slug)
    nbformat.validate(made)
    text = "\n".join(cell.source for cell in made.cells)
    assert "### BEGIN" not in text
    assert "<details>" not in text
    assert "Rubric" not in text
    assert assigning.ON_THE_SITE not in text
    assert text.count(assigning.AT_HOME) == 1
    assert not any("solution" in cell.metadata.get("tags", ()) for cell in made.cells)
    cells = chapter(slug).notebook.cells
    open_to_all = "\n".join(cell.source for cell in cells if not is_answer(cell))
    for exercise in chapter(slug).exercises:
        lines = [line.strip() for line in exercise.solution.source.splitlines()]
        secret = [line for line in lines if len(line) > 20 and line not in open_to_all]
        kept = ("def ", '"""', "###")  # what a student is given of a function
        shown = [line for line in secret if not line.startswith(kept) and line in text]
        assert shown == [], exercise.title


@pytest.mark.parametrize("slug", GRADED)
def test_graded_cells_keep_names_and_points_in_their_order(slug: str) -> None:
    def graded(cells):
        return [(grade_id(cell), points(cell)) for cell in cells if is_test(cell)]

    assert graded(given(slug).cells) == graded(chapter(slug).notebook.cells)
    assert [grade_id(cell) for cell in given(slug).cells if is_answer(cell)] == [
        exercise.grade_id for exercise in chapter(slug).exercises
    ]


@pytest.mark.parametrize("slug", GRADED)
def test_cells_use_no_name_that_only_a_solution_defines(slug: str) -> None:
    known = {*vars(builtins), "get_ipython", "display"}
    for cell in given(slug).cells:
        if cell.cell_type == "code" and not is_setup(cell):
            for exercise in chapter(slug).exercises:
                if exercise.grade_id == grade_id(cell):
                    known |= set(exercise.answers)
            assert free(cell.source) <= known, cell.id
            known |= defined(cell.source)


@pytest.mark.parametrize("slug", GRADED)
def test_hidden_tests_hold_the_reasons_of_every_wrong_choice_and_no_page_shows_them(slug) -> None:
    choices = [each for each in chapter(slug).exercises if each.kind == "choice"]
    for exercise in choices:
        (test,) = exercise.tests
        (name,) = exercise.answers
        names: dict[str, object] = {}
        exec(exercise.solution.source.splitlines()[1], names)
        said = set()
        for letter in sorted(set("abcd") - {names[name]}):
            with pytest.raises(AssertionError) as error:
                exec(test.source, {name: letter})
            said.add(str(error.value))
            assert str(error.value) not in without_hidden(test.source)
        assert len(said) == 3
        exec(test.source, dict(names))


@pytest.mark.parametrize("slug", GRADED)
def test_the_last_cell_says_what_is_missing_until_it_is_there(slug: str) -> None:
    last, before = given(slug).cells[-1], chapter(slug).exercises
    names: dict[str, object] = {}
    exec(last.source, names)
    said = names["homework"].missing(names["parts"], {})
    by_code = [exercise for exercise in before if exercise.kind != "written"]
    assert [part.partition(": `")[0] for part in said.parts] == [each.title for each in by_code]
    assert len(said.reminders) == len(before) - len(by_code)
    answered = {name: 1.0 for exercise in before for name in exercise.answers}
    assert names["homework"].missing(names["parts"], answered).parts == ()


# ---- writing them
def test_each_chapter_is_written_once_or_for_each_name(tmp_path: Path, path: Path) -> None:
    out = tmp_path / "out"
    assert assign([path], out, prove=accept) == [out / "small.ipynb"]
    names = ("Ada Lovelace", "Édouard")
    written = assign([path], out, prove=accept, names=names, secret="green")
    assert written == [out / name / "small.ipynb" for name in names]
    for name, file in zip(names, written, strict=True):
        read_back = nbformat.read(file, as_version=4)
        expected = students_version(read(path), student=name, secret="green", variants=True)
        assert read_back == expected
    left = [file.name for file in out.rglob("*") if file.is_file()]
    assert left == ["small.ipynb"] * 3


def test_files_of_another_content_stay_unless_forced(tmp_path: Path, path: Path) -> None:
    out = tmp_path / "out"
    other = write(tmp_path, small(), "other")
    assign([path], out, prove=accept)
    assign([path], out, prove=accept)  # the same again is no harm
    (out / "small.ipynb").write_text("mine")
    with pytest.raises(ValueError, match=r"out holds other files .*small\.ipynb; --force"):
        assign([other, path], out, prove=accept)
    assert [file.name for file in out.iterdir()] == ["small.ipynb"]
    assert (out / "small.ipynb").read_text() == "mine"
    assign([path], out, prove=accept, force=True)
    assert "YOUR CODE HERE" in (out / "small.ipynb").read_text()


def refuse(path: Path) -> None:
    if path.stem == "other":
        raise ValueError("its own solutions do not get full points")


def without_exercises(notebook: nbformat.NotebookNode) -> None:
    del notebook.cells[3:]


def with_an_open_region(notebook: nbformat.NotebookNode) -> None:
    notebook.cells[5].source = "assert f(1) == 2\n### BEGIN HIDDEN TESTS\nassert f(7) == 8"


@pytest.mark.parametrize(
    ("change", "prove", "message"),
    [
        (lambda notebook: None, refuse, "do not get full points"),
        (without_exercises, accept, "other.ipynb has no graded exercises"),
        (with_an_open_region, accept, "END HIDDEN TESTS is missing"),
    ],
)
def test_one_chapter_that_is_not_sound_keeps_all_from_being_written(
    tmp_path: Path, path: Path, change: Callable, prove: Callable, message: str
) -> None:
    notebook = small()
    change(notebook)
    other = write(tmp_path, notebook, "other")
    with pytest.raises(ValueError, match=message):
        assign([path, other], tmp_path / "out", prove=prove)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (("../Ada",), "fit for a folder, got '../Ada'"),
        (("",), "fit for a folder"),
        (("..",), "fit for a folder"),
        (("a\\b",), "fit for a folder"),
        (("Ada.",), "fit for a folder"),
        (("a\x00",), "fit for a folder"),
        (("Ada", "ADA"), "differ by more than capitals, got Ada, ADA"),
    ],
)
def test_names_that_are_no_folders_are_refused(
    tmp_path: Path, path: Path, names: tuple[str, ...], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        assign([path], tmp_path / "out", prove=accept, names=names)
    assert not (tmp_path / "out").exists()
