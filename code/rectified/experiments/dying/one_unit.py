"""One unit: which step kills it, and how long a leak takes to bring it back."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rectified.networks import streams
from rectified.networks.checks import check_number, check_positive, check_positive_int
from rectified.networks.streams import check_seeds

MARGIN = 1e-6  # how near to the critical rate is just below it, and just above


def killing_rates(z: np.ndarray, pull: np.ndarray) -> tuple[float, float]:
    """Return the learning rates η, from and to, for which z - η pull is 0 or less everywhere.

    z (n,) are the preactivations of one unit, and `pull` (n,) is what a step at rate 1 takes off
    each: for gradients g of w and c of b it is x @ g + c. If no rate kills, the first is infinite.
    Raises ValueError for arrays of different shapes.
    """
    z, pull = np.asarray(z, float), np.asarray(pull, float)
    if z.ndim != 1 or z.shape != pull.shape:
        raise ValueError(f"pull must have the shape of z, {z.shape}, got {pull.shape}")
    with np.errstate(divide="ignore", invalid="ignore"):
        ends = z / pull
    low = max(0.0, float(ends[pull > 0].max(initial=0.0)))
    high = float(ends[pull < 0].min(initial=np.inf))
    if (z[pull == 0] > 0).any() or low > high:
        return np.inf, np.inf
    return low, high


@dataclass(frozen=True, kw_only=True, eq=False)
class LargeStep:
    """S units that take one step of gradient descent on one example that is far out."""

    seeds: tuple[int, ...]
    n: int  # examples of the set
    outlier: float  # how many times as far out the example lies
    centred: bool
    critical: np.ndarray  # (S,): the learning rate from which on the step kills; infinite if none
    alive_below: np.ndarray  # (S,) bool: on for some example after a step just below that rate
    dead_above: np.ndarray  # (S,) bool: off for all after a step just above it


def large_step(
    *,
    outlier: float = 5.0,
    centred: bool = False,
    n: int = 200,
    features: int = 8,
    seeds: Sequence[int] = range(100),
) -> LargeStep:
    """Take one step of one ReLU unit on an outlier with target 0, for the loss (h - y)² / 2.

    Inputs are uniform between 0 and 1, as pixels are, or between -1/2 and 1/2 if `centred`; the
    outlier's are `outlier` times as large. Weights are He's, with the sign for which the unit is on
    for the outlier; the bias is 0. The gradient by z of the outlier is its h, so the step takes
    η h (x · x_outlier + 1) off the z of an example x. float64. Raises TypeError or ValueError,
    naming the argument. Source: cs231n2026networks.
    """
    check_positive(outlier=outlier)
    check_positive_int(n=n, features=features)
    rngs = zip(streams(seeds, "examples"), streams(seeds, "weights"), strict=True)
    middle = 0.5 if centred else 0.0
    rows = []
    for rng, rng_w in rngs:
        x, far = rng.random((n, features)) - middle, outlier * (rng.random(features) - middle)
        w = rng_w.standard_normal(features) * np.sqrt(2 / features)
        rows.append(step_of(x, far, w * np.sign(far @ w)))
    critical, below, above = map(np.array, zip(*rows, strict=True))
    return LargeStep(
        seeds=check_seeds(seeds),
        n=n,
        outlier=outlier,
        centred=centred,
        critical=critical,
        alive_below=below,
        dead_above=above,
    )


def step_of(x: np.ndarray, far: np.ndarray, w: np.ndarray) -> tuple[float, bool, bool]:
    """Return one row of `LargeStep`: it takes the steps just below and just above."""
    h = far @ w
    critical = killing_rates(x @ w, x @ (h * far) + h)[0]
    if not np.isfinite(critical):
        return critical, True, False
    on = [
        bool((x @ (w - rate * h * far) - rate * h > 0).any())
        for rate in (critical * (1 - MARGIN), critical * (1 + MARGIN))
    ]
    return critical, on[0], not on[1]


@dataclass(frozen=True, kw_only=True, eq=False)
class Escape:
    """Steps that a leaky unit takes from below 0 until it is on."""

    leaks: tuple[float, ...]
    depth: float  # z starts at -depth
    target: float
    learning_rate: float
    steps: np.ndarray  # (len(leaks),), counted
    predicted: np.ndarray  # (len(leaks),): log(1 + a depth / target) / -log(1 - η a²), not rounded


def escape(
    *,
    leaks: Sequence[float] = (0.01, 0.1, 0.3),
    depth: float = 1.0,
    target: float = 1.0,
    learning_rate: float = 0.1,
) -> Escape:
    """Train the bias of a leaky unit from z = -depth until z > 0, for the loss (h - target)² / 2.

    While z < 0, h = a z, and a step adds η a (target - a z) to z. Raises TypeError or ValueError,
    naming the argument, for numbers that are not positive, and for leaks of 1 or more.
    """
    check_positive(depth=depth, target=target, learning_rate=learning_rate)
    check_number(**{f"leaks[{place}]": leak for place, leak in enumerate(leaks)})
    a = np.array(leaks, float)
    if a.ndim != 1 or not a.size or not ((a > 0) & (a < 1)).all():
        raise ValueError(f"leaks must lie between 0 and 1, got {leaks}")
    if learning_rate >= 1:
        raise ValueError(f"learning_rate must be below 1, got {learning_rate}")
    z, steps = np.full(a.size, -float(depth)), np.zeros(a.size)
    while (z <= 0).any():
        inside = z <= 0
        steps += inside
        z = np.where(inside, z + learning_rate * a * (target - a * z), z)
    predicted = np.log1p(a * depth / target) / -np.log1p(-learning_rate * a**2)
    return Escape(
        leaks=tuple(map(float, leaks)),
        depth=depth,
        target=target,
        learning_rate=learning_rate,
        steps=steps,
        predicted=predicted,
    )
