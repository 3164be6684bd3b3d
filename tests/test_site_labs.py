"""Labs and controls on a static page: what is there before a script runs, and what is not."""

import json
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

import tiny_book
from rectified.site.outputs import NEEDS_KERNEL

LAB = "from rectified import labs\n\nlabs.Initialization(gain=2.0)"
CONTROL = (
    "from ipywidgets import interact\n\ninteract(lambda gain: print('gain', gain), gain=(0, 2));"
)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a book of a chapter with a lab and a chapter with a control of ipywidgets."""
    root = tiny_book.make(tmp_path_factory.mktemp("book") / "book")
    tiny_book.write(root / "chapters/one.ipynb", "# With a lab", tiny_book.code(LAB))
    tiny_book.write(root / "chapters/two.ipynb", "# With a control", tiny_book.code(CONTROL))
    status, messages = tiny_book.build(root)
    assert status == 0, messages
    return root


@pytest.fixture(scope="module")
def with_lab(root: Path) -> BeautifulSoup:
    return tiny_book.page(root, "chapters/one")


@pytest.fixture(scope="module")
def with_control(root: Path) -> BeautifulSoup:
    return tiny_book.page(root, "chapters/two")


def test_page_with_a_lab_holds_its_state_and_its_picture(with_lab: BeautifulSoup) -> None:
    place = with_lab.select_one("#lab-initialization")
    model = json.loads(place.script.string)
    assert model["gain"] == 2.0
    assert set(model["_schema"]) | {"_schema", "_words"} == set(model)
    assert model["_words"]["place"] == "page"
    assert place.select_one("svg[role=img]")
    assert len(place.select(".rc-tries li")) == 3


def test_page_with_a_lab_has_the_look_and_the_site_its_modules(
    root: Path, with_lab: BeautifulSoup, with_control: BeautifulSoup
) -> None:
    look = ".rc-lab{container-type:"
    assert look in with_lab.style.string
    assert look not in with_control.style.string
    for name in ("hydrate", "initialization"):
        assert (root / f"_build/html/_static/labs/{name}.mjs").is_file()


def test_a_second_build_changes_nothing(root: Path) -> None:
    site = root / "_build/html"
    before = {path: path.read_bytes() for path in site.rglob("*") if path.is_file()}
    status, messages = tiny_book.build(root)
    assert status == 0, messages
    after = {path: path.read_bytes() for path in site.rglob("*") if path.is_file()}
    assert after == before


def test_control_that_needs_a_kernel_leaves_a_sentence_and_no_script(
    with_control: BeautifulSoup,
) -> None:
    assert NEEDS_KERNEL in with_control.get_text()
    assert with_control.select("script[type*='widget']") == []
    assert "jupyter-widgets" not in str(with_control)
    assert "require" not in str(with_control.select("script[src]"))
