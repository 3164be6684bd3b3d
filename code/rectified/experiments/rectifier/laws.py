"""What ReLU keeps and what it breaks: scaling, sums, repetition, distances, slopes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rectified.activations import ELEMENTWISE, Activation, relu, sigmoid
from rectified.experiments.grids import GRID, full_range
from rectified.experiments.rectifier.forms import autograd_slope
from rectified.experiments.settings import check_elementwise
from rectified.initializers import generators
from rectified.late import torch
from rectified.networks.checks import check_positive, check_positive_int


@dataclass(frozen=True, kw_only=True, eq=False)
class TwoPieces:
    """Scaling, sums and distances, over pairs of numbers for each seed."""

    pairs: int  # altogether
    scale_error: np.ndarray  # (S,): ReLU(cx) against c ReLU(x), c > 0, relative, largest
    exceptions: np.ndarray  # (S,): pairs whose sum it keeps though their signs differ, or not keeps
    growth: np.ndarray  # (S,): largest |ReLU(a) − ReLU(b)| − |a − b|
    slopes: np.ndarray  # (k,): slopes between neighbours on a grid that has the kink, each once


def two_pieces(*, seeds: Sequence[int] = range(20), n: int = 5000) -> TwoPieces:
    """Ask where ReLU is linear. The pairs are multiples of 1/256, so that sums are exact.

    Source: goodfellow2016deep.
    """
    check_positive_int(n=n)
    rows = []
    for rng in generators(seeds):
        x, c = rng.standard_normal(n), np.exp(rng.uniform(-20, 20, n))
        scale = np.max(np.abs(relu(c * x) - c * relu(x)) / np.abs(c * x))
        a, b = rng.integers(-2000, 2001, (2, n)) / 256
        keeps_sum = relu(a) + relu(b) == relu(a + b)
        growth = np.max(np.abs(relu(a) - relu(b)) - np.abs(a - b))
        rows.append((scale, np.sum(keeps_sum != (a * b >= 0)), growth))
    scale_error, exceptions, growth = np.array(rows).T
    return TwoPieces(
        pairs=n * len(rows),
        scale_error=scale_error,
        exceptions=exceptions,
        growth=growth,
        slopes=np.unique(np.diff(relu(GRID)) / np.diff(GRID)),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class Repeated:
    """f applied once, and `times` times."""

    n: int  # numbers
    changed: int  # numbers that one of the later applications of ReLU changed
    idempotent: tuple[str, ...]  # titles of the functions of the table that stop after the first
    others: int  # how many do not


def repeated(*, times: int = 30) -> Repeated:
    """Apply ReLU again and again, and every elementwise function of the table twice.

    Raises ValueError unless times is at least 2. Source: crossvalidated2016relu.
    """
    check_positive_int(times=times)
    if times < 2:
        raise ValueError(f"times must be at least 2, got {times}")
    x = full_range(relu)
    once = h = relu(x)
    changed = np.zeros(x.shape, bool)
    for _ in range(times - 1):
        h = relu(h)
        changed |= h != once
    stops = [f for f in ELEMENTWISE.values() if np.array_equal(f(f(GRID)), f(GRID))]
    return Repeated(
        n=x.size,
        changed=int(changed.sum()),
        idempotent=tuple(f.title for f in stops),
        others=len(ELEMENTWISE) - len(stops),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class Iterates:
    """Numbers from −reach to reach under h ← f(weight · h + bias), again and again."""

    activation: str
    title: str
    family: str
    weight: float
    bias: float
    h: np.ndarray  # (times + 1, n), the numbers themselves first

    @property
    def spread(self) -> np.ndarray:
        """Largest less smallest after each application, (times + 1,)."""
        return np.ptp(self.h, axis=1)


def iterates(
    f: Activation,
    *,
    times: int = 50,
    weight: float = 1.0,
    bias: float = 0.0,
    reach: float = 4.0,
    n: int = 16,
) -> Iterates:
    """Feed f with its own output, with a weight and a bias between as in a network.

    An even n leaves the number 0 out, from which neither side is nearer.
    Raises TypeError or ValueError, naming the setting, for what is none.
    """
    check_elementwise(f)
    check_positive_int(times=times, n=n)
    check_positive(reach=reach)
    h = [np.linspace(-reach, reach, n)]
    h.append(f(h[0]))
    for _ in range(times - 1):
        h.append(f(weight * h[-1] + bias))
    shown = {"activation": f.name, "title": f.title, "family": f.family}
    return Iterates(**shown, weight=weight, bias=bias, h=np.stack(h))


@dataclass(frozen=True, kw_only=True, eq=False)
class ReluSlopes:
    """The slope of ReLU, found in three ways, and how far it holds."""

    n: int  # inputs, none nearer to 0 than the step of the differences
    difference_error: float  # central differences against 0 and 1, largest
    autograd_wrong: int  # inputs where PyTorch's slope is another
    table_wrong: int  # inputs where the slope of this book's table is another
    least_right: float  # least slope from x to 2x, for x = 10^k, k = 0 ... 300
    most_left: float  # largest slope from −2x to −x
    sigmoid_at_ten: float


def relu_slopes(*, step: float = 2.0**-10) -> ReluSlopes:
    """Measure the slope on both sides of 0. Raises ValueError unless step is positive."""
    check_positive(step=step)
    x = GRID[np.abs(GRID) > step]
    expected = np.where(x > 0, 1.0, 0.0)
    differences = (relu(x + step) - relu(x - step)) / (2 * step)
    far = 10.0 ** np.arange(301)
    return ReluSlopes(
        n=x.size,
        difference_error=float(np.abs(differences - expected).max()),
        autograd_wrong=int(np.sum(autograd_slope(torch.relu, x) != expected)),
        table_wrong=int(np.sum(relu.derivative(x) != expected)),
        least_right=float(((relu(2 * far) - relu(far)) / far).min()),
        most_left=float(((relu(-far) - relu(-2 * far)) / far).max()),
        sigmoid_at_ten=float(sigmoid.derivative(10.0)),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class ReluRange:
    """Which outputs occur: n inputs, from the whole range of doubles."""

    n: int
    negative: int  # outputs below 0
    missed: int  # numbers of 0 or more that are not the output for any input: y is that for y
    highest: float


def relu_range(*, seeds: Sequence[int] = range(20), n: int = 5000) -> ReluRange:
    """Look for outputs below 0, and for numbers of 0 or more that no input gives."""
    check_positive_int(n=n)
    x = np.stack([10.0 ** rng.uniform(-300, 308, n) for rng in generators(seeds)])  # (S, n)
    y = np.append(x.ravel(), [0.0, np.finfo(float).max])
    h = relu(np.append(y, -y))
    missed = np.sum(relu(y) != y)
    return ReluRange(n=y.size, negative=int(np.sum(h < 0)), missed=int(missed), highest=h.max())


@dataclass(frozen=True, kw_only=True, eq=False)
class UnitGradient:
    """The gradient of (max(0, w·x + b) − y)² by w and b, for a unit and an example a seed."""

    off: int  # units whose sum is negative
    autograd: np.ndarray  # (S,): formula against PyTorch, largest
    differences: np.ndarray  # (S,): formula against central differences, largest
    at_off: float  # largest derivative of a unit that is off


def unit_gradient(
    *, seeds: Sequence[int] = range(100), fan_in: int = 4, step: float = 1e-5
) -> UnitGradient:
    """Hold 2 (h − y) [z > 0] x, and the same without x for b, against two other ways.

    Examples with |z| under 0.01 are drawn anew, so that no difference crosses the kink.
    """
    check_positive_int(fan_in=fan_in)
    check_positive(step=step)
    rows = []
    for rng in generators(seeds):
        z = 0.0
        while abs(z) < 0.01:
            x, w = rng.standard_normal((2, fan_in + 1))  # the last input is 1: its weight is b
            x[-1], y = 1.0, rng.standard_normal()
            z = x @ w
        formula = 2 * (max(0.0, z) - y) * (z > 0) * x
        moved = w + step * np.concatenate([np.eye(fan_in + 1), -np.eye(fan_in + 1)])
        up, down = np.split((np.maximum(0, moved @ x) - y) ** 2, 2)
        tensor = torch.tensor(w, requires_grad=True)
        ((torch.relu(tensor @ torch.from_numpy(x)) - y) ** 2).backward()
        errors = np.abs(formula - tensor.grad.numpy()), np.abs(formula - (up - down) / (2 * step))
        rows.append((z < 0, *(error.max() for error in errors), (z < 0) * np.abs(formula).max()))
    off, autograd, differences, at_off = np.array(rows, float).T
    return UnitGradient(
        off=int(off.sum()), autograd=autograd, differences=differences, at_off=at_off.max()
    )
