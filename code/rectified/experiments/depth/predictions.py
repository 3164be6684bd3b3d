"""What mean-field theory says of a random network, layer after layer, from its laws alone.

Weights of mean 0 make the preactivations of a wide layer normal: z ~ N(b, q), where b is the value
of a constant bias, and q = fan_in Var(w) E[h²] + Var(b) with E[h²] of the layer before. In
`rectified.moments.mean_field` all layers are alike; here each has its own shape.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from rectified.activations import Activation
from rectified.initializers import Initializer, fans
from rectified.initializers.naive import Constant
from rectified.moments import mean_product, moments
from rectified.moments.elementwise import bends

LARGEST = 1e70  # variance: 38 standard deviations to the fourth power are still doubles


@dataclass(frozen=True, kw_only=True, eq=False)
class MeanField:
    """Predictions for each layer, all of shape (layers,).

    NaN from the layer on whose signal has exploded beyond 1e70, or vanished from the doubles.
    """

    mean_square_z: np.ndarray  # E[z²]
    mean_square_h: np.ndarray  # E[f(z)²]
    correlation: np.ndarray  # E[z z'] / E[z²], z and z' being the preactivations of two inputs
    zeros: np.ndarray  # P(f(z) = 0)
    mean_square_slope: np.ndarray  # E[f'(z)²]


@dataclass(frozen=True)
class Law:
    """What counts of the laws of one layer."""

    spread: float  # fan_in Var(w)
    bias: float
    bias_variance: float


def mean_field(
    f: Activation,
    shapes: Sequence[tuple[int, int]],
    *,
    weights: Initializer,
    biases: Initializer,
    mean_square: float = 1.0,
    correlation: float = 1.0,
) -> MeanField | None:
    """Predict signals behind each of the layers of these shapes (fan_in, fan_out).

    The inputs have this mean square and, as pairs, this correlation; all are taken to be of one
    length. None for weights that are not drawn, or that have a mean: theory is silent there.
    Sources: poole2016exponential, schoenholz2017deep.
    """
    laws = [law(weights, biases, shape) for shape in shapes]
    if any(one.spread == 0 for one in laws):
        return None
    rows, product = [], correlation * mean_square
    for one in laws:
        q, shared = (one.spread * each + one.bias_variance for each in (mean_square, product))
        if not 0 < q < LARGEST:
            break
        row, mean_square, product = one_layer(f, one.bias, q, shared)
        rows.append(row)
    rows += [[math.nan] * 5] * (len(laws) - len(rows))
    return MeanField(**dict(zip(MeanField.__dataclass_fields__, np.array(rows).T, strict=True)))


def one_layer(
    f: Activation, bias: float, q: float, shared: float
) -> tuple[list[float], float, float]:
    """Return the five numbers of a layer with preactivations z, z' ~ N(bias, q) of covariance
    `shared`, and what the next layer asks for: E[f(z)²] and E[f(z) f(z')].
    """
    normal = {"mean": bias, "std": math.sqrt(q)}
    found, zeros = moments(f, **normal), zero_share(f, **normal)
    product = float(mean_product(f, min(max(shared / q, -1.0), 1.0), **normal))
    second = q + bias**2
    correlation = (shared + bias**2) / second
    row = [second, found.mean_square, correlation, zeros, found.mean_square_slope]
    return row, found.mean_square, product


def law(weights: Initializer, biases: Initializer, shape: tuple[int, int]) -> Law:
    """Return what counts of the laws of a layer of this shape."""
    fan_in, fan_out = fans(shape)
    return Law(
        spread=fan_in * weights.variance(shape),
        bias=biases.value if isinstance(biases, Constant) else 0.0,
        bias_variance=biases.variance((fan_out,)),
    )


def zero_share(f: Activation, *, mean: float, std: float) -> float:
    """Return P(f(z) = 0) for z ~ N(mean, std²): f is 0 between two of its bends, or nearly never.

    A value that only underflows, as the sigmoid's far out, is none.
    """
    places = bends(f)
    inside = np.array([places[0] - 1, *np.add(places[:-1], places[1:]) / 2, places[-1] + 1])
    shares = np.diff(stats.norm.cdf([-np.inf, *places, np.inf], mean, std))
    return float(np.sum(shares[(f(inside) == 0) & (f.derivative(inside) == 0)]))


def gradient_profile(
    shapes: Sequence[tuple[int, int]], weights: Initializer, slopes: np.ndarray
) -> np.ndarray:
    """Return E[(∂loss/∂z)²] of each layer as a multiple of the last one's, (layers,).

    One layer back multiplies it by chi = fan_out Var(w) E[f'(z)²]: shape and weights of the later
    layer, slope of the earlier. Sources: glorot2010understanding, schoenholz2017deep.
    """
    later = shapes[1:]
    chi = [shape[1] * weights.variance(shape) for shape in later] * slopes[: len(later)]
    return np.append(np.cumprod(chi[::-1])[::-1], 1.0)


def factor_per_layer(mean_square: np.ndarray) -> np.ndarray:
    """Return by what a mean square (..., layers) is multiplied from a layer to the next, (...,).

    It is exp of the least-squares slope of its logarithm; NaN for fewer than two layers, and
    unless all are positive and finite.
    """
    layers = np.arange(mean_square.shape[-1])
    centred = layers - layers.mean()
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(mean_square)
        slope = np.where(np.isfinite(logs), logs, np.nan) @ centred / (centred @ centred)
    return np.exp(slope)
