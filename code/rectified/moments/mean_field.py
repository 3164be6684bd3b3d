"""Mean-field theory: what becomes of signals in a wide random network, layer after layer.

Weights have variance weight_variance / fan_in, biases bias_variance, all are independent and have
mean 0. Then the preactivations of a very wide layer are normal, and two numbers say all: their
variance q, and for two inputs their correlation c. The next layer has

    q' = weight_variance E[f(z)²] + bias_variance                        (variance_map)
    c' = (weight_variance E[f(z_1) f(z_2)] + bias_variance) / q'         (correlation_map)

Where q stays as it is, chi = weight_variance E[f'(z)²] is the slope of c' at c = 1. It is also
what multiplies the mean square of a gradient for each layer that it goes back. So it names the
phase that a network is in:

    ordered    chi < 1   differences between similar inputs die out, and gradients vanish
    critical   chi = 1   both survive: the edge of chaos
    chaotic    chi > 1   differences between similar inputs grow, and gradients explode

Sources: poole2016exponential, schoenholz2017deep.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize

from rectified.activations import Activation
from rectified.activations.record import check_finite, check_positive
from rectified.moments.elementwise import bends
from rectified.moments.gaussian import moments
from rectified.moments.products import mean_product
from rectified.moments.quadrature import expectation

SEARCHED = np.geomspace(1e-20, 1e12, 321)  # variances: ten to a decade
NOTHING = 1e-12  # of q: a change that may be rounding
CRITICAL = 1e-9  # a chi this close to 1 may be rounding, as q itself is rounded
BESIDE_ZERO = np.array([-5e-324, 5e-324])  # where slopes are those beside a kink at 0


@dataclass(frozen=True, kw_only=True)
class FixedPoint:
    """A variance that each layer passes on."""

    q: float
    slope: float  # of the variance map, at q
    chi: float

    @property
    def stable(self) -> bool:
        """Say whether variances close to q come closer, layer after layer, by a fixed ratio."""
        return abs(self.slope) < 1

    @property
    def phase(self) -> Literal["ordered", "critical", "chaotic"]:
        """Name what becomes of small differences between inputs, and of gradients."""
        if abs(self.chi - 1) <= CRITICAL:
            return "critical"
        return "ordered" if self.chi < 1 else "chaotic"


@dataclass(frozen=True, kw_only=True)
class FixedPoints:
    """All variances that each layer passes on, from the smallest."""

    activation: str
    weight_variance: float
    bias_variance: float
    points: tuple[FixedPoint, ...]
    every: bool  # each variance is passed on; none of them is listed then
    explodes: bool  # a variance beyond the last of them becomes larger in each layer


def variance_map(
    f: Activation, q: ArrayLike, *, weight_variance: float, bias_variance: float
) -> float | np.ndarray:
    """Return the variance of the next layer's preactivations, q being that of this layer's.

    The result has the shape of q. Raises TypeError unless f is elementwise; ValueError unless q
    and bias_variance are finite and at least 0, and weight_variance is positive and finite.
    Source: poole2016exponential.
    """
    check_network(f, weight_variance, bias_variance)
    q = np.asarray(q, float)
    if not np.all((q >= 0) & (q < np.inf)):
        raise ValueError(f"q must be finite and at least 0, got {q}")
    squares = [moments(f, std=math.sqrt(one)).mean_square if one else f(0.0) ** 2 for one in q.flat]
    return weight_variance * np.reshape(squares, q.shape)[()] + bias_variance


def correlation_map(
    f: Activation, correlation: ArrayLike, *, q: float, weight_variance: float, bias_variance: float
) -> float | np.ndarray:
    """Return the correlation of two inputs' preactivations in the next layer, from this layer's.

    Both inputs have variance q in this layer. The result has the shape of `correlation`.
    Raises as `variance_map` and `mean_product` do, and ValueError unless q is positive.
    Source: poole2016exponential.
    """
    check_network(f, weight_variance, bias_variance)
    check_positive(q=q)
    product = mean_product(f, correlation, std=math.sqrt(q))
    following = variance_map(f, q, weight_variance=weight_variance, bias_variance=bias_variance)
    return (weight_variance * product + bias_variance) / following


def chi(f: Activation, q: float, *, weight_variance: float) -> float:
    """Return weight_variance E[f'(z)²], z ~ N(0, q); at q = 0, its limit from above.

    Raises as `variance_map` does. Source: schoenholz2017deep.
    """
    check_network(f, weight_variance, 0.0)
    check_finite(q=q)
    if q < 0:
        raise ValueError(f"q must be at least 0, got {q}")
    if q == 0:
        return weight_variance * float(np.mean(f.derivative(BESIDE_ZERO) ** 2))
    return weight_variance * moments(f, std=math.sqrt(q)).mean_square_slope


def fixed_points(f: Activation, *, weight_variance: float, bias_variance: float) -> FixedPoints:
    """Return the variances that the variance map keeps: 0, or between 1e-20 and 1e12.

    Two that lie within a quarter of each other may be missed. Where f is a line on either side
    of 0, as relu is, the map is a line too. Without bias it keeps 0 only, or, at the one
    weight_variance that is 1 / E[f²] at std 1, every variance; with bias it keeps one, or none.
    Raises as `variance_map` does.
    """
    check_network(f, weight_variance, bias_variance)
    variances = {"weight_variance": weight_variance, "bias_variance": bias_variance}
    squares, _ = searched(f)
    change = (weight_variance * squares + bias_variance) / SEARCHED - 1
    clear = change[np.abs(change) > NOTHING]
    every = clear.size == 0
    found = [0.0] if bias_variance == 0 and f(0.0) == 0 and not every else []
    found += roots(change, lambda q: variance_map(f, q, **variances) / q - 1)
    points = [
        FixedPoint(
            q=q,
            slope=weight_variance * mean_square_rise(f, q),
            chi=chi(f, q, weight_variance=weight_variance),
        )
        for q in found
    ]
    explodes = not every and bool(clear[-1] > 0)
    return FixedPoints(
        activation=f.name, **variances, points=tuple(points), every=every, explodes=explodes
    )


def critical_weight_variance(f: Activation, *, bias_variance: float) -> float:
    """Return the weight_variance at which chi is 1 at a fixed point: the edge of chaos.

    Without bias, and if f(0) = 0, that is at q = 0: 1 / f'(0)², or 2 / (a² + b²) for slopes a and
    b beside a kink. Else it is at the smallest such q up to 1e12. The fixed point need not be
    stable: `fixed_points` tells. A line on either side of 0 has an edge only without bias.
    Raises ValueError where there is no edge, and as `variance_map` does.
    Source: schoenholz2017deep.
    """
    check_network(f, 1.0, bias_variance)
    beside_zero = chi(f, 0.0, weight_variance=1.0)
    if bias_variance == 0 and f(0.0) == 0 and beside_zero > 0:
        return 1 / beside_zero

    def change(q: float) -> float:
        found = moments(f, std=math.sqrt(q))
        return (found.mean_square / found.mean_square_slope + bias_variance) / q - 1

    squares, slopes = searched(f)
    with np.errstate(divide="ignore"):  # a flat f has no edge: its change is infinite
        changes = (squares / slopes + bias_variance) / SEARCHED - 1
    for q in roots(changes, change):
        return 1 / chi(f, q, weight_variance=1.0)
    raise ValueError(f"bias_variance {bias_variance} leaves {f} no edge of chaos: chi is 1 nowhere")


def check_network(f: Activation, weight_variance: float, bias_variance: float) -> None:
    """Raise TypeError unless f is elementwise, ValueError unless the variances are ones."""
    if not isinstance(f, Activation):
        raise TypeError(f"f must be an elementwise activation, got {f}")
    check_positive(weight_variance=weight_variance)
    check_finite(bias_variance=bias_variance)
    if bias_variance < 0:
        raise ValueError(f"bias_variance must be at least 0, got {bias_variance}")


@lru_cache(maxsize=64)
def searched(f: Activation) -> tuple[np.ndarray, np.ndarray]:
    """Return E[f²] and E[f'²] for all variances that are searched."""
    found = [moments(f, std=math.sqrt(q)) for q in SEARCHED]
    return tuple(np.array([[one.mean_square, one.mean_square_slope] for one in found]).T)


def roots(change: np.ndarray, exact: Callable[[float], float]) -> Iterator[float]:
    """Yield where `exact`, whose values at SEARCHED are `change`, changes its sign."""
    clear = np.flatnonzero(np.abs(change) > NOTHING)
    for low, high in pairwise(clear):
        if change[low] * change[high] < 0:
            yield optimize.brentq(exact, SEARCHED[low], SEARCHED[high], xtol=1e-300)


def mean_square_rise(f: Activation, q: float) -> float:
    """Return d E[f(z)²] / dq for z ~ N(0, q), which is E[z f(z) f'(z)] / q.

    Jumps are not in f'. Where f has some, the density is differentiated in place of f. At q = 0
    the result is that for an f that passes through 0.
    """
    if q == 0:
        return chi(f, 0.0, weight_variance=1.0)

    def integrand(z: np.ndarray) -> np.ndarray:
        if f.jumps:
            return (f(z) ** 2 - f(0.0) ** 2) * (z**2 / q - 1) / (2 * q)
        return z * f(z) * f.derivative(z) / q

    return float(expectation(integrand, std=math.sqrt(q), breaks=bends(f)))
