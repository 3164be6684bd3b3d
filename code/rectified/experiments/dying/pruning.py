"""Networks without their dead units, and networks that had to do with fewer from the start."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rectified.activations import relu
from rectified.data import Dataset, Split
from rectified.experiments.dying.looking import by_layer, silent_units, weighted
from rectified.experiments.settings import check_data, check_hidden
from rectified.experiments.trials.arms import DTYPE, Arm, loss_of, trained
from rectified.experiments.trials.tuning import SEEDS
from rectified.experiments.trials.watching import score
from rectified.networks import Parameters, mlp, streams, train
from rectified.networks.checks import check_positive, check_positive_int
from rectified.networks.streams import check_seeds


@dataclass(frozen=True, kw_only=True, eq=False)
class Pruned:
    """S trained ReLU networks, with their dead units and without."""

    arm: Arm
    seeds: tuple[int, ...]
    learning_rate: float
    dead: np.ndarray  # (S,): number of units that are dead on the training part
    units: int  # of each network
    silenced: np.ndarray  # (S,): largest change of an output, training part, dead units' h times 0
    removed: np.ndarray  # (S,): likewise, dead units taken out; a smaller network, so it rounds
    fires: np.ndarray  # (S,): number of dead units that are on for some example of the test part
    test_change: np.ndarray  # (S,): largest change of an output on the test part
    answers_changed: np.ndarray  # (S,): share of test examples whose largest output is another
    test_accuracy: np.ndarray  # (S,), before


def pruned(
    *,
    data: Split,
    widths: tuple[int, ...] = (32,),
    learning_rate: float = 1.0,
    steps: int = 200,
    batch: int = 32,
    seeds: Sequence[int] = SEEDS,
) -> Pruned:
    """Train ReLU networks, take out the units that are dead on the training part, and compare.

    Trained in float32, compared in float64. Raises TypeError or ValueError, naming the argument.
    """
    check_data(data)
    check_hidden(widths)
    check_positive(learning_rate=learning_rate)
    seeds, arm = check_seeds(seeds), Arm(f=relu, widths=widths)
    budget = {"learning_rates": [learning_rate], "steps": steps, "batch": batch}
    run = trained(arm, data.train, seeds=seeds, **budget)
    network, theta = run.network, run.parameters.astype(np.dtype(float))
    dead = silent_units(network, theta, data.train)
    cut = theta.copy()
    for layer, gone in zip(weighted(cut)[1:], by_layer(dead, widths), strict=True):
        layer["w"][gone] = 0.0
    train_z, test_z = (network.forward(theta, part.x).z for part in (data.train, data.test))
    cut_train, cut_test = (network.forward(cut, part.x).z for part in (data.train, data.test))
    removed = [
        np.abs(without(theta, row, dead[row], data.train.x) - train_z[row]).max()
        for row in range(len(seeds))
    ]
    return Pruned(
        arm=arm,
        seeds=seeds,
        learning_rate=learning_rate,
        dead=dead.sum(axis=1),
        units=sum(widths),
        silenced=np.abs(cut_train - train_z).max(axis=(1, 2)),
        removed=np.array(removed),
        fires=np.sum(dead & ~silent_units(network, theta, data.test), axis=1),
        test_change=np.abs(cut_test - test_z).max(axis=(1, 2)),
        answers_changed=np.mean(cut_test.argmax(axis=2) != test_z.argmax(axis=2), axis=1),
        test_accuracy=np.mean(test_z.argmax(axis=2) == data.test.y, axis=1),
    )


def without(theta: Parameters, row: int, dead: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Return the outputs of network `row` with its dead units, (units,) bool, taken out."""
    layers = weighted(theta)
    kept = [~gone for gone in by_layer(dead, tuple(w["w"].shape[2] for w in layers[:-1]))]
    kept = [np.ones(x.shape[1], bool), *kept, np.ones(layers[-1]["w"].shape[2], bool)]
    h = x
    for place, layer in enumerate(layers):
        below, here = kept[place], kept[place + 1]
        z = h @ layer["w"][row][below][:, here] + layer["b"][row][here]
        h = relu(z)
    return z


@dataclass(frozen=True, kw_only=True, eq=False)
class KilledAtStart:
    """S networks, each with K shares of its hidden units dead from the start for good."""

    shares: tuple[float, ...]  # K
    widths: tuple[int, ...]
    n: int  # examples to train on
    seeds: tuple[int, ...]
    learning_rate: float
    dead: np.ndarray  # (S, K): share that is dead at the end
    test_accuracy: np.ndarray  # (S, K)


def killed_at_start(
    *,
    data: Split,
    shares: Sequence[float] = (0.0, 0.2, 0.4, 0.6, 0.8),
    examples: int | None = None,
    widths: tuple[int, ...] = (32, 32),
    learning_rate: float = 0.3,
    steps: int = 200,
    batch: int = 32,
    seeds: Sequence[int] = SEEDS,
) -> KilledAtStart:
    """Kill some units before the first step, and train on the first `examples`, or on all.

    A killed unit has weights 0 and the bias -1, so it is off for every input, in every layer, and
    stays so. A seed kills the same units and more as the share rises; all else is the same.
    float32. Raises TypeError or ValueError, naming the argument.
    """
    check_data(data)
    check_hidden(widths)
    check_positive(learning_rate=learning_rate)
    shares = tuple(map(float, shares))
    if not shares or not all(0 <= share < 1 for share in shares):
        raise ValueError(f"shares must be at least 0 and below 1, got {shares}")
    part = few(data.train, examples)
    seeds, arm = check_seeds(seeds), Arm(f=relu, widths=widths)
    budget = {"steps": steps, "batch": min(batch, part.n), "seeds": seeds}
    found = [killed(arm, share, data, part, learning_rate, budget) for share in shares]
    dead, accuracy = (np.stack(columns, axis=1) for columns in zip(*found, strict=True))
    return KilledAtStart(
        shares=shares,
        widths=widths,
        n=part.n,
        seeds=seeds,
        learning_rate=learning_rate,
        dead=dead,
        test_accuracy=accuracy,
    )


def few(data: Dataset, examples: int | None) -> Dataset:
    """Return the first examples, or all; ValueError if there are not as many."""
    if examples is None:
        return data
    check_positive_int(examples=examples)
    if examples > data.n:
        raise ValueError(f"examples must be at most {data.n}, got {examples}")
    return data.take(slice(examples))


def killed(
    arm: Arm, share: float, data: Split, part: Dataset, learning_rate: float, budget: dict
) -> tuple[np.ndarray, np.ndarray]:
    """Return what `KilledAtStart` has for one share: dead units and test accuracy, (S,) each."""
    start = arm.start(part, budget["seeds"])
    layers = weighted(start)[:-1]
    for row, rng in enumerate(streams(budget["seeds"], "dropout")):
        for layer in layers:
            units = layer["b"].shape[1]
            gone = rng.permutation(units)[: round(share * units)]
            layer["w"][row][:, gone], layer["b"][row][gone] = 0.0, -1.0
    network = mlp((data.train.features, *arm.widths, data.train.classes), relu)
    settings = {"loss": loss_of(part), "optimizer": arm.optimizer(learning_rate=learning_rate)}
    run = train(network, start, part.x.astype(DTYPE), part.y, **settings, **budget)
    dead = silent_units(network, run.parameters, part).mean(axis=1)
    return dead, score(network, run.parameters, data.test).accuracy
