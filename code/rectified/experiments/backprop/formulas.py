"""Derivatives on paper, and what becomes of them in code: sigmoid, softmax and squared error."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin
from numpy.polynomial import Polynomial

from rectified.activations import ELEMENTWISE, sigmoid
from rectified.data import xor
from rectified.initializers import generators
from rectified.late import torch
from rectified.networks.checks import check_positive_int


def sigmoid_one_liner(z: np.ndarray) -> np.ndarray:
    """Return 1 / (1 + exp(-z)), as it is written most often."""
    return 1 / (1 + np.exp(-z))


def slope_one_liner(s: np.ndarray) -> np.ndarray:
    """Return s (1 - s), the slope of the sigmoid where its output is s."""
    return s * (1 - s)


@dataclass(frozen=True, kw_only=True, eq=False)
class SigmoidCode:
    """The one-liners for the sigmoid and its slope, on multiples of 1/64."""

    n: int  # inputs from -709 to 709
    error: float  # largest difference of value and slope to the package's, there
    overflows: int  # of exp, there, and in float32 from -88 to 88; NumPy warns of them
    n_below: int  # inputs from -1,000 to -710
    error_below: float
    overflows_below: int
    first_float64: float  # going down from 0, the first input at which exp overflows
    first_float32: float
    slope_gone: float  # going up from 0, the first input whose slope is rounded to 0


def sigmoid_code() -> SigmoidCode:
    """Compare the one-liners with code that cannot overflow, and search for where they do."""
    z = np.arange(-1000 * 64, 1000 * 64 + 1) / 64
    with np.errstate(over="ignore"):
        overflow = np.isinf(np.exp(-z))
        overflow32 = np.isinf(np.exp(-z.astype(np.float32)))
        s = sigmoid_one_liner(z)
    slope = slope_one_liner(s)
    error = np.maximum(np.abs(s - sigmoid(z)), np.abs(slope - sigmoid.derivative(z)))
    inside, inside32, below = np.abs(z) <= 709, np.abs(z) <= 88, z <= -710
    return SigmoidCode(
        n=int(np.count_nonzero(inside)),
        error=float(error[inside].max()),
        overflows=int(np.sum(overflow & inside) + np.sum(overflow32 & inside32)),
        n_below=int(np.count_nonzero(below)),
        error_below=float(error[below].max()),
        overflows_below=int(np.count_nonzero(overflow & below)),
        first_float64=float(z[overflow].max()),
        first_float32=float(z[overflow32].max()),
        slope_gone=float(z[(z > 0) & (slope == 0)].min()),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class QuotientRule:
    """(u'v - uv') / v² against PyTorch's derivatives, largest difference for each seed."""

    seeds: tuple[int, ...]
    classes: int
    sigmoid_error: np.ndarray  # (S,)
    softmax_error: np.ndarray  # (S,), over all entries of the Jacobian


def quotient_rule(*, seeds: Sequence[int] = range(100), classes: int = 5) -> QuotientRule:
    """Differentiate 1 / (1 + exp(-z)), and exp(zᵢ) / Σ exp(z), by the rule; z is N(0, 2²).

    Raises ValueError without seeds, and unless there is a class.
    """
    check_positive_int(classes=classes)
    z = np.stack([rng.normal(0, 2, classes) for rng in generators(seeds)])  # (S, classes)
    u, v, v_slope = 1.0, 1 + np.exp(-z), -np.exp(-z)
    slope = (0 * v - u * v_slope) / v**2
    u = np.exp(z)[:, :, None]  # of output i, (S, classes, 1)
    u_slope = np.eye(classes) * u  # by z of class j, (S, classes, classes)
    v, v_slope = u.sum(axis=1, keepdims=True), u.mT  # v is the same for all outputs
    jacobian = (u_slope * v - u * v_slope) / v**2
    judged = [_jacobian(torch.sigmoid, one) for one in z]
    sigmoid_error = np.abs(slope - [np.diag(one) for one in judged]).max(axis=1)
    softmax_error = np.abs(jacobian - [_jacobian(_softmax, one) for one in z]).max(axis=(1, 2))
    return QuotientRule(
        seeds=tuple(seeds),
        classes=classes,
        sigmoid_error=sigmoid_error,
        softmax_error=softmax_error,
    )


def _softmax(z: torch.Tensor) -> torch.Tensor:
    return torch.softmax(z, dim=0)


def _jacobian(f: Callable[[torch.Tensor], torch.Tensor], z: np.ndarray) -> np.ndarray:
    return torch.autograd.functional.jacobian(f, torch.from_numpy(z)).numpy()


@dataclass(frozen=True, kw_only=True, eq=False)
class SquareExpansion:
    """(z - y)² = z² - 2yz + y², differentiated term by term."""

    seeds: tuple[int, ...]
    gradient_error: np.ndarray  # (S,): 2z - 2y against PyTorch's gradient of (z - y)²
    w: np.ndarray  # (2,): of the line that fits XOR best, from the expanded sum of squares
    b: float
    fit_error: float  # largest difference to least squares by singular values


def square_expansion(*, seeds: Sequence[int] = range(100)) -> SquareExpansion:
    """Expand the square for random outputs z and targets y, N(0, 1), and for a line on XOR.

    There the sum of (x·w + b - y)² is θᵀAθ - 2cᵀθ + Σy² with θ = (w, b), so its gradient is
    0 where Aθ = c. Raises ValueError without seeds.
    """
    pairs = np.stack([rng.standard_normal((2, 20)) for rng in generators(seeds)])  # (S, 2, n)
    table = xor(4, rng=np.random.default_rng(0))  # draws nothing without noise
    x = np.column_stack([table.x, np.ones(4)])
    theta = np.linalg.solve(x.T @ x, x.T @ table.y)
    by_svd = np.linalg.lstsq(x, table.y)[0]
    return SquareExpansion(
        seeds=tuple(seeds),
        gradient_error=np.array([_expansion_error(*pair) for pair in pairs]),
        w=theta[:2],
        b=float(theta[2]),
        fit_error=float(np.abs(theta - by_svd).max()),
    )


def _expansion_error(z: np.ndarray, y: np.ndarray) -> float:
    expanded = [Polynomial([t**2, -2 * t, 1]).deriv()(value) for value, t in zip(z, y, strict=True)]
    output = torch.from_numpy(z).requires_grad_()
    torch.sum((output - torch.from_numpy(y)) ** 2).backward()
    return float(np.abs(expanded - output.grad.numpy()).max())


# How a gradient passes an activation, from the output h that the forward pass left: grad_z.
FROM_OUTPUT: Mapping[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = MappingProxyType(
    {
        "relu": lambda h, grad_h: grad_h * (h > 0),
        "sigmoid": lambda h, grad_h: grad_h * (h * (1 - h)),
        "tanh": lambda h, grad_h: grad_h * (1 - h * h),
    }
)
EXPONENTIALS = ("exp", "exp2", "expm1", "sinh", "cosh", "tanh")


class Tallied(NDArrayOperatorsMixin):
    """An array that counts what NumPy computes with it, by the name of the operation."""

    def __init__(self, array: np.ndarray, counts: Counter) -> None:
        """Take the array, and where to count."""
        self.array, self.counts = array, counts

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: object) -> Tallied:
        """Count the operation, and do it."""
        self.counts[ufunc.__name__] += 1
        plain = [one.array if isinstance(one, Tallied) else one for one in inputs]
        return Tallied(getattr(ufunc, method)(*plain), self.counts)


@dataclass(frozen=True, kw_only=True, eq=False)
class BackwardFromOutput:
    """What it takes to pass an activation on the way back, if its output was kept."""

    activation: str
    seeds: tuple[int, ...]
    operations: Mapping[str, int]  # name -> how many passes over the layer's entries
    exponentials: int  # among them
    error: np.ndarray  # (S,): largest difference to PyTorch's gradient


def backward_from_output(name: str, *, seeds: Sequence[int] = range(20)) -> BackwardFromOutput:
    """Send random gradients, N(0, 1), back through 1,000 units with z from N(0, 2²).

    `name` is relu, sigmoid or tanh; ValueError for another, and without seeds.
    """
    if name not in FROM_OUTPUT:
        raise ValueError(f"name must be one of {', '.join(FROM_OUTPUT)}, got {name!r}")
    f, counts, errors = ELEMENTWISE[name], [], []
    for rng in generators(seeds):
        z, grad_h = rng.normal(0, 2, 1000), rng.standard_normal(1000)
        counts.append(Counter())
        grad_z = FROM_OUTPUT[name](Tallied(f(z), counts[-1]), Tallied(grad_h, counts[-1])).array
        places = torch.from_numpy(z).requires_grad_()
        f.torch_value(places).backward(torch.from_numpy(grad_h))
        errors.append(np.abs(grad_z - places.grad.numpy()).max())
    return BackwardFromOutput(
        activation=name,
        seeds=tuple(seeds),
        operations=MappingProxyType(dict(counts[0])),
        exponentials=sum(counts[0][operation] for operation in EXPONENTIALS),
        error=np.array(errors),
    )
