"""Mean products of two correlated preactivations' outputs and slopes, against mpmath."""

from collections.abc import Callable, Mapping

import mpmath
import numpy as np
import pytest
from mpmath import mpf
from numpy.testing import assert_allclose

from activation_oracles import Oracle
from moment_oracles import (
    KNOWN,
    bent_products,
    exact_moments,
    nested_product,
    smooth_product,
)
from rectified import activations
from rectified.activations import ELEMENTWISE, Activation, relu, softmax, step
from rectified.moments import expectation, mean_product, mean_product_slope, moments

DIGITS = 1e-12  # of E[f²] or E[f'²], as promised; the worst seen is 4e-15
PRODUCTS = (mean_product, mean_product_slope)
NEAR_ONE = 1 - 1e-10
CORRELATIONS = [0.3, NEAR_ONE, -1 + 1e-7]
BENT: Mapping[str, Mapping[float, float]] = {  # name -> by how much the slope jumps where
    "relu": {0.0: 1.0},
    "prelu": {0.0: 0.75},
    "hard_tanh": {-1.0: 1.0, 1.0: -1.0},
    "relu6": {0.0: 1.0, 6.0: -1.0},
}


@pytest.mark.parametrize(
    ("name", "mean", "std"),
    [("relu", 0.0, 1.0), ("prelu", 0.7, 5.0), ("hard_tanh", 0.7, 5.0), ("relu6", 3.0, 0.5)],
)
def test_products_of_bent_lines_keep_their_digits(name: str, mean: float, std: float) -> None:
    f, kinks = ELEMENTWISE[name], BENT[name]
    with mpmath.workdps(25):
        first, square, _, slope, square_slope = exact_moments(f.name, mean, std, kinks)
        pairs = [bent_products(kinks, (first, slope), mean, std, mpf(c)) for c in CORRELATIONS]
        exact = np.array(pairs).T
    for call, expected_products, scale in zip(PRODUCTS, exact, (square, square_slope), strict=True):
        found = call(f, CORRELATIONS, mean=mean, std=std)
        assert max(abs(found - expected_products)) < DIGITS * scale


def error_by(oracle: Callable, f: Activation, mean: float, std: float, rho: float) -> float:
    """Return the larger error of both products, relative to the mean squares."""
    with mpmath.workdps(25):
        exact = [oracle(g, mean, std, mpf(rho)) for g in KNOWN[f.name]]
    found = [call(f, rho, mean=mean, std=std) for call in PRODUCTS]
    known = moments(f, mean=mean, std=std)
    scales = (known.mean_square, known.mean_square_slope)
    trios = zip(found, exact, scales, strict=True)
    return max(float(abs(a - b)) / scale for a, b, scale in trios)


@pytest.mark.parametrize(("name", "rho"), [("tanh", NEAR_ONE), ("gelu", -0.9), ("softplus", 0.3)])
def test_products_of_smooth_functions_keep_their_digits(name: str, rho: float) -> None:
    assert error_by(smooth_product, ELEMENTWISE[name], 0.4, 0.8, rho) < DIGITS


@pytest.mark.audit
@pytest.mark.parametrize(
    "name", ["relu", "softsign", "squared_relu", "hard_swish", "elu", "celu", "selu"]
)
def test_products_agree_with_integrals_within_integrals(name: str) -> None:
    f = ELEMENTWISE[name]

    def oracle(g: Oracle, mean: float, std: float, rho: mpf) -> mpf:
        return nested_product(g, mean, std, rho, [0.0, *f.kinks])

    error = error_by(oracle, f, -0.5, 3.0, -0.9)
    print(f"\n{name:14} {error:.1e}")
    assert error < DIGITS


@pytest.mark.parametrize(
    ("name", "std"), [*((name, 30.0) for name in ELEMENTWISE), ("tanh", 1e3), ("gelu", 1e3)]
)
def test_the_ends_are_moments_of_one_variable(name: str, std: float) -> None:
    f, mean = ELEMENTWISE[name], -0.8
    known = moments(f, mean=mean, std=std)
    breaks = {0.0, *f.kinks, *f.jumps}
    both = [*breaks, *(2 * mean - place for place in breaks)]
    found = mean_product(f, [0.0, 1.0, -1.0], mean=mean, std=std)
    mirrored = expectation(lambda z: f(z) * f(2 * mean - z), mean=mean, std=std, breaks=both)
    ends = [known.mean**2, known.mean_square, mirrored]
    assert_allclose(found, ends, rtol=0, atol=DIGITS * known.mean_square)
    found = mean_product_slope(f, [0.0, 1.0], mean=mean, std=std)
    ends = [known.mean_slope**2, known.mean_square_slope]
    assert_allclose(found, ends, rtol=0, atol=DIGITS * known.mean_square_slope)


def test_arc_cosine_kernels_hold() -> None:
    c = np.array([-0.5, 0.2, 0.9])
    theta = np.arccos(c)
    kernel = (np.sin(theta) + (np.pi - theta) * c) / np.pi  # 1 at correlation 1
    assert_allclose(mean_product(relu, c, std=3.0), 9 * kernel / 2, rtol=1e-14)
    assert_allclose(mean_product(step, c), (1 - theta / np.pi) / 2, rtol=1e-14)
    assert_allclose(mean_product(ELEMENTWISE["identity"], c, std=3.0), 9 * c, rtol=1e-14)


def test_closed_forms_and_quadrature_agree_beside_mean_0() -> None:
    for f in (relu, step, activations.prelu(slope=-3.3)):
        for call in PRODUCTS:
            beside = call(f, [0.4, -0.97], mean=1e-13)  # too far from 0 for the closed form
            scale = moments(f).mean_square
            assert_allclose(call(f, [0.4, -0.97]), beside, atol=1e-12 * scale)


def test_slopes_say_how_products_grow_with_the_correlation() -> None:
    f, c, h = ELEMENTWISE["selu"], 0.6, 1e-5
    growth = np.diff(mean_product(f, [c - h, c + h], mean=0.3, std=1.7))[0] / (2 * h)
    assert growth == pytest.approx(1.7**2 * mean_product_slope(f, c, mean=0.3, std=1.7), rel=1e-8)


def test_a_sample_of_pairs_agrees() -> None:
    rng, f = np.random.default_rng(5), ELEMENTWISE["hard_swish"]
    x, y = rng.standard_normal((2, 200_000))
    products = f(0.5 + 2 * x) * f(0.5 + 2 * (0.6 * x + 0.8 * y))
    error = products.std() / np.sqrt(products.size)
    found = mean_product(f, 0.6, mean=0.5, std=2.0)
    assert found == pytest.approx(products.mean(), abs=4 * error)


def test_products_have_the_shape_of_the_correlations() -> None:
    tanh = ELEMENTWISE["tanh"]
    for f in (relu, tanh, step):
        assert mean_product(f, np.zeros((2, 3))).shape == (2, 3)
        assert mean_product(f, []).shape == (0,)
        assert isinstance(mean_product(f, 0.5), float)


@pytest.mark.parametrize("call", PRODUCTS)
def test_wrong_pairs_are_refused(call) -> None:
    for wrong in (1.0000001, -2.0, np.nan):
        with pytest.raises(ValueError, match="correlation must lie between -1 and 1"):
            call(relu, [0.5, wrong])
    with pytest.raises(TypeError, match="f must be an elementwise activation, got softmax"):
        call(softmax, 0.5)
    with pytest.raises(ValueError, match="std must be positive"):
        call(relu, 0.5, std=0.0)
    with pytest.raises(ValueError, match="mean must be finite"):
        call(relu, 0.5, mean=np.inf)
