"""The book as one document for paper: whole, with every reference inside it."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Browser

import paper
import pdf
from built_site import PAGES, ROOT, soup, up_to_date  # noqa: F401

SLUGS = [Path(name).stem for name in PAGES]
LIMIT = 15  # MB
WHOLE = "(document.documentElement.scrollWidth)"
# What would be cut at its own edge; screens let it scroll
CUT = """[...document.querySelectorAll("body *")].filter((e) =>
    e.clientWidth > 2 && e.scrollWidth > e.clientWidth + 1
    && getComputedStyle(e).overflowX !== "visible"
  ).map((e) => e.outerHTML.slice(0, 200))"""
# What would be cut at the paper's edge; MathML is for screen readers, and a figure is one thing
WIDE = """[...document.querySelectorAll("body *:not(svg *, .katex-mathml *)")].filter((e) =>
    e.getBoundingClientRect().right > innerWidth + 1
  ).map((e) => e.outerHTML.slice(0, 200))"""
HIGH = """(high) => [...document.querySelectorAll("figure, .cell_input, .katex-display, tr")]
  .filter((e) => e.getBoundingClientRect().height > high).map((e) => e.outerHTML.slice(0, 200))"""
PAGE_HEIGHT = 948  # pixels between the margins of paper.css


@pytest.fixture(scope="module")
def text() -> str:
    return paper.document(ROOT)


@pytest.fixture(scope="module")
def document(text: str) -> BeautifulSoup:
    return BeautifulSoup(text, "html.parser")


def test_every_page_of_the_book_is_in_it_and_in_its_order(document: BeautifulSoup) -> None:
    assert [main["id"] for main in document.find_all("main")] == SLUGS
    titles = [" ".join(soup(name).h1.get_text().split()) for name in PAGES]
    assert [" ".join(main.h1.get_text().split()) for main in document.find_all("main")] == titles
    listed = document.select(".rc-contents li")
    assert [item.a["href"] for item in listed] == [f"#{slug}" for slug in SLUGS]
    assert [item.a.get_text() for item in listed] == titles


def test_anchors_are_unique_and_every_reference_leads_to_one(document: BeautifulSoup) -> None:
    anchors = Counter(tag["id"] for tag in document.find_all(id=True))
    assert [name for name, times in anchors.items() if times > 1] == []
    assert [name for name in _referred(document) if name not in anchors] == []


def _referred(document: BeautifulSoup) -> Iterator[str]:
    """Yield each anchor that a link, a label or a part of a picture refers to."""
    for tag in document.find_all(True):
        for key, value in tag.attrs.items():
            if key in {"href", "xlink:href"}:
                yield from [value[1:]] if value.startswith("#") else []
            elif key in paper.IDS - {"id"}:
                yield from value if isinstance(value, list) else value.split()
            elif key == "data-page":
                yield value
            elif isinstance(value, str):
                yield from paper.URL.findall(value)


def test_nothing_in_it_needs_a_screen(document: BeautifulSoup) -> None:
    assert document.select("script, noscript, button, [hidden]") == []
    assert [fold for fold in document.find_all("details") if "open" not in fold.attrs] == []
    assert len(document.select(".rc-lab-still svg[role=img]")) >= 5


def test_links_lead_inside_or_to_the_web(document: BeautifulSoup) -> None:
    links = [link["href"] for link in document.select("body a[href]")]
    assert [link for link in links if not link.startswith(("#", "http"))] == []


def test_every_address_can_be_read(document: BeautifulSoup) -> None:
    anchors = {tag["id"]: tag for tag in document.find_all(id=True)}
    links = document.find_all("a", href=re.compile("^http"))
    cited = [link for link in links if not link.find_parent(class_="rc-sources")]
    assert len(cited) > 100
    for link in cited:
        note = link.find_next_sibling("sup").a
        item = anchors[note["href"][1:]]
        item = item if item.name == "li" else item.parent
        before = item.find_previous_siblings("li")
        assert int(note.string) == int(item.parent.get("start", 1)) + len(before)
        assert item.find(class_="rc-address").get_text().startswith("http")


def test_solutions_stand_at_their_chapters_end(document: BeautifulSoup) -> None:
    folding = sum(len(soup(name).select(".rc-exercise:has(> details)")) for name in PAGES)
    assert document.select(".rc-exercise details") == []
    moved = document.select("[id$='--solutions'] > section")
    assert [part.h3.a["href"][1:] for part in moved] == [
        exercise["id"] for exercise in document.select(".rc-exercise:has(.rc-see)")
    ]
    assert len(moved) == folding > 50
    assert all(len(part.get_text()) > len(part.h3.get_text()) + 20 for part in moved)


def test_pages_are_told_where_they_are_known(text: str) -> None:
    anchors = re.findall(r'data-page="([^"]+)"', text)
    assert set(SLUGS) <= set(anchors)
    told = paper.with_pages(text, {name: 1 + i for i, name in enumerate(dict.fromkeys(anchors))})
    assert f'">{paper.UNKNOWN}' not in told
    assert f'data-page="{anchors[0]}">1</span>' in told


def test_a_page_that_is_not_built_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "_toc.yml").write_text("format: jb-book\nroot: one\n", encoding="utf-8")
    with pytest.raises(FileNotFoundError, match=r"one\.html is not built yet: make book"):
        paper.document(tmp_path)


@pytest.mark.audit
def test_nothing_is_wider_or_higher_than_the_paper(
    chromium: Browser, text: str, tmp_path: Path
) -> None:
    page = chromium.new_page(viewport={"width": pdf.WIDTH, "height": 900})
    source = ROOT / "_build" / f"{tmp_path.name}.html"
    pdf.show(page, source, text)
    source.unlink()
    try:
        assert page.evaluate(CUT) == []
        assert page.evaluate(WIDE) == []
        assert page.evaluate(HIGH, PAGE_HEIGHT) == []
    finally:
        page.close()


@pytest.mark.audit
def test_the_pdf_is_whole_and_light_and_has_bookmarks_on_the_right_pages(
    chromium: Browser,
) -> None:
    path = pdf.make(ROOT, chromium)
    size = path.stat().st_size / 1e6
    pages = pdf.pages_of(path)
    with pikepdf.open(path) as book:
        print(f"\n{len(book.pages)} pages, {size:.1f} MB, {len(pages)} anchors")
        numbers = {page.objgen: number for number, page in enumerate(book.pages, 1)}
        with book.open_outline() as outline:
            marks = {str(item.title): numbers[item.destination[0].objgen] for item in outline.root}
        empty = [number for number, page in enumerate(book.pages, 1) if len(_drawn(page)) < 600]
        about = book.open_metadata()
        assert about["dc:title"].startswith("Rectified")
        assert about["dc:creator"] == ["The authors of Rectified"]
        assert book.Root.MarkInfo.Marked
        assert book.Root.Lang == "en"
    titles = [" ".join(soup(name).h1.get_text().split()) for name in PAGES]
    assert [marks[title] for title in titles] == [pages[slug] for slug in SLUGS]
    assert empty == []
    assert size < LIMIT


def _drawn(page: pikepdf.Page) -> bytes:
    """Return what draws a page."""
    contents = page.Contents
    parts = contents if isinstance(contents, pikepdf.Array) else [contents]
    return b"".join(part.read_bytes() for part in parts)
