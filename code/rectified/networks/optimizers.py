"""Optimizers: how a gradient becomes a step. Each works on the flat rows of all networks at once.

An optimizer is a value that holds settings only. What it remembers of a run (velocities, running
means) are `slots` arrays shaped as the parameters, zero at first, that the run keeps for it. Its
`update` changes parameters and slots in place, and may use up the gradient; `rate` is the learning
rate of this step, a number or a column (S, 1), a rate for each network.

Conventions are PyTorch's: the learning rate multiplies the whole step, epsilon stands outside the
square root.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Self

import numpy as np

from rectified.networks.checks import check_positive, check_share
from rectified.networks.schedules import Schedule, constant

Rate = np.floating | np.ndarray


@dataclass(frozen=True, kw_only=True)
class Optimizer(ABC):
    """What all optimizers share: the learning rate, and how it changes.

    `learning_rate` is one number, or one for each network. Raises ValueError, naming the setting,
    for one out of its range.
    """

    learning_rate: float | Sequence[float]
    schedule: Schedule = field(default=constant)

    slots = 0  # arrays to remember

    def __post_init__(self) -> None:
        """Check the learning rates, and keep them as a number or a tuple."""
        rates = np.asarray(self.learning_rate)
        if rates.dtype.kind not in "fiu":
            raise TypeError(f"learning_rate must be a number or one a seed, got {rates.dtype}")
        if rates.ndim > 1 or not rates.size:
            raise ValueError(f"learning_rate must be a number or one a seed, got {rates.shape}")
        if not ((rates > 0) & (rates < np.inf)).all():
            raise ValueError(f"learning_rate must be positive and finite, got {rates}")
        if not callable(self.schedule):
            raise TypeError(f"schedule must be a function of the step, got {self.schedule!r}")
        rates = rates.astype(np.float64).tolist()
        object.__setattr__(self, "learning_rate", tuple(rates) if np.ndim(rates) else rates)

    @cached_property
    def rates(self) -> Rate:
        """The learning rate, or a column of them, (S, 1), as doubles."""
        rates = np.asarray(self.learning_rate)
        return rates[:, None] if rates.ndim else rates

    def rate(self, step: int, dtype: np.dtype) -> Rate:
        """Return the learning rate at this step, counted from 0: a number or a column (S, 1).

        Both have the parameters' dtype, so that a seed's bits do not depend on the form.
        """
        return (self.rates * self.schedule(step)).astype(dtype)

    def rows(self, rows: slice) -> Self:
        """Return the optimizer of these networks: with their learning rates."""
        if np.ndim(self.learning_rate) == 0:
            return self
        return replace(self, learning_rate=self.learning_rate[rows])

    @abstractmethod
    def update(
        self, theta: np.ndarray, grad: np.ndarray, slots: Sequence[np.ndarray], rate: Rate, t: int
    ) -> None:
        """Take step number t, counted from 1."""


@dataclass(frozen=True, kw_only=True)
class SGD(Optimizer):
    """Gradient descent: θ ← θ - rate · g. Source: robbins1951stochastic."""

    def update(
        self, theta: np.ndarray, grad: np.ndarray, slots: Sequence[np.ndarray], rate: Rate, t: int
    ) -> None:
        """Take step number t, counted from 1."""
        grad *= rate
        theta -= grad


@dataclass(frozen=True, kw_only=True)
class Momentum(Optimizer):
    """Heavy ball: v ← momentum · v + g, θ ← θ - rate · v. Source: polyak1964some."""

    momentum: float = 0.9

    slots = 1

    def __post_init__(self) -> None:
        """Check the settings."""
        super().__post_init__()
        check_share(momentum=self.momentum)

    def update(
        self, theta: np.ndarray, grad: np.ndarray, slots: Sequence[np.ndarray], rate: Rate, t: int
    ) -> None:
        """Take step number t, counted from 1."""
        (velocity,) = slots
        velocity *= self.momentum
        velocity += grad
        theta -= np.multiply(velocity, rate, out=grad)


@dataclass(frozen=True, kw_only=True)
class Nesterov(Momentum):
    """Look ahead: v ← momentum · v + g, θ ← θ - rate · (g + momentum · v).

    Source: sutskever2013importance, section 2, in the form of its equations 3 and 4 that takes
    the gradient where the parameters are, as PyTorch does.
    """

    def update(
        self, theta: np.ndarray, grad: np.ndarray, slots: Sequence[np.ndarray], rate: Rate, t: int
    ) -> None:
        """Take step number t, counted from 1."""
        (velocity,) = slots
        velocity *= self.momentum
        velocity += grad
        grad += self.momentum * velocity
        grad *= rate
        theta -= grad


@dataclass(frozen=True, kw_only=True)
class RMSProp(Optimizer):
    """Divide by the running root mean square: s ← decay · s + (1 - decay) · g²,
    θ ← θ - rate · g / (√s + epsilon). Source: tieleman2012lecture.
    """

    decay: float = 0.99
    epsilon: float = 1e-8

    slots = 1

    def __post_init__(self) -> None:
        """Check the settings."""
        super().__post_init__()
        check_share(decay=self.decay)
        check_positive(epsilon=self.epsilon)

    def update(
        self, theta: np.ndarray, grad: np.ndarray, slots: Sequence[np.ndarray], rate: Rate, t: int
    ) -> None:
        """Take step number t, counted from 1."""
        (square,) = slots
        running_mean(square, grad * grad, self.decay)
        size = np.sqrt(square)
        size += self.epsilon
        grad /= size
        grad *= rate
        theta -= grad


@dataclass(frozen=True, kw_only=True)
class Adam(Optimizer):
    """Running means of g and g², corrected for their start at 0.

    m ← β₁ m + (1 - β₁) g, v ← β₂ v + (1 - β₂) g²,
    θ ← θ - rate · m / (1 - β₁ᵗ) / (√(v / (1 - β₂ᵗ)) + epsilon).

    Source: kingma2015adam, algorithm 1
    """

    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8

    slots = 2

    def __post_init__(self) -> None:
        """Check the settings."""
        super().__post_init__()
        check_share(beta1=self.beta1, beta2=self.beta2)
        check_positive(epsilon=self.epsilon)

    def update(
        self, theta: np.ndarray, grad: np.ndarray, slots: Sequence[np.ndarray], rate: Rate, t: int
    ) -> None:
        """Take step number t, counted from 1."""
        mean, square = slots
        running_mean(square, grad * grad, self.beta2)
        running_mean(mean, grad, self.beta1)
        size = square / (1 - self.beta2**t)
        np.sqrt(size, out=size)
        size += self.epsilon
        step = np.divide(mean, size, out=size)
        step *= rate / (1 - self.beta1**t)
        theta -= step


def running_mean(mean: np.ndarray, new: np.ndarray, decay: float) -> None:
    """Move `mean` to decay · mean + (1 - decay) · new, in place; `new` is used up."""
    mean *= decay
    new *= 1 - decay
    mean += new
