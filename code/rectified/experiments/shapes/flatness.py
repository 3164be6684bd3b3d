"""Where a saturating function has become flat."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq

from rectified.activations import Activation


@dataclass(frozen=True, kw_only=True, eq=False)
class FlatEnds:
    """A saturating function, and the size of input beyond which its slope is next to nothing."""

    activation: str
    title: str
    family: str
    share: float  # of the slope at 0, which is the largest
    edge: float  # |z| at which the slope has sunk to that share
    x: np.ndarray  # (n,)
    value: np.ndarray  # (n,)
    slope: np.ndarray  # (n,)


def flat_ends(f: Activation, *, share: float = 0.01, reach: float = 8.0) -> FlatEnds:
    """Find where the slope of f has sunk to a share of its value at 0.

    For an f whose slope is even, largest at 0 and falls to 0 from there: sigmoid, tanh, softsign.
    Raises ValueError for any other, and unless share lies between 0 and 1.
    """
    if not 0 < share < 1:
        raise ValueError(f"share must lie between 0 and 1, got {share}")
    x = np.linspace(-reach, reach, 513)  # 0 is among them
    slope, peak = f.derivative(x), float(f.derivative(0.0))
    if not (np.allclose(slope, slope[::-1]) and np.all(np.diff(slope[x >= 0]) < 0)):
        raise ValueError(f"the slope of f must be even and fall on both sides of 0, got {f.name}")
    edge = brentq(lambda z: f.derivative(z) - share * peak, 0.0, 1e3, xtol=1e-12)
    return FlatEnds(
        activation=f.name,
        title=f.title,
        family=f.family,
        share=share,
        edge=float(edge),
        x=x,
        value=f(x),
        slope=slope,
    )
