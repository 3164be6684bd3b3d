"""Our layers as modules of PyTorch, where its own would differ."""

import torch
from torch import nn

from rectified.activations import Activation, VectorActivation


class TorchDense(nn.Module):
    """Weighted sums h w + b, with w as we keep it: (fan_in, fan_out), where nn.Linear has wᵀ."""

    def __init__(self, w: torch.Tensor, b: torch.Tensor) -> None:
        """Take the first weights and biases."""
        super().__init__()
        self.w, self.b = nn.Parameter(w), nn.Parameter(b)

    def forward(self, h: torch.Tensor) -> torch.Tensor:
        """Return z, (batch, fan_out)."""
        return h @ self.w + self.b


class TorchActivate(nn.Module):
    """An activation of ours, as PyTorch computes it."""

    def __init__(self, f: Activation | VectorActivation) -> None:
        """Take the activation."""
        super().__init__()
        self.f = f

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        """Return f(z)."""
        return self.f.torch_value(z)
