"""Are the gradients by hand right? Two judges: differences of the loss, and PyTorch's autograd."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import DTypeLike

from rectified.activations import ELEMENTWISE, Activation, tanh
from rectified.initializers import generators, normal
from rectified.late import torch
from rectified.networks import Network, Parameters, mean_squared_error, mlp, twin
from rectified.networks.checks import check_positive_int

WITHOUT_JUMPS = tuple(f for f in ELEMENTWISE.values() if not f.jumps)  # all but the step
WIDTHS = (3, 5, 4, 2)  # inputs, two hidden layers, outputs: 54 parameters
CANDIDATES = 16  # inputs drawn for each one that is kept
STEPS = tuple(10.0 ** -np.arange(1, 13.25, 0.25))  # 0.1 ... 1e-13, four to a power of ten


@dataclass(frozen=True, kw_only=True, eq=False)
class Case:
    """A network, its parameters for one seed, and a batch that stays away from kinks."""

    network: Network
    theta: Parameters
    x: np.ndarray  # (batch, fan_in)
    y: np.ndarray  # (batch, fan_out)

    def gradient(self, flow: list[np.ndarray] | None = None) -> Parameters:
        """Return the gradient by hand; `flow` is as for `Network.backward`."""
        trace = self.network.forward(self.theta, self.x)
        grad_z = mean_squared_error(trace.z, self.y)[1]
        return self.network.backward(self.theta, trace, grad_z, flow=flow)

    def losses(self, flat: np.ndarray) -> np.ndarray:
        """Return the loss for each row of parameters, (rows,): a row is a network."""
        theta = Parameters(self.network.shapes, flat)
        return mean_squared_error(self.network.forward(theta, self.x).z, self.y)[0]


def case(f: Activation, *, seed: int, batch: int = 6, margin: float = 0.01) -> Case:
    """Draw weights by He's law, biases N(0, ½²), inputs and targets N(0, 1), for one seed.

    Of the inputs, the first `batch` are kept that put every preactivation of the hidden layers
    `margin` or more away from every kink of f: across a kink, a difference is no derivative.
    Raises ValueError for an f that jumps, and if too few inputs are left.
    """
    if f.jumps:
        raise ValueError(f"activations must not jump, got {f.name}")
    check_positive_int(batch=batch)
    network = mlp(WIDTHS, f)
    theta = network.draw(seeds=[seed], biases=normal(0.5))
    (rng,) = generators([seed])
    x = rng.standard_normal((CANDIDATES * batch, WIDTHS[0]))
    y = rng.standard_normal((batch, WIDTHS[-1]))
    signals: list[np.ndarray] = []
    network.forward(theta, x, signals=signals)
    z = np.concatenate(signals[0:-1:2], axis=-1)[0]  # (examples, all hidden units)
    far = np.ones(len(x), dtype=bool)
    for kink in f.kinks:
        far &= (np.abs(z - kink) >= margin).all(axis=1)
    if np.count_nonzero(far) < batch:
        raise ValueError(f"margin must leave {batch} of {len(x)} inputs for {f.name}, got {margin}")
    return Case(network=network, theta=theta, x=x[far][:batch], y=y)


def forward_differences(of: Case, h: float) -> Parameters:
    """Return (loss(θ + h) - loss(θ)) / h for each parameter: one more network for each."""
    theta = of.theta.flat
    moves = np.diag(np.full(theta.shape[1], h, theta.dtype))
    rise = of.losses(theta + moves) - of.losses(theta)
    return Parameters(of.network.shapes, rise[None] / h)


def central_differences(of: Case, h: float) -> Parameters:
    """Return (loss(θ + h) - loss(θ - h)) / 2h for each parameter: two networks for each."""
    theta = of.theta.flat
    moves = np.diag(np.full(theta.shape[1], h, theta.dtype))
    rise = of.losses(theta + moves) - of.losses(theta - moves)
    return Parameters(of.network.shapes, rise[None] / (2 * h))


def autograd(of: Case) -> Parameters:
    """Return the gradient that PyTorch finds for the twin of the network."""
    module = twin(of.network, of.theta)
    outputs, targets = module(torch.from_numpy(of.x)), torch.from_numpy(of.y)
    mean_squared_error.torch_value(outputs, targets).backward()
    gradient = Parameters.empty(of.network.shapes, 1, of.theta.flat.dtype)
    for name, parameter in module.named_parameters():  # "0.w", "0.b", "2.w", ...
        layer, kind = name.split(".")
        gradient.layers[int(layer)][kind][0] = parameter.grad.numpy()
    return gradient


def relative_difference(found: Parameters, expected: Parameters) -> float:
    """Return the largest |found - expected|, divided by the largest |expected|: of the weights and
    of the biases of each layer apart, so that small gradients count as much as large ones.
    """
    return max(
        float(np.abs(one[name] - other[name]).max() / np.abs(other[name]).max())
        for one, other in zip(found.layers, expected.layers, strict=True)
        for name in other
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class GradientCheck:
    """How far gradients by hand are from two judges: `relative_difference`, for A activations."""

    activations: tuple[str, ...]
    seeds: tuple[int, ...]
    h: float
    parameters: int  # numbers in one network, each of them checked
    differences: np.ndarray  # (A, S): from central differences with step h
    autograd: np.ndarray  # (A, S): from PyTorch


def gradient_check(
    activations: Sequence[Activation] = WITHOUT_JUMPS,
    *,
    seeds: Sequence[int] = range(10),
    h: float = 1e-5,
) -> GradientCheck:
    """Check every parameter of networks with two hidden layers, on 6 examples, in float64.

    The step h moves no preactivation by as much as 0.01, the distance that all keep from kinks.
    Raises ValueError for an activation that jumps, without seeds, and unless 0 < h <= 1e-4.
    """
    if not 0 < h <= 1e-4:
        raise ValueError(f"h must be positive, and 1e-4 at most to stay off kinks, got {h}")
    generators(seeds)  # raises if there are none
    cases = [[case(f, seed=seed) for seed in seeds] for f in activations]
    found = np.array([[_judged(one, h) for one in row] for row in cases])  # (A, S, 2)
    return GradientCheck(
        activations=tuple(f.name for f in activations),
        seeds=tuple(seeds),
        h=h,
        parameters=cases[0][0].theta.flat.shape[1],
        differences=found[..., 0],
        autograd=found[..., 1],
    )


def _judged(of: Case, h: float) -> list[float]:
    by_hand = of.gradient()
    return [relative_difference(by_hand, one) for one in (central_differences(of, h), autograd(of))]


@dataclass(frozen=True, kw_only=True, eq=False)
class DifferenceErrors:
    """How far differences are from the gradient by hand in float64, for K steps h."""

    activation: str
    dtype: str  # of parameters and losses
    seeds: tuple[int, ...]
    h: np.ndarray  # (K,), falling
    forward: np.ndarray  # (S, K), `relative_difference`
    central: np.ndarray  # (S, K)

    @property
    def best_forward(self) -> float:
        """The step with the least median error of forward differences."""
        return float(self.h[np.argmin(np.median(self.forward, axis=0))])

    @property
    def best_central(self) -> float:
        """The step with the least median error of central differences."""
        return float(self.h[np.argmin(np.median(self.central, axis=0))])


def difference_errors(
    f: Activation = tanh,
    *,
    dtype: DTypeLike = np.float64,
    seeds: Sequence[int] = range(10),
    h: Sequence[float] = STEPS,
) -> DifferenceErrors:
    """Shrink the step of forward and central differences, and compare with the gradient by hand.

    A long step misses by how the loss bends within it, h or h² times a constant; a short one by
    how the losses are rounded, eps / h. Networks as in `gradient_check`. Raises ValueError for an
    f that jumps, without seeds, and unless all steps are positive.

    Source: baydin2018automatic, section 2.1
    """
    h = np.sort(np.asarray(h, dtype=np.float64))[::-1]
    if not (h.size and h[-1] > 0):
        raise ValueError(f"h must hold positive steps, got {h}")
    generators(seeds)  # raises if there are none
    cases = [case(f, seed=seed) for seed in seeds]
    rounded = [replace(one, theta=one.theta.astype(np.dtype(dtype))) for one in cases]
    exact = [one.gradient() for one in cases]
    forward, central = (
        [
            [relative_difference(rule(low, step), true) for step in h]
            for low, true in zip(rounded, exact, strict=True)
        ]
        for rule in (forward_differences, central_differences)
    )
    return DifferenceErrors(
        activation=f.name,
        dtype=np.dtype(dtype).name,
        seeds=tuple(seeds),
        h=h,
        forward=np.array(forward),
        central=np.array(central),
    )
