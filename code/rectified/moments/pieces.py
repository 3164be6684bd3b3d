"""Closed forms, for activations made of pieces of polynomials and exponentials.

On a piece, f is a sum of terms p(x) exp(r x); so are f², f' and f'². For x ~ N(0, 1)

    E[p(x) exp(r x); low < x < high] = exp(r² / 2) E[p(x + r); low - r < x < high - r],

and what is left are moments of a normal that is cut off at both ends, which obey

    m_k = E[x^k; a < x < b] = (k - 1) m_(k-2) + a^(k-1) phi(a) - b^(k-1) phi(b).

Such sums can cancel: far out in a tail, or where exp(x) - 1 is small. So each comes with the size
of its terms, and where digits would be lost the answer is not used.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from types import MappingProxyType
from typing import Self

import numpy as np
from numpy.polynomial.polynomial import polyadd, polyder, polyval
from scipy import special

from rectified.activations import Activation, VectorActivation
from rectified.activations.names import recipe
from rectified.activations.smooth import SELU_DEPTH, SELU_SCALE

INF = math.inf
CANCELLED = 100.0  # terms that much larger than their sum: two of sixteen digits are lost
Terms = tuple[tuple[float, Sequence[float]], ...]  # rate r, coefficients of p from the lowest power


@dataclass(frozen=True)
class Piece:
    """The function that is the sum of p(x) exp(r x) on an interval; the first r is 0."""

    low: float
    high: float
    terms: Terms

    def standardized(self, mean: float, std: float) -> Self:
        """Return it as a function of x, where z = mean + std * x."""
        terms = [
            (rate * std, shifted(p, mean, std) * np.exp(rate * mean)) for rate, p in self.terms
        ]
        return Piece((self.low - mean) / std, (self.high - mean) / std, tuple(terms))

    def __call__(self, x: float) -> float:
        """Return the value at x, wherever that is."""
        return sum(polyval(x, p) * np.exp(rate * x) for rate, p in self.terms)

    def less(self, level: float) -> Self:
        """Return it with a constant taken away."""
        (rate, p), *others = self.terms
        return Piece(self.low, self.high, ((rate, polyadd(p, [-level])), *others))

    def squared(self) -> Self:
        """Return its square."""
        pairs = product(self.terms, self.terms)
        terms = ((r + s, np.convolve(p, q)) for (r, p), (s, q) in pairs)
        return Piece(self.low, self.high, tuple(terms))

    def slope(self, std: float) -> Self:
        """Return its derivative by z, where it is a function of x and z = mean + std * x."""
        terms = ((r, polyadd(polyder(p), r * np.asarray(p)) / std) for r, p in self.terms)
        return Piece(self.low, self.high, tuple(terms))


def shifted(p: Sequence[float], mean: float, std: float) -> np.ndarray:
    """Return the coefficients of p(mean + std * x), by Horner's rule."""
    result = np.zeros(1)
    for coefficient in p[::-1]:
        result = np.convolve(result, [mean, std])
        result[0] += coefficient
    return result


def probability(low: float, high: float) -> tuple[float, float]:
    """Return P(low < x < high) for x ~ N(0, 1), and the size of the terms it is made of."""
    if low < 0 < high:
        inside = (special.erf(high / math.sqrt(2)) - special.erf(low / math.sqrt(2))) / 2
        return inside, inside
    near, far = sorted((abs(low), abs(high)))
    tails = [special.erfc(end / math.sqrt(2)) / 2 for end in (near, far)]
    return tails[0] - tails[1], tails[0] + tails[1]


def cut_moments(low: float, high: float, degree: int) -> tuple[np.ndarray, np.ndarray]:
    """Return E[x^k; low < x < high] for k = 0, ..., degree and x ~ N(0, 1), and their sizes."""
    ends = [(np.float64(end), sign) for end, sign in ((low, 1), (high, -1)) if math.isfinite(end)]
    moments, sizes = np.zeros(degree + 1), np.zeros(degree + 1)
    moments[0], sizes[0] = probability(low, high)
    for k in range(1, degree + 1):
        terms = [sign * end ** (k - 1) * normal_density(end) for end, sign in ends]
        before = max(k - 2, 0)  # at k = 1 it counts 0 times
        moments[k] = (k - 1) * moments[before] + sum(terms)
        sizes[k] = (k - 1) * sizes[before] + sum(map(abs, terms))
    return moments, sizes


def normal_density(x: float) -> float:
    """Return exp(-x² / 2) / sqrt(2 pi)."""
    return math.exp(-x * x / 2) / math.sqrt(2 * math.pi)


def expected(pieces: Iterable[Piece]) -> tuple[float, float]:
    """Return the expectation for x ~ N(0, 1) of a function in pieces, and its terms' size."""
    total = np.zeros(2)
    for piece in pieces:
        for rate, p in piece.terms:
            at_rate = shifted(p, rate, 1.0)
            low, high = piece.low - rate, piece.high - rate
            moments, sizes = cut_moments(low, high, len(at_rate) - 1)
            factor = np.exp(rate**2 / 2)
            total += factor * (at_rate @ moments), factor * (np.abs(at_rate) @ sizes)
    return total[0], total[1]


def polynomials(*ends: float, coefficients: Sequence[Sequence[float]]) -> tuple[Piece, ...]:
    """Return the pieces between -INF, the ends and INF, one list of coefficients for each."""
    intervals = zip((-INF, *ends), (*ends, INF), coefficients, strict=True)
    return tuple(Piece(low, high, ((0.0, p),)) for low, high, p in intervals)


def bent(left: float) -> tuple[Piece, ...]:
    """Return the pieces of z where z > 0, left * z elsewhere."""
    return polynomials(0.0, coefficients=[(0.0, left), (0.0, 1.0)])


def exponential(depth: float, *, width: float = 1.0, scale: float = 1.0) -> tuple[Piece, ...]:
    """Return the pieces of scale * z where z > 0, depth * (exp(z / width) - 1) elsewhere."""
    below = Piece(-INF, 0.0, ((0.0, (-depth,)), (1 / width, (depth,))))
    return below, Piece(0.0, INF, ((0.0, (0.0, scale)),))


PIECES: Mapping[str, Callable[..., tuple[Piece, ...]]] = MappingProxyType(
    {  # name of the activation or its family -> what makes the pieces of its parameters
        "identity": lambda: polynomials(coefficients=[(0.0, 1.0)]),
        "step": lambda: polynomials(0.0, coefficients=[(0.0,), (1.0,)]),
        "hard_sigmoid": lambda: polynomials(
            -3.0, 3.0, coefficients=[(0.0,), (1 / 2, 1 / 6), (1.0,)]
        ),
        "hard_tanh": lambda: polynomials(-1.0, 1.0, coefficients=[(-1.0,), (0.0, 1.0), (1.0,)]),
        "relu": lambda: bent(0.0),
        "relu6": lambda: polynomials(0.0, 6.0, coefficients=[(0.0,), (0.0, 1.0), (6.0,)]),
        "leaky_relu": lambda slope: bent(slope),
        "prelu": lambda slope: bent(slope),
        "rrelu": lambda lower, upper: bent((lower + upper) / 2),
        "squared_relu": lambda: polynomials(0.0, coefficients=[(0.0,), (0.0, 0.0, 1.0)]),
        "hard_swish": lambda: polynomials(
            -3.0, 3.0, coefficients=[(0.0,), (0.0, 1 / 2, 1 / 6), (0.0, 1.0)]
        ),
        "elu": lambda alpha: exponential(alpha),
        "celu": lambda alpha: exponential(alpha, width=alpha),
        "selu": lambda scale, alpha: exponential(SELU_DEPTH, scale=SELU_SCALE),
    }
)


def table_name(f: Activation | VectorActivation) -> str | None:
    """Return the name of f or of its family in the table; None for what somebody else made."""
    try:
        return recipe(f)[0]
    except TypeError:
        return None


def closed_moments(f: Activation, mean: float, std: float) -> tuple[float, ...] | None:
    """Return the five numbers of `Moments` in closed form; None without one, or if it cancels.

    The variance is that of f less its value at the mean, as E[f²] - E[f]² would cancel.
    """
    name = table_name(f)
    if name not in PIECES:
        return None
    with np.errstate(over="ignore", invalid="ignore"):  # as in exp(r² / 2): then no size is sound
        here = [piece.standardized(mean, std) for piece in PIECES[name](**f.parameters)]
        level = next(piece for piece in here if piece.low <= 0 < piece.high)(0.0)
        centred = [piece.less(level) for piece in here]
        pairs = [first_and_second(one) for one in (here, centred, [p.slope(std) for p in here])]
    if not all(sound for *_, sound in pairs):
        return None
    (first, second, _), (offset, spread, _), (slope, squared_slope, _) = pairs
    return first, second, spread - offset**2, slope, squared_slope


def first_and_second(pieces: Sequence[Piece]) -> tuple[float, float, bool]:
    """Return E[g] and E[g²], and whether both kept their digits; E[g], for a g of that size."""
    first, first_size = expected(pieces)
    second, second_size = expected([piece.squared() for piece in pieces])
    sound = second_size <= CANCELLED * second and first_size <= CANCELLED * math.sqrt(second)
    return first, second, bool(sound)
