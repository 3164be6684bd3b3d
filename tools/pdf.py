"""Print the book: ``python tools/pdf.py`` makes ``_build/rectified.pdf`` of the built site.

Chromium cannot say on which page an anchor stands (``target-counter``), so the book is printed
until the numbers of the last time are right.
"""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pikepdf
import yaml
from playwright.sync_api import Browser, Page, sync_playwright

import browser
import paper

ROOT = Path(__file__).resolve().parent.parent
TARGET = "_build/rectified.pdf"
WIDTH = 605  # pixels: of A4, without the margins of paper.css
TIMES = 4
HEADINGS = "[...document.querySelectorAll('h1, h2, h3')].map((heading) => heading.textContent)"
SENTENCE = (
    "The PDF is printed by Chromium or Chrome, and none could be installed here. "
    "Install one, or say where it is: CHROMIUM=/path/to/chrome make pdf"
)


def make(root: Path, chromium: Browser) -> Path:
    """Print the book in `root` with a running browser, and return where it lies.

    Raises FileNotFoundError if a page is not built, RuntimeError if its pages do not settle.
    """
    source, draft = root / "_build/paper.html", root / "_build/paper.pdf"
    text = paper.document(root)
    page = chromium.new_page(viewport={"width": WIDTH, "height": 900})
    pages: Mapping[str, int] = {}
    for _ in range(TIMES):
        show(page, source, paper.with_pages(text, pages) if pages else text)
        print_to(draft, page)
        before, pages = pages, pages_of(draft)
        if pages == before:
            break
    else:
        raise RuntimeError(f"the pages' numbers did not settle in {TIMES} times")
    finish(draft, root, page.evaluate(HEADINGS))
    page.close()
    source.unlink()
    draft.unlink()
    return root / TARGET


def show(page: Page, source: Path, text: str) -> None:
    """Open the document as it will be printed."""
    source.write_text(text, encoding="utf-8")
    page.emulate_media(media="print", color_scheme="light")
    page.goto(source.as_uri())
    page.evaluate("document.fonts.ready.then(() => true)")


def print_to(target: Path, page: Page) -> None:
    """Print what is shown, with bookmarks from its headings and tags for screen readers."""
    page.pdf(
        path=target, prefer_css_page_size=True, print_background=True, outline=True, tagged=True
    )


def pages_of(path: Path) -> dict[str, int]:
    """Return the page, from 1, of each anchor that a link of the document leads to."""
    with pikepdf.open(path) as pdf:
        numbers = {page.objgen: number for number, page in enumerate(pdf.pages, 1)}
        found = pdf.Root.get("/Dests", {})
        return {name.removeprefix("/"): numbers[found[name][0].objgen] for name in map(str, found)}


def finish(draft: Path, root: Path, headings: Sequence[str]) -> None:
    """Say whose book it is, and pack it: half the size, and the same bytes for the same book."""
    about = yaml.safe_load((root / "CITATION.cff").read_text(encoding="utf-8"))
    with pikepdf.open(draft) as pdf:
        del pdf.docinfo
        with pdf.open_metadata(set_pikepdf_as_editor=False) as told:
            told["dc:title"] = about["title"]
            told["dc:creator"] = [author["name"] for author in about["authors"]]
            told["dc:description"] = about["abstract"]
            told["dc:language"] = ["en"]
            told["pdf:Keywords"] = ", ".join(about["keywords"])
        mend_bookmarks(pdf, headings)
        pdf.Root.PageMode = pikepdf.Name.UseOutlines
        packed = pikepdf.ObjectStreamMode.generate
        pdf.save(root / TARGET, object_stream_mode=packed, deterministic_id=True)


def mend_bookmarks(pdf: pikepdf.Pdf, headings: Sequence[str]) -> None:
    """Give each bookmark its heading's words: Chromium drops the space where a line ends."""
    said = {"".join(words): " ".join(words) for words in map(str.split, headings)}
    with pdf.open_outline() as outline:
        items = list(outline.root)
        while items:
            item = items.pop()
            item.title = said.get("".join(item.title.split()), item.title)
            items += item.children


def main() -> str | None:
    """Make the PDF; return a sentence if it cannot be made."""
    found = browser.find() or browser.install()
    if not found:
        return SENTENCE
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=browser.flags())
        try:
            path = make(ROOT, chromium)
        except FileNotFoundError as error:
            return str(error)
        finally:
            chromium.close()
    print(f"The book is at {TARGET}: {path.stat().st_size / 1e6:.1f} MB")
    return None


if __name__ == "__main__":
    sys.exit(main())
