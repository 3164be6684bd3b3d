"""Checks of what comes in, done before any work."""

from numbers import Integral, Real

import numpy as np
from numpy.typing import ArrayLike

from rectified.activations import record


def check_positive_int(**counts: int) -> None:
    """Raise TypeError or ValueError, naming the argument, unless each is an integer >= 1."""
    for name, count in counts.items():
        if isinstance(count, bool) or not isinstance(count, Integral):
            raise TypeError(f"{name} must be an integer, got {count!r}")
        if count < 1:
            raise ValueError(f"{name} must be at least 1, got {count}")


def check_number(**numbers: float) -> None:
    """Raise TypeError, naming the argument, unless each is a real number."""
    for name, number in numbers.items():
        if isinstance(number, bool) or not isinstance(number, Real):
            raise TypeError(f"{name} must be a number, got {number!r}")


def check_positive(**numbers: float) -> None:
    """Raise TypeError or ValueError, naming the argument, unless each is finite and above 0."""
    check_number(**numbers)
    record.check_positive(**numbers)


def check_share(**shares: float) -> None:
    """Raise TypeError or ValueError, naming the argument, unless each is at least 0, below 1."""
    check_number(**shares)
    for name, share in shares.items():
        if not 0 <= share < 1:
            raise ValueError(f"{name} must be at least 0 and below 1, got {share}")


def as_inputs(x: ArrayLike, fan_in: int, seeds: int, dtype: np.dtype) -> np.ndarray:
    """Return x as a contiguous array of this dtype: (1, batch, fan_in) for all networks, or
    (S, batch, fan_in).

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
    # BLAS may round the product with a transposed matrix otherwise: contiguous, x has one form.
    x = x.astype(dtype, order="C", copy=False)
    return x if x.ndim == 3 else x[None]
