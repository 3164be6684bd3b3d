"""What a reader of PyTorch writes first: nn.Sequential and optim.SGD, one network after another."""

from collections.abc import Callable

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from peers.workload import LEARNING_RATE, Workload


def network_of(workload: Workload, seed: int) -> nn.Sequential:
    """Return one of the workload's networks, with its initial parameters."""
    modules: list[nn.Module] = []
    for w, b in workload.parameters:
        dense = nn.Linear(*w.shape[1:])
        with torch.no_grad():
            dense.weight.copy_(torch.from_numpy(w[seed].T))  # nn.Linear keeps wᵀ
            dense.bias.copy_(torch.from_numpy(b[seed]))
        modules += [dense, nn.ReLU()]
    return nn.Sequential(*modules[:-1])


def train_one(network: nn.Sequential, x: torch.Tensor, y: torch.Tensor, steps: int) -> list[float]:
    """Train one network in place; return the loss before each step."""
    optimizer = torch.optim.SGD(network.parameters(), lr=LEARNING_RATE)
    losses = []
    for _ in range(steps):
        optimizer.zero_grad()
        loss = functional.cross_entropy(network(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def prepare(workload: Workload) -> Callable[[], np.ndarray]:
    """Return the training of all networks; see `peers`."""
    torch.set_num_threads(1)
    x, y = map(torch.from_numpy, workload.batch)

    def train() -> np.ndarray:
        networks = (network_of(workload, seed) for seed in range(workload.seeds))
        losses = [train_one(network, x, y, workload.steps) for network in networks]
        return np.array(losses, np.float32)

    return train
