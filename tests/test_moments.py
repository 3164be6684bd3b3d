"""Moments of elementwise activations against mpmath, and what is made of them."""

import time
from dataclasses import astuple, replace
from itertools import product

import mpmath
import numpy as np
import pytest
import torch
from mpmath import mpf
from numpy.testing import assert_allclose
from scipy import stats

from moment_oracles import exact_moments, worst_of_five
from rectified import activations
from rectified.activations import ALL, ELEMENTWISE, Activation, relu, step
from rectified.moments import expectation, gain, moments
from rectified.moments.elementwise import integrated_moments
from rectified.moments.pieces import PIECES, closed_moments

DIGITS = 1e-12  # what the book promises; the worst that the audit finds is 7e-15
FAMILIES = {
    f.name: f
    for f in (
        *(activations.leaky_relu(slope=0.7), activations.prelu(slope=-3.3)),
        *(activations.prelu(slope=0.0), activations.elu(alpha=3.3), activations.celu(alpha=0.7)),
        *(activations.softplus(beta=3.3), activations.swish(beta=0.7)),
    )
}
KNOWN = {**{f.name: f for f in ELEMENTWISE.values()}, **FAMILIES}
each_elementwise = pytest.mark.parametrize("f", ELEMENTWISE.values(), ids=repr)
each_in_pieces = pytest.mark.parametrize("name", PIECES)


def error(f: Activation, mean: float, std: float) -> float:
    """Return the largest error of the five moments, as `worst_of_five` measures it."""
    exact = exact_moments(f.name, mean, std, [*f.kinks, *f.jumps])
    return worst_of_five(astuple(moments(f, mean=mean, std=std)), exact)


@each_elementwise
def test_moments_keep_their_digits_at_a_standard_normal(f: Activation) -> None:
    assert error(f, 0.0, 1.0) < DIGITS


@each_elementwise
def test_moments_keep_their_digits_where_nearly_nothing_varies(f: Activation) -> None:
    assert error(f, 3.0, 1e-3) < DIGITS  # E[f²] - E[f]² alone would lose 5 to 10 of 16 digits


@pytest.mark.parametrize("name", ["tanh", "softsign", "hard_swish", "elu", "gelu"])
def test_moments_keep_their_digits_where_nearly_all_is_far_out(name: str) -> None:
    assert error(ELEMENTWISE[name], -3.0, 1e3) < DIGITS


def test_a_rise_far_away_takes_no_digits_from_a_small_variance() -> None:
    assert error(ELEMENTWISE["tanh"], 8.0, 0.4) < DIGITS  # it rises 20 standard deviations away


@pytest.mark.audit
@pytest.mark.parametrize("f", KNOWN.values(), ids=KNOWN)
def test_moments_keep_their_digits_everywhere(f: Activation) -> None:
    pairs = list(product((-3.0, 0.0, 3.0), (1e-3, 0.03, 0.3, 1.0, 4.0, 30.0, 1e3)))
    errors = {pair: error(f, *pair) for pair in pairs}
    place = max(errors, key=errors.get)
    print(f"\n{f!r:46} {errors[place]:.1e} at mean, std {place}")
    assert errors[place] < DIGITS


def test_far_out_in_a_tail_digits_are_relative_too() -> None:
    found = moments(relu, mean=-3.0, std=0.1)  # all that passes is 30 standard deviations away
    with mpmath.workdps(300):  # as the closed forms cancel to 1e-200
        m, s = mpf(-3), mpf(0.1)
        share, density = mpmath.ncdf(m / s), mpmath.npdf(m / s)
        exact = [m * share + s * density, (m * m + s * s) * share + m * s * density, share]
    pairs = zip((found.mean, found.mean_square, found.mean_slope), exact, strict=True)
    # the density at 30, exp(-450), already loses 450 roundings
    assert max(abs(float(a / b) - 1) for a, b in pairs) < 450 * 2**-52


# ---- Closed forms
@each_in_pieces
def test_pieces_are_the_activation(name: str) -> None:
    f = ELEMENTWISE[name]
    z = np.linspace(-9.03, 9.03, 400)
    pieces = PIECES[name](**f.parameters)
    expected = [next(p for p in pieces if p.low <= one < p.high)(one) for one in z]
    assert_allclose(f(z), expected, rtol=1e-14, atol=1e-15)  # a few roundings
    assert {p.low for p in pieces[1:]} >= {*f.kinks, *f.jumps}


@each_in_pieces
@pytest.mark.parametrize(("mean", "std"), [(0.0, 1.0), (-0.5, 0.8), (2.0, 3.0)])
def test_closed_forms_and_quadrature_agree(name: str, mean: float, std: float) -> None:
    f = ELEMENTWISE[name]
    closed = closed_moments(f, mean, std)
    assert closed is not None
    assert_allclose(closed, integrated_moments(f, mean, std), rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize(
    ("name", "mean", "std"),
    [("elu", 0.0, 1e-3), ("relu", -3.0, 0.3), ("hard_tanh", 0.0, 1e3), ("celu", 0.0, 1e3)],
)
def test_closed_forms_that_cancel_or_overflow_are_not_used(name, mean, std) -> None:
    assert closed_moments(ELEMENTWISE[name], mean, std) is None
    assert error(ELEMENTWISE[name], mean, std) < DIGITS


def test_closed_forms_of_textbooks_hold() -> None:
    found = moments(relu, std=3.0)
    assert found.mean == pytest.approx(3 / np.sqrt(2 * np.pi), rel=1e-15)
    assert (found.mean_square, found.mean_slope, found.mean_square_slope) == (4.5, 0.5, 0.5)
    # E[z Phi(z)] = std² E[phi(z)], and that is the density of a sum of two normals at 0
    gelu = moments(ELEMENTWISE["gelu"], std=3.0)
    assert gelu.mean == pytest.approx(9 / np.sqrt(2 * np.pi * 10), rel=1e-14)
    assert moments(ELEMENTWISE["sigmoid"], std=7.0).mean == pytest.approx(0.5, rel=1e-15)
    assert moments(ELEMENTWISE["selu"]).variance == pytest.approx(1.0, rel=1e-14)  # as it was made


def test_copies_that_somebody_changed_are_integrated() -> None:
    square = ELEMENTWISE["squared_relu"]
    doubled = replace(
        square, value=lambda z: 2 * square(z), derivative=lambda z: 2 * square.derivative(z)
    )
    assert closed_moments(doubled, 0.0, 1.0) is None
    assert moments(doubled).mean_square == pytest.approx(4 * 3 / 2, rel=1e-14)


def test_slopes_do_not_see_jumps() -> None:
    found = moments(step, mean=0.5)
    p = stats.norm.cdf(0.5)
    assert (found.mean_slope, found.mean_square_slope) == (0.0, 0.0)
    assert found.variance == pytest.approx(p * (1 - p), rel=1e-14)
    late = replace(step, value=lambda z: 1.0 * (z >= 0.3), jumps={0.3: 1.0})
    p = stats.norm.sf(0.3)
    assert moments(late).variance == pytest.approx(p * (1 - p), rel=1e-14)


def test_a_kink_that_the_record_leaves_out_is_noticed() -> None:
    value, slope = lambda z: np.maximum(z - 0.3, 0.0), lambda z: 1.0 * (z > 0.3)
    late = replace(ELEMENTWISE["sigmoid"], value=value, derivative=slope, kinks={0.3: 0.0})
    assert moments(late).mean_slope == pytest.approx(stats.norm.sf(0.3), rel=1e-14)
    with pytest.raises(ValueError, match="kinks and jumps must name all places where sigmoid"):
        moments(replace(late, kinks={}))


def test_the_smallest_standard_deviations_do_no_harm() -> None:
    found = moments(relu, std=1e-200)  # its square underflows
    assert found.mean == pytest.approx(1e-200 / np.sqrt(2 * np.pi), rel=1e-14)
    assert (found.mean_slope, found.mean_square_slope) == pytest.approx((0.5, 0.5), rel=1e-14)
    assert moments(ELEMENTWISE["gelu"], std=1e-200).mean_slope == pytest.approx(0.5, rel=1e-14)


# ---- Expectations
def test_expectations_know_the_moments_of_the_normal() -> None:
    found = expectation(lambda z: np.stack([z**0, z, z**2, z**4]), mean=0.3, std=2.0)
    m, v = 0.3, 4.0
    assert_allclose(found, [1, m, m**2 + v, m**4 + 6 * m**2 * v + 3 * v**2], rtol=1e-14)
    assert expectation(np.exp, std=2.0) == pytest.approx(np.exp(2.0), rel=1e-14)


def test_breaks_may_lie_anywhere() -> None:
    found = expectation(lambda z: np.abs(z - 0.7), breaks=[0.7, 900.0, -1e300], mean=0.7)
    assert found == pytest.approx(np.sqrt(2 / np.pi), rel=1e-14)


@pytest.mark.parametrize("g", [lambda z: np.abs(z - 0.7), lambda z: 1.0 * (z > 0.7)])
def test_a_break_that_nobody_named_is_noticed(g) -> None:
    with pytest.raises(ValueError, match="breaks must name all places"):
        expectation(g)


def test_infinite_values_are_no_expectation() -> None:
    with pytest.raises(ValueError, match="breaks must name"), np.errstate(over="ignore"):
        expectation(np.exp, std=1e3)


def test_a_constant_must_have_the_places_shape() -> None:
    with pytest.raises(
        ValueError, match=r"g must return \(..., 2664\) for as many places, got \(\)"
    ):
        expectation(lambda z: 1.0)


@pytest.mark.parametrize(
    "call", [lambda **k: moments(relu, **k), lambda **k: expectation(abs, **k)]
)
@pytest.mark.parametrize("wrong", [0.0, -1.0, np.nan, np.inf])
def test_no_normal_without_a_positive_spread(call, wrong: float) -> None:
    with pytest.raises(ValueError, match="std must be positive and finite"):
        call(std=wrong)
    if not np.isfinite(wrong):
        with pytest.raises(ValueError, match="mean must be finite"):
            call(mean=wrong)


# ---- Gains
def test_gains_of_relu_are_the_square_root_of_two() -> None:
    assert gain(relu) == gain(relu, direction="backward") == np.sqrt(2)


def test_gains_are_those_of_torch_where_torch_derives_them() -> None:
    leaky = activations.leaky_relu(slope=0.2)
    for f, name, slope in ((relu, "relu", None), (leaky, "leaky_relu", 0.2)):
        assert gain(f) == pytest.approx(torch.nn.init.calculate_gain(name, slope), rel=1e-15)
    # and as the docstring says where it does not
    tanh, sigmoid = ELEMENTWISE["tanh"], ELEMENTWISE["sigmoid"]
    found = [gain(f, direction=way) for f in (tanh, sigmoid) for way in ("forward", "backward")]
    assert np.round(found, 2).tolist() == [1.59, 1.47, 1.85, 4.72]
    assert torch.nn.init.calculate_gain("tanh") == 5 / 3


def test_a_gain_keeps_the_mean_square_through_a_layer() -> None:
    rng = np.random.default_rng(3)
    f, width = ELEMENTWISE["gelu"], 400
    w = rng.standard_normal((width, width)) * gain(f) / np.sqrt(width)
    kept = np.mean((f(rng.standard_normal((2000, width))) @ w) ** 2)
    assert kept == pytest.approx(1.0, abs=0.03)  # 160 000 weights: one standard error is 0.004


def test_the_step_passes_no_gradient_so_has_no_gain_backward() -> None:
    assert gain(step) == pytest.approx(np.sqrt(2), rel=1e-15)
    with pytest.raises(ValueError, match="step has no gain backward"):
        gain(step, direction="backward")


def test_a_gain_has_two_directions_only() -> None:
    with pytest.raises(ValueError, match="direction must be 'forward' or 'backward', got 'fan_in'"):
        gain(relu, direction="fan_in")


@pytest.mark.audit
@pytest.mark.parametrize("f", ALL.values(), ids=repr)
def test_a_gain_takes_less_than_50_ms(f) -> None:
    def seconds() -> float:
        start = time.perf_counter()
        gain(f, units=10)
        return time.perf_counter() - start

    assert min(seconds() for _ in range(3)) < 0.05  # measured: 0.3 to 6 ms
