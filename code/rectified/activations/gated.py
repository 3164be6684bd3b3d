"""Activations that gate themselves: z times a gate that opens from 0 to 1 as z grows.

Where the gate obeys g(z) + g(-z) = 1, the whole is ReLU less an even bump,

    z g(z) = max(0, z) - bump(|z|),  bump(a) = a g(-a),  slope = g(z) + z g'(z),

so one formula for a >= 0 gives value and derivative on both sides, and nothing cancels. The slopes
obey f'(z) + f'(-z) = 1 likewise. Far out the gate underflows while a times the gate may not, so
exp comes LIFT times too large, and LIFT goes at the end.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from rectified.activations.names import family
from rectified.activations.precise import (
    LIFT,
    exp_lifted,
    exp_of_sum,
    multiple,
    normal_hazard,
    two_product,
    two_sum,
)
from rectified.activations.record import Activation, check_positive
from rectified.late import functional

INF = np.inf
INV_SQRT_2PI = 0.3989422804014327
GELU_CUT = 40.0  # further out the bumps of both GELUs are 0: exp(-40**2 / 2) underflows
SWISH_CUT = 1500.0  # likewise for swish and Mish: exp(-1500 / 2) underflows
# 2 sqrt(2 / pi) and 0.044715 times it, each as the nearest double and what that leaves out
TANH_LINEAR, TANH_LINEAR_LOW = 1.5957691216057308, -9.96930880911092e-17
TANH_CUBIC, TANH_CUBIC_LOW = 0.07135481627260025, -6.175149918155315e-19


def relu_less(bump: Callable, z: np.ndarray, cut: float) -> np.ndarray:
    """Return max(0, z) - bump(|z|) for a bump that is 0 beyond the cut."""
    return np.maximum(z, 0.0) - bump(np.minimum(np.abs(z), cut))


def slope_from_left(left: Callable, z: np.ndarray, cut: float) -> np.ndarray:
    """Return f'(z) from left(a) = f'(-a), a >= 0, by f'(z) = 1 - f'(-z)."""
    slope = left(np.minimum(np.abs(z), cut))
    return np.where(z > 0.0, 1.0 - slope, slope)


def sigmoid_bump(a: np.ndarray, lifted: np.ndarray) -> np.ndarray:
    """Return a g for the gate g = e / (1 + e), e = lifted / LIFT."""
    return a * lifted / (1.0 + lifted / LIFT) / LIFT


def sigmoid_left_slope(steepness: np.ndarray, lifted: np.ndarray) -> np.ndarray:
    """Return g + a g' = e (1 + e - steepness) / (1 + e)**2, where g' = -g (1 - g) steepness / a."""
    open_share = 1.0 + lifted / LIFT
    return (open_share - steepness) / open_share**2 * lifted / LIFT


def gelu_bump(a: np.ndarray) -> np.ndarray:
    """Return a Phi(-a) = a phi(a) / hazard(a), phi the density exp(-a**2 / 2) / sqrt(2 pi)."""
    return a / normal_hazard(a) * INV_SQRT_2PI * exp_of_sum(*two_product(a, -0.5 * a))


def gelu_left_slope(a: np.ndarray) -> np.ndarray:
    """Return Phi(-a) - a phi(a) = (1 / hazard(a) - a) phi(a)."""
    lifted = exp_lifted(*two_product(a, -0.5 * a))
    return (1.0 / normal_hazard(a) - a) * INV_SQRT_2PI * lifted / LIFT


gelu = Activation(
    name="gelu",
    title="GELU",
    formula=r"z \Phi(z)",
    family="smooth",
    value=lambda z: relu_less(gelu_bump, z, GELU_CUT),
    derivative=lambda z: slope_from_left(gelu_left_slope, z, GELU_CUT),
    torch_value=lambda t: functional.gelu(t),
    image=(-0.16997120747990366, INF),
    slopes=(-0.12890414518515478, 1.1289041451851547),
    limits=(0.0, INF),
    monotone=False,
    zero_centred=False,
    smoothness=INF,
    source="hendrycks2016gaussian",
)


def gelu_tanh_exponent(a: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return p, e with p + e = -2 u to twice the digits, u = sqrt(2 / pi) (a + 0.044715 a**3)."""
    square, square_low = two_product(a, a)
    cubic, cubic_low = two_product(TANH_CUBIC, square)
    rate, rate_low = two_sum(cubic, TANH_LINEAR)
    rate_low += cubic_low + TANH_CUBIC * square_low + TANH_CUBIC_LOW * square + TANH_LINEAR_LOW
    p, e = two_product(rate, -a)
    return p, e - a * rate_low


def gelu_tanh_bump(a: np.ndarray) -> np.ndarray:
    """Return a (1 - tanh u) / 2 = a e / (1 + e), e = exp(-2 u)."""
    return sigmoid_bump(a, exp_lifted(*gelu_tanh_exponent(a)))


def gelu_tanh_left_slope(a: np.ndarray) -> np.ndarray:
    """Return the slope at -a, from the steepness a (2 u)'."""
    steepness = a * (TANH_LINEAR + 3.0 * TANH_CUBIC * a * a)
    return sigmoid_left_slope(steepness, exp_lifted(*gelu_tanh_exponent(a)))


gelu_tanh = Activation(
    name="gelu_tanh",
    title="GELU (tanh form)",
    formula=r"\tfrac{z}{2} (1 + \tanh(\sqrt{2 / \pi} (z + 0.044715 z^3)))",
    family="smooth",
    value=lambda z: relu_less(gelu_tanh_bump, z, GELU_CUT),
    derivative=lambda z: slope_from_left(gelu_tanh_left_slope, z, GELU_CUT),
    torch_value=lambda t: functional.gelu(t, approximate="tanh"),
    image=(-0.17004075057125406, INF),
    slopes=(-0.12899306865877178, 1.1289930686587717),
    limits=(0.0, INF),
    monotone=False,
    zero_centred=False,
    smoothness=INF,
    source="hendrycks2016gaussian",
)


@family
def swish(*, beta: float = 1.0) -> Activation:
    """Build z * sigmoid(beta * z): half of z at beta near 0, nearly ReLU at a large one.

    Raises ValueError unless beta is positive and finite.
    Source: ramachandran2017searching, section 4.
    """
    check_positive(beta=beta)

    def bump(a: np.ndarray) -> np.ndarray:
        return sigmoid_bump(a, exp_lifted(*multiple(beta, a)))

    def left_slope(a: np.ndarray) -> np.ndarray:
        return sigmoid_left_slope(beta * a, exp_lifted(*multiple(beta, a)))

    return Activation(
        name=f"swish(beta={float(beta)!r})",
        title="Swish",
        formula=r"\frac{z}{1 + e^{-\beta z}}",
        family="smooth",
        value=lambda z: relu_less(bump, z, SWISH_CUT / beta),
        derivative=lambda z: slope_from_left(left_slope, z, SWISH_CUT / beta),
        torch_value=lambda t: t * (beta * t).sigmoid(),
        image=(-0.2784645427610738 / beta, INF),
        slopes=(-0.09983932012886691, 1.099839320128867),
        limits=(0.0, INF),
        monotone=False,
        zero_centred=False,
        smoothness=INF,
        parameters={"beta": beta},
        source="ramachandran2017searching",
    )


silu = replace(
    swish(beta=1.0),
    name="silu",
    title="SiLU",
    formula=r"\frac{z}{1 + e^{-z}}",
    torch_value=lambda t: functional.silu(t),
    parameters={},
    source="elfwing2018sigmoid",
)


def mish_value(z: np.ndarray) -> np.ndarray:
    """Return z tanh(log(1 + exp z)), the tanh as a fraction of polynomials in exp(-|z|)."""
    lifted = exp_lifted(-np.minimum(np.abs(z), SWISH_CUT), 0.0)
    e = lifted / LIFT
    above = z / (1.0 + 2.0 * e * e / (1.0 + 2.0 * e))
    below = np.maximum(z, -SWISH_CUT) * lifted / (1.0 + e * (1.0 + e) / (2.0 + e)) / LIFT
    return np.where(z > 0.0, above, below)


def mish_derivative(z: np.ndarray) -> np.ndarray:
    """Return its slope, differentiated by hand, on either side of 0."""
    z = np.clip(z, -SWISH_CUT, SWISH_CUT)
    lifted = exp_lifted(-np.abs(z), 0.0)
    e = lifted / LIFT
    above = 1.0 + e * (4.0 + e * (4.0 * z + 6.0 + e * (4.0 * z + 4.0)))
    above /= (1.0 + 2.0 * e * (1.0 + e)) ** 2
    below = 4.0 * z + 4.0 + e * (4.0 * z + 6.0 + e * (4.0 + e))
    below /= (2.0 + e * (2.0 + e)) ** 2
    return np.where(z > 0.0, above, below * lifted / LIFT)


mish = Activation(
    name="mish",
    title="Mish",
    formula=r"z \tanh(\log(1 + e^z))",
    family="smooth",
    value=mish_value,
    derivative=mish_derivative,
    torch_value=lambda t: functional.mish(t),
    image=(-0.30884341301725043, INF),
    slopes=(-0.11252612238946255, 1.088498161251728),
    limits=(0.0, INF),
    monotone=False,
    zero_centred=False,
    smoothness=INF,
    source="misra2019mish",
)
