"""The lab on dying units in Python, and in a reader's hand."""

import re
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from lab_pages import LabOpener, drawn, hold_clock, readout_times, state
from rectified.labs.controls import StateError
from rectified.labs.dying_units import STEPS, UNITS, DyingUnits
from test_lab_dying_units import asked

SLUG = DyingUnits.slug


# ---- the state
def test_python_and_the_page_agree_on_sizes() -> None:
    (sizes,) = asked([{"task": "sizes"}])
    assert sizes == {"STEPS": STEPS, "UNITS": UNITS}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("learning_rate", 0.0),
        ("bias", 2),
        ("offset", -0.1),
        ("activation", "tanh"),
        ("leak", 0),
        ("optimizer", "sgd"),
        ("past", [[0, 4.0, 0.0, "relu", 0.1]]),
        ("past", [[201, 4.0, 0.0, "relu", 0.1, "SGD"]]),
        ("since", -1),
        ("step", 0.5),
        ("unit", 0),
        ("seed", 1000),
    ],
)
def test_values_that_make_no_sense_raise(name: str, value: Any) -> None:
    with pytest.raises(StateError, match=f"{name} must be"):
        DyingUnits(**{name: value})


def test_the_poster_says_what_the_networks_did() -> None:
    poster = DyingUnits().poster()
    died, kept = re.findall(r"(\d+) %", poster.message)
    assert int(died) >= 50
    assert kept == "0"
    assert "none comes back" in poster.message


# ---- a hand
TIME = ("slider", {"name": "Step shown"})
UNIT = ("slider", {"name": "Unit marked, from the bottom"})


def readout(page: Page) -> Locator:
    return page.locator(".rc-readout")


def handle(page: Page, which: tuple[str, dict[str, str]]) -> Locator:
    return page.get_by_role(which[0], **which[1])


def drag(page: Page, grip: Locator, right: float, down: float) -> None:
    """Drag a handle by so many pixels."""
    grip.scroll_into_view_if_needed()
    box = grip.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + right, y + down, steps=4)
    page.mouse.up()
    drawn(page)


def test_the_handle_of_time_goes_through_the_training(open_lab: LabOpener) -> None:
    page = open_lab(SLUG)
    time = handle(page, TIME)
    expect(readout(page)).to_contain_text("At step 100, 20 of 24 units are dead")
    drag(page, time, -400, 0)
    expect(readout(page)).to_contain_text("At step 0, no unit is dead")
    time.press("PageUp")
    expect(readout(page)).to_contain_text("At step 10, ")
    time.press("ArrowRight")
    expect(readout(page)).to_contain_text("At step 11, ")
    time.press("End")
    expect(readout(page)).to_contain_text("At step 200, 22 of 24 units are dead")
    assert state(page)["past"] == [], "looking changes nothing"


def test_the_handle_of_units_marks_one(open_lab: LabOpener) -> None:
    page = open_lab(SLUG)
    unit = handle(page, UNIT)
    unit.press("Home")
    expect(unit).to_have_attribute("aria-valuetext", re.compile("unit 1: dead since step 3$"))
    drag(page, unit, 0, -1000)
    expect(unit).to_have_attribute("aria-valuetext", re.compile("unit 24: on .* of 96 examples"))
    unit.press("ArrowDown")
    drawn(page)
    assert state(page)["unit"] == 23


def test_a_click_in_the_rows_goes_there_and_one_on_a_line_marks_it(open_lab: LabOpener) -> None:
    page = open_lab(SLUG)
    svg = page.locator(".rc-picture svg")
    svg.scroll_into_view_if_needed()
    rows = svg.locator("rect[fill=none]").nth(-2).bounding_box()
    page.mouse.click(rows["x"] + rows["width"] / 4, rows["y"] + rows["height"] - 3)
    drawn(page)
    now = state(page)
    assert (round(now["step"], -1), now["unit"]) == (50, 1)
    path = svg.locator("path[stroke='var(--rc-alive)']").first.get_attribute("d")
    x1, y1, x2, y2 = map(float, re.findall(r"[\d.]+", path)[:4])  # the first line of one alive
    box = svg.bounding_box()
    page.mouse.click(box["x"] + 0.8 * x1 + 0.2 * x2, box["y"] + 0.8 * y1 + 0.2 * y2)
    drawn(page)
    assert re.search("on .* of 96", handle(page, UNIT).get_attribute("aria-valuetext"))


def test_controls_change_only_what_follows_once_they_are_told_so(open_lab: LabOpener) -> None:
    page = open_lab(SLUG)
    page.get_by_role("button", name="Change only what follows step 100").click()
    now = state(page)
    assert now["past"] == [[0, 4, 0, "relu", 0.1, "SGD"]]
    assert now["since"] == 100
    expect(page.get_by_text("Up to step 100: rate 4, offset 0, ReLU, SGD. From")).to_be_visible()
    page.get_by_label("Activation").select_option("leaky_relu")
    expect(readout(page)).to_contain_text("At step 100, no unit is dead, but 20 are active on no")
    handle(page, TIME).press("ArrowLeft")
    expect(readout(page)).to_contain_text("At step 99, 20 of 24 units are dead")
    page.get_by_role("button", name="Change only what follows step 99").click()
    assert state(page)["since"] == 99
    handle(page, TIME).press("End")
    expect(page.get_by_role("button", name="Change only")).to_be_disabled()


def test_play_goes_to_the_end_and_stops_when_told(open_lab: LabOpener) -> None:
    page = open_lab(SLUG)
    page.get_by_role("button", name="Play").click()
    expect(readout(page)).to_contain_text("At step 200", timeout=20_000)
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    page.get_by_role("button", name="Play").click()  # from the start again
    expect(readout(page)).not_to_contain_text("At step 200")
    page.get_by_role("button", name="Stop").click()
    drawn(page)
    stopped = state(page)["step"]
    assert 0 <= stopped < STEPS
    expect(readout(page)).to_contain_text(f"At step {stopped}, ")


def test_with_less_motion_two_pictures_a_second_are_enough(open_lab: LabOpener) -> None:
    page = open_lab(SLUG, reduced_motion="reduce")
    hold_clock(page)
    readout_times(page)
    page.get_by_role("button", name="Play").press("Enter")
    page.clock.run_for(3000)
    expect(readout(page)).to_contain_text("At step 200")
    seen = page.evaluate("seen")
    assert 3 <= len(seen) <= 5  # 100 steps at 60 a second: 1.7 seconds, and the end
    assert min(np.diff(seen[:-1])) > 480  # a picture comes up to a frame after its timer


def test_after_many_changes_the_last_one_counts(open_lab: LabOpener) -> None:
    page, other = open_lab(SLUG), open_lab(SLUG)
    other.evaluate(f"location.hash = '#lab-{SLUG}?offset=2&learning_rate=0.5'")
    expect(readout(other)).to_contain_text("began dead")
    page.evaluate(
        """() => { const set = (name, value) => window.hosts[0].model.set(name, value);
             set("learning_rate", 0.5);
             for (let i = 0; i <= 20; i += 1) setTimeout(() => set("offset", i / 10), 5 * i) }"""
    )
    expect(readout(page)).to_have_text(readout(other).inner_text())
    assert state(page) == state(other)


def test_examples_move_where_the_offset_changes(open_lab: LabOpener) -> None:
    page = open_lab(SLUG)
    page.locator(".rc-tries button").nth(2).click()
    dots = page.locator(".rc-picture path[stroke-linecap=round]").first
    expect(readout(page)).to_contain_text("At step 100")
    places = []
    for key in ("End", "Home"):
        handle(page, TIME).press(key)
        drawn(page)
        x, y = re.findall(r"[\d.]+", dots.get_attribute("d"))[:2]
        places.append((float(x), float(y)))
    (x, y), (moved_x, moved_y) = places
    assert moved_x - x > 50
    assert moved_x - x == pytest.approx(y - moved_y, abs=0.2)  # both inputs; rounded to 0.1


def test_the_axis_of_the_loss_holds_all_of_it(open_lab: LabOpener) -> None:
    page = open_lab(SLUG, f"#lab-{SLUG}?activation=elu")
    expect(readout(page)).to_contain_text("loss 32")
    loss = page.locator(".rc-picture path[stroke='var(--rc-text)'][stroke-width='2']")
    heights = [float(y) for y in re.findall(r" ([\d.]+)", loss.get_attribute("d"))]
    assert len(heights) == STEPS + 1
    ends = [heights.count(end) for end in (min(heights), max(heights))]
    assert max(ends) < 10, "an end that is cut is flat for 60 steps"
    assert page.get_by_text("24 units, none of them dies").count() == 1


def test_new_weights_keep_the_settings(open_lab: LabOpener) -> None:
    page = open_lab(SLUG)
    before = state(page)
    page.get_by_role("button", name="New weights").click()
    expect(readout(page)).not_to_contain_text("20 of 24")
    assert state(page) == before | {"seed": before["seed"] + 1}


def test_a_leak_is_offered_where_it_applies(open_lab: LabOpener) -> None:
    page = open_lab(SLUG)
    leak = page.get_by_label("Leak:")
    expect(leak).to_be_hidden()
    page.get_by_label("Activation").select_option("leaky_relu")
    expect(leak).to_be_visible()
    assert leak.get_attribute("aria-valuetext") == "0.10"
