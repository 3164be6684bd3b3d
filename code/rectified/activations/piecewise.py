"""Activations made of pieces of polynomials: kinks and jumps are fields, with the choice made."""

from functools import partial

import numpy as np

from rectified.activations.record import Activation, Exact
from rectified.late import functional, torch

INF = np.inf

ZEROS = {kind: np.zeros(2**16, kind) for kind in (np.float32, np.float64)}


def constant(level: float, z: np.ndarray) -> np.ndarray:
    """Return `level` for every entry of z, but NaN for NaN."""
    return np.clip(z, level, level)


def zero(z: np.ndarray) -> np.ndarray | float:
    """Return 0 in the form that np.maximum compares with z most quickly.

    Against an array it is three times as fast as against a number. Beyond 2**16 entries memory
    sets the pace, and a number it is.
    """
    zeros = ZEROS[z.dtype.type]
    return zeros[: z.size].reshape(z.shape) if z.size <= zeros.size else 0.0


def positive(z: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
    """Return 1 where z > 0, 0 elsewhere, NaN for NaN, as the far slower np.heaviside(z, 0.0)."""
    least = np.minimum.reduce(z, axis=None) if z.size else 0.0
    nan = np.isnan(z) if least != least else None  # the least is NaN if any is, and told quickly
    out = np.empty(z.shape, z.dtype.type) if out is None else out
    np.greater(z, 0.0, out=out, casting="unsafe")
    if nan is not None:
        out[nan] = np.nan
    return out


identity = Activation(
    name="identity",
    title="identity",
    formula="z",
    family="linear",
    value=Exact(lambda z, out: np.positive(z, out=out)),
    derivative=partial(constant, 1.0),
    torch_value=lambda t: torch.clone(t),
    image=(-INF, INF),
    slopes=(1.0, 1.0),
    limits=(-INF, INF),
    monotone=True,
    zero_centred=True,
    keeps_slope=True,
    smoothness=INF,
    source="widrow1960adaptive",
)

step = Activation(
    name="step",
    title="Heaviside step",
    formula=r"\begin{cases} 1 & z \ge 0 \\ 0 & z < 0 \end{cases}",
    family="step",
    value=lambda z: 1.0 - positive(-z),
    derivative=partial(constant, 0.0),
    torch_value=lambda t: torch.heaviside(t, t.new_tensor(1.0)),  # has no autograd
    image=(0.0, 1.0),
    slopes=(0.0, 0.0),
    jumps={0.0: 1.0},  # at its threshold the unit fires
    limits=(0.0, 1.0),
    monotone=True,
    zero_centred=False,
    keeps_slope=True,
    smoothness=-1,
    source="rosenblatt1958perceptron",
)

hard_sigmoid = Activation(
    name="hard_sigmoid",
    title="hard sigmoid",
    formula=r"\min(\max(z + 3, 0), 6) / 6",
    family="saturating",
    value=lambda z: np.clip(z + 3.0, 0.0, 6.0) / 6.0,
    derivative=lambda z: positive(3.0 - np.abs(z)) / 6.0,
    torch_value=lambda t: functional.hardsigmoid(t),
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
    derivative=lambda z: positive(1.0 - np.abs(z)),
    torch_value=lambda t: functional.hardtanh(t),
    image=(-1.0, 1.0),
    slopes=(0.0, 1.0),
    kinks={-1.0: 0.0, 1.0: 0.0},
    limits=(-1.0, 1.0),
    monotone=True,
    zero_centred=True,
    gate=lambda z: np.abs(z) < 1.0,
    keeps_slope=True,
    smoothness=0,
    source="collobert2011natural",
)

relu = Activation(
    name="relu",
    title="ReLU",
    formula=r"\max(0, z)",
    family="piecewise linear",
    value=Exact(lambda z, out: np.maximum(z, zero(z), out=out)),
    derivative=Exact(positive),  # `z > 0` would lose NaN
    torch_value=lambda t: torch.relu(t),
    image=(0.0, INF),
    slopes=(0.0, 1.0),
    kinks={0.0: 0.0},  # relu'(0) = 0, as in PyTorch
    limits=(0.0, INF),
    monotone=True,
    zero_centred=False,
    gate=lambda z: z > 0.0,
    keeps_slope=True,
    smoothness=0,
    source="nair2010rectified",
)

relu6 = Activation(
    name="relu6",
    title="ReLU6",
    formula=r"\min(\max(0, z), 6)",
    family="piecewise linear",
    value=Exact(lambda z, out: np.clip(z, 0.0, 6.0, out=out)),
    derivative=lambda z: positive(z) * positive(6.0 - z),
    torch_value=lambda t: functional.relu6(t),
    image=(0.0, 6.0),
    slopes=(0.0, 1.0),
    kinks={0.0: 0.0, 6.0: 0.0},
    limits=(0.0, 6.0),
    monotone=True,
    zero_centred=False,
    gate=lambda z: (z > 0.0) & (z < 6.0),
    keeps_slope=True,
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
    derivative=lambda z: np.where(np.abs(z) < 3.0, (2.0 * z + 3.0) / 6.0, positive(z)),
    torch_value=lambda t: functional.hardswish(t),
    image=(-0.375, INF),
    slopes=(-0.5, 1.5),
    kinks={-3.0: 0.0, 3.0: 1.0},
    limits=(0.0, INF),
    monotone=False,
    zero_centred=False,
    smoothness=0,
    source="howard2019searching",
)
