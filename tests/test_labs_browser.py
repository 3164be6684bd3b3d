"""Each lab on its page, as a reader meets it: looks, widths, themes, silence, and no scripts."""

import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from lab_pages import (
    LABS,
    QUIET,
    LabOpener,
    all_states,
    each_lab,
    hold_clock,
    resize,
    start,
    state,
)

WIDTHS = (1280, 390, 360, 320)
PIXELS = """() => [...document.querySelectorAll(".rc-picture canvas")].map((c) => c.toDataURL())"""
# Marks with a colour that is none of the tokens', and so is the same in both themes.
TYPED = """() => [...document.querySelectorAll(".rc-picture svg, .rc-picture svg *")]
  .flatMap((e) => [...e.attributes]
    .filter(({ name }) => ["fill", "stroke", "color", "stop-color", "style"].includes(name))
    .filter(({ name, value }) => name !== "style" || /#|rgb|hsl/.test(value))
    .filter(({ value }) => !/^(none|transparent|currentcolor|url\\(#.*)$/i.test(value))
    .filter(({ value }) => !value.includes("var(--rc-"))
    .map(({ name, value }) => `${e.localName} ${name}=${value}`))"""
# Words with a contrast below 4.5 to the lab's ground: WCAG 2.2, contrast (minimum). Those on a
# handle lie on its colour.
FAINT = """() => {
  const light = (colour) => colour.match(/[\\d.]+/g).slice(0, 3).map((part) => part / 255)
    .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
    .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0.05);
  const ground = light(getComputedStyle(document.querySelector(".rc-lab")).backgroundColor);
  return [...document.querySelectorAll(".rc-picture text")]
    .filter((e) => e.checkVisibility() && e.textContent && !e.closest(".rc-handle"))
    .map((e) => [light(getComputedStyle(e).fill), e.textContent])
    .map(([found, words]) => [Math.max(found, ground) / Math.min(found, ground), words])
    .filter(([contrast]) => contrast < 4.5);
}"""
# Texts that stand out of the lab's frame, by more than a rounding.
OUTSIDE = """() => { const frame = document.querySelector(".rc-lab").getBoundingClientRect();
  return [...document.querySelectorAll(".rc-lab :is(text, button, label, select, p, li)")]
    .filter((e) => !e.closest(".rc-sr, .rc-formula"))
    .map((e) => [e.getBoundingClientRect(), e.textContent])
    .filter(([{ left, right, width }]) =>
      width > 0 && (left < frame.left - 1 || right > frame.right + 1))
    .map(([{ left, right }, text]) => [left, right, text]) }"""
# Less than 24 px: WCAG 2.2, target size (minimum). A box or a dot is pressed on its label, too.
SMALL_TARGETS = """() => [...document.querySelectorAll(
    ".rc-lab :is(button, select, input, summary, a, [role=slider], [tabindex='0'])")]
  .filter((e) => e.getClientRects().length > 0)
  .map((e) => e.matches("[type=radio], [type=checkbox]") ? e.closest("label") : e)
  .map((e) => [e.getBoundingClientRect(), e.outerHTML.slice(0, 120)])
  .filter(([{ width, height }]) => width < 24 || height < 24)
  .map(([{ width, height }, what]) => [width, height, what])"""
# Less than 13 px in the picture, by more than a rounding.
SMALL_TEXTS = """() => [...document.querySelectorAll(".rc-picture text")]
  .filter((e) => e.textContent && e.getClientRects().length > 0)
  .map((e) => [e.getScreenCTM().a * parseFloat(getComputedStyle(e).fontSize), e.textContent])
  .filter(([size]) => size < 12.9)"""
# Words that lie on others by more than the air around a line; numbers of handles may meet.
COLLIDING = """() => {
  const words = [...document.querySelectorAll(".rc-picture text")]
    .filter((e) => e.textContent.trim() && e.checkVisibility() && !e.closest("[tabindex]"))
    .map((e) => [e.textContent, e.getBoundingClientRect()]);
  return words.flatMap(([one, a], place) => words.slice(place + 1)
    .filter(([, b]) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2
      && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 8)
    .map(([other]) => [one, other]));
}"""
# Everything that a screen reader would read out when its text changes.
HEAR = """() => { window.heard = [];
  const spoken = "[aria-live], [role=status], [role=alert], [role=log], output";
  for (const node of document.querySelectorAll(spoken)) {
    if (node.closest("[aria-hidden=true]") || node.ariaLive === "off") continue;
    const told = () => window.heard.push([performance.now(), node.textContent]);
    const what = { subtree: true, childList: true, characterData: true };
    new MutationObserver(told).observe(node, what);
  } }"""


def check_axe(page: Page, where: str) -> None:
    """Assert that axe has nothing to say about the lab."""
    result = Axe().run(page, context=".rc-lab", options={"resultTypes": ["violations"]})
    assert result.violations_count == 0, f"{where}: {result.generate_report()}"


@each_lab
def test_axe_finds_nothing_in_a_lab(open_lab: LabOpener, slug: str) -> None:
    page = open_lab(slug)
    for theme in ("dark", "light"):
        page.emulate_media(color_scheme=theme)
        for width in (1280, 390):
            resize(page, width)
            check_axe(page, f"{theme}, {width}")
    for number in all_states(page):
        check_axe(page, f"try {number}")


@each_lab
def test_a_lab_fits_into_every_width(open_lab: LabOpener, slug: str) -> None:
    page = open_lab(slug, width=WIDTHS[0])
    for number in all_states(page):
        for width in WIDTHS:
            resize(page, width)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, number
            assert page.evaluate(OUTSIDE) == [], (number, width)
            assert page.evaluate(COLLIDING) == [], (number, width)


@each_lab
def test_what_is_read_or_pressed_or_held_is_large_enough(open_lab: LabOpener, slug: str) -> None:
    page = open_lab(slug)
    for number in all_states(page):
        for width in (1280, 390):
            resize(page, width)
            assert page.evaluate(SMALL_TARGETS) == [], (number, width)
            assert page.evaluate(SMALL_TEXTS) == [], (number, width)


@each_lab
def test_a_lab_follows_the_theme(open_lab: LabOpener, slug: str) -> None:
    page = open_lab(slug)
    look = "getComputedStyle(document.querySelector('.rc-lab')).backgroundColor"
    light, painted = page.evaluate(look), page.evaluate(PIXELS)
    assert page.evaluate(TYPED) == []
    page.emulate_media(color_scheme="dark")
    page.wait_for_function("document.documentElement.dataset.theme === 'dark'")
    assert page.evaluate(look) != light
    for index, before in enumerate(painted):
        page.wait_for_function(f"([i, was]) => ({PIXELS})()[i] !== was", arg=[index, before])


@pytest.mark.parametrize("theme", ["light", "dark"])
@each_lab
def test_words_in_a_picture_stand_out(open_lab: LabOpener, slug: str, theme: str) -> None:
    page = open_lab(slug, theme=theme)
    for number in all_states(page):
        assert page.evaluate(FAINT) == [], number


@each_lab
def test_a_screen_reader_hears_at_most_one_sentence_a_second(
    open_lab: LabOpener, slug: str
) -> None:
    page = open_lab(slug)
    sliders = page.get_by_role("slider").all()
    hold_clock(page)
    page.evaluate(HEAR)
    for number in range(50):
        sliders[number % len(sliders)].press("ArrowRight" if number < 25 else "ArrowLeft")
        page.clock.run_for(60)
    page.clock.run_for(2000)
    times = [time for time, _ in page.evaluate("window.heard")]
    assert times
    assert all(later - earlier >= 1000 for earlier, later in pairwise(times))
    readout = page.locator(".rc-readout").inner_text()
    assert page.locator(".rc-lab [role=status]").text_content() == readout


def picture(page: Page) -> tuple[str, Any]:
    """Return all that can be seen of the lab."""
    return page.locator(".rc-lab").evaluate("(e) => e.outerHTML"), page.evaluate(PIXELS)


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
@each_lab
def test_nothing_moves_that_nobody_moved(open_lab: LabOpener, slug: str, motion: str) -> None:
    page = open_lab(slug, reduced_motion=motion)
    page.wait_for_function(QUIET)
    before = picture(page)
    page.clock.install()
    page.clock.run_for(1500)
    assert picture(page) == before
    assert page.evaluate("document.getAnimations().length") == 0
    assert state(page) == start(slug)


@each_lab
def test_a_screen_reader_has_a_description_and_a_name_for_everything(
    open_lab: LabOpener, slug: str
) -> None:
    page = open_lab(slug)
    lab = page.get_by_role("group", name=f"Lab: {LABS[slug].question}")
    expect(lab).to_contain_text(LABS[slug].description)
    names = lab.get_by_role("slider").evaluate_all(
        "(all) => all.map((e) => (e.ariaLabel ?? e.labels[0].textContent).trim())"
    )
    assert names
    assert len(set(names)) == len(names)
    texts = lab.get_by_role("slider").evaluate_all("(all) => all.map((e) => e.ariaValueText)")
    assert all(texts)


@each_lab
def test_no_more_than_six_controls_are_in_sight(open_lab: LabOpener, slug: str) -> None:
    page = open_lab(slug)
    controls = page.locator(".rc-controls").locator(".rc-control, .rc-seg, .rc-tick")
    for _ in all_states(page, folded=True):
        assert 1 <= controls.filter(visible=True).count() <= 6


# ---- without a lab
@each_lab
def test_without_scripts_the_picture_has_the_message(
    chromium: Browser, lab_address: str, slug: str
) -> None:
    with chromium.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{lab_address}{slug}.html")
        check_still(page, slug)
        expect(page.locator("noscript")).to_be_visible()


@each_lab
def test_opened_as_a_file_a_page_keeps_its_picture_and_says_why(
    chromium: Browser, lab_site: Path, slug: str
) -> None:
    with chromium.new_context() as context:
        page = context.new_page()
        page.goto((lab_site / f"{slug}.html").as_uri())
        check_still(page, slug)
        expect(page.get_by_text("This page was opened as a file")).to_be_visible()


def check_still(page: Page, slug: str) -> None:
    """Assert that the page shows the lab's picture, its message and the tries."""
    still = page.locator(".rc-lab-still")
    figure = LABS[slug]().poster()
    expect(still.get_by_text(figure.message)).to_be_visible()
    expect(still.get_by_role("img", name=figure.alt)).to_be_visible()
    expect(still.get_by_role("listitem")).to_have_count(3)
    for item in LABS[slug].tries:
        expect(still.get_by_text(item.see)).to_be_visible()


@pytest.mark.parametrize("fault", ["no module", "module that fails", "state that is no JSON"])
@pytest.mark.parametrize("slug", ["sample", "gradient-flow"])  # the shim is the same for all
def test_when_a_lab_cannot_start_its_picture_stays(
    chromium: Browser, lab_address: str, slug: str, fault: str
) -> None:
    with chromium.new_context() as context:
        page = context.new_page()
        if fault == "no module":
            page.route(f"**/{slug}.mjs", lambda route: route.abort())
        elif fault == "module that fails":
            text = "export default { render() { throw Error('on purpose') } }"
            served = {"body": text, "content_type": "text/javascript"}
            page.route(f"**/{slug}.mjs", lambda route: route.fulfill(**served))
        else:
            page.route(f"**/{slug}.html", break_state)
        with page.expect_console_message(lambda message: message.type == "warning"):
            page.goto(f"{lab_address}{slug}.html")
        check_still(page, slug)


def break_state(route: Any) -> None:
    """Serve a page with half of its lab's state."""
    response = route.fetch()
    text = re.sub(
        r'(<script type="application/json">.{40}).*?</script>', r"\1</script>", response.text()
    )
    route.fulfill(response=response, body=text)
