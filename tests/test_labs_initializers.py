"""The labs' laws for first weights, against the book's: names, titles, variances, what is drawn.

A test statistic may lie where chance puts one in a million: seeds are fixed.
"""

import math
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

from labs_node import run
from rectified import initializers

EPS = np.finfo(np.float64).eps
LEVEL = 1e-6  # the share of seeds that would fail a test
NAMES = (
    "unit_normal",
    "small_normal",
    "inverse_sqrt_uniform",
    "lecun_normal",
    "lecun_uniform",
    "xavier_normal",
    "xavier_uniform",
    "he_normal",
    "he_uniform",
    "orthogonal",
)
SHAPES = [(1, 1), (2, 32), (32, 32), (64, 2), (150, 100)]
each_name = pytest.mark.parametrize("name", NAMES)


def drawn(name: str, shape: tuple[int, int], *, seed: int = 0, gain: float | None = None) -> Any:
    """Return weights of this shape; without a gain where none is given."""
    task = {"task": "draw", "name": name, "shape": shape, "seed": seed}
    *w, beyond = run("initializers.mjs", [task | ({} if gain is None else {"gain": gain})])[0]
    assert beyond == 0
    return np.reshape(w, shape)


@pytest.fixture(scope="module")
def table() -> dict[str, Any]:
    return run("initializers.mjs", [{"task": "table", "shapes": SHAPES}])[0]


def test_table_has_the_laws_that_labs_offer(table: dict[str, Any]) -> None:
    assert tuple(table) == NAMES


@each_name
def test_title_and_variance_are_the_books(table: dict[str, Any], name: str) -> None:
    law = initializers.ALL[name]
    assert table[name]["title"] == law.title
    expected = [law.variance(shape) for shape in SHAPES]
    assert_allclose(table[name]["variances"], expected, rtol=4 * EPS)  # a quotient or two


@each_name
def test_entries_follow_the_law(name: str) -> None:
    shape = (150, 100)
    std = math.sqrt(initializers.ALL[name].variance(shape))
    entries = drawn(name, shape).ravel() / std
    if name == "orthogonal":  # of columns in 150 dimensions nearly normal, and of length 1 exactly
        assert_allclose(np.mean(entries**2), 1, rtol=1e-12)  # rounding of 15,000 squares
    law = stats.uniform(-math.sqrt(3), 2 * math.sqrt(3)) if "uniform" in name else stats.norm()
    assert stats.kstest(entries, law.cdf).pvalue > LEVEL


@each_name
def test_gain_multiplies_what_is_drawn(name: str) -> None:
    once, thrice = drawn(name, (6, 5)), drawn(name, (6, 5), gain=3.0)
    assert_allclose(thrice, 3 * once, rtol=4 * EPS)  # two roundings each
    assert not np.array_equal(once, drawn(name, (6, 5), seed=1))


@pytest.mark.parametrize("shape", [(1, 1), (7, 3), (3, 7), (64, 64), (64, 2)])
def test_orthogonal_vectors_have_length_one_and_right_angles(shape: tuple[int, int]) -> None:
    w = drawn("orthogonal", shape)
    products = w.T @ w if shape[0] >= shape[1] else w @ w.T
    # Gram and Schmidt lose as many digits as the normal matrix has in its condition number, some
    # 10^3 for these; and these are sums of up to 64 products.
    assert_allclose(products, np.eye(min(shape)), atol=64e3 * EPS)


def test_orthogonal_matrices_are_uniform() -> None:
    # Haar: the first entry of a 3 × 3 matrix is uniform on [-1, 1] (Archimedes), and both signs
    # of the determinant are equally likely.
    n = 2000
    task = {"task": "draw", "name": "orthogonal", "shape": (3, 3)}
    found = run("initializers.mjs", [task | {"seed": seed} for seed in range(n)])
    matrices = np.array(found)[:, :9].reshape(n, 3, 3)
    for entry in (matrices[:, 0, 0], matrices[:, 2, 2], matrices[:, 0, 2]):
        assert stats.kstest(entry, stats.uniform(-1, 2).cdf).pvalue > LEVEL
    assert stats.binomtest(int(np.sum(np.linalg.det(matrices) > 0)), n).pvalue > LEVEL
