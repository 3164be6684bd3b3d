"""What the book knows of an elementwise activation, and the one place that handles its dtype.

Which dtype goes in decides which comes out:

    float32                 float32
    float64                 float64
    integers and booleans   float64
    anything else           TypeError (float16, longdouble, complex, text, objects)

Formulas see double precision, so a float32 result is a double that was rounded once. Parameters
such as a slope are the doubles given, for float32 too. The sign of a zero result is not promised.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike

from rectified.activations.names import Entry
from rectified.late import torch

BLOCK = 8192  # doubles in a block: 64 KiB, so that a formula and its temporaries stay in L2
EVERYWHERE = np.linspace(-10.0, 10.0, 81)  # to find out what a formula does
READ = ["readonly", "overlap_assume_elementwise"]  # each entry is read before it is written,
WRITE = ["writeonly", "overlap_assume_elementwise"]  # so `out` may be `z` itself


def as_floats(z: ArrayLike) -> np.ndarray:
    """Return z as an array of float32 or float64; raise TypeError for what neither can hold."""
    z = np.asarray(z)
    if z.dtype.type in (np.float32, np.float64):
        return z
    if z.dtype.kind in "biu":
        return z.astype(np.float64)
    raise TypeError(f"z must hold float32, float64, integers or booleans, got {z.dtype}")


def check_out(out: np.ndarray, z: np.ndarray) -> None:
    """Raise TypeError or ValueError unless the results for z can be written to `out`."""
    if out is z and out.flags.writeable:
        return
    if not isinstance(out, np.ndarray):
        raise TypeError(f"out must be an array, got {type(out).__name__}")
    if out.dtype != z.dtype.type:
        raise TypeError(f"out must have dtype {np.dtype(z.dtype.type)}, got {out.dtype}")
    if out.shape != z.shape:
        raise ValueError(f"out must have shape {z.shape}, got {out.shape}")
    if not out.flags.writeable:
        raise ValueError("out must be writeable, got a read-only array")


class Elementwise:
    """A formula made into a function of arrays: any shape, dtype as said above, NaN stays NaN.

    `out` takes the result instead of a new array; it may be z, or overlap it. It has the shape
    and dtype of the result: TypeError or ValueError otherwise, and then nothing was written.
    """

    def __init__(self, formula: Callable[[np.ndarray], np.ndarray]) -> None:
        """Take a formula that maps a block of doubles to a new block."""
        self.formula = formula

    def __call__(self, z: ArrayLike, out: np.ndarray | None = None) -> np.ndarray:
        """Return the formula's value at each entry of z."""
        z = as_floats(z)
        if out is None:
            out = np.empty(z.shape, z.dtype.type)
            self.fill(out, z)
            return out[()]  # a scalar for a scalar, as NumPy's own functions do
        check_out(out, z)
        self.fill(out, z)
        return out

    def fill(self, out: np.ndarray, z: np.ndarray) -> None:
        """Write the result for z to out, block by block, in double precision."""
        blocks = np.nditer(
            [z, out],
            flags=["buffered", "copy_if_overlap", "external_loop", "zerosize_ok"],
            op_flags=[READ, WRITE],
            op_dtypes=[np.float64, np.float64],
            casting="same_kind",
            buffersize=BLOCK,
        )
        # A formula may run into inf or inf - inf on the side that `where` then drops.
        with np.errstate(all="ignore"), blocks:
            for z_block, out_block in blocks:
                out_block[...] = self.formula(z_block)


class Exact(Elementwise):
    """An Elementwise whose formula only selects: right in any dtype, done by one ufunc.

    The formula takes (z, out) and runs at the speed of that ufunc, without blocks or casts.
    """

    def fill(self, out: np.ndarray, z: np.ndarray) -> None:
        """Write the result for z to out in one pass."""
        self.formula(z, out)


@dataclass(frozen=True, kw_only=True, eq=False)
class Activation(Entry):
    """An elementwise function f, with all that the book says of it; f(z) is f.value(z).

    Everything a test can read is a field. A formula given for `value` or `derivative` becomes an
    Elementwise, which says what goes in and out; NaN stays NaN in both.
    """

    name: str  # unique; of a family, the call that makes it
    title: str  # as prose writes it
    formula: str  # f(z) in LaTeX
    family: str  # linear, step, saturating, piecewise linear or smooth
    value: Callable[..., np.ndarray]  # f, called with (z, out=None)
    derivative: Callable[..., np.ndarray]  # f', likewise
    torch_value: Callable[[torch.Tensor], torch.Tensor]  # f for tensors, open to autograd
    image: tuple[float, float]  # infimum and supremum of f
    slopes: tuple[float, float]  # infimum and supremum of f', kinks and jumps left out
    kinks: Mapping[float, float] = field(default_factory=dict)  # where f' jumps -> slope taken
    jumps: Mapping[float, float] = field(default_factory=dict)  # where f jumps -> value taken
    limits: tuple[float, float]  # of f at minus infinity and at infinity
    monotone: bool  # f never falls, or never rises
    zero_centred: bool  # f is odd, so E[f(z)] = 0 for every symmetric z of finite E|f(z)|
    keeps_slope: bool = False  # f'(f(z)) = f'(z) for all z: the output tells the slope
    gate: Callable[[np.ndarray], np.ndarray] | None = None  # where f' = 1, if it is 0 elsewhere
    smoothness: float  # how many continuous derivatives f has; -1 where f itself jumps
    parameters: Mapping[str, float] = field(default_factory=dict)  # of the family, by name
    source: str  # key in references.bib

    def __post_init__(self) -> None:
        """Make formulas into functions of arrays, and mappings read-only."""
        for name in ("value", "derivative"):
            given = getattr(self, name)
            if not isinstance(given, Elementwise):
                object.__setattr__(self, name, Elementwise(given))
        for name in ("kinks", "jumps", "parameters"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))
        if self.keeps_slope or self.gate is not None:
            self._check_shortcuts()

    def _check_shortcuts(self) -> None:
        """Raise ValueError where a copy with another value or derivative cannot keep these."""
        z = np.concatenate([EVERYWHERE, [place + d for place in self.kinks for d in (-1, 0, 1)]])
        slope = self.derivative(z)
        if self.keeps_slope and not np.array_equal(self.derivative(self.value(z)), slope):
            raise ValueError(f"keeps_slope must be False for {self.name}: f'(f(z)) is not f'(z)")
        if self.gate is not None and not np.array_equal(self.gate(z), slope):
            raise ValueError(f"gate must be None for {self.name}: f' is not 1 where it is open")

    def __call__(self, z: ArrayLike, out: np.ndarray | None = None) -> np.ndarray:
        """Return f(z), elementwise."""
        return self.value(z, out)

    def vjp(self, z: np.ndarray, grad: np.ndarray) -> np.ndarray:
        """Return the gradient by z of the sum of grad * f(z): grad * f'(z), for float arrays.

        A gate lets entries of grad through or makes them 0, which is faster than a product of
        floats; at NaN it is shut.
        """
        if self.gate is not None:
            return np.multiply(grad, self.gate(z))
        slope = self.derivative(z)
        slope *= grad
        return slope

    def __repr__(self) -> str:
        """Return what makes the entry: its name."""
        return self.name


def check_finite(**parameters: float) -> None:
    """Raise ValueError, naming the parameter, unless each is a finite number."""
    for name, parameter in parameters.items():
        if not math.isfinite(parameter):
            raise ValueError(f"{name} must be finite, got {parameter}")


def check_positive(**parameters: float) -> None:
    """Raise ValueError, naming the parameter, unless each is finite and above 0."""
    for name, parameter in parameters.items():
        if not 0 < parameter < math.inf:  # False for NaN
            raise ValueError(f"{name} must be positive and finite, got {parameter}")
