"""Weights scaled to a batch of data, layer by layer (LSUV)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from rectified.activations import Activation, VectorActivation
from rectified.initializers.record import (
    as_shape,
    check_dtype,
    check_generator,
    positive_float,
    positive_int,
)
from rectified.initializers.structured import orthogonal

ROUNDING = 16 * np.finfo(np.float64).eps  # how far apart equal sums can come out, relatively


@dataclass(frozen=True, kw_only=True, eq=False)
class UnitVariance:
    """What `lsuv` made: the weights of each layer, and how it came to them."""

    weights: tuple[np.ndarray, ...]
    steps: tuple[int, ...]  # how often the layer was scaled
    variance: tuple[float, ...]  # of its preactivations on the batch, before weights are rounded


def lsuv(
    shapes: Iterable[Sequence[int]],
    f: Activation | VectorActivation,
    x: ArrayLike,
    *,
    rng: np.random.Generator,
    tolerance: float = 0.02,
    max_steps: int = 20,
    dtype: DTypeLike = np.float64,
) -> UnitVariance:
    """Make dense layers whose preactivations have variance 1 on the batch x, from first to last.

    Weights start orthogonal. While the variance of a layer's preactivations z, over examples and
    units together, is off 1 by `tolerance` or more, the weights are divided by its root, at most
    `max_steps` times. z is linear in them, so on one batch one step is enough; the paper's loop
    allows for batches that differ. What gets variance 1 is the output before the activation, as
    in the authors' code, which tolerance and max_steps are taken from. Biases are 0.
    If f changes the number of units, as maxout does, the next layer takes what f gives.

    Shapes are (fan_in, fan_out), x is (batch, fan_in). Raises TypeError or ValueError if they do
    not fit, if an argument is out of its range, or if the variance of a layer is 0 or not finite,
    so that nothing scales it to 1.

    Source: mishkin2016all
    """
    shapes = chained(shapes, f)
    h = batch(x, shapes[0][0])
    limits = positive_float(tolerance=tolerance), positive_int(max_steps=max_steps)
    check_generator(rng)
    check_dtype(dtype)
    start, made = orthogonal(), []
    with np.errstate(all="ignore"):  # what overflows has no finite variance, and is refused
        for layer, shape in enumerate(shapes, start=1):
            w, steps, variance = scaled(start(shape, rng=rng), h, layer, *limits)
            made.append((w.astype(dtype, copy=False), steps, variance))
            if layer < len(shapes):
                h = f(h @ w)
    weights, steps, variance = zip(*made, strict=True)
    return UnitVariance(weights=weights, steps=steps, variance=variance)


def scaled(
    w: np.ndarray, h: np.ndarray, layer: int, tolerance: float, max_steps: int
) -> tuple[np.ndarray, int, float]:
    """Divide w by the root of Var(h @ w) until that is 1; return w, steps taken, the variance."""
    steps, variance = 0, variance_of(h @ w, layer)
    while abs(variance - 1) >= tolerance and steps < max_steps:
        w, steps = w / np.sqrt(variance), steps + 1
        variance = variance_of(h @ w, layer)
    return w, steps, variance


def variance_of(z: np.ndarray, layer: int) -> float:
    """Return the variance of all entries of z; raise ValueError unless it can be scaled to 1."""
    variance = float(np.var(z))
    rounding = (ROUNDING * np.abs(z).max()) ** 2  # the variance that equal entries can seem to have
    if not rounding < variance < np.inf:  # True for NaN
        wanted = "it must be positive and finite to be scaled to 1"
        raise ValueError(f"x gives layer {layer} preactivations of variance {variance}: {wanted}")
    return variance


def chained(
    shapes: Iterable[Sequence[int]], f: Activation | VectorActivation
) -> list[tuple[int, ...]]:
    """Return the shapes; raise ValueError unless they are a chain of dense layers, f in between."""
    shapes = [as_shape(shape) for shape in shapes]
    if not shapes or any(len(shape) != 2 for shape in shapes):
        raise ValueError(f"shapes must hold a pair (fan_in, fan_out) for each layer, got {shapes}")
    for (_, fan_out), (fan_in, _) in pairwise(shapes):
        units = f.width(fan_out) if isinstance(f, VectorActivation) else fan_out
        if units != fan_in:
            raise ValueError(f"shapes must chain, got fan out {fan_out} before fan in {fan_in}")
    return shapes


def batch(x: ArrayLike, fan_in: int) -> np.ndarray:
    """Return x as doubles; raise ValueError unless it is finite and of shape (batch, fan_in)."""
    x = np.asarray(x, dtype=np.float64)
    if x.ndim != 2 or x.shape[1] != fan_in:
        raise ValueError(f"x must have shape (batch, {fan_in}), got {x.shape}")
    if not len(x):
        raise ValueError("x must hold at least one example, got none")
    if not np.isfinite(x).all():
        raise ValueError("x must be finite, got infinity or NaN in it")
    return x
