"""Bands and slopes: held against single intervals, SciPy, closed forms, and coverage."""

from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import stats

from rectified import claims

ROUNDING = 1e-12  # of some dozen float64 operations


# ---- Mean bands ---------------------------------------------------------------------------------
def test_a_band_is_the_single_interval_at_each_place() -> None:
    samples = np.random.default_rng(1).normal(5, 2, (7, 3, 4))
    band = claims.t_band(samples, level=0.9, counted="networks")
    assert band.value.shape == band.low.shape == band.high.shape == (3, 4)
    for row in range(3):
        for column in range(4):
            alone = claims.t_interval(samples[:, row, column], level=0.9, counted="networks")
            found = band.at(row, column)
            names = ("value", "low", "high")
            expected = [getattr(alone, name) for name in names]
            assert_allclose([getattr(found, name) for name in names], expected, rtol=ROUNDING)
            assert (found.n, found.method, found.level, found.counted) == (7, "t", 0.9, "networks")


def test_a_band_of_numbers_without_a_curve_is_one_interval() -> None:
    alone, band = claims.t_interval([1.0, 2.0, 4.0]), claims.t_band([1, 2, 4])
    assert band.value.shape == ()
    assert band.at() == alone


def test_a_band_holds_each_mean_as_often_as_it_says() -> None:
    trials = 4000
    band = claims.t_band(np.random.default_rng(2).normal(7, 3, (5, trials)))
    held = np.mean((band.low <= 7) & (band.high >= 7))
    assert abs(held - 0.95) < 4 * np.sqrt(0.95 * 0.05 / trials)  # four standard errors


# ---- Medians of what may be infinite ------------------------------------------------------------
@pytest.mark.parametrize("n", [6, 7, 9, 12, 25, 80])
@pytest.mark.parametrize("level", [0.8, 0.95])
def test_median_band_is_the_quantile_tests(n: int, level: float) -> None:
    samples = np.random.default_rng(n).exponential(size=(n, 3))
    band = claims.median_band(samples, level=level)
    assert_array_equal(band.value, np.median(samples, axis=0))
    for place in range(3):
        expected = stats.quantile_test(samples[:, place]).confidence_interval(level)
        assert (band.low[place], band.high[place]) == (expected.low, expected.high)


def test_median_band_holds_the_median_at_least_as_often_as_it_says() -> None:
    trials, n = 4000, 11
    band = claims.median_band(np.random.default_rng(3).exponential(size=(n, trials)))
    held = np.mean((band.low <= np.log(2)) & (band.high >= np.log(2)))  # of the exponential law
    exact = 1 - 2 * stats.binom.cdf(1, n, 0.5)  # from the second smallest to the second largest
    assert exact >= 0.95
    assert abs(held - exact) < 4 * np.sqrt(exact * (1 - exact) / trials)  # four standard errors


def test_times_that_were_never_reached_leave_what_is_known() -> None:
    times = np.array([[10.0, 10.0, 10.0], [20.0, 20.0, 20.0], [30.0, 30.0, 30.0]] * 3)
    times[8, 0], times[4:, 1], times[:, 2] = np.inf, np.inf, np.inf
    band = claims.median_band(times)  # of nine, from the second to the eighth
    assert_array_equal(band.value, [20.0, np.inf, np.inf])
    assert_array_equal(band.low, [10.0, 10.0, np.inf])
    assert_array_equal(band.high, [30.0, np.inf, np.inf])
    assert band.at(0).method == "order statistics"
    with pytest.raises(ValueError, match="value must be finite, got inf"):
        band.at(1)


def test_the_middle_of_a_time_and_of_none_is_none() -> None:
    band = claims.median_band([1.0, 2.0, 3.0, np.inf, np.inf, np.inf])
    assert (band.low, band.value, band.high) == (1.0, np.inf, np.inf)


@pytest.mark.parametrize(("level", "least"), [(0.95, 6), (0.99, 8), (0.5, 3)])
def test_too_few_samples_for_a_median_are_refused(level: float, least: int) -> None:
    assert claims.median_band(np.arange(least), level=level).low == 0
    message = f"samples must be at least {least} for a median at {level}, got {least - 1}"
    with pytest.raises(ValueError, match=message):
        claims.median_band(np.arange(least - 1), level=level)


@pytest.mark.parametrize(
    ("samples", "error", "message"),
    [
        (3.0, ValueError, "an axis over the seeds"),
        ([[1.0, 2.0]], ValueError, "at least two to have an interval, got 1"),
        ([[1.0], [np.nan]], ValueError, "finite, got nan"),
        ([[1.0], [-np.inf]], ValueError, "finite, got -inf"),
        ([[True], [False]], TypeError, "dtype bool"),
        ([["a"], ["b"]], TypeError, "dtype <U1"),
        ([[1j], [2j]], TypeError, "dtype complex128"),
    ],
)
def test_samples_that_have_no_band_are_refused(
    samples: object, error: type[Exception], message: str
) -> None:
    for band in (claims.t_band, claims.median_band):
        with pytest.raises(error, match=f"^samples must .*{message}"):
            band(samples)


def test_a_mean_of_infinite_times_is_refused() -> None:
    with pytest.raises(ValueError, match="samples must be finite, got inf"):
        claims.t_band([[1.0], [np.inf]])


@pytest.mark.parametrize("level", [0.0, 1.0, 95])
def test_a_level_that_is_no_share_is_refused(level: float) -> None:
    for band in (claims.t_band, claims.median_band):
        with pytest.raises(ValueError, match=f"level must lie between 0 and 1, got {level}"):
            band(np.arange(9.0), level=level)


def test_bands_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        claims.t_band([1.0, 2.0]).n = 3


# ---- Slopes -------------------------------------------------------------------------------------
def test_slope_is_that_of_the_least_squares_lines() -> None:
    rng = np.random.default_rng(4)
    x, y = rng.uniform(0, 9, 12), rng.normal(size=(8, 12))
    slopes = [stats.linregress(x, row).slope for row in y]
    expected, found = claims.t_interval(slopes), claims.slope_interval(x, y)
    assert_allclose(
        [found.value, found.low, found.high], [expected.value, expected.low, expected.high]
    )
    assert (found.n, found.method) == (8, "t")


def test_slope_of_dependent_points_is_held_as_often_as_it_says() -> None:
    rng, x, trials = np.random.default_rng(5), np.arange(10.0), 2000
    walks = np.cumsum(rng.normal(0.5, 1, (trials, 6, 10)), axis=2)  # each point leans on the last
    held = np.mean(
        [one.low <= 0.5 <= one.high for one in (claims.slope_interval(x, w) for w in walks)]
    )
    assert abs(held - 0.95) < 4 * np.sqrt(0.95 * 0.05 / trials)  # four standard errors


def test_exponent_is_the_power_of_a_power_law() -> None:
    seeds = 2.0 ** np.arange(5, 11)
    times = np.array([[0.1], [0.2], [0.4]]) * seeds**1.25  # three machines, one law
    found = claims.exponent_interval(seeds, times, counted="rounds")
    assert_allclose([found.low, found.value, found.high], 1.25, rtol=ROUNDING)
    assert found.counted == "rounds"


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        ([1.0, 1.0], [[1.0, 2.0]] * 2, "x must hold two places or more that differ"),
        ([[1.0, 2.0]], [[1.0, 2.0]] * 2, "x must hold two places or more that differ"),
        ([1.0, 2.0], [1.0, 2.0], r"y must have shape \(seeds, 2\), got \(2,\)"),
        ([1.0, 2.0], [[1.0, 2.0, 3.0]], r"y must have shape \(seeds, 2\), got \(1, 3\)"),
        ([1.0, 2.0], [[1.0, 2.0]], "samples must be at least two"),
        ([1.0, 2.0], [[1.0, np.nan]] * 2, "samples must be finite"),
    ],
)
def test_what_has_no_slope_is_refused(x: object, y: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        claims.slope_interval(x, y)


@pytest.mark.parametrize(
    ("x", "y", "name"), [([0.0, 1.0], [[1, 1]], "x"), ([1, 2], [[1, -1]], "y")]
)
def test_a_power_law_of_numbers_that_are_not_positive_is_refused(
    x: object, y: object, name: str
) -> None:
    with pytest.raises(ValueError, match=f"^{name} must be positive, got"):
        claims.exponent_interval(x, y)
    with pytest.raises(TypeError, match=r"^y must be real numbers"):
        claims.exponent_interval([1, 2], [["a", "b"]])
