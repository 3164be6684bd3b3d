"""The leaky family: what is fixed, what is drawn, and what is learned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rectified.activations import (
    Activation,
    identity,
    leaky_relu,
    prelu,
    prelu_slope_derivative,
    relu,
    rrelu,
    rrelu_training,
)
from rectified.late import functional, nn, torch
from rectified.networks import streams
from rectified.networks.checks import check_positive_int
from rectified.networks.streams import check_seeds

LINE = np.linspace(-10.0, 10.0, 2001)  # 0 among them


def worst(f: Activation, other: np.ndarray, z: np.ndarray = LINE) -> float:
    """Return the largest difference between f(z) and other numbers of its shape."""
    return float(np.max(np.abs(f(z) - other)))


@dataclass(frozen=True, kw_only=True)
class LeakyShape:
    """Leaky ReLU against PyTorch's, and its two sides."""

    difference: float  # from torch.nn.functional.leaky_relu, the largest
    slope_below: float
    slope_above: float
    span: tuple[float, float]  # f at -1e6 and at 1e6


def leaky_shape(*, slope: float = 0.01) -> LeakyShape:
    """Look at leaky ReLU on a line from -10 to 10. Source: maas2013rectifier."""
    f = leaky_relu(slope=slope)
    return LeakyShape(
        difference=worst(f, functional.leaky_relu(torch.tensor(LINE), slope).numpy()),
        slope_below=float(f.derivative(-1.0)),
        slope_above=float(f.derivative(1.0)),
        span=(float(f(-1e6)), float(f(1e6))),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class DrawnSlopes:
    """A fixed slope and a random one, called twice; what PyTorch draws. Counts are of entries."""

    seeds: tuple[int, ...]
    fixed: int  # entries that differ between two calls of leaky_relu(slope=0.2)
    random: np.ndarray  # (S,), share of negative entries that differ between two calls of RReLU
    low: float  # least slope that PyTorch drew
    high: float
    mean: np.ndarray  # (S,), mean slope
    after_training: float  # PyTorch's slope outside training
    in_place: bool  # whether rrelu_ overwrites its argument


def drawn_slopes(*, seeds: Sequence[int] = range(20), n: int = 2000) -> DrawnSlopes:
    """Call RReLU twice on n negative numbers, ours and PyTorch's. Source: xu2015empirical.

    The slopes that PyTorch draws come from a generator of its own, seeded for each seed; its
    global one is put back.
    """
    check_positive_int(n=n)
    seeds = check_seeds(seeds)
    z = -np.linspace(0.5, 5.0, n)
    fixed = leaky_relu(slope=0.2)
    differs, slopes = [], []
    for seed, rng in zip(seeds, streams(seeds, "examples"), strict=True):
        first, second = (rrelu_training(z, rng=rng)[0] for _ in range(2))
        differs.append(np.mean(first != second))
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            slopes.append(functional.rrelu(torch.tensor(z), training=True).numpy() / z)
    drawn, minus = np.array(slopes), torch.tensor([-1.0], dtype=torch.float64)
    after = -functional.rrelu(minus).item()
    functional.rrelu_(minus)
    return DrawnSlopes(
        seeds=seeds,
        fixed=int(np.sum(fixed(z) != fixed(z))),
        random=np.array(differs),
        low=float(drawn.min()),
        high=float(drawn.max()),
        mean=drawn.mean(axis=1),
        after_training=after,
        in_place=minus.item() != -1.0,
    )


def param_relu(z: torch.Tensor, a: float = 0.1) -> torch.Tensor:
    """Return max(0, z) + a min(0, z): what tutorials print under the name of Parametric ReLU."""
    return z.clamp(min=0) + a * z.clamp(max=0)


@dataclass(frozen=True, kw_only=True)
class SnippetCheck:
    """The tutorials' snippet, and PyTorch's PReLU after one step."""

    from_leaky: float  # largest difference between the snippet and leaky_relu(slope=0.1)
    moved: float  # by how much a step of training changed the snippet's slope
    learned: float  # by how much it changed that of nn.PReLU
    parameters: int  # that nn.PReLU has


def snippet_check() -> SnippetCheck:
    """Take one step of gradient descent, rate 0.01, down mean square towards |z|, with both.

    The snippet's step moves the weight before it, the only number that it can; its `a` is read
    from the function afterwards. (An optimizer of PyTorch takes a second to import.)
    """
    z = torch.tensor(LINE)
    unit = nn.PReLU(init=0.1, dtype=torch.float64)
    weight = torch.ones(1, dtype=torch.float64, requires_grad=True)
    before, constant = unit.weight.item(), param_relu.__defaults__[0]
    for h in (unit(z), param_relu(weight * z)):
        torch.mean((h - z.abs()) ** 2).backward()
    with torch.no_grad():
        for each in (unit.weight, weight):
            each -= 0.01 * each.grad
    return SnippetCheck(
        from_leaky=worst(leaky_relu(slope=0.1), param_relu(torch.tensor(LINE)).numpy()),
        moved=param_relu.__defaults__[0] - constant,
        learned=unit.weight.item() - before,
        parameters=sum(parameter.numel() for parameter in unit.parameters()),
    )


def special_cases() -> dict[str, float]:
    """Return by how much PReLU with slopes 0, 0.01, 1, -1 and 11/48 is off five other functions."""
    cases = {
        "ReLU": (0.0, relu(LINE)),
        "leaky ReLU": (0.01, leaky_relu()(LINE)),
        "identity": (1.0, identity(LINE)),
        "absolute value": (-1.0, np.abs(LINE)),
        "RReLU after training": (11 / 48, rrelu()(LINE)),
    }
    return {name: worst(prelu(slope=a), other) for name, (a, other) in cases.items()}


@dataclass(frozen=True, kw_only=True, eq=False)
class SlopeGradient:
    """The gradient by PReLU's slope in three ways, and one slope on its way down."""

    seeds: tuple[int, ...]
    formula: np.ndarray  # (S,), sum of grad · min(z, 0)
    autograd: np.ndarray  # (S,)
    differences: np.ndarray  # (S,), central
    path: np.ndarray  # (steps + 1,), the slope that learns |z|


def slope_gradient(*, seeds: Sequence[int] = range(20), steps: int = 60) -> SlopeGradient:
    """Compute the gradient of sum(c f(z)) by the slope for random c and z, and learn |z|.

    The slope starts at 0.25; its loss is the mean square of f(z) - |z| over 101 points of
    [-2, 2]; it goes down with learning rate 0.2. Source: he2015delving, section 2.1.
    """
    check_positive_int(steps=steps)
    seeds = check_seeds(seeds)
    found, step = [], 1e-6
    for rng in streams(seeds, "examples"):
        z, c = rng.standard_normal((2, 50))
        a = torch.tensor([0.25], dtype=torch.float64, requires_grad=True)
        (functional.prelu(torch.tensor(z), a) * torch.tensor(c)).sum().backward()
        up, down = (np.sum(c * prelu(slope=0.25 + d)(z)) for d in (step, -step))
        formula = np.sum(c * prelu_slope_derivative(z))
        found.append((formula, a.grad.item(), (up - down) / (2 * step)))
    z, path = np.linspace(-2.0, 2.0, 101), [0.25]
    for _ in range(steps):
        miss = prelu(slope=path[-1])(z) - np.abs(z)
        path.append(path[-1] - 0.2 * float(np.mean(2 * miss * prelu_slope_derivative(z))))
    formula, autograd, differences = np.array(found).T
    return SlopeGradient(
        seeds=seeds,
        formula=formula,
        autograd=autograd,
        differences=differences,
        path=np.array(path),
    )
