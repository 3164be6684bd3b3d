"""Does depth multiply the flat pieces of a network? Weights drawn at random, and weights chosen."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rectified.activations import relu
from rectified.experiments.regions import plane_regions


@dataclass(frozen=True, kw_only=True, eq=False)
class PieceCounts:
    """Flat pieces of networks with equally many ReLUs, in one layer and in several."""

    shallow: np.ndarray  # (S,): random weights, all ReLUs side by side
    deep: np.ndarray  # (S,): random weights, the same ReLUs in layers
    folded: int  # the layers again, with weights chosen so that each layer folds the square
    shallow_most: int  # what no weights of the single layer can exceed: n lines in the plane


def pieces_by_depth(
    *, seeds: Sequence[int] = range(12), width: int = 16, layers: int = 3
) -> PieceCounts:
    """Count the pieces of random networks of two inputs, and of one made to have many.

    Raises ValueError unless width is even and positive: half of a layer folds each coordinate.
    Sources: hanin2019deep (random weights), montufar2014number (chosen weights).
    """
    if width < 2 or width % 2:
        raise ValueError(f"width must be even and positive, got {width}")
    deep = [plane_regions(seed=seed, widths=[width] * layers).counts[-1] for seed in seeds]
    shallow = [plane_regions(seed=seed, widths=[width * layers]).counts[-1] for seed in seeds]
    along_one_side, units = zigzag_pieces(folds=width // 2, layers=layers), width * layers
    return PieceCounts(
        shallow=np.array(shallow),
        deep=np.array(deep),
        folded=along_one_side**2,
        shallow_most=1 + units + units * (units - 1) // 2,
    )


def zigzag(x: np.ndarray, *, folds: int) -> np.ndarray:
    """Run `folds` times between 0 and 1 while x goes from 0 to 1: a layer of `folds` ReLUs."""
    places = np.arange(folds) / folds
    changes = np.where(places == 0, folds, 2 * folds * (-1.0) ** np.arange(folds))
    return relu(x[:, None] - places) @ changes


def zigzag_pieces(*, folds: int, layers: int) -> int:
    """Count the straight pieces of `layers` zigzags, each applied to the one before."""
    y = x = np.linspace(0.0, 1.0, 2 * folds**layers + 1)  # two steps to every piece
    for _ in range(layers):
        y = zigzag(y, folds=folds)
    bends = np.abs(np.diff(y, n=2)) > 0.5 * np.diff(x)[0]  # a bend changes the slope by 2 or more
    return int(np.count_nonzero(bends)) + 1
