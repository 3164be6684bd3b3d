"""What an activation's slope does to a gradient that comes back: one factor, a gate in ReLU."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from rectified.activations import Activation, identity, relu
from rectified.activations.record import Elementwise
from rectified.experiments.backprop.gradient_check import WIDTHS, WITHOUT_JUMPS, case
from rectified.initializers import generators
from rectified.late import torch
from rectified.networks import Activate, Dense, Network, Parameters, mean_squared_error, mlp
from rectified.networks.checks import check_positive_int


@dataclass(frozen=True, kw_only=True, eq=False)
class OneFactor:
    """Where the slope of an activation enters a backward pass, for A activations."""

    activations: tuple[str, ...]
    seeds: tuple[int, ...]
    evaluations: np.ndarray  # (A, S): of f', for each hidden layer
    error: np.ndarray  # (A, S): grad_z against (the next grad_z · wᵀ) · f'(z), relative


def one_factor(
    activations: Sequence[Activation] = WITHOUT_JUMPS, *, seeds: Sequence[int] = range(10)
) -> OneFactor:
    """Send a gradient back through two hidden layers, count the evaluations of f', and repeat the
    layers' equation with slopes that PyTorch found. Networks as in `gradient_check`.
    """
    generators(seeds)  # raises if there are none
    found = np.array([[_factor(f, seed) for seed in seeds] for f in activations])  # (A, S, 2)
    return OneFactor(
        activations=tuple(f.name for f in activations),
        seeds=tuple(seeds),
        evaluations=found[..., 0],
        error=found[..., 1],
    )


class Counted(Elementwise):
    """A function of arrays that counts how often it is called."""

    def __init__(self, inner: Elementwise) -> None:
        """Take the function."""
        self.inner, self.calls = inner, 0

    def __call__(self, z: ArrayLike, out: np.ndarray | None = None) -> np.ndarray:
        """Return what the function returns."""
        self.calls += 1
        return self.inner(z, out)


def _factor(f: Activation, seed: int) -> tuple[float, float]:
    of, slope = case(f, seed=seed), Counted(f.derivative)
    watched = replace(of, network=mlp(WIDTHS, replace(f, derivative=slope, gate=None)))
    flow, signals = [], []
    slope.calls = 0  # a record looks at its slopes when it is made
    watched.gradient(flow)
    of.network.forward(of.theta, of.x, signals=signals)
    last, second, first = flow[::2]  # grad_z of each Dense layer
    z1, _, z2, _, _ = signals
    _, _, w2, _, w3 = (layer.get("w") for layer in of.theta.layers)
    errors = (
        _relative(second, (last @ w3.mT) * _torch_slope(f, z2)),
        _relative(first, (second @ w2.mT) * _torch_slope(f, z1)),
    )
    return slope.calls / 2, max(errors)


def _torch_slope(f: Activation, z: np.ndarray) -> np.ndarray:
    places = torch.from_numpy(z.copy()).requires_grad_()
    return torch.autograd.grad(f.torch_value(places).sum(), places)[0].numpy()


def _relative(found: np.ndarray, expected: np.ndarray) -> float:
    return float(np.abs(found - expected).max() / np.abs(expected).max())


@dataclass(frozen=True, kw_only=True, eq=False)
class ScaledSignals:
    """What grows with the activations of a ReLU network, all units on or off as before."""

    scale: float
    seeds: tuple[int, ...]
    activations: np.ndarray  # (S, layers): factor by which the sizes of h have grown
    signals: np.ndarray  # (S, layers): likewise of grad_z, what the output sends held fixed
    weights: np.ndarray  # (S, layers): likewise of grad_w
    signals_by_loss: np.ndarray  # (S, layers): of grad_z, when a squared error sends it
    correlation: np.ndarray  # (S, layers): of that |grad_z| and h, over units that are on


def scaled_signals(
    *, scale: float = 10.0, seeds: Sequence[int] = range(20), width: int = 32, depth: int = 4
) -> ScaledSignals:
    """Make all inputs `scale` times as large, in networks without biases, and so every z and h.

    What comes back from the output is held fixed, 1 for every example; then again it is that of
    the squared error with targets 0, which itself grows with the outputs.
    Raises ValueError unless scale is positive.
    """
    if not scale > 0:
        raise ValueError(f"scale must be positive, got {scale}")
    check_positive_int(width=width, depth=depth)
    network = mlp((*[width] * depth, 1), relu)
    theta = network.draw(seeds=seeds)
    x = np.stack([rng.standard_normal((32, width)) for rng in generators(seeds)])
    before, after = _signals(network, theta, x), _signals(network, theta, scale * x)
    h, grad_z, grad_w, by_loss = (
        np.stack([_sizes(a) / _sizes(b) for a, b in zip(*pair, strict=True)], axis=1)
        for pair in zip(after, before, strict=True)
    )
    pairs = zip(before[0], before[3], strict=True)
    return ScaledSignals(
        scale=scale,
        seeds=tuple(seeds),
        activations=h,
        signals=grad_z,
        weights=grad_w,
        signals_by_loss=by_loss,
        correlation=np.transpose([_correlation(*pair) for pair in pairs]),
    )


def _signals(network: Network, theta: Parameters, x: np.ndarray) -> tuple[list, list, list, list]:
    """Return h, grad_z and grad_w of each hidden layer if the output sends 1, and grad_z if it
    sends what the squared error does; the first layer first.
    """
    signals, flow, by_loss = [], [], []
    trace = network.forward(theta, x, signals=signals)
    gradient = network.backward(theta, trace, np.ones_like(trace.z), flow=flow)
    grad_w = [layer["w"] for layer in gradient.layers[:-1:2]]
    error = mean_squared_error(trace.z, np.zeros(trace.z.shape[1:]))[1]
    network.backward(theta, trace, error, flow=by_loss)
    return signals[1::2], flow[:0:-2], grad_w, by_loss[:0:-2]


def _sizes(arrays: np.ndarray) -> np.ndarray:
    return np.sqrt(np.sum(arrays**2, axis=(1, 2)))


def _correlation(h: np.ndarray, grad_z: np.ndarray) -> list[float]:
    """Return the correlation of h with |grad_z| where h > 0, for each seed."""
    pairs = zip(h, np.abs(grad_z), strict=True)
    return [np.corrcoef(one[one > 0], grad[one > 0])[0, 1] for one, grad in pairs]


@dataclass(frozen=True, kw_only=True, eq=False)
class GatedUpdates:
    """Gradients by the weights of ReLUs from one example at a time, against those without a gate:
    units that are ReLUs on the way forward, and have the slope 1 on the way back.
    """

    seeds: tuple[int, ...]
    pairs: int  # of unit and example, for each seed
    off: np.ndarray  # (S,): share of the pairs with z < 0
    off_gradient: np.ndarray  # (S,): the largest |gradient| of these
    on_error: np.ndarray  # (S,): largest difference to the gradient without a gate in the others
    lost: np.ndarray  # (S,): share of the squared gradients without a gate that is in pairs off


def gated_updates(
    *, seeds: Sequence[int] = range(20), examples: int = 64, width: int = 16
) -> GatedUpdates:
    """Take the gradient by the first layer's weights for each example alone, in ReLU networks of
    two hidden layers; then again with the slope 1 in the first layer, whatever z is.

    Raises ValueError unless examples and width are at least 1.
    """
    check_positive_int(examples=examples, width=width)
    x = np.stack([rng.standard_normal((examples, 4)) for rng in generators(seeds)])
    open_gate = replace(relu, derivative=identity.derivative, gate=None)
    z, gated = _gradients_one_by_one(relu, x, seeds, width)
    _, straight = _gradients_one_by_one(open_gate, x, seeds, width)
    off = z < 0
    size, difference = (np.abs(each).max(axis=2) for each in (gated, gated - straight))
    squares = np.sum(straight**2, axis=2)  # over the inputs: (S, examples, units)
    return GatedUpdates(
        seeds=tuple(seeds),
        pairs=examples * width,
        off=off.mean(axis=(1, 2)),
        off_gradient=np.where(off, size, 0).max(axis=(1, 2)),
        on_error=np.where(off, 0, difference).max(axis=(1, 2)),
        lost=np.where(off, squares, 0).sum(axis=(1, 2)) / squares.sum(axis=(1, 2)),
    )


def _gradients_one_by_one(
    f: Activation, x: np.ndarray, seeds: Sequence[int], width: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return z of the first layer, (S, examples, units), and the gradients of the output by its
    weights, (S, examples, fan_in, units): each example goes through a network of its own.
    """
    examples, fan_in = x.shape[1:]
    layers = (Dense(fan_in, width), Activate(f), Dense(width, width), Activate(relu))
    network = Network(fan_in, (*layers, Dense(width, 1)))
    flat = np.repeat(network.draw(seeds=seeds).flat, examples, axis=0)
    theta = Parameters(network.shapes, flat)
    signals: list[np.ndarray] = []
    trace = network.forward(theta, x.reshape(-1, 1, fan_in), signals=signals)
    gradient = network.backward(theta, trace, np.ones_like(trace.z))
    shape = (len(x), examples, -1, width)
    return signals[0].reshape(*shape[:2], width), gradient.layers[0]["w"].reshape(shape)
