"""How far activations reach, and which of them turn back."""

from dataclasses import dataclass

import numpy as np

from rectified.activations import ELEMENTWISE, Activation, relu, silu
from rectified.experiments.grids import GRID, WIDE_GRID, full_range
from rectified.networks.checks import check_positive_int

ROUNDING = 1e-12  # of a value of size 1; no activation here is computed less exactly


@dataclass(frozen=True, kw_only=True, eq=False)
class Reach:
    """How far the outputs of every elementwise activation go."""

    activations: tuple[str, ...]  # A names
    sizes: np.ndarray  # (k,): R
    reach: np.ndarray  # (A, k): largest |f| on [-R, R]
    growing: tuple[str, ...]  # those whose reach still grows at the last decade
    outside_unit: tuple[str, ...]  # those that leave [-1, 1]
    bounded: tuple[str, ...]  # all others: they squash the line into a bounded interval
    relu_of_million: float


def reach_of_table() -> Reach:
    """Follow |f| from inputs of size 1 to 10,000."""
    sizes = 10.0 ** np.arange(5)
    z = sizes[:, None] * np.linspace(-1.0, 1.0, 2001)  # (k, 2001)
    reach = np.array([np.max(np.abs(f(z)), axis=1) for f in ELEMENTWISE.values()])
    names = np.array(list(ELEMENTWISE))
    grows = reach[:, -1] > 1.01 * reach[:, -2]
    return Reach(
        activations=tuple(ELEMENTWISE),
        sizes=sizes,
        reach=reach,
        growing=tuple(names[grows].tolist()),
        bounded=tuple(names[~grows].tolist()),
        outside_unit=tuple(names[reach[:, -1] > 1 + ROUNDING].tolist()),
        relu_of_million=float(relu(np.float64(1e6))),
    )


def _rises(y: np.ndarray) -> np.ndarray:
    return np.diff(y) > ROUNDING * np.maximum(1.0, np.abs(y[1:]))


def _falls(y: np.ndarray) -> np.ndarray:
    return _rises(-y)


@dataclass(frozen=True, kw_only=True, eq=False)
class MonotoneTable:
    """Is each activation monotone? Three answers that use different things, True for monotone."""

    activations: tuple[str, ...]  # A names
    by_definition: np.ndarray  # (A,): its values never fall, or never rise
    by_slope: np.ndarray  # (A,): its derivative never has both signs
    by_levels: np.ndarray  # (A,): no level is passed more than once
    turning: tuple[str, ...]  # those that the definition calls not monotone

    @property
    def slope_disagreements(self) -> int:
        """Number of activations on which definition and slope disagree."""
        return int(np.count_nonzero(self.by_definition != self.by_slope))

    @property
    def level_disagreements(self) -> int:
        """Number of activations on which definition and levels disagree."""
        return int(np.count_nonzero(self.by_definition != self.by_levels))


def monotone_table() -> MonotoneTable:
    """Apply the definition to every elementwise activation, and two tests that must agree."""
    table = ELEMENTWISE.values()
    by_definition = np.array([_one_direction(f(full_range(f))) for f in table])
    names = np.array(list(ELEMENTWISE))
    return MonotoneTable(
        activations=tuple(ELEMENTWISE),
        by_definition=by_definition,
        by_slope=np.array([_one_sign(f.derivative(full_range(f))) for f in table]),
        by_levels=np.array([_levels_passed(f(GRID[::4])) <= 1 for f in table]),
        turning=tuple(names[~by_definition].tolist()),
    )


def _one_direction(y: np.ndarray) -> bool:
    return not (_rises(y).any() and _falls(y).any())


def _one_sign(slope: np.ndarray) -> bool:
    return not ((slope > ROUNDING).any() and (slope < -ROUNDING).any())


def _levels_passed(y: np.ndarray) -> int:
    """Return how often the level that is passed most often is passed."""
    values = np.unique(y)
    gaps = np.diff(values) > ROUNDING
    levels = (values[:-1][gaps] + values[1:][gaps]) / 2
    above = y > levels[:, None]  # (levels, n)
    return int(np.max(np.count_nonzero(above[:, 1:] != above[:, :-1], axis=1)))


@dataclass(frozen=True, kw_only=True, eq=False)
class Bump:
    """An activation that rises everywhere, and its slope that does not. Steps of the grid."""

    activation: str
    n: int
    value_falls: int
    slope_rises: int
    slope_falls: int
    peak: float  # the input at which the slope is largest


def slope_bump(f: Activation) -> Bump:
    """Count where f and f' rise and fall on [-30, 30], for an f of saturating kind."""
    slope = f.derivative(WIDE_GRID)
    return Bump(
        activation=f.name,
        n=WIDE_GRID.size - 1,
        value_falls=int(np.count_nonzero(_falls(f(WIDE_GRID)))),
        slope_rises=int(np.count_nonzero(_rises(slope))),
        slope_falls=int(np.count_nonzero(_falls(slope))),
        peak=float(WIDE_GRID[np.argmax(slope)]),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class ReluOrder:
    """Counts of steps and pairs at which ReLU, its slope, or its convexity fails."""

    n: int
    value_falls: int
    slope_falls: int
    pairs: int
    chord_violations: int  # pairs whose midpoint lies above the chord


def relu_order(*, pairs: int = 10_000, rng: np.random.Generator | None = None) -> ReluOrder:
    """Count, without any tolerance, where relu or its slope falls; and test midpoint convexity,
    which is the same as a slope that never falls.
    """
    check_positive_int(pairs=pairs)
    rng = rng or np.random.default_rng(0)
    z = full_range(relu)
    x, y = rng.standard_normal((2, pairs)) * 10.0
    chord = (relu(x) + relu(y)) / 2
    return ReluOrder(
        n=z.size - 1,
        value_falls=int(np.count_nonzero(np.diff(relu(z)) < 0)),
        slope_falls=int(np.count_nonzero(np.diff(relu.derivative(z)) < 0)),
        pairs=pairs,
        chord_violations=int(np.count_nonzero(relu((x + y) / 2) > chord)),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class SwishShape:
    """Smoothness, turning and bounds of x·sigmoid(x)."""

    smoothness: float  # largest change of slope between neighbours, over that at half the step
    relu_smoothness: float  # the same for ReLU
    lowest: float
    place: float  # where it is lowest
    fall: float  # how far it falls, from the left end of the grid to the lowest point
    highest_reached: float  # at a million


def swish_shape() -> SwishShape:
    """Look at swish with slope 1, which PyTorch calls SiLU. Source: ramachandran2017searching."""
    place = _zero_of_slope(silu, -2.0, 0.0)
    lowest = float(silu(np.float64(place)))
    return SwishShape(
        smoothness=_change_of_slope(silu, 64) / _change_of_slope(silu, 128),
        relu_smoothness=_change_of_slope(relu, 64) / _change_of_slope(relu, 128),
        lowest=lowest,
        place=place,
        fall=float(silu(WIDE_GRID[0])) - lowest,
        highest_reached=float(silu(np.float64(1e6))),
    )


def _change_of_slope(f: Activation, points_per_unit: int) -> float:
    z = np.arange(-8 * points_per_unit, 8 * points_per_unit + 1) / points_per_unit
    return float(np.max(np.abs(np.diff(f.derivative(z)))))


def _zero_of_slope(f: Activation, low: float, high: float, *, halvings: int = 60) -> float:
    """Bisect for the minimum between low, where f falls, and high, where it rises."""
    for _ in range(halvings):
        middle = (low + high) / 2
        low, high = (middle, high) if f.derivative(np.float64(middle)) < 0 else (low, middle)
    return (low + high) / 2
