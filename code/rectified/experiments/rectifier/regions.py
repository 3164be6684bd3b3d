"""Into which flat pieces does a ReLU network cut the plane? Exactly, polygon by polygon."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from rectified.activations import relu

Layer = tuple[np.ndarray, np.ndarray]  # w of shape (fan_in, fan_out), b of shape (fan_out,)


@dataclass(frozen=True, kw_only=True, eq=False)
class PlaneRegions:
    """The square [-box, box]² cut by one network; entry l of `polygons` holds layer l's pieces.

    layers: the hidden layers and the linear output
    polygons: for each hidden layer, the pieces on which all units up to it keep their state;
        each polygon has shape (corners, 2), counterclockwise
    slopes, offsets: of the last layer's R pieces, shapes (R, 2) and (R,): there the network is
        slopes @ x + offset
    """

    layers: tuple[Layer, ...]
    box: float
    polygons: tuple[tuple[np.ndarray, ...], ...]
    slopes: np.ndarray
    offsets: np.ndarray

    @property
    def widths(self) -> tuple[int, ...]:
        """Number of units in each hidden layer."""
        return tuple(len(b) for _, b in self.layers[:-1])

    @property
    def counts(self) -> tuple[int, ...]:
        """Number of pieces after each hidden layer."""
        return tuple(map(len, self.polygons))


@dataclass(frozen=True, eq=False)
class Piece:
    """A convex polygon (corners, 2) where h = x @ slopes + offsets: (2, units) and (units,)."""

    polygon: np.ndarray
    slopes: np.ndarray
    offsets: np.ndarray


def random_layers(*, seed: int | Sequence[int], widths: Sequence[int]) -> list[Layer]:
    """Draw a network of two inputs, ReLU layers of the given widths and one linear output.

    Weights have variance 2 / fan_in, biases are normal with standard deviation 1/2, so that the
    hinges cross the square instead of meeting in its middle. Source: he2015delving.
    """
    return draw_layers(np.random.default_rng(seed), (2, *widths, 1))


def draw_layers(rng: np.random.Generator, widths: Sequence[int]) -> list[Layer]:
    """Draw weights of variance 2 / fan_in and biases with deviation ½. Source: he2015delving."""
    return [
        (
            rng.normal(0, np.sqrt(2 / max(fan_in, 1)), (fan_in, fan_out)),
            rng.normal(0, 0.5, fan_out),
        )
        for fan_in, fan_out in pairwise(widths)
    ]


def plane_regions(
    *, seed: int | Sequence[int], widths: Sequence[int], box: float = 2.0
) -> PlaneRegions:
    """Cut the square [-box, box]² by a random network, that of `random_layers`.

    Raises ValueError unless box is positive and every width at least 0.
    """
    if min(widths, default=0) < 0:
        raise ValueError(f"widths must not be negative, got {list(widths)}")
    return cut_square(random_layers(seed=seed, widths=widths), box=box)


def cut_square(layers: Sequence[Layer], *, box: float = 2.0) -> PlaneRegions:
    """Cut the square [-box, box]² into the pieces on which a ReLU network is affine.

    `layers` holds weights (fan_in, fan_out) and biases (fan_out,): 2 inputs, ReLU layers, and a
    linear output. Raises ValueError unless box is positive.
    """
    if box <= 0 or not np.isfinite(box):
        raise ValueError(f"box must be positive and finite, got {box}")
    *hidden, (w_out, b_out) = layers
    pieces, polygons = [square(box)], []
    for w, b in hidden:
        pieces = [part for piece in pieces for part in cut(piece, w, b)]
        polygons.append(tuple(piece.polygon for piece in pieces))
    return PlaneRegions(
        layers=tuple(layers),
        box=box,
        polygons=tuple(polygons),
        slopes=np.stack([piece.slopes @ w_out[:, 0] for piece in pieces]),
        offsets=np.array([piece.offsets @ w_out[:, 0] + b_out[0] for piece in pieces]),
    )


def largest_jump(result: PlaneRegions) -> float:
    """Return how far the planes of the pieces miss the network where pieces meet, at most.

    Every piece's plane is taken at its corners, which it shares with its neighbours, and set
    against the one value that the network has there; relative to the spread of these values.
    """
    corners = np.concatenate(result.polygons[-1])
    sizes = [len(polygon) for polygon in result.polygons[-1]]
    slopes, offsets = np.repeat(result.slopes, sizes, axis=0), np.repeat(result.offsets, sizes)
    value = _run(result.layers, corners)
    plane = np.sum(corners * slopes, axis=1) + offsets
    return float(np.max(np.abs(plane - value)) / np.std(value))


def _run(layers: Sequence[Layer], x: np.ndarray) -> np.ndarray:
    """Return the network's output at x, (points, 2), as (points,)."""
    *hidden, (w_out, b_out) = layers
    for w, b in hidden:
        x = relu(x @ w + b)
    return (x @ w_out + b_out)[:, 0]


def square(box: float) -> Piece:
    """Return the whole square, on which h is the input itself."""
    corners = box * np.array([[-1.0, -1], [1, -1], [1, 1], [-1, 1]])
    return Piece(corners, np.eye(2), np.zeros(2))


def cut(piece: Piece, w: np.ndarray, b: np.ndarray) -> list[Piece]:
    """Send a piece through one ReLU layer: each unit's hinge cuts what it crosses.

    On the piece z = h @ w + b is affine, so a unit's hinge z = 0 is a straight line there.
    """
    slopes, offsets = piece.slopes @ w, piece.offsets @ w + b  # of z: (2, units), (units,)
    polygons = [piece.polygon]
    for slope, offset in zip(slopes.T, offsets, strict=True):
        polygons = [part for polygon in polygons for part in split(polygon, slope, offset)]
    parts = []
    for polygon in polygons:
        on = polygon.mean(axis=0) @ slopes + offsets > 0  # (units,): the pattern of this part
        parts.append(Piece(polygon, slopes * on, offsets * on))
    return parts


def split(polygon: np.ndarray, slope: np.ndarray, offset: float) -> list[np.ndarray]:
    """Split a convex polygon by the line slope @ x + offset = 0, where the line crosses it.

    Corners as near to the line as rounding puts them count as on it, so no slivers arise.
    """
    height = polygon @ slope + offset
    size = np.abs(polygon) @ np.abs(slope) + abs(offset)  # what rounding is relative to
    side = np.where(np.abs(height) <= 1e-12 * size, 0, np.sign(height))
    if not (side.min() < 0 < side.max()):
        return [polygon]
    return [_half(polygon, height, side, sign) for sign in (1, -1)]


def _half(polygon: np.ndarray, height: np.ndarray, side: np.ndarray, sign: int) -> np.ndarray:
    """Return the part of the polygon on one side: its corners there, and where the line enters."""
    corners = []
    for i in range(len(polygon)):
        j = (i + 1) % len(polygon)
        if sign * side[i] >= 0:
            corners.append(polygon[i])
        if side[i] * side[j] < 0:
            share = height[i] / (height[i] - height[j])
            corners.append(polygon[i] + share * (polygon[j] - polygon[i]))
    return np.array(corners)
