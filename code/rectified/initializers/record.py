"""What an initializer is, and what all share: shapes and fans, generators, the dtype.

A weight array has the shape (fan_in, fan_out); that of a convolution has its receptive field in
front, (kh, kw, channels_in, channels_out). A bias has the shape (fan_out,): it has no fan in, so
only an initializer that asks for none can draw it (zeros, constant, normal).

Entries are doubles, whatever dtype is asked for; a float32 array is those doubles rounded once.
"""

import math
import operator
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from numbers import Integral, Real
from typing import Self

import numpy as np
from numpy.typing import DTypeLike

from rectified.activations.record import check_finite, check_positive

FLOATS = (np.dtype(np.float64), np.dtype(np.float32))


@dataclass(frozen=True, kw_only=True, repr=False)
class Initializer(ABC):
    """A law that the first values of parameters follow; a value that can be hashed and pickled.

    A subclass adds the parameters of its law as fields; the function that makes it checks them.
    """

    name: str  # unique; of a family, the call that makes it
    title: str  # as prose writes it
    source: str  # key in references.bib

    def __call__(
        self, shape: Sequence[int], *, rng: np.random.Generator, dtype: DTypeLike = np.float64
    ) -> np.ndarray:
        """Draw an array of this shape and dtype (float64 or float32), and advance rng.

        Raises TypeError or ValueError, and leaves rng as it is, if an argument does not fit.
        """
        shape = as_shape(shape)
        check_generator(rng)
        check_dtype(dtype)
        return self.entries(shape, rng).astype(dtype, order="C", copy=False)

    def __repr__(self) -> str:
        """Return what makes the initializer: its name."""
        return self.name

    def named(self, name: str, title: str, source: str) -> Self:
        """Return the same law under a name of its own."""
        return replace(self, name=name, title=title, source=source)

    @abstractmethod
    def entries(self, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
        """Return new doubles of a checked shape; refuse a shape before the first draw."""

    @abstractmethod
    def variance(self, shape: Sequence[int]) -> float:
        """Return the variance that each entry has from draw to draw; 0 if nothing is drawn."""


def as_shape(shape: Sequence[int]) -> tuple[int, ...]:
    """Return a shape as a tuple of ints.

    Raises TypeError unless it is a sequence of integers, ValueError unless all are at least 1.
    """
    try:
        axes = tuple(operator.index(axis) for axis in shape)
    except TypeError:
        message = f"shape must be integers such as (fan_in, fan_out), got {shape!r}"
        raise TypeError(message) from None
    if not axes or min(axes) < 1:
        raise ValueError(f"shape must have axes of length 1 or more, got {axes}")
    return axes


def fans(shape: Sequence[int]) -> tuple[int, int]:
    """Return fan in and fan out of a weight array: inputs to one unit, units one input feeds.

    (fan_in, fan_out) for a dense layer; of a convolution (..., channels_in, channels_out) both
    channels are multiplied by the size of the receptive field. Raises ValueError for a bias.
    """
    axes = as_shape(shape)
    if len(axes) < 2:
        wanted = "a bias has no fan in, draw it by zeros, constant or normal"
        raise ValueError(f"shape must be (..., fan_in, fan_out), got {axes}: {wanted}")
    *field, channels_in, channels_out = axes
    return math.prod(field) * channels_in, math.prod(field) * channels_out


def check_generator(rng: np.random.Generator) -> None:
    """Raise TypeError unless rng is a generator."""
    if not isinstance(rng, np.random.Generator):
        wanted = "a NumPy generator, such as np.random.default_rng(0)"
        raise TypeError(f"rng must be {wanted}, got {rng!r}")


def check_dtype(dtype: DTypeLike) -> None:
    """Raise TypeError unless dtype is float64 or float32."""
    if dtype not in FLOATS:
        raise TypeError(f"dtype must be float64 or float32, got {dtype!r}")


def check_choice(choices: Iterable[str], **parameter: str) -> None:
    """Raise ValueError unless a parameter given by name is one of the choices."""
    ((name, value),) = parameter.items()
    if value not in tuple(choices):
        raise ValueError(f"{name} must be one of {', '.join(choices)}, got {value!r}")


def finite_float(**parameter: float) -> float:
    """Return a parameter given by name as a float.

    Raises TypeError unless it is a real number, ValueError unless it is finite.
    """
    ((name, value),) = parameter.items()
    if not isinstance(value, Real):
        raise TypeError(f"{name} must be a number, got {value!r}")
    check_finite(**parameter)
    return float(value)


def positive_float(**parameter: float) -> float:
    """Return a parameter as `finite_float` does; raise ValueError also unless it is positive."""
    value = finite_float(**parameter)
    check_positive(**parameter)
    return value


def positive_int(**parameter: int) -> int:
    """Return a parameter given by name as an int.

    Raises TypeError unless it is an integer, ValueError unless it is at least 1.
    """
    ((name, value),) = parameter.items()
    if not isinstance(value, Integral):
        raise TypeError(f"{name} must be an integer, got {value!r}")
    if value < 1:
        raise ValueError(f"{name} must be at least 1, got {value}")
    return int(value)
