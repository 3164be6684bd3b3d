"""Activations that act along an axis: they change its length, or mix its entries.

Formulas see doubles with that axis last; float32 results are rounded once, as in `record`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike

from rectified.activations.gated import gelu, silu
from rectified.activations.names import Entry, family
from rectified.activations.piecewise import relu
from rectified.activations.record import Activation, as_floats
from rectified.activations.smooth import sigmoid
from rectified.late import torch


@dataclass(frozen=True, kw_only=True, eq=False)
class VectorActivation(Entry):
    """A function of the vectors along one axis, with its vector-Jacobian product.

    `forward` and `backward` are the formulas, for doubles whose last axis is the one acted on;
    people call `value` and `vjp`.
    """

    name: str  # unique; of a family, the call that makes it
    title: str  # as prose writes it
    formula: str  # in LaTeX, for one vector z
    forward: Callable[[np.ndarray], np.ndarray]  # (..., units in) -> (..., units out)
    backward: Callable[[np.ndarray, np.ndarray], np.ndarray]  # z, grad of forward(z) -> as z
    torch_value: Callable[..., torch.Tensor]  # called with (t, axis=-1), open to autograd
    width: Callable[[int], int]  # units in -> units out; ValueError if it cannot take so many
    parameters: Mapping[str, float] = field(default_factory=dict)  # of the family, by name
    source: str  # key in references.bib

    def __post_init__(self) -> None:
        """Make the parameters read-only."""
        object.__setattr__(self, "parameters", MappingProxyType(dict(self.parameters)))

    def __call__(self, z: ArrayLike, *, axis: int = -1) -> np.ndarray:
        """Return the value at z."""
        return self.value(z, axis=axis)

    def __repr__(self) -> str:
        """Return what makes the entry: its name."""
        return self.name

    def value(self, z: ArrayLike, *, axis: int = -1) -> np.ndarray:
        """Return the value at z, whose `axis` becomes width(units) long; dtype as in `record`."""
        z = as_floats(z)
        last = self._axis_last(z, axis)
        return np.moveaxis(self._at_double(self.forward, last), -1, axis).astype(z.dtype.type)

    def vjp(self, z: ArrayLike, grad: ArrayLike, *, axis: int = -1) -> np.ndarray:
        """Return the gradient by z of the sum of grad * value(z), with shape and dtype of z.

        Raises ValueError unless grad has the shape of value(z).
        """
        z, grad = as_floats(z), as_floats(grad)
        last = self._axis_last(z, axis)  # (..., units in)
        expected = list(z.shape)
        expected[axis] = self.width(z.shape[axis])
        if grad.shape != tuple(expected):
            raise ValueError(f"grad must have shape {tuple(expected)}, got {grad.shape}")
        last_grad = np.moveaxis(grad, axis, -1)  # (..., units out)
        grad_z = self._at_double(self.backward, last, last_grad)
        return np.moveaxis(grad_z, -1, axis).astype(z.dtype.type)

    def _axis_last(self, z: np.ndarray, axis: int) -> np.ndarray:
        """Return z with the axis last; raise ValueError where there is none, or a wrong length."""
        if not -z.ndim <= axis < z.ndim:
            raise ValueError(f"axis must be one of the {z.ndim} axes of z, got {axis}")
        self.width(z.shape[axis])
        return np.moveaxis(z, axis, -1)

    @staticmethod
    def _at_double(formula: Callable, *arrays: np.ndarray) -> np.ndarray:
        """Return the formula's result for the arrays as doubles; inf - inf is NaN, in silence."""
        with np.errstate(all="ignore"):
            return formula(*(array.astype(np.float64) for array in arrays))


def softmax_forward(z: np.ndarray) -> np.ndarray:
    """Return exp(z) / sum(exp(z)), shifted so that the largest exponent is 0."""
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def softmax_backward(z: np.ndarray, grad: np.ndarray) -> np.ndarray:
    """Return p * (grad - <p, grad>), which is what diag(p) - p p' does to grad."""
    p = softmax_forward(z)
    return p * (grad - (p * grad).sum(axis=-1, keepdims=True))


def any_width(units: int) -> int:
    """Return units, of which there must be one at least."""
    if units < 1:
        raise ValueError(f"the axis must hold at least one unit, got {units}")
    return units


# An entry of -inf gets probability 0. Where the largest entry is infinite the limit depends on
# the way there, so all -inf, or one +inf, gives NaN along the whole axis, as in PyTorch.
softmax = VectorActivation(
    name="softmax",
    title="softmax",
    formula=r"\frac{e^{z_i}}{\sum_j e^{z_j}}",
    forward=softmax_forward,
    backward=softmax_backward,
    torch_value=lambda t, axis=-1: torch.softmax(t, axis),
    width=any_width,
    source="bridle1990probabilistic",
)


def crelu_backward(z: np.ndarray, grad: np.ndarray) -> np.ndarray:
    """Return what each half sends back: nothing where z = 0, as relu'(0) = 0."""
    above, below = np.split(grad, 2, axis=-1)
    return above * relu.derivative(z) - below * relu.derivative(-z)


crelu = VectorActivation(
    name="crelu",
    title="CReLU",
    formula=r"[\max(0, z), \max(0, -z)]",
    forward=lambda z: np.concatenate([relu(z), relu(-z)], axis=-1),
    backward=crelu_backward,
    torch_value=lambda t, axis=-1: torch.cat([torch.relu(t), torch.relu(-t)], axis),
    width=lambda units: 2 * units,
    source="shang2016understanding",
)


@family
def maxout(*, pieces: int = 2) -> VectorActivation:
    """Build the maximum over groups of `pieces` consecutive entries: units are units / pieces.

    In a tie the first maximum takes the whole gradient, as in `torch.max`; `torch.amax` would
    share it out. A NaN is its group's maximum, and its own slope is NaN.
    Raises ValueError unless pieces is an integer of at least 2. Source: goodfellow2013maxout.
    """
    if not isinstance(pieces, int | np.integer) or pieces < 2:
        raise ValueError(f"pieces must be an integer of at least 2, got {pieces}")

    def width(units: int) -> int:
        if units % pieces:
            raise ValueError(f"the axis must hold a multiple of {pieces} units, got {units}")
        return units // pieces

    def grouped(z: np.ndarray) -> np.ndarray:  # (..., units) -> (..., units / pieces, pieces)
        return z.reshape(*z.shape[:-1], width(z.shape[-1]), pieces)

    def backward(z: np.ndarray, grad: np.ndarray) -> np.ndarray:
        groups = grouped(z)
        winner = groups.argmax(axis=-1, keepdims=True)  # the first of equals; NaN wins
        top = np.take_along_axis(groups, winner, axis=-1)  # (..., units / pieces, 1)
        grad_groups = np.zeros_like(groups)
        slope = np.where(np.isnan(top), top, 1.0)
        np.put_along_axis(grad_groups, winner, slope * grad[..., np.newaxis], axis=-1)
        return grad_groups.reshape(z.shape)

    return VectorActivation(
        name=f"maxout(pieces={pieces})",
        title="maxout",
        formula=r"\max_{j \le k} z_{ij}",
        forward=lambda z: grouped(z).max(axis=-1),
        backward=backward,
        torch_value=lambda t, axis=-1: (
            t.movedim(axis, -1).unflatten(-1, (-1, pieces)).max(-1).values.movedim(-1, axis)
        ),
        width=width,
        parameters={"pieces": pieces},
        source="goodfellow2013maxout",
    )


def half_width(units: int) -> int:
    """Return half of the units, which must be an even number."""
    if units % 2:
        raise ValueError(f"the axis must hold an even number of units, got {units}")
    return units // 2


def gated_linear(
    gate: Activation, *, name: str, title: str, formula: str, source: str
) -> VectorActivation:
    """Build a * gate(b), [a, b] = z: the second half is the gate, as in PyTorch's GLU."""

    def forward(z: np.ndarray) -> np.ndarray:
        a, b = np.split(z, 2, axis=-1)
        return a * gate(b)

    def backward(z: np.ndarray, grad: np.ndarray) -> np.ndarray:
        a, b = np.split(z, 2, axis=-1)
        return np.concatenate([grad * gate(b), grad * a * gate.derivative(b)], axis=-1)

    def torch_value(t: torch.Tensor, axis: int = -1) -> torch.Tensor:
        a, b = t.chunk(2, axis)
        return a * gate.torch_value(b)

    return VectorActivation(
        name=name,
        title=title,
        formula=formula,
        forward=forward,
        backward=backward,
        torch_value=torch_value,
        width=half_width,
        source=source,
    )


glu = gated_linear(
    sigmoid,
    name="glu",
    title="GLU",
    formula=r"a \odot \sigma(b), \quad [a, b] = z",
    source="dauphin2017language",
)
reglu = gated_linear(
    relu,
    name="reglu",
    title="ReGLU",
    formula=r"a \odot \max(0, b), \quad [a, b] = z",
    source="shazeer2020glu",
)
geglu = gated_linear(
    gelu,
    name="geglu",
    title="GEGLU",
    formula=r"a \odot b \, \Phi(b), \quad [a, b] = z",
    source="shazeer2020glu",
)
swiglu = gated_linear(
    silu,
    name="swiglu",
    title="SwiGLU",
    formula=r"a \odot b \, \sigma(b), \quad [a, b] = z",
    source="shazeer2020glu",
)
