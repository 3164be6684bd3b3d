"""Where chance enters: each seed has one generator for each purpose."""

from collections.abc import Sequence
from functools import cached_property
from zlib import crc32

import numpy as np

PURPOSES = ("weights", "biases", "batches", "dropout", "examples")


def streams(seeds: Sequence[int], purpose: str) -> "Streams":
    """Return a generator for each seed, for one of the `PURPOSES`.

    What one purpose draws moves no other, so that two arms of a comparison share a seed's weights
    and batches even if only one of them has dropout: paired differences stay paired. Raises
    TypeError unless seeds are integers, ValueError if there is none, if one is negative, or if
    the purpose is unknown.
    """
    if purpose not in PURPOSES:
        raise ValueError(f"purpose must be one of {', '.join(PURPOSES)}, got {purpose!r}")
    # A large number for each purpose: [seed, 0] would be the stream of default_rng(seed), from
    # which data may have been drawn, and inputs would be the weights.
    return Streams(check_seeds(seeds), crc32(purpose.encode()))


class Streams(Sequence[np.random.Generator]):
    """Generators, all made when one is asked for: networks that drop nothing need not wait."""

    def __init__(self, seeds: tuple[int, ...], key: int) -> None:
        """Take the seeds, and the number of the purpose."""
        self.seeds, self.key = seeds, key

    @cached_property
    def rngs(self) -> list[np.random.Generator]:
        """The generators, one for each seed."""
        return [np.random.default_rng([seed, self.key]) for seed in self.seeds]

    def __getitem__(self, row: int) -> np.random.Generator:
        """Return the generator of a row."""
        return self.rngs[row]

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.seeds)


def check_seeds(seeds: Sequence[int]) -> tuple[int, ...]:
    """Return the seeds as a tuple; raise TypeError or ValueError unless they are 0 or more."""
    if not np.iterable(seeds):
        raise TypeError(f"seeds must be a sequence such as range(16), got {seeds!r}")
    seeds = tuple(seeds)
    if not seeds:
        raise ValueError("seeds must hold at least one seed, got none")
    for seed in seeds:
        if isinstance(seed, bool) or not isinstance(seed, int | np.integer):
            raise TypeError(f"seeds must be integers, got {seed!r}")
        if seed < 0:
            raise ValueError(f"seeds must be 0 or more, got {seed}")
    return tuple(map(int, seeds))
