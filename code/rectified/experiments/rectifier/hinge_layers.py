"""Layers that all have the same hinges: into how many straight pieces do they bend a line?"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from rectified.activations import relu
from rectified.networks.checks import check_positive_int


@dataclass(frozen=True, kw_only=True, eq=False)
class HingeLayers:
    """f(f(... f(x))) on [0, 1], with f(x) = offset + slope · x + Σ changes · relu(x - places).

    places, changes: shape (hinges,); a change is that of f's slope at its place
    x, y: shape (pieces + 1,), the ends of the straight pieces; no two neighbours have one slope
    """

    layers: int
    offset: float
    slope: float
    places: np.ndarray
    changes: np.ndarray
    x: np.ndarray
    y: np.ndarray

    @property
    def hinges(self) -> int:
        """Number of hinges in each layer."""
        return len(self.places)

    @property
    def pieces(self) -> int:
        """Number of straight pieces."""
        return len(self.x) - 1


def zigzag_layers(*, hinges: int, layers: int) -> HingeLayers:
    """Let each layer run hinges + 1 times between 0 and 1, so that it folds [0, 1] onto itself.

    Raises ValueError unless hinges and layers are at least 1. Source: montufar2014number.
    """
    check_positive_int(hinges=hinges)
    runs = hinges + 1
    places = np.arange(1, runs) / runs
    changes = -2.0 * runs * (-1.0) ** np.arange(hinges)
    return hinge_layers(places, changes, offset=0.0, slope=float(runs), layers=layers)


def hinge_layers(
    places: np.ndarray, changes: np.ndarray, *, offset: float, slope: float, layers: int
) -> HingeLayers:
    """Find the straight pieces on [0, 1] of a sum of hinges that is taken `layers` times.

    What a layer takes is straight between known ends, so it is cut exactly where it crosses a
    place, and its slope is a product. An end at which the slope changes by no more than rounding
    is none. Raises ValueError unless layers is at least 1.
    """
    check_positive_int(layers=layers)
    x = y = np.array([0.0, 1.0])
    slopes = np.ones(1)  # (pieces,)
    for _ in range(layers):
        x, y, slopes = _cut(x, y, slopes, places)
        middles = (y[1:] + y[:-1]) / 2
        slopes = slopes * (slope + (middles[:, None] > places) @ changes)
        y = offset + slope * y + relu(y[:, None] - places) @ changes
    rounding = 1e-12 * (abs(slope) + np.abs(changes).sum()) ** layers
    ends = np.concatenate([[True], np.abs(np.diff(slopes)) > rounding, [True]])
    return HingeLayers(
        layers=layers,
        offset=offset,
        slope=slope,
        places=places,
        changes=changes,
        x=x[ends],
        y=y[ends],
    )


def _cut(
    x: np.ndarray, y: np.ndarray, slopes: np.ndarray, places: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Put in the points where the line through (x, y) crosses a place, with the slopes between."""
    points, found = [(x[0], y[0])], []
    for (x0, x1), (y0, y1), slope in zip(pairwise(x), pairwise(y), slopes, strict=True):
        near = 1e-9 * max(1.0, abs(y0), abs(y1))  # places as near as this to an end are there
        crossed = places[(places > min(y0, y1) + near) & (places < max(y0, y1) - near)]
        inside = {x0 + (place - y0) / (y1 - y0) * (x1 - x0): place for place in crossed}
        points += [*sorted(inside.items()), (x1, y1)]
        found += [slope] * (len(inside) + 1)
    cut = np.array(points)
    return cut[:, 0], cut[:, 1], np.array(found)
