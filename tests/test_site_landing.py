"""The page at the site's address: its facts, its picture and the mathematics behind it."""

import gzip
import json
import re
from collections import Counter
from collections.abc import Callable
from itertools import chain
from typing import Any

import numpy as np
import pytest
import torch
from axe_playwright_python.sync_playwright import Axe
from numpy.testing import assert_allclose
from playwright.sync_api import Page, expect

from built_site import PAGES, ROOT, SITE, soup, up_to_date  # noqa: F401
from labs_node import run
from rectified import networks
from rectified.site import board

Opener = Callable[..., Page]
LANDING = "index.html"
SCRIPT, PAGE_WEIGHT = 8_000, 130_000  # bytes: the script as it is, the page compressed
NUMBERS = re.compile(r"-?\d+(?:\.\d+)?")


def asked(task: str, **settings: Any) -> Any:
    """Return what one task of `landing.mjs` gives."""
    return run("landing.mjs", [{"task": task, **settings}])[0]


def numbers(path: str) -> list[float]:
    """Return the coordinates in a path."""
    return [float(number) for number in NUMBERS.findall(path)]


def texts(found: Any) -> list[str]:
    """Return the text of each tag, its spaces made one."""
    return [" ".join(tag.get_text().split()) for tag in found]


# ---- the mathematics
def test_script_and_build_begin_with_the_same_hinges_and_curve() -> None:
    for hinges in (1, 2, 7, 24):
        assert_allclose(asked("start", hinges=hinges), board.start(hinges)[0], atol=1e-15)
    assert_allclose(asked("curve", name="wave"), board.wave(board.X), atol=1e-15)


def network(theta: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """Return f(x) for parameters in the order of the script."""
    w, v, b = theta[:-1].chunk(3)
    return torch.relu(x[:, None] * w + b) @ v + theta[-1]


def test_steps_are_those_of_pytorch() -> None:
    steps, y = 30, np.random.default_rng(0).normal(size=board.X.size)
    found = asked("fit", hinges=7, y=y, rate=0.02, steps=steps)
    theta = torch.tensor(board.start(7)[0], requires_grad=True)
    optimizer = torch.optim.Adam([theta], lr=0.02)
    for _ in range(steps):
        optimizer.zero_grad()
        loss = torch.mean((network(theta, torch.tensor(board.X)) - torch.tensor(y)) ** 2)
        loss.backward()
        optimizer.step()
    # sums of 101 terms in another order, thirty times
    assert_allclose(found["gradient"], theta.grad, rtol=1e-9, atol=1e-11)
    assert_allclose(found["theta"], theta.detach(), rtol=1e-9, atol=1e-11)


@pytest.fixture(scope="module")
def learned() -> board.Board:
    """Return the network that NumPy trains while the page is built."""
    return board.learned()


def test_the_script_ends_at_the_picture_that_numpy_trained(learned: board.Board) -> None:
    settings = {"hinges": board.HINGES, "rate": board.RATE, "steps": board.STEPS}
    found = asked("fit", y=learned.y, **settings)
    assert_allclose(found["theta"], learned.parameters.flat[0], atol=1e-9)  # what labs promise
    assert found["error"] == pytest.approx(learned.error, abs=1e-9)
    assert found["kinks"] == board.HINGES
    for name, path in learned.paths().items():
        # one digit after the point, which may be rounded to either side
        assert_allclose(numbers(found["paths"][name]), numbers(path), atol=0.11, err_msg=name)


def test_hinges_that_leave_the_picture_are_not_drawn(learned: board.Board) -> None:
    y = np.random.default_rng(0).normal(size=board.X.size)
    found = asked("fit", hinges=board.HINGES, y=y, rate=0.2, steps=60)
    shapes = learned.network.shapes
    theta = networks.Parameters(shapes, np.array([found["theta"]]))
    paths = board.Board(learned.network, theta, y).paths()
    assert found["kinks"] == paths["kinks"].count("M") < board.HINGES
    for name, path in paths.items():
        assert_allclose(numbers(found["paths"][name]), numbers(path), atol=0.11, err_msg=name)


def test_the_built_page_shows_that_picture(learned: board.Board) -> None:
    picture = soup(LANDING).select_one("#board svg")
    for name, path in learned.paths().items():
        assert picture.select_one(f".rc-{name}")["d"] == path
    said = soup(LANDING).select_one("#board .rc-readout").get_text()
    assert f"error {learned.error:.3f}" in said
    assert learned.error < 0.02


# ---- the facts
def test_contents_are_the_books_with_their_leads() -> None:
    entries = soup(LANDING).select(".rc-entries li")
    assert [entry.a["href"] for entry in entries] == PAGES
    for entry, name in zip(entries, PAGES, strict=True):
        (title,) = texts(soup(name).select("h1"))
        assert texts(entry.select(".rc-question")) == [title]
        lead = copy_without_tex(name)
        (why,) = texts(entry.select("p"))
        assert why.endswith((".", "?", "!"))
        assert why.replace(" ", "") == lead.replace(" ", "")[: len(why.replace(" ", ""))]
    shown = texts(entry.select_one(".rc-number") for entry in entries)
    chapters = [name for name in PAGES if soup(name).select("[data-chapter]")]
    assert list(filter(None, shown)) == [str(number + 1) for number in range(len(chapters))]


def copy_without_tex(name: str) -> str:
    """Return a page's lead as it is seen."""
    found = soup(name).select_one(".rc-lead")
    hidden = [id(part) for part in found.select(".katex-mathml")]
    strings = (
        text for text in found.strings if not any(id(parent) in hidden for parent in text.parents)
    )
    return "".join(strings).replace("\u2061", "").replace("\u200b", "")


def test_numbers_are_counted() -> None:
    claims = json.loads((SITE / "claims.json").read_text("utf-8"))["claims"]
    verdicts = Counter(claim["verdict"] for claim in claims)
    pages = [soup(name) for name in PAGES]
    labs = {lab["data-lab"] for lab in chain(*(page.select("[data-lab]") for page in pages))}
    exercises = sum(len(page.select(".rc-exercise")) for page in pages)
    chapters = sum(bool(page.select("[data-chapter]")) for page in pages)
    (facts,) = texts(soup(LANDING).select(".rc-facts"))
    counted = [chapters, len(labs), exercises, len(claims), verdicts["wrong"], verdicts["holds-if"]]
    assert list(map(int, re.findall(r"\d+", facts))) == counted


def test_the_claim_that_is_shown_is_the_one_of_its_chapter() -> None:
    (row,) = soup(LANDING).select(".rc-claim")
    claims = json.loads((SITE / "claims.json").read_text("utf-8"))["claims"]
    (record,) = [claim for claim in claims if claim["id"] == row["data-claim"]]
    measured_in = soup(LANDING).select_one(".rc-from a")["href"]
    assert record["page"].startswith(measured_in)
    (there,) = soup(measured_in).select(f"#claim-{record['id']}")
    assert texts([row]) == texts([there])
    assert row.select(".rc-interval")


def test_the_script_and_the_page_are_light(open_page: Opener) -> None:
    path = SITE / "_static/labs/landing.mjs"
    assert path.stat().st_size <= SCRIPT
    page = open_page("search.html")  # any page of the site: then the landing page, with no cache
    weight: list[int] = []
    page.on("response", lambda found: weight.append(wire(found.url, found.body())))
    page.context.new_cdp_session(page).send("Network.setCacheDisabled", {"cacheDisabled": True})
    page.goto(page.url.replace("search.html", LANDING), wait_until="networkidle")
    print(f"\nlanding page: {sum(weight) / 1000:.1f} kB compressed")
    assert sum(weight) <= PAGE_WEIGHT


def wire(url: str, body: bytes) -> int:
    """Return the bytes on the wire: fonts are compressed, a server compresses the rest."""
    return len(body) if url.endswith(".woff2") else len(gzip.compress(body))


# ---- in the browser
READOUT = "#board .rc-readout"
DONE = re.compile(rf"^Step {board.STEPS:,}: error")
NET = "document.querySelector('#board .rc-net').getAttribute('d')"
GOAL = "document.querySelector('#board .rc-goal').getAttribute('d')"


def settled(page: Page) -> None:
    """Wait until all steps are taken and a screen reader has heard of it."""
    expect(page.locator("#board [role=status]")).to_have_text(DONE)
    expect(page.locator(READOUT)).to_have_text(DONE)


def test_training_is_played_once_and_ends_where_it_was_built(open_page: Opener) -> None:
    page = open_page(LANDING)
    settled(page)
    built = numbers(soup(LANDING).select_one("#board .rc-net")["d"])
    assert_allclose(numbers(page.evaluate(NET)), built, atol=0.11)
    expect(page.locator(READOUT)).to_contain_text(f"{board.HINGES} kinks")


def test_less_motion_means_no_play_and_an_answer_at_once(open_page: Opener) -> None:
    page = open_page(LANDING, reduced_motion="reduce")
    assert "NumPy" in page.locator(READOUT).inner_text()
    page.get_by_role("radio", name="hill").click()
    settled(page)
    assert numbers(page.evaluate(GOAL))[:2] == pytest.approx([0, 150 + 110 * 0.55], abs=0.1)


def test_a_stroke_of_the_hand_is_learned(open_page: Opener) -> None:
    page = open_page(LANDING, reduced_motion="reduce")
    box = page.locator("#board svg").bounding_box()
    page.mouse.move(box["x"] + 0.1 * box["width"], box["y"] + 0.2 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.9 * box["width"], box["y"] + 0.2 * box["height"], steps=4)
    page.mouse.up()
    settled(page)
    top = 0.2 * 300
    drawn = np.reshape(numbers(page.evaluate(GOAL)), (-1, 2))
    middle = drawn[(drawn[:, 0] > 80) & (drawn[:, 0] < 560), 1]
    assert_allclose(middle, top, atol=1)
    learned = np.reshape(numbers(page.evaluate(NET)), (-1, 2))
    inside = np.interp([160, 320, 480], *learned.T)
    assert_allclose(inside, top, atol=12)  # a tenth of a unit: it has learned it
    assert not page.locator("#board :checked").count()


def test_a_finger_draws_across_and_scrolls_along(open_page: Opener) -> None:
    page = open_page(LANDING, width=390, has_touch=True, reduced_motion="reduce")
    assert page.locator("#board svg").evaluate("e => getComputedStyle(e).touchAction") == "pan-y"
    page.locator("#board svg").tap(position={"x": 100, "y": 20})
    settled(page)
    assert not page.locator("#board :checked").count()


def test_the_pen_draws_by_keyboard(open_page: Opener) -> None:
    page = open_page(LANDING, reduced_motion="reduce")
    pen = page.get_by_role("slider", name=re.compile("Pen"))
    pen.focus()
    before = page.evaluate(GOAL)
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    assert page.evaluate(GOAL) == before
    height = float(pen.get_attribute("aria-valuenow"))
    page.keyboard.press("ArrowUp")
    settled(page)
    assert page.evaluate(GOAL) != before
    assert float(pen.get_attribute("aria-valuenow")) == pytest.approx(height + 0.1, abs=0.011)
    assert "height" in pen.get_attribute("aria-valuetext")


def test_more_hinges_and_a_new_start_by_keyboard(open_page: Opener) -> None:
    page = open_page(LANDING, reduced_motion="reduce")
    page.get_by_role("slider", name="ReLUs").press("Home")
    settled(page)
    expect(page.locator(READOUT)).to_contain_text("1 kink")
    page.get_by_role("slider", name="ReLUs").press("End")
    expect(page.locator("#board output")).to_have_text("24")
    page.get_by_role("button", name="Start again").press("Enter")
    settled(page)


@pytest.mark.parametrize("width", [1280, 320])
def test_without_a_script_there_is_the_picture_and_no_dead_control(
    open_page: Opener,
    width: int,
) -> None:
    page = open_page(LANDING, width=width, java_script_enabled=False)
    expect(page.get_by_role("img", name=re.compile("grey wave"))).to_be_visible()
    assert not page.locator("button:visible, input:visible").count()
    assert not page.get_by_text("Go on reading").is_visible()
    assert page.get_by_role("link", name="Start reading").is_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_on_a_page_in_use(open_page: Opener, theme: str) -> None:
    page = open_page("chapters/relu.html", theme=theme)
    page.evaluate("""localStorage.setItem("rectified-read",
        JSON.stringify({ read: ["chapters/relu"], at: ["chapters/benefits", ""] }))""")
    page.goto(page.url.replace("chapters/relu.html", LANDING), wait_until="networkidle")
    assert page.locator("#go-on, .rc-progress, .rc-read").count() > 2
    result = Axe().run(page, options={"resultTypes": ["violations"]})
    assert result.violations_count == 0, result.generate_report()


def test_no_fact_of_the_page_is_typed() -> None:
    """A number in the template would grow old."""
    text = (ROOT / "code/rectified/site/theme/landing.html").read_text("utf-8")
    said = re.sub(r"\{[#{%].*?[#}%]\}|<[^>]*>|max\(0, x\)", "", text, flags=re.DOTALL)
    assert re.findall(r"\d+", said) == []
