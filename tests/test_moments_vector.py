"""Moments of activations that act along an axis, against mpmath and against samples."""

from collections.abc import Callable
from dataclasses import astuple, replace
from itertools import product

import mpmath
import numpy as np
import pytest
from mpmath import mpf

from activation_oracles import sigma
from moment_oracles import exact_moments, expected, worst_of_five
from rectified.activations import VECTOR, VectorActivation, maxout, softmax
from rectified.moments import gain, moments

DIGITS = 1e-12  # what the book promises; the worst seen is 1e-14
GATES = {"glu": "sigmoid", "reglu": "relu", "geglu": "gelu", "swiglu": "silu"}
NORMALS = [(-1.5, 0.4), (3.0, 20.0)]
each_normal = pytest.mark.parametrize(("mean", "std"), NORMALS)


def errors_of_a_sample(f: VectorActivation, mean: float, std: float, units: int) -> np.ndarray:
    """Return how many standard errors a sample of forward and backward passes is off."""
    rng = np.random.default_rng(8)
    z = rng.normal(mean, std, (40_000, units))
    h = f(z)
    back = f.vjp(z, rng.standard_normal(h.shape))  # gradients with mean square 1
    sums = f.vjp(z, np.ones_like(h))
    spread = h.var(axis=0) * len(z) / (len(z) - 1)
    samples = [h, h**2, (h - h.mean(axis=0)) ** 2 + spread - h.var(axis=0), sums, back**2]
    rows = [sample.mean(axis=1) for sample in samples]  # units of a row are not independent
    found = astuple(moments(f, mean=mean, std=std, units=units))
    return np.array(
        [
            abs(row.mean() - value) / (row.std() / np.sqrt(len(row)) + 1e-12)
            for row, value in zip(rows, found, strict=True)
        ]
    )


@pytest.mark.parametrize("f", VECTOR.values(), ids=repr)
@pytest.mark.parametrize(("mean", "std"), [(0.0, 1.0), (-0.4, 0.7), (3.0, 20.0)])
def test_moments_are_those_of_passes_forward_and_back(f, mean: float, std: float) -> None:
    # 105 comparisons; one in two million exceeds 5 standard errors by chance
    assert errors_of_a_sample(f, mean, std, 6).max() < 5


@pytest.mark.parametrize(("name", "gate"), GATES.items())
@each_normal
def test_gated_moments_keep_their_digits(name, gate, mean: float, std: float) -> None:
    first, second, _, slope, squared_slope = exact_moments(gate, mean, std, [])
    with mpmath.workdps(25):
        power = mpf(mean) ** 2 + mpf(std) ** 2
        variance = power * second - (mpf(mean) * first) ** 2
        means = (first + mean * slope) / 2, (second + power * squared_slope) / 2
        exact = [mean * first, power * second, variance, *means]
    assert worst_of_five(astuple(moments(VECTOR[name], mean=mean, std=std)), exact) < DIGITS


@pytest.mark.parametrize("pieces", [2, 3, 50])
def test_maxout_moments_keep_their_digits(pieces: int) -> None:
    with mpmath.workdps(25):
        normal = mpf(-1.5), mpf(0.4)

        def largest(g: Callable) -> mpf:
            def share(z: mpf) -> mpf:
                return pieces * mpmath.ncdf(z, *normal) ** (pieces - 1)

            return expected(lambda z: g(z) * share(z), *normal, [])

        first, second = largest(lambda z: z), largest(lambda z: z * z)
        spread = largest(lambda z: (z - first) ** 2)
        exact = [first, second, spread, mpf(1) / pieces, mpf(1) / pieces]
    found = moments(maxout(pieces=pieces), mean=-1.5, std=0.4)
    assert worst_of_five(astuple(found), exact) < DIGITS


@each_normal
def test_crelu_moments_are_means_of_two_relus(mean: float, std: float) -> None:
    above, below = (exact_moments("relu", centre, std, []) for centre in (mean, -mean))
    exact = [(a + b) / 2 for a, b in zip(above, below, strict=True)]
    exact[3:] = above[3] - below[3], mpf(1)  # one of the two always passes the gradient
    assert worst_of_five(astuple(moments(VECTOR["crelu"], mean=mean, std=std)), exact) < DIGITS


# ---- Softmax
@pytest.mark.parametrize("std", [1e-3, 0.1, 1.0, 3.0, 8.0, 1e3])
def test_softmax_of_two_is_the_sigmoid_of_their_difference(std: float) -> None:
    with mpmath.workdps(25):
        normal = mpf(0), std * mpmath.sqrt(2), []
        spread = expected(lambda d: (mpmath.tanh(d / 2) / 2) ** 2, *normal)
        slope = 2 * expected(lambda d: (sigma(d) * sigma(-d)) ** 2, *normal)  # ±p (1 - p), twice
        exact = [mpf(1) / 2, mpf(1) / 4 + spread, spread, mpf(0), slope]
    assert worst_of_five(astuple(moments(softmax, mean=0.7, std=std, units=2)), exact) < DIGITS


def test_softmax_of_three_keeps_its_digits() -> None:
    with mpmath.workdps(25):
        exact = [mpf(1) / 3, *softmax_of_three(mpf(0.8))]
    assert worst_of_five(astuple(moments(softmax, std=0.8, units=3)), exact) < DIGITS


def softmax_of_three(std: mpf) -> list[mpf]:
    """Return E[p²], Var p, 0 and E[sum_i J_i1²], by equal steps in both directions that count."""
    step = mpf("0.25")  # exp(-2 pi² / step²) is 1e-137, exp(-9² / 2) 1e-18
    total = [mpf(0)] * 4
    for x, y in product([k * step for k in range(-36, 37)], repeat=2):
        e = [1, mpmath.exp(std * x * mpmath.sqrt(2))]  # exp(z_j - z_1)
        e.append(mpmath.exp(std * (x + y * mpmath.sqrt(3)) / mpmath.sqrt(2)))
        p, q, r = (one / sum(e) for one in e)
        row = (p * (1 - p)) ** 2 + (p * q) ** 2 + (p * r) ** 2
        weight = step**2 * mpmath.npdf(x) * mpmath.npdf(y)
        terms = (p * p, (p - mpf(1) / 3) ** 2, 0, row)
        total = [old + weight * term for old, term in zip(total, terms, strict=True)]
    return total


def test_softmax_of_many_is_nearly_a_lognormal_over_its_mean() -> None:
    found = moments(softmax, std=0.5, units=10**6)
    # the sum is its mean but for a share of 5e-4, whose square is what is left out
    assert found.variance * 10**12 == pytest.approx(np.expm1(0.25), rel=1e-5)
    assert found.mean_square == pytest.approx(np.exp(0.25) * 1e-12, rel=1e-5)


def test_softmax_of_one_is_constant() -> None:
    found = moments(softmax, std=2.0, units=1)
    assert astuple(found) == (1.0, 1.0, 0.0, 0.0, 0.0)
    with pytest.raises(ValueError, match="softmax has no gain backward"):
        gain(softmax, direction="backward", units=1)


# ---- What is refused
def test_softmax_wants_its_number_of_units() -> None:
    with pytest.raises(ValueError, match="units must be given for softmax"):
        moments(softmax)
    with pytest.raises(ValueError, match="at least one unit, got 0"):
        moments(softmax, units=0)


def test_units_that_an_activation_cannot_take_are_refused() -> None:
    with pytest.raises(ValueError, match="multiple of 3 units, got 7"):
        gain(maxout(pieces=3), units=7)


def test_vector_activations_of_ones_own_are_refused() -> None:
    own = replace(VECTOR["crelu"], title="mine")
    with pytest.raises(ValueError, match=r"f must come from the table ALL .* got crelu"):
        moments(own)


def test_gains_of_vector_activations_count_both_ways() -> None:
    assert gain(VECTOR["crelu"]) == pytest.approx(np.sqrt(2), rel=1e-15)
    assert gain(VECTOR["crelu"], direction="backward") == pytest.approx(1.0, rel=1e-15)
    assert gain(maxout(pieces=2), direction="backward") == pytest.approx(np.sqrt(2), rel=1e-15)
