"""The files of the built book; `make test` builds it before these tests run."""

import ast
import json
import re
from copy import copy
from functools import cache
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import nbformat
import pytest
from jupyter_cache import get_cache

from built_site import ALL, ROOT, SITE, each_chapter, each_page, soup, up_to_date  # noqa: F401
from rectified.display.output import CLAIMS_MIME
from rectified.site.cache import cache_path
from rectified.site.execute import chapters
from rectified.site.markers import without_hidden


@each_page
def test_every_link_leads_to_a_file_and_an_anchor_of_the_site(name: str) -> None:
    tree = soup(name)
    found = [tag[key] for key in ("href", "src") for tag in tree.find_all(attrs={key: True})]
    lost = [link for link in found if not urlsplit(link).scheme and not _exists(name, link)]
    assert lost == []


def _exists(page: str, link: str) -> bool:
    target, anchor = urldefrag(urljoin(page, link))
    target = unquote(target.partition("?")[0]).removeprefix("/")  # those of 404.html
    if not (SITE / target).is_file():
        return False
    return not anchor or unquote(anchor) in _anchors(target)


@cache
def _anchors(name: str) -> set[str]:
    return {tag["id"] for tag in soup(name).find_all(id=True)}


# What may be cited has one address that lasts; any other is at least plain, and ends with a word.
LASTING = {
    "doi.org": re.compile(r"https://doi\.org/10\.\d{4,9}/\S*[\w>)]"),
    "arxiv.org": re.compile(r"https://arxiv\.org/abs/(\d{4}\.\d{4,5}|[a-z-]+/\d{7})"),
    "": re.compile(r"https://[a-z0-9.-]+/(?!.*(?:utm_|:~:text=))(\S*[\w/])?"),
}


def _lasts(link: str) -> bool:
    form = next(form for host, form in LASTING.items() if host in link)
    return form.fullmatch(link) is not None


@each_page
def test_links_to_other_sites_have_the_form_that_lasts(name: str) -> None:
    links = [tag["href"] for tag in soup(name).find_all(href=True)]
    assert [link for link in links if urlsplit(link).scheme and not _lasts(link)] == []


@pytest.mark.parametrize(
    "link",
    [
        *("http://www.jmlr.org/papers/v7/demsar06a.html", "https://www.jmlr.org/papers/v7/a.html)"),
        *("https://arxiv.org/pdf/1502.01852", "https://arxiv.org/abs/1502.01852v1"),
        *("https://dx.doi.org/10.1109/IJCNN.2015.7280696", "https://doi.org/10.1109/IJCNN.2015."),
        *("https://example.org/a?utm_source=b", "https://example.org/a#:~:text=relu"),
    ],
)
def test_a_link_that_will_not_last_is_found(link: str) -> None:
    assert not _lasts(link)


def test_all_that_is_published_is_used() -> None:
    """Style sheets, scripts and fonts that no page asks for are dead weight."""
    text = "".join(path.read_text("utf-8") for path in SITE.glob("**/*.*ml"))
    text += "".join(path.read_text("utf-8") for path in SITE.glob("_static/**/*.css"))
    files = [path for path in SITE.glob("_static/**/*") if path.suffix in {".css", ".js", ".woff2"}]
    assert [path.name for path in files if path.name not in text] == []


def _words_of(source: str) -> set[str]:
    """Return the strings in Python code that are long enough to be found again."""
    nodes = ast.walk(ast.parse(source))
    texts = {node.value for node in nodes if isinstance(node, ast.Constant)}
    return {text for text in texts if isinstance(text, str) and len(text) > 20}


def test_no_hidden_test_is_published() -> None:
    hidden: set[str] = set()
    for path in chapters(ROOT):
        for cell in nbformat.read(path, as_version=4).cells:
            if "### BEGIN HIDDEN TESTS" in cell.source:
                hidden |= _words_of(cell.source) - _words_of(without_hidden(cell.source))
    assert len(hidden) >= 3 * 5  # reasons of three wrong answers to each choice
    published = [
        soup(path.relative_to(SITE).as_posix()).get_text() for path in SITE.rglob("*.html")
    ]
    data = (".js", ".json", ".txt", ".ipynb", ".md", ".py", ".inv")
    published += [
        path.read_text("utf-8", "replace") for path in SITE.rglob("*") if path.suffix in data
    ]
    assert [text for text in hidden if any(text in page for page in published)] == []


@each_page
def test_headings_are_ordered_below_one_title(name: str) -> None:
    tree = soup(name)
    assert len(tree.find_all("h1")) == 1
    levels = [int(heading.name[1]) for heading in tree.main.find_all(re.compile("^h[1-6]$"))]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert tree.html["lang"] == "en"
    assert "Rectified" in tree.title.get_text()


@each_page
def test_every_picture_has_a_text_alternative(name: str) -> None:
    for picture in soup(name).find_all(["svg", "img", "canvas"]):
        if "true" in [e.get("aria-hidden") for e in (picture, *picture.parents)]:
            continue
        said = picture.get("alt") or picture.get("aria-label", "")
        assert len(said) > 10, picture.prettify()[:300]


@each_page
def test_formulas_have_mathml_and_none_is_left_as_tex(name: str) -> None:
    main = copy(soup(name).main)
    assert len(main.select(".katex-html")) == len(main.select(".katex-mathml math"))
    assert not main.select(".katex-error")
    for hidden in main.select("pre, code, script, style, .katex, .rc-source"):
        hidden.decompose()
    assert not re.search(r"\$|\\[a-z]+", main.get_text())


def test_the_page_of_claims_shows_what_was_executed() -> None:
    executed = {record["id"]: record for path in chapters(ROOT) for record in _records(path)}
    published = json.loads((SITE / "claims.json").read_text("utf-8"))["claims"]
    assert executed == {
        record["id"]: {key: value for key, value in record.items() if key != "page"}
        for record in published
    }
    rows = soup("chapters/claims.html").select(".rc-claim")
    assert {row["data-claim"] for row in rows} == set(executed)
    for record in published:
        page, anchor = urldefrag(record["page"])
        assert soup(page).find(id=anchor)["data-claim"] == record["id"]


def _records(path: Path) -> list[dict]:
    """Return the records in a chapter's executed outputs."""
    cache = get_cache(str(cache_path(ROOT)))
    key = cache.match_cache_notebook(nbformat.read(path, as_version=4)).pk
    cells = cache.get_cache_bundle(key).nb.cells
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    bundles = [output.get("data", {}).get(CLAIMS_MIME, {}) for output in outputs]
    return [record for bundle in bundles for record in bundle.get("records", [])]
