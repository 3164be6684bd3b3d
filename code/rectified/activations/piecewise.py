"""Activations made of pieces of polynomials: kinks and jumps are fields, with the choice made."""

from dataclasses import replace
from functools import partial

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch.nn import functional

from rectified.activations.record import (
    Activation,
    Elementwise,
    Exact,
    as_floats,
    check_finite,
)

INF = np.inf


def constant(level: float, z: np.ndarray) -> np.ndarray:
    """Return `level` for every entry of z, but NaN for NaN."""
    return np.clip(z, level, level)


identity = Activation(
    name="identity",
    title="identity",
    formula="z",
    family="linear",
    value=Exact(lambda z, out: np.positive(z, out=out)),
    derivative=partial(constant, 1.0),
    torch_value=torch.clone,
    image=(-INF, INF),
    slopes=(1.0, 1.0),
    limits=(-INF, INF),
    monotone=True,
    zero_centred=True,
    smoothness=INF,
    source="widrow1960adaptive",
)

step = Activation(
    name="step",
    title="Heaviside step",
    formula=r"\begin{cases} 1 & z \ge 0 \\ 0 & z < 0 \end{cases}",
    family="step",
    value=Exact(lambda z, out: np.heaviside(z, 1.0, out=out)),
    derivative=partial(constant, 0.0),
    torch_value=lambda t: torch.heaviside(t, t.new_tensor(1.0)),  # has no autograd
    image=(0.0, 1.0),
    slopes=(0.0, 0.0),
    jumps={0.0: 1.0},  # at its threshold the unit fires
    limits=(0.0, 1.0),
    monotone=True,
    zero_centred=False,
    smoothness=-1,
    source="rosenblatt1958perceptron",
)

hard_sigmoid = Activation(
    name="hard_sigmoid",
    title="hard sigmoid",
    formula=r"\min(\max(z + 3, 0), 6) / 6",
    family="saturating",
    value=lambda z: np.clip(z + 3.0, 0.0, 6.0) / 6.0,
    derivative=lambda z: np.heaviside(3.0 - np.abs(z), 0.0) / 6.0,
    torch_value=functional.hardsigmoid,
    image=(0.0, 1.0),
    slopes=(0.0, 1 / 6),
    kinks={-3.0: 0.0, 3.0: 0.0},
    limits=(0.0, 1.0),
    monotone=True,
    zero_centred=False,
    smoothness=0,
    source="howard2019searching",
)

hard_tanh = Activation(
    name="hard_tanh",
    title="hard tanh",
    formula=r"\min(\max(z, -1), 1)",
    family="saturating",
    value=Exact(lambda z, out: np.clip(z, -1.0, 1.0, out=out)),
    derivative=lambda z: np.heaviside(1.0 - np.abs(z), 0.0),
    torch_value=functional.hardtanh,
    image=(-1.0, 1.0),
    slopes=(0.0, 1.0),
    kinks={-1.0: 0.0, 1.0: 0.0},
    limits=(-1.0, 1.0),
    monotone=True,
    zero_centred=True,
    smoothness=0,
    source="collobert2011natural",
)

relu = Activation(
    name="relu",
    title="ReLU",
    formula=r"\max(0, z)",
    family="piecewise linear",
    value=Exact(lambda z, out: np.maximum(z, 0.0, out=out)),
    derivative=Exact(lambda z, out: np.heaviside(z, 0.0, out=out)),  # `z > 0` would lose NaN
    torch_value=torch.relu,
    image=(0.0, INF),
    slopes=(0.0, 1.0),
    kinks={0.0: 0.0},  # relu'(0) = 0, as in PyTorch
    limits=(0.0, INF),
    monotone=True,
    zero_centred=False,
    smoothness=0,
    source="nair2010rectified",
)

relu6 = Activation(
    name="relu6",
    title="ReLU6",
    formula=r"\min(\max(0, z), 6)",
    family="piecewise linear",
    value=Exact(lambda z, out: np.clip(z, 0.0, 6.0, out=out)),
    derivative=lambda z: np.heaviside(z, 0.0) * np.heaviside(6.0 - z, 0.0),
    torch_value=functional.relu6,
    image=(0.0, 6.0),
    slopes=(0.0, 1.0),
    kinks={0.0: 0.0, 6.0: 0.0},
    limits=(0.0, 6.0),
    monotone=True,
    zero_centred=False,
    smoothness=0,
    source="krizhevsky2010convolutional",
)

squared_relu = Activation(
    name="squared_relu",
    title="squared ReLU",
    formula=r"\max(0, z)^2",
    family="piecewise quadratic",
    value=lambda z: np.maximum(z, 0.0) ** 2,
    derivative=lambda z: 2.0 * np.maximum(z, 0.0),
    torch_value=lambda t: torch.relu(t) ** 2,
    image=(0.0, INF),
    slopes=(0.0, INF),
    limits=(0.0, INF),
    monotone=True,
    zero_centred=False,
    smoothness=1,
    source="so2021primer",
)

hard_swish = Activation(
    name="hard_swish",
    title="hard Swish",
    formula=r"z \min(\max(z + 3, 0), 6) / 6",
    family="piecewise quadratic",
    value=lambda z: np.maximum(z, -3.0) * (np.clip(z + 3.0, 0.0, 6.0) / 6.0),
    derivative=lambda z: np.where(np.abs(z) < 3.0, (2.0 * z + 3.0) / 6.0, np.heaviside(z, 0.0)),
    torch_value=functional.hardswish,
    image=(-0.375, INF),
    slopes=(-0.5, 1.5),
    kinks={-3.0: 0.0, 3.0: 1.0},
    limits=(0.0, INF),
    monotone=False,
    zero_centred=False,
    smoothness=0,
    source="howard2019searching",
)


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
        name=f"prelu(slope={slope!r})",
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
        smoothness=0 if slope != 1 else INF,
        parameters={"slope": slope},
        source="he2015delving",
    )


prelu_slope_derivative = Elementwise(lambda z: np.minimum(z, 0.0))  # of prelu, by its slope


def leaky_relu(*, slope: float = 0.01) -> Activation:
    """Build max(z, slope * z).

    Raises ValueError unless 0 < slope < 1. Source: maas2013rectifier.
    """
    if not 0 < slope < 1:
        raise ValueError(f"slope must lie between 0 and 1, got {slope}")
    return replace(
        prelu(slope=slope),
        name=f"leaky_relu(slope={slope!r})",
        title="leaky ReLU",
        formula=r"\max(z, a z)",
        value=lambda z: np.maximum(z, slope * z),  # right only because slope < 1
        torch_value=partial(functional.leaky_relu, negative_slope=slope),
        source="maas2013rectifier",
    )


def rrelu(*, lower: float = 1 / 8, upper: float = 1 / 3) -> Activation:
    """Build the randomized leaky ReLU as it is after training: with the mean slope.

    PyTorch's convention: slopes are uniform on [lower, upper]. The paper divides by a number that
    is uniform on [3, 8], and after training by its mean, so its slope is 1 / 5.5 there.
    Raises ValueError unless 0 < lower < upper < 1. Source: xu2015empirical, section 2.4.
    """
    check_rrelu_bounds(lower, upper)
    return replace(
        leaky_relu(slope=(lower + upper) / 2),
        name=f"rrelu(lower={lower!r}, upper={upper!r})",
        title="RReLU",
        formula=r"\max(z, \tfrac{a + b}{2} z)",
        torch_value=partial(functional.rrelu, lower=lower, upper=upper, training=False),
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
