"""Penalties on large weights; biases are left alone.

A penalty takes the weights of all networks, (S, number of weights). Its value is (S,), one number
a network; its gradient is shaped as the weights.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from rectified.networks.checks import check_number


class Penalty(Protocol):
    """A term of the loss that looks at the weights alone."""

    def value(self, weights: np.ndarray) -> np.ndarray:
        """Return the value of each network."""

    def gradient(self, weights: np.ndarray) -> np.ndarray:
        """Return the gradient by the weights."""


def check_strength(strength: float) -> None:
    """Raise TypeError or ValueError unless the strength is a number, 0 or more, and finite."""
    check_number(strength=strength)
    if not 0 <= strength < np.inf:
        raise ValueError(f"strength must be 0 or more, and finite, got {strength}")


@dataclass(frozen=True)
class L2:
    """strength / 2 · Σ w², with the gradient strength · w: "weight decay" for plain descent.

    Source: krogh1991simple, its introduction.
    """

    strength: float

    def __post_init__(self) -> None:
        """Check the strength."""
        check_strength(self.strength)

    def value(self, weights: np.ndarray) -> np.ndarray:
        """Return strength / 2 · Σ w²."""
        return self.strength / 2 * np.sum(weights**2, axis=1)

    def gradient(self, weights: np.ndarray) -> np.ndarray:
        """Return strength · w."""
        return self.strength * weights


@dataclass(frozen=True)
class L1:
    """strength · Σ |w|, with the gradient strength · sign(w), 0 at the kink w = 0."""

    strength: float

    def __post_init__(self) -> None:
        """Check the strength."""
        check_strength(self.strength)

    def value(self, weights: np.ndarray) -> np.ndarray:
        """Return strength · Σ |w|."""
        return self.strength * np.sum(np.abs(weights), axis=1)

    def gradient(self, weights: np.ndarray) -> np.ndarray:
        """Return strength · sign(w)."""
        return self.strength * np.sign(weights)
