"""Do units stand for something? How selective they are, and how much of that is the reading."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from scipy.stats import rankdata

from rectified.data import Split
from rectified.experiments.trials.arms import DTYPE, Arm, trained
from rectified.experiments.trials.tuning import SEEDS, check_arms, check_rates_of
from rectified.experiments.trials.watching import score
from rectified.initializers import generators
from rectified.networks import Dense, Network, Parameters


def selectivity(h: np.ndarray, y: np.ndarray, classes: int) -> np.ndarray:
    """Return (a - b) / (a + b) of each unit, (S, units), for outputs h >= 0 of (S, n, units).

    a is its mean output for the class that drives it most, b the mean of its means for the other
    classes. 0 where a unit is silent. Raises ValueError if an output is negative.
    Source: morcos2018importance.
    """
    if np.min(h, initial=0.0) < 0:
        raise ValueError(f"h must not be negative, got {np.min(h)}")
    means = np.stack([h[:, y == label].mean(axis=1) for label in range(classes)])  # (K, S, units)
    most = means.max(axis=0)
    others = (means.sum(axis=0) - most) / (classes - 1)
    total = most + others
    return np.where(total > 0, (most - others) / np.where(total > 0, total, 1.0), 0.0)


def separation(h: np.ndarray, y: np.ndarray, classes: int) -> np.ndarray:
    """Return how well each unit alone tells its best class from the others, (S, units).

    That is the chance that an example of the class has a larger h than one of another class, a
    tie counting half (the area under the ROC curve): no scale of h matters. The class is chosen
    afterwards, so a unit that knows nothing is above 1/2: see `unknowing`.
    """
    ranks = rankdata(h, axis=1)  # (S, n, units)
    found = []
    for label in range(classes):
        own = y == label
        n, others = own.sum(), (~own).sum()
        found.append((ranks[:, own].sum(axis=1) - n * (n + 1) / 2) / (n * others))
    return np.max(found, axis=0)


def unknowing(y: np.ndarray, classes: int, *, seeds: Sequence[int], units: int = 24) -> np.ndarray:
    """Return the mean separation of units that put out random numbers, (S,)."""
    h = np.stack([rng.standard_normal((len(y), units)) for rng in generators(seeds)])
    return separation(h, y, classes).mean(axis=1)


@dataclass(frozen=True, kw_only=True, eq=False)
class Selectivity:
    """Mean selectivity of the last hidden layer's units, S networks an arm, on the test part."""

    seeds: tuple[int, ...]
    learning_rates: Mapping[str, float]
    as_output: Mapping[str, np.ndarray]  # (S,): outputs f(z), from 0 to 1 where f goes below 0
    untrained: Mapping[str, np.ndarray]  # (S,): the same, of the network before training
    separation: Mapping[str, np.ndarray]  # (S,): of the same outputs
    separation_untrained: Mapping[str, np.ndarray]  # (S,): the same before training
    unknowing: np.ndarray  # (S,): the separation of random numbers
    test_accuracy: Mapping[str, np.ndarray]  # (S,), of the trained network


def unit_selectivity(
    arms: Mapping[str, Arm],
    *,
    learning_rates: Mapping[str, float],
    data: Split,
    seeds: Sequence[int] = SEEDS,
    steps: int = 150,
    batch: int = 32,
) -> Selectivity:
    """Train networks, and see how selective the units of their last hidden layer are for classes.

    An output that may be negative is moved and shrunk to run from 0 to 1, as tanh's (1 + h) / 2.
    `separation` does not depend on that scale.
    float32. Raises TypeError or ValueError, naming the argument.
    """
    check_arms(arms, data)
    check_rates_of(arms, learning_rates)
    kinds = "as_output", "untrained", "separation", "separation_untrained", "test_accuracy"
    found: dict[str, dict[str, np.ndarray]] = {kind: {} for kind in kinds}
    y, classes = data.test.y, data.test.classes
    for name, arm in arms.items():
        start = arm.start(data.train, seeds)
        run = trained(
            arm,
            data.train,
            learning_rates=[learning_rates[name]],
            seeds=seeds,
            steps=steps,
            batch=batch,
        )
        first, h = (
            reading(arm, last_preactivations(run.network, parameters, data))
            for parameters in (start, run.parameters)
        )
        found["as_output"][name] = selectivity(h, y, classes).mean(axis=1)
        found["untrained"][name] = selectivity(first, y, classes).mean(axis=1)
        found["test_accuracy"][name] = score(run.network, run.parameters, data.test).accuracy
        found["separation"][name] = separation(h, y, classes).mean(axis=1)
        found["separation_untrained"][name] = separation(first, y, classes).mean(axis=1)
    return Selectivity(
        seeds=tuple(seeds),
        learning_rates=MappingProxyType(dict(learning_rates)),
        unknowing=unknowing(y, classes, seeds=seeds),
        **{kind: MappingProxyType(values) for kind, values in found.items()},
    )


def last_preactivations(network: Network, parameters: Parameters, data: Split) -> np.ndarray:
    """Return z of the last hidden layer on the test part, (S, n, units)."""
    signals: list[np.ndarray] = []
    network.forward(parameters, data.test.x.astype(DTYPE), signals=signals)
    layers = zip(network.layers, signals, strict=True)
    return [h for layer, h in layers if isinstance(layer, Dense)][-2].astype(float)


def reading(arm: Arm, z: np.ndarray) -> np.ndarray:
    """Return f(z), moved and shrunk to run from 0 to 1 if f goes below 0."""
    low, high = arm.f.image
    h = arm.f(z)
    return h if low >= 0 else (h - low) / (high - low)
