"""PyTorch's own way to many networks: vmap over the gradient of one network's loss."""

from collections.abc import Callable

import numpy as np
import torch
from torch.nn import functional

from peers.workload import LEARNING_RATE, Workload


def loss_of(parameters: tuple[torch.Tensor, ...], x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Return the loss () of one network with the parameters w, b, w, b, ..."""
    h = x
    for w, b in zip(parameters[:-2:2], parameters[1:-2:2], strict=True):
        h = torch.addmm(b, h, w).relu_()
    return functional.cross_entropy(torch.addmm(parameters[-1], h, parameters[-2]), y)


GRADIENTS = torch.func.vmap(torch.func.grad_and_value(loss_of), in_dims=(0, None, None))


def step(parameters: tuple[torch.Tensor, ...], x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Move all networks' parameters in place; return the losses (S,) before."""
    gradients, losses = GRADIENTS(parameters, x, y)
    torch._foreach_add_(parameters, gradients, alpha=-LEARNING_RATE)
    return losses


def prepare(workload: Workload) -> Callable[[], np.ndarray]:
    """Return the training of all networks; see `peers`."""
    torch.set_num_threads(1)
    x, y = map(torch.from_numpy, workload.batch)
    initial = [torch.from_numpy(p) for layer in workload.parameters for p in layer]

    def train() -> np.ndarray:
        parameters = tuple(p.clone() for p in initial)
        losses = [step(parameters, x, y) for _ in range(workload.steps)]
        return torch.stack(losses, dim=1).numpy()

    return train
