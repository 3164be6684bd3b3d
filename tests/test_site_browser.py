"""The built book in a real browser, as a reader meets it."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Route

from built_site import PAGES, each_chapter, soup, up_to_date  # noqa: F401
from site_pages import LAY_OUT, Opener

STUCK = """[...document.querySelectorAll("main *")].filter((e) =>
    e.checkVisibility() && e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 1 && e.tabIndex < 0
    && ["auto", "scroll"].includes(getComputedStyle(e).overflowX)
  ).map((e) => e.outerHTML.slice(0, 200))"""
REACHED = "document.querySelectorAll('main [aria-label$=\"scrolls sideways\"]').length"
# As a browser that blocks cookies and all that is kept.
FORBIDDEN = """for (const name of ["localStorage", "sessionStorage"])
  Object.defineProperty(window, name, { get() { throw new DOMException("no") } })"""


@each_chapter
def test_what_is_wider_than_the_page_scrolls_by_keyboard(read_page: Opener, name: str) -> None:
    assert read_page(name, width=320).evaluate(STUCK) == []


def test_what_a_turned_phone_makes_too_wide_scrolls_by_keyboard(open_page: Opener) -> None:
    page = open_page("chapters/relu.html", width=1280)
    page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
    page.wait_for_function(f"({STUCK}).length === 0")
    wide = page.evaluate(REACHED)
    page.set_viewport_size({"width": 390, "height": 900})
    page.wait_for_function(f"{REACHED} > {wide}")
    page.wait_for_function(f"({STUCK}).length === 0")
    page.set_viewport_size({"width": 1280, "height": 900})
    page.wait_for_function(f"{REACHED} === {wide}")
    assert page.evaluate(STUCK) == []


def test_a_formula_whose_font_comes_late_scrolls_by_keyboard(open_page: Opener) -> None:
    page = open_page("index.html", width=390)
    held: list[Route] = []
    page.route("**/*.woff2", lambda route: held.append(route))
    page.goto(page.url.replace("index", "chapters/relu"), wait_until="domcontentloaded")
    page.wait_for_function("document.fonts.status === 'loading'")
    page.evaluate(LAY_OUT)
    before = page.evaluate(REACHED)
    # the page asks for more when it has these
    page.route("**/*.woff2", lambda route: route.continue_())
    for route in held:
        route.continue_()
    page.wait_for_function("document.fonts.status === 'loaded'")
    page.wait_for_function(f"({STUCK}).length === 0 && {REACHED} > {before}")
    assert page.evaluate(STUCK) == []


def test_the_theme_follows_the_system_until_a_reader_chooses(open_page: Opener) -> None:
    page = open_page(PAGES[0], theme="dark")
    theme = "document.documentElement.dataset.theme"
    assert page.evaluate(theme) == "dark"
    page.emulate_media(color_scheme="light")
    page.wait_for_function(f"{theme} === 'light'")
    page.get_by_role("button", name="Dark theme").focus()
    page.keyboard.press("Enter")
    assert page.evaluate(theme) == "dark"
    page.goto(page.url.replace(PAGES[0], PAGES[1]))
    assert page.evaluate(theme) == "dark"
    page.get_by_role("button", name="Light theme").press("Space")
    page.reload()
    assert page.evaluate(theme) == "light"


def test_where_nothing_may_be_kept_a_page_works_and_says_nothing(open_page: Opener) -> None:
    page = open_page("index.html")
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.add_init_script(FORBIDDEN)
    page.goto(page.url.replace("index.html", PAGES[0]))
    page.get_by_role("button", name="Dark theme").press("Enter")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.locator(".prev-next-area").scroll_into_view_if_needed()
    page.wait_for_load_state("networkidle")
    page.emulate_media(color_scheme="dark")
    page.emulate_media(color_scheme="light")  # the page follows, as it knows of no choice
    page.wait_for_function("document.documentElement.dataset.theme === 'light'")
    assert said == []


def test_without_a_script_the_page_still_follows_the_system(open_page: Opener) -> None:
    page = open_page(PAGES[0], theme="dark", java_script_enabled=False)
    assert page.get_by_role("button", name=re.compile("theme")).count() == 0
    shot = page.screenshot(clip={"x": 640, "y": 5, "width": 4, "height": 4})
    light = open_page(PAGES[0], theme="light", java_script_enabled=False)
    assert shot != light.screenshot(clip={"x": 640, "y": 5, "width": 4, "height": 4})


def _first_page_with(selector: str) -> str:
    return next(name for name in PAGES if soup(name).select(selector))


@pytest.mark.parametrize("scripts", [True, False])
def test_a_prediction_works_by_keyboard_with_and_without_scripts(
    open_page: Opener, scripts: bool
) -> None:
    page = open_page(_first_page_with(".rc-predict"), java_script_enabled=scripts)
    block = page.locator(".rc-predict").first
    assert not block.get_by_text("Noted.").is_visible()
    block.get_by_role("radio").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    assert block.get_by_role("radio").nth(1).is_checked()
    assert block.get_by_text("Noted.").is_visible()
    assert block.get_by_role("group", name="Predict").count() == 1


@pytest.mark.parametrize("scripts", [True, False])
def test_on_a_phone_the_contents_open_and_close_by_keyboard(
    open_page: Opener, scripts: bool
) -> None:
    page = open_page(PAGES[0], width=390, java_script_enabled=scripts)
    contents = page.get_by_role("navigation", name="Book")
    assert not contents.is_visible()
    page.get_by_role("button", name="Contents").press("Enter")
    assert contents.is_visible()
    page.keyboard.press("Escape")
    assert not contents.is_visible()


def test_the_ways_to_run_a_chapter_open_and_close_by_keyboard(open_page: Opener) -> None:
    page = open_page(PAGES[1], width=320, java_script_enabled=False)
    ways = page.get_by_role("region", name="Run this chapter")
    assert not ways.is_visible()
    page.get_by_role("button", name="Run").press("Enter")
    page.keyboard.press("Tab")
    assert ways.get_by_role("link").first.evaluate("(link) => link.matches(':focus')")
    assert "make lab" in ways.inner_text()
    box = ways.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 320
    page.keyboard.press("Escape")
    assert not ways.is_visible()


@pytest.mark.audit
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_where_the_ways_to_run_are_open(open_page: Opener, theme: str) -> None:
    page = open_page(PAGES[1], width=390, theme=theme)
    page.get_by_role("button", name="Run").press("Enter")
    result = Axe().run(page, context=".bd-header, .rc-run")
    assert result.violations_count == 0, result.generate_report()


def test_the_first_tab_stop_skips_to_the_text(open_page: Opener) -> None:
    page = open_page(PAGES[1])
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main-content"


@each_chapter
def test_on_paper_there_is_the_text_alone_and_it_is_black_on_white(
    read_page: Opener, name: str
) -> None:
    page = read_page(name, theme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    assert not page.get_by_role("navigation").filter(visible=True).count()
    assert not page.get_by_role("banner").is_visible()
    style = "getComputedStyle(document.body)"
    assert page.evaluate(f"{style}.backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate(f"{style}.color") == "rgb(22, 25, 29)"


@each_chapter
def test_in_the_dark_no_output_lies_on_a_light_ground(read_page: Opener, name: str) -> None:
    page = read_page(name, theme="dark")
    grounds = page.evaluate(
        """[...document.querySelectorAll(".cell_output, .cell_output *:not(svg *)")]
             .map((e) => getComputedStyle(e).backgroundColor.match(/[\\d.]+/g).map(Number))
             .filter(([r, g, b, a]) => a !== 0 && r + g + b > 300)"""
    )
    assert grounds == []
