"""Reading on: why to read a neighbour, how far one is, and what the browser keeps of it."""

import json
import re
from collections.abc import Callable
from functools import cache

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Page, expect

import tiny_book
from built_site import PAGES, soup, up_to_date  # noqa: F401

Opener = Callable[..., Page]
KEY = "rectified-read"


@cache
def chapters() -> list[str]:
    """Return the pages that have a number, in order."""
    return [name for name in PAGES if soup(name).select("[data-chapter]")]


# ---- what is written
@pytest.mark.parametrize("name", PAGES)
def test_each_neighbour_says_why_as_the_landing_page_does(name: str) -> None:
    whys = {
        entry.a["href"]: entry.p.get_text() for entry in soup("index.html").select(".rc-entries li")
    }
    links = soup(name).select(".prev-next-area a")
    assert links
    for link in links:
        page = "chapters/" + link["href"].rpartition("/")[2]
        assert link.select_one(".prev-next-why").get_text() == whys[page]
        assert whys[page]


def test_each_chapter_says_how_far_it_is() -> None:
    said = [soup(name).select_one(".rc-kicker").get_text() for name in chapters()]
    expected = [f"Chapter {index + 1} of {len(chapters())} " for index in range(len(chapters()))]
    assert [text[: len(start)] for text, start in zip(said, expected, strict=True)] == expected
    assert len(chapters()) == 8


@pytest.fixture(scope="module")
def builds(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, BeautifulSoup]]:
    """Return a small book as first built, and again after a chapter got a lead."""
    root = tiny_book.make(tmp_path_factory.mktemp("book"))
    found = []
    for lead in ("", r"Take $\max(0, z)$, *twice*. Then go on."):
        tiny_book.write(root / "chapters/two.ipynb", f"# Chapter two\n\n{lead}")
        assert tiny_book.build(root) == (0, "")
        found.append({name: tiny_book.page(root, name) for name in ("index", "chapters/claims")})
    return found


def test_a_lead_that_changes_is_written_on_pages_that_did_not(
    builds: list[dict[str, BeautifulSoup]],
) -> None:
    before, after = (pages["chapters/claims"].select_one(".left-prev") for pages in builds)
    assert before.select_one(".prev-next-why").get_text() == ""
    assert after.select_one(".prev-next-why").get_text() == "Take max(0, z), twice. Then go on."
    assert (
        builds[1]["index"].select(".rc-entries p")[1].get_text()
        == "Take max(0, z), twice. Then go on."
    )


def test_a_book_without_claims_shows_none(builds: list[dict[str, BeautifulSoup]]) -> None:
    page = builds[0]["index"]
    assert not page.select(".rc-claim")
    assert "things that are said" not in page.get_text()
    assert "How to teach" not in page.get_text()


# ---- what the browser keeps
def kept(page: Page) -> dict[str, list[str]]:
    """Return what the browser has kept."""
    return json.loads(page.evaluate(f"localStorage.getItem('{KEY}')") or "{}")


def read_to_the_end(page: Page) -> None:
    """Scroll to the end, and wait for the mark in the contents."""
    page.locator(".prev-next-area").scroll_into_view_if_needed()
    expect(page.locator(".bd-links .current .rc-read")).to_have_count(1)


@pytest.fixture
def reader(open_page: Opener) -> Page:
    """Yield the page of a reader who has opened the first chapter."""
    return open_page(chapters()[0], reduced_motion="reduce")


def turn_to(page: Page, name: str) -> None:
    """Open another page of the site in the same browser."""
    start = re.match(r"http://[^/]+/", page.url)[0]
    page.goto(start + name, wait_until="networkidle")


def test_contents_mark_what_was_read_to_its_end(reader: Page) -> None:
    assert reader.locator(".rc-read").count() == 0
    read_to_the_end(reader)
    turn_to(reader, chapters()[1])
    marked = reader.locator(".bd-links a", has=reader.locator(".rc-read"))
    expect(marked).to_have_count(1)
    title = soup(chapters()[0]).h1.get_text()
    assert reader.get_by_role("link", name=f"{title} (read)").count() == 1
    assert kept(reader)["read"] == [chapters()[0].removesuffix(".html")]


def test_the_landing_page_goes_on_at_the_section(reader: Page) -> None:
    turn_to(reader, chapters()[2])
    sections = reader.locator("article > section > section[id]")
    anchor = sections.nth(2).get_attribute("id")
    sections.nth(2).evaluate("section => section.scrollIntoView()")
    reader.wait_for_function(f"localStorage.getItem('{KEY}').includes('{anchor}')")
    turn_to(reader, "chapters/claims.html")  # to look something up is not to read on there
    reader.locator("article > section > section[id]").nth(1).evaluate("e => e.scrollIntoView()")
    expect(reader.locator(".page-toc .active")).to_have_count(1)
    turn_to(reader, "index.html")
    link = reader.get_by_role("link", name="Go on reading")
    assert link.get_attribute("href").endswith(f"{chapters()[2]}#{anchor}")
    assert soup(chapters()[2]).h1.get_text() in link.inner_text()


def test_after_a_chapter_that_was_read_comes_the_next_and_all_can_be_forgotten(
    reader: Page,
) -> None:
    read_to_the_end(reader)
    turn_to(reader, "index.html")
    link = reader.get_by_role("link", name="Go on reading")
    assert link.get_attribute("href").endswith(chapters()[1])
    expect(reader.locator(".rc-progress")).to_contain_text(f"1 of {len(chapters())} chapters read")
    reader.get_by_role("button", name="Forget").press("Enter")
    expect(link).to_be_hidden()
    expect(reader.locator(".rc-read")).to_have_count(0)
    expect(reader.locator(".rc-progress")).to_be_hidden()
    assert kept(reader) == {}


def test_after_the_last_chapter_nothing_is_pressed_on_the_reader(reader: Page) -> None:
    turn_to(reader, chapters()[-1])
    read_to_the_end(reader)
    turn_to(reader, "index.html")
    expect(reader.locator("#go-on")).to_be_hidden()
    expect(reader.get_by_role("link", name="Start reading")).to_be_visible()


def test_what_cannot_be_read_from_the_store_counts_as_nothing(reader: Page) -> None:
    faults: list[str] = []
    reader.on("pageerror", lambda error: faults.append(str(error)))
    turn_to(reader, "index.html")
    for broken in ("", "{", "null", "[]", '{"read":3,"at":null}', '{"read":[7],"at":[{}]}'):
        reader.evaluate("([key, text]) => localStorage.setItem(key, text)", [KEY, broken])
        reader.reload(wait_until="domcontentloaded")
        expect(reader.locator("#go-on")).to_be_hidden()
        assert faults == []
    turn_to(reader, chapters()[0])
    read_to_the_end(reader)
    assert chapters()[0].removesuffix(".html") in kept(reader)["read"]


def test_pages_are_known_without_their_ending(open_page: Opener) -> None:
    page = open_page(chapters()[0])
    named = page.evaluate("named({ pathname: location.pathname.replace('.html', '') })")
    assert named == chapters()[0].removesuffix(".html")  # a host may leave out the ending
