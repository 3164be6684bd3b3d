"""Every elementwise activation against fifty digits, at places chosen to find errors."""

from collections.abc import Callable

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mpf

from activation_oracles import (
    CROSSINGS,
    FAMILY_ORACLES,
    ORACLES,
    Miss,
    error_in_ulps,
    grid,
    selu_constants,
    ulp,
    worst,
)
from rectified import activations
from rectified.activations import ELEMENTWISE, Activation
from rectified.activations.precise import normal_hazard, two_product, two_sum

VALUE_ULPS = 4  # what the book promises; the worst seen over a million places is 3.6
SLOPE_ULPS = 8  # likewise; the worst seen is 6.3
KNOWN = {**ORACLES, **FAMILY_ORACLES}
DTYPES = [np.float64, np.float32]
each_dtype = pytest.mark.parametrize("dtype", DTYPES, ids=["float64", "float32"])
each_known = pytest.mark.parametrize("name", KNOWN)


def member(name: str) -> Activation:
    """Return the activation of that name: an entry, or what its family's call makes."""
    entries = {f.name: f for f in ELEMENTWISE.values()}
    if name in entries:
        return entries[name]
    family, _, arguments = name.rstrip(")").partition("(")
    pairs = (argument.split("=") for argument in arguments.split(", "))
    return getattr(activations, family)(**{key: float(text) for key, text in pairs})


def misses(name: str, dtype: type, *, dense: int, seed: int) -> tuple[Miss, Miss]:
    """Return the largest errors of value and derivative over a grid."""
    f = member(name)
    value, slope = KNOWN[name]
    z = grid(dtype, [*f.kinks, *f.jumps], dense=dense, seed=seed)
    in_value = worst(f(z), z, value, None)
    return in_value, worst(f.derivative(z), z, slope, CROSSINGS.get(name))


def test_every_entry_has_an_oracle_and_every_oracle_an_entry() -> None:
    assert {f.name for f in ELEMENTWISE.values()} == set(ORACLES)


@each_known
def test_a_familys_name_is_the_call_that_makes_it(name: str) -> None:
    assert member(name).name == name


@each_known
def test_typed_slopes_are_the_numerical_derivatives_of_the_typed_values(name: str) -> None:
    value, slope = KNOWN[name]
    with mpmath.workdps(60):
        for place in (-41.3, -7.7, -2.1, -0.6, -0.01, 0.02, 0.9, 2.3, 8.4, 30.2):
            numerical = mpmath.diff(value, mpf(place))
            # mpmath's central difference is good to about half of the 60 digits
            assert abs(slope(mpf(place)) - numerical) <= mpf(10) ** -25 * (1 + abs(numerical))


@each_dtype
@each_known
def test_value_and_slope_keep_their_digits(name: str, dtype: type) -> None:
    in_value, in_slope = misses(name, dtype, dense=40, seed=1)
    assert in_value.ulps <= VALUE_ULPS, in_value
    assert in_slope.ulps <= SLOPE_ULPS, in_slope


def assert_close_at(name: str, place: float, dtype: type) -> None:
    """Assert both promises at one place."""
    f = member(name)
    z = np.array([place], dtype)
    value, slope = KNOWN[name]
    assert worst(f(z), z, value, None).ulps <= VALUE_ULPS
    assert worst(f.derivative(z), z, slope, CROSSINGS.get(name)).ulps <= SLOPE_ULPS


@given(place=st.floats(allow_nan=False, allow_infinity=False))
@settings(max_examples=60, deadline=None)
def test_any_double_keeps_its_digits(place: float) -> None:
    for name in ORACLES:
        assert_close_at(name, place, np.float64)


@given(place=st.floats(allow_nan=False, allow_infinity=False, width=32))
@settings(max_examples=60, deadline=None)
def test_any_single_keeps_its_digits(place: float) -> None:
    for name in ORACLES:
        assert_close_at(name, place, np.float32)


SPAN = st.floats(min_value=1e-6, max_value=1e6)
FAMILIES: dict[str, Callable[[float, mpf], mpf]] = {
    "softplus": lambda beta, z: mpmath.log1p(mpmath.exp(mpf(beta) * z)) / mpf(beta),
    "swish": lambda beta, z: z / (1 + mpmath.exp(-mpf(beta) * z)),
    "elu": lambda alpha, z: z if z > 0 else mpf(alpha) * mpmath.expm1(z),
    "celu": lambda alpha, z: z if z > 0 else mpf(alpha) * mpmath.expm1(z / mpf(alpha)),
}


@given(parameter=SPAN, place=st.floats(min_value=-1e4, max_value=1e4))
@settings(max_examples=60, deadline=None)
def test_any_parameter_keeps_the_digits_of_the_value(parameter: float, place: float) -> None:
    for family, oracle in FAMILIES.items():
        key = "beta" if family in ("softplus", "swish") else "alpha"
        f = getattr(activations, family)(**{key: parameter})
        with mpmath.workdps(50):
            exact = oracle(parameter, mpf(place))
            unit = ulp(exact, np.float64)
            # a subnormal exp(beta z) is off by half a unit, which 1 / beta then multiplies
            allowed = VALUE_ULPS + (1 / parameter if abs(exact) < 1e-300 else 0)
            assert error_in_ulps(f(place), exact, unit, np.float64) <= allowed, family


def test_relu_kin_underflow_once_and_not_before_their_product() -> None:
    place = -745.5  # exp underflows to 0 here, but 745.5 times it would be a subnormal number
    assert np.exp(place) == 0.0
    with mpmath.workdps(50):
        exact = ORACLES["silu"][0](mpf(place))
        assert error_in_ulps(activations.silu(place), exact, mpf(2) ** -1074, np.float64) <= 1


@given(a=st.floats(1e-100, 1e100), b=st.floats(1e-100, 1e100))
def test_sums_and_products_come_with_all_that_rounding_drops(a: float, b: float) -> None:
    with mpmath.workdps(700):
        p, e = two_product(np.float64(a), np.float64(-b))
        assert mpf(float(p)) + mpf(float(e)) == -mpf(a) * mpf(b)
        s, e = two_sum(np.float64(a), np.float64(-b))
        assert mpf(float(s)) + mpf(float(e)) == mpf(a) - mpf(b)


def test_constants_of_selu_are_the_doubles_nearest_to_the_closed_form() -> None:
    with mpmath.workdps(50):
        scale, alpha = selu_constants()
        expected = {"scale": float(scale), "alpha": float(alpha)}
        depth = float(scale * alpha)
    assert activations.selu.parameters == expected
    assert activations.selu.image[0] == -depth
    assert activations.selu.slopes[1] == depth


def test_hazard_of_the_normal_is_right_to_two_ulps() -> None:
    a = np.concatenate([np.linspace(0, 40, 401), np.geomspace(1e-9, 1, 50)])

    def oracle(place: mpf) -> mpf:
        return 2 * mpmath.npdf(place) / mpmath.erfc(place / mpmath.sqrt(2))

    # the sum rounds once; P, Q and their ratio lose about one more, and only near 0
    assert worst(normal_hazard(a), a, oracle, None).ulps <= 2


@pytest.mark.audit
@each_known
def test_digits_hold_over_a_hundred_times_as_many_places(name: str) -> None:
    row = []
    for dtype in DTYPES:
        pair = misses(name, dtype, dense=2000, seed=20261121)
        assert pair[0].ulps <= VALUE_ULPS, pair[0]
        assert pair[1].ulps <= SLOPE_ULPS, pair[1]
        row += [f"{miss.ulps:5.2f} at {miss.place:<12.6g}" for miss in pair]
    print(f"\n{name:46} value and slope, float64: {row[0]}{row[1]} float32: {row[2]}{row[3]}")
