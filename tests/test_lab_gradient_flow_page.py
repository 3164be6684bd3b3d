"""The lab on gradient flow in a reader's hand."""

import re

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from lab_pages import LabOpener, drawn, hold_clock, readout_times, state
from rectified.labs.gradient_flow import GradientFlow

SLUG = GradientFlow.slug
LONG = 30_000  # ms: what takes a second here may take many on a machine that is busy
CENTRE = """() => { const canvas = document.querySelector(".rc-picture canvas");
  const pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  pen.drawImage(canvas, -canvas.width / 2, -canvas.height / 2);
  return [...pen.getImageData(0, 0, 1, 1).data]; }"""
# Mount the lab a second time, where no worker can be started.
WITHOUT_WORKER = """async (slug) => {
  const { Worker } = window;
  window.Worker = class { constructor() { throw new Error("none here"); } };
  const { default: lab } = await import(`./labs/${slug}.joined.mjs`);
  const el = document.createElement("div");
  document.body.append(el);
  const close = lab.render({ model: window.hosts[0].model, el });
  await drawn();
  await drawn();
  const said = el.querySelector(".rc-readout").textContent;
  close();
  el.remove();
  window.Worker = Worker;
  return said;
}"""


def readout(page: Page) -> Locator:
    return page.locator(".rc-readout")


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


def steps(page: Page) -> int:
    """Return how many steps the readout tells of."""
    found = re.search(r"After (\d+) step", readout(page).inner_text())
    return int(found[1]) if found else 0


def settled(page: Page) -> int:
    """Return how many steps were taken when the readout changes no more."""
    before = -1
    while (now := steps(page)) != before:  # what was asked for before the pause is still taken
        before = now
        page.wait_for_timeout(300)
    return now


def test_nothing_trains_before_the_reader_asks(open_lab: LabOpener) -> None:
    page = open_lab(SLUG)
    expect(readout(page)).to_contain_text("Before training, the network is right on 50 %")
    for number in range(3):
        page.locator(".rc-tries button").nth(number).click()
        page.wait_for_timeout(100)
        expect(readout(page)).to_contain_text("Before training")


def test_train_and_pause(open_lab: LabOpener) -> None:
    page = open_lab(SLUG)
    button(page, "Train").click()
    expect(readout(page)).to_contain_text("After ", timeout=LONG)
    button(page, "Pause").click()
    expect(button(page, "Train")).to_be_visible()
    paused = settled(page)
    assert 0 < paused < 2000
    button(page, "Train").click()
    expect(readout(page)).not_to_contain_text(f"After {paused} ", timeout=LONG)
    assert steps(page) > paused, "it goes on where it stopped"


def test_one_click_changes_to_relu_and_it_learns(open_lab: LabOpener) -> None:
    page = open_lab(SLUG)
    page.get_by_label("Depth").press("ArrowLeft")
    expect(readout(page)).to_contain_text("in layer 8, the last hidden one")  # it is drawn
    button(page, "Change to ReLU with He").click()
    expect(readout(page)).to_contain_text("right on 100 % of the points", timeout=LONG)
    now = state(page)
    assert (now["activation"], now["initializer"], now["depth"]) == ("relu", "he_normal", 9)
    expect(page.get_by_text("sigmoid, before")).to_be_visible()
    button(page, "Back to sigmoid with Xavier").click()
    drawn(page)
    assert state(page)["activation"] == "sigmoid"
    expect(button(page, "Pause")).to_be_visible()


def test_a_finished_training_starts_again(open_lab: LabOpener) -> None:
    page = open_lab(SLUG, f"#lab-{SLUG}?activation=relu&initializer=he_normal&learning_rate=0.1")
    button(page, "Train").click()
    expect(button(page, "Train again")).to_be_visible(timeout=LONG)
    end = readout(page).inner_text()
    button(page, "Train again").click()
    expect(readout(page)).not_to_have_text(end)
    expect(button(page, "Train again")).to_be_visible(timeout=LONG)
    assert readout(page).inner_text() == end, "the same weights, so the same end"


def test_a_changed_network_begins_anew_and_goes_on(open_lab: LabOpener) -> None:
    page = open_lab(SLUG)
    button(page, "Train").click()
    expect(readout(page)).to_contain_text(re.compile(r"After \d{3} "), timeout=LONG)
    page.get_by_label("Width").press("Home")
    expect(readout(page)).not_to_contain_text(re.compile(r"After \d{3} "))
    expect(readout(page)).to_contain_text(re.compile(r"After \d{3} "), timeout=LONG)
    assert state(page)["width"] == 2


@pytest.mark.parametrize("pressed", ["a try", "the same try again", "Reset"])
def test_a_try_and_reset_show_the_start(open_lab: LabOpener, pressed: str) -> None:
    page = open_lab(SLUG, f"#lab-{SLUG}?gain=8")  # the second try's state
    button(page, "Train").click()
    expect(readout(page)).to_contain_text("After ", timeout=LONG)
    number = {"a try": 2, "the same try again": 1}.get(pressed)
    tries = page.locator(".rc-tries button")
    (button(page, "Reset") if number is None else tries.nth(number)).click()
    expect(readout(page)).to_contain_text("Before training")
    page.wait_for_timeout(500)
    expect(readout(page)).to_contain_text("Before training")
    button(page, "Train").click()
    expect(readout(page)).to_contain_text("After ", timeout=LONG)


def names_apart(page: Page) -> bool:
    """Return whether the words beside layer 1, of 13 pixels, stand clear of each other."""
    words = page.locator(".rc-picture svg text")
    placed = words.evaluate_all("all => all.map((e) => [e.textContent, e.getAttribute('y')])")
    both = [re.compile(r"layer \d+’s"), re.compile(r"^\w+, before")]
    own, old = (next(float(y) for text, y in placed if each.search(text)) for each in both)
    return abs(own - old) >= 16


@pytest.mark.parametrize("width", [1280, 390])
def test_words_in_the_picture_do_not_lie_on_each_other(open_lab: LabOpener, width: int) -> None:
    page = open_lab(SLUG, width=width)
    for number in (0, 1):
        page.locator(".rc-tries button").nth(number).click()
        expect(
            page.locator(".rc-picture").get_by_text(re.compile("^(sigmoid|ReLU), before"))
        ).to_be_visible()
        assert names_apart(page)


def test_a_diverged_training_is_shown_as_such_and_stops(open_lab: LabOpener) -> None:
    page = open_lab(SLUG, f"#lab-{SLUG}?activation=relu&gain=10")
    button(page, "Train").click()
    expect(readout(page)).to_contain_text(re.compile(r"diverged at step \d+: "), timeout=LONG)
    expect(page.locator(".rc-picture").get_by_text("diverged at step")).to_be_visible()
    expect(button(page, "Train again")).to_be_visible()


def test_the_curve_takes_the_place_of_the_plane(open_lab: LabOpener) -> None:
    page = open_lab(SLUG)
    expect(page.locator(".rc-picture canvas")).to_be_visible()
    page.get_by_label("A sine").check()
    expect(readout(page)).to_contain_text("the mean squared error is")
    expect(page.locator(".rc-picture canvas")).to_be_hidden()
    expect(page.get_by_text("the network’s curve")).to_be_visible()


def test_new_weights_keep_the_settings(open_lab: LabOpener) -> None:
    page = open_lab(SLUG)
    before, picture = state(page), page.locator(".rc-picture svg")
    drawing = picture.inner_html()  # the readout rounds, and may say the same of other weights
    button(page, "New weights").click()
    page.wait_for_function(
        "([svg, was]) => svg.innerHTML !== was", arg=[picture.element_handle(), drawing]
    )
    assert state(page) == before | {"seed": 1}


def test_the_learning_rate_is_folded_away(open_lab: LabOpener) -> None:
    page = open_lab(SLUG)
    rate = page.get_by_label("Learning rate")
    expect(rate).to_be_hidden()
    page.get_by_text("More", exact=True).press("Enter")
    rate.press("ArrowRight")
    drawn(page)
    assert state(page)["learning_rate"] == pytest.approx(0.0126, rel=1e-3)  # a tenth of a decade


def test_the_plane_is_drawn_at_the_screens_pixels_and_follows_the_theme(
    open_lab: LabOpener,
) -> None:
    page = open_lab(SLUG, device_scale_factor=2)
    canvas = page.locator(".rc-picture canvas")
    expect(readout(page)).to_contain_text("Before training")
    drawn(page)
    wide = canvas.bounding_box()["width"]
    assert canvas.evaluate("(e) => [e.width, e.height]") == [2 * wide, 2 * wide]
    light = page.evaluate(CENTRE)
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    drawn(page)
    dark = page.evaluate(CENTRE)
    # an undecided network: a light blue on white paper, a dark one on dark
    assert sum(light[:3]) - sum(dark[:3]) > 200
    assert light[2] > light[0]
    assert dark[2] > dark[0]


def test_with_less_motion_two_pictures_a_second_are_enough(open_lab: LabOpener) -> None:
    page = open_lab(SLUG, reduced_motion="reduce")
    hold_clock(page)
    readout_times(page)
    button(page, "Train").press("Enter")
    for _ in range(2000):  # each lets the worker, which knows no clock, answer
        page.clock.run_for(100)
        if steps(page) >= 300:
            break
    seen = page.evaluate("seen")
    assert len(seen) >= 3  # at most a hundred steps between two pictures
    assert min(np.diff(seen)) >= 500


def test_where_no_worker_starts_the_lab_says_so(open_lab: LabOpener) -> None:
    page = open_lab(SLUG)
    expect(readout(page)).to_contain_text("Before training")
    said = page.evaluate(WITHOUT_WORKER, SLUG)
    assert said == "The training failed: Error: none here"
