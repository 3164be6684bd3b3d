"""Timing in turns: what is compared shares every change of the machine's mood."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

T = TypeVar("T")


@dataclass(frozen=True)
class Spread:
    """The median of the rounds, and the lowest and the highest of them."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, samples: Sequence[float]) -> "Spread":
        """Return the spread of one number for each round."""
        return cls(float(np.median(samples)), float(np.min(samples)), float(np.max(samples)))


def seconds_of(call: Callable[[], object]) -> float:
    """Return how long a call takes."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def interleaved(calls: Mapping[str, Callable[[], T]], rounds: int) -> dict[str, list[T]]:
    """Make all calls, one after the other, in each round; return what each returned, by round.

    A first round, not counted, warms up.
    """
    results: dict[str, list[T]] = {name: [] for name in calls}
    for _ in range(rounds + 1):
        for name, call in calls.items():
            results[name].append(call())
    return {name: each[1:] for name, each in results.items()}
