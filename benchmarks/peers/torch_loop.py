"""PyTorch, one network after the other, with as little around the arithmetic as a loop can have."""

from collections.abc import Callable

import numpy as np
import torch
from torch.nn import functional

from peers.workload import LEARNING_RATE, Workload


def step(parameters: list[torch.Tensor], x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Move one network's parameters w, b, w, b, ... in place; return the loss () before."""
    h = x
    for w, b in zip(parameters[:-2:2], parameters[1:-2:2], strict=True):
        h = torch.addmm(b, h, w).relu_()
    loss = functional.cross_entropy(torch.addmm(parameters[-1], h, parameters[-2]), y)
    gradients = torch.autograd.grad(loss, parameters)
    with torch.no_grad():
        torch._foreach_add_(parameters, gradients, alpha=-LEARNING_RATE)
    return loss.detach()


def prepare(workload: Workload) -> Callable[[], np.ndarray]:
    """Return the training of all networks; see `peers`."""
    torch.set_num_threads(1)
    x, y = map(torch.from_numpy, workload.batch)
    stacked = [torch.from_numpy(p) for layer in workload.parameters for p in layer]

    def train_one(seed: int) -> torch.Tensor:
        parameters = [p[seed].clone().requires_grad_() for p in stacked]
        return torch.stack([step(parameters, x, y) for _ in range(workload.steps)])

    return lambda: torch.stack([train_one(seed) for seed in range(workload.seeds)]).numpy()
