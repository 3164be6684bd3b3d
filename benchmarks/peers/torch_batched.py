"""PyTorch with the seeds' axis written by hand: baddbmm, and autograd for the gradients."""

from collections.abc import Callable

import numpy as np
import torch
from torch.nn import functional

from peers.workload import BATCH, LEARNING_RATE, Workload


def losses_of(parameters: list[torch.Tensor], x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Return the losses (S,) of networks with w (S, fan_in, fan_out), b (S, 1, fan_out), ..."""
    h = x  # (S, batch, inputs)
    for w, b in zip(parameters[:-2:2], parameters[1:-2:2], strict=True):
        h = torch.baddbmm(b, h, w).relu_()
    z = torch.baddbmm(parameters[-1], h, parameters[-2]).flatten(0, 1)  # (S * batch, classes)
    return functional.cross_entropy(z, y, reduction="none").view(-1, BATCH).mean(1)


def step(parameters: list[torch.Tensor], x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Move the parameters against the gradient, in place; return the losses (S,) before."""
    losses = losses_of(parameters, x, y)
    gradients = torch.autograd.grad(losses.sum(), parameters)
    with torch.no_grad():
        torch._foreach_add_(parameters, gradients, alpha=-LEARNING_RATE)
    return losses.detach()


def prepare(workload: Workload) -> Callable[[], np.ndarray]:
    """Return the training of all networks; see `peers`."""
    torch.set_num_threads(1)
    x, y = map(torch.from_numpy, workload.batch)
    x, y = x.expand(workload.seeds, -1, -1), y.repeat(workload.seeds)
    pairs = [(w, b[:, np.newaxis]) for w, b in workload.parameters]
    initial = [torch.from_numpy(p) for pair in pairs for p in pair]

    def train() -> np.ndarray:
        parameters = [p.clone().requires_grad_() for p in initial]
        losses = [step(parameters, x, y) for _ in range(workload.steps)]
        return torch.stack(losses, dim=1).numpy()

    return train
