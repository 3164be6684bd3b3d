"""Checks that the makers of sets share."""

import math
import operator

import numpy as np


def check_rng(rng: np.random.Generator) -> None:
    """Raise TypeError unless rng is a generator."""
    if not isinstance(rng, np.random.Generator):
        raise TypeError(
            "rng must be a generator, such as np.random.default_rng(seed), "
            f"got {type(rng).__name__}"
        )


def check_whole(*, least: int, **numbers: int) -> None:
    """Raise TypeError or ValueError, naming the argument, unless each is a whole number >= least.

    True and False are no numbers here.
    """
    for name, number in numbers.items():
        try:
            value = operator.index(number)
        except TypeError:
            value = None
        if value is None or isinstance(number, bool):
            raise TypeError(f"{name} must be a whole number, got {number!r}")
        if value < least:
            raise ValueError(f"{name} must be at least {least}, got {value}")


def check_balanced(n: int, groups: int, what: str) -> None:
    """Raise TypeError or ValueError unless n examples can be dealt out evenly to the groups."""
    check_whole(least=groups, n=n)
    if n % groups:
        raise ValueError(f"n must be a multiple of {groups}, as many for each {what}, got {n}")


def check_noise(noise: float) -> None:
    """Raise ValueError unless noise is a standard deviation: 0 or more, and finite."""
    if not 0 <= noise < math.inf:  # False for NaN
        raise ValueError(f"noise must be 0 or more, and finite, got {noise}")


def check_share(share: float, classes: int | None) -> None:
    """Raise ValueError unless that share of labels can be wrong and the others still right."""
    if classes is None or classes < 2:
        raise ValueError("label noise needs a set of two classes or more")
    if not 0 <= share <= 1 - 1 / classes:  # False for NaN
        raise ValueError(
            f"the share of wrong labels must lie between 0 and {1 - 1 / classes:.4g}, "
            f"1 - 1 / classes, got {share}"
        )


def check_radii(radii: tuple[float, float]) -> None:
    """Raise ValueError unless these are the radii of two rings, the inner one first."""
    if len(radii) != 2 or not 0 < radii[0] < radii[1] < math.inf:
        raise ValueError(f"radii must be two positive, finite numbers that rise, got {radii}")
