"""The page for teachers says what the chapters' notebooks say, and goes with them."""

from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup

import tiny_book
from rectified.site.teaching import Load, load
from tiny_book import code

META = """\
> **You will be able to**
>
> - bend $x$, and [go on](two.ipynb)
>
> **Know first** [nothing](one.ipynb), or little
>
> **Time** {minutes} minutes; the exercises take 60 more"""
TOC = """\
format: jb-book
root: chapters/one
parts:
  - caption: Bends
    chapters:
      - file: chapters/two
      - file: chapters/three
  - caption: Appendix
    chapters:
      - file: chapters/teaching
"""


def exercise(number: int) -> str:
    """Return the Markdown that opens an exercise."""
    return f"### Exercise {number}. Bend it\n\n*function · 5 minutes*\n\nBend it."


def graded(name: str, points: float, *, by_hand: bool = False) -> nbformat.NotebookNode:
    """Return a cell that brings points."""
    cell = code("pass")
    mark = {"grade_id": name, "grade": True, "solution": by_hand, "locked": not by_hand}
    cell.metadata["nbgrader"] = mark | {"points": points, "schema_version": 3, "task": False}
    return cell


def lesson(path: Path, minutes: int) -> Path:
    """Write a chapter of three exercises: one with two tests, one read by hand, one for nothing."""
    tiny_book.write(
        path,
        f"# Chapter {path.stem}",
        META.format(minutes=minutes),
        "## Exercises",
        *(exercise(1), graded("a-test", 2), graded("a-test-2", 1.5)),
        *(exercise(2), graded("b", 3, by_hand=True)),
        exercise(3),
    )
    return path


def test_a_chapters_load_is_read_from_its_notebook(tmp_path: Path) -> None:
    found = load(lesson(tmp_path / "two.ipynb", 40))
    assert found == Load(40, 60, 3, 2, 3.5, 3.0)
    assert found + found == Load(80, 120, 6, 4, 7.0, 6.0)


def test_a_page_without_exercises_has_no_load(tmp_path: Path) -> None:
    path = tmp_path / "labs.ipynb"
    tiny_book.write(path, "# Labs", code("### Exercise 1. Not a heading"))
    assert load(path) is None


def test_a_chapter_that_hides_its_time_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "two.ipynb"
    tiny_book.write(path, "# Two", "> **Time** half an hour", exercise(1))
    with pytest.raises(ValueError, match=r"two\.ipynb: its time must read"):
        load(path)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[BeautifulSoup]]:
    """Return the page for teachers as first built, and again after a chapter changed."""
    root = tiny_book.make(tmp_path_factory.mktemp("book"))
    (root / "_toc.yml").write_text(TOC)
    (root / "chapters/teaching.md").write_text("# Teach\n\nIt.\n\n## The chapters\n\nThey.\n")
    lesson(root / "chapters/two.ipynb", 40)
    found = []
    for minutes in (30, 35):
        lesson(root / "chapters/three.ipynb", minutes)
        assert tiny_book.build(root) == (0, "")
        found.append(tiny_book.page(root, "chapters/teaching"))
    return found


def texts(page: BeautifulSoup) -> list[list[str]]:
    """Return the cells of the page's table."""
    return [
        [cell.get_text(strip=True) for cell in row.find_all(["th", "td"])]
        for row in page.select(".rc-load tr")
    ]


def test_table_has_a_row_for_each_chapter_and_their_sum(pages: list[BeautifulSoup]) -> None:
    head, *rows = texts(pages[0])
    assert head[:3] == ["chapter", "minutes to read", "minutes of exercises"]
    assert rows == [
        ["Chapter two", "40", "60", "3", "2", "3.5", "3"],
        ["Chapter three", "30", "60", "3", "2", "3.5", "3"],
        ["All", "70", "120", "6", "4", "7", "6"],
    ]


def test_table_follows_a_chapter_that_changes(pages: list[BeautifulSoup]) -> None:
    assert [row[1] for row in texts(pages[1])[1:]] == ["40", "35", "75"]


def test_aims_keep_their_formulas_and_links(pages: list[BeautifulSoup]) -> None:
    said = pages[0].select_one(".rc-aims")
    assert [link["href"] for link in said.select("dt a")] == ["two.html", "three.html"]
    assert len(said.select(".katex")) == 2
    assert "Know first: nothing, or little" in said.get_text()
    assert {link["href"] for link in said.select("dd a")} <= {"one.html", "two.html", "#"}
