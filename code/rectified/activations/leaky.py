"""The leaky relatives of ReLU: a line of slope 1 on the right, of another slope on the left."""

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from rectified.activations.names import family
from rectified.activations.piecewise import constant, relu
from rectified.activations.record import Activation, Elementwise, as_floats, check_finite
from rectified.late import functional

INF = np.inf


@family
def prelu(*, slope: float = 0.25) -> Activation:
    """Build z where z > 0, slope * z elsewhere; training learns the slope.

    `prelu_slope_derivative` is the other derivative, the one by the slope.
    Raises ValueError unless the slope is finite. Source: he2015delving, equation 1.
    """
    check_finite(slope=slope)
    # slope 0 makes it relu, and 0 * -inf would be NaN
    value = Elementwise(lambda z: np.where(z > 0.0, z, slope * z)) if slope else relu.value
    left = float(np.copysign(INF, -slope)) if slope else 0.0
    return Activation(
        name=f"prelu(slope={float(slope)!r})",
        title="PReLU",
        formula=r"\begin{cases} z & z > 0 \\ a z & z \le 0 \end{cases}",
        family="piecewise linear",
        value=value,
        derivative=lambda z: np.where(z > 0.0, 1.0, constant(slope, z)),
        torch_value=lambda t: functional.prelu(t, t.new_tensor(slope)),
        image=(min(left, 0.0), INF),
        slopes=(min(slope, 1.0), max(slope, 1.0)),
        kinks={0.0: slope} if slope != 1 else {},
        limits=(left, INF),
        monotone=slope >= 0,
        zero_centred=slope == 1,
        keeps_slope=slope >= 0,
        smoothness=0 if slope != 1 else INF,
        parameters={"slope": slope},
        source="he2015delving",
    )


prelu_slope_derivative = Elementwise(lambda z: np.minimum(z, 0.0))  # of prelu, by its slope


@family
def leaky_relu(*, slope: float = 0.01) -> Activation:
    """Build max(z, slope * z).

    Raises ValueError unless 0 < slope < 1. Source: maas2013rectifier.
    """
    if not 0 < slope < 1:
        raise ValueError(f"slope must lie between 0 and 1, got {slope}")
    return replace(
        prelu(slope=slope),
        name=f"leaky_relu(slope={float(slope)!r})",
        title="leaky ReLU",
        formula=r"\max(z, a z)",
        value=lambda z: np.maximum(z, slope * z),  # right only because slope < 1
        torch_value=lambda t: functional.leaky_relu(t, negative_slope=slope),
        source="maas2013rectifier",
    )


@family
def rrelu(*, lower: float = 1 / 8, upper: float = 1 / 3) -> Activation:
    """Build the randomized leaky ReLU as it is after training: with the mean slope.

    PyTorch's convention: slopes are uniform on [lower, upper]. The paper divides by a number that
    is uniform on [3, 8], and after training by its mean, so its slope is 1 / 5.5 there.
    Raises ValueError unless 0 < lower < upper < 1. Source: xu2015empirical, section 2.4.
    """
    check_rrelu_bounds(lower, upper)
    return replace(
        leaky_relu(slope=(lower + upper) / 2),
        name=f"rrelu(lower={float(lower)!r}, upper={float(upper)!r})",
        title="RReLU",
        formula=r"\max(z, \tfrac{a + b}{2} z)",
        torch_value=lambda t: functional.rrelu(t, lower=lower, upper=upper, training=False),
        parameters={"lower": lower, "upper": upper},
        source="xu2015empirical",
    )


def rrelu_training(
    z: ArrayLike, *, lower: float = 1 / 8, upper: float = 1 / 3, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return RReLU of z as in training, and its derivative: the slopes that `rng` drew.

    Both are new arrays with the shape and dtype of z. An entry's slope is 1 where z > 0, else
    uniform on [lower, upper], its own at each call. Errors are those of `rrelu`.
    """
    check_rrelu_bounds(lower, upper)
    z = as_floats(z)
    drawn = rng.uniform(lower, upper, z.shape).astype(z.dtype)
    slopes = np.where(z > 0, 1, np.where(np.isnan(z), z, drawn))
    return slopes * z, slopes


def check_rrelu_bounds(lower: float, upper: float) -> None:
    """Raise ValueError unless 0 < lower < upper < 1."""
    if not 0 < lower < upper < 1:
        raise ValueError(
            f"lower and upper must satisfy 0 < lower < upper < 1, got {lower}, {upper}"
        )
