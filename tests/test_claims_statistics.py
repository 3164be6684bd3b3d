"""Estimates: closed forms, formulas typed anew with mpmath, and coverage by simulation."""

import mpmath
import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

from rectified import claims
from rectified.claims import Estimate

ROUNDING = 1e-12  # of some dozen float64 operations and SciPy's quantiles
NORMAL = float(mpmath.sqrt(2) * mpmath.erfinv(0.95))  # 97.5 % of a normal lie below


def test_t_interval_of_two_samples_is_the_closed_form() -> None:
    estimate = claims.t_interval([3.0, 5.0])
    margin = np.tan(0.475 * np.pi)  # Student's t with one degree of freedom is Cauchy's; s/√2 = 1
    assert_allclose([estimate.value, estimate.low, estimate.high], [4, 4 - margin, 4 + margin])
    assert (estimate.n, estimate.method, estimate.level) == (2, "t", 0.95)


def test_t_interval_leaves_two_and_a_half_percent_on_each_side() -> None:
    samples = np.random.default_rng(1).exponential(size=12)
    estimate = claims.t_interval(samples)
    deviation = np.sqrt(sum((samples - sum(samples) / 12) ** 2) / 11)
    t = (estimate.high - estimate.value) / (deviation / 12**0.5)
    below = 1 - mpmath.betainc(5.5, 0.5, 0, 11 / (11 + t**2), regularized=True) / 2
    assert_allclose(float(below), 0.975, rtol=ROUNDING)
    assert_allclose(estimate.value - estimate.low, estimate.high - estimate.value)


@pytest.mark.parametrize("level", [0.5, 0.9, 0.95])
def test_t_interval_holds_the_mean_as_often_as_it_says(level: float) -> None:
    rng, trials = np.random.default_rng(2), 2000
    estimates = [claims.t_interval(rng.normal(7, 3, 5), level=level) for _ in range(trials)]
    held = np.mean([estimate.low <= 7 <= estimate.high for estimate in estimates])
    assert abs(held - level) < 4 * np.sqrt(level * (1 - level) / trials)  # four standard errors


@pytest.mark.parametrize(("successes", "trials"), [(0, 10), (3, 10), (10, 10), (1, 1), (499, 1000)])
def test_wilson_interval_is_the_root_of_the_score_equation(successes: int, trials: int) -> None:
    estimate = claims.wilson_interval(successes, trials)
    share = successes / trials
    for p in (estimate.low, estimate.high):  # |share - p| = z sqrt(p(1 - p)/n), Wilson 1927
        assert_allclose((share - p) ** 2, NORMAL**2 * p * (1 - p) / trials, atol=ROUNDING)
    assert estimate.low <= share <= estimate.high
    assert (estimate.n, estimate.counted) == (trials, "trials")


def test_wilson_interval_holds_the_share_as_often_as_it_says_on_average() -> None:
    trials, counts = 20, np.arange(21)
    found = [claims.wilson_interval(int(count), trials) for count in counts]
    lows, highs = (np.array([getattr(e, end) for e in found]) for end in ("low", "high"))
    shares = np.linspace(0.02, 0.98, 97)[:, np.newaxis]
    held = stats.binom.pmf(counts, trials, shares) @ np.eye(21)
    covered = np.sum(held * ((lows <= shares) & (shares <= highs)), axis=1)
    assert abs(covered.mean() - 0.95) < 0.01  # exact sums: published means are 0.95 to 0.96
    assert covered.min() > 0.83  # its known worst case, near shares of 0 and 1, is 0.838


def test_paired_difference_removes_what_the_seeds_share() -> None:
    rng = np.random.default_rng(3)
    seed_effect = rng.normal(0, 10, 15)
    a, b = seed_effect + rng.normal(1, 0.1, 15), seed_effect + rng.normal(0, 0.1, 15)
    estimate = claims.paired_difference(a, b)
    expected = stats.ttest_rel(a, b).confidence_interval(0.95)
    assert_allclose([estimate.low, estimate.high], expected, rtol=ROUNDING)
    assert (estimate.n, estimate.method) == (15, "paired t")
    alone = claims.t_interval(a)  # has the seeds' deviation of 10, the difference 0.1 · √2
    assert estimate.high - estimate.low < 0.05 * (alone.high - alone.low)


def test_difference_of_unlike_samples_has_welchs_interval() -> None:
    rng = np.random.default_rng(10)
    a, b = rng.normal(5, 1, 9), rng.normal(3, 4, 25)
    estimate = claims.difference(a, b, counted="networks")
    squares = np.var(a, ddof=1) / 9, np.var(b, ddof=1) / 25  # squared standard errors
    freedom = sum(squares) ** 2 / (squares[0] ** 2 / 8 + squares[1] ** 2 / 24)
    margin = stats.t.ppf(0.975, freedom) * np.sqrt(sum(squares))
    middle = sum(a) / 9 - sum(b) / 25
    expected = [middle, middle - margin, middle + margin]
    assert_allclose([estimate.value, estimate.low, estimate.high], expected, rtol=ROUNDING)
    assert (estimate.n, estimate.method, estimate.counted) == (34, "Welch", "networks")


def test_difference_holds_the_true_one_as_often_as_it_says() -> None:
    rng, trials = np.random.default_rng(11), 2000
    pairs = ((rng.normal(1, 1, 10), rng.normal(0, 3, 20)) for _ in range(trials))
    estimates = [claims.difference(a, b) for a, b in pairs]
    held = np.mean([estimate.low <= 1 <= estimate.high for estimate in estimates])
    assert abs(held - 0.95) < 4 * np.sqrt(0.95 * 0.05 / trials)  # four standard errors


def test_difference_of_constant_samples_is_exact_and_of_one_is_students() -> None:
    assert claims.difference([0.5] * 3, [0.75] * 4) == Estimate(-0.25, -0.25, -0.25, 7, "Welch")
    one, alone = claims.difference([1.0, 2.0, 4.0], [5.0] * 6), claims.t_interval([1.0, 2.0, 4.0])
    assert_allclose([one.low + 5, one.high + 5], [alone.low, alone.high], rtol=ROUNDING)


def test_bootstrap_interval_of_a_mean_is_near_students() -> None:
    samples = np.random.default_rng(4).normal(2, 1, 60)
    bootstrap = claims.bootstrap_interval(samples, rng=np.random.default_rng(5))
    student = claims.t_interval(samples)
    assert bootstrap.method == "BCa bootstrap"
    # of a mean, the normal limit of both: 1/√n-terms and 9999 resamples leave a few percent of it
    assert_allclose([bootstrap.low, bootstrap.high], [student.low, student.high], atol=0.03)


def test_bootstrap_interval_holds_a_skewed_mean_about_as_often_as_it_says() -> None:
    rng, trials = np.random.default_rng(6), 100
    samples = rng.exponential(size=(trials, 20))
    found = [claims.bootstrap_interval(row, rng=np.random.default_rng(7)) for row in samples]
    held = np.mean([estimate.low <= 1 <= estimate.high for estimate in found])
    assert 0.86 <= held <= 0.99  # 0.95 less four standard errors of 100 trials


def test_bootstrap_interval_repeats_with_its_generator() -> None:
    samples = np.random.default_rng(8).normal(size=20)
    once, again, other = (
        claims.bootstrap_interval(samples, rng=np.random.default_rng(seed)) for seed in (1, 1, 2)
    )
    assert once == again
    assert once != other


def test_bootstrap_interval_falls_back_to_percentiles_where_ties_leave_no_jackknife() -> None:
    samples = [0.0] * 10 + [1.0]  # the median is 0, whichever one sample is left out
    estimate = claims.bootstrap_interval(samples, np.median, rng=np.random.default_rng(0))
    assert (estimate.value, estimate.low, estimate.high) == (0, 0, 0)
    assert estimate.method == "percentile bootstrap"


@pytest.mark.parametrize(("value", "n"), [(2.5, 4), (0.1, 3), (7e-9, 10)])  # exact, and rounded
def test_samples_that_are_all_equal_have_an_interval_of_length_zero(value: float, n: int) -> None:
    estimate = claims.bootstrap_interval([value] * n, rng=np.random.default_rng(0))
    assert estimate.low == estimate.value == estimate.high
    assert claims.t_interval([2.5] * 4) == Estimate(2.5, 2.5, 2.5, 4, "t")
    assert claims.exact(2.5) == Estimate(2.5, 2.5, 2.5, 1, "exact", counted="cases")


def test_numbers_of_numpy_become_python_numbers() -> None:
    estimate = claims.exact(np.float32(0.5), np.int64(3))
    assert type(estimate.value) is float
    assert type(estimate.n) is int


@pytest.mark.parametrize(
    ("samples", "error", "message"),
    [
        ([1.0], ValueError, "at least two"),
        ([], ValueError, "at least two"),
        ([1.0, np.nan], ValueError, "finite, got nan"),
        ([1.0, -np.inf], ValueError, "finite, got -inf"),
        ([[1.0, 2.0]], ValueError, r"one axis, over the seeds, got shape \(1, 2\)"),
        (3.0, ValueError, "one axis"),
        ([1j, 2j], TypeError, "real numbers, got dtype complex128"),
        ([True, False], TypeError, "dtype bool"),
        (["1", "2"], TypeError, "dtype <U1"),
    ],
)
def test_samples_that_have_no_interval_are_refused(
    samples: object, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=f"^samples must .*{message}"):
        claims.t_interval(samples)
    with pytest.raises(error, match=f"^samples must .*{message}"):
        claims.bootstrap_interval(samples, rng=np.random.default_rng(0))
    with pytest.raises(error, match=f"^b must .*{message}"):
        claims.paired_difference([1.0, 2.0], samples)
    with pytest.raises(error, match=f"^b must .*{message}"):
        claims.difference([1.0, 2.0], samples)


def test_arms_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError, match="pair up, one of each per seed, got 2 and 3"):
        claims.paired_difference([1, 2], [1, 2, 3])


def test_the_bootstrap_wants_a_generator_by_name() -> None:
    with pytest.raises(TypeError, match=r"rng must be a numpy\.random\.Generator, got int"):
        claims.bootstrap_interval([1.0, 2.0], rng=0)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((1.0, 2.0, 3.0, 5, "t"), ValueError, "value 1.0 must lie between low 2.0 and high 3.0"),
        ((1.0, 2.0, 0.0, 5, "t"), ValueError, "must lie between"),
        ((np.nan, 0.0, 1.0, 5, "t"), ValueError, "value must be finite, got nan"),
        ((0.5, -np.inf, 1.0, 5, "t"), ValueError, "low must be finite"),
        (("1", 0.0, 1.0, 5, "t"), TypeError, "value must be a number, got '1' of type str"),
        ((True, 0.0, 1.0, 5, "t"), TypeError, "value must be a number, got True of type bool"),
        ((0.5, 0.0, 1.0, 0, "t"), ValueError, "n must be at least 1, got 0"),
        ((0.5, 0.0, 1.0, 2.0, "t"), TypeError, "n must be an integer"),
        ((0.5, 0.0, 1.0, 5, "t", 95), ValueError, "level must lie between 0 and 1, got 95"),
    ],
)
def test_what_is_no_estimate_is_refused(
    arguments: tuple, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        claims.Estimate(*arguments)


@pytest.mark.parametrize(
    ("successes", "trials", "error", "message"),
    [
        (3, 2, ValueError, "successes must be at most trials, got 3 of 2"),
        (-1, 2, ValueError, "successes must be at least 0"),
        (0, 0, ValueError, "trials must be at least 1"),
        (0.5, 2, TypeError, "successes must be an integer"),
        (True, 2, TypeError, "successes must be an integer"),
    ],
)
def test_what_is_no_share_is_refused(
    successes: object, trials: object, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        claims.wilson_interval(successes, trials)
