"""The labs' formulas against the book's activations: names, facts, values, slopes, refusals."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import special

from activation_oracles import CROSSINGS
from labs_node import run
from rectified import activations
from rectified.activations import ELEMENTWISE, VECTOR, Activation
from rectified.figures.style import ROLES, role

# exp turns the half unit lost in beta * z, up to 700, into 700 / 2 units of its value: 8e-14. The
# exponent of the tanh form of GELU is a cubic, three roundings more.
DIGITS = 3e-13
VANISHED = 1e-300  # smaller results have fewer digits: e^z is subnormal there
REACH = [0.0, 5e-324, 1e-308, 1e-300, 1e-17, 1e-8, 20.0, 37.5, 40.0, 700.0, 745.0, 1e5, 1e300]
MEMBERS = 6  # of each family, with parameters drawn over what their sliders offer

Member = tuple[str, dict[str, float]]  # name in the table, parameters


def asked(tasks: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Return what `formulas.mjs` answers to tasks, in one process."""
    return run("formulas.mjs", tasks)


def places(f: Activation) -> np.ndarray:
    """Return inputs that find errors: extremes, kinks and both sides of them, a dense grid."""
    rng = np.random.default_rng(7)
    near = [0.0, *f.kinks, *f.jumps]
    beside = [np.nextafter(place, way) for place in near for way in (-np.inf, np.inf)]
    tails = [rng.uniform(0, end, 150) for end in (1, 4, 15, 40, 760)]
    sizes = np.concatenate([REACH, np.geomspace(1e-300, 1e300, 121), *tails, np.linspace(0, 12)])
    return np.concatenate([near, beside, sizes, -sizes, [np.inf, -np.inf, np.nan]])


def built(member: Member) -> Activation:
    """Return the book's activation of that name and those parameters."""
    name, parameters = member
    return getattr(activations, name)(**parameters) if parameters else ELEMENTWISE[name]


@pytest.fixture(scope="module")
def tables() -> dict[str, Any]:
    (found,) = asked([{"task": "tables"}])
    return {kind: dict(pairs) for kind, pairs in found.items()}


@pytest.fixture(scope="module")
def members(tables: dict[str, Any]) -> list[Member]:
    """Every entry of the table, and members of its families; the ends of the sliders first."""
    rng = np.random.default_rng(11)
    found: list[Member] = [(name, {}) for name in ELEMENTWISE]
    for name, facts in tables["elementwise"].items():
        if bounds := facts["parameters"]:
            ends = [{key: one[end] for key, one in bounds.items()} for end in ("low", "high")]
            drawn = [
                {key: rng.uniform(one["low"], one["high"]) for key, one in bounds.items()}
                for _ in range(MEMBERS)
            ]
            found += [(name, parameters) for parameters in [*ends, *drawn]]
    return [*found, *(("prelu", {"slope": slope}) for slope in (-3.3, 0.0, 1.0))]


@pytest.fixture(scope="module")
def results(members: list[Member]) -> list[tuple[Activation, np.ndarray, dict[str, Any]]]:
    """For each member the book's activation, places, and what the labs' formula gives there."""
    fs = [built(member) for member in members]
    read = ("value", "slope", "filled", "filledSlope", "inPlace")
    tasks = [
        {"task": "elementwise", "name": name, "parameters": parameters, "z": places(f)}
        for (name, parameters), f in zip(members, fs, strict=True)
    ]
    answers = [
        found | {key: np.array(found[key], float) for key in read} for found in asked(tasks)
    ]  # JSON has no point in 1e300, so it came as an integer
    return [(f, places(f), found) for f, found in zip(fs, answers, strict=True)]


# ---- Names and facts
def test_tables_hold_the_books_entries_in_the_books_order(tables: dict[str, Any]) -> None:
    assert list(tables["elementwise"]) == list(ELEMENTWISE)
    assert list(tables["vector"]) == list(VECTOR)


def test_titles_and_usual_parameters_are_the_books(tables: dict[str, Any]) -> None:
    fixed = {"selu"}  # whose parameters are facts, not a choice
    for kind, table in (("elementwise", ELEMENTWISE), ("vector", VECTOR)):
        for name, f in table.items():
            facts = tables[kind][name]
            initial = {key: one["initial"] for key, one in facts["parameters"].items()}
            assert facts["title"] == f.title
            assert initial == ({} if name in fixed else dict(f.parameters)), name


def test_roles_are_those_of_the_figures(tables: dict[str, Any]) -> None:
    for name, f in ELEMENTWISE.items():
        assert tables["elementwise"][name]["role"] == role(f.name, f.family), name
    assert {facts["role"] for facts in tables["vector"].values()} <= set(ROLES)


def test_sliders_start_inside_their_range_on_one_of_its_steps(tables: dict[str, Any]) -> None:
    for facts in [*tables["elementwise"].values(), *tables["vector"].values()]:
        for one in facts["parameters"].values():
            assert one["low"] <= one["initial"] <= one["high"]
            steps = (one["initial"] - one["low"]) / one["step"]
            assert steps == pytest.approx(round(steps), abs=1e-9)  # a few roundings


def test_kinks_and_jumps_are_the_books(results: list) -> None:
    for f, _, found in results:
        assert found["kinks"] == list(f.kinks), f
        assert found["jumps"] == list(f.jumps), f


def test_the_steepest_slope_is_the_books_or_one_where_that_says_nothing(results: list) -> None:
    for f, _, found in results:
        steepest = max(map(abs, f.slopes))
        expected = steepest if 0 < steepest < np.inf else 1.0
        assert found["steepest"] == expected, f


# ---- Values and slopes
def assert_same(found: Sequence[float], expected: np.ndarray, f: Activation) -> None:
    """Assert that all digits but a few agree, however small the number."""
    assert_allclose(found, expected, rtol=DIGITS, atol=VANISHED, err_msg=f.name)


def test_values_keep_their_digits(results: list) -> None:
    for f, z, found in results:
        assert_same(found["value"], f(z), f)


def test_slopes_keep_their_digits(results: list) -> None:
    for f, z, found in results:
        expected = f.derivative(z)
        crossing = CROSSINGS.get(f.name, -1e6)  # none: there is no place so near to it
        apart = ~(np.abs(z - crossing) < 0.5)  # where a slope crosses 0, its error is absolute
        slope = found["slope"]
        assert_same(slope[apart], expected[apart], f)
        assert_allclose(slope[~apart], expected[~apart], rtol=0, atol=1e-15, err_msg=f.name)


def test_arrays_are_filled_with_the_same_numbers_and_no_further(results: list) -> None:
    for f, _, found in results:
        assert_array_equal(found["filled"], found["value"], f.name)
        assert_array_equal(found["inPlace"], found["value"], f.name)
        assert_array_equal(found["filledSlope"], found["slope"], f.name)
        assert found["beyond"] == [0, 0], f.name


def test_normal_probabilities_keep_their_digits_in_the_tails() -> None:
    x = np.concatenate([np.linspace(-37, 10, 400), [-0.0, 1e-300, np.inf, -np.inf, np.nan]])
    (found,) = asked([{"task": "cdf", "x": x}])
    # SciPy's own tail is off by a thousand units in the last place
    assert_allclose(found, special.ndtr(x), rtol=1e-12, atol=VANISHED)


# ---- Vectors
def vector_cases() -> list[tuple[Member, np.ndarray]]:
    """Return each vector activation, with vectors of 12 units; of 6, that are not all finite."""
    rng = np.random.default_rng(3)
    z = np.concatenate([rng.normal(0, scale, (6, 12)) for scale in (1e-9, 1, 30)])
    z = np.concatenate([z, np.round(z[6:12]), np.zeros((1, 12))])  # rounded: ties and zeros
    odd = np.array(
        [[np.inf, 1.0, np.nan, 2.0, -np.inf, 0.5], [-np.inf] * 6, [720.0] * 3 + [-1e300] * 3]
    )
    names: list[Member] = [(name, {}) for name in VECTOR]
    names += [("maxout", {"pieces": pieces}) for pieces in (3, 4, 6, 12)]
    cases = [(member, z) for member in names]
    return cases + [(member, odd) for member in names if member[1].get("pieces", 2) <= 3]


def test_vector_values_and_products_agree() -> None:
    rng = np.random.default_rng(5)
    cases = []
    for (name, parameters), z in vector_cases():
        f = activations.maxout(**parameters) if parameters else VECTOR[name]
        cases.append((f, name, parameters, z, rng.normal(0, 1, f(z).shape)))
    keys = ("name", "parameters", "z", "grad")
    answers = asked(
        [{"task": "vector", **dict(zip(keys, case[1:], strict=True))} for case in cases]
    )
    for (f, _, _, z, grad), found in zip(cases, answers, strict=True):
        assert found["width"] == f.width(z.shape[1])
        with np.errstate(invalid="ignore"):  # infinity times 0, at the odd vectors
            value, product = f(z), f.vjp(z, grad)
        # twelve terms, added in another order; a product of softmax may cancel
        assert_allclose(found["value"], value, rtol=DIGITS, atol=VANISHED, err_msg=f.name)
        assert_allclose(found["vjp"], product, rtol=1e-12, atol=1e-15, err_msg=f.name)


# ---- Refusals
REFUSED = {
    ("leaky_relu", "slope"): [0.0, 1.0, -0.1, np.nan],
    ("prelu", "slope"): [np.inf, np.nan],
    ("softplus", "beta"): [0.0, -1.0, np.inf, np.nan],
    ("elu", "alpha"): [0.0, -1.0, np.inf, np.nan],
    ("celu", "alpha"): [0.0, -1.0, np.inf, np.nan],
}


def test_what_the_families_refuse_the_labs_refuse_with_the_same_words() -> None:
    calls = [(name, {key: bad}) for (name, key), all_bad in REFUSED.items() for bad in all_bad]
    calls += [("rrelu", {"lower": low, "upper": high}) for low, high in ((0.4, 0.3), (0, 0.5))]
    calls += [("rrelu", {"lower": 0.5, "upper": 1.0}), ("rrelu", {"lower": np.nan, "upper": 0.5})]
    vectors = [("maxout", {"pieces": pieces}) for pieces in (1, 0, -2, 2.5)]
    task = {"task": "refusals", "elementwise": calls, "vectors": vectors, "widths": [], "grads": []}
    (found,) = asked([task])
    for (name, parameters), said in zip(
        [*calls, *vectors], [*found["elementwise"], *found["vectors"]], strict=True
    ):
        words = said.removeprefix("RangeError: ").partition(", got")[0]
        with pytest.raises(ValueError, match=re.escape(words)):
            getattr(activations, name)(**parameters)
        assert said.startswith("RangeError: "), (name, parameters, said)


def test_unknown_names_and_wrong_lengths_are_refused() -> None:
    task = {
        "task": "refusals",
        "elementwise": [["softmax"], ["toString"], ["relu", {"slope": 1}], ["elu", {"beta": 1}]],
        "vectors": [["relu"], ["__proto__"], ["glu", {"pieces": 2}]],
        "widths": [["softmax", 0], ["maxout", 5], ["glu", 3]],
        "grads": [["softmax", 3, 2], ["crelu", 3, 3], ["maxout", 4, 4], ["geglu", 4, 1]],
    }
    (found,) = asked([task])
    said = [one for key in ("elementwise", "vectors", "widths", "grads") for one in found[key]]
    assert len(said) == 14
    assert all(str(one).startswith("RangeError: ") for one in said), said
    assert "name must be one of" in said[0]
    assert "parameters must be among" in said[2]
    assert said[-1].endswith("grad must hold 2 entries, got 1")
