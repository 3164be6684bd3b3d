"""What the labs say comes out of an activation, against a million quantiles of what goes in."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

from labs_node import run
from rectified import activations
from rectified.activations import ELEMENTWISE, Activation
from rectified.experiments import flat_ends
from rectified.moments import moments

# Panels are a 256th of a standard deviation wide, and f is taken for a line within. A million
# quantiles miss up to one at each end of a bin, and at a fold of f one on either side.
MASS = 1e-5
SATURATED = 5e-5  # a slope bends more than a value; the worst is GELU's, at a spread of 3
MEMBERS: list[tuple[str, dict[str, float]]] = [
    *((name, {}) for name in ELEMENTWISE),
    ("softplus", {"beta": 10.0}),
    ("elu", {"alpha": 3.0}),
    ("celu", {"alpha": 0.1}),
    ("leaky_relu", {"slope": 0.005}),
    *(("prelu", {"slope": slope}) for slope in (-1.0, 0.0, 1.0)),
]
NORMALS = [(0.0, 1.0), (1.3, 0.4), (-2.0, 3.0), (4.0, 2.0)]  # mean, spread
WINDOW = {"low": -1.73, "high": 2.87, "bins": 46}  # no limit of an f is at the end of a bin
CASES = [(member, normal) for member in MEMBERS for normal in NORMALS]
each_case = pytest.mark.parametrize("case", range(len(CASES)), ids=[str(case) for case in CASES])


def built(name: str, parameters: Mapping[str, float]) -> Activation:
    """Return the book's activation of that name and those parameters."""
    return getattr(activations, name)(**parameters) if parameters else ELEMENTWISE[name]


def asked(cases: list, window: Mapping[str, float]) -> list[dict[str, Any]]:
    """Return what `outcome.mjs` answers for cases, in one process."""
    return run(
        "outcome.mjs",
        [
            {"name": name, "parameters": parameters, "mean": mean, "spread": spread, **window}
            for (name, parameters), (mean, spread) in cases
        ],
    )


@pytest.fixture(scope="module")
def outcomes() -> list[dict[str, Any]]:
    return asked(CASES, WINDOW)


@pytest.fixture(scope="module")
def quantiles() -> np.ndarray:
    return stats.norm.ppf((np.arange(1_000_000) + 0.5) / 1_000_000)


@each_case
def test_masses_are_those_of_a_million_quantiles(
    case: int, outcomes: list, quantiles: np.ndarray
) -> None:
    (member, (mean, spread)), found = CASES[case], outcomes[case]
    f, z = built(*member), mean + spread * quantiles
    h, slope = f(z), f.derivative(z)
    steepest = max(map(abs, f.slopes))
    limit = 0.01 * (steepest if 0 < steepest < np.inf else 1.0)  # else no slope is the largest
    assert found["saturated"] == pytest.approx(np.mean(np.abs(slope) < limit), abs=SATURATED)
    assert found["zeros"] == pytest.approx(np.mean(h == 0), abs=MASS)
    apart = np.ones(h.shape, bool)
    for atom in found["atoms"]:
        assert atom["mass"] == pytest.approx(np.mean(h == atom["at"]), abs=MASS)
        apart &= h != atom["at"]
    edges = np.linspace(WINDOW["low"], WINDOW["high"], WINDOW["bins"] + 1)
    bins = np.histogram(h[apart], edges)[0] / h.size
    assert_allclose(found["bins"], bins, rtol=0, atol=MASS)
    assert found["below"] == pytest.approx(np.mean(apart & (h < edges[0])), abs=MASS)
    assert found["above"] == pytest.approx(np.mean(apart & (h > edges[-1])), abs=MASS)


@each_case
def test_masses_add_up_to_one_and_moments_are_the_books(case: int, outcomes: list) -> None:
    (member, (mean, spread)), found = CASES[case], outcomes[case]
    exact = moments(built(*member), mean=mean, std=spread)
    atoms = sum(atom["mass"] for atom in found["atoms"])
    total = sum(found["bins"]) + atoms + found["below"] + found["above"]
    assert total == pytest.approx(1, abs=1e-12)  # thousands of roundings, and 1e-15 left out
    assert min(found["bins"]) >= 0
    # as in test_labs_moments
    scale = np.sqrt(exact.mean_square)
    assert found["mean"] == pytest.approx(exact.mean, rel=0, abs=2e-11 * scale)
    assert found["variance"] == pytest.approx(exact.variance, rel=2e-11)


# ---- Atoms
ATOMS = {
    "step": [0, 1],
    "hard_sigmoid": [0, 1],
    "hard_tanh": [-1, 1],
    "relu": [0],
    "relu6": [0, 6],
    "squared_relu": [0],
    "hard_swish": [0],
}


def test_only_flat_pieces_make_atoms() -> None:
    cases = [((name, {}), (1.0, 10.0)) for name in ELEMENTWISE]
    cases.append((("prelu", {"slope": 0.0}), (1.0, 10.0)))
    for ((name, parameters), _), found in zip(cases, asked(cases, WINDOW), strict=True):
        expected = ATOMS.get(name, []) if not parameters else [0]
        assert [atom["at"] for atom in found["atoms"]] == expected, name


def test_atoms_are_in_no_bin() -> None:
    (found,) = asked([(("step", {}), (0.0, 1.0))], WINDOW)
    assert [atom["mass"] for atom in found["atoms"]] == pytest.approx([0.5, 0.5], abs=1e-15)
    assert found["bins"] == [0] * WINDOW["bins"]
    assert found["below"] == found["above"] == 0


# ---- Saturation
def test_a_slope_is_taken_from_its_own_side_of_a_kink() -> None:
    names: list[tuple[str, dict[str, float]]] = [("relu", {}), ("hard_tanh", {}), ("relu6", {})]
    names += [("prelu", {"slope": -1.0}), ("leaky_relu", {"slope": 0.5}), ("hard_sigmoid", {})]
    cases = [(member, (0.5, 3.0)) for member in names]
    for (member, _), found in zip(cases, asked(cases, WINDOW), strict=True):
        flat = sum(atom["mass"] for atom in found["atoms"])
        # slopes are constant, so nothing but roundings
        assert found["saturated"] == pytest.approx(flat, abs=1e-12), member


def test_saturation_begins_where_the_chapter_says() -> None:
    for name in ("sigmoid", "tanh", "softsign"):
        edge = flat_ends(ELEMENTWISE[name]).edge
        (found,) = asked([((name, {}), (0.5, 3.0))], WINDOW)
        normal = stats.norm(0.5, 3)
        assert found["saturated"] == pytest.approx(
            normal.cdf(-edge) + normal.sf(edge), abs=SATURATED
        )  # within a panel the slope is taken for a line


# ---- Extremes
@pytest.mark.parametrize("normal", [(0.0, 1e-6), (-30.0, 1.0), (1e4, 1.0), (0.0, 1e3)], ids=str)
def test_masses_add_up_wherever_the_normal_lies(normal: tuple[float, float]) -> None:
    cases = [((name, {}), normal) for name in ELEMENTWISE]
    for (member, _), found in zip(cases, asked(cases, WINDOW), strict=True):
        atoms = sum(atom["mass"] for atom in found["atoms"])
        total = sum(found["bins"]) + atoms + found["below"] + found["above"]
        assert total == pytest.approx(1, abs=1e-12), member
        assert 0 <= found["zeros"] <= 1
        assert 0 <= found["saturated"] <= 1 + 1e-12
