"""Mean-field theory: maps, fixed points and phases, against simulation, iteration and papers."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import optimize

from rectified import activations
from rectified.activations import ELEMENTWISE, identity, relu, selu, softmax, step, tanh
from rectified.moments import (
    FixedPoint,
    chi,
    correlation_map,
    critical_weight_variance,
    expectation,
    fixed_points,
    gain,
    mean_product_slope,
    variance_map,
)

silu, squared_relu = ELEMENTWISE["silu"], ELEMENTWISE["squared_relu"]


# ---- Maps
def test_the_variance_map_of_relu_is_a_line() -> None:
    q = np.array([[0.0, 1e-8], [3.0, 1e8]])
    found = variance_map(relu, q, weight_variance=1.5, bias_variance=0.25)
    assert_allclose(found, 0.75 * q + 0.25, rtol=1e-14)
    assert isinstance(variance_map(relu, 2.0, weight_variance=1.5, bias_variance=0.0), float)


def test_without_any_signal_the_map_sees_f_at_zero() -> None:
    sigmoid = ELEMENTWISE["sigmoid"]
    assert variance_map(sigmoid, 0.0, weight_variance=2.0, bias_variance=0.25) == 0.75


def test_maps_are_what_a_wide_layer_does() -> None:
    rng, width = np.random.default_rng(2), 1000
    z = np.sqrt(1.7) * rng.standard_normal((2, width))
    z[1] = 0.6 * z[0] + 0.8 * z[1]  # correlation 0.6
    w = rng.standard_normal((width, 4000)) * np.sqrt(2.5 / width)
    b = rng.standard_normal(4000) * np.sqrt(0.3)
    following = tanh(z) @ w + b
    network = {"weight_variance": 2.5, "bias_variance": 0.3}
    q = variance_map(tanh, 1.7, **network)
    c = correlation_map(tanh, 0.6, q=1.7, **network)
    # 4000 outputs and 1000 inputs: standard errors are near 2 %
    assert np.mean(following**2) == pytest.approx(q, rel=0.1)
    assert np.mean(following[0] * following[1]) == pytest.approx(c * q, rel=0.15)


def test_chi_is_the_slope_of_the_correlation_map_at_one() -> None:
    network = {"weight_variance": 3.0, "bias_variance": 0.05}
    (point,) = fixed_points(tanh, **network).points
    c = np.array([1 - 1e-6, 1.0])
    rise = np.diff(correlation_map(tanh, c, q=point.q, **network))[0] / 1e-6
    assert rise == pytest.approx(point.chi, rel=1e-5)  # the map bends
    assert point.chi == pytest.approx(chi(tanh, point.q, weight_variance=3.0), rel=1e-15)
    assert 3.0 * mean_product_slope(tanh, 1.0, std=np.sqrt(point.q)) == pytest.approx(point.chi)


def test_equal_inputs_stay_equal() -> None:
    found = correlation_map(
        ELEMENTWISE["gelu"], [1.0, 0.0], q=2.0, weight_variance=1.0, bias_variance=0.0
    )
    assert found[0] == pytest.approx(1.0, abs=1e-14)
    assert 0 < found[1] < 1  # gelu is not odd: orthogonal inputs become alike


def test_beside_zero_chi_sees_the_slopes_there() -> None:
    assert chi(relu, 0.0, weight_variance=3.0) == 1.5
    assert chi(tanh, 0.0, weight_variance=3.0) == 3.0
    assert chi(squared_relu, 0.0, weight_variance=3.0) == 0.0


# ---- Fixed points
@pytest.mark.parametrize(
    ("f", "weight_variance", "bias_variance"),
    [(tanh, 1.5, 0.1), (silu, 1.2, 0.5), (relu, 1.2, 0.3)],
)
def test_layer_after_layer_a_variance_goes_to_the_stable_fixed_point(
    f, weight_variance: float, bias_variance: float
) -> None:
    network = {"weight_variance": weight_variance, "bias_variance": bias_variance}
    (point,) = fixed_points(f, **network).points
    assert point.stable
    assert variance_map(f, point.q, **network) == pytest.approx(point.q, rel=1e-14)
    q = 1.01 * point.q
    for _ in range(4):
        before, q = q, variance_map(f, q, **network)
    # a small distance shrinks by the slope; it is 1 % at first, and the map bends
    assert (q - point.q) / (before - point.q) == pytest.approx(point.slope, rel=0.01)
    for _ in range(100):
        q = variance_map(f, q, **network)
    assert q == pytest.approx(point.q, rel=1e-12)


def test_slopes_are_those_of_the_map() -> None:
    late = replace(step, value=lambda z: 1.0 + 1.0 * (z >= 0.3), jumps={0.3: 2.0})
    for f in (tanh, silu, ELEMENTWISE["selu"], ELEMENTWISE["sigmoid"], step, late):
        network = {"weight_variance": 0.9, "bias_variance": 0.2}
        for point in fixed_points(f, **network).points:
            h = 1e-5 * point.q
            ends = variance_map(f, [point.q - h, point.q + h], **network)
            # rounding of the difference leaves 10 digits, its square term 1e-10
            assert np.diff(ends)[0] / (2 * h) == pytest.approx(point.slope, rel=1e-8, abs=1e-9)


def test_selu_keeps_variance_one_as_it_was_made_to() -> None:
    points = fixed_points(selu, weight_variance=1.0, bias_variance=0.0).points
    assert [point.stable for point in points] == [False, True]
    assert points[1].q == pytest.approx(1.0, rel=1e-12)
    # the mean changes with the variance too; both rates make the norm that Klambauer et al. give
    to_mean = expectation(lambda z: z * selu.derivative(z)) / 2
    assert np.hypot(points[1].slope, to_mean) == pytest.approx(0.7877, abs=5e-5)


def test_relu_keeps_nothing_one_variance_or_all() -> None:
    vanishing = fixed_points(relu, weight_variance=1.0, bias_variance=0.0)
    assert [(p.q, p.slope, p.stable, p.phase) for p in vanishing.points] == [
        (0.0, 0.5, True, "ordered")
    ]
    surviving = fixed_points(relu, weight_variance=2.0, bias_variance=0.0)
    assert (surviving.points, surviving.every, surviving.explodes) == ((), True, False)
    exploding = fixed_points(relu, weight_variance=3.0, bias_variance=0.0)
    assert [(p.q, p.stable, p.phase) for p in exploding.points] == [(0.0, False, "chaotic")]
    assert exploding.explodes
    (biased,) = fixed_points(relu, weight_variance=1.0, bias_variance=0.3).points
    assert biased.q == pytest.approx(0.6, rel=1e-14)
    growing = fixed_points(relu, weight_variance=2.0, bias_variance=0.3)
    assert (growing.points, growing.every, growing.explodes) == ((), False, True)


def test_squares_have_two_fixed_points_and_what_lies_beyond_explodes() -> None:
    # the map is 3/2 weight_variance q² + bias_variance
    found = fixed_points(squared_relu, weight_variance=3.0, bias_variance=0.05)
    roots = (1 + np.array([-1, 1]) * np.sqrt(1 - 4 * 4.5 * 0.05)) / 9
    assert_allclose([point.q for point in found.points], roots, rtol=1e-13)
    assert [point.stable for point in found.points] == [True, False]
    assert found.explodes


def test_results_know_their_settings() -> None:
    found = fixed_points(tanh, weight_variance=1.5, bias_variance=0.1)
    assert (found.activation, found.weight_variance, found.bias_variance) == ("tanh", 1.5, 0.1)
    assert not found.explodes


def test_phases_are_named_after_chi() -> None:
    phases = [FixedPoint(q=1.0, slope=0.5, chi=c).phase for c in (0.9, 1.0, 1 + 1e-12, 1.1)]
    assert phases == ["ordered", "critical", "critical", "chaotic"]


# ---- The edge of chaos
def test_without_bias_the_edge_is_where_slopes_at_zero_say() -> None:
    assert critical_weight_variance(tanh, bias_variance=0.0) == 1.0
    assert critical_weight_variance(relu, bias_variance=0.0) == 2.0
    assert critical_weight_variance(silu, bias_variance=0.0) == 4.0


def test_with_bias_the_edge_of_tanh_solves_both_equations() -> None:
    x, weights = np.polynomial.hermite_e.hermegauss(120)
    weights /= weights.sum()

    def faults(unknown: np.ndarray) -> list[float]:
        weight_variance, q = unknown
        h = np.tanh(np.sqrt(q) * x)
        moved = weight_variance * weights @ h**2 + 0.05 - q
        return [moved, weight_variance * weights @ (1 - h**2) ** 2 - 1]

    weight_variance, _ = optimize.fsolve(faults, [1.5, 0.5], xtol=1e-13)
    # 120 nodes leave 1e-10 of a function with poles near the line
    assert critical_weight_variance(tanh, bias_variance=0.05) == pytest.approx(
        weight_variance, rel=1e-8
    )


@pytest.mark.parametrize("f", [tanh, silu, selu, ELEMENTWISE["sigmoid"], squared_relu], ids=repr)
@pytest.mark.parametrize("bias_variance", [0.01, 1.0])
def test_at_the_edge_a_fixed_point_is_critical(f, bias_variance: float) -> None:
    weight_variance = critical_weight_variance(f, bias_variance=bias_variance)
    network = {"weight_variance": weight_variance, "bias_variance": bias_variance}
    assert "critical" in [point.phase for point in fixed_points(f, **network).points]


@pytest.mark.parametrize("slope", [-1.0, 0.25])
def test_of_a_bent_line_the_edge_is_the_square_of_both_gains(slope: float) -> None:
    f = activations.prelu(slope=slope)
    edge = critical_weight_variance(f, bias_variance=0.0)
    assert edge == pytest.approx(2 / (1 + slope**2), rel=1e-15)
    assert edge == pytest.approx(gain(f) ** 2) == pytest.approx(gain(f, direction="backward") ** 2)
    assert fixed_points(f, weight_variance=edge, bias_variance=0.0).every


@pytest.mark.parametrize(
    ("f", "bias_variance"), [(relu, 0.1), (identity, 0.1), (step, 0.0), (squared_relu, 0.0)]
)
def test_some_have_no_edge(f, bias_variance: float) -> None:
    with pytest.raises(ValueError, match=f"leaves {f.name} no edge of chaos"):
        critical_weight_variance(f, bias_variance=bias_variance)


# ---- What is refused
CALLS = {
    "variance_map": lambda f, w, b: variance_map(f, 1.0, weight_variance=w, bias_variance=b),
    "correlation_map": lambda f, w, b: correlation_map(
        f, 0.5, q=1.0, weight_variance=w, bias_variance=b
    ),
    "fixed_points": lambda f, w, b: fixed_points(f, weight_variance=w, bias_variance=b),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_wrong_networks_are_refused(call) -> None:
    with pytest.raises(TypeError, match="f must be an elementwise activation, got softmax"):
        call(softmax, 1.0, 0.0)
    for wrong in (0.0, -1.0, np.nan, np.inf):
        with pytest.raises(ValueError, match="weight_variance must be positive and finite"):
            call(tanh, wrong, 0.0)
    with pytest.raises(ValueError, match=r"bias_variance must be at least 0, got -0\.1"):
        call(tanh, 1.0, -0.1)
    with pytest.raises(ValueError, match="bias_variance must be finite"):
        call(tanh, 1.0, np.nan)


def test_wrong_variances_are_refused() -> None:
    network = {"weight_variance": 1.0, "bias_variance": 0.0}
    for wrong in ([1.0, -1.0], np.nan, np.inf):
        with pytest.raises(ValueError, match="q must be finite and at least 0"):
            variance_map(tanh, wrong, **network)
    with pytest.raises(ValueError, match="q must be positive"):
        correlation_map(tanh, 0.5, q=0.0, **network)
    with pytest.raises(ValueError, match="correlation must lie between -1 and 1"):
        correlation_map(tanh, 1.5, q=1.0, **network)
    with pytest.raises(ValueError, match="q must be at least 0, got -1"):
        chi(tanh, -1.0, weight_variance=1.0)
    with pytest.raises(ValueError, match="q must be finite"):
        chi(tanh, np.inf, weight_variance=1.0)
    with pytest.raises(ValueError, match="bias_variance must be at least 0"):
        critical_weight_variance(tanh, bias_variance=-1.0)
