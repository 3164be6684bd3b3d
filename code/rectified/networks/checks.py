"""Checks of what comes in, done before any work."""

from numbers import Integral

import numpy as np
from numpy.typing import ArrayLike


def check_positive_int(**counts: int) -> None:
    """Raise TypeError or ValueError, naming the argument, unless each is an integer >= 1."""
    for name, count in counts.items():
        if isinstance(count, bool) or not isinstance(count, Integral):
            raise TypeError(f"{name} must be an integer, got {count!r}")
        if count < 1:
            raise ValueError(f"{name} must be at least 1, got {count}")


def as_inputs(x: ArrayLike, fan_in: int, seeds: int, dtype: np.dtype) -> np.ndarray:
    """Return x as a view or array (S, batch, fan_in) of this dtype.

    Raises ValueError, saying what would be right, for other shapes and an empty batch; TypeError
    for what are no real numbers.
    """
    x = np.asarray(x)
    if x.dtype.kind not in "fiub":
        raise TypeError(f"x must hold real numbers, got {x.dtype}")
    if x.ndim not in (2, 3) or x.shape[-1] != fan_in:
        raise ValueError(
            f"x must have shape (batch, {fan_in}) or ({seeds}, batch, {fan_in}), got {x.shape}"
        )
    if x.ndim == 3 and len(x) != seeds:
        raise ValueError(f"x must hold a set for each of the {seeds} networks, got {len(x)}")
    if x.shape[-2] == 0:
        raise ValueError("x must hold at least one example, got an empty batch")
    return np.broadcast_to(x.astype(dtype, copy=False), (seeds, *x.shape[-2:]))
