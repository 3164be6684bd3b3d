"""What readers take along, and what a server gives out: the archive, and the folder to publish."""

import os
import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Browser

import archive
import publish
from built_site import SITE, up_to_date  # noqa: F401
from site_pages import lay_out

PAGE = '<a href="{0}index.html">Home</a><!-- downloads {0} -->'


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Make a book with a site of two pages, a PDF and an archive."""
    site = tmp_path / archive.SITE
    (site / "chapters").mkdir(parents=True)
    (site / "index.html").write_text(PAGE.format("./"), encoding="utf-8")
    (site / "chapters/one.html").write_text(PAGE.format("../"), encoding="utf-8")
    (site / ".buildinfo").touch()
    (tmp_path / "_build/rectified.pdf").write_bytes(bytes(1_234_567))
    archive.write(site, tmp_path / archive.TARGET)
    return tmp_path


def test_the_same_site_gives_the_same_archive(book: Path) -> None:
    site, again = book / archive.SITE, book / "again.zip"
    for path in site.rglob("*"):
        os.utime(path, (2_000_000_000, 2_000_000_000))
    archive.write(site, again)
    assert again.read_bytes() == (book / archive.TARGET).read_bytes()


def test_an_archive_holds_the_site_in_one_folder_and_says_how_to_read_it(book: Path) -> None:
    with zipfile.ZipFile(book / archive.TARGET) as packed:
        names = packed.namelist()
        assert "python3 -m http.server" in packed.read("rectified/READ-ME.txt").decode()
    assert names == [
        f"rectified/{name}" for name in ("READ-ME.txt", "chapters/one.html", "index.html")
    ]


def test_files_are_linked_where_they_are_published_and_only_there(book: Path) -> None:
    public = publish.publish(book)
    for name, up in (("index.html", "./"), ("chapters/one.html", "../")):
        links = re.findall(r'href="([^"]*)" download>([^<]*)', (public / name).read_text("utf-8"))
        assert [link for link, _ in links] == [f"{up}rectified.pdf", f"{up}rectified.zip"]
        assert links[0][1] == "PDF, 1.2 MB"
        assert all((public / name).parent.joinpath(link).is_file() for link, _ in links)
        assert "download>" not in (book / archive.SITE / name).read_text("utf-8")
    assert not (public / ".buildinfo").exists()


def test_a_folder_is_filled_anew(book: Path) -> None:
    (publish.publish(book) / "old.html").touch()
    assert not (publish.publish(book) / "old.html").exists()


@pytest.mark.parametrize("name", ["rectified.pdf", "rectified.zip", "html/index.html"])
def test_what_is_not_made_yet_is_one_sentence(book: Path, name: str) -> None:
    (book / "_build" / name).unlink()
    with pytest.raises(FileNotFoundError, match=f"{Path(name).name} is not made yet: make publish"):
        publish.publish(book)


def test_an_archive_of_no_site_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="not built yet: make book"):
        archive.write(tmp_path, tmp_path / "none.zip")


def test_every_page_of_the_site_has_a_place_for_the_links() -> None:
    pages = [path for path in SITE.rglob("*.html") if 'id="contents"' in path.read_text("utf-8")]
    places = {path: publish.PLACE.findall(path.read_text("utf-8")) for path in pages}
    assert len(pages) > 10
    assert all(
        len(found) == 1 and (path.parent / found[0]).resolve() == SITE
        for path, found in places.items()
    )


def test_an_unpacked_archive_can_be_read_as_files(chromium: Browser, tmp_path: Path) -> None:
    archive.write(SITE, tmp_path / "book.zip")
    with zipfile.ZipFile(tmp_path / "book.zip") as packed:
        packed.extractall(tmp_path)
    page = chromium.new_page()
    refused: list[str] = []
    page.on("console", lambda told: refused.append(told.text) if "Policy" in told.text else None)
    page.goto((tmp_path / "rectified/index.html").as_uri(), wait_until="load")
    page.goto((tmp_path / "rectified/chapters/labs.html").as_uri(), wait_until="load")
    lay_out(page)
    assert page.evaluate("document.fonts.check('1rem \"Rectified Serif\"')")
    assert page.locator(".rc-lab-still").count() == page.locator(".rc-served").count() >= 5
    assert page.locator(".rc-served").first.is_visible()
    page.close()
    assert [text for text in refused if "Content Security Policy" in text] == []
