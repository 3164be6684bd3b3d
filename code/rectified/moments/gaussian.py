"""Moments and gains of any activation of the table, under normal preactivations."""

import math
from typing import Literal

from rectified.activations import Activation, VectorActivation
from rectified.activations.record import check_finite, check_positive
from rectified.moments.elementwise import Moments, elementwise_moments
from rectified.moments.vector import vector_moments


def moments(
    f: Activation | VectorActivation,
    *,
    mean: float = 0.0,
    std: float = 1.0,
    units: int | None = None,
) -> Moments:
    """Return E[f], E[f²], Var f, E[f'] and E[f'²] for preactivations z ~ N(mean, std²).

    Each has an error of at most 1e-12 of itself, and the means E[f] and E[f'] of the root of
    their mean square, as they may be 0 where f is not. Kinks and jumps have probability 0: a
    slope is that of f elsewhere, so the step's moments of slopes are 0, whatever it does at 0.

    For vector activations the preactivations are independent, moments are those of one output,
    and `mean_square_slope` is what backpropagation multiplies the mean square of gradients by, on
    the way to one input: E[sum_i (dh_i / dz_j)²]. Only softmax needs to know how many `units`.

    Raises ValueError unless mean is finite and std positive and finite; for f that bends where
    its `kinks` and `jumps` do not say; and for vector activations of one's own.
    """
    check_finite(mean=mean)
    check_positive(std=std)
    if isinstance(f, VectorActivation):
        return vector_moments(f, mean, std, units)
    return elementwise_moments(f, mean, std)


def gain(
    f: Activation | VectorActivation,
    *,
    direction: Literal["forward", "backward"] = "forward",
    units: int | None = None,
) -> float:
    """Return the gain sqrt(fan_in * Var(w)) that keeps signals or gradients of z ~ N(0, 1).

        forward   sqrt(1 / E[f(z)²]): the next layer's preactivations have mean square 1 again
        backward  sqrt(1 / E[f'(z)²]): so have gradients (with fan_out in place of fan_in)

    For relu both are √2; that they agree is special to relu and its leaky relatives.
    `torch.nn.init.calculate_gain` is another thing in spite of its name: a table of habits, with
    5/3 for tanh, whose gains are 1.59 and 1.47, and 1 for sigmoid, whose gains are 1.85 and 4.72.
    Raises ValueError for another direction, for a gain that does not exist (backward through the
    step, whose slope is 0), and as `moments` does. Source: he2015delving, section 2.2.
    """
    if direction not in ("forward", "backward"):
        raise ValueError(f"direction must be 'forward' or 'backward', got {direction!r}")
    found = moments(f, units=units)
    kept = found.mean_square if direction == "forward" else found.mean_square_slope
    if kept == 0:
        raise ValueError(f"f must let something through: {f} has no gain {direction}, only 0 comes")
    return math.sqrt(1 / kept)
