"""Checks and generators that the experiments share."""

from collections.abc import Sequence

import numpy as np


def generators(seeds: Sequence[int]) -> list[np.random.Generator]:
    """Return one generator for each seed, so that a seed's row is the same alone and in company.

    Raises ValueError if there is no seed.
    """
    rngs = [np.random.default_rng(seed) for seed in seeds]
    if not rngs:
        raise ValueError("seeds must hold at least one seed, got none")
    return rngs


def check_counts(**counts: int) -> None:
    """Raise ValueError, naming the argument, unless each count is 1 or more."""
    for name, count in counts.items():
        if count < 1:
            raise ValueError(f"{name} must be at least 1, got {count}")
