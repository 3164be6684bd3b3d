"""What one unit does: weigh, add, shift, bend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rectified.activations import ELEMENTWISE, Activation, identity, relu, sigmoid, step, tanh
from rectified.initializers import generators
from rectified.late import torch
from rectified.networks.checks import check_positive_int


@dataclass(frozen=True, kw_only=True, eq=False)
class UnitAgreement:
    """How far three ways to compute units lie apart, for each activation and seed."""

    activations: tuple[str, ...]  # A names
    loop_error: np.ndarray  # (A, S): the plain loop against f(x @ w + b), largest over the units
    torch_error: np.ndarray  # (A, S): PyTorch's linear layer and its f against f(x @ w + b)


def unit_three_ways(
    *, seeds: Sequence[int] = range(20), units: int = 5, fan_in: int = 8
) -> UnitAgreement:
    """Compute f(sum of w·x, plus b) by a Python loop, by NumPy and by PyTorch, in float64, for
    every elementwise activation. Source: goodfellow2016deep.
    """
    check_positive_int(units=units, fan_in=fan_in)
    loop_error, torch_error = [], []
    for rng in generators(seeds):
        x, b = rng.standard_normal(fan_in), rng.standard_normal(units)
        w = rng.standard_normal((fan_in, units))
        looped = _weighted_sums(x, w, b)
        layer = _torch_layer(w, b)(torch.from_numpy(x)).detach()
        z = x @ w + b
        loop_error.append(
            [_farthest([f(one) for one in looped], f(z)) for f in ELEMENTWISE.values()]
        )
        torch_error.append([_farthest(f.torch_value(layer), f(z)) for f in ELEMENTWISE.values()])
    return UnitAgreement(
        activations=tuple(ELEMENTWISE),
        loop_error=np.array(loop_error).T,
        torch_error=np.array(torch_error).T,
    )


def _farthest(one: object, other: np.ndarray) -> float:
    return float(np.max(np.abs(np.asarray(one) - other)))


def _weighted_sums(x: np.ndarray, w: np.ndarray, b: np.ndarray) -> list[np.float64]:
    sums = []
    for unit in range(w.shape[1]):
        total = b[unit]
        for weight, value in zip(w[:, unit], x, strict=True):
            total = total + weight * value
        sums.append(total)
    return sums


def _torch_layer(w: np.ndarray, b: np.ndarray) -> torch.nn.Linear:
    layer = torch.nn.Linear(*w.shape, dtype=torch.float64)
    with torch.no_grad():
        layer.weight.copy_(torch.from_numpy(w.T))
        layer.bias.copy_(torch.from_numpy(b))
    return layer


@dataclass(frozen=True, kw_only=True, eq=False)
class WorkedNeuron:
    """Three examples of one neuron with two inputs and a bias; columns are ReLU, sigmoid, tanh."""

    x: np.ndarray  # (3, 2)
    w: np.ndarray  # (2,)
    b: float
    z: np.ndarray  # (3,): the weighted sums
    h: np.ndarray  # (3, 3): what the neuron returns
    by_hand: np.ndarray  # (3, 3): the same, worked on paper to six decimals


def neuron_by_hand() -> WorkedNeuron:
    """Compute a neuron with weights 2 and -1 and bias 0.5, and set it beside the paper."""
    x = np.array([[1.0, 2.0], [0.5, 1.0], [0.0, 2.5]])
    w, b = np.array([2.0, -1.0]), 0.5
    z = x @ w + b
    by_hand = np.array(
        [
            [0.5, 0.622459, 0.462117],  # 2·1 - 2 + 0.5 = 0.5
            [0.5, 0.622459, 0.462117],  # 2·0.5 - 1 + 0.5 = 0.5: another input, the same sum
            [0.0, 0.119203, -0.964028],  # 2·0 - 2.5 + 0.5 = -2: ReLU is silent
        ]
    )
    h = np.stack([relu(z), sigmoid(z), tanh(z)], axis=-1)
    return WorkedNeuron(x=x, w=w, b=b, z=z, h=h, by_hand=by_hand)


@dataclass(frozen=True, kw_only=True, eq=False)
class BiasShift:
    """What a bias does, for each seed."""

    constant_error: np.ndarray  # (S,): a bias against a weight on a constant input of 1, outputs
    gradient_error: np.ndarray  # (S,): the same for their gradients
    shift_error: np.ndarray  # (S,): f(w·x + b) against f(w·x) moved by -b/w, over the table
    threshold_error: np.ndarray  # (S,): where a step unit switches, against -b/w


def bias_as_shift(*, seeds: Sequence[int] = range(20)) -> BiasShift:
    """Give units with one input a random weight and bias, and see where the curve goes."""
    rows = []
    for rng in generators(seeds):
        w, b = rng.choice([-1.0, 1.0]) * rng.uniform(0.5, 2.0), rng.uniform(-2.0, 2.0)
        x = rng.uniform(-4.0, 4.0, 200)
        shift = max(_shift_error(f, x, w, b) for f in ELEMENTWISE.values())
        rows.append((*_constant_input(x, w, b), shift, abs(_switch(w, b) + b / w)))
    constant, gradient, shift, threshold = np.array(rows).T
    return BiasShift(
        constant_error=constant,
        gradient_error=gradient,
        shift_error=shift,
        threshold_error=threshold,
    )


def _constant_input(x: np.ndarray, w: float, b: float) -> tuple[float, float]:
    """Return how far a unit with a bias and one with a constant input are apart, and their
    gradients, the larger of ReLU, sigmoid and tanh.
    """
    outputs, gradients = [], []
    for f in (relu, sigmoid, tanh):
        weight, bias = (torch.tensor(p, dtype=torch.float64, requires_grad=True) for p in (w, b))
        with_bias = f.torch_value(torch.from_numpy(x) * weight + bias)
        both = torch.tensor([w, b], dtype=torch.float64, requires_grad=True)
        ones = torch.from_numpy(np.stack([x, np.ones_like(x)], axis=-1))  # (batch, 2)
        with_ones = f.torch_value(ones @ both)
        with_bias.sum().backward()
        with_ones.sum().backward()
        outputs.append(_farthest(with_ones.detach(), with_bias.detach().numpy()))
        gradients.append(abs(float(both.grad[1] - bias.grad)))
    return max(outputs), max(gradients)


def _shift_error(f: Activation, x: np.ndarray, w: float, b: float) -> float:
    near_jump = np.isclose((w * x + b)[:, None], list(f.jumps), atol=1e-9).any(axis=1)
    return _farthest(f(w * (x + b / w))[~near_jump], f(w * x + b)[~near_jump])


def _switch(w: float, b: float, *, halvings: int = 60) -> float:
    """Return by bisection where step(w·x + b) changes its value."""
    low, high = -20.0, 20.0
    before = step(np.float64(w * low + b))
    for _ in range(halvings):
        middle = (low + high) / 2
        if step(np.float64(w * middle + b)) == before:
            low = middle
        else:
            high = middle
    return (low + high) / 2


@dataclass(frozen=True, kw_only=True, eq=False)
class InteractionNode:
    """f(2A + 3B) for A in {0, 1} (rows) and B in {-1, 1} (columns)."""

    output: float  # at A = B = 1
    relu_outputs: np.ndarray  # (2, 2)
    identity_outputs: np.ndarray  # (2, 2)
    relu_interaction: float  # effect of raising A at B = 1, less the effect at B = -1
    identity_interaction: float


def node_of_two_inputs() -> InteractionNode:
    """Measure how the effect of raising A depends on B. Source: becker2018rectified."""
    a, b = np.array([[0.0], [1.0]]), np.array([[-1.0, 1.0]])
    z = 2 * a + 3 * b
    bent, straight = relu(z), identity(z)
    return InteractionNode(
        output=float(relu(np.float64(2 * 1 + 3 * 1))),
        relu_outputs=bent,
        identity_outputs=straight,
        relu_interaction=_interaction(bent),
        identity_interaction=_interaction(straight),
    )


def _interaction(outputs: np.ndarray) -> float:
    effect = outputs[1] - outputs[0]  # of raising A, for each B
    return float(effect[1] - effect[0])
