"""What learning sees of an activation: its slope."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq

from rectified.activations import Activation, sigmoid, step, tanh
from rectified.experiments.grids import GRID, WIDE_GRID, full_range
from rectified.initializers import generators
from rectified.networks.checks import check_positive_int


@dataclass(frozen=True, kw_only=True, eq=False)
class SecantSlopes:
    """Change in y over change in x between z - h and z + h, against the slope at z."""

    h: np.ndarray  # (k,)
    error: np.ndarray  # (k,): largest difference over z from -8 to 8
    finest: float  # the error at h = 2^-13, where rounding does not count yet
    apart: float  # the error at h = 1: two points that are 2 apart


def secant_slopes(*, halvings: int = 6) -> SecantSlopes:
    """Bring the two points of the sigmoid together, and compare with s·(1 - s)."""
    check_positive_int(halvings=halvings)
    h = 2.0 ** -np.arange(1, halvings + 2)
    return SecantSlopes(
        h=h,
        error=np.array([_secant_error(one) for one in h]),
        finest=_secant_error(2.0**-13),
        apart=_secant_error(1.0),
    )


def _secant_error(h: float) -> float:
    secant = (sigmoid(GRID + h) - sigmoid(GRID - h)) / (2 * h)
    return float(np.max(np.abs(secant - sigmoid(GRID) * sigmoid(-GRID))))


@dataclass(frozen=True, kw_only=True, eq=False)
class SlopeRange:
    """The least and the largest slope of an activation on [-30, 30]."""

    activation: str
    n: int
    lowest: float
    highest: float
    place: float  # where it is highest


def slope_range(f: Activation) -> SlopeRange:
    """Search a dense grid, with 0 in it, for the ends of the range of f'."""
    slope = f.derivative(WIDE_GRID)
    return SlopeRange(
        activation=f.name,
        n=slope.size,
        lowest=float(slope.min()),
        highest=float(slope.max()),
        place=float(WIDE_GRID[np.argmax(slope)]),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class SlopeContest:
    """Tanh's slope minus the sigmoid's."""

    crossing: float  # the size of input at which they are equal
    lead_inside: float  # the least of tanh' - sigmoid' for sizes up to 1.6
    lead_beyond: float  # the largest of it for sizes from 1.7 to 8


def tanh_slope_against_sigmoid() -> SlopeContest:
    """Find where tanh stops being the steeper of the two."""
    size = np.abs(WIDE_GRID)
    lead = tanh.derivative(WIDE_GRID) - sigmoid.derivative(WIDE_GRID)
    crossing = brentq(lambda z: tanh.derivative(z) - sigmoid.derivative(z), 1.0, 3.0, xtol=1e-12)
    return SlopeContest(
        crossing=float(crossing),
        lead_inside=float(lead[size <= 1.6].min()),
        lead_beyond=float(lead[(size >= 1.7) & (size <= 8)].max()),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class BackwardGain:
    """By how much a gradient's mean square is multiplied for each layer that it goes back."""

    activation: str
    gain: float
    factor: np.ndarray  # (S,): mean over the layers
    mean_square: np.ndarray  # (S, depth): E[grad_z²] of layer 1, ..., depth


def backward_gain(
    f: Activation,
    *,
    gain: float,
    input_std: float = 1.0,
    seeds: Sequence[int] = range(20),
    depth: int = 10,
    width: int = 64,
) -> BackwardGain:
    """Send 16 normal inputs forward and normal gradients back through S random networks at once:
    bias 0, weights of variance gain² / width. With independent weights the expected factor is
    gain² · E[f'(z)²]. A small `input_std` keeps tanh near zero, where it is like the identity.
    Sources: glorot2010understanding, he2015delving.
    """
    check_positive_int(width=width)
    if not input_std > 0:
        raise ValueError(f"input_std must be positive, got {input_std}")
    if depth < 2:
        raise ValueError(f"depth must be at least 2, for a ratio of layers, got {depth}")
    rngs = generators(seeds)
    h = np.stack([rng.normal(0, input_std, (16, width)) for rng in rngs])  # (S, batch, width)
    w = np.stack([rng.standard_normal((depth, width, width)) for rng in rngs])
    w *= gain / np.sqrt(width)  # (S, depth, fan_in, fan_out)
    slopes = _slopes_on_the_way(f, h, w)
    grad_h = np.stack([rng.standard_normal((16, width)) for rng in rngs])
    mean_square = np.empty((len(rngs), depth))
    for layer in reversed(range(depth)):
        grad_z = grad_h * slopes[layer]
        mean_square[:, layer] = np.mean(grad_z**2, axis=(1, 2))
        grad_h = grad_z @ np.swapaxes(w[:, layer], 1, 2)
    factor = np.mean(mean_square[:, :-1] / mean_square[:, 1:], axis=1)
    return BackwardGain(activation=f.name, gain=gain, factor=factor, mean_square=mean_square)


def _slopes_on_the_way(f: Activation, h: np.ndarray, w: np.ndarray) -> list[np.ndarray]:
    """Go forward and return f'(z) of each layer, (S, batch, width)."""
    slopes = []
    for layer in range(w.shape[1]):
        z = h @ w[:, layer]
        h = f(z)
        slopes.append(f.derivative(z))
    return slopes


@dataclass(frozen=True, kw_only=True, eq=False)
class StepSignals:
    """What a step unit sends on."""

    n: int  # inputs, times thresholds
    signals_above: int  # different outputs past the threshold
    signals: int  # different outputs in all
    misfires: int  # inputs past the threshold without, or before it with, the signal
    largest_slope: float  # of all slopes that learning sees


def step_signals(*, thresholds: Sequence[float] = (-3.0, 0.0, 0.75)) -> StepSignals:
    """Move inputs past thresholds, from 2^-52 beyond them to a million. The threshold itself is
    a convention, so it is left out.
    """
    z = full_range(step)
    z = z[(z != 0) & (np.abs(z) > 2.0**-52)]
    above = np.concatenate([step((t + z[z > 0]) - t) for t in thresholds])
    below = np.concatenate([step((t + z[z < 0]) - t) for t in thresholds])
    return StepSignals(
        n=above.size + below.size,
        signals_above=np.unique(above).size,
        signals=np.unique(np.concatenate([above, below])).size,
        misfires=int(np.count_nonzero(above != 1) + np.count_nonzero(below != 0)),
        largest_slope=float(np.max(np.abs(step.derivative(full_range(step))))),
    )
