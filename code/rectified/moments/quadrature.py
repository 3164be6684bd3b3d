"""Expectations under a normal density, to the last digits: panels, with 24 Gauss nodes in each.

Adaptive rules look for trouble; here we know where it is. The density wants panels about one
standard deviation wide. A function that bends at a place, sharply or over some distance, wants
panels that shrink towards it: each is 4 times as wide as the one inside it, so whatever the
distance is, some panels have about its size. Weights are positive and nothing is cut off, so the
error is relative to E|g|, even where that lies far out in a tail and is tiny. Halving all panels
must not change the result; that is how a break that nobody named is found.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from rectified.activations.record import check_finite, check_positive

NODES, WEIGHTS = special.roots_legendre(24)  # on [-1, 1]
SETTLED = 1e-12  # by what part of E|g| halving may still change a result
VANISHED = 1e-290  # close to the smallest doubles, which have fewer digits
HALVINGS = 5


class Grid(NamedTuple):
    """Where panels end, in standard deviations: whole from the mean, around from each break."""

    whole: np.ndarray
    around: np.ndarray


def grid(*, reach: float, step: float, finest: int, widest: int) -> Grid:
    """Return the ends from -reach to reach, and ± powers of 4 from finest to widest."""
    powers = 4.0 ** np.arange(finest, widest + 1)
    return Grid(
        whole=np.arange(-reach, reach + step / 2, step),
        around=np.concatenate([-powers[::-1], [0.0], powers]),
    )


FULL = grid(reach=38, step=1, finest=-15, widest=1)  # further out the density underflows


class Rule(NamedTuple):
    """Nodes z and weights, both (..., panels, 24): E[g(z)] is the sum of weights * g(z)."""

    z: np.ndarray
    weights: np.ndarray
    halves: np.ndarray  # (..., panels, 1): half the width of each panel


def rule(
    mean: ArrayLike,
    std: ArrayLike,
    breaks: Sequence[float],
    *,
    ends: Grid = FULL,
    halvings: int = 0,
) -> Rule:
    """Lay panels for z ~ N(mean, std²); for arrays of these, panels for each entry.

    Each panel is halved `halvings` times. Those beyond a grid's reach have width 0.
    """
    mean, std = (np.asarray(one, float)[..., None] for one in np.broadcast_arrays(mean, std))
    with np.errstate(over="ignore"):  # a break may be infinitely many standard deviations away
        near = ((np.asarray(breaks, float) - mean) / std)[..., None] + ends.around
    near = near.reshape(*mean.shape[:-1], -1)
    whole = np.broadcast_to(ends.whole, (*mean.shape[:-1], ends.whole.size))
    edges = np.concatenate([whole, np.clip(near, *ends.whole[[0, -1]])], axis=-1)
    edges = np.sort(edges, axis=-1)
    for _ in range(halvings):
        middles = (edges[..., 1:] + edges[..., :-1]) / 2
        edges = np.sort(np.concatenate([edges, middles], axis=-1), axis=-1)
    halves = np.diff(edges)[..., None] / 2
    x = edges[..., :-1, None] + halves * (1 + NODES)
    density = np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi)
    mean, std = mean[..., None], std[..., None]
    return Rule(mean + std * x, density * halves * WEIGHTS, std * halves)


def settled(
    estimate: Callable[[int], tuple[np.ndarray, np.ndarray]], *, otherwise: str
) -> np.ndarray:
    """Return the first result that halving did not change; estimate(halvings) gives E[g], E|g|.

    Raises ValueError, saying `otherwise`, if there is none.
    """
    result, _ = estimate(0)
    for halvings in range(1, HALVINGS + 1):
        before, (result, size) = result, estimate(halvings)
        if np.all(np.abs(result - before) <= SETTLED * size + VANISHED):  # False for NaN
            return result
    raise ValueError(f"{otherwise}: halving panels still changes the result")


def expectation(
    g: Callable[[np.ndarray], np.ndarray],
    *,
    mean: float = 0.0,
    std: float = 1.0,
    breaks: Sequence[float] = (0.0,),
) -> float | np.ndarray:
    """Return E[g(z)], z ~ N(mean, std²), with an error of about 1e-14 of E|g(z)|.

    g maps an array (places,) of doubles to (places,), or to (..., places) for several functions
    at once. `breaks` are the places where it jumps, has a kink, or changes quickly.
    Raises ValueError unless mean is finite and std positive and finite; for a g that returns
    another shape; and where the result does not settle, as g bends at a place that `breaks`
    leaves out, or is not finite somewhere within 38 standard deviations.
    """
    check_finite(mean=mean)
    check_positive(std=std)

    def estimate(halvings: int) -> tuple[np.ndarray, np.ndarray]:
        z, weights, _ = rule(mean, std, breaks, halvings=halvings)
        values = np.asarray(g(z.ravel()), float)
        if values.shape[-1:] != (z.size,):
            raise ValueError(
                f"g must return (..., {z.size}) for as many places, got {values.shape}"
            )
        with np.errstate(invalid="ignore"):  # infinity times a weight that is 0
            return values @ weights.ravel(), np.abs(values) @ weights.ravel()

    return settled(estimate, otherwise="breaks must name all places where g bends or jumps")
