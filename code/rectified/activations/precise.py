"""Exponentials far out in the tails, to the last digits but a few.

exp turns an absolute error of its argument into a relative one of its value. At p = -700 the
rounding of p alone, half a unit in its last place, costs 250 units in the last place of exp(p).
So we keep what the rounding dropped, and multiply it back in: exp(p + e) = exp(p) (1 + e).
"""

import math

import numpy as np

SPLITTER = 2.0**27 + 1.0
# phi(a) / Phi(-a) = a + P(a) / Q(a), but for 6e-18 of it, 0 <= a <= 40; lowest power first
HAZARD_P = (
    *(0.7978845608028654, 0.9864847033969889, 0.6238584523494323, 0.2561278517436315),
    *(0.07413539569795505, 0.015571430614439469, 0.002366841198222524, 0.0002513316559525422),
    *(1.700944254177682e-05, 5.655230053124694e-07),
)
HAZARD_Q = (
    *(1.0, 1.6918048015255684, 1.4157687899465854, 0.758631604181915, 0.28578719122433566),
    *(0.07876698478723307, 0.016070702216715225, 0.002400860042754081, 0.00025246270274620596),
    *(1.7009442532670186e-05, 5.655230053601715e-07),
)
CUT = 1600.0  # exp(-800) is 0 already; the split of a larger number might overflow
LIFT = 2.0**64
LIFT_LOG, LIFT_LOG_LOW = 44.3614195558365, 1.4841899608616317e-15  # its logarithm


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


def two_sum(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return s, e: the rounded sum, and what is missing. Source: knuth1998art, section 4.2.2."""
    s = a + b
    b_part = s - a
    return s, (a - (s - b_part)) + (b - b_part)


def multiple(rate: float, a: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return p, e with p + e = -rate * a exactly, for rate > 0 and a >= 0, but not below -CUT."""
    mantissa, exponent = math.frexp(rate)
    a = np.minimum(a * 2.0 ** (exponent - 1), CUT)  # a power of two multiplies exactly
    return two_product(np.float64(-2.0 * mantissa), a)


def quotient(a: np.ndarray, scale: float) -> tuple[np.ndarray, np.ndarray]:
    """Return q, e with q + e = -a / scale to twice the digits, for scale > 0 and a >= 0."""
    mantissa, exponent = math.frexp(scale)
    a = np.minimum(a * 2.0**-exponent, CUT)
    q = a / mantissa
    p, e = two_product(q, np.float64(mantissa))
    return -q, (p - a + e) / mantissa


def exp_of_sum(p: np.ndarray, e: np.ndarray) -> np.ndarray:
    """Return exp(p + e) for an e so small that p + e would be rounded to p, or close to it."""
    y = np.exp(p)
    return y + y * e


def exp_lifted(p: np.ndarray, e: np.ndarray) -> np.ndarray:
    """Return LIFT * exp(p + e), which is still normal where exp(p) has lost digits to underflow.

    What multiplies exp(p) is to multiply this; dividing by LIFT at the end rounds once.
    """
    s, s_low = two_sum(p, LIFT_LOG)
    return exp_of_sum(s, s_low + (e + LIFT_LOG_LOW))


def polynomial(coefficients: tuple[float, ...], a: np.ndarray) -> np.ndarray:
    """Return the sum of coefficients[k] * a**k, by Horner's rule."""
    total = np.full_like(a, coefficients[-1])
    for coefficient in coefficients[-2::-1]:
        total *= a
        total += coefficient
    return total


def normal_hazard(a: np.ndarray) -> np.ndarray:
    """Return phi(a) / Phi(-a) for 0 <= a <= 40, which is a and a little more.

    `tools/fit_normal_hazard.py` finds the coefficients. With it the tail is Phi(-a) =
    phi(a) / hazard to the last digits; SciPy's `ndtr` was seen off by a thousand units there.
    """
    return a + polynomial(HAZARD_P, a) / polynomial(HAZARD_Q, a)
