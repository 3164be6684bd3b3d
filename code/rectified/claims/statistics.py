"""Estimates with their intervals: what a measurement must be before a claim is held against it."""

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from numbers import Integral, Real

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats


@dataclass(frozen=True)
class Estimate:
    """A measured number and the interval that should hold the true one.

    `level` is the share of such intervals that do hold it, and `n` says how many seeds, cases or
    trials (`counted`) stand behind it. Raises TypeError for what is no number, ValueError for NaN
    or an infinity, for an interval that does not hold its own value, and for n < 1.
    """

    value: float
    low: float
    high: float
    n: int
    method: str
    level: float = 0.95
    counted: str = "seeds"  # in the plural

    def __post_init__(self) -> None:
        """Refuse what no measurement can be; numbers of NumPy become Python's own."""
        for name in ("value", "low", "high", "level"):
            object.__setattr__(self, name, finite(getattr(self, name), name))
        if not self.low <= self.value <= self.high:
            message = f"value {self.value} must lie between low {self.low} and high {self.high}"
            raise ValueError(message)
        check_level(self.level)
        object.__setattr__(self, "n", whole(self.n, "n", least=1))


def exact(value: float, n: int = 1, *, counted: str = "cases") -> Estimate:
    """Return a measurement without uncertainty: a count, or a worst case over `n` cases."""
    return Estimate(value, value, value, n, "exact", counted=counted)


def t_interval(samples: ArrayLike, *, level: float = 0.95, counted: str = "seeds") -> Estimate:
    """Return the mean of S samples ± t(S - 1) · s / √S, Student's interval.

    `samples` is (S,), one number for each seed. It is exact for normal samples. Raises ValueError
    for fewer than two samples, another dimension, NaN or an infinity. Source: student1908probable.
    """
    samples = _samples(samples, "samples")
    mean, margin = t_margin(samples, level)
    return Estimate(mean, mean - margin, mean + margin, len(samples), "t", level, counted)


def t_margin(samples: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and half the length of Student's interval over axis 0, for (S, ...) samples."""
    check_level(level)
    quantile = stats.t.ppf((1 + level) / 2, len(samples) - 1)
    return np.mean(samples, axis=0), quantile * stats.sem(samples, axis=0)


def paired_difference(
    a: ArrayLike, b: ArrayLike, *, level: float = 0.95, counted: str = "seeds"
) -> Estimate:
    """Return the t-interval of mean(a - b), where a[i] and b[i] share the seed i; both (S,).

    What the seed does to both arms alike cancels. Raises ValueError as `t_interval` does, and for
    arms of different lengths.
    """
    a, b = _samples(a, "a"), _samples(b, "b")
    if len(a) != len(b):
        raise ValueError(f"a and b must pair up, one of each per seed, got {len(a)} and {len(b)}")
    estimate = t_interval(a - b, level=level, counted=counted)
    return Estimate(estimate.value, estimate.low, estimate.high, len(a), "paired t", level, counted)


def difference(
    a: ArrayLike, b: ArrayLike, *, level: float = 0.95, counted: str = "seeds"
) -> Estimate:
    """Return mean(a) - mean(b) with Welch's interval, for samples (A,) and (B,) that share nothing.

    The spreads may differ; n is A + B. Raises ValueError as `t_interval` does.
    Source: welch1947generalization.
    """
    a, b = _samples(a, "a"), _samples(b, "b")
    value, n = float(np.mean(a) - np.mean(b)), len(a) + len(b)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # constant samples have variance 0
        low, high = stats.ttest_ind(a, b, equal_var=False).confidence_interval(level)
    return Estimate(value, low, high, n, "Welch", level, counted)


def bootstrap_interval(
    samples: ArrayLike,
    statistic: Callable[..., float] = np.mean,
    *,
    rng: np.random.Generator,
    level: float = 0.95,
    counted: str = "seeds",
) -> Estimate:
    """Return statistic(samples) with its bootstrap interval, from 9999 resamples of (S,) samples.

    The interval is the bias-corrected and accelerated one (BCa); where ties leave that undefined,
    plain percentiles; samples that are all equal give an interval of length 0. Raises as
    `t_interval` does, and TypeError without a generator. Source: efron1987better.
    """
    samples = _samples(samples, "samples")
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng must be a numpy.random.Generator, got {type(rng).__name__}")
    value, n = float(statistic(samples)), len(samples)
    if np.ptp(samples) == 0:  # resamples differ by rounding only, which is no interval
        return Estimate(value, value, value, n, "bootstrap", level, counted)
    low, high, method = _bootstrap(samples, statistic, rng, level)
    return Estimate(value, low, high, n, method, level, counted)


def wilson_interval(
    successes: int, trials: int, *, level: float = 0.95, counted: str = "trials"
) -> Estimate:
    """Return the share successes / trials with Wilson's score interval.

    It stays inside [0, 1] and keeps its level for shares near 0 and 1, where the normal interval
    has length 0. Raises TypeError for what is no integer, ValueError unless
    0 <= successes <= trials and trials >= 1. Source: wilson1927probable.
    """
    trials = whole(trials, "trials", least=1)
    successes = whole(successes, "successes", least=0)
    if successes > trials:
        raise ValueError(f"successes must be at most trials, got {successes} of {trials}")
    interval = stats.binomtest(successes, trials).proportion_ci(level, method="wilson")
    share = successes / trials
    return Estimate(share, interval.low, interval.high, trials, "Wilson", level, counted)


def slope_interval(
    x: ArrayLike, y: ArrayLike, *, level: float = 0.95, counted: str = "seeds"
) -> Estimate:
    """Return the mean slope of S least-squares lines through (x, y[s]), with the t-interval.

    x is (k,), y is (S, k), a row for each seed. Points of one row may depend on each other, as
    those of a curve do: each row counts as one number, its slope. Raises as `t_interval` does, and
    ValueError unless x has two different places and y a column for each of x.
    Source: student1908probable.
    """
    x, y = _real(x, "x"), _real(y, "y")
    if x.ndim != 1 or not np.ptp(x) > 0:
        raise ValueError(f"x must hold two places or more that differ, got {x}")
    if y.ndim != 2 or y.shape[1] != len(x):
        raise ValueError(f"y must have shape (seeds, {len(x)}), got {y.shape}")
    centred = x - np.mean(x)
    return t_interval(y @ centred / (centred @ centred), level=level, counted=counted)


def exponent_interval(
    x: ArrayLike, y: ArrayLike, *, level: float = 0.95, counted: str = "seeds"
) -> Estimate:
    """Return p of the law y ~ x^p: the slope of log y over log x, otherwise as `slope_interval`.

    Raises ValueError also unless all numbers are positive.
    """
    logs = []
    for name, values in {"x": _real(x, "x"), "y": _real(y, "y")}.items():
        if not np.all(values > 0):
            raise ValueError(f"{name} must be positive, got {values[~(values > 0)][0]}")
        logs.append(np.log(values))
    return slope_interval(*logs, level=level, counted=counted)


def check_level(level: float) -> None:
    """Raise ValueError unless the level lies between 0 and 1."""
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, got {level}")


def finite(value: object, name: str) -> float:
    """Return `value` as a float; raise TypeError or ValueError, naming it, if it is no number."""
    if isinstance(value, bool | np.bool) or not isinstance(value, Real):
        raise TypeError(f"{name} must be a number, got {value!r} of type {type(value).__name__}")
    if not math.isfinite(value):
        raise ValueError(f"{name} must be finite, got {value}")
    return float(value)


def whole(value: object, name: str, *, least: int) -> int:
    """Return `value` as an int; raise TypeError or ValueError, naming it, unless it is a count."""
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise TypeError(f"{name} must be an integer, got {value!r} of type {type(value).__name__}")
    if value < least:
        raise ValueError(f"{name} must be at least {least}, got {value}")
    return int(value)


def _samples(samples: ArrayLike, name: str) -> np.ndarray:
    """Return `samples` as a float64 vector of two or more finite numbers, or raise."""
    array = _real(samples, name)
    if array.ndim != 1:
        raise ValueError(f"{name} must have one axis, over the seeds, got shape {array.shape}")
    return rows(array, name)


def rows(samples: ArrayLike, name: str, *, censored: bool = False) -> np.ndarray:
    """Return `samples` as float64, two rows or more, or raise.

    Numbers must be finite; of censored samples some may be infinity.
    """
    array = _real(samples, name)
    if array.ndim == 0:
        raise ValueError(f"{name} must have an axis over the seeds, got one number")
    if len(array) < 2:
        raise ValueError(f"{name} must be at least two to have an interval, got {len(array)}")
    allowed = np.isfinite(array) | (censored & (array == np.inf))
    if not np.all(allowed):
        raise ValueError(f"{name} must be finite, got {array[~allowed][0]}")
    return array


def _real(values: ArrayLike, name: str) -> np.ndarray:
    """Return `values` as float64; raise TypeError for what are no real numbers."""
    array = np.asarray(values)
    if array.dtype.kind not in "iuf":
        raise TypeError(f"{name} must be real numbers, got dtype {array.dtype}")
    return array.astype(np.float64)


def _bootstrap(
    samples: np.ndarray, statistic: Callable[..., float], rng: np.random.Generator, level: float
) -> tuple[float, float, str]:
    """Return (low, high, name of the method): BCa, or percentiles where BCa is undefined."""
    settings = {"confidence_level": level, "batch": max(1, 1_000_000 // len(samples))}
    with warnings.catch_warnings(), np.errstate(invalid="ignore"):  # answered right below
        warnings.simplefilter("ignore", stats.DegenerateDataWarning)
        result = stats.bootstrap((samples,), statistic, method="BCa", rng=rng, **settings)
    method = "BCa bootstrap"
    if np.isnan(result.confidence_interval).any():
        method = "percentile bootstrap"
        result = stats.bootstrap(
            (samples,),
            statistic,
            n_resamples=0,
            bootstrap_result=result,
            method="percentile",
            rng=rng,
            **settings,
        )
    return *map(float, result.confidence_interval), method
