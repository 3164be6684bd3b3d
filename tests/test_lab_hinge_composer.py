"""The hinge composer: its gradient, its counts, what its texts promise, and its handles."""

import random
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose
from playwright.sync_api import Page, expect

from lab_pages import LabOpener, drawn, state
from labs_node import run
from rectified.experiments import hinge_layers
from rectified.labs import HingeComposer

GRID = np.linspace(0, 1, 201)
TARGETS = {
    "parabola": (2 * GRID - 1) ** 2,
    "sine": 0.5 + 0.45 * np.sin(2 * np.pi * GRID),
    "step": 0.5 + 0.5 * np.tanh(12 * (GRID - 0.5)),
    "zigzag": np.arccos(np.cos(8 * np.pi * GRID)) / np.pi,
}
SIDES = ("right", "left")
CURVES = sorted(set(dict(HingeComposer.target.facts["options"])) - {"none"})
MORE = [[0.62, 1.3, "left"], [0.5, -2.2, "right"], [0.135, 0.7, "right"], [0.9, 3.1, "left"]]


def asked(*tasks: Mapping[str, Any]) -> list[Any]:
    """Return what `hinge-composer.mjs` answers to tasks, in one process."""
    return run("hinge-composer.mjs", tasks)


def settings(**changes: Any) -> dict[str, Any]:
    """Return what the page gives to a job, for the initial state with these changes."""
    now = HingeComposer(**changes).state
    layer = {name: now[name] for name in ("offset", "slope", "hinges")}
    reach = HingeComposer.slope.facts["high"]
    return {"target": now["target"], "layers": now["layers"], "layer": layer, "reach": reach}


def fit(steps: int | None = None, **changes: Any) -> dict[str, Any]:
    """Return a fit after so many steps, or when it is finished."""
    task = {"task": "fit", "settings": settings(**changes)}
    (found,) = asked(task if steps is None else task | {"steps": steps})
    return found


def pieces(changes: Mapping[str, Any]) -> int:
    """Return how many pieces the page counts in a state."""
    given = settings(**changes)
    (found,) = asked({"task": "pieces", "layer": given["layer"], "layers": given["layers"]})
    return len(found)


def error(loss: float) -> float:
    """Return the root of a mean square, as the page shows it."""
    return loss**0.5


# ---- Formulas
def test_curves_to_follow_are_those_of_numpy() -> None:
    found = asked(*({"task": "target", "name": name, "xs": GRID} for name in CURVES))
    assert set(CURVES) == set(TARGETS)
    for name, values in zip(CURVES, found, strict=True):
        assert_allclose(values, TARGETS[name], atol=1e-7)  # arccos has half the digits at its ends


def network(theta: torch.Tensor, sides: torch.Tensor, layers: int) -> torch.Tensor:
    """Return what the layers make of the grid: theta as the job orders it."""
    offset, slope, (changes, places) = theta[0], theta[1], theta[2:].chunk(2)
    x = torch.tensor(GRID)
    for _ in range(layers):
        x = offset + slope * x + torch.relu(sides * (x[:, None] - places)) @ changes
    return x


def as_theta(changes: Mapping[str, Any]) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the parameters of a state, and the sides of its hinges."""
    now = HingeComposer(**changes).state
    places, slopes, sides = zip(*now["hinges"], strict=True)
    theta = torch.tensor([now["offset"], now["slope"], *slopes, *places], dtype=torch.float64)
    return theta, torch.tensor([1.0 if side == "right" else -1.0 for side in sides]).double()


def descended(changes: Mapping[str, Any], steps: int) -> tuple[np.ndarray, np.ndarray, float]:
    """Return theta, gradient and loss after so many of PyTorch's own steps of Adam."""
    theta, sides = as_theta(changes)
    theta.requires_grad_()
    y = torch.tensor(TARGETS[changes.get("target", "parabola")])
    optimizer = torch.optim.Adam([theta], lr=0.005)
    low, high = torch.full_like(theta, -20), torch.full_like(theta, 20)
    low[2 + len(sides) :], high[2 + len(sides) :] = 0, 1
    for step in range(steps + 1):
        optimizer.zero_grad()
        loss = torch.mean((network(theta, sides, changes.get("layers", 1)) - y) ** 2)
        loss.backward()
        if step < steps:
            optimizer.step()
            with torch.no_grad():
                theta.clamp_(low, high)
    return theta.detach().numpy(), theta.grad.numpy(), loss.item()


@pytest.mark.parametrize("layers", [1, 2, 3])
@pytest.mark.parametrize("target", CURVES)
@pytest.mark.parametrize("steps", [0, 10])
def test_gradient_and_steps_are_those_of_pytorch(layers: int, target: str, steps: int) -> None:
    changes = {"target": target, "layers": layers, "hinges": MORE, "offset": 0.3, "slope": -0.4}
    found, expected = fit(steps, **changes), descended(changes, steps)
    for name, value in zip(("theta", "gradient", "loss"), expected, strict=True):
        # sums of 201 terms in another order, and slopes up to 7 in each layer
        assert_allclose(found[name], value, rtol=1e-10, atol=1e-12, err_msg=name)


def test_who_leaves_the_bounds_is_put_back_onto_them() -> None:
    changes = {"hinges": [[0.0, 1.0, "right"], [1.0, 20.0, "left"]], "offset": -20.0}
    found, expected = fit(40, **changes), descended(changes, 40)
    assert_allclose(found["theta"], expected[0], rtol=1e-10, atol=1e-12)
    assert found["theta"][3:] == [20, 0, 1]


# ---- Pieces
def to_the_right(layer: Mapping[str, Any]) -> dict[str, Any]:
    """Turn all hinges to the right, for max(0, -z) = max(0, z) - z."""
    offset, slope, places, changes = layer["offset"], layer["slope"], [], []
    for place, change, side in layer["hinges"]:
        places.append(place)
        changes.append(change)
        if side == "left":
            offset, slope = offset + change * place, slope - change
    arrays = {"places": np.array(places), "changes": np.array(changes)}
    return {**arrays, "offset": offset, "slope": slope}


def drawn_layer(rng: random.Random) -> dict[str, Any]:
    """Return hinges as a hand might put them: on steps, so that some coincide and some cancel."""
    hinges = [
        [rng.randrange(0, 11) / 10, rng.randrange(-8, 9) / 2, rng.choice(SIDES)]
        for _ in range(rng.randrange(1, 6))
    ]
    return {
        "offset": rng.randrange(-2, 9) / 10,
        "slope": rng.randrange(-8, 9) / 4,
        "hinges": hinges,
    }


def test_ends_of_pieces_are_those_of_python() -> None:
    rng = random.Random(5)
    cases = [(drawn_layer(rng), rng.randrange(1, 4)) for _ in range(300)]
    found = asked(*({"task": "pieces", "layer": layer, "layers": n} for layer, n in cases))
    for (layer, layers), segments in zip(cases, found, strict=True):
        expected = hinge_layers(**to_the_right(layer), layers=layers)
        ends = [segments[0]["x"][0], *(one["x"][1] for one in segments)]
        # a crossing's rounding is divided by the slope of what crosses, here at least 0.25 ** 2
        assert_allclose(ends, expected.x, atol=1e-12, err_msg=str(layer))
        ys = [segments[0]["y"][0], *(one["y"][1] for one in segments)]
        assert_allclose(ys, expected.y, rtol=1e-9, atol=1e-9, err_msg=str(layer))


def test_hinges_that_cancel_but_for_rounding_make_no_piece() -> None:
    hinges = [[0.3, change, "right"] for change in (0.1, 0.2, -0.3)]  # their sum is 5.6e-17
    assert pieces({"slope": 0.0, "hinges": hinges}) == 1


@pytest.mark.parametrize("count", [1, 2, 3, 8])
def test_the_zigzag_has_as_many_pieces_as_hinges_allow(count: int) -> None:
    (layer,) = asked({"task": "zigzag", "count": count})
    HingeComposer(**layer)  # it fits into the state
    tasks = ({"task": "pieces", "layer": layer, "layers": n} for n in range(1, 5))
    assert [len(found) for found in asked(*tasks)] == [(count + 1) ** n for n in range(1, 5)]


# ---- What the texts promise
def test_the_first_try_ends_as_it_says() -> None:
    item = HingeComposer.tries[0]
    first, last, seen = fit(0, **item.state), fit(**item.state), fit(0)
    assert "from 0.36 to 0.019" in item.see
    assert f"{error(first['loss']):.2f}" == "0.36"
    assert f"{error(last['loss']):.3f}" == "0.019"
    assert error(last["loss"]) < 0.5 * error(seen["loss"])  # the hinges that one saw first
    assert last["finished"]
    places = last["theta"][5:]
    assert places[0] > max(places[1:])  # hinge 1 passes both others
    assert pieces(item.state) == 4


def test_the_second_try_ends_as_it_says() -> None:
    item = HingeComposer.tries[1]
    (first, second) = item.state["hinges"]
    apart = {**item.state, "hinges": [first, [0.6, *second[1:]]]}
    assert (pieces(item.state), pieces(apart)) == (1, 3)
    assert "from 0.68 to 0.022" in item.see
    assert f"{error(fit(0, **item.state)['loss']):.2f}" == "0.68"
    assert f"{error(fit(0, **apart)['loss']):.3f}" == "0.022"


def test_the_third_try_ends_as_it_says() -> None:
    state = HingeComposer.tries[2].state
    assert [pieces({**state, "layers": n}) for n in (1, 2, 3, 4)] == [3, 9, 27, 81]
    most = pieces({"hinges": [[k / 7, (-1.0) ** k, "right"] for k in range(1, 7)], "slope": 0.0})
    assert most == 7  # of 6 ReLUs in one layer
    middle = fit(0, **state | {"target": "parabola"})["theta"]  # offset, slope, slopes, places
    assert middle[1] + middle[2] < 0 < middle[1]  # the second column runs down: mirrored


def moved(layer: Mapping[str, Any], rng: random.Random) -> dict[str, Any]:
    """Return hinges a little beside these: no promise may hang on the last digit of a start."""
    hinges = [
        [place + rng.uniform(-0.03, 0.03), slope * rng.uniform(0.75, 1.25), side]
        for place, slope, side in layer["hinges"]
    ]
    return {**layer, "hinges": hinges}


def trained(counts: tuple[int, ...], starts: int) -> dict[str, dict[int, list[float]]]:
    """Return the errors of each curve, after training so many hinges from flat starts."""
    rng = random.Random(7)
    flat = dict(zip(counts, asked(*({"task": "flat", "count": n} for n in counts)), strict=True))
    found: dict[str, dict[int, list[float]]] = {}
    for target in CURVES:
        found[target] = {}
        for count, layer in flat.items():
            layers = [layer, *(moved(layer, rng) for _ in range(starts - 1))]
            tasks = [{"task": "fit", "settings": settings(target=target, **one)} for one in layers]
            found[target][count] = [error(one["loss"]) for one in asked(*tasks)]
    return found


def test_from_a_flat_start_more_hinges_learn_every_curve_better() -> None:
    for target, errors in trained((3, 8), 4).items():
        assert max(errors[8]) < min(errors[3]), target
        assert np.median(errors[8]) < 0.5 * np.median(errors[3]), target
        if target != "zigzag":  # whose eight pieces take seven hinges
            assert max(errors[8]) < 0.03, target


@pytest.mark.audit
def test_it_is_so_from_twenty_flat_starts() -> None:
    for target, errors in trained((2, 3, 5, 8), 20).items():
        for count, found in errors.items():
            print(f"{target}, {count} hinges: error {min(found):.3f} to {max(found):.3f}")
        assert np.quantile(errors[8], 0.9) < 0.5 * np.median(errors[3]), target


@pytest.mark.parametrize(
    ("layers", "steps", "target", "expected"),
    [
        (1, 0, True, "2 hinges on a line make 3 pieces, 0.125 off the sine (root mean square)."),
        (1, 0, False, "2 hinges on a line make 3 pieces."),
        (
            2,
            0,
            False,
            "2 layers of 2 hinges on a line make 3 pieces (6 ReLUs in one layer: at most 7).",
        ),
        (
            2,
            1,
            True,
            "After 1 step, 2 layers of 2 hinges on a line make 3 pieces, 0.125 off the sine.",
        ),
        (1, 9, True, "After 9 steps, 2 hinges on a line make 3 pieces, 0.125 off the sine."),
    ],
)
def test_the_readout_is_a_sentence(layers: int, steps: int, target: bool, expected: str) -> None:
    hinges = [[0.1, 1.0, "right"], [0.9, 1.0, "left"]]
    view = {"layer": {"hinges": hinges}, "layers": layers, "last": [0, 0, 0], "name": "sine"}
    view |= {"error": 0.125, "target": [0] if target else None}
    (parts,) = asked({"task": "said", "view": view, "steps": steps})
    assert "".join(parts) == expected
    assert parts[1] == "3 pieces"  # every second part is bold


def test_hinges_that_act_nowhere_are_called_dead() -> None:
    hinges = [[0.0, 1.0, "left"], [1.0, 1.0, "right"], [0.5, 1.0, "left"]]
    view = {"layer": {"hinges": hinges}, "layers": 1, "last": [0, 0]}
    (parts,) = asked({"task": "said", "view": view, "steps": 0})
    assert "".join(parts) == (
        "3 hinges (2 dead) on a line make 2 pieces. "
        "A dead hinge acts nowhere from 0 to 1, so no step of training moves it."
    )
    for row, gradient in zip(hinges, fit(0, hinges=hinges)["gradient"][2:5], strict=True):
        assert (gradient == 0) == (row[0] != 0.5)


# ---- The state
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"hinges": []}, "hinges must be 1 to 8 rows"),
        ({"hinges": [[0.5, 1.0, "right"]] * 9}, "hinges must be 1 to 8 rows"),
        ({"hinges": [[1.5, 1.0, "right"]]}, "Place: a number from 0.0 to 1.0"),
        ({"hinges": [[0.5, 1.0, "up"]]}, "Side: one of right, left"),
        ({"layers": 5}, "layers must be a whole number from 1 to 4"),
        ({"target": "cosine"}, "target must be one of parabola, sine, step, zigzag, none"),
        ({"offset": float("nan")}, "offset must be a number from -20.0 to 20.0"),
    ],
)
def test_states_that_make_no_sense_are_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        HingeComposer(**changes)


# ---- In a browser
ONE_LAYER = "#lab-hinge-composer?hinges=0.4,2,right"


def press(page: Page, name: str, *keys: str) -> list[Any]:
    """Press keys on a handle and return the first hinge, as the state then has it."""
    handle = page.get_by_role("slider", name=name)
    for key in keys:
        handle.press(key)
    drawn(page)
    return state(page)["hinges"][0]


def drag(page: Page, name: str, right: float, down: float) -> None:
    """Drag a handle by so many pixels."""
    box = page.get_by_role("slider", name=name).bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + right, y + down, steps=3)
    page.mouse.up()
    drawn(page)


def test_a_hinge_is_moved_bent_and_turned_by_keys(open_lab: LabOpener) -> None:
    page = open_lab("hinge-composer", ONE_LAYER)
    assert press(page, "Hinge 1, place", "ArrowRight", "PageUp") == [0.51, 2, "right"]
    assert press(page, "Hinge 1, place", "Enter") == [0.51, 2, "left"]
    expect(page.locator(".rc-picture")).to_contain_text("hinge 1: 2.0 · max(0, 0.51 − x)")
    spoken = page.get_by_role("slider", name="Hinge 1, place").get_attribute("aria-valuetext")
    assert spoken == (
        "at 0.51, acts to the left, changes the slope by 2.0; Enter turns it to the other side"
    )
    assert press(page, "Hinge 1, place", " ") == [0.51, 2, "right"]
    assert press(page, "Hinge 1, change of slope", "ArrowDown") == [0.51, 1.9, "right"]
    page.get_by_role("button", name="Turn hinge 1").press("Enter")
    assert state(page)["hinges"] == [[0.51, 1.9, "left"]]


def test_the_curve_follows_the_mouse_that_drags_an_arm_or_an_end(open_lab: LabOpener) -> None:
    page = open_lab("hinge-composer", ONE_LAYER)
    for name in ("Hinge 1, change of slope", "Left end, lifts", "Right end, tilts"):
        handle = page.get_by_role("slider", name=name)
        before, was = handle.bounding_box(), state(page)
        drag(page, name, 0, 20)
        after = handle.bounding_box()
        # a step of the slope, 0.1, moves the end of an arm by 0.015 of 162 px, so 2.4 px
        assert abs(after["y"] - before["y"] - 20) < 3, name
        assert state(page) != was
    drag(page, "Hinge 1, place", 100, 0)
    assert state(page)["hinges"][0][0] == pytest.approx(0.4 + 100 / 624, abs=0.006)


def test_the_number_of_hinges_has_a_slider(open_lab: LabOpener) -> None:
    page = open_lab("hinge-composer", ONE_LAYER)
    count = page.get_by_role("slider", name="Hinges")
    count.press("ArrowRight")
    drawn(page)
    assert state(page)["hinges"] == [[0.4, 2, "right"], [0.7, -0.3, "right"]]  # in the widest gap
    expect(page.get_by_role("button", name="Turn hinge 2")).to_be_visible()
    count.press("Home")
    drawn(page)
    assert state(page)["hinges"] == [[0.4, 2, "right"]]
    expect(page.get_by_role("button", name="Turn hinge 1")).to_be_visible()


def test_the_zigzag_is_for_several_layers(open_lab: LabOpener) -> None:
    page = open_lab("hinge-composer")
    zigzag = page.get_by_role("button", name="Zigzag")
    expect(zigzag).to_be_hidden()
    page.get_by_role("slider", name="Layers").press("ArrowRight")
    zigzag.click()
    drawn(page)
    expect(page.locator(".rc-readout")).to_contain_text("3 hinges on a line make 16 pieces")
    assert [row[:2] for row in state(page)["hinges"]] == [[0.25, -8], [0.5, 8], [0.75, -8]]


def test_training_walks_to_the_end_and_leaves_the_hinges_in_the_state(open_lab: LabOpener) -> None:
    page = open_lab("hinge-composer")
    page.get_by_role("button", name="Let gradient descent").click()
    page.get_by_role("button", name="Train").click()
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    expect(page.locator(".rc-readout")).to_contain_text("After 6000 steps", timeout=60_000)
    expect(page.get_by_role("button", name="Train again")).to_be_visible()
    expect(page.get_by_role("button", name="Step")).to_be_disabled()  # there is no next one
    offset, slope, *rest = fit(**HingeComposer.tries[0].state)["theta"]
    found = state(page)
    hinges = [[place, change, "right"] for change, place in zip(rest[:3], rest[3:], strict=True)]
    assert [found["offset"], found["slope"]] == pytest.approx([offset, slope], abs=1e-4)  # rounded
    for row, expected in zip(found["hinges"], hinges, strict=True):
        assert row[:2] == pytest.approx(expected[:2], abs=1e-4)


def test_a_finished_training_starts_again_where_it_began(open_lab: LabOpener) -> None:
    page = open_lab("hinge-composer")
    page.get_by_role("button", name="Train").click()
    expect(page.locator(".rc-readout")).to_contain_text("After 6000 steps", timeout=60_000)
    end = state(page)
    page.get_by_role("button", name="Train again").click()
    expect(page.locator(".rc-readout")).not_to_contain_text("After 6000 steps")
    expect(page.locator(".rc-readout")).to_contain_text("After 6000 steps", timeout=60_000)
    assert state(page) == end


def test_a_step_after_a_stop_goes_on_with_the_same_adam(open_lab: LabOpener) -> None:
    page = open_lab("hinge-composer")
    page.get_by_role("button", name="Train").click()
    expect(page.locator(".rc-readout")).to_contain_text("After")
    page.get_by_role("button", name="Stop").click()
    page.wait_for_timeout(300)
    taken = int(page.locator(".rc-readout").inner_text().split()[1])
    page.get_by_role("button", name="Step").click()
    expect(page.locator(".rc-readout")).to_contain_text(f"After {taken + 1} steps")
    assert state(page)["offset"] == pytest.approx(fit(taken + 1)["theta"][0], abs=1e-4)  # rounded


def test_another_curve_begins_with_hinges_that_can_learn_it(open_lab: LabOpener) -> None:
    page = open_lab("hinge-composer")
    page.get_by_label("Curve to follow").select_option("sine")
    drawn(page)
    three, eight = asked(*({"task": "flat", "count": count} for count in (3, 8)))
    assert state(page) == HingeComposer(target="sine", **three).state
    page.get_by_role("slider", name="Hinges").press("End")
    drawn(page)
    assert state(page) == HingeComposer(target="sine", **eight).state
    page.get_by_role("slider", name="Layers").press("ArrowRight")
    page.get_by_role("button", name="Zigzag").click()
    folded = state(page)
    page.get_by_label("Curve to follow").select_option("zigzag")
    drawn(page)
    assert state(page) == folded | {"target": "zigzag"}  # folds are kept


def test_reset_ends_a_training_and_lets_go_of_the_hinge(open_lab: LabOpener) -> None:
    page = open_lab("hinge-composer")
    page.get_by_role("slider", name="Hinge 3, place").focus()
    expect(page.get_by_role("button", name="Turn hinge 3")).to_be_visible()
    page.get_by_role("button", name="Train").click()
    expect(page.locator(".rc-readout")).to_contain_text("After")
    page.get_by_role("button", name="Reset").click()
    drawn(page)
    expect(page.get_by_role("button", name="Turn hinge 2")).to_be_visible()
    expect(page.get_by_role("button", name="Train")).to_be_visible()
    expect(page.locator(".rc-readout")).not_to_contain_text("After")
    assert state(page) == HingeComposer().state


def test_a_line_that_leaves_the_plot_is_fitted_when_the_hand_lets_go(open_lab: LabOpener) -> None:
    page = open_lab("hinge-composer")
    left = page.get_by_role("slider", name="Left end, lifts")
    box = left.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    axis = page.locator(".rc-picture svg")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y - 100, steps=3)
    drawn(page)
    expect(axis.get_by_text("1.5", exact=True)).to_have_count(0)  # the axis stays under the hand
    held = left.bounding_box()["y"] + box["height"] / 2
    page.mouse.up()
    drawn(page)
    ys = [
        page.get_by_role("slider", name=name).bounding_box()["y"]
        for name in ("Left end", "Hinge 1, place", "Hinge 2, place", "Right end")
    ]
    assert len({round(one) for one in ys}) > 2, "they are not piled up"
    assert left.bounding_box()["y"] + box["height"] / 2 > held  # there is room above it


def test_a_hand_on_a_hinge_ends_the_training(open_lab: LabOpener) -> None:
    page = open_lab("hinge-composer")
    page.get_by_role("button", name="Train").click()
    expect(page.locator(".rc-readout")).to_contain_text("After")
    press(page, "Hinge 1, place", "Home")
    expect(page.get_by_role("button", name="Train")).to_be_visible()
    expect(page.locator(".rc-readout")).not_to_contain_text("After")
    assert state(page)["hinges"][0][0] == 0


def test_a_step_is_one_step(open_lab: LabOpener) -> None:
    page = open_lab("hinge-composer")
    page.get_by_role("button", name="Step").click()
    expect(page.locator(".rc-readout")).to_contain_text("After 1 step,")
    page.get_by_role("button", name="Step").click()
    expect(page.locator(".rc-readout")).to_contain_text("After 2 steps,")
    moved = fit(2)["theta"]
    assert state(page)["offset"] == pytest.approx(moved[0], abs=1e-4)  # the state is rounded
    page.get_by_label("Curve to follow").select_option("none")
    drawn(page)
    expect(page.get_by_role("button", name="Step")).to_be_disabled()
    expect(page.get_by_role("button", name="Train")).to_be_disabled()
