"""Every page of the built book is open to everyone: all folds open, all labs started.

axe takes seconds a page, so each thing is asked where it can differ: contrast in each theme, sizes
and what scrolls at each width, all else once. `make audit` asks axe everything in every form.
"""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from built_site import each_page, up_to_date  # noqa: F401
from site_pages import Opener, resize

LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
EYES = {"exclude": [[".katex-html"]]}  # hidden from assistive technology; MathML is checked
# Elements of the frame and the text that a hand or a key can reach.
STOPS = """[...document.querySelectorAll(
    "button, select, input, summary, a[href], [role=slider], [tabindex='0']")]
  .filter((e) => !e.disabled && e.checkVisibility({ visibilityProperty: true }))
  .filter((e) => e.getClientRects().length > 0)"""
# Less than 24 px: WCAG 2.2, target size (minimum). A box or a dot is pressed on its label, too; a
# link among words is as high as its line.
SMALL = f"""{STOPS}
  .filter((e) => !e.matches("[role=region], :is(p, dt, dd, td, figcaption, .bd-article li) > a"))
  .map((e) => e.matches("[type=radio], [type=checkbox]") ? e.closest("label") : e)
  .map((e) => [e.getBoundingClientRect(), e.outerHTML.slice(0, 120)])
  .filter(([{{ width, height }}]) => width < 24 || height < 24)
  .map(([{{ width, height }}, what]) => [width, height, what])"""
# Words with a contrast below 4.5 to what they stand on: WCAG 2.2, contrast (minimum).
FAINT = """() => {
  const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = (rgb) => rgb.slice(0, 3).map((part) => part / 255)
    .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
    .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0.05);
  const grounds = new Map();
  const ground = (e) => {
    if (!grounds.has(e)) {
      const own = parts(getComputedStyle(e).backgroundColor);
      grounds.set(e, own[3] === 0 && e.parentElement ? ground(e.parentElement) : light(own));
    }
    return grounds.get(e);
  };
  const speaks = (e) => [...e.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  return [...document.querySelectorAll("body *:not(svg *, script, style, .katex-mathml *)")]
    .filter((e) => speaks(e) && e.checkVisibility() && !e.disabled)
    .map((e) => [light(parts(getComputedStyle(e).color)), ground(e), e])
    .map(([word, ground, e]) => [Math.max(word, ground) / Math.min(word, ground), e])
    .filter(([contrast]) => contrast < 4.5)
    .map(([contrast, e]) => [contrast, e.outerHTML.slice(0, 120)]);
}"""
# Stops that look the same with the focus: they themselves, their parts, and the label or the
# neighbour that may stand for them.
UNSEEN = f"""() => {{
  const parts = (e) => [e, e.closest("label"), e.nextElementSibling, ...e.querySelectorAll("*")];
  const look = (e) => parts(e).filter(Boolean).map((part) => getComputedStyle(part))
    .map((s) => [s.outlineStyle, s.outlineWidth, s.outlineColor, s.strokeWidth].join()).join();
  return {STOPS}.filter((e) => {{
    document.activeElement.blur();
    const before = look(e);
    e.focus({{ preventScroll: true }});
    return document.activeElement !== e || look(e) === before;
  }}).map((e) => e.outerHTML.slice(0, 160));
}}"""
# Text that its box cuts off. A formula's boxes are higher than what is drawn in them.
CUT = """[...document.querySelectorAll("main *:not(svg *, .katex-display, .katex *, .rc-sr)")]
  .filter((e) => e.checkVisibility() && e.clientWidth > 1)
  .filter((e) => { const { overflowX: x, overflowY: y } = getComputedStyle(e);
    return (["hidden", "clip"].includes(x) && e.scrollWidth > e.clientWidth + 1)
      || (["hidden", "clip"].includes(y) && e.scrollHeight > e.clientHeight + 1) })
  .map((e) => e.outerHTML.slice(0, 160))"""
# WCAG 2.2, text spacing: what a reader may ask for. A picture's words have their places.
SPACING = """*:not(svg *, .katex, .katex *) { line-height: 1.5 !important;
  letter-spacing: .12em !important; word-spacing: .16em !important }
  p { margin-bottom: 2em !important }"""
WIDE = "document.documentElement.scrollWidth"
# What moves by itself, or would when something changes.
MOVING = """[...document.querySelectorAll("*")].filter((e) => {
    const { animationName, transitionDuration, scrollBehavior } = getComputedStyle(e);
    return animationName !== "none" || parseFloat(transitionDuration) || scrollBehavior !== "auto"
  }).length + document.getAnimations().length"""
# Signs that a browser paints as a ground, in the colour of what lies below them.
LOST = """[...document.querySelectorAll("summary, .rc-table button, .rc-title")].flatMap((e) =>
    ["::before", "::after"].map((part) => [getComputedStyle(e, part), e]))
  .filter(([sign]) => sign.clipPath !== "none" && sign.display !== "none")
  .filter(([sign]) => sign.backgroundColor === getComputedStyle(document.body).backgroundColor)
  .map(([, e]) => e.outerHTML.slice(0, 120))"""


def check_axe(page: Page, *left_out: str) -> None:
    """Assert that axe has nothing to say, some rules left out."""
    levels = {"type": "tag", "values": LEVELS}
    rules = {rule: {"enabled": False} for rule in left_out}
    options = {"resultTypes": ["violations"], "runOnly": levels, "rules": rules}
    result = Axe().run(page, context=EYES, options=options)
    assert result.violations_count == 0, result.generate_report()


@each_page
def test_axe_finds_nothing(read_page: Opener, name: str) -> None:
    check_axe(read_page(name), "color-contrast", "target-size")  # the next two tests


@pytest.mark.parametrize("theme", ["light", "dark"])
@each_page
def test_words_stand_out(read_page: Opener, name: str, theme: str) -> None:
    assert read_page(name, theme=theme).evaluate(FAINT) == []


@pytest.mark.parametrize("width", [1280, 320])
@each_page
def test_what_is_pressed_is_large_enough(read_page: Opener, name: str, width: int) -> None:
    assert read_page(name, width=width).evaluate(SMALL) == []


@pytest.mark.audit
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 320])
@each_page
def test_axe_finds_nothing_in_any_form(
    read_page: Opener, name: str, width: int, theme: str
) -> None:
    check_axe(read_page(name, width=width, theme=theme))


@pytest.mark.parametrize("width", [1280, 640, 390, 320])  # 640: a laptop's page at 200 %
@each_page
def test_nothing_makes_the_page_scroll_sideways(read_page: Opener, name: str, width: int) -> None:
    page = read_page(name, width=width)
    assert page.evaluate(WIDE) <= width


@each_page
def test_every_stop_shows_that_it_has_the_focus(read_page: Opener, name: str) -> None:
    assert read_page(name).evaluate(UNSEEN) == []


@each_page
def test_text_may_be_spaced_as_a_reader_needs_it(read_page: Opener, name: str) -> None:
    page = read_page(name)
    spaced = page.add_style_tag(content=SPACING)
    for width in (1280, 320):
        resize(page, width)
        assert page.evaluate(WIDE) <= width
        assert page.evaluate(CUT) == []
    spaced.evaluate("(style) => style.remove()")


@each_page
def test_nothing_moves_for_readers_who_ask_for_that(read_page: Opener, name: str) -> None:
    page = read_page(name)
    page.emulate_media(reduced_motion="reduce")
    assert page.evaluate(MOVING) == 0


@each_page
def test_in_forced_colours_signs_stay(read_page: Opener, name: str) -> None:
    assert read_page(name, forced="active").evaluate(LOST) == []


def test_forced_colours_go_before_the_theme_that_was_chosen(open_page: Opener) -> None:
    page = open_page("search.html", theme="dark", forced_colors="active")
    page.evaluate("localStorage.setItem('rectified-theme', 'light')")
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert not page.locator("#theme").is_visible()


@pytest.mark.audit
@each_page
def test_tab_leads_through_the_page_and_out_of_it(open_page: Opener, name: str) -> None:
    page = open_page(name)
    count = page.evaluate(f"{STOPS}.filter((e) => e.type !== 'radio').length")
    place = f"{STOPS}.indexOf(document.activeElement)"
    places = []
    for _ in range(2 * count + 40):
        page.keyboard.press("Tab")
        places.append(page.evaluate(place))
        if page.evaluate("document.activeElement === document.body"):
            break
    else:
        pytest.fail(f"after {len(places)} stops still at {places[-5:]}")
    print(f"\n{name}: {len(places)} stops")


def test_a_screen_reader_meets_each_formula_as_mathematics_in_its_place(
    open_page: Opener,
) -> None:
    page = open_page("chapters/relu.html")
    shown = page.locator(".katex").filter(visible=True).count()
    tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    heard = [node for node in tree if node.get("role", {}).get("value") == "MathMLMath"]
    assert len(heard) == shown
