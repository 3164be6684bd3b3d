"""Deep networks that do not start to learn, and what makes them start."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from rectified import data as sets
from rectified.activations import Activation, relu, sigmoid, tanh
from rectified.data import Split
from rectified.experiments.settings import check_data, check_elementwise, check_initializers
from rectified.experiments.trials.arms import Arm, loss_of, outputs_of, trained
from rectified.experiments.trials.training import TrainedArm, TrainingComparison, compare_training
from rectified.experiments.trials.tuning import SEEDS, TUNING_SEEDS
from rectified.initializers import (
    Initializer,
    he_normal,
    inverse_sqrt_uniform,
    variance_scaling,
    xavier_normal,
)
from rectified.networks import Momentum, mlp, streams, weight_gradient_norm, weight_norm
from rectified.networks.checks import check_positive, check_positive_int
from rectified.networks.clipping import Clip
from rectified.networks.parameters import is_weight
from rectified.networks.streams import check_seeds

RATES = (0.004, 0.02, 0.1, 0.5, 2.5)  # so wide that what learns has its best rate inside
TWO_TUNING_SEEDS = TUNING_SEEDS[:2]
NEAR = 0.02  # of the loss of a network that says the same whatever comes in


@cache
def circles() -> Split:
    """Return the two rings on which this module trains unless told otherwise: 192 and 64 points."""
    rng = np.random.default_rng(0)
    return sets.split(sets.two_circles(256, rng=rng), rng=rng)


def deep_starts() -> dict[str, Arm]:
    """Return four ways to start a deep network, by name; all are trained with momentum."""
    laws = {
        "sigmoid with Xavier": (sigmoid, xavier_normal),
        "ReLU with He": (relu, he_normal),
        "tanh with 1/√n": (tanh, inverse_sqrt_uniform),
        "tanh with Xavier": (tanh, xavier_normal),
    }
    return {name: Arm(f=f, weights=law, optimizer=Momentum) for name, (f, law) in laws.items()}


@dataclass(frozen=True, kw_only=True, eq=False)
class LearnedByDepth:
    """Ways to start a network, each at several depths, each depth at a rate of its own."""

    hidden: tuple[int, ...]  # D numbers of hidden layers
    width: int
    guess: float  # loss of an answer that is the same whatever comes in: log of the classes
    by_depth: tuple[TrainingComparison, ...]  # D

    def arms(self, name: str) -> tuple[TrainedArm, ...]:
        """Return one way's trained arms, D of them."""
        return tuple(comparison.arms[name] for comparison in self.by_depth)

    def accuracy(self, name: str) -> np.ndarray:
        """Accuracy on the training part, (S, D)."""
        return np.stack([arm.accuracy for arm in self.arms(name)], axis=1)

    def stuck(self, name: str) -> np.ndarray:
        """Which networks end within 0.02 of the loss of guessing, or above it, (S, D) bool."""
        return np.stack([~(arm.loss < self.guess - NEAR) for arm in self.arms(name)], axis=1)


def learned_by_depth(
    ways: Mapping[str, Arm],
    *,
    hidden: Sequence[int] = (1, 3, 8),
    width: int = 16,
    data: Split | None = None,
    seeds: Sequence[int] = SEEDS,
    steps: int = 150,
    batch: int | None = 32,
    learning_rates: Sequence[float] = RATES,
    tuning_seeds: Sequence[int] = TWO_TUNING_SEEDS,
) -> LearnedByDepth:
    """Train each way with so many hidden layers of `width` units, as `compare_training` does.

    At each depth a way gets its best of the same learning rates. `data` are two circles, unless
    given. float32. Raises as `compare_training` does.
    """
    check_positive_int(width=width, **{f"hidden[{k}]": count for k, count in enumerate(hidden)})
    data = circles() if data is None else data
    check_data(data)
    budget = {"steps": steps, "batch": batch, "learning_rates": learning_rates}
    settings = budget | {"data": data, "seeds": seeds, "tuning_seeds": tuning_seeds}
    comparisons = []
    for count in hidden:
        arms = {name: replace(arm, widths=(width,) * count) for name, arm in ways.items()}
        comparisons.append(compare_training(arms, **settings))
    return LearnedByDepth(
        hidden=tuple(hidden),
        width=width,
        guess=float(np.log(outputs_of(data.train))),
        by_depth=tuple(comparisons),
    )


def tall_networks(
    ways: Mapping[str, Arm],
    *,
    hidden: int = 30,
    width: int = 32,
    data: Split | None = None,
    seeds: Sequence[int] = SEEDS,
    steps: int = 250,
    batch: int | None = 16,
    learning_rates: Sequence[float] = (3e-4,),
    tuning_seeds: Sequence[int] = TUNING_SEEDS[:1],
) -> LearnedByDepth:
    """Do what `learned_by_depth` does, at one great depth, where a network takes half a second."""
    settings = {"width": width, "data": data, "seeds": seeds, "steps": steps, "batch": batch}
    rates = {"learning_rates": learning_rates, "tuning_seeds": tuning_seeds}
    return learned_by_depth(ways, hidden=(hidden,), **settings, **rates)


@dataclass(frozen=True, kw_only=True, eq=False)
class LayerSpeed:
    """How far the weights of each layer move while a network is trained."""

    arm: Arm
    seeds: tuple[int, ...]
    steps: int
    moved: np.ndarray  # (S, depth): |w after - w before| / |w before|, layer 1 first
    loss: np.ndarray  # (S, steps): on the batch, before each step

    @property
    def first_to_last(self) -> np.ndarray:
        """What layer 1 moves as a share of what the last layer moves, (S,)."""
        return self.moved[:, 0] / self.moved[:, -1]


def layer_speed(
    arm: Arm,
    *,
    learning_rate: float,
    data: Split | None = None,
    seeds: Sequence[int] = SEEDS,
    steps: int = 100,
    batch: int | None = 32,
) -> LayerSpeed:
    """Train S networks for some steps, and compare the weights of each layer before and after.

    float32. Raises TypeError or ValueError, naming the argument, for what does not fit.
    """
    if not isinstance(arm, Arm):
        raise TypeError(f"arm must be an Arm(...), got {arm!r}")
    check_positive(learning_rate=learning_rate)
    data = circles() if data is None else data
    check_data(data)
    seeds = check_seeds(seeds)
    before = arm.start(data.train, seeds)
    budget = {"seeds": seeds, "steps": steps, "batch": batch}
    run = trained(arm, data.train, learning_rates=[learning_rate], **budget)
    moved = [
        length(after[name] - first[name]) / length(first[name])
        for first, after in zip(before.layers, run.parameters.layers, strict=True)
        for name in first
        if is_weight(name)
    ]
    return LayerSpeed(
        arm=arm, seeds=seeds, steps=steps, moved=np.stack(moved, axis=1), loss=run.loss
    )


def length(w: np.ndarray) -> np.ndarray:
    """Return the length of each network's matrix (S, fan_in, fan_out), as doubles."""
    return np.sqrt(np.sum(w.astype(float) ** 2, axis=(1, 2)))


@dataclass(frozen=True, kw_only=True, eq=False)
class Explosion:
    """Training from weights that are too large."""

    factor: float  # of the standard deviation of the weights, He's being 1
    clip: Clip | None
    seeds: tuple[int, ...]
    loss: np.ndarray  # (S, steps): on the batch, before each step; NaN once it is not finite
    guess: float  # loss of an answer that is the same whatever comes in
    diverged: np.ndarray  # (S,) bool
    first_step: np.ndarray  # (S,): length of the first step, unclipped, over that of all weights

    @property
    def learned(self) -> np.ndarray:
        """Which networks are 0.02 below the loss of guessing over the last 20 steps, (S,) bool."""
        return self.loss[:, -20:].mean(axis=1) < self.guess - NEAR


def explosion(
    *,
    factor: float = 2.0,
    clip: Clip | None = None,
    hidden: int = 10,
    width: int = 16,
    learning_rate: float = 0.1,
    data: Split | None = None,
    seeds: Sequence[int] = range(20),
    steps: int = 100,
    batch: int | None = 32,
) -> Explosion:
    """Train S ReLU networks whose first weights are `factor` times as large as He's.

    float32. Raises TypeError or ValueError, naming the argument, for what does not fit.
    Source: pascanu2013difficulty.
    """
    check_positive(factor=factor, learning_rate=learning_rate)
    check_positive_int(hidden=hidden, width=width, steps=steps)
    data = circles() if data is None else data
    check_data(data)
    weights = variance_scaling(2 * factor**2, "fan_in", "normal")
    arm = Arm(f=relu, widths=(width,) * hidden, weights=weights, clip=clip)
    probes = {"gradient": weight_gradient_norm, "weights": weight_norm}
    budget = {"seeds": check_seeds(seeds), "steps": steps, "batch": batch, "every": steps}
    run = trained(arm, data.train, learning_rates=[learning_rate], probes=probes, **budget)
    sizes = {
        name: np.linalg.norm(run.recorded[name][:, 0].astype(float), axis=1) for name in probes
    }
    return Explosion(
        factor=factor,
        clip=clip,
        seeds=run.seeds,
        loss=run.loss,
        guess=float(np.log(outputs_of(data.train))),
        diverged=run.diverged,
        first_step=learning_rate * sizes["gradient"] / sizes["weights"],
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class Direction:
    """Gradients of layer 1 from different mini-batches of one set."""

    f: Activation
    data: str  # name of the set
    seeds: tuple[int, ...]
    hidden: int
    cosine: np.ndarray  # (S,): mean over all pairs of mini-batches
    norm: np.ndarray  # (S,): mean length


def direction(
    f: Activation,
    *,
    weights: Initializer = xavier_normal,
    data: Split | None = None,
    hidden: int = 5,
    width: int = 32,
    batch: int = 64,
    batches: int = 10,
    seeds: Sequence[int] = range(20),
) -> Direction:
    """Compare the gradients by the first weights that disjoint mini-batches give, at the start.

    float64. Raises TypeError or ValueError, naming the argument, and ValueError unless the set has
    enough examples for the mini-batches. `data` are 1024 points of the two circles, unless given.
    """
    check_elementwise(f)
    check_initializers(weights=weights)
    check_positive_int(hidden=hidden, width=width, batch=batch, batches=batches)
    seeds = check_seeds(seeds)
    if data is None:
        rng = np.random.default_rng(0)
        data = sets.split(sets.two_circles(1024, rng=rng), rng=rng)
    check_data(data)
    train, needed = data.train, batch * batches
    if train.n < needed or batches < 2:
        raise ValueError(f"batches must be 2 or more that {train.n} examples fill, got {batches}")
    network = mlp((train.features, *[width] * hidden, outputs_of(train)), f)
    theta = network.draw(seeds=seeds, weights=weights)
    rngs = streams(seeds, "examples")
    drawn = np.stack([rng.permutation(train.n)[:needed] for rng in rngs])
    found = []
    for chosen in np.split(drawn, batches, axis=1):  # (S, batch)
        trace = network.forward(theta, train.x[chosen])
        grad_z = loss_of(train)(trace.z, train.y[chosen])[1]
        first = network.backward(theta, trace, grad_z).layers[0]["w"]
        found.append(first.reshape(len(seeds), -1).copy())
    cosine, norm = cosine_and_norm(np.stack(found, axis=1))
    return Direction(f=f, data=train.name, seeds=seeds, hidden=hidden, cosine=cosine, norm=norm)


def cosine_and_norm(vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean cosine of all pairs (S,) and the mean length (S,) of vectors (S, n, P)."""
    norms = np.linalg.norm(vectors, axis=-1)
    units = vectors / norms[..., None]
    n = units.shape[1]
    total = np.sum(units.sum(axis=1) ** 2, axis=-1)  # of all pairs, each with itself as well
    return (total - n) / (n * (n - 1)), norms.mean(axis=1)
