"""The activation explorer: its curves and numbers against the book's, its words, its handles."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose
from playwright.sync_api import Locator, Page
from scipy import stats

from lab_pages import LabOpener, drawn, state
from labs_node import run
from rectified import activations
from rectified.activations import ALL, ELEMENTWISE, VECTOR, gelu, relu, tanh
from rectified.figures.style import ROLES
from rectified.labs.activation_explorer import ActivationExplorer
from rectified.labs.controls import StateError
from rectified.moments import expectation, moments

SLUG = ActivationExplorer.slug
Z = np.concatenate([np.linspace(-6, 6, 241), [-0.013, 0.017]])  # kinks are among them
# Two exponentials and their sum; as in test_labs_formulas
DIGITS = 3e-13
# As in test_labs_moments: the quadrature's, of the root of the mean square
MOMENT = 2e-11
# As in test_labs_outcome: panels in which f is taken for a line, quantiles at the ends of bins
MASS = 1e-5
OTHERS = {"softmax": 2, "crelu": 0}  # units that are held; of all others it is one
OUTPUTS = {"crelu": 2}
GATES = {"glu": "sigmoid", "reglu": "relu", "geglu": "gelu", "swiglu": "silu"}


def pictured(states: Sequence[Mapping[str, Any]], z: np.ndarray = Z) -> list[dict[str, Any]]:
    """Return what the picture is made of for each state; what is not given is as at the start."""
    whole = [ActivationExplorer(**one).state for one in states]
    return run("activation-explorer.mjs", [{"state": one, "z": z} for one in whole])


def along(name: str, held: float, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the outputs of a layer (outputs, z) and their slopes by the unit that moves."""
    f, outputs, moves = VECTOR[name], OUTPUTS.get(name, 1), int(name in GATES)
    layer = np.full((z.size, 1 + OTHERS.get(name, 1)), held)
    layer[:, moves] = z
    slopes = []
    for output in range(outputs):
        grad = np.zeros_like(f(layer))
        grad[:, output] = 1.0
        slopes.append(f.vjp(layer, grad)[:, moves])
    return f(layer)[:, :outputs].T, np.array(slopes)


# ---- The state
def test_sliders_are_those_that_the_formulas_offer() -> None:
    (tables,) = run("formulas.mjs", [{"task": "tables"}])
    schema = ActivationExplorer.schema()
    facts = ("initial", "low", "high", "step")
    for name, entry in tables["elementwise"]:
        for key, offered in entry["parameters"].items():
            ours = schema.get(f"{name}_{key}", schema.get(key))
            assert {fact: ours[fact] for fact in facts} == offered, (name, key)


def test_every_entry_of_the_table_can_be_chosen_three_times() -> None:
    options = [name for name, _ in ActivationExplorer.schema()["first"]["options"]]
    assert options == list(ALL)
    for slot in ("second", "third"):
        assert [name for name, _ in ActivationExplorer.schema()[slot]["options"]] == [
            "none",
            *ALL,
        ]


def test_python_reads_and_sets_the_state() -> None:
    lab = ActivationExplorer(first="leaky_relu", slope=0.2, second="gelu")
    assert (lab.first, lab.slope, lab.second, lab.third) == ("leaky_relu", 0.2, "gelu", "none")
    lab.mean = -2
    assert lab.state["mean"] == -2.0


@pytest.mark.parametrize(
    "wrong",
    [
        {"first": "none"},
        {"first": "wavelet"},
        {"slope": 0.0},
        {"prelu_slope": 3.0},
        {"beta": -1.0},
        {"lower": 0.4},
        {"spread": 0.0},
        {"mean": float("nan")},
        {"z": "1"},
    ],
    ids=str,
)
def test_a_state_that_cannot_be_is_refused_by_name(wrong: dict[str, Any]) -> None:
    with pytest.raises(StateError, match=f"{next(iter(wrong))} must be"):
        ActivationExplorer(**wrong)


# ---- Curves
def test_curves_of_all_elementwise_entries_are_the_books() -> None:
    for name, found in zip(ELEMENTWISE, pictured([{"first": n} for n in ELEMENTWISE]), strict=True):
        (curve,) = found["curves"]
        (strand,) = curve["strands"]
        f = ELEMENTWISE[name]
        assert (curve["name"], curve["label"].split(",")[0]) == (name, f.title)
        assert_allclose(strand["value"], f(Z), rtol=DIGITS, atol=1e-15, err_msg=name)
        assert_allclose(strand["slope"], f.derivative(Z), rtol=DIGITS, atol=1e-15, err_msg=name)


TUNED = [
    ("leaky_relu", {"slope": 0.2}, {"slope": 0.2}),
    ("prelu", {"prelu_slope": -0.5}, {"slope": -0.5}),
    ("rrelu", {"lower": 0.1, "upper": 0.9}, {"lower": 0.1, "upper": 0.9}),
    ("softplus", {"beta": 4.0}, {"beta": 4.0}),
    ("elu", {"alpha": 2.5}, {"alpha": 2.5}),
    ("celu", {"alpha": 2.5}, {"alpha": 2.5}),
]


def test_the_parameters_are_those_of_the_first_function_alone() -> None:
    states = [{"first": name, "second": name, **entries} for name, entries, _ in TUNED]
    for (name, entries, parameters), found in zip(TUNED, pictured(states), strict=True):
        first, second = found["curves"]
        f = getattr(activations, name)(**parameters)
        assert_allclose(first["strands"][0]["value"], f(Z), rtol=DIGITS, atol=1e-15)
        assert_allclose(second["strands"][0]["value"], ELEMENTWISE[name](Z), rtol=DIGITS)
        assert found["tunable"] == list(entries), name
        for value in parameters.values():
            assert f"= {value:g}".replace("-", "−") in first["label"]
        assert second["label"] == ELEMENTWISE[name].title


def test_at_most_three_sliders_stand_beside_the_three_choices() -> None:
    states = [{"first": first, "second": "glu", "third": "maxout"} for first in ALL]
    found = [set(one["tunable"]) for one in pictured(states, Z[:1])]
    assert all(len(names) <= 3 and "held" in names for names in found)
    assert pictured([{"first": "crelu"}], Z[:1])[0]["tunable"] == []


@pytest.mark.parametrize("held", [-1.3, 0.0, 1.0])
def test_slices_are_those_of_the_layer_with_the_other_units_held(held: float) -> None:
    states = [{"first": name, "held": held} for name in VECTOR]
    for name, found in zip(VECTOR, pictured(states), strict=True):
        (curve,) = found["curves"]
        values, slopes = along(name, held, Z)
        assert len(curve["strands"]) == len(values)
        for strand, value, slope in zip(curve["strands"], values, slopes, strict=True):
            assert_allclose(strand["value"], value, rtol=DIGITS, atol=1e-15, err_msg=name)
            # the slope of softmax, p (1 - p), is a difference
            assert_allclose(strand["slope"], slope, rtol=1e-12, atol=1e-15, err_msg=name)
            steepest = np.abs(along(name, held, np.linspace(-30, 30, 60001))[1]).max() or 1.0
            assert strand["steepest"] == pytest.approx(steepest, rel=1e-6)  # a grid of 0.001
        held_at = f"{held:g}".replace("-", "−")
        units = ["z", *[held_at] * OTHERS.get(name, 1)]
        given = [f"a = {held_at}", "b = z"] if name in GATES else units
        assert curve["label"] == f"{VECTOR[name].title}({', '.join(given)})"


def test_a_gate_alone_is_seen_where_what_it_lets_through_is_held_at_one() -> None:
    states = [{"first": name, "second": gate} for name, gate in GATES.items()]
    for found in pictured(states):
        slice_, gate = (curve["strands"][0] for curve in found["curves"])
        assert slice_ == gate
        assert_allclose(*(outcome["saturated"] for outcome in found["outcomes"]), rtol=1e-12)


def test_functions_of_one_colour_are_told_apart() -> None:
    (found,) = pictured([{"first": "gelu", "second": "relu", "third": "silu"}], Z[:1])
    assert [curve["twin"] for curve in found["curves"]] == [0, 0, 1]
    (found,) = pictured([{"first": "gelu", "second": "mish", "third": "silu"}], Z[:1])
    assert [curve["twin"] for curve in found["curves"]] == [0, 1, 2]
    assert {curve["role"] for curve in found["curves"]} <= set(ROLES)


# ---- What comes out
BELLS = [{}, {"mean": 1.3, "spread": 0.4}, {"mean": -2.0, "spread": 3.0}]


@pytest.mark.parametrize("bell", BELLS, ids=str)
def test_moments_of_elementwise_entries_and_crelu_are_the_books(bell: dict[str, float]) -> None:
    names = [*ELEMENTWISE, "crelu"]
    normal = {"mean": bell.get("mean", 0.0), "std": bell.get("spread", 1.0)}
    for name, found in zip(names, pictured([{"first": n} | bell for n in names]), strict=True):
        (outcome,) = found["outcomes"]
        exact = moments(ALL[name], **normal)
        size = np.sqrt(exact.mean_square)
        assert outcome["mean"] == pytest.approx(exact.mean, rel=0, abs=MOMENT * size), name
        assert outcome["variance"] == pytest.approx(exact.variance, rel=MOMENT), name


@pytest.mark.parametrize("held", [-1.3, 1.0])
@pytest.mark.parametrize("bell", BELLS, ids=str)
def test_moments_along_slices_are_those_of_the_layer(bell: dict[str, float], held: float) -> None:
    normal = {"mean": bell.get("mean", 0.0), "std": bell.get("spread", 1.0)}
    places = {**normal, "breaks": (0.0, held)}
    states = [{"first": name, "held": held, **bell} for name in VECTOR]
    for name, found in zip(VECTOR, pictured(states, Z[:1]), strict=True):
        (outcome,) = found["outcomes"]
        mean = expectation(lambda z, name=name: along(name, held, z)[0], **places)
        variance = expectation(
            lambda z, name=name, mean=mean: (along(name, held, z)[0] - mean[:, None]) ** 2, **places
        )
        size = np.sqrt(np.mean(mean**2 + variance))
        assert outcome["mean"] == pytest.approx(mean.mean(), rel=0, abs=MOMENT * size), name
        assert outcome["variance"] == pytest.approx(variance.mean(), rel=1e-9, abs=1e-18), name


@pytest.fixture(scope="module")
def quantiles() -> np.ndarray:
    return stats.norm.ppf((np.arange(1_000_000) + 0.5) / 1_000_000)


@pytest.mark.parametrize("held", [-0.5, 1.0])
def test_shares_along_slices_are_those_of_a_million_quantiles(
    held: float, quantiles: np.ndarray
) -> None:
    mean, spread = 0.7, 1.9
    states = [{"first": name, "held": held, "mean": mean, "spread": spread} for name in VECTOR]
    for name, found in zip(VECTOR, pictured(states, Z[:1]), strict=True):
        (outcome,) = found["outcomes"]
        (curve,) = found["curves"]
        h, slopes = along(name, held, mean + spread * quantiles)
        limit = 0.01 * curve["strands"][0]["steepest"]
        assert outcome["zeros"] == pytest.approx(np.mean(h == 0), abs=MASS), name
        assert outcome["saturated"] == pytest.approx(saturated(slopes, limit), abs=MASS)
        apart = np.ones(h.shape, bool)
        for atom in outcome["atoms"]:
            assert atom["mass"] == pytest.approx(np.mean(h == atom["at"]), abs=MASS), name
            apart &= h != atom["at"]
        assert len({atom["at"] for atom in outcome["atoms"]}) == len(outcome["atoms"])
        edges = np.linspace(*found["values"], len(outcome["bins"]) + 1)
        bins = np.histogram(h[apart], edges)[0] / h.size
        assert_allclose(outcome["bins"], bins, rtol=0, atol=2 * MASS, err_msg=name)


def saturated(slopes: np.ndarray, limit: float) -> float:
    """Return the share of places at which no output (outputs, z) has a slope worth naming."""
    return np.mean(np.all(np.abs(slopes) < limit, axis=0))


def test_crelu_makes_zeros_but_loses_nothing() -> None:
    (found,) = pictured([{"first": "crelu"}])
    assert found["outcomes"][0]["zeros"] == pytest.approx(0.5)
    assert found["outcomes"][0]["saturated"] == 0
    assert not any(found["closed"])


def test_curves_and_slopes_are_in_sight_as_far_as_the_picture_reaches() -> None:
    for name, found in zip(ALL, pictured([{"first": name} for name in ALL]), strict=True):
        low, high = found["values"]
        for strand in found["curves"][0]["strands"]:
            value, slope = (np.array(strand[key], float) for key in ("value", "slope"))
            assert low < min(max(value.min(), -3), max(slope.min(), -1.5)), name
            assert high > max(min(value.max(), 6), min(slope.max(), 2.5)), name
        assert low <= 0 < high <= 6 + 0.6, name


def test_the_bell_is_grey_where_no_output_has_a_slope() -> None:
    for name, found in zip(ALL, pictured([{"first": name} for name in ALL]), strict=True):
        places = np.array(found["places"], float)
        middles = (places[1:] + places[:-1]) / 2
        if name in ELEMENTWISE:
            slopes = ELEMENTWISE[name].derivative(middles)[None]
        else:
            slopes = along(name, 1.0, middles)[1]
        limits = [[0.01 * one["steepest"]] for one in found["curves"][0]["strands"]]
        assert found["closed"] == np.all(np.abs(slopes) < limits, axis=0).tolist(), name


# ---- Words
def led_to(number: int) -> dict[str, Any]:
    """Return the picture of what a try leads to."""
    return pictured([ActivationExplorer.tries[number].state])[0]


def test_a_bell_at_minus_two_is_blocked_by_relu() -> None:
    item, (outcome,) = ActivationExplorer.tries[0], led_to(0)["outcomes"]
    assert "blocks 98 %" in item.see
    assert round(100 * outcome["zeros"]) == 98
    assert outcome["saturated"] == pytest.approx(stats.norm.cdf(2.0), abs=1e-9)
    assert relu.derivative(-2.0) == 0


def test_a_wide_bell_piles_up_at_the_ends_of_tanh() -> None:
    item, found = ActivationExplorer.tries[1], led_to(1)
    (outcome,) = found["outcomes"]
    assert "62 % are saturated" in item.see
    assert round(100 * outcome["saturated"]) == 62
    edges = np.linspace(*found["values"], len(outcome["bins"]) + 1)
    near = np.abs((edges[1:] + edges[:-1]) / 2) > 0.9
    assert np.sum(np.array(outcome["bins"], float)[near]) > 0.75  # the fullest parts of the picture
    assert np.mean(np.abs(tanh(6 * stats.norm.ppf(np.linspace(0.001, 0.999, 999)))) > 0.9) > 0.75


def test_gelu_stays_close_to_relu_but_is_never_exactly_zero() -> None:
    item, found = ActivationExplorer.tries[2], led_to(2)
    z = np.linspace(-8, 8, 160001)
    apart = np.abs(gelu(z) - relu(z))
    assert "nowhere more than 0.17 apart" in item.see
    assert "near z = −0.75 and 0.75" in item.see
    assert 0.165 < apart.max() < 0.17
    assert abs(abs(z[apart.argmax()]) - 0.75) < 0.005
    of_gelu, of_relu = found["outcomes"]
    assert "an exact zero of z = 0 alone" in item.see
    assert np.array_equal(z[gelu(z) == 0], [0])
    assert of_gelu["zeros"] == 0
    assert of_relu["zeros"] == pytest.approx(0.5, abs=1e-12)  # a sum of many rounded parts
    below = np.linspace(-3, -0.01, 300)
    assert np.mean(np.abs(gelu.derivative(below)) > 0.01) > 0.9
    assert np.all(relu.derivative(below) == 0)


def test_the_page_has_a_formula_for_every_entry() -> None:
    formulas = ActivationExplorer().words()["formulas"]
    assert list(formulas) == list(ALL)
    assert all(text.startswith("<math") for text in formulas.values())


def test_the_poster_tells_what_three_functions_make_of_one_bell() -> None:
    poster = ActivationExplorer().poster()
    assert "ReLU 50 %, sigmoid 0 %, GELU 0 %" in poster.message
    for name in ("relu", "sigmoid", "gelu"):
        assert f"mean {moments(ALL[name]).mean:.2f}" in poster.alt


# ---- In the page
def handle(page: Page, name: str) -> Locator:
    return page.get_by_role("slider", name=name)


def cells(row: Locator) -> list[str]:
    """Return what stands in a row of the table, with plain minus signs."""
    return [text.replace("−", "-") for text in row.locator("th, td").all_inner_texts()]


def dragged(page: Page, name: str, pixels: float) -> None:
    """Drag a handle along the axis."""
    box = handle(page, name).locator(".rc-dot").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + pixels / 2, y)
    page.mouse.move(x + pixels, y)
    page.mouse.up()
    drawn(page)


MOVES = [("Mean of what goes in", "mean"), ("Spread of what goes in", "spread"), ("Point z", "z")]


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize(("name", "entry"), MOVES)
def test_each_handle_is_moved_by_mouse_and_by_key(
    open_lab: LabOpener, name: str, entry: str, width: int
) -> None:
    page = open_lab(SLUG, width=width)
    before = state(page)[entry]
    dragged(page, name, 40)
    after = state(page)[entry]
    assert after > before + 0.5
    handle(page, name).press("ArrowRight")
    drawn(page)
    assert state(page)[entry] == pytest.approx(after + 0.1)
    assert handle(page, name).get_attribute("aria-valuenow") == f"{after + 0.1:.6g}"
    now = state(page)
    exact = moments(relu, mean=now["mean"], std=now["spread"])
    value, slope = relu(now["z"]), relu.derivative(now["z"])
    expected = [exact.mean, exact.variance, value, slope]
    found = cells(page.locator(".rc-numbers tbody tr"))
    assert [*found[1:3], *found[5:]] == [f"{number:.3f}" for number in expected]


def test_the_whole_range_of_the_spread_can_be_dragged(open_lab: LabOpener) -> None:
    for mean in (-3, 0, 3):
        page = open_lab(SLUG, f"#lab-{SLUG}?mean={mean}")
        dragged(page, "Spread of what goes in", -600 if mean > 0 else 600)
        assert state(page)["spread"] == 6


def test_a_click_among_the_curves_moves_the_point_there(open_lab: LabOpener) -> None:
    page = open_lab(SLUG)
    box = page.locator(".rc-field").bounding_box()
    page.mouse.click(box["x"] + 0.25 * box["width"], box["y"] + 20)
    drawn(page)
    assert state(page)["z"] == -3
    assert "f = 0.000, slope 0.000" in handle(page, "Point z").get_attribute("aria-valuetext")


def test_sliders_of_parameters_come_with_the_functions_that_have_them(open_lab: LabOpener) -> None:
    page = open_lab(SLUG)
    sliders = page.locator(".rc-controls input[type=range]:visible")
    assert sliders.count() == 0
    page.get_by_label("Activation").select_option("rrelu")
    page.get_by_label("Compare with").select_option("softmax")
    drawn(page)
    assert sliders.count() == 3
    page.get_by_label("Least slope a").press("ArrowRight")
    drawn(page)
    assert state(page)["lower"] == 0.13
    assert page.locator(".rc-formulas math").count() == 2


def test_the_table_says_what_the_book_says(open_lab: LabOpener) -> None:
    page = open_lab(SLUG, f"#lab-{SLUG}?first=gelu&second=relu&mean=0.5&spread=2&z=-0.8")
    rows = page.locator(".rc-numbers tbody tr")
    for row, f in zip(rows.all(), (gelu, relu), strict=True):
        exact = moments(f, mean=0.5, std=2.0)
        found = cells(row)
        assert found[0] == f.title
        assert found[1:3] == [f"{exact.mean:.3f}", f"{exact.variance:.3f}"]
        assert found[3] == ("0 %" if f is gelu else f"{100 * stats.norm.cdf(-0.25):.0f} %")
        at = np.float64(-0.8)
        assert found[5:] == [f"{f(at):.3f}", f"{f.derivative(at):.3f}"]
    assert page.locator(".rc-readout").inner_text().startswith("Of what comes out, 0 % is")
