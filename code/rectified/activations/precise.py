"""exp(p) where p is a product: the rounding of p must not reach the result.

exp turns an absolute error of its argument into a relative one of its value. At p = -700 the
rounding of p alone, half a unit in its last place, costs 250 units in the last place of exp(p).
So we keep what the rounding dropped, and multiply it back in: exp(p + e) = exp(p) (1 + e).
"""

import math

import numpy as np

SPLITTER = 2.0**27 + 1.0
CUT = 1600.0  # exp(-800) is 0 already; the split of a larger number might overflow


def split(a: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return two numbers of at most 26 bits whose sum is a. Source: dekker1971floating."""
    scaled = SPLITTER * a
    high = scaled - (scaled - a)
    return high, a - high


def two_product(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return p, e: the rounded product, and what is missing, so that p + e is a * b exactly.

    It holds while nothing overflows or underflows. Source: dekker1971floating.
    """
    p = a * b
    (a_high, a_low), (b_high, b_low) = split(a), split(b)
    return p, ((a_high * b_high - p) + a_high * b_low + a_low * b_high) + a_low * b_low


def exp_of_sum(p: np.ndarray, e: np.ndarray) -> np.ndarray:
    """Return exp(p + e) for an e so small that p + e would be rounded to p, or close to it."""
    y = np.exp(p)
    return y + y * e


def decay(rate: float, a: np.ndarray) -> np.ndarray:
    """Return exp(-rate * a) for rate > 0 and a >= 0, the product taken exactly."""
    mantissa, exponent = math.frexp(rate)
    a = np.minimum(a * 2.0 ** (exponent - 1), CUT)  # a power of two multiplies exactly
    if mantissa == 0.5:  # and nothing is left of the rate
        return np.exp(-a)
    return exp_of_sum(*two_product(np.float64(-2.0 * mantissa), a))


def decay_of_quotient(a: np.ndarray, scale: float) -> np.ndarray:
    """Return exp(-a / scale) for scale > 0 and a >= 0, the quotient taken exactly."""
    mantissa, exponent = math.frexp(scale)
    a = np.minimum(a * 2.0**-exponent, CUT)
    quotient = a / mantissa
    p, e = two_product(quotient, np.float64(mantissa))
    return exp_of_sum(-quotient, (p - a + e) / mantissa)
