"""The lab on initialization: its theory, its networks, its words, and what the hand can move."""

import math
from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from playwright.sync_api import Page

from lab_pages import LabOpener, drawn, led_to, start, state
from labs_node import run
from rectified.activations import ELEMENTWISE
from rectified.experiments import signal_propagation
from rectified.initializers import normal, variance_scaling, zeros
from rectified.labs import Initialization
from rectified.labs.controls import StateError
from rectified.moments import chi, critical_weight_variance, variance_map

SLUG = Initialization.slug
UNITS = 1024  # of a layer of all networks
SURE = 4.5  # standard errors: by chance alone a mean of normals is outside once in 150 000 times


def asked(*tasks: Mapping[str, Any]) -> list[Any]:
    """Return what `initialization.mjs` answers to tasks, in one process."""
    return run("initialization.mjs", tasks)


def sampled(*wanted: Mapping[str, Any], **settings: Any) -> list[dict[str, Any]]:
    """Return what networks of these settings show for each wish."""
    return seen(*((settings, one) for one in wanted))


def seen(*pairs: tuple[Mapping[str, Any], Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return what networks show, for pairs of settings and wish."""
    usual = {"activation": "relu", "width": 64, "depth": 10, "seed": 0}
    plain = {"gain": 1.0, "biasStd": 0.0, "layer": 1, "reach": 4.0}
    tasks = [
        {"task": "sampled", "settings": usual | dict(settings), "wanted": plain | dict(wish)}
        for settings, wish in pairs
    ]
    found = asked(*tasks)
    for one in found:
        one["meanSquare"] = np.array(one["meanSquare"], float)
    return found


# ---- theory
NETWORK = {"gain": 0.9, "biasStd": 0.2, "depth": 12}


@cache
def theories() -> dict[str, Any]:
    tasks = [{"task": "theory", "name": name, "network": NETWORK} for name in ELEMENTWISE]
    return dict(zip(ELEMENTWISE, asked(*tasks), strict=True))


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_lines_of_theory_are_those_of_the_moments(name: str) -> None:
    f, weight_variance, bias_variance = ELEMENTWISE[name], 0.9**2, 0.2**2
    variances = {"weight_variance": weight_variance, "bias_variance": bias_variance}
    q = [weight_variance + bias_variance]
    for _ in range(11):
        q.append(float(variance_map(f, q[-1], **variances)))
    chis = [chi(f, one, weight_variance=weight_variance) for one in q[:-1]]
    # a relative error doubles in each layer of squared_relu, where q is at most squared
    assert_allclose(np.array(theories()[name]["q"], float), q, rtol=2**11 * 2e-11)
    gradient = np.append(np.cumprod(chis[::-1])[::-1], 1.0)
    assert_allclose(np.array(theories()[name]["gradient"], float), gradient, rtol=1e-6)


BIASES = (0.0, 0.3)
WITH_BIAS = {"tanh", "elu", "relu6", "relu"}  # the book takes a second for each


@cache
def views() -> dict[tuple[str, float], Any]:
    keys = [(name, bias) for name in ELEMENTWISE for bias in BIASES]
    states = [start(SLUG) | {"activation": name, "bias_std": bias} for name, bias in keys]
    answers = asked(*({"task": "view", "state": one} for one in states))
    return dict(zip(keys, answers, strict=True))


def test_the_critical_gain_is_the_books_wherever_the_lab_names_one() -> None:
    named = {key: one["critical"] for key, one in views().items() if one["critical"] != "none"}
    for (name, bias), gain in named.items():
        if bias and name not in WITH_BIAS:
            continue
        f = ELEMENTWISE[name]
        if name in LINES:  # chi is the same for each q, with and without a bias
            exact = 1 / chi(f, 1.0, weight_variance=1.0)
        else:
            exact = critical_weight_variance(f, bias_variance=bias**2)
        assert gain == float(f"{math.sqrt(exact):.4g}"), (name, bias)
    without_bias = {name for name, bias in named if bias == 0}
    assert {name for name, bias in named if bias > 0} >= LINES
    assert set(ELEMENTWISE) - without_bias == ESCAPED | {"step", "softplus", "squared_relu"}


LINES = {"identity", "relu", "leaky_relu", "prelu", "rrelu"}
ESCAPED = {"gelu", "gelu_tanh", "silu", "hard_swish", "mish"}


def test_where_no_gain_is_named_deep_signals_leave_the_books() -> None:
    # At the book's critical gain chi is 1 at q = 0. There signals of this lab never are.
    for name in sorted(ESCAPED):
        f = ELEMENTWISE[name]
        variance = critical_weight_variance(f, bias_variance=0.0)
        q = variance
        for _ in range(60):
            q = float(variance_map(f, q, weight_variance=variance, bias_variance=0.0))
        assert chi(f, q, weight_variance=variance) > 1.1, name


def test_factors_of_the_dial_are_those_of_the_last_layer() -> None:
    for (name, bias), shown in views().items():
        variances = {"weight_variance": 1.0, "bias_variance": bias**2}
        q = [1 + bias**2]
        while len(q) < 30 and 0 < q[-1] < 1e70:
            q.append(float(variance_map(ELEMENTWISE[name], q[-1], **variances)))
        if len(q) < 30:
            assert name == "squared_relu"  # the ratio of two numbers that no double holds
            continue
        last = {
            "signal": q[-1] / q[-2],
            "gradient": chi(ELEMENTWISE[name], q[-2], weight_variance=1),
        }
        # lines between four knots a decade; 1 % is half a pixel
        assert shown["factors"] == pytest.approx(last, rel=0.01, abs=1e-12), (name, bias)


# ---- networks
def test_signals_are_numpys_for_the_same_weights() -> None:
    rng = np.random.default_rng(0)
    w, b = rng.normal(0, 1 / math.sqrt(12), (6, 12, 12)), rng.standard_normal((6, 12))
    network = {"weights": w.reshape(6, -1), "biases": b}
    scales = {"gain": 1.4, "biasStd": 0.3}
    tasks = [
        {"task": "forward", "name": name, "network": network, "scales": scales}
        for name in ELEMENTWISE
    ]
    for (name, f), found in zip(ELEMENTWISE.items(), asked(*tasks), strict=True):
        h = np.ones(12)
        for layer in range(6):
            z = 1.4 * h @ w[layer] + 0.3 * b[layer]
            h = f(z)
            # sums of twelve products in another order, six layers deep
            assert_allclose(found[layer], z, rtol=1e-9, atol=1e-9, err_msg=name)


@pytest.mark.parametrize(("name", "gain", "bias_std"), [("relu", 1.41, 0.0), ("tanh", 2.0, 0.4)])
@pytest.mark.parametrize("width", [8, 64])
def test_networks_are_distributed_as_those_of_the_experiments(
    name: str, gain: float, bias_std: float, width: int
) -> None:
    wish = {"gain": gain, "biasStd": bias_std}
    settings = [{"activation": name, "width": width, "seed": seed} for seed in range(3)]
    ours = seen(*((one, wish) for one in settings))
    theirs = signal_propagation(
        ELEMENTWISE[name],
        weights=variance_scaling(gain**2, "fan_in", "normal"),
        biases=normal(bias_std) if bias_std else zeros,
        seeds=range(3 * UNITS // width),
        depth=10,
        width=width,
        inputs=np.ones((2, width)),  # the lab's input, as a pair
    )
    # in the fourth root the long tail of narrow networks counts less, and 0 is a number
    left, right = (
        np.asarray(one) ** 0.25
        for one in (np.vstack([each["meanSquare"] for each in ours]), theirs.mean_square_z)
    )
    assert left.shape == right.shape
    error = np.sqrt((left.var(axis=0) + right.var(axis=0)) / len(left))
    assert (abs(left.mean(axis=0) - right.mean(axis=0)) <= SURE * error).all()
    # the standard error of a variance, from the fourth moment
    spread = [(one - one.mean(axis=0)) ** 2 for one in (left, right)]
    error = np.sqrt(sum(one.var(axis=0) for one in spread) / len(left))
    assert (abs(spread[0].mean(axis=0) - spread[1].mean(axis=0)) <= SURE * error).all()


def test_a_seed_keeps_its_network_and_deeper_ones_begin_with_it() -> None:
    kinds = [{}, {}, {"seed": 1}, {"depth": 14}]
    first, again, other, deeper = (one["meanSquare"] for one in seen(*((k, {}) for k in kinds)))
    assert_array_equal(first, again)
    assert first.shape == (UNITS // 64, 10)
    assert (first != other).all()
    assert_array_equal(deeper[:, :10], first)


def test_a_gain_scales_the_same_weights() -> None:
    plain, doubled = sampled({}, {"gain": 2.0})
    factors = 4.0 ** np.arange(1, 11)  # powers of 2 are exact
    assert_array_equal(doubled["meanSquare"], plain["meanSquare"] * factors)


@pytest.mark.parametrize("width", [4, 100, 256])
def test_a_histogram_counts_the_units_of_its_layer(width: int) -> None:
    (found, far) = sampled({"layer": 3, "reach": 0.5}, {"layer": 3, "reach": 1e3}, width=width)
    assert found["units"] == far["units"] == UNITS // width * width
    density = np.array([one["density"] for one in (found, far)])
    inside = density.mean(axis=1) * 2  # bins from -1 to 1
    assert inside[0] < 0.9
    assert inside[1] == pytest.approx(1, rel=1e-12)  # a thousand additions
    middle = density.shape[1] // 2
    assert density[1, middle] == pytest.approx(density.shape[1] / 2)


def test_the_first_layer_is_normal_and_a_narrow_network_no_longer_in_the_tenth() -> None:
    (first,) = sampled({"layer": 1, "reach": 4.0}, activation="tanh", width=256)
    density = np.array(first["density"])
    edges = np.linspace(-4, 4, density.size + 1)
    share = np.array([math.erf(edge / math.sqrt(2)) / 2 for edge in edges])
    expected = np.diff(share) * UNITS
    counts = density * 2 / density.size * UNITS
    assert (abs(counts - expected) <= SURE * np.sqrt(expected) + 1).all()
    (narrow,) = sampled({"layer": 10, "gain": math.sqrt(2), "reach": 4 * math.sqrt(2)}, width=4)
    assert max(narrow["density"]) > 3 * density.max()


def test_what_no_number_holds_is_infinite_or_zero() -> None:
    large, small = sampled(
        {"gain": 16.0, "layer": 50, "reach": math.inf},
        {"gain": 0.25, "layer": 50, "reach": 0.0},
        activation="squared_relu",
        depth=50,
    )
    assert (large["meanSquare"][:, -1] == math.inf).all()
    assert (small["meanSquare"][:, -1] == 0).all()
    assert not np.isnan(large["meanSquare"]).any()
    assert not np.isnan([*large["density"], *small["density"]]).any()


# ---- words
def theory_of(number: int) -> dict[str, np.ndarray]:
    """Return what theory says of the state of a try."""
    own = led_to(SLUG, number)
    network = {"gain": own["gain"], "biasStd": own["bias_std"], "depth": own["depth"]}
    (found,) = asked({"task": "theory", "name": own["activation"], "network": network})
    return {name: np.array(values, float) for name, values in found.items()}


def test_at_the_critical_gain_of_relu_nothing_changes_in_fifty_layers() -> None:
    found = theory_of(0)
    assert found["q"].size == 50
    assert_allclose(found["q"], 2, rtol=1e-12)  # roundings of fifty layers
    assert_allclose(found["gradient"], 1, rtol=1e-12)


def test_networks_of_64_units_drift_below_the_critical_line() -> None:
    own = led_to(SLUG, 0)
    assert (own["width"], own["depth"]) == (64, 50)
    assert "in layer 50 their median is near 0.3" in Initialization.tries[0].see
    wish = {"gain": own["gain"], "layer": 50}
    found = seen(*(({"depth": 50, "seed": seed}, wish) for seed in range(20)))
    ends = np.concatenate([one["meanSquare"][:, -1] for one in found])
    low, high = np.quantile(ends, 0.5 + SURE * 0.5 / math.sqrt(ends.size) * np.array([-1, 1]))
    assert 0.2 < np.median(ends) < 0.45
    assert 0.1 < low < 0.3 < high < 0.9  # between these all but surely is that of all networks


def test_at_gain_three_tanh_holds_signals_and_lets_gradients_grow() -> None:
    found = theory_of(1)
    assert found["q"][0] == 9
    assert (abs(found["q"][2:] - 6) < 0.5).all()
    assert 5e7 < found["gradient"][0] < 6e7


def test_more_than_nine_in_ten_narrow_networks_are_dead_at_the_end() -> None:
    assert_allclose(theory_of(2)["q"], 2, rtol=1e-12)
    own = led_to(SLUG, 2)
    settings = [{"width": own["width"], "depth": 50, "seed": seed} for seed in range(10)]
    found = seen(*((one, {"gain": own["gain"], "layer": 50}) for one in settings))
    dead = [one["meanSquare"][:, -1] == 0 for one in found]
    # of 4 units all are off in a layer with probability 1/16
    assert np.mean(dead) == pytest.approx(1 - (15 / 16) ** 49, abs=SURE * math.sqrt(0.04 / 2560))
    assert min(np.mean(one) for one in dead) > 0.9


def said(*states: Mapping[str, Any]) -> list[str]:
    """Return the readouts of states; what is not given is as at the start."""
    tasks = [{"task": "readout", "state": start(SLUG) | dict(one)} for one in states]
    found = asked(*tasks)
    assert all(len(parts) % 2 == 1 for parts in found)
    return ["".join(parts) for parts in found]


def test_the_readout_gives_sizes_phase_and_critical_gain() -> None:
    tries = (led_to(SLUG, number) for number in range(3))
    found = said({}, *tries, {"activation": "sigmoid", "gain": 3.0}, {"gain": 0.25})
    parts = [
        ["from 1 in layer 1 to 1.9 × 10⁻⁹ in layer 30", "by 0.5: ordered", "ReLU is 1.414."],
        ["from 2 in layer 1 to 2 in layer 50", "multiplied by 1.", "by 1: critical."],
        ["from 9 in layer 1 to 6.3 in", "multiplied by 5.3 × 10⁷.", "chaotic", "tanh is 1."],
        ["from 2 in layer 1 to 2 in", "(the median of 256 networks: 0, and 2", "of them end at 0)"],
        ["multiplied by 1.5 × 10⁻¹⁶", "ordered", "sigmoid is 10.15."],
        ["variances by 0.0313, and squared gradients by 0.0313"],  # 1/32 both
    ]
    for text, expected in zip(found, parts, strict=True):
        for part in expected:
            assert part in text


def test_the_median_and_the_zeros_are_those_of_the_networks() -> None:
    own = led_to(SLUG, 2)
    (narrow, wide) = said(own, led_to(SLUG, 0))
    wish = {"gain": own["gain"], "layer": 50}
    ends = [
        one["meanSquare"][:, -1]
        for one in seen(*(({"depth": 50, "width": width}, wish) for width in (4, 64)))
    ]
    assert f"and {np.sum(ends[0] == 0)} of them end at 0" in narrow
    assert f"(the median of 16 networks: {np.median(ends[1]):.2g})" in wide


def test_no_phase_is_named_where_gradients_and_differences_part() -> None:
    (found,) = said({"activation": "step"})
    assert not any(name in found for name in ("ordered", "chaotic", "critical:"))
    # what a wide layer of steps makes of a correlation: near inputs part, while slopes are 0
    for correlation in (0.9, 0.99, 0.999):
        assert 1 / 2 + math.asin(correlation) / math.pi < correlation
    assert "squared gradients by 0." in found


def test_sizes_that_no_number_holds_are_not_called_infinite() -> None:
    deep = {"activation": "squared_relu", "depth": 50}
    large, small = said(deep | {"gain": 16.0}, deep | {"gain": 0.25})
    assert "to more than numbers can hold in layer 50" in large
    assert "to less than numbers can hold in layer 50" in small
    assert "∞" not in large + small


# ---- Python
@pytest.mark.parametrize(
    ("name", "value", "right"),
    [
        ("activation", "softmax", "activation must be one of identity, step"),
        ("gain", 0.2, "gain must be a number from 0.25 to 16"),
        ("bias_std", -0.1, "bias_std must be a number from 0 to 1"),
        ("depth", 1, "depth must be a whole number from 2 to 50"),
        ("width", 300, "width must be a whole number from 4 to 256"),
        ("layer", 2.5, "layer must be a whole number from 1 to 50"),
    ],
)
def test_a_value_that_no_network_has_is_refused(name: str, value: Any, right: str) -> None:
    with pytest.raises(StateError, match=right):
        Initialization(**{name: value})


def test_widths_double_from_step_to_step() -> None:
    entry = Initialization.schema()["width"]
    (found,) = run("state.mjs", [{"task": "slider", "entry": entry}])
    assert found["values"] == [4, 8, 16, 32, 64, 128, 256]


def test_the_poster_says_what_the_three_gains_do() -> None:
    poster = Initialization().poster()
    notes = [text.get_text() for text in poster.drawing.axes[0].texts]
    assert notes == ["gain 2 explodes", "gain 1.41 survives", "gain 1 vanishes"]
    assert poster.message.startswith("After 30 layers of ReLU the variance is 10⁹ at gain 2")


# ---- hands
def drag(page: Page, label: str, x: float) -> None:
    """Drag a handle that far to the right, in three moves."""
    handle = page.get_by_role("slider", name=label)
    box = handle.bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.move(middle[0] + x, middle[1], steps=3)
    page.mouse.up()
    drawn(page)


def test_the_gain_is_dragged_through_its_critical_value(open_lab: LabOpener) -> None:
    page = open_lab(SLUG)
    drag(page, "Gain", 22)  # 24 pixels: near enough for the magnet
    assert state(page)["gain"] == 1.414
    assert "critical. The" in page.locator(".rc-readout").inner_text()
    handle = page.get_by_role("slider", name="Gain")
    for key, gain in (("ArrowRight", 1.42), ("ArrowLeft", 1.414), ("ArrowLeft", 1.4)):
        handle.press(key)
        assert state(page)["gain"] == gain
    drag(page, "Gain", 60)
    assert state(page)["gain"] > 3
    drawn(page)
    assert "chaotic" in page.locator(".rc-readout").inner_text()


def test_the_histogram_is_that_of_the_layer_under_the_handle(open_lab: LabOpener) -> None:
    page = open_lab(SLUG)
    drag(page, "Layer", 100)
    layer = state(page)["layer"]
    assert 12 < layer < 18
    assert page.get_by_text(f"z in layer {layer}").count() == 1
    page.get_by_role("slider", name="Layer").press("End")
    assert state(page)["layer"] == start(SLUG)["depth"]
    page.get_by_role("slider", name="Depth").press("Home")
    drawn(page)
    assert page.get_by_text("z in layer 2").count() == 1


def test_new_weights_are_other_networks_under_the_same_theory(open_lab: LabOpener) -> None:
    page = open_lab(SLUG)
    paths = ".rc-picture path[stroke-opacity], .rc-picture path[stroke-width='2.5']"
    page.get_by_text("dots: 8 of 16 networks").wait_for()
    before = page.locator(paths).evaluate_all("(all) => all.map((e) => e.getAttribute('d'))")
    page.get_by_role("button", name="New weights").click()
    changed = """([paths, dots]) =>
      document.querySelector(paths).getAttribute("d") !== dots"""
    page.wait_for_function(changed, arg=[paths, before[0]])
    after = page.locator(paths).evaluate_all("(all) => all.map((e) => e.getAttribute('d'))")
    assert after[0] != before[0]
    assert after[1:3] == before[1:3]  # signals in both plots; the bell's scale follows its bars
    assert state(page)["seed"] == 1


@pytest.mark.parametrize(("gain", "size"), [(0.25, "less"), (16, "more")])
def test_what_no_number_holds_is_drawn_without_a_complaint(
    open_lab: LabOpener, gain: float, size: str
) -> None:
    page = open_lab(SLUG)
    query = f"activation=squared_relu&depth=50&layer=50&gain={gain}"
    page.evaluate(f"location.hash = 'lab-{SLUG}?{query}'")
    page.locator("svg").get_by_text(f"{size} than numbers can hold", exact=True).wait_for()
    drawings = page.locator(".rc-picture path").evaluate_all("(all) => all.map((e) => e.outerHTML)")
    assert len(drawings) > 8
    assert not [one for one in drawings if "NaN" in one or "Infinity" in one]
