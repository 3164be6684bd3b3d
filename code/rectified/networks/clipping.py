"""Gradient clipping: no step is longer than wanted. Each takes (S, P), and changes it in place."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np


class Clip(Protocol):
    """A limit on a gradient."""

    def __call__(self, gradient: np.ndarray) -> None:
        """Limit the gradient of each network, a row, in place."""


def check_limit(limit: float) -> None:
    """Raise ValueError unless the limit is positive and finite."""
    if not 0 < limit < np.inf:
        raise ValueError(f"limit must be positive and finite, got {limit}")


@dataclass(frozen=True)
class ClipNorm:
    """Shorten each network's gradient to length `limit` where it is longer; keep its direction.

    Source: pascanu2013difficulty, algorithm 1.
    """

    limit: float

    def __post_init__(self) -> None:
        """Raise ValueError unless the limit is positive."""
        check_limit(self.limit)

    def __call__(self, gradient: np.ndarray) -> None:
        """Limit the length of each row."""
        norm = np.linalg.norm(gradient, axis=1, keepdims=True)
        gradient *= self.limit / np.maximum(norm, self.limit)


@dataclass(frozen=True)
class ClipValue:
    """Limit each entry of the gradient to [-limit, limit]; its direction changes."""

    limit: float

    def __post_init__(self) -> None:
        """Raise ValueError unless the limit is positive."""
        check_limit(self.limit)

    def __call__(self, gradient: np.ndarray) -> None:
        """Limit each entry."""
        np.clip(gradient, -self.limit, self.limit, out=gradient)
