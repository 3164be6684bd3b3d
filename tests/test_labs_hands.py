"""Each lab in a reader's hands: keys alone, mouse, finger; buttons, links, and mangled links."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

import mangled
from lab_pages import (
    LABS,
    LabOpener,
    drawn,
    each_lab,
    hold_clock,
    led_to,
    start,
    state,
    unfold,
    visit,
)
from test_labs_state import meant

STOPS = """() => [...document.querySelectorAll(
    ".rc-lab :is(button, select, input, summary, a[href], [tabindex])")]
  .filter((e) => !e.disabled && e.tabIndex >= 0)
  .filter((e) => e.getClientRects().length > 0 && e.checkVisibility())
  .filter((e) => e.type !== "radio" || e.checked)"""
HANDLES = ".rc-picture [role=slider]:visible"
UP, DOWN = ("ArrowRight", "ArrowUp", "PageUp"), ("ArrowLeft", "ArrowDown", "PageDown")
HOLD = """(e) => { const { x, y, width, height } = e.getBoundingClientRect();
  const frame = document.querySelector(".rc-picture").getBoundingClientRect();
  const [left, top] = [x + width / 2, y + height / 2];
  const top_most = document.elementFromPoint(left, top);
  return { left, top, free: e.contains(top_most),
           right: frame.x + frame.width / 2 - left, down: frame.y + frame.height / 2 - top } }"""
# Mount the lab with states that nobody meant, and say which state each of them led to.
MOUNT = """async ([slug, texts]) => {
  const { default: lab } = await import(`./labs/${slug}.joined.mjs`);
  const page = window.hosts[0].model, found = [];
  for (const text of texts) {
    const state = JSON.parse(text, (_, value) => value === "\\0NaN" ? NaN : value);
    for (const name of ["_schema", "_words"]) state[name] = page.get(name);
    const model = { get: (name) => state[name], set: (name, value) => { state[name] = value; },
                    on() {}, off() {}, save_changes() {} };
    const el = document.createElement("div");
    document.body.append(el);
    history.replaceState(null, "", "#");
    const close = lab.render({ model, el });
    await drawn();
    const seen = el.querySelector(".rc-picture").childElementCount > 0;
    [...el.querySelectorAll("button")].find((e) => e.textContent === "Copy link").click();
    found.push([seen && el.querySelector(".rc-readout").textContent !== "", location.hash]);
    close();
    el.remove();
  }
  return found;
}"""
# Go from a good address to each mangled one, and say which state it leads to.
VISIT = """async ([id, good, queries]) => {
  const go = (hash) => new Promise((gone) => {
    addEventListener("hashchange", gone, { once: true });
    location.hash = hash;
  });
  const found = [], { model } = window.hosts[0];
  for (const query of queries) {
    await go(`${id}?${good}`);
    await go(`${id}?${query}`);
    await drawn();
    found.push(stateOf(model));
  }
  return found;
}"""


# ---- keys
@each_lab
def test_tab_leads_to_everything_in_its_order(open_lab: LabOpener, slug: str) -> None:
    page = open_lab(slug)
    count = page.evaluate(f"({STOPS})().length")
    place = f"() => ({STOPS})().indexOf(document.activeElement)"
    page.locator("#theme").focus()  # what comes before the lab
    reached = []
    for _ in range(count):
        page.keyboard.press("Tab")
        reached.append(page.evaluate(place))
    assert reached == list(range(count))


def shown(page: Page) -> tuple[str, list[list[Any]]]:
    """Return what the page shows of the state: its nodes, and what was chosen and ticked."""
    inputs = page.locator(".rc-lab :is(input, select)")
    chosen = inputs.evaluate_all("(all) => all.map((e) => [e.value, e.checked])")
    return page.locator(".rc-lab").inner_html(), chosen


def check_moved(page: Page, control: Locator, keys: str) -> None:
    """Assert that one of these keys changes the state and what the page shows of it."""
    before = state(page), shown(page)
    control.focus()
    for key in keys.split():
        page.keyboard.press(key)
        drawn(page)
        if state(page) != before[0]:
            break
    assert state(page) != before[0], control
    assert shown(page) != before[1], control


@each_lab
def test_every_control_moves_by_keys(open_lab: LabOpener, slug: str) -> None:
    page = open_lab(slug)
    unfold(page)
    controls = page.locator(".rc-controls")
    for slider in controls.get_by_role("slider").all():
        check_moved(page, slider, "ArrowRight ArrowLeft")
    for choice in controls.get_by_role("radio", checked=True).all():
        check_moved(page, choice, "ArrowRight ArrowLeft")
    for choice in controls.get_by_role("combobox").all():
        check_moved(page, choice, "ArrowDown ArrowUp")
    for box in controls.get_by_role("checkbox").all():
        check_moved(page, box, "Space")


@each_lab
def test_every_handle_moves_by_all_keys_of_a_slider(open_lab: LabOpener, slug: str) -> None:
    page = open_lab(slug)
    for handle in page.locator(HANDLES).all():
        before = state(page)
        for end, keys, sign in (("Home", UP, 1), ("End", DOWN, -1)):
            places = []
            for key in (end, *keys):
                handle.press(key)
                drawn(page)
                places.append(sign * float(handle.get_attribute("aria-valuenow")))
            assert places == sorted(set(places)), (handle, end, places)
        assert state(page) != before, handle


# ---- mouse and finger
def every_handle(page: Page) -> Iterator[Locator]:
    """Yield each handle, the lab at its start."""
    for handle in page.locator(HANDLES).all():
        yield handle
        page.get_by_role("button", name="Reset").press("Enter")
        drawn(page)


def held(page: Page, handle: Locator) -> dict[str, Any]:
    """Return where the middle of a handle is on the screen, and the way to the picture's."""
    handle.scroll_into_view_if_needed()
    place = handle.evaluate(HOLD)
    assert place["free"], f"something lies over {handle.get_attribute('aria-label')}"
    return place


def way(place: dict[str, Any], share: float) -> tuple[float, float]:
    """Return a point between the handle and 50 pixels towards the middle, both ways."""
    right, down = (50 if place[name] > 0 else -50 for name in ("right", "down"))
    return place["left"] + share * right, place["top"] + share * down


@each_lab
def test_every_handle_is_dragged_by_mouse(open_lab: LabOpener, slug: str) -> None:
    page = open_lab(slug)
    for handle in every_handle(page):
        before, place = state(page), held(page, handle)
        page.mouse.move(*way(place, 0))
        page.mouse.down()
        page.mouse.move(*way(place, 1), steps=4)
        page.mouse.up()
        drawn(page)
        moved = state(page)
        assert moved != before, handle
        place = held(page, handle)
        page.mouse.move(*way(place, 0))
        page.mouse.move(*way(place, 0.2))  # over it, but it was released: it stays
        assert state(page) == moved, handle


@each_lab
def test_every_handle_is_dragged_by_finger(open_lab: LabOpener, slug: str) -> None:
    page = open_lab(slug, width=390, has_touch=True)
    fingers = page.context.new_cdp_session(page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        at = [{"x": x, "y": y} for x, y in points]
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})

    for handle in every_handle(page):
        before, place = state(page), held(page, handle)
        scrolled = page.evaluate("scrollY")
        touch("touchStart", way(place, 0))
        for share in (0.25, 0.5, 0.75, 1):
            touch("touchMove", way(place, share))
        touch("touchEnd")
        drawn(page)
        assert state(page) != before, handle
        assert page.evaluate("scrollY") == scrolled


# ---- buttons and links
@each_lab
def test_tries_lead_to_their_states_and_reset_leads_back(open_lab: LabOpener, slug: str) -> None:
    page = open_lab(slug)
    buttons = page.locator(".rc-tries button").all()
    assert len(buttons) == 3
    for number, button in enumerate(buttons):
        button.press("Enter")
        drawn(page)
        assert state(page) == led_to(slug, number)
        expect(page.locator(".rc-tries")).to_contain_text(LABS[slug].tries[number].see)
    page.get_by_role("button", name="Reset").press("Enter")
    assert state(page) == start(slug)


@each_lab
def test_a_copied_link_brings_the_state_back(open_lab: LabOpener, slug: str) -> None:
    page = open_lab(slug, permissions=["clipboard-read", "clipboard-write"])
    other = page.context.new_page()
    for number in range(3):
        page.locator(".rc-tries button").nth(number).press("Enter")
        page.get_by_role("button", name=re.compile("Copy link|Copied")).press("Enter")
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied == page.url
        assert copied != page.url.partition("#")[0]
        visit(other, copied)
        assert state(other) == led_to(slug, number)
        assert other.locator(".rc-lab").bounding_box()["y"] < 900  # it was brought into sight


@each_lab
def test_a_screen_reader_hears_that_the_link_was_copied(open_lab: LabOpener, slug: str) -> None:
    page = open_lab(slug)
    hold_clock(page)
    page.get_by_role("button", name="Copy link").press("Enter")
    page.clock.run_for(1000)
    expect(page.locator(".rc-lab [role=status]")).to_have_text("Copied the link.")
    page.clock.run_for(1000)
    expect(page.get_by_role("button", name="Copy link")).to_be_visible()  # again


# ---- what nobody meant
# Addresses, and states, a lab; a page that goes to more than 200 is slowed down.
each_count = pytest.mark.parametrize("count", [12, pytest.param(50, marks=pytest.mark.audit)])
MANGLED = 0.8  # of these at least mean nothing: with 50, more than 200 over five labs


@each_count
@each_lab
def test_mangled_addresses_lead_to_the_start(open_lab: LabOpener, slug: str, count: int) -> None:
    make = LABS[slug]
    queries = list(mangled.queries(make.schema(), count))
    page = open_lab(slug)
    good = mangled.query(dict(make.tries[0].state))
    found = page.evaluate(VISIT, [f"#lab-{slug}", good, queries])
    expected = [meant(make, query) for query in queries]
    assert expected.count(None) >= MANGLED * count
    for query, one, other in zip(queries, found, expected, strict=True):
        assert one == (other or start(slug)), query[:200]
    page.get_by_role("button", name="Reset").click()
    drawn(page)
    assert page.locator(".rc-readout").inner_text() != ""


@each_lab
def test_a_page_opened_with_a_mangled_address_starts_as_usual(
    open_lab: LabOpener, slug: str
) -> None:
    page = open_lab(slug)
    for hash in (f"#lab-{slug}?{mangled.JUNK}=%E0%A4%A", "#%E0%A4%A?x=1", "#?", f"#lab-{slug}?"):
        visit(page, page.url.partition("#")[0] + hash)
        assert state(page) == start(slug)


@each_count
@each_lab
def test_mangled_states_lead_to_the_start(open_lab: LabOpener, slug: str, count: int) -> None:
    make = LABS[slug]
    states = list(mangled.states(make.schema(), count))
    page = open_lab(slug)
    found = page.evaluate(MOUNT, [slug, [mangled.sent(state) for state in states]])
    assert all(is_drawn for is_drawn, _ in found)
    assert [takes(make, one) for one in states].count(False) >= MANGLED * count
    for one, (_, hash) in zip(states, found, strict=True):
        _, _, query = hash.partition("?")
        assert meant(make, query) == (one if takes(make, one) else start(slug)), one


def takes(make: type, state: dict[str, Any]) -> bool:
    """Say whether Python takes a state, with nothing missing."""
    if set(state) != set(make.schema()):
        return False
    traits = make.class_traits()
    return all(traits[name].takes(value, **traits[name].facts) for name, value in state.items())


@each_lab
def test_values_that_do_not_fit_are_not_taken_from_a_kernel(open_lab: LabOpener, slug: str) -> None:
    page = open_lab(slug)
    page.evaluate(
        """() => { const { model } = window.hosts[0];
             for (const name of Object.keys(model.get("_schema")))
               for (const bad of [null, undefined, NaN, Infinity, "nobody", {}, [[null]], () => 1])
                 model.set(name, bad) }"""
    )
    drawn(page)
    page.get_by_role("button", name="Copy link").click()
    assert page.url.partition("#")[2] == f"lab-{slug}"
