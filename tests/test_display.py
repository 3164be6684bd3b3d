"""What cells show: tokens, the output base, source listings and tables, in every host."""

import math
import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from IPython.core.formatters import DisplayFormatter
from playwright.sync_api import Browser, Page

from rectified.display import Output, Table, output, show_source, tokens


class Note(Output):
    """The smallest output."""

    kind = "figure"

    def html(self) -> str:
        return "<p>note</p>"

    def text(self) -> str:
        return "note"


class Recorded(Note):
    """An output that leaves something for the site."""

    def records(self) -> list[dict]:
        return [{"id": "a"}]


# Tokens


def test_both_dark_blocks_are_equal_and_light_has_every_token() -> None:
    system = 'html:not([data-theme="light"]):not([data-theme="dark"])'
    assert tokens.declarations(system) == tokens.declarations('html[data-theme="dark"]')
    assert set(tokens.DARK) == set(tokens.LIGHT)
    assert all(
        re.fullmatch("#[0-9a-f]{6}", c) for c in [*tokens.LIGHT.values(), *tokens.DARK.values()]
    )


def test_dark_rules_are_for_screens_so_that_print_is_light() -> None:
    outside = re.sub(r"@media screen[^{]*\{\s*html[^{]*\{[^}]*\}\s*\}", "", tokens.CSS)
    assert "data-theme" not in re.sub(r"/\*.*?\*/", "", outside, flags=re.S)


def test_used_follows_tokens_that_stand_for_tokens() -> None:
    assert tokens.used("a{color:var(--rc-alive)}") == ["alive", "relu"]
    with pytest.raises(ValueError, match="no token --rc-mauve"):
        tokens.used("a{color:var(--rc-mauve)}")


def test_every_face_that_the_tokens_ask_for_is_there_but_the_mathematical_one() -> None:
    folder = Path(tokens.__file__).parent
    urls = re.findall(r"url\(([^)]+)\)", tokens.CSS)
    missing = [url for url in urls if not (folder / url).is_file()]
    assert missing == ["katex/fonts/KaTeX_Main-Regular.woff2"]  # comes with the site's KaTeX
    assert "SIL OPEN FONT LICENSE" in (folder / "fonts/OFL.txt").read_text(encoding="utf-8")


# The base of all outputs


def test_jupyter_gets_html_with_its_style_first_text_and_metadata() -> None:
    data, metadata = DisplayFormatter().format(Note())
    assert set(data) == {"text/html", "text/plain"}
    assert re.fullmatch(
        r'<style class="rc-style">[^<]+</style><div class="rc-output"><p>note</p></div>',
        data["text/html"],
    )
    assert data["text/plain"] == "note"
    assert metadata["rectified"] == {"kind": "figure"}


def test_records_go_with_the_output_only_where_there_are_any() -> None:
    data = Recorded()._repr_mimebundle_()[0]
    assert data["application/vnd.rectified.claims+json"] == {"records": [{"id": "a"}]}
    assert Note().records() == []


def test_an_unfinished_output_says_so() -> None:
    with pytest.raises(NotImplementedError):
        Output().html()
    with pytest.raises(NotImplementedError):
        Output().text()


def test_a_kind_without_style_is_refused() -> None:
    with pytest.raises(ValueError, match="no section for kind 'poem'"):
        output.style("poem")


@pytest.mark.parametrize("kind", ["figure", "claims", "source", "table"])
def test_the_style_that_travels_is_small_and_complete(kind: str) -> None:
    style = output.style(kind)
    assert len(style) < 6000  # bytes; a cell has one, a page none
    asked = set(re.findall(r"var\((--rc-[\w-]+)", style))
    assert asked <= set(re.findall(r"(--rc-[\w-]+):", style))
    for host in tokens.HOSTS:
        assert f"{host} .rc-output" in style
    assert "@font-face" not in style
    assert "url(" not in style, "a notebook has no such file"


def test_every_rule_for_outputs_is_confined_to_outputs() -> None:
    css = re.sub(r"/\*.*?\*/", "", output.CSS, flags=re.S)
    selectors = [s for s in re.findall(r"([^{}]+)\{", css) if not s.strip().startswith("@")]
    assert selectors
    for selector in selectors:
        parts = re.split(r",(?![^(]*\))", selector)
        assert all(part.strip().startswith(".rc-output") for part in parts), selector


def test_minified_keeps_what_has_a_meaning() -> None:
    css = "/* no */\n.a > .b :is(c, d) { margin: 0 auto;\n color: red; }\n"
    css += "@media (width < 9px) { a { b: c } }"
    expected = ".a > .b :is(c,d){margin:0 auto;color:red}@media (width < 9px){a{b:c}}"
    assert output.minified(css) == expected


# Source


@pytest.fixture
def package(tmp_path, monkeypatch) -> Iterator[str]:
    """Yield the name of a package with a definition of every kind."""
    folder = tmp_path / "sample_of_kinds"
    folder.mkdir()
    (folder / "__init__.py").write_text("from .inner import table_entry, shown as renamed\n")
    (folder / "inner.py").write_text(
        '''import functools
from dataclasses import dataclass

LIMIT: int = 3
first, second = 1, 2


def shown(x):
    """Return x.

    A longer story, with   three spaces.
    """
    # a comment
    return x


@functools.lru_cache
@functools.wraps(shown)
def decorated(x):
    """Return one line."""
    return x


def make(slope):
    def inner(x):
        return slope * x

    return inner


table_entry = dict(
    name="entry",  # a field
    slope=0.5,
)


@dataclass(frozen=True)
class Point:
    """A point."""

    x: float

    @property
    def size(self):
        """Its size."""
        if self.x:
            return abs(self.x)
        return 0

    @size.setter
    def size(self, value):
        raise AttributeError

    def moved(self, by):
        return Point(self.x + by)
'''
    )
    monkeypatch.syspath_prepend(tmp_path)
    yield "sample_of_kinds"
    for name in [n for n in sys.modules if n.startswith("sample_of_kinds")]:
        del sys.modules[name]


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("inner.shown", "def shown(x):", "    return x"),
        ("renamed", "def shown(x):", "    return x"),
        ("inner.decorated", "@functools.lru_cache", "    return x"),
        ("inner.make", "def make(slope):", "    return inner"),
        ("table_entry", "table_entry = dict(", ")"),
        ("inner.LIMIT", "LIMIT: int = 3", "LIMIT: int = 3"),
        ("inner.Point", "@dataclass(frozen=True)", "        return Point(self.x + by)"),
        ("inner.Point.x", "x: float", "x: float"),
        ("inner.Point.size", "@property", "    return 0"),
        ("inner.Point.moved", "def moved(self, by):", "    return Point(self.x + by)"),
    ],
)
def test_source_of_every_kind_of_definition_is_found(package, name, first, last) -> None:
    lines = show_source(f"{package}.{name}").text().splitlines()
    assert (lines[0], lines[-1]) == (first, last)


def test_indentation_inside_a_method_is_kept(package) -> None:
    assert (
        "    if self.x:\n        return abs(self.x)\n"
        in show_source(f"{package}.inner.Point.size").text()
    )


def visible(html: str) -> str:
    """Return the text of a fragment."""
    pieces: list[str] = []
    parser = HTMLParser()
    parser.handle_data = pieces.append
    parser.feed(html)
    return "".join(pieces)


def test_a_long_docstring_is_folded_whole_and_in_its_place(package) -> None:
    listing = show_source(f"{package}.inner.shown")
    html = listing.html()
    folded = re.search(r"<details>(.*)</details>", html, re.S)[1]
    assert visible(re.search(r"<summary>(.*)</summary>", folded, re.S)[1]) == '    """Return x.'
    assert '    A longer story, with   three spaces.\n    """' in visible(folded)
    body = html[html.index("</details>") :]
    assert visible(body) == "\n    # a comment\n    return x"
    assert "from sample_of_kinds.inner" in visible(html), "it says where it stands, not whence"


def test_a_docstring_of_one_line_and_no_docstring_have_nothing_to_fold(package) -> None:
    assert "<details>" not in show_source(f"{package}.inner.decorated").html()
    assert "<details>" not in show_source(f"{package}.inner.make").html()


def test_colours_of_source_are_classes_and_there_are_no_links(package) -> None:
    html = show_source(f"{package}.inner.Point").html()
    assert '<span class="k">' in html
    assert "style=" not in html
    assert "<a" not in html


def test_an_entry_of_the_book_is_shown_where_it_is_defined() -> None:
    listing = show_source("rectified.activations.relu")
    assert listing.text().startswith("relu = Activation(\n")
    assert listing.module == "rectified.activations.piecewise"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("inner.show", r"sample_of_kinds.inner has no 'show'; it has shown"),
        ("table_entri", r"has no 'table_entri'; it has table_entry"),
        ("inner.Point.sise", r"sample_of_kinds.inner.Point has no 'sise'; it has size"),
        ("inner.Point.zzz", r"it has moved, size, x$"),
        ("inner.shown.deeper", r"has no 'deeper'; it has nothing to show"),
        ("inner.LIMIT.real", r"has no 'real'; it has nothing to show"),
        ("inner", r"is a module; name a function"),
    ],
)
def test_a_missing_name_raises_and_says_what_there_is(package, name, message) -> None:
    with pytest.raises(LookupError, match=message):
        show_source(f"{package}.{name}")


@pytest.mark.parametrize("name", ["", "no_such_package.thing", "..", "__main__.thing"])
def test_a_name_in_no_module_raises(name: str) -> None:
    with pytest.raises(LookupError):
        show_source(name)


def test_display_works_without_sphinx_and_without_our_other_rooms() -> None:
    code = (
        "import sys\n"
        "from rectified.display import show_source\n"
        "show_source('rectified.display.tokens.used').html()\n"
        "bad = {'sphinx', 'docutils', 'torch', 'matplotlib', 'IPython'} & set(sys.modules)\n"
        "sys.exit(str(bad) if bad else 0)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# Tables

ROWS = [["b", 10, "x & y"], ["a", 9.5, "z"], ["d", None, ""], ["c", math.inf, "<b>"]]
TABLE = Table(columns=["name", "size", "note"], rows=ROWS, caption="Names & sizes")


def test_a_table_reads_as_text() -> None:
    assert TABLE.text().splitlines() == [
        "Names & sizes",
        "name  size  note",
        "b     10    x & y",
        "a     9.5   z",
        "d",
        "c     ∞     <b>",
    ]


def test_numbers_of_any_kind_are_shown_and_sorted_as_numbers() -> None:
    cells = [np.float64(0.25), np.int64(3), -math.inf, math.nan, True, 1e-5, 1234567]
    table = Table(columns=["n", "v"], rows=[["r", c] for c in cells], caption="Kinds")
    shown = [line.split()[1] for line in table.text().splitlines()[2:]]
    assert shown == ["0.25", "3", "−∞", "NaN", "True", "1e−05", "1234567"]
    values = re.findall(r'data-value="([^"]+)"', table.html())
    assert values == ["0.25", "3.0", "-Infinity", "nan", "1e-05", "1234567.0"]
    digits = Table(columns=["v"], rows=[[math.pi]], caption="Pi", digits=5)
    assert "3.1416" in digits.text()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"caption": " "}, "caption is empty"),
        ({"columns": [], "rows": []}, "columns is empty"),
        ({"rows": [["a", 1, "x"], ["b"]]}, r"rows\[1\] has 1 cells, there are 3 columns"),
    ],
)
def test_a_table_that_does_not_fit_is_refused(changes, message) -> None:
    given = {"columns": TABLE.columns, "rows": ROWS, "caption": TABLE.caption}
    with pytest.raises(ValueError, match=message):
        Table(**(given | changes))


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    page = chromium.new_page(viewport={"width": 360, "height": 640})
    yield page
    page.close()


def show(page: Page, *outputs: Output, theme: str = "light") -> None:
    """Show outputs as a notebook does: each with the style that it carries, and nothing else."""
    html = "".join(o._repr_mimebundle_()[0]["text/html"] for o in outputs)
    page.set_content(
        f'<!doctype html><html lang="en" data-theme="{theme}"><body>{html}</body></html>'
    )


def names(page: Page) -> str:
    return "".join(page.locator("tbody th").all_inner_texts())


def test_a_table_sorts_by_click_numbers_by_value_and_empty_cells_last(page: Page) -> None:
    show(page, TABLE)
    header = page.locator("thead th").nth(1)
    assert header.get_attribute("aria-sort") is None
    page.get_by_role("button", name="size").click()
    assert (names(page), header.get_attribute("aria-sort")) == ("abcd", "ascending")
    page.get_by_role("button", name="size").click()
    assert (names(page), header.get_attribute("aria-sort")) == ("cbad", "descending")
    page.get_by_role("button", name="name").click()
    assert names(page) == "abcd"
    assert header.get_attribute("aria-sort") is None, "one column is sorted at a time"


def test_a_table_sorts_by_keyboard(page: Page) -> None:
    show(page, TABLE)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == TABLE.caption
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert names(page) == "abcd"
    page.keyboard.press("Space")
    assert names(page) == "dcba"


def test_two_tables_on_a_page_sort_on_their_own(page: Page) -> None:
    show(page, TABLE, TABLE)
    assert page.get_by_role("button").count() == 6, "no header became a button twice"
    page.get_by_role("button", name="name").first.click()
    assert names(page) == "abcd" + "badc"


def test_a_table_without_scripts_has_no_dead_control(chromium: Browser) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    show(page, TABLE)
    assert page.locator("button").count() == 0
    assert page.locator("thead th").all_inner_texts() == ["name", "size", "note"]
    context.close()


def test_a_wide_table_scrolls_in_its_own_region_on_a_phone(page: Page) -> None:
    wide = Table(columns=[f"column {i}" for i in range(12)], rows=[range(12)], caption="Wide")
    show(page, wide)
    region = page.get_by_role("region", name="Wide")
    assert region.evaluate("e => e.scrollWidth > e.clientWidth")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize(
    "mark", ['data-theme="dark"', 'data-jp-theme-light="false"', 'theme="dark"']
)
def test_outputs_are_dark_in_a_dark_host_and_light_on_paper(page: Page, mark: str) -> None:
    html = TABLE._repr_mimebundle_()[0]["text/html"]
    page.set_content(f"<!doctype html><html {mark}><body>{html}</body></html>")
    colour = "() => getComputedStyle(document.querySelector('.rc-table')).color"

    def computed(value: str) -> str:
        return f"rgb({', '.join(str(int(value[i : i + 2], 16)) for i in (1, 3, 5))})"

    assert page.evaluate(colour) == computed(tokens.DARK["text"])
    page.emulate_media(media="print")
    assert page.evaluate(colour) == computed(tokens.LIGHT["text"])


def test_a_listing_unfolds_by_keyboard(page: Page) -> None:
    show(page, show_source("rectified.display.show_source"))
    details = page.locator("details")
    assert details.get_attribute("open") is None
    page.locator("summary").press("Enter")
    assert details.get_attribute("open") is not None
