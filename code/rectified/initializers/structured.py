"""Weights with a structure: rotations, the identity, few inputs to a unit.

A convolution counts as the matrix that acts on one patch: shape (fan_in, channels_out).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rectified.initializers.record import Initializer, fans, positive_float, positive_int


@dataclass(frozen=True, kw_only=True, repr=False)
class Orthogonal(Initializer):
    """Orthonormal columns or rows, times gain; see `orthogonal`."""

    gain: float

    def variance(self, shape: Sequence[int]) -> float:
        """Return gain² / n, where n is the number of coordinates of the orthonormal vectors."""
        fan_in, _ = fans(shape)
        return self.gain**2 / max(fan_in, shape[-1])

    def entries(self, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
        """Draw a normal matrix, not wider than high, and orthonormalize its columns."""
        fan_in, _ = fans(shape)
        short, long = sorted((fan_in, shape[-1]))
        q, r = np.linalg.qr(rng.standard_normal((long, short)))
        q *= np.copysign(1.0, np.diagonal(r))  # else signs are LAPACK's choice, not chance
        return self.gain * (q if fan_in == long else q.T).reshape(shape)


def orthogonal(*, gain: float = 1.0) -> Orthogonal:
    """Build the uniform distribution (Haar's) over orthogonal matrices, times gain.

    `x @ w` has gain times the length of x. Where the shape is not square, that holds if the layer
    widens; if it narrows, columns are orthonormal, and length is lost. Raises ValueError unless
    gain is positive.

    Source: saxe2014exact; the signs: mezzadri2007generate
    """
    gain = positive_float(gain=gain)
    name = f"orthogonal(gain={gain!r})"
    return Orthogonal(name=name, title="orthogonal", source="saxe2014exact", gain=gain)


@dataclass(frozen=True, kw_only=True, repr=False)
class Identity(Initializer):
    """The identity matrix, times scale; see `identity`."""

    scale: float

    def variance(self, shape: Sequence[int]) -> float:
        """Return 0: nothing is drawn."""
        return 0.0

    def entries(self, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
        """Return scale on the diagonal, 0 elsewhere."""
        if len(shape) != 2:
            raise ValueError(f"shape must be (fan_in, fan_out) for the identity, got {shape}")
        return self.scale * np.eye(*shape)


def identity(*, scale: float = 1.0) -> Identity:
    """Build the identity, times scale: the recurrent weights of the IRNN, dense layers only.

    Where the shape is not square, units or inputs that are left over get 0. Raises ValueError
    unless scale is positive.

    Source: le2015simple
    """
    scale = positive_float(scale=scale)
    name = f"identity(scale={scale!r})"
    return Identity(name=name, title="identity", source="le2015simple", scale=scale)


@dataclass(frozen=True, kw_only=True, repr=False)
class Sparse(Initializer):
    """Normal weights from a few inputs to each unit, 0 elsewhere; see `sparse`."""

    nonzeros: int
    std: float

    def variance(self, shape: Sequence[int]) -> float:
        """Return std² times the share of weights that are not 0."""
        return self.std**2 * self.nonzeros / self._fan_in(shape)

    def entries(self, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
        """Draw which inputs each unit has, then all weights, and drop those not chosen."""
        matrix = self._fan_in(shape), shape[-1]  # (fan_in, units)
        first = np.arange(matrix[0])[:, None] < self.nonzeros
        chosen = rng.permuted(np.broadcast_to(first, matrix), axis=0)  # each column by itself
        return np.where(chosen, rng.normal(0.0, self.std, matrix), 0.0).reshape(shape)

    def _fan_in(self, shape: Sequence[int]) -> int:
        """Return the fan in; raise ValueError if it is less than nonzeros."""
        fan_in, _ = fans(shape)
        if self.nonzeros > fan_in:
            raise ValueError(f"nonzeros must be at most the fan in {fan_in}, got {self.nonzeros}")
        return fan_in


def sparse(*, nonzeros: int = 15, std: float = 1.0) -> Sparse:
    """Build normal weights of which each unit has exactly `nonzeros`, at inputs of its own.

    So a unit's preactivation does not grow with the fan in. Raises ValueError unless nonzeros is
    at least 1 and std positive; when drawn, also if nonzeros exceeds the fan in.

    Source: martens2010deep
    """
    nonzeros, std = positive_int(nonzeros=nonzeros), positive_float(std=std)
    name = f"sparse(nonzeros={nonzeros}, std={std!r})"
    return Sparse(name=name, title="sparse", source="martens2010deep", nonzeros=nonzeros, std=std)
