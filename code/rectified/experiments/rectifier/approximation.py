"""How fast do hinges close in on a curve? That depends on the curve."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType

import numpy as np

from rectified.experiments.rectifier.hinges import hinge_interpolant

CURVES: Mapping[str, Callable[[np.ndarray], np.ndarray]] = MappingProxyType(
    {
        "sin 2πx": lambda x: np.sin(2 * np.pi * x),
        "√x": np.sqrt,
        "step": lambda x: np.heaviside(x - 0.3, 1.0),  # at 0.3, where no power of ½ lies
    }
)


@dataclass(frozen=True, kw_only=True, eq=False)
class ApproximationRates:
    """Largest errors of the broken lines with equally spaced hinges, for K curves on [0, 1]."""

    curves: tuple[str, ...]
    pieces: tuple[int, ...]  # P
    error: np.ndarray  # (K, P)
    within: np.ndarray  # (K, P): largest change of the curve within a piece, which bounds the error

    @property
    def exponent(self) -> np.ndarray:
        """By which power of the number of hinges the error falls, from the last two; (K,)."""
        return np.log2(self.error[:, -2] / self.error[:, -1])


def approximation_rates(
    *, pieces: Sequence[int] = (2, 4, 8, 16, 32, 64, 128)
) -> ApproximationRates:
    """Interpolate each curve by 2, 4, ... hinges. Raises ValueError unless they double."""
    pieces = tuple(pieces)
    if len(pieces) < 2 or any(b != 2 * a for a, b in pairwise(pieces)):
        raise ValueError(f"pieces must double, and be two at least, got {list(pieces)}")
    sums = [[hinge_interpolant(curve, m) for m in pieces] for curve in CURVES.values()]
    return ApproximationRates(
        curves=tuple(CURVES),
        pieces=pieces,
        error=np.array([[each.sup_error for each in row] for row in sums]),
        within=np.array([[_within(each.target, each.pieces) for each in row] for row in sums]),
    )


def _within(target: np.ndarray, pieces: int) -> float:
    """Return the largest change of a sampled curve within one of equal pieces."""
    probes = (len(target) - 1) // pieces
    return float(max(np.ptp(target[k * probes : (k + 1) * probes + 1]) for k in range(pieces)))
