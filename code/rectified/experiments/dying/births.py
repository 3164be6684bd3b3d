"""Units that are dead before the first step: from a bias, an offset of the data, or depth."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rectified.activations import relu
from rectified.data import Split
from rectified.experiments.settings import check_data, check_initializers
from rectified.experiments.trials.arms import Arm
from rectified.initializers import Initializer, he_normal, zeros
from rectified.networks import Activate, streams
from rectified.networks.checks import check_number, check_positive_int
from rectified.networks.streams import check_seeds

POINTS = 360  # on the circle


@dataclass(frozen=True, kw_only=True, eq=False)
class BornDead:
    """Share of units that are dead at the start, on points of a circle of radius 1 in the plane."""

    cause: str  # "offset" or "bias"
    values: np.ndarray  # (K,): how far the circle's centre is from 0, or the bias
    units: int  # of each seed
    seeds: tuple[int, ...]
    share: np.ndarray  # (S, K)
    predicted: np.ndarray  # (K,)


def born_dead(
    cause: str, *, values: Sequence[float], units: int = 200, seeds: Sequence[int] = range(20)
) -> BornDead:
    """Draw units with He's weights in the plane, and count those that are off all around.

    `cause` is "offset": the circle's centre lies at the distances `values` from 0, biases are 0;
    or "bias": the circle lies around 0, biases are `values`. A unit is dead if w · centre + b +
    |w| <= 0, which has the probability arccos(1 / m) / π for a centre at m >= 1, and
    1 - exp(-b² / 2) for a bias b <= 0, as |w|² / 2 is exponential. float64.

    Raises TypeError or ValueError, naming the argument.
    """
    if cause not in ("offset", "bias"):
        raise ValueError(f"cause must be 'offset' or 'bias', got {cause!r}")
    check_positive_int(units=units)
    check_number(**{f"values[{place}]": value for place, value in enumerate(values)})
    at = np.array(values, float)
    if cause == "offset" and (at < 0).any():
        raise ValueError(f"values must be 0 or more where they are distances, got {values}")
    angles = 2 * np.pi * np.arange(POINTS) / POINTS
    circle = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    seeds = check_seeds(seeds)
    share = np.empty((len(seeds), len(at)))
    for row, rng in zip(share, streams(seeds, "weights"), strict=True):
        w = he_normal((2, units), rng=rng)
        highest = (circle @ w).max(axis=0)  # (units,), at the point that lies farthest along w
        shift = at[:, None] * (w[0] if cause == "offset" else 1.0)
        row[:] = np.mean(highest + shift <= 0, axis=1)
    predicted = predicted_offset(at) if cause == "offset" else predicted_bias(at)
    return BornDead(
        cause=cause, values=at, units=units, seeds=seeds, share=share, predicted=predicted
    )


def predicted_offset(distance: np.ndarray) -> np.ndarray:
    """Return arccos(1 / m) / π, the probability that w · centre <= -|w|; 0 for m below 1."""
    return np.arccos(1 / np.maximum(distance, 1.0)) / np.pi


def predicted_bias(bias: np.ndarray) -> np.ndarray:
    """Return 1 - exp(-b² / 2), the probability that |w| <= -b; 0 for b above 0."""
    return -np.expm1(-(np.minimum(bias, 0.0) ** 2) / 2)


@dataclass(frozen=True, kw_only=True, eq=False)
class DeadByDepth:
    """Units of S deep ReLU networks at the start, on all examples of the training part."""

    arm: Arm
    data: str
    n: int
    seeds: tuple[int, ...]
    dead: np.ndarray  # (S, L): share of units that are off for all examples
    always: np.ndarray  # (S, L): share of units that are on for all examples
    cosine: np.ndarray  # (S, L): mean cosine of two examples, as they come into the layer
    both_off: np.ndarray  # (S, L): share of pairs of examples for which a unit is off for both
    predicted: np.ndarray  # (S, L): 1/2 - arccos(cosine) / (2 π), its mean over these pairs


def dead_by_depth(
    *,
    data: Split,
    weights: Initializer = he_normal,
    biases: Initializer = zeros,
    depth: int = 20,
    width: int = 32,
    pairs: int = 500,
    seeds: Sequence[int] = range(10),
) -> DeadByDepth:
    """Send the training part through networks with so many hidden layers, as they are drawn.

    Two inputs of a layer at an angle θ are both on the off side of a plane of random direction
    with probability 1/2 - θ / (2 π). That is `predicted`, from the angles of so many random pairs
    of examples; biases, which it leaves out, shift it. float32. Raises TypeError or ValueError,
    naming the argument. Source: lu2020dying.
    """
    check_data(data)
    check_initializers(weights=weights, biases=biases)
    check_positive_int(depth=depth, width=width, pairs=pairs)
    seeds = check_seeds(seeds)
    arm = Arm(f=relu, widths=(width,) * depth, weights=weights, biases=biases)
    network, theta = arm.network(data.train), arm.start(data.train, seeds)
    signals: list[np.ndarray] = []
    network.forward(theta, data.train.x, signals=signals)
    outputs = [h for f, h in zip(network.layers, signals, strict=True) if isinstance(f, Activate)]
    inputs = [np.broadcast_to(data.train.x, (len(seeds), *data.train.x.shape)), *outputs[:-1]]
    drawn = [rng.integers(0, data.train.n, (2, pairs)) for rng in streams(seeds, "examples")]
    rows = np.arange(len(seeds))[:, None]
    one, two = np.stack(drawn, axis=1)  # (S, pairs) each
    angles = [angle(h[rows, one], h[rows, two]) for h in inputs]
    off = [h == 0 for h in outputs]
    both = [np.mean(each[rows, one] & each[rows, two], axis=(1, 2)) for each in off]
    return DeadByDepth(
        arm=arm,
        data=data.train.name,
        n=data.train.n,
        seeds=seeds,
        dead=np.stack([each.all(axis=1).mean(axis=1) for each in off], axis=1),
        always=np.stack([(~each).all(axis=1).mean(axis=1) for each in off], axis=1),
        cosine=np.stack([np.cos(each).mean(axis=1) for each in angles], axis=1),
        both_off=np.stack(both, axis=1),
        predicted=np.stack([0.5 - each.mean(axis=1) / (2 * np.pi) for each in angles], axis=1),
    )


def angle(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the angle between a and b (..., units), in float64; 0 where one of them is 0."""
    a, b = a.astype(float), b.astype(float)
    lengths = np.linalg.norm(a, axis=-1) * np.linalg.norm(b, axis=-1)
    cosine = np.sum(a * b, axis=-1) / np.where(lengths > 0, lengths, 1.0)
    return np.where(lengths > 0, np.arccos(np.clip(cosine, -1.0, 1.0)), 0.0)
