"""The built book, for tests that read it: where it is, its pages, and whether it is up to date."""

from functools import cache
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from sphinx_external_toc.parsing import parse_toc_yaml

ROOT = Path(__file__).resolve().parents[1]
SITE = ROOT / "_build/html"
PAGES = [f"{name}.html" for name in parse_toc_yaml(ROOT / "_toc.yml")]
ALL = ["index.html", *PAGES, "search.html", "404.html"]
each_page = pytest.mark.parametrize("name", ALL)
each_chapter = pytest.mark.parametrize("name", PAGES)


@pytest.fixture(scope="module", autouse=True)
def up_to_date() -> None:
    """Fail with a sentence when the site is missing or older than its chapters."""
    for name in PAGES:
        built = SITE / name
        sources = [(ROOT / name).with_suffix(suffix) for suffix in (".ipynb", ".md")]
        (source,) = [path for path in sources if path.exists()]
        if not built.exists() or built.stat().st_mtime < source.stat().st_mtime:
            pytest.fail(
                f"{built.relative_to(ROOT)} is missing or older than its chapter: make book"
            )


@cache
def soup(name: str) -> BeautifulSoup:
    """Return a page's tree; do not change it."""
    return BeautifulSoup((SITE / name).read_text("utf-8"), "html.parser")
