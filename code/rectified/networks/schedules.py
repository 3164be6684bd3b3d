"""Schedules: how the learning rate changes from step to step, as a factor of its first value.

A schedule is called as schedule(step), step counted from 0, and returns the factor.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import cos, pi

from rectified.networks.checks import check_number, check_positive_int

Schedule = Callable[[int], float]


def constant(step: int) -> float:
    """Return 1, whatever the step."""
    return 1.0


@dataclass(frozen=True)
class StepDecay:
    """Multiply by `factor` after every `every` steps: factor ** (step // every)."""

    every: int
    factor: float = 0.1

    def __post_init__(self) -> None:
        """Raise ValueError unless every >= 1 and 0 < factor <= 1."""
        check_positive_int(every=self.every)
        check_factor(self.factor)

    def __call__(self, step: int) -> float:
        """Return the factor at this step."""
        return self.factor ** (step // self.every)


@dataclass(frozen=True)
class ExponentialDecay:
    """Multiply by `factor` after every step: factor ** step."""

    factor: float

    def __post_init__(self) -> None:
        """Raise ValueError unless 0 < factor <= 1."""
        check_factor(self.factor)

    def __call__(self, step: int) -> float:
        """Return the factor at this step."""
        return self.factor**step


@dataclass(frozen=True)
class Cosine:
    """Fall from 1 to 0 along half a cosine within `steps`: (1 + cos(π step / steps)) / 2.

    After that it stays 0. Source: loshchilov2017sgdr, equation 5 without restarts.
    """

    steps: int

    def __post_init__(self) -> None:
        """Raise ValueError unless steps >= 1."""
        check_positive_int(steps=self.steps)

    def __call__(self, step: int) -> float:
        """Return the factor at this step."""
        return (1 + cos(pi * min(step / self.steps, 1))) / 2


@dataclass(frozen=True)
class WarmUp:
    """Rise evenly to 1 within `steps`, then go on with `after`, which counts from its own 0."""

    steps: int
    after: Schedule = constant

    def __post_init__(self) -> None:
        """Raise ValueError unless steps >= 1, TypeError unless `after` is a schedule."""
        check_positive_int(steps=self.steps)
        if not callable(self.after):
            raise TypeError(f"after must be a schedule such as Cosine(100), got {self.after!r}")

    def __call__(self, step: int) -> float:
        """Return the factor at this step."""
        return (step + 1) / self.steps if step < self.steps else self.after(step - self.steps)


def check_factor(factor: float) -> None:
    """Raise TypeError or ValueError unless 0 < factor <= 1."""
    check_number(factor=factor)
    if not 0 < factor <= 1:
        raise ValueError(f"factor must be above 0 and at most 1, got {factor}")
