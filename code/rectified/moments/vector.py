"""Moments of activations that act along an axis, for inputs that are independent and normal.

Forward they are those of one output, taken as the mean over the outputs. Backward the slope is a
matrix, the Jacobian J. What counts is what comes back to one input: E[sum_i J_ij²] times the mean
square of the outputs' gradients, where these are independent of J and of each other with mean 0.
So `mean_square_slope` is that number, and `mean_slope` is E[sum_i J_ij], as means over the inputs.
"""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from scipy import special

from rectified.activations import Activation, VectorActivation, gelu, relu, sigmoid, silu
from rectified.moments.elementwise import Moments, elementwise_moments
from rectified.moments.pieces import table_name
from rectified.moments.quadrature import Grid, expectation, rule

GATES: Mapping[str, Activation] = MappingProxyType(
    {"glu": sigmoid, "reglu": relu, "geglu": gelu, "swiglu": silu}
)
NEAR = Grid(whole=np.arange(-9.0, 10.0, 3.0), around=np.zeros(1))  # beyond lies a share of 2e-19
FALL = np.arange(-37.0, 5.0)  # over which exp(-exp(v)) falls from 1 to 0


def vector_moments(f: VectorActivation, mean: float, std: float, units: int | None) -> Moments:
    """Return the moments of a vector activation of the table, or of its families.

    Raises ValueError for any other, and where units are missing or do not fit.
    """
    name = table_name(f)
    if name is None:
        raise ValueError(f"f must come from the table ALL or from one of its families, got {f}")
    if units is not None:
        f.width(units)
    if name == "softmax":
        return softmax_moments(std, units)
    if name == "crelu":
        return crelu_moments(mean, std)
    if name == "maxout":
        return maxout_moments(mean, std, f.parameters["pieces"])
    return gated_moments(GATES[name], mean, std)


def gated_moments(gate: Activation, mean: float, std: float) -> Moments:
    """Return those of a g(b), a and b independent: the slopes are g(b) by a and a g'(b) by b."""
    g = elementwise_moments(gate, mean, std)
    mean_square_in = mean**2 + std**2
    return Moments(
        mean=mean * g.mean,
        mean_square=mean_square_in * g.mean_square,
        variance=std**2 * g.mean_square + mean**2 * g.variance,
        mean_slope=(g.mean + mean * g.mean_slope) / 2,
        mean_square_slope=(g.mean_square + mean_square_in * g.mean_square_slope) / 2,
    )


def crelu_moments(mean: float, std: float) -> Moments:
    """Return those of relu(z) and relu(-z): means of the two, but each input feeds both."""
    above, below = (elementwise_moments(relu, centre, std) for centre in (mean, -mean))
    return Moments(
        mean=(above.mean + below.mean) / 2,
        mean_square=(above.mean_square + below.mean_square) / 2,
        variance=(above.variance + below.variance) / 2,
        mean_slope=above.mean_slope - below.mean_slope,
        mean_square_slope=above.mean_square_slope + below.mean_square_slope,
    )


def maxout_moments(mean: float, std: float, pieces: int) -> Moments:
    """Return those of the largest of k inputs, of density k phi(x) Phi(x)^(k - 1) at std 1.

    One of the k has the slope 1.
    """

    def share(x: np.ndarray) -> np.ndarray:
        return pieces * special.ndtr(x) ** (pieces - 1)

    largest = expectation(lambda x: x * share(x))
    mean += std * float(largest)
    variance = std**2 * float(expectation(lambda x: (x - largest) ** 2 * share(x)))
    return Moments(
        mean=mean,
        mean_square=mean**2 + variance,
        variance=variance,
        mean_slope=1 / pieces,
        mean_square_slope=1 / pieces,
    )


def softmax_moments(std: float, units: int | None) -> Moments:
    """Return those of exp(z_1) / (exp(z_1) + ... + exp(z_n)), where the inputs' mean drops out.

    The sum S leaves the denominator by 1 / S^k = integral of t^(k-1) exp(-t S) / (k - 1)! over t,
    and then the inputs are apart. With t = exp(u), e = exp(u + z), L = E[exp(-e)] and a_k, v the
    moments and the variance of e under the density that exp(-e) / L tilts,

        Var(p_i) = (n - 1) / n  integral of L^n v du,
        E[sum_i J_ij²] = (n - 1) / 6  integral of L^n a_2 (2 a_2 + (n - 2) a_1²) du.

    All terms are positive, and smooth over a distance of 1 or std, so equal steps are best.
    """
    if units is None:
        raise ValueError("units must be given for softmax, whose moments depend on their number")
    step = max(1.0, std) / 4
    u = np.arange(-np.log(units) - 20 - 9 * std, 5 + 9 * std, step)
    v, weights, _ = rule(u, std, FALL, ends=NEAR)
    e = np.exp(np.minimum(v, 30.0))  # the rest has weight 0, but may overflow
    tilted = weights * np.exp(-e)
    total = tilted.sum(axis=(1, 2), keepdims=True)  # L
    a_1 = (tilted * e).sum(axis=(1, 2), keepdims=True) / total
    spread = (tilted * (e - a_1) ** 2).sum(axis=(1, 2)) / total.ravel()
    a_1, share = a_1.ravel(), step * total.ravel() ** units
    a_2 = a_1**2 + spread
    variance = (units - 1) / units * np.sum(share * spread)
    slope_terms = a_2 * (2 * a_2 + (units - 2) * a_1**2)
    return Moments(
        mean=1 / units,
        mean_square=1 / units**2 + float(variance),
        variance=float(variance),
        mean_slope=0.0,  # the outputs add up to 1
        mean_square_slope=(units - 1) / 6 * float(np.sum(share * slope_terms)),
    )
