"""Functions of one number to be learnt, by name, and noisy examples of them."""

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike

from rectified.data.checks import check_noise, check_rng, check_whole
from rectified.data.record import Dataset


@dataclass(frozen=True, kw_only=True, eq=False)
class Curve:
    """A target function on an interval, without noise; curve(x) is its value, any shape."""

    name: str
    title: str  # as prose writes it
    formula: str  # in LaTeX
    value: Callable[[np.ndarray], np.ndarray]
    interval: tuple[float, float]
    jumps: tuple[float, ...] = ()  # where the value jumps, inside the interval
    source: str | None = None  # key in references.bib

    def __call__(self, x: ArrayLike) -> np.ndarray:
        """Return the value at each entry of x, float64, as its limit from the right at a jump."""
        return self.value(np.asarray(x, dtype=np.float64))

    def __repr__(self) -> str:
        """Return what makes the entry: its name."""
        return self.name


def _bump(x: np.ndarray) -> np.ndarray:
    outside = np.abs(x) >= 1
    return np.where(outside, 0.0, np.exp(1 - 1 / (1 - np.where(outside, 0.0, x) ** 2)))


_CURVES = (
    Curve(
        name="sine",
        title="sine",
        formula=r"\sin x",
        value=np.sin,
        interval=(-np.pi, np.pi),
    ),
    Curve(
        name="abs",
        title="absolute value",
        formula="|x|",
        value=np.abs,
        interval=(-1.0, 1.0),
    ),
    Curve(
        name="square",
        title="square",
        formula="x^2",
        value=np.square,
        interval=(-1.0, 1.0),
    ),
    Curve(
        name="cubic",
        title="cubic",
        formula="x^3 - x",
        value=lambda x: x**3 - x,
        interval=(-1.5, 1.5),
    ),
    Curve(
        name="step",
        title="step",
        formula=r"\begin{cases} 1 & x \ge 0 \\ 0 & x < 0 \end{cases}",
        value=lambda x: np.heaviside(x, 1.0),
        interval=(-1.0, 1.0),
        jumps=(0.0,),
    ),
    Curve(
        name="sawtooth",
        title="sawtooth",
        formula=r"x - \lfloor x \rfloor",
        value=lambda x: x - np.floor(x),
        interval=(0.0, 3.0),
        jumps=(1.0, 2.0),
    ),
    Curve(
        name="bump",  # all of its derivatives exist, and are 0 from 1 on
        title="bump",
        formula=r"\begin{cases} \exp(1 - 1 / (1 - x^2)) & |x| < 1 \\ 0 & |x| \ge 1 \end{cases}",
        value=_bump,
        interval=(-2.0, 2.0),
    ),
    Curve(
        name="runge",
        title="Runge's function",
        formula="1 / (1 + 25 x^2)",
        value=lambda x: 1 / (1 + 25 * x**2),
        interval=(-1.0, 1.0),
        source="runge1901empirische",
    ),
)
CURVES = MappingProxyType({curve.name: curve for curve in _CURVES})


def curve(name: str, n: int, *, rng: np.random.Generator, noise: float = 0.0) -> Dataset:
    """Return n examples (x, f(x) + noise) of the function that CURVES has under this name.

    x is uniform on the function's interval, shape (n, 1); y has shape (n, 1), and normal noise
    of this standard deviation in it. Raises ValueError or TypeError for an unknown name, n < 1,
    negative noise, or a seed in place of a generator.
    """
    if name not in CURVES:
        raise ValueError(f"name must be one of {', '.join(sorted(CURVES))}, got {name!r}")
    check_rng(rng)
    check_whole(least=1, n=n)
    check_noise(noise)
    target = CURVES[name]
    x = rng.uniform(*target.interval, (n, 1))
    y = target(x) + noise * rng.standard_normal((n, 1))
    return Dataset(name=name, title=target.title, x=x, y=y, source=target.source)
