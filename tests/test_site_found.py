"""What the site tells machines that look for it: heads, cards, addresses, structured data."""

import json
import re
import shutil
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest
import yaml
from PIL import Image
from playwright.sync_api import Browser

import tiny_book
from built_site import ALL, PAGES, ROOT, SITE, each_page, soup, up_to_date  # noqa: F401
from rectified.site import about
from rectified.site.address import find_address
from rectified.site.cards import LINE, balanced
from rectified.site.head import DESCRIPTION, fitting
from serving import QuietHandler, served

BASE = "https://owner.github.io/name/"
LESSON = "> **You will be able to**\n>\n> - draw $x^2$\n> - bend\n>\n> **Know first** lines\n>\n"
TIME = "> **Time** 20 minutes; the exercises take 9 more"
EXERCISE = "## Exercises\n\n### Exercise 1. Think\n\n*question · 9 minutes*\n\nWhy?"


def structured(tree: object) -> dict:
    """Return what a page says of itself to machines."""
    (script,) = tree.find_all("script", type="application/ld+json")
    return json.loads(script.string)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a small book that knows its address; return its folder."""
    root = tiny_book.make(tmp_path_factory.mktemp("published"))
    config = (root / "_config.yml").read_text()
    (root / "_config.yml").write_text(
        re.sub(r"(?m)^  url: .*", '  url: "https://github.com/Owner/name"', config)
    )
    tiny_book.write(root / "chapters/two.ipynb", f"# Why?\n\nA <b>.\n\n{LESSON}{TIME}", EXERCISE)
    assert tiny_book.build(root) == (0, "")
    return root


# ---- every page of the real book
@each_page
def test_a_page_describes_itself_in_whole_words(name: str) -> None:
    tree = soup(name)
    found = tree.find("meta", attrs={"name": "description"})["content"]
    assert 40 < len(found) <= DESCRIPTION
    assert re.search(r"[.?!…]$", found)
    assert not re.search(r"[\\$]|\s\s", found)
    assert tree.find("meta", property="og:description")["content"] == found
    assert tree.find("meta", property="og:title")["content"] in tree.h1.get_text(" ", strip=True)


def test_no_two_pages_describe_themselves_alike() -> None:
    texts = [soup(name).find("meta", attrs={"name": "description"})["content"] for name in ALL]
    assert len(set(texts)) == len(ALL)


@each_page
def test_structured_data_say_what_the_page_says(name: str) -> None:
    tree, data = soup(name), structured(soup(name))
    assert data["@context"] == "https://schema.org"
    assert data["isPartOf"]["@type"] == "Book" if name != "index.html" else "Book" in data["@type"]
    aims = [item.get_text(" ", strip=True) for item in tree.select(".rc-meta dd ul > li")]
    if "Chapter" in data["@type"]:
        assert len(data["teaches"]) == len(aims) > 1
        assert not [aim for aim in data["teaches"] if re.search(r"[\\$]", aim)]
        minutes = re.search(r"(\d+) minutes; the exercises", tree.main.get_text())[1]
        assert data["timeRequired"] == f"PT{minutes}M"
        assert f"Chapter {data['position']}" in tree.select_one(".rc-kicker").get_text()


def test_the_book_lists_its_chapters() -> None:
    data = structured(soup("index.html"))
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert data["name"] == citation["title"]
    assert data["version"] == str(citation["version"])
    names = [structured(soup(name)) for name in PAGES]
    chapters = [page["name"] for page in names if "Chapter" in page["@type"]]
    assert [part["name"] for part in data["hasPart"]] == chapters
    assert len(chapters) >= 8


def test_without_an_address_nothing_is_said_that_needs_one() -> None:
    files = ("sitemap.xml", "robots.txt", "_static/cards")
    assert [name for name in files if (SITE / name).exists()] == []
    for name in ALL:
        assert not soup(name).find("link", rel="canonical")
        assert not soup(name).find("meta", property=re.compile("og:(url|image)"))


# ---- a book with an address
def test_with_an_address_pages_name_it_and_their_card(published: Path) -> None:
    tree = tiny_book.page(published, "chapters/two")
    address = f"{BASE}chapters/two.html"
    assert tree.find("link", rel="canonical")["href"] == address
    assert tree.find("meta", property="og:url")["content"] == address
    picture = tree.find("meta", property="og:image")["content"]
    assert picture.startswith(f"{BASE}_static/cards/")
    path = published / "_build/html" / picture.removeprefix(BASE)
    with Image.open(path) as image:
        assert image.size == (1200, 630)
    assert path.stat().st_size < 60_000
    assert len(list(path.parent.iterdir())) == 5  # four pages and the book; no other is kept


def test_a_chapter_says_what_it_teaches(published: Path) -> None:
    data = structured(tiny_book.page(published, "chapters/two"))
    assert data["@type"] == ["Chapter", "LearningResource"]
    assert data["teaches"] == ["draw x²", "bend"]
    assert data["competencyRequired"] == "lines"
    assert data["timeRequired"] == "PT20M"
    assert data["isPartOf"]["url"] == BASE
    assert data["url"] == f"{BASE}chapters/two.html"


def test_the_sitemap_lists_every_page_and_robots_lead_to_it(published: Path) -> None:
    out = published / "_build/html"
    places = [place.text for place in ElementTree.parse(out / "sitemap.xml").iter() if place.text]
    pages = [place.strip() for place in places if place.strip()]
    assert pages[0] == BASE
    written = {path.relative_to(out).as_posix() for path in out.glob("chapters/*.html")}
    assert {page.removeprefix(BASE) for page in pages[1:]} == written
    assert f"Sitemap: {BASE}sitemap.xml" in (out / "robots.txt").read_text()


def test_a_lost_page_links_from_the_root_of_the_site(published: Path) -> None:
    tree = tiny_book.page(published, "404")
    found = [
        tag[key] for key in ("href", "src", "action") for tag in tree.find_all(attrs={key: True})
    ]
    assert [link for link in found if not link.startswith(("/name/", "#"))] == []


class LikeGitHub(QuietHandler):
    """Answers with the book's own page where there is no file."""

    def send_error(self, code: int, *_: object) -> None:
        """Send that page instead of Python's words."""
        body = Path(self.directory, "name/404.html").read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.mark.parametrize("lost", ["lost.html", "chapters/lost.html", "a/b/c/"])
def test_a_lost_page_works_at_any_depth(
    published: Path, chromium: Browser, tmp_path: Path, lost: str
) -> None:
    shutil.copytree(published / "_build/html", tmp_path / "name")
    with served(tmp_path, LikeGitHub) as address, chromium.new_context() as context:
        page = context.new_page()
        missing: list[str] = []
        page.on("response", lambda answer: answer.ok or missing.append(answer.url))
        page.goto(f"{address}name/{lost}", wait_until="networkidle")
        assert missing == [page.url]  # nothing that the page itself asked for
        ground = page.evaluate("getComputedStyle(document.body).fontFamily")
        assert "Rectified Serif" in ground
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main-content"
        page.get_by_role("searchbox").fill("chapter")
        page.keyboard.press("Enter")
        page.wait_for_url(f"{address}name/search.html?q=chapter")
        page.go_back()
        page.get_by_role("link", name="Why?").click()
        assert page.url == f"{address}name/chapters/two.html"


@pytest.mark.parametrize(
    ("given", "repository", "address"),
    [
        ("", "", ""),
        ("", "https://github.com/Owner/name", BASE),
        ("", "https://github.com/owner/Owner.github.io", "https://owner.github.io/"),
        ("", "https://gitlab.com/owner/name", ""),
        (
            "https://book.example/relu",
            "https://github.com/owner/name",
            "https://book.example/relu/",
        ),
    ],
)
def test_the_address_follows_from_the_repository_unless_another_is_given(
    given: str, repository: str, address: str
) -> None:
    config = SimpleNamespace(html_baseurl=given, html_theme_options={"repository_url": repository})
    find_address(None, config)
    assert config.html_baseurl == address


def test_an_address_without_a_scheme_is_refused() -> None:
    config = SimpleNamespace(html_baseurl="book.example", html_theme_options={})
    with pytest.raises(ValueError, match="must begin with https"):
        find_address(None, config)


# ---- pieces
def test_a_description_is_of_whole_sentences_where_it_can_be() -> None:
    assert fitting("One. Two.") == "One. Two."
    assert fitting("One. " + "X" * DESCRIPTION + ".") == "One."
    long = fitting("word " * DESCRIPTION)
    assert long.endswith("word …")
    assert len(long) <= DESCRIPTION
    assert fitting("") == ""


def test_a_cards_lines_are_even_and_fit() -> None:
    for page in PAGES:
        lines = balanced(soup(page).h1.get_text())
        assert len(lines) <= 3
        assert max(map(len, lines)) <= LINE
    assert balanced("What exactly does max(0, x) do?") == ["What exactly does", "max(0, x) do?"]


def test_a_citation_file_that_lacks_something_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="is missing: it says what the book is"):
        about.book(tmp_path)
    (tmp_path / about.CITATION).write_text("title: A book\n")
    with pytest.raises(ValueError, match="must have abstract, authors"):
        about.book(tmp_path)
