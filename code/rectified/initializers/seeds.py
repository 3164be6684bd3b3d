"""Seeds are an axis: the parameters of many networks, side by side."""

from collections.abc import Iterable, Sequence
from numbers import Integral

import numpy as np
from numpy.typing import DTypeLike

from rectified.initializers.record import Initializer, as_shape


def generators(seeds: Iterable[int | np.random.Generator]) -> list[np.random.Generator]:
    """Return a generator for each seed; a generator among them is taken as it stands.

    Raises TypeError unless seeds holds integers or generators, ValueError if it holds none, a
    negative number, or one generator twice: its rows would depend on each other.
    """
    if not isinstance(seeds, Iterable):
        raise TypeError(f"seeds must be a sequence such as range(16), got {seeds!r}")
    seeds = list(seeds)
    for seed in seeds:
        if not isinstance(seed, Integral | np.random.Generator):
            raise TypeError(f"seeds must hold integers or generators, got {seed!r}")
        if isinstance(seed, Integral) and seed < 0:
            raise ValueError(f"seeds must not be negative, got {seed}")
    if not seeds:
        raise ValueError("seeds must hold at least one seed, got none")
    rngs = [np.random.default_rng(seed) for seed in seeds]
    if len(set(map(id, rngs))) < len(rngs):
        raise ValueError("seeds must not hold one generator twice")
    return rngs


def draw(
    initializer: Initializer,
    shapes: Iterable[Sequence[int]],
    *,
    seeds: Iterable[int | np.random.Generator],
    dtype: DTypeLike = np.float64,
) -> list[np.ndarray]:
    """Draw one array of shape (S, *shape) for each of the shapes, layer by layer.

    Each seed has its own generator, so its rows are the same alone and in company. Hand over
    generators as seeds to draw on from them. Raises as the initializer and `generators` do.
    """
    shapes = [as_shape(shape) for shape in shapes]
    rngs = generators(seeds)
    return [
        np.stack([initializer(shape, rng=rng, dtype=dtype) for rng in rngs]) for shape in shapes
    ]
