"""ReLU written down in many ways: where they agree, and what autograd makes of each."""

from __future__ import annotations

import dis
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from rectified.initializers import generators
from rectified.late import torch
from rectified.networks.checks import check_positive_int

# The text of each is its name, so that a table shows what was run; a test compares the two.
PYTHON: Mapping[str, Callable[[float], float]] = MappingProxyType(
    {
        "x if x > 0 else 0.0": lambda x: x if x > 0 else 0.0,
        "0.0 if x < 0 else x": lambda x: 0.0 if x < 0 else x,
        "max(0.0, x)": lambda x: max(0.0, x),
        "max(x, 0.0)": lambda x: max(x, 0.0),
    }
)
NUMPY: Mapping[str, Callable[[np.ndarray], np.ndarray]] = MappingProxyType(
    {
        "np.maximum(x, 0)": lambda x: np.maximum(x, 0),
        "np.where(x > 0, x, 0)": lambda x: np.where(x > 0, x, 0),
        "x * (x > 0)": lambda x: x * (x > 0),
        "(x + abs(x)) / 2": lambda x: (x + abs(x)) / 2,
        "np.clip(x, 0, np.inf)": lambda x: np.clip(x, 0, np.inf),
    }
)
TORCH: Mapping[str, Callable[[torch.Tensor], torch.Tensor]] = MappingProxyType(
    {
        "torch.relu(x)": lambda x: torch.relu(x),
        "torch.where(x > 0, x, 0.0)": lambda x: torch.where(x > 0, x, 0.0),
        "x * (x > 0)": lambda x: x * (x > 0),
        "(x + abs(x)) / 2": lambda x: (x + abs(x)) / 2,
        "torch.maximum(x, torch.zeros_like(x))": lambda x: torch.maximum(x, torch.zeros_like(x)),
        "torch.clamp(x, min=0)": lambda x: torch.clamp(x, min=0),
    }
)
LANGUAGES = MappingProxyType({"Python": PYTHON, "NumPy": NUMPY, "PyTorch": TORCH})
SPECIAL = MappingProxyType(
    {"NaN": np.nan, "−∞": -np.inf, "∞": np.inf, "1.8e308": float(np.finfo(float).max), "−1": -1.0}
)
COSTLY = frozenset({"exp", "log", "log1p", "expm1", "pow", "sqrt", "tanh", "sigmoid", "erf"})


def definitions() -> list[tuple[str, str]]:
    """Return (language, text) of each way to write ReLU down."""
    return [(language, text) for language, ways in LANGUAGES.items() for text in ways]


def apply(language: str, text: str, x: np.ndarray) -> np.ndarray:
    """Return what one of the definitions makes of x, (n,), float64, number by number in Python."""
    way = LANGUAGES[language][text]
    if language == "Python":
        return np.array([way(number) for number in x.tolist()])
    with np.errstate(all="ignore"):
        return np.asarray(way(torch.from_numpy(x)) if language == "PyTorch" else way(x))


@dataclass(frozen=True, kw_only=True, eq=False)
class Definitions:
    """How D definitions agree on n numbers for each of S seeds."""

    names: tuple[tuple[str, str], ...]  # D of (language, text)
    n: int  # numbers altogether
    disagreements: np.ndarray  # (S,): numbers on which not all are equal
    wrong: np.ndarray  # (S,): positive numbers that are changed, others that do not become 0
    ifs: np.ndarray  # (S,): numbers, both infinities with them, on which Python's two `if` differ
    costly: tuple[str, ...]  # definitions that call an exponential, a logarithm, a root, ...
    instructions: tuple[int, ...]  # of Python's bytecode, for each definition


def relu_definitions(*, seeds: Sequence[int] = range(20), n: int = 5000) -> Definitions:
    """Give n finite numbers of all sizes, and some zeros, to every definition.

    Sizes are spread evenly over the powers of ten from 10⁻³⁰⁰ to 10³⁰⁰. Raises as `generators`
    does. Sources: brownlee2019relu, goodfellow2016deep.
    """
    check_positive_int(n=n)
    names, rows = definitions(), []
    for rng in generators(seeds):
        x = rng.choice([-1.0, 1.0], n) * 10.0 ** rng.uniform(-300, 300, n)
        x[:2] = 0.0, -0.0
        results = np.stack([apply(*name, x) for name in names])  # (D, n)
        wrong = np.where(x > 0, results != x, results != 0)
        one, other = (apply(*name, np.append(x, [np.inf, -np.inf])) for name in names[:2])
        unlike = (results != results[0]).any(axis=0)
        rows.append((np.sum(unlike), np.sum(wrong.any(axis=0)), np.sum(one != other)))
    disagreements, wrong, ifs = np.array(rows).T
    ways = [LANGUAGES[language][text] for language, text in names]
    called = [COSTLY & set(way.__code__.co_names) for way in ways]
    return Definitions(
        names=tuple(names),
        n=n * len(rows),
        disagreements=disagreements,
        wrong=wrong,
        ifs=ifs,
        costly=tuple(text for (_, text), found in zip(names, called, strict=True) if found),
        instructions=tuple(len(list(dis.get_instructions(way))) for way in ways),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class SpecialValues:
    """What each definition makes of numbers at the edge: output is (D, len(inputs))."""

    names: tuple[tuple[str, str], ...]
    inputs: tuple[str, ...]
    output: np.ndarray

    @property
    def answers_to_nan(self) -> int:
        """How many different answers the two Python definitions with `if` give to NaN."""
        two = self.output[:2, self.inputs.index("NaN")]
        return len({"NaN" if math.isnan(answer) else answer for answer in two})


def special_values() -> SpecialValues:
    """Give NaN, both infinities, the largest double and −1 to every definition."""
    names, x = definitions(), np.array(list(SPECIAL.values()))
    output = np.stack([apply(*name, x) for name in names])
    return SpecialValues(names=tuple(names), inputs=tuple(SPECIAL), output=output)


@dataclass(frozen=True, kw_only=True, eq=False)
class SlopesAtZero:
    """The slope that PyTorch takes for each definition at −1, 0 and 1."""

    names: tuple[str, ...]  # T texts
    slopes: np.ndarray  # (T, 3)
    identity: float  # the slope that it takes at 0 for relu(x) − relu(−x), which is x

    @property
    def one_sided(self) -> float:
        """Share of the definitions whose slope at 0 is that of one side, 0 or 1."""
        return float(np.isin(self.slopes[:, 1], (0, 1)).mean())


def slopes_at_zero() -> SlopesAtZero:
    """Ask autograd for the slope of each of PyTorch's definitions. Source: kakade2018provably."""
    x = np.array([-1.0, 0.0, 1.0])
    return SlopesAtZero(
        names=tuple(TORCH),
        slopes=np.stack([autograd_slope(way, x) for way in TORCH.values()]),
        identity=float(autograd_slope(lambda t: torch.relu(t) - torch.relu(-t), x)[1]),
    )


def autograd_slope(way: Callable[[torch.Tensor], torch.Tensor], x: np.ndarray) -> np.ndarray:
    """Return the derivative of an elementwise function at each x, (n,), as PyTorch has it."""
    tensor = torch.tensor(x, requires_grad=True)
    (slope,) = torch.autograd.grad(way(tensor).sum(), tensor)
    return slope.numpy()
