"""ReLUs with different biases add up to a curve: the interpolant, and how far it is off."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from rectified.activations import relu

PROBES = 64  # points in each interval where the error is taken; even, so the midpoint is one


@dataclass(frozen=True, kw_only=True, eq=False)
class HingeSum:
    """A function and its sum of m hinges: value_at_low + Σ coefficients · relu(x - knots).

    knots, coefficients: shape (m,); a coefficient is the change of slope at its knot
    x, target, total: shape (m * PROBES + 1,); total is the sum of hinges
    hinges: shape (m, m * PROBES + 1), the terms of the sum
    """

    pieces: int
    value_at_low: float
    knots: np.ndarray
    coefficients: np.ndarray
    x: np.ndarray
    target: np.ndarray
    hinges: np.ndarray

    @property
    def total(self) -> np.ndarray:
        """The sum of hinges, straight between the knots."""
        return self.value_at_low + self.hinges.sum(axis=0)

    @property
    def sup_error(self) -> float:
        """Largest distance between function and sum at the probes, exact for a parabola."""
        return float(np.abs(self.total - self.target).max())


def hinge_interpolant(
    function: Callable[[np.ndarray], np.ndarray],
    pieces: int,
    *,
    low: float = 0.0,
    high: float = 1.0,
) -> HingeSum:
    """Interpolate `function` on [low, high] by `pieces` ReLUs, one for each equal interval.

    The slope of the interpolant changes at the left end of each interval, from 0 before the
    first; those changes are the coefficients. Raises ValueError unless pieces >= 1, low < high.
    """
    if pieces < 1:
        raise ValueError(f"pieces must be at least 1, got {pieces}")
    if not low < high:
        raise ValueError(f"low must lie below high, got {low} and {high}")
    ends = np.linspace(low, high, pieces + 1)
    slopes = np.diff(function(ends)) / np.diff(ends)
    coefficients = np.diff(slopes, prepend=0.0)
    x = np.linspace(low, high, pieces * PROBES + 1)
    return HingeSum(
        pieces=pieces,
        value_at_low=float(function(ends[:1])[0]),
        knots=ends[:-1],
        coefficients=coefficients,
        x=x,
        target=function(x),
        hinges=coefficients[:, None] * relu(x - ends[:-1, None]),  # (m, points)
    )
