"""The labs' moments and mean-field lines against those of the book."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

from labs_node import run
from rectified import activations
from rectified.activations import ELEMENTWISE, Activation
from rectified.moments import chi, critical_weight_variance, moments, variance_map

# A panel is three times as far from a bend at its end as at its start. Twelve nodes then leave
# less than this of a function with a pole beside the bend; the worst seen is 3e-12.
DIGITS = 2e-11
MEMBERS: list[tuple[str, dict[str, float]]] = [
    *((name, {}) for name in ELEMENTWISE),
    *(("softplus", {"beta": beta}) for beta in (0.1, 10.0)),
    *((name, {"alpha": alpha}) for name in ("elu", "celu") for alpha in (0.1, 5.0)),
    *(("prelu", {"slope": slope}) for slope in (-1.0, 0.0, 1.0)),
    ("leaky_relu", {"slope": 0.9}),
    ("rrelu", {"lower": 0.2, "upper": 0.9}),
]
each_member = pytest.mark.parametrize(("name", "parameters"), MEMBERS, ids=str)
VARIANCES = np.geomspace(1e-12, 1e12, 25)


def built(name: str, parameters: Mapping[str, float]) -> Activation:
    """Return the book's activation of that name and those parameters."""
    return getattr(activations, name)(**parameters) if parameters else ELEMENTWISE[name]


def asked(tasks: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Return what `moments.mjs` answers to tasks, in one process."""
    return run("moments.mjs", tasks)


def asked_of_members(task: Mapping[str, Any]) -> dict[str, Any]:
    """Return what `moments.mjs` answers to the same task for each member, by the book's name."""
    tasks = [{**task, "name": name, "parameters": own} for name, own in MEMBERS]
    names = [built(*member).name for member in MEMBERS]
    return dict(zip(names, asked(tasks), strict=True))


# ---- Expectations
def test_expectations_of_simple_functions_are_exact() -> None:
    cases = [
        ("x^4", {"mean": 0.5, "std": 2.0}, stats.norm(0.5, 2).moment(4)),
        ("|x - 1|", {"mean": 1.0, "std": 3.0, "breaks": [1.0]}, 3 * math.sqrt(2 / math.pi)),
        ("x > 2", {"breaks": [2.0]}, stats.norm.sf(2)),
    ]
    found = asked([{"task": "expectation", "g": g, "setting": setting} for g, setting, _ in cases])
    # a few hundred terms of one sign, each off by a few roundings
    assert_allclose(found, [exact for *_, exact in cases], rtol=1e-14)


# ---- Moments
@pytest.fixture(scope="module")
def normals() -> list[dict[str, float]]:
    stds = (1e-3, 0.3, 1.0, 3.0, 10.0, 100.0)
    return [{"mean": mean, "std": std} for mean in (-3.0, 0.0, 0.7, 3.0) for std in stds]


@pytest.fixture(scope="module")
def found_moments(normals: list[dict[str, float]]) -> dict[str, list[dict[str, float]]]:
    return asked_of_members({"task": "moments", "normals": normals})


@each_member
def test_moments_keep_their_digits(
    name: str, parameters: dict, normals: list, found_moments: dict
) -> None:
    f = built(name, parameters)
    for normal, found in zip(normals, found_moments[f.name], strict=True):
        exact = moments(f, **normal)
        size, slope_size = exact.mean_square, exact.mean_square_slope
        # Beyond 12 standard deviations all is left out: 4e-33 of what f is there, at most 1e6.
        # Where the values are nearly the same, their rounding is in the variance.
        cut, rounding = 1e-26, (2 * np.finfo(float).eps) ** 2 * size
        assert found["mean"] == pytest.approx(exact.mean, rel=0, abs=DIGITS * math.sqrt(size) + cut)
        assert found["meanSquare"] == pytest.approx(size, rel=DIGITS, abs=cut)
        assert found["variance"] == pytest.approx(exact.variance, rel=DIGITS, abs=cut + rounding)
        assert found["meanSquareSlope"] == pytest.approx(slope_size, rel=DIGITS, abs=cut)


def test_without_spread_moments_are_those_of_one_place() -> None:
    normals = [{"mean": mean, "std": 0} for mean in (-3.0, 0.0, 0.5, 3.0)]
    found = asked_of_members({"task": "moments", "normals": normals})
    for member in MEMBERS:
        f = built(*member)
        for normal, one in zip(normals, found[f.name], strict=True):
            place = normal["mean"]
            beside = np.nextafter(place, [-np.inf, np.inf])
            # value and slope themselves agree to a few units in the last place
            assert one["mean"] == pytest.approx(f(place), rel=1e-15)
            assert one["meanSquare"] == pytest.approx(f(place) ** 2, rel=1e-15)
            assert one["variance"] == 0
            slope = np.mean(f.derivative(beside) ** 2)
            assert one["meanSquareSlope"] == pytest.approx(slope, rel=1e-14)


# ---- Mean field
NETWORK = {"weightVariance": 1.7, "biasVariance": 0.3}


@pytest.fixture(scope="module")
def maps() -> dict[str, dict[str, list[float]]]:
    qs = [0.0, *VARIANCES]
    return asked_of_members({"task": "maps", "qs": qs, "network": NETWORK})


@each_member
def test_maps_agree_over_24_decades_and_at_zero(name: str, parameters: dict, maps: dict) -> None:
    f, qs = built(name, parameters), [0.0, *VARIANCES]
    exact = variance_map(f, qs, weight_variance=1.7, bias_variance=0.3)
    found = np.array(maps[f.name]["variance"], float)  # JSON has no point in 1e24
    assert_allclose(found, exact, rtol=DIGITS)
    assert_allclose(maps[f.name]["chi"], [chi(f, q, weight_variance=1.7) for q in qs], rtol=DIGITS)


@pytest.fixture(scope="module")
def fields() -> dict[str, dict[str, list[float]]]:
    return asked_of_members({"task": "field", "network": {**NETWORK, "depth": 8, "q0": 0.6}})


@each_member
def test_a_field_is_the_map_again_and_again(name: str, parameters: dict, fields: dict) -> None:
    f, field, q = built(name, parameters), fields[built(name, parameters).name], 0.6
    assert len(field["q"]) == len(field["meanSquare"]) == len(field["chi"]) == 8
    for layer in range(8):
        # each layer adds its own error, and squared_relu doubles those before it
        assert field["q"][layer] == pytest.approx(q, rel=8 * 2**8 * DIGITS)
        q = field["q"][layer]
        found = moments(f, std=math.sqrt(q))
        assert field["meanSquare"][layer] == pytest.approx(found.mean_square, rel=DIGITS)
        assert field["chi"][layer] == pytest.approx(1.7 * found.mean_square_slope, rel=DIGITS)
        q = 1.7 * field["meanSquare"][layer] + 0.3


def test_what_overflows_is_infinite_and_what_vanishes_is_zero() -> None:
    common = {"task": "field", "name": "squared_relu"}
    network = {"depth": 50, "weightVariance": 2.0, "biasVariance": 0.0}
    large, small, step = asked(
        [
            {**common, "network": {**network, "q0": 3.0}},
            {**common, "network": {**network, "q0": 1e-3}},
            {**common, "name": "step", "network": {**network, "q0": 1.0}},
        ]
    )
    assert large["q"][-1] == large["meanSquare"][-1] == large["chi"][-1] == math.inf
    assert small["q"][-1] == small["meanSquare"][-1] == small["chi"][-1] == 0
    assert not np.isnan([*large["q"], *large["chi"], *small["q"], *small["chi"]]).any()
    assert_allclose(step["q"], 1.0, rtol=1e-14)  # a few hundred roundings of weights
    assert step["chi"] == [0] * 50


@pytest.mark.parametrize("name", ["relu", "tanh", "softplus", "squared_relu", "gelu", "selu"])
def test_a_variance_of_any_size_gives_numbers(name: str) -> None:
    q0s = [0.0, 5e-324, 1e-300, 1e300, 1.7e308, math.inf]
    network = {"depth": 50, "weightVariance": 1.7, "biasVariance": 0.1}
    tasks = [{"task": "field", "name": name, "network": {**network, "q0": q0}} for q0 in q0s]
    for q0, field in zip(q0s, asked(tasks), strict=True):
        numbers = np.array([*field["q"], *field["meanSquare"], *field["chi"]], float)
        assert numbers.shape == (150,)
        assert (numbers >= 0).all(), (q0, field)  # False for NaN


# ---- The edge of chaos
BIASES = [0.0, 1e-6, 0.05, 1.0]


@pytest.fixture(scope="module")
def critical() -> dict[str, list[float | str]]:
    return asked_of_members({"task": "critical", "biasVariances": BIASES})


@each_member
def test_the_edge_of_chaos_is_the_books(name: str, parameters: dict, critical: dict) -> None:
    f = built(name, parameters)
    for bias, found in zip(BIASES, critical[f.name], strict=True):
        try:
            exact = critical_weight_variance(f, bias_variance=bias)
        except ValueError:
            assert found == "none", bias
        else:
            # the root itself is where a difference of two numbers near 1 is 0
            assert found == pytest.approx(exact, rel=1e-9), bias
