"""What every elementwise activation should be, typed from the papers in mpmath's numbers.

Nothing here is made from the entries of the table. Derivatives are worked out by hand, and a test
holds them against mpmath's own numerical ones; at a kink they give what the book promises.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import mpmath
import numpy as np
from mpmath import exp, expm1, log1p, mpf, ncdf, npdf, sech, sqrt, tanh

DIGITS = 50
UNITS = {np.float64: (53, -1074), np.float32: (24, -149)}  # bits, exponent of the smallest

Oracle = Callable[[mpf], mpf]


def sigma(z: mpf) -> mpf:
    return 1 / (1 + exp(-z))


def sigma_slope(z: mpf) -> mpf:
    return exp(-abs(z)) / (1 + exp(-abs(z))) ** 2


def normal(z: mpf) -> mpf:
    """Return Phi(z). mpmath gives up where |z| is vast; past 1000, Phi is 0 or 1 for doubles."""
    return ncdf(max(min(z, mpf(1000)), mpf(-1000)))


def leaky(slope: float) -> tuple[Oracle, Oracle]:
    return lambda z: z if z > 0 else slope * z, lambda z: mpf(1) if z > 0 else mpf(slope)


def selu_constants() -> tuple[mpf, mpf]:
    """Return lambda and alpha in the closed form of the appendix of Klambauer et al. (2017)."""
    one, two = mpmath.erfc(1 / sqrt(mpf(2))), mpmath.erfc(sqrt(mpf(2)))
    alpha = -sqrt(2 / mpmath.pi) / (one * exp(mpf(1) / 2) - 1)
    inner = 2 * two * mpmath.e**2 + mpmath.pi * one**2 * mpmath.e
    inner += -2 * (2 + mpmath.pi) * one * sqrt(mpmath.e) + mpmath.pi + 2
    return (1 - one * sqrt(mpmath.e)) * sqrt(2 * mpmath.pi) / sqrt(inner), alpha


def selu_value(z: mpf) -> mpf:
    scale, alpha = selu_constants()
    return scale * (z if z > 0 else alpha * expm1(z))


def selu_slope(z: mpf) -> mpf:
    scale, alpha = selu_constants()
    return scale * (1 if z > 0 else alpha * exp(z))


def gelu_tanh_argument(z: mpf) -> tuple[mpf, mpf]:
    """Return 2 u and 2 u', where the paper has (1 + tanh u) / 2, which is sigma(2 u)."""
    root, cubic = sqrt(2 / mpmath.pi), mpf("0.044715")
    return 2 * root * (z + cubic * z**3), 2 * root * (1 + 3 * cubic * z**2)


def gelu_tanh_slope(z: mpf) -> mpf:
    u, u_slope = gelu_tanh_argument(z)
    return sigma(u) + z * sigma_slope(u) * u_slope


def mish_slope(z: mpf) -> mpf:
    softplus = log1p(exp(z))
    return tanh(softplus) + z * sech(softplus) ** 2 * sigma(z)


def inside(z: mpf, low: float, high: float) -> bool:
    return low < z < high


ORACLES: dict[str, tuple[Oracle, Oracle]] = {  # name -> value, derivative
    "identity": (lambda z: z, lambda z: mpf(1)),
    "step": (lambda z: mpf(z >= 0), lambda z: mpf(0)),
    "sigmoid": (sigma, sigma_slope),
    "hard_sigmoid": (
        lambda z: min(max(z + 3, mpf(0)), mpf(6)) / 6,
        lambda z: mpf(inside(z, -3, 3)) / 6,
    ),
    "tanh": (tanh, lambda z: sech(z) ** 2),
    "hard_tanh": (lambda z: min(max(z, mpf(-1)), mpf(1)), lambda z: mpf(inside(z, -1, 1))),
    "softsign": (lambda z: z / (1 + abs(z)), lambda z: 1 / (1 + abs(z)) ** 2),
    "relu": (lambda z: max(z, mpf(0)), lambda z: mpf(z > 0)),
    "relu6": (lambda z: min(max(z, mpf(0)), mpf(6)), lambda z: mpf(inside(z, 0, 6))),
    "leaky_relu(slope=0.01)": leaky(0.01),
    "prelu(slope=0.25)": leaky(0.25),
    "rrelu(lower=0.125, upper=0.3333333333333333)": leaky((1 / 8 + 1 / 3) / 2),
    "squared_relu": (lambda z: max(z, mpf(0)) ** 2, lambda z: 2 * max(z, mpf(0))),
    "hard_swish": (
        lambda z: z * min(max(z + 3, mpf(0)), mpf(6)) / 6,
        lambda z: (2 * z + 3) / 6 if inside(z, -3, 3) else mpf(z > 0),
    ),
    "softplus(beta=1.0)": (lambda z: log1p(exp(z)), sigma),
    "elu(alpha=1.0)": (
        lambda z: z if z > 0 else expm1(z),
        lambda z: mpf(1) if z > 0 else exp(z),
    ),
    "celu(alpha=1.0)": (
        lambda z: max(z, mpf(0)) + min(mpf(0), expm1(min(z, mpf(0)))),
        lambda z: mpf(1) if z > 0 else exp(z),
    ),
    "selu": (selu_value, selu_slope),
    "gelu": (lambda z: z * normal(z), lambda z: normal(z) + z * npdf(z)),
    "gelu_tanh": (lambda z: z * sigma(gelu_tanh_argument(z)[0]), gelu_tanh_slope),
    "silu": (lambda z: z * sigma(z), lambda z: sigma(z) + z * sigma_slope(z)),
    "mish": (lambda z: z * tanh(log1p(exp(z))), mish_slope),
}

# Members of the families away from their usual parameters; 0.7 and 3.3 are no doubles exactly
FAMILY_ORACLES: dict[str, tuple[Oracle, Oracle]] = {
    "leaky_relu(slope=0.7)": leaky(0.7),
    "prelu(slope=-3.3)": leaky(-3.3),
    "prelu(slope=0.0)": (lambda z: max(z, mpf(0)), lambda z: mpf(z > 0)),
    "prelu(slope=1.0)": (lambda z: z, lambda z: mpf(1)),
    "softplus(beta=0.7)": (lambda z: log1p(exp(mpf(0.7) * z)) / 0.7, lambda z: sigma(0.7 * z)),
    "softplus(beta=3.3)": (lambda z: log1p(exp(mpf(3.3) * z)) / 3.3, lambda z: sigma(3.3 * z)),
    "elu(alpha=3.3)": (
        lambda z: z if z > 0 else 3.3 * expm1(z),
        lambda z: mpf(1) if z > 0 else 3.3 * exp(z),
    ),
    "celu(alpha=0.7)": (
        lambda z: z if z > 0 else 0.7 * expm1(z / 0.7),
        lambda z: mpf(1) if z > 0 else exp(z / 0.7),
    ),
    "celu(alpha=3.3)": (
        lambda z: z if z > 0 else 3.3 * expm1(z / 3.3),
        lambda z: mpf(1) if z > 0 else exp(z / 3.3),
    ),
    "swish(beta=0.7)": (
        lambda z: z * sigma(0.7 * z),
        lambda z: sigma(0.7 * z) + 0.7 * z * sigma_slope(0.7 * z),
    ),
    "swish(beta=3.3)": (
        lambda z: z * sigma(3.3 * z),
        lambda z: sigma(3.3 * z) + 3.3 * z * sigma_slope(3.3 * z),
    ),
}

# Where a slope crosses 0, relative error means nothing: within 1/2 of there it is absolute.
CROSSINGS = {
    "hard_swish": -1.5,
    "gelu": -0.7518,
    "gelu_tanh": -0.7525,
    "silu": -1.2785,
    "swish(beta=0.7)": -1.2785 / 0.7,
    "swish(beta=3.3)": -1.2785 / 3.3,
    "mish": -1.1924,
}


@dataclass(frozen=True)
class Miss:
    """The largest error found: in units in the last place, and where."""

    ulps: float
    place: float


def ulp(exact: mpf, dtype: type) -> mpf:
    """Return the distance between neighbours of that dtype around an exact number."""
    bits, smallest = UNITS[dtype]
    return mpf(2) ** max(mpmath.mag(exact) - bits if exact else smallest, smallest)


def error_in_ulps(result: float, exact: mpf, unit: mpf, dtype: type) -> float:
    """Return |result - exact| / unit; infinity counts as the first number that is too large."""
    ceiling = mpf(2) ** (1024 if dtype is np.float64 else 128)
    clipped = [max(min(mpf(number), ceiling), -ceiling) for number in (float(result), exact)]
    return float(abs(clipped[0] - clipped[1]) / unit)


def worst(results: np.ndarray, z: np.ndarray, oracle: Oracle, crossing: float | None) -> Miss:
    """Return the largest error of results over the finite places z."""
    dtype = z.dtype.type

    def misses() -> Iterator[Miss]:
        for result, place in zip(results, z, strict=True):
            exact = oracle(mpf(float(place)))
            near_zero = crossing is not None and abs(float(place) - crossing) < 0.5
            unit = ulp(mpf(1), dtype) if near_zero else ulp(exact, dtype)
            yield Miss(error_in_ulps(result, exact, unit, dtype), float(place))

    with mpmath.workdps(DIGITS):
        return max(misses(), key=lambda miss: miss.ulps)


def grid(dtype: type, kinks: list[float], *, dense: int, seed: int) -> np.ndarray:
    """Return finite places that find errors: both ends of the range, kinks, tails, random bits."""
    limits = np.finfo(dtype)
    rng = np.random.default_rng(seed)
    sizes = [0.0, limits.smallest_subnormal, 3 * limits.smallest_subnormal, limits.tiny]
    sizes += [limits.eps, 1e-8, 1e-4, 1.0, 20.0, limits.max, limits.max / 2]
    sizes += [3 * limits.max**0.5, limits.tiny**0.5 / 3]  # whose squares leave the range
    near = [np.nextafter(dtype(k), dtype(way)) for k in kinks for way in (-np.inf, np.inf)]
    # exp underflows at 103 and 745, GELUs at 14 and 38, tanh's slope at 52 and 373
    tails = [rng.uniform(0, end, dense) for end in (1, 3, 15, 40, 110, 380, 760)]
    ends = [rng.uniform(end - 1, end + 1, dense // 4) for end in (13.5, 38, 87, 103, 372, 709, 744)]
    powers = 10.0 ** rng.uniform(np.log10(float(limits.tiny)), np.log10(float(limits.max)), dense)
    places = np.concatenate([sizes, *tails, *ends, powers]).astype(dtype)
    bits = rng.bytes(dense * places.itemsize)
    places = np.concatenate([places, -places, np.array([*near, *kinks], dtype)])
    places = np.concatenate([places, np.frombuffer(bits, dtype)])
    return places[np.isfinite(places)]
