"""Intervals for many numbers at once: around a curve, or around times that may be infinite."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from rectified.claims.statistics import Estimate, check_level, rows, t_margin


@dataclass(frozen=True, kw_only=True, eq=False)
class Band:
    """A number and its interval at each place of a curve: arrays of one shape (...).

    Each interval has the level by itself: of twenty places, one is expected to lie outside of a
    95 % band.
    """

    value: np.ndarray
    low: np.ndarray
    high: np.ndarray
    n: int
    method: str
    level: float = 0.95
    counted: str = "seeds"  # in the plural

    def at(self, *place: int) -> Estimate:
        """Return the estimate at one place; ValueError where it is infinite, and so is none."""
        ends = (float(each[place]) for each in (self.value, self.low, self.high))
        return Estimate(*ends, self.n, self.method, self.level, self.counted)


def t_band(samples: ArrayLike, *, level: float = 0.95, counted: str = "seeds") -> Band:
    """Return the mean over axis 0 of (S, ...) samples, with Student's interval at each place.

    Raises TypeError or ValueError as `t_interval` does, but for the number of axes.
    Source: student1908probable.
    """
    samples = rows(samples, "samples")
    mean, margin = t_margin(samples, level)
    found = {"value": mean, "low": mean - margin, "high": mean + margin}
    return Band(**found, n=len(samples), method="t", level=level, counted=counted)


def median_band(samples: ArrayLike, *, level: float = 0.95, counted: str = "seeds") -> Band:
    """Return the median over axis 0 of (S, ...) samples, with its interval at each place.

    A sample may be infinite: a time that is only known to be longer than we waited. Then value and
    high, or high alone, may be infinite too, and low still says what is known. The interval goes
    from the k-th smallest to the k-th largest sample; it holds the median of any distribution in a
    share of at least `level`, as the number of samples below it is binomial.

    Raises ValueError for NaN or minus infinity, and for too few samples: at 95 %, fewer than 6.
    Source: thompson1936confidence.
    """
    ordered = np.sort(rows(samples, "samples", censored=True), axis=0)
    check_level(level)
    n = len(ordered)
    k = int(stats.binom.ppf((1 - level) / 2, n, 0.5))  # P(fewer than k) < (1 - level) / 2
    if k == 0:
        least = int(np.floor(1 - np.log2(1 - level))) + 1
        raise ValueError(f"samples must be at least {least} for a median at {level:g}, got {n}")
    found = {"low": ordered[k - 1], "value": np.median(ordered, axis=0), "high": ordered[n - k]}
    return Band(**found, n=n, method="order statistics", level=level, counted=counted)
