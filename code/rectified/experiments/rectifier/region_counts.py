"""How many flat pieces can a network have, and how many has it? Counted, beside the bound."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb, prod

import numpy as np

from rectified.experiments.rectifier.folding import folding_layers
from rectified.experiments.rectifier.regions import cut_square, random_layers
from rectified.networks.checks import check_positive_int


def most_pieces(widths: Sequence[int], *, inputs: int = 2) -> int:
    """Return a bound on the pieces of a ReLU network with these hidden layers.

    n planes cut a space of d dimensions into at most C(n, 0) + ... + C(n, d) pieces, and every
    layer cuts each piece by its n units: the product over layers. Exact for a single layer.
    Sources: zaslavsky1975facing (planes), montufar2014number (layers).
    """
    check_positive_int(inputs=inputs, **{f"widths[{i}]": n for i, n in enumerate(widths)})
    return prod(sum(comb(n, k) for k in range(inputs + 1)) for n in widths)


@dataclass(frozen=True, kw_only=True, eq=False)
class RegionCounts:
    """Pieces of networks of two inputs with 1 to L layers of one width, in one large square."""

    width: int
    layers: tuple[int, ...]  # L
    random: np.ndarray  # (S, L): random weights
    folded: tuple[int, ...]  # weights chosen so that each layer folds the square [−2, 2]²
    bound: tuple[int, ...]  # `most_pieces`


def region_counts(
    *,
    seeds: Sequence[int] = range(10),
    width: int = 8,
    layers: int = 3,
    box: float = 1e5,
) -> RegionCounts:
    """Count the pieces in the square [−box, box]², so large that it holds all crossings.

    The weights of a depth are drawn anew. Raises ValueError without a seed, and as
    `folding_layers` does. Sources: hanin2019deep, montufar2014number.
    """
    check_positive_int(seeds=len(seeds), layers=layers)
    depths = range(1, layers + 1)
    folding = [folding_layers(width=width, layers=depth) for depth in depths]
    folded = [cut_square(layers, box=box).counts[-1] for layers in folding]
    random = [[_random_pieces(seed, [width] * depth, box) for depth in depths] for seed in seeds]
    return RegionCounts(
        width=width,
        layers=tuple(depths),
        random=np.array(random),
        folded=tuple(folded),
        bound=tuple(most_pieces([width] * depth) for depth in depths),
    )


def _random_pieces(seed: int, widths: Sequence[int], box: float) -> int:
    """Count the pieces of one network; the depth is part of the seed."""
    return cut_square(random_layers(seed=[seed, len(widths)], widths=widths), box=box).counts[-1]
