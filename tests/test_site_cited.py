"""How works are cited, and the book itself: BibTeX that can be copied and read again."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from bs4 import BeautifulSoup
from playwright.sync_api import Browser, Page, expect
from pybtex.database import parse_file, parse_string

from built_site import PAGES, ROOT, SITE, soup, up_to_date  # noqa: F401
from rectified.site.about import Book, book
from rectified.site.sources import bibliography
from serving import served

CITED = [name for name in PAGES if (SITE / name).exists() and soup(name).select(".rc-sources")]


def shown(tree: BeautifulSoup) -> list[str]:
    """Return the entries that a page lets its readers copy."""
    return [entry.get_text() for entry in tree.select(".rc-bibtex pre")]


@pytest.mark.parametrize("name", CITED)
def test_every_work_can_be_copied_as_bibtex(name: str) -> None:
    works = [item["id"].removeprefix("source-") for item in soup(name).select(".rc-sources > li")]
    whole = parse_file(ROOT / "references.bib").entries
    read = [parse_string(text, "bibtex").entries for text in shown(soup(name))]
    assert [list(entries) for entries in read] == [[key] for key in works]
    assert [entries[key] for entries, key in zip(read, works, strict=True)] == [
        whole[key] for key in works
    ]


def test_all_chapters_cite_and_lead_to_the_whole_file() -> None:
    assert len(CITED) >= 9
    for name in CITED:
        (link,) = soup(name).select(".rc-sources + p a[download]")
        path = (SITE / name).parent / link["href"]
        assert path.read_bytes() == (ROOT / "references.bib").read_bytes()


def test_the_book_is_cited_as_its_citation_file_says() -> None:
    (text,) = shown(soup("chapters/about.html"))
    (entry,) = parse_string(text, "bibtex").entries.values()
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert entry.fields["title"] == citation["title"]
    assert entry.fields["year"] == str(citation["date-released"])[:4]
    assert str(citation["version"]) in entry.fields["note"]
    assert len(entry.persons["author"]) == len(citation["authors"])


def test_people_and_groups_stay_what_they_are_in_bibtex() -> None:
    given = Book("A: b", "c", ("Hahn, Ada", "{The group}"), "1.2", "2031-01-02", (), (), "")
    entry = parse_string(given.bibtex("https://book.example/"), "bibtex").entries["a2031"]
    assert [str(person) for person in entry.persons["author"]] == ["Hahn, Ada", "{The group}"]
    assert entry.fields["url"] == "https://book.example/"


def test_an_entry_that_could_not_be_copied_whole_is_refused(tmp_path: Path) -> None:
    (tmp_path / "references.bib").write_text("@misc{a, title = {One line}}")
    with pytest.raises(ValueError, match="must begin and end a line"):
        bibliography(tmp_path)


def test_the_newest_version_of_the_changelog_is_the_one_that_is_cited() -> None:
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    version, date = re.search(r"(?m)^## (\d\S+) - (\S+)$", text).groups()
    assert (version, date) == (book(ROOT).version, book(ROOT).released)
    assert f'version = "{version}"' in (ROOT / "pyproject.toml").read_text("utf-8")
    headings = [heading.get_text() for heading in soup("chapters/about.html").select("h3")]
    assert headings[0] == f"{version} - {date}"
    assert set(re.findall(r"(?m)^### (\w+)", text)) <= {
        *("Added", "Changed", "Deprecated", "Removed", "Fixed", "Security")
    }


# ---- in a browser
@pytest.fixture(scope="module")
def sources(chromium: Browser) -> Iterator[Page]:
    """Yield a page with its first entry unfolded."""
    with served(SITE) as address, chromium.new_context() as context:
        page = context.new_page()
        page.goto(address + CITED[0])
        page.get_by_text("BibTeX").first.press("Enter")
        yield page


def test_a_button_copies_an_entry(sources: Page) -> None:
    sources.context.grant_permissions(["clipboard-read", "clipboard-write"])
    sources.get_by_role("button", name="Copy").first.press("Enter")
    expect(sources.get_by_role("button", name="Copied")).to_be_visible()
    copied = sources.evaluate("navigator.clipboard.readText()")
    assert copied == sources.locator(".rc-bibtex pre").first.text_content()


def test_where_copying_is_not_allowed_the_button_selects(sources: Page) -> None:
    refuse = "() => { navigator.clipboard.writeText = () => Promise.reject(new Error()); }"
    sources.evaluate(refuse)
    sources.locator(".rc-bibtex button").first.click()
    expect(sources.get_by_role("button", name="Selected")).to_be_visible()
    chosen = sources.evaluate("getSelection().toString()")
    assert chosen.startswith("@")


def test_without_scripts_a_click_selects_an_entry(chromium: Browser) -> None:
    with served(SITE) as address, chromium.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(address + CITED[0])
        page.get_by_text("BibTeX").first.click()
        entry = page.locator(".rc-bibtex pre").first
        assert entry.is_visible()
        assert not page.get_by_role("button", name="Copy").is_visible()
        assert entry.evaluate("(entry) => getComputedStyle(entry).userSelect") == "all"
