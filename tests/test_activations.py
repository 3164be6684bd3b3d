"""What every entry of the table promises: properties, dtypes, out=, errors, and PyTorch's twin."""

import warnings
from dataclasses import replace

import mpmath
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from mpmath import mpf
from numpy.testing import assert_allclose, assert_array_equal

from activation_oracles import ORACLES
from rectified import activations
from rectified.activations import ALL, ELEMENTWISE, VECTOR, Activation, VectorActivation
from rectified.activations.record import BLOCK

INF = np.inf
EPS = np.finfo(np.float64).eps
FAMILIES = {"linear", "step", "saturating", "piecewise linear", "piecewise quadratic", "smooth"}
each_activation = pytest.mark.parametrize("f", ELEMENTWISE.values(), ids=ELEMENTWISE.keys())
each_dtype = pytest.mark.parametrize("dtype", [np.float64, np.float32], ids=["64", "32"])
DENSE = np.concatenate([np.linspace(-50, 50, 200_001), [-1e300, -1e10, -800, 800, 1e10, 1e300]])


def off(f: Activation, z: np.ndarray) -> np.ndarray:
    """Return z without the kinks and jumps of f."""
    return z[~np.isin(z, [*f.kinks, *f.jumps])]


# --- the table -----------------------------------------------------------------------------------


def test_the_table_is_read_only_and_its_parts_make_it_up() -> None:
    assert dict(ALL) == {**ELEMENTWISE, **VECTOR}
    with pytest.raises(TypeError):
        ALL["relu"] = ALL["gelu"]
    assert len({f.name for f in ALL.values()}) == len(ALL)


def test_every_public_name_exists() -> None:
    assert all(hasattr(activations, name) for name in activations.__all__)


@pytest.mark.parametrize("key", ALL)
def test_a_key_is_the_name_before_its_parameters(key: str) -> None:
    f = ALL[key]
    assert f.name.partition("(")[0] == key == repr(f).partition("(")[0]
    assert f.title
    assert f.formula
    assert f.source.isalnum()


@each_activation
def test_an_entry_cannot_be_changed(f: Activation) -> None:
    with pytest.raises(AttributeError):
        f.name = "other"
    with pytest.raises(TypeError):
        f.kinks[0.0] = 1.0
    assert f.family in FAMILIES


# --- what the record says of f, on a dense grid --------------------------------------------------


@each_activation
def test_image_holds_all_values_and_is_approached(f: Activation) -> None:
    low, high = f.image
    values = f(DENSE)
    slack = 2 * EPS * np.abs(values)  # an extreme value may come out a unit in the last place off
    assert np.all(values >= low - slack)
    assert np.all(values <= high + slack)
    # bounds are met at a place of the grid, near one (flat there: 1e-6), or like 1 / z (softsign)
    assert values.min() <= low + 1e-6 if np.isfinite(low) else values.min() < -1e290
    assert values.max() >= high - 1e-6 if np.isfinite(high) else values.max() > 1e290


@each_activation
def test_slopes_hold_all_derivatives_and_are_approached(f: Activation) -> None:
    low, high = f.slopes
    z = off(f, DENSE)
    slopes = f.derivative(z)
    assert np.all(slopes >= low - 4 * EPS)  # four half-ulps of numbers near 1
    assert np.all(slopes <= high + 4 * EPS)
    near = np.concatenate([slopes, f.derivative(np.array([k + s for k in f.kinks for s in STEPS]))])
    assert near.min() <= low + 1e-6  # one sixth of the grid's spacing squared, and margin
    assert near.max() >= high - 1e-6 if np.isfinite(high) else near.max() > 1e290


STEPS = (-1e-9, 1e-9)


@each_activation
def test_monotone_says_whether_values_ever_turn_round(f: Activation) -> None:
    steps = np.diff(f(np.sort(DENSE)))
    # rounding may turn neighbours round by a unit in the last place where f is flat
    rises, falls = np.any(steps > 4 * EPS), np.any(steps < -4 * EPS)
    assert f.monotone == (not (rises and falls))


@each_activation
def test_zero_centred_means_odd(f: Activation) -> None:
    z = np.linspace(0.01, 30, 997)
    assert f.zero_centred == np.allclose(f(-z), -f(z), rtol=4 * EPS, atol=0)


@each_activation
def test_limits_are_the_values_at_infinity_and_approached_from_this_side(f: Activation) -> None:
    assert_array_equal(f(np.array([-INF, INF])), f.limits)
    far = f(np.array([-1e6, 1e6]))
    for value, limit in zip(far, f.limits, strict=True):
        # softsign is the slowest: it is 1e-6 away; the steepest fall is leaky_relu's, 0.01 z
        assert abs(value - limit) <= 1e-6 if np.isfinite(limit) else abs(value) >= 1e4


@each_activation
def test_derivative_at_infinity_is_the_limit_of_the_slope(f: Activation) -> None:
    # at 1e6 every slope has arrived, softsign's but for 1e-12; squared relu's is infinite
    expected = f.derivative(np.array([-1e12, 1e12]))
    if np.isinf(f.slopes[1]):
        expected[1] = INF
    assert_allclose(f.derivative(np.array([-INF, INF])), expected, rtol=0, atol=1e-12)


def one_sided(name: str, order: int, place: float, side: int) -> float:
    """Return the derivative of that order just beside a place, from the oracle, at 60 digits."""
    with mpmath.workdps(60):
        value = ORACLES[name][0]
        beside = mpf(place) + side * mpf(10) ** -30  # the stencil stays on its side
        return float(
            mpmath.diff(value, beside, order, h=mpf(10) ** -33) if order else value(beside)
        )


@each_activation
def test_at_kinks_and_jumps_and_nowhere_else_does_f_break(f: Activation) -> None:
    suspects = {-6.0, -3.0, -1.0, -0.5, 0.0, 0.5, 1.0, 3.0, 6.0} | set(f.kinks) | set(f.jumps)
    for place in suspects:
        value = [one_sided(f.name, 0, place, side) for side in (-1, 1)]
        slope = [one_sided(f.name, 1, place, side) for side in (-1, 1)]
        assert (abs(value[1] - value[0]) > 1e-6) == (place in f.jumps)
        assert (abs(slope[1] - slope[0]) > 1e-6) == (place in f.kinks)


@each_activation
def test_the_choice_at_a_break_is_the_field_and_one_side_of_it(f: Activation) -> None:
    for place, slope in f.kinks.items():
        assert f.derivative(place) == slope
        sides = [one_sided(f.name, 1, place, side) for side in (-1, 1)]
        assert np.isclose(slope, sides, rtol=4 * EPS).any()
    for place, value in f.jumps.items():
        assert f(place) == value
        assert value in [one_sided(f.name, 0, place, side) for side in (-1, 1)]
        assert f.derivative(place) == 0.0


@each_activation
def test_the_output_tells_the_slope_where_the_entry_says_so(f: Activation) -> None:
    beside = [np.nextafter([*f.kinks, *f.jumps], side) for side in (-INF, INF)]
    z = np.concatenate([DENSE, *beside, [*f.kinks, *f.jumps], [0.0, -0.0, 5e-324, -5e-324]])
    told = np.array_equal(f.derivative(f(z)), f.derivative(z))
    assert told == f.keeps_slope


@each_activation
@each_dtype
def test_a_gradient_goes_back_through_the_slope(f: Activation, dtype) -> None:
    z = np.concatenate([DENSE[::50], [*f.kinks, *f.jumps], [0.0, -0.0]]).astype(dtype)
    grad = np.cos(7 * z)
    found = f.vjp(z, grad)
    assert found.dtype == dtype
    assert_array_equal(found, grad * f.derivative(z))  # both round one product
    assert_array_equal(grad, np.cos(7 * z))


def test_functions_that_pass_or_block_have_a_gate() -> None:
    gated = {name for name, f in ELEMENTWISE.items() if f.gate is not None}
    assert gated == {"relu", "relu6", "hard_tanh"}
    assert_array_equal(activations.relu.gate(np.array([-1.0, 0.0, 2.0, np.nan])), [0, 0, 1, 0])
    with pytest.raises(ValueError, match="gate must be None for relu: f' is not 1 where it is"):
        replace(activations.relu, derivative=np.ones_like)


def test_a_copy_whose_output_tells_no_slope_has_to_say_so() -> None:
    changed = {"value": lambda z: -np.maximum(z, 0.0), "name": "mine"}
    with pytest.raises(ValueError, match=r"keeps_slope must be False for mine: f'\(f\(z\)\)"):
        replace(activations.relu, **changed)
    assert not replace(activations.relu, keeps_slope=False, **changed).keeps_slope


@each_activation
def test_smoothness_counts_the_continuous_derivatives(f: Activation) -> None:
    def breaks(order: int) -> bool:
        places = (-3.0, -1.0, 0.0, 1.0, 3.0, 6.0)
        pairs = [[one_sided(f.name, order, p, side) for side in (-1, 1)] for p in places]
        return any(abs(left - right) > 1e-6 for left, right in pairs)

    highest = 3 if np.isinf(f.smoothness) else int(f.smoothness)
    assert not any(breaks(order) for order in range(highest + 1))
    assert np.isinf(f.smoothness) or breaks(highest + 1)


# --- PyTorch -------------------------------------------------------------------------------------

# 0, tails, kinks; not infinity, where PyTorch's gelu, silu, mish, softsign and others give NaN
PLACES = [0.0, 1e-30, 1e-8, 0.5, 1.0, 1.3, 3.0, 6.0, 19.0, 21.0, 300.0, 1e6]
PLACES = np.array([-place for place in PLACES] + PLACES)
TORCH_SLACK = {
    "softplus": np.exp(-20.0),  # beyond 20, PyTorch's is z itself
    "hard_sigmoid": 1e-8,  # its 1 / 6 is single
}


@each_activation
@each_dtype
def test_value_is_pytorchs(f: Activation, dtype: type) -> None:
    z = PLACES.astype(dtype)
    expected = f.torch_value(torch.from_numpy(z)).numpy()
    assert expected.dtype == dtype
    # absolute: PyTorch's tails lose their relative digits; 16 eps cover its exp, erf and tanh
    slack = 16 * np.finfo(dtype).eps + TORCH_SLACK.get(f.name.partition("(")[0], 0.0)
    assert_allclose(f(z), expected, rtol=slack, atol=slack)


@each_activation
@each_dtype
def test_derivative_is_autograds_at_kinks_too(f: Activation, dtype: type) -> None:
    if f.jumps:
        pytest.skip("PyTorch has no derivative of the step")
    t = torch.tensor(PLACES.astype(dtype), requires_grad=True)
    (expected,) = torch.autograd.grad(f.torch_value(t).sum(), t)
    slack = 16 * np.finfo(dtype).eps + TORCH_SLACK.get(f.name.partition("(")[0], 0.0)
    assert_allclose(f.derivative(t.detach().numpy()), expected.numpy(), rtol=slack, atol=slack)


def test_tensor_that_wants_a_gradient_is_refused_by_the_numpy_side() -> None:
    with pytest.raises(RuntimeError, match="requires grad"):
        activations.relu(torch.ones(2, requires_grad=True))


# --- dtypes, shapes, warnings --------------------------------------------------------------------


@each_activation
@pytest.mark.parametrize("part", ["value", "derivative"])
def test_nan_stays_nan_and_nothing_warns(f: Activation, part: str) -> None:
    largest = [np.finfo(np.float64).max, np.finfo(np.float32).max]
    with np.errstate(all="warn"), warnings.catch_warnings(action="error"):
        for dtype, top in zip((np.float64, np.float32), largest, strict=True):
            z = np.array([np.nan, INF, -INF, top, -top, 0.0, -0.0, 1e-45, 90.0, -90.0], dtype)
            result = getattr(f, part)(z)
            assert_array_equal(np.isnan(result), np.isnan(z))


@each_activation
@pytest.mark.parametrize("part", ["value", "derivative"])
def test_dtype_follows_the_rule(f: Activation, part: str) -> None:
    compute = getattr(f, part)
    for given_dtype in (np.float64, np.float32, ">f8", ">f4"):
        z = np.array([-2, 0, 2], given_dtype)
        expected = np.float64 if z.dtype.itemsize == 8 else np.float32
        assert compute(z).dtype == expected
        assert_array_equal(compute(z), compute(z.astype(expected)))
    for given_dtype in (np.int8, np.int64, np.uint16, np.bool_):
        z = np.array([0, 1, 1], given_dtype)
        assert compute(z).dtype == np.float64
        assert_array_equal(compute(z), compute(z.astype(np.float64)))


@each_activation
def test_single_is_double_rounded_once(f: Activation) -> None:
    z = np.random.default_rng(3).normal(size=1000).astype(np.float32) * 5
    assert_array_equal(f(z), f(z.astype(np.float64)).astype(np.float32))
    assert_array_equal(f.derivative(z), f.derivative(z.astype(np.float64)).astype(np.float32))


@pytest.mark.parametrize("part", ["value", "derivative"])
@pytest.mark.parametrize(
    "z",
    [
        np.ones(2, np.float16),
        np.ones(2, np.longdouble),
        np.ones(2, complex),
        np.array(["1.0"]),
        np.array([1.0, None]),
        np.array(["2026-11-21"], "datetime64[D]"),
    ],
    ids=lambda z: str(z.dtype),
)
def test_other_dtypes_are_refused_with_what_would_be_right(z: np.ndarray, part: str) -> None:
    for f in (activations.relu, activations.gelu):
        with pytest.raises(TypeError, match="float32, float64, integers or booleans, got"):
            getattr(f, part)(z)


@each_activation
def test_any_shape_and_layout_gives_the_same_numbers(f: Activation) -> None:
    z = np.random.default_rng(0).normal(size=(3, 4, 5))
    flat = np.array([f(float(number)) for number in z.ravel()])
    for layout in (z, np.asfortranarray(z), z[::-1, :, ::-1].copy()[::-1, :, ::-1]):
        assert_array_equal(f(layout).ravel(), flat)
    assert_array_equal(f(z.tolist()).ravel(), flat)
    assert f(np.empty((0, 3))).shape == (0, 3)
    assert f(np.array(1.0)).shape == () == f(1).shape
    read_only = np.broadcast_to(1.5, (2, 3))
    assert_array_equal(f(read_only), np.full((2, 3), f(1.5)))


@each_activation
def test_arrays_longer_than_a_block_are_done_to_the_end(f: Activation) -> None:
    z = np.random.default_rng(1).normal(size=3 * BLOCK + 7)
    for part in (f.value, f.derivative):
        pieces = np.concatenate([part(z[:100]), part(z[100:])])
        # NumPy's exp and tanh may take another path at the end of an array: a unit or two
        assert_allclose(part(z), pieces, rtol=8 * EPS, atol=8 * EPS)


@each_activation
def test_input_is_left_as_it_was(f: Activation) -> None:
    z = np.array([-2.0, 0.0, 3.0])
    f(z), f.derivative(z)
    assert_array_equal(z, [-2.0, 0.0, 3.0])


# --- out= ----------------------------------------------------------------------------------------


@each_activation
@each_dtype
@pytest.mark.parametrize("part", ["value", "derivative"])
def test_out_takes_the_result_and_may_be_the_input(f: Activation, dtype: type, part: str) -> None:
    compute = getattr(f, part)
    z = np.random.default_rng(2).normal(size=(3, BLOCK)).astype(dtype)
    expected = compute(z)
    out = np.full_like(z, 7)
    assert compute(z, out) is out
    assert_array_equal(out, expected)
    strided = np.zeros((BLOCK, 6), dtype).T[::2]
    compute(z, out=strided)
    assert_array_equal(strided, expected)
    assert compute(z, out=z) is z
    assert_array_equal(z, expected)


@each_activation
@each_dtype
@pytest.mark.parametrize("shift", [-BLOCK // 2, -1, 1, BLOCK // 2])
def test_out_that_overlaps_a_shifted_input_is_right(f: Activation, dtype: type, shift: int) -> None:
    for compute in (f.value, f.derivative):
        base = np.random.default_rng(4).normal(size=4 * BLOCK).astype(dtype)
        inner = slice(BLOCK, 3 * BLOCK)
        z, out = base[inner], base[inner.start + shift : inner.stop + shift]
        expected = compute(z.copy())
        compute(z, out=out)
        assert_array_equal(out, expected)
        turned = np.random.default_rng(5).normal(size=2 * BLOCK + 1).astype(dtype)
        expected = compute(turned.copy())
        compute(turned, out=turned[::-1])
        assert_array_equal(turned[::-1], expected)


@each_activation
@pytest.mark.parametrize(
    ("out", "error", "message"),
    [
        (np.zeros(2), ValueError, r"out must have shape \(3,\), got \(2,\)"),
        (np.zeros((1, 3)), ValueError, r"out must have shape \(3,\)"),
        (np.zeros(3, np.float32), TypeError, "out must have dtype float64, got float32"),
        (np.zeros(3, int), TypeError, "out must have dtype float64, got int64"),
        ([0.0, 0.0, 0.0], TypeError, "out must be an array, got list"),
    ],
)
def test_wrong_out_is_refused_and_left_alone(
    f: Activation, out: np.ndarray, error: type, message: str
) -> None:
    for compute in (f, f.value, f.derivative):
        with pytest.raises(error, match=message):
            compute(np.array([-1.0, 1.0, 2.0]), out=out)
    assert not np.any(out)


@each_activation
def test_read_only_out_is_refused_and_left_alone(f: Activation) -> None:
    out = np.zeros(3)
    out.flags.writeable = False
    with pytest.raises(ValueError, match="out must be writeable"):
        f(np.ones(3), out=out)
    assert not np.any(out)


@given(
    z=hnp.arrays(
        st.sampled_from([np.float64, np.float32, np.int32, np.bool_]),
        hnp.array_shapes(min_dims=0, max_dims=3, min_side=0),
    )
)
@settings(max_examples=40, deadline=None)
def test_any_array_keeps_its_shape_and_its_nans(z: np.ndarray) -> None:
    for f in ELEMENTWISE.values():
        for result in (f(z), f.derivative(z)):
            assert result.shape == z.shape
            assert_array_equal(np.isnan(result), np.isnan(z))


# --- families ------------------------------------------------------------------------------------


@pytest.mark.parametrize("wrong", [np.nan, INF, -INF, 0.0, -1.0])
@pytest.mark.parametrize(
    ("family", "parameter"),
    [("elu", "alpha"), ("celu", "alpha"), ("softplus", "beta"), ("swish", "beta")],
)
def test_parameter_that_must_be_positive_is_named(
    family: str, parameter: str, wrong: float
) -> None:
    with pytest.raises(ValueError, match=f"{parameter} must be positive and finite, got"):
        getattr(activations, family)(**{parameter: wrong})


@pytest.mark.parametrize("wrong", [np.nan, INF, 0.0, 1.0, -0.1, 2.0])
def test_slope_of_leaky_relu_lies_between_0_and_1(wrong: float) -> None:
    with pytest.raises(ValueError, match="slope must lie between 0 and 1, got"):
        activations.leaky_relu(slope=wrong)


@pytest.mark.parametrize("wrong", [np.nan, INF, -INF])
def test_slope_of_prelu_is_finite(wrong: float) -> None:
    with pytest.raises(ValueError, match="slope must be finite, got"):
        activations.prelu(slope=wrong)


@pytest.mark.parametrize("bounds", [(0.5, 0.2), (0.0, 0.5), (0.2, 1.0), (np.nan, 0.5), (0.3, INF)])
def test_bounds_of_rrelu_are_in_order(bounds: tuple[float, float]) -> None:
    lower, upper = bounds
    for build in (
        lambda: activations.rrelu(lower=lower, upper=upper),
        lambda: activations.rrelu_training(1.0, lower=lower, upper=upper, rng=GENERATOR),
    ):
        with pytest.raises(ValueError, match="lower and upper must satisfy 0 < lower < upper < 1"):
            build()


GENERATOR = np.random.default_rng(0)


@pytest.mark.parametrize("slope", [-0.5, 0.0, 0.3, 1.0, 2.0])
def test_prelu_says_the_truth_of_itself_at_any_slope(slope: float) -> None:
    f = activations.prelu(slope=slope)
    z = np.linspace(-9, 9, 181)
    assert_array_equal(f(np.array([-INF, INF])), f.limits)
    assert (f(z).min() < -0.1) == (f.image[0] == -INF)
    assert f.image[0] in (0.0, -INF)
    assert f.monotone == (slope >= 0)
    assert f.zero_centred == np.array_equal(f(z), -f(-z)) == (slope == 1)
    assert f.slopes == (f.derivative(z).min(), f.derivative(z).max())
    assert dict(f.kinks) == ({} if slope == 1 else {0.0: slope})
    assert f.smoothness == (INF if slope == 1 else 0)
    assert f.parameters == {"slope": slope}


def test_slope_derivative_of_prelu_is_autograds() -> None:
    z = torch.tensor([-3.0, -0.5, 0.0, 2.0], dtype=torch.float64)
    slope = torch.full((4,), 0.25, dtype=torch.float64, requires_grad=True)
    value = torch.nn.functional.prelu(z.reshape(1, 4), slope)  # a slope of its own for each
    (expected,) = torch.autograd.grad(value.sum(), slope)
    assert_array_equal(activations.prelu_slope_derivative(z.numpy()), expected.numpy())


@pytest.mark.parametrize("alpha", [0.5, 2.0])
def test_elu_away_from_alpha_1_says_that_it_has_a_kink(alpha: float) -> None:
    f = activations.elu(alpha=alpha)
    assert dict(f.kinks) == {0.0: alpha}
    assert f.derivative(0.0) == alpha
    assert f.smoothness == 0
    assert f.slopes == (0.0, max(1.0, alpha))
    assert f.image == (-alpha, INF)


def test_swish_at_beta_1_is_silu_and_at_a_large_beta_nearly_relu() -> None:
    z = np.linspace(-5, 5, 101)
    assert_array_equal(activations.swish(beta=1.0)(z), activations.silu(z))
    # the two differ by 0.2785 / beta at most, at -1.28 / beta
    assert_allclose(activations.swish(beta=1e3)(z), activations.relu(z), atol=0.2785e-3)
    assert activations.swish(beta=2.0).image[0] == pytest.approx(activations.silu.image[0] / 2)


@each_dtype
def test_rrelu_draws_a_slope_for_each_entry_below_0(dtype: type) -> None:
    z = np.random.default_rng(0).normal(size=20_000).astype(dtype)
    value, slopes = activations.rrelu_training(z, rng=np.random.default_rng(7))
    assert value.dtype == slopes.dtype == dtype
    assert_array_equal(value, slopes * z)
    assert np.all(slopes[z > 0] == 1)
    drawn = slopes[z < 0]
    assert np.all((drawn >= 1 / 8) & (drawn <= np.float32(1 / 3)))
    assert len(np.unique(drawn)) > 0.99 * len(drawn)
    # the mean of about 10,000 uniform numbers on a width of 5 / 24 is off by 0.0006 (one sigma)
    assert drawn.mean() == pytest.approx(11 / 48, abs=0.003)


def test_rrelu_draws_again_from_its_generator_and_only_from_it() -> None:
    z = -np.ones(50)
    rng = np.random.default_rng(1)
    first, second = (activations.rrelu_training(z, rng=rng)[1] for _ in range(2))
    assert not np.array_equal(first, second)
    assert_array_equal(first, activations.rrelu_training(z, rng=np.random.default_rng(1))[1])


def test_rrelu_in_training_keeps_nan_and_infinity() -> None:
    value, slopes = activations.rrelu_training([np.nan, INF, -INF, 0.0], rng=GENERATOR)
    assert_array_equal(value, [np.nan, INF, -INF, 0.0])
    assert np.isnan(slopes[0])
    assert slopes[1] == 1


def test_two_kinds_of_entry_make_the_table() -> None:
    assert {type(f) for f in ALL.values()} == {Activation, VectorActivation}
