"""Networks of PyTorch, written out by hand for the tests: they share no line with the package's."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch

from rectified.activations import Activation, VectorActivation
from rectified.networks import Activate, Dense, Dropout, Network, Parameters

BY_HAND = {  # where PyTorch's own is not right to double precision
    "hard_sigmoid": lambda t: (t + 3).clamp(0, 6) / 6,  # its slope is 1/6 in single precision
    "softplus(beta=1.0)": lambda t: torch.logaddexp(t, torch.zeros_like(t)),  # its slope is 1 at 20
}


def value(f: Activation | VectorActivation, z: torch.Tensor) -> torch.Tensor:
    """Return f(z) with a derivative that is right to double precision."""
    return BY_HAND.get(f.name, f.torch_value)(z)


def tensors(parameters: Parameters, row: int) -> list[dict[str, torch.Tensor]]:
    """Return one network's parameters, layer by layer, as leaves that ask for a gradient."""
    return [
        {name: torch.tensor(view[row], requires_grad=True) for name, view in layer.items()}
        for layer in parameters.layers
    ]


def forward(
    network: Network,
    theta: list[dict[str, torch.Tensor]],
    x: torch.Tensor,
    factors: Iterator[torch.Tensor] | None = None,
) -> list[torch.Tensor]:
    """Return the output of each layer; `factors` are what dropout multiplies by, layer by layer."""
    outputs, h = [], x
    for layer, named in zip(network.layers, theta, strict=True):
        if isinstance(layer, Dense):
            h = h @ named["w"] + named["b"]
        elif isinstance(layer, Activate):
            h = value(layer.f, h)
        else:
            assert isinstance(layer, Dropout)
            h = h if factors is None else h * next(factors)
        outputs.append(h)
    return outputs


@dataclass(frozen=True, kw_only=True)
class Passes:
    """What autograd finds for one network."""

    outputs: list[np.ndarray]  # of each layer
    loss: float
    theta: list[dict[str, np.ndarray]]  # gradient by the parameters of each layer
    flow: list[np.ndarray]  # gradient by the output of each layer
    x: np.ndarray  # gradient by x


def passes(
    network: Network,
    parameters: Parameters,
    row: int,
    x: np.ndarray,
    y: np.ndarray,
    loss: object,
    factors: list[np.ndarray] | None = None,
) -> Passes:
    """Send x forward and the loss back through one row of the parameters."""
    theta, x = tensors(parameters, row), torch.tensor(x, requires_grad=True)
    drops = None if factors is None else map(torch.tensor, factors)
    outputs = forward(network, theta, x, drops)
    cost = loss.torch_value(outputs[-1], torch.tensor(y))
    leaves = [tensor for named in theta for tensor in named.values()]
    found = torch.autograd.grad(cost, [*leaves, *outputs, x])
    grads = iter(gradient.numpy() for gradient in found)
    return Passes(
        outputs=[output.detach().numpy() for output in outputs],
        loss=cost.item(),
        theta=[{name: next(grads) for name in named} for named in theta],
        flow=[next(grads) for _ in outputs],
        x=next(grads),
    )


def relative_error(found: np.ndarray, expected: np.ndarray) -> float:
    """Return the largest difference as a share of the largest expected number."""
    assert found.shape == expected.shape
    largest = np.abs(expected).max()
    difference = np.abs(found - expected).max()
    return float(difference / largest) if largest else float(difference)
