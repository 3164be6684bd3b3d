"""Penalties on large weights; biases are left alone.

A penalty is called as penalty(weights) with weights (S, number of weights), and returns its value
for each network, (S,), and its gradient, shaped as the weights.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np


class Penalty(Protocol):
    """A term of the loss that looks at the weights alone."""

    def __call__(self, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the value of each network, and the gradient by its weights."""


def check_strength(strength: float) -> None:
    """Raise ValueError unless the strength is 0 or more, and finite."""
    if not 0 <= strength < np.inf:
        raise ValueError(f"strength must be 0 or more, and finite, got {strength}")


@dataclass(frozen=True)
class L2:
    """strength / 2 · Σ w², with the gradient strength · w: "weight decay" for plain descent.

    Source: krogh1991simple, its introduction.
    """

    strength: float

    def __post_init__(self) -> None:
        """Raise ValueError unless strength is 0 or more."""
        check_strength(self.strength)

    def __call__(self, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the value of each network, and the gradient."""
        return self.strength / 2 * np.sum(weights**2, axis=1), self.strength * weights


@dataclass(frozen=True)
class L1:
    """strength · Σ |w|, with the gradient strength · sign(w), 0 at the kink w = 0."""

    strength: float

    def __post_init__(self) -> None:
        """Raise ValueError unless strength is 0 or more."""
        check_strength(self.strength)

    def __call__(self, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the value of each network, and the gradient."""
        return self.strength * np.sum(np.abs(weights), axis=1), self.strength * np.sign(weights)
