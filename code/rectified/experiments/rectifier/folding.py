"""Does depth multiply the flat pieces of a network? Weights drawn at random, and weights chosen."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rectified.experiments.rectifier.regions import Layer, cut_square, plane_regions
from rectified.networks.checks import check_positive_int


@dataclass(frozen=True, kw_only=True, eq=False)
class PieceCounts:
    """Flat pieces of the square [-2, 2]², for networks with equally many ReLUs."""

    width: int  # of each layer of the deep networks
    layers: int
    shallow: np.ndarray  # (S,): random weights, all ReLUs side by side in one layer
    deep: np.ndarray  # (S,): random weights, other networks: the same ReLUs in layers
    folded: int  # the layers again, with weights chosen so that each layer folds the square
    shallow_most: int  # what no weights of the single layer can exceed: n lines in the plane


def pieces_by_depth(
    *, seeds: Sequence[int] = range(24), width: int = 8, layers: int = 3
) -> PieceCounts:
    """Count the pieces of random networks of two inputs, and of one made to have many.

    The shallow and the deep networks of a seed have nothing in common. Raises ValueError without
    a seed, and as `folding_layers` does.
    Sources: hanin2019deep (random weights), montufar2014number (chosen weights).
    """
    check_positive_int(seeds=len(seeds))
    folded = cut_square(folding_layers(width=width, layers=layers)).counts[-1]
    units = width * layers
    return PieceCounts(
        width=width,
        layers=layers,
        shallow=_random_pieces(seeds, [units]),
        deep=_random_pieces(seeds, [width] * layers),
        folded=folded,
        shallow_most=1 + units + units * (units - 1) // 2,
    )


def _random_pieces(seeds: Sequence[int], widths: Sequence[int]) -> np.ndarray:
    """Return (S,) counts; the depth is part of the seed, so that no depth shares its numbers."""
    networks = (plane_regions(seed=[seed, len(widths)], widths=widths) for seed in seeds)
    return np.array([network.counts[-1] for network in networks])


def folding_layers(*, width: int, layers: int, box: float = 2.0) -> list[Layer]:
    """Return a network of two inputs whose every layer folds the square [-box, box]² onto itself.

    Half of a layer's ReLUs fold each coordinate: summed with weights of turning sign, their m
    hinges are a zigzag that runs m times between -box and box. A layer takes the sums of the one
    before; the output adds the last two up. Raises ValueError unless width is even and positive.
    """
    if width < 2 or width % 2:
        raise ValueError(f"width must be even and positive, got {width}")
    check_positive_int(layers=layers)
    m = width // 2
    knots = box * (2 * np.arange(m) / m - 1)
    changes = m * np.append(1.0, 2.0 * (-1.0) ** np.arange(1, m))  # of slope, at the knots
    fan_out = np.kron(np.eye(2), np.ones(m))  # (2, width): a coordinate to each of its ReLUs
    fold = np.kron(np.eye(2), changes[:, None])  # (width, 2): ReLUs to zigzags, which start at 0
    b = -np.tile(knots, 2)
    first, later = (fan_out, b), (fold @ fan_out, b - box)  # - box: the zigzags start at -box
    output = (fold.sum(axis=1, keepdims=True), np.array([-2.0 * box]))
    return [first, *[later] * (layers - 1), output]
