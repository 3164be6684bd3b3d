"""Smooth and noisy relatives of ReLU: softplus, averages of it, sums of logistic units."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from rectified.activations import relu, sigmoid, softplus
from rectified.initializers import generators
from rectified.networks.checks import check_positive, check_positive_int

TERMS = 200  # of the infinite sum: for x up to 20 the rest is below exp(-179)


@dataclass(frozen=True, kw_only=True, eq=False)
class SteppedSum:
    """Logistic units that share an input, each with a bias one lower than the one before.

    total: σ(x − ½) + σ(x − 1½) + ...; same: as many units that all have the first one's bias
    """

    x: np.ndarray  # (n,)
    total: np.ndarray  # (n,)
    same: np.ndarray  # (n,)

    @property
    def from_softplus(self) -> float:
        """Largest distance of the sum from log(1 + exp(x))."""
        return float(np.abs(self.total - softplus()(self.x)).max())

    @property
    def from_relu(self) -> float:
        """Largest distance of the sum from ReLU."""
        return float(np.abs(self.total - relu(self.x)).max())

    @property
    def from_relu_far(self) -> float:
        """The same where |x| is 5 or more."""
        far = np.abs(self.x) >= 5
        return float(np.abs(self.total - relu(self.x))[far].max())

    @property
    def same_from_relu_far(self) -> float:
        """The distance of the units with one bias from ReLU, where |x| is 5 or more."""
        far = np.abs(self.x) >= 5
        return float(np.abs(self.same - relu(self.x))[far].max())


def stepped_sum(*, terms: int = TERMS, reach: float = 10.0) -> SteppedSum:
    """Add up `terms` logistic units at inputs from −reach to reach. Source: nair2010rectified."""
    check_positive_int(terms=terms)
    check_positive(reach=reach)
    x = np.linspace(-reach, reach, 801)
    return SteppedSum(x=x, total=_chances(x, terms).sum(axis=0), same=terms * sigmoid(x - 0.5))


def _chances(x: np.ndarray, terms: int) -> np.ndarray:
    """Return the chance of each of the units to be on, (terms, n)."""
    return sigmoid(x - (np.arange(terms)[:, None] + 0.5))


@dataclass(frozen=True, kw_only=True, eq=False)
class NoisyUnits:
    """The stepped units drawn as zeros and ones, and the noisy rectified unit in their place.

    Arrays are (X,), or (S, X) where seeds come in: a column for each input. The rectified unit is
    max(0, x + noise), with normal noise of variance σ(x).
    """

    x: np.ndarray
    variance: np.ndarray  # (X,): of the sum of the stepped units, from their chances
    sampled: np.ndarray  # (S, X): variance of `draws` sums
    unit_variance: np.ndarray  # (X,): of the rectified unit
    mean_gap: np.ndarray  # (X,): mean of the rectified unit less that of the stepped units
    draws: int

    @property
    def variance_error(self) -> float:
        """Largest distance of that variance from σ(x)."""
        return float(np.abs(self.variance - sigmoid(self.x)).max())


def noisy_units(
    *,
    seeds: Sequence[int] = range(10),
    x: Sequence[float] = (-8.0, -5.0, -2.0, 0.0, 2.0, 5.0, 8.0),
    draws: int = 4000,
) -> NoisyUnits:
    """Draw the stepped units, and compute mean and variance of the noisy rectified unit.

    A normal number with mean m and deviation s has E[max(0, ·)] = m Φ(m/s) + s φ(m/s), and
    E[max(0, ·)²] = m E[max(0, ·)] + s² Φ(m/s). Source: nair2010rectified.
    """
    check_positive_int(draws=draws)
    x = np.asarray(x, float)
    chances = _chances(x, 50)  # (units, X)
    sums = (  # (draws, X) for each seed
        np.sum(rng.random((draws, *chances.shape)) < chances, axis=1) for rng in generators(seeds)
    )
    s = np.sqrt(sigmoid(x))
    on = stats.norm.cdf(x / s)
    rectified = x * on + s * stats.norm.pdf(x / s)
    return NoisyUnits(
        x=x,
        variance=np.sum(chances * (1 - chances), axis=0),
        sampled=np.stack([each.var(axis=0, ddof=1) for each in sums]),
        unit_variance=x * rectified + s**2 * on - rectified**2,
        mean_gap=rectified - chances.sum(axis=0),
        draws=draws,
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class SoftplusGap:
    """softplus(s x) / s against ReLU, for each sharpness s; arrays are (K,) or (K, n)."""

    sharpness: tuple[float, ...]
    x: np.ndarray  # (n,)
    value: np.ndarray  # (K, n)
    highest: np.ndarray  # (K,): largest distance from ReLU, and log(2) / s says theory
    formula_error: float  # of log(1 + exp(−|x|)) as the gap at sharpness 1, largest
    beyond_five: float  # largest gap at sharpness 1 where |x| is 5 or more


def softplus_gap(
    *, sharpness: Sequence[float] = (1.0, 2.0, 4.0, 8.0), reach: float = 8.0
) -> SoftplusGap:
    """Measure how far softplus lies above ReLU. Raises ValueError unless sharpness is positive."""
    for each in sharpness:
        check_positive(sharpness=each)
    check_positive(reach=reach)
    f, x = softplus(), np.linspace(-reach, reach, 1601)
    value = np.stack([f(s * x) / s for s in sharpness])
    gap = f(x) - relu(x)
    return SoftplusGap(
        sharpness=tuple(map(float, sharpness)),
        x=x,
        value=value,
        highest=np.abs(value - relu(x)).max(axis=1),
        formula_error=float(np.abs(gap - np.log1p(np.exp(-np.abs(x)))).max()),
        beyond_five=float(gap[np.abs(x) >= 5].max()),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class SmoothedRelu:
    """The mean of ReLU(x − t) over noise t, by numerical integration, against softplus."""

    x: np.ndarray
    logistic_error: float  # t logistic: largest distance of the mean from softplus
    normal_error: float  # t normal with the same standard deviation, π/√3: likewise
    slope_error: float  # the slope of softplus in the table against the sigmoid, largest


def smoothed_relu(*, reach: float = 5.0, step: float = 2.0**-9) -> SmoothedRelu:
    """Average ReLU over two kinds of noise. The sum runs over t from −50 to 50."""
    check_positive(reach=reach, step=step)
    x, t = np.linspace(-reach, reach, 41), np.arange(-50 / step, 50 / step + 1) * step
    shifted = relu(x[:, None] - t)  # (41, T)
    logistic = shifted @ sigmoid.derivative(t) * step
    normal = shifted @ stats.norm.pdf(t, scale=np.pi / np.sqrt(3)) * step
    f = softplus()
    return SmoothedRelu(
        x=x,
        logistic_error=float(np.abs(logistic - f(x)).max()),
        normal_error=float(np.abs(normal - f(x)).max()),
        slope_error=float(np.abs(f.derivative(x) - sigmoid(x)).max()),
    )
