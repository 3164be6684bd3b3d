"""Gradient clipping: no step is longer than wanted. Each takes (S, P), and changes it in place."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from rectified.networks.checks import check_positive


class Clip(Protocol):
    """A limit on a gradient."""

    def __call__(self, gradient: np.ndarray) -> None:
        """Limit the gradient of each network, a row, in place."""


@dataclass(frozen=True)
class ClipNorm:
    """Shorten each network's gradient to length `limit` where it is longer; keep its direction.

    Source: pascanu2013difficulty, algorithm 1.
    """

    limit: float

    def __post_init__(self) -> None:
        """Raise TypeError or ValueError unless the limit is a positive number."""
        check_positive(limit=self.limit)

    def __call__(self, gradient: np.ndarray) -> None:
        """Limit the length of each row."""
        norm = np.linalg.norm(gradient, axis=1, keepdims=True)
        for row in np.flatnonzero(np.isinf(norm)):  # its squares overflow: shorten it first
            gradient[row] = gradient[row] / np.abs(gradient[row]).max() * self.limit
            norm[row] = np.linalg.norm(gradient[row])
        gradient *= self.limit / np.maximum(norm, self.limit)


@dataclass(frozen=True)
class ClipValue:
    """Limit each entry of the gradient to [-limit, limit]; its direction changes."""

    limit: float

    def __post_init__(self) -> None:
        """Raise TypeError or ValueError unless the limit is a positive number."""
        check_positive(limit=self.limit)

    def __call__(self, gradient: np.ndarray) -> None:
        """Limit each entry."""
        np.clip(gradient, -self.limit, self.limit, out=gradient)
