"""Inputs on different scales, which first weights of one law cannot suit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from rectified.activations import relu
from rectified.data import Dataset, Split
from rectified.experiments.settings import check_data
from rectified.experiments.starts.examples import digits, raw_digits
from rectified.experiments.trials.arms import Arm, trained
from rectified.experiments.trials.training import TrainedArm, compare_training
from rectified.experiments.trials.tuning import SEEDS, TUNING_SEEDS
from rectified.experiments.trials.watching import score
from rectified.networks.checks import check_positive, check_positive_int

PIXEL = 36  # of 64: in the middle, grey in most digits
RATES = (1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0)


def stretched(split: Split, factor: float, *, feature: int | None = None) -> Split:
    """Return the split with one feature, or all of them, multiplied by the factor.

    Raises ValueError unless the factor is positive and the feature one of the set's.
    """
    check_data(split)
    check_positive(factor=factor)
    columns = split.train.features
    if feature is not None and not 0 <= feature < columns:
        raise ValueError(f"feature must lie between 0 and {columns - 1}, got {feature}")
    by = np.full(columns, factor) if feature is None else np.ones(columns)
    by[... if feature is None else feature] = factor
    return Split(train=_times(split.train, by), test=_times(split.test, by))


def to_unit_range(split: Split) -> Split:
    """Return the split with each feature moved and scaled to 0..1 on the training part."""
    check_data(split)
    low = split.train.x.min(axis=0)
    span = split.train.x.max(axis=0) - low
    span = np.where(span == 0, 1.0, span)
    parts = [replace(part, x=(part.x - low) / span) for part in (split.train, split.test)]
    return Split(train=parts[0], test=parts[1])


def _times(part: Dataset, by: np.ndarray) -> Dataset:
    return replace(part, x=part.x * by)


@dataclass(frozen=True, kw_only=True, eq=False)
class ScaledInputs:
    """The same network on the same set, one input of which is on a scale of its own."""

    factor: float
    learning_rates: tuple[float, ...]
    arms: Mapping[str, TrainedArm]  # how the inputs were made ready -> networks


def scaled_inputs(
    *,
    factor: float = 1000.0,
    feature: int = PIXEL,
    arm: Arm | None = None,
    seeds: Sequence[int] = SEEDS,
    steps: int = 150,
    learning_rates: Sequence[float] = RATES,
    tuning_seeds: Sequence[int] = TUNING_SEEDS[:3],
) -> ScaledInputs:
    """Multiply one pixel of all digits, then train: as they are, standardised, scaled to 0..1.

    Each way gets its best of the same rates. float32. Raises as `compare_training` does.
    Source: brownlee2019relu.
    """
    arm = Arm(f=relu) if arm is None else arm
    odd = stretched(raw_digits(), factor, feature=feature)
    ways = {"as it is": odd, "standardised": odd.standardised(), "0 to 1": to_unit_range(odd)}
    budget = {"seeds": seeds, "steps": steps, "learning_rates": learning_rates}
    found = {
        name: compare_training({name: arm}, data=data, tuning_seeds=tuning_seeds, **budget)
        for name, data in ways.items()
    }
    return ScaledInputs(
        factor=factor,
        learning_rates=tuple(learning_rates),
        arms=MappingProxyType({name: each.arms[name] for name, each in found.items()}),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class GrownWeights:
    """Training at one rate on inputs of several scales: arrays (S, F), a column a scale."""

    factors: tuple[float, ...]  # F: of standardised inputs
    learning_rate: float
    growth: np.ndarray  # length of all weights after training over that before
    peak: np.ndarray  # largest loss on a batch on the way
    test_accuracy: np.ndarray
    diverged: np.ndarray  # bool


def grown_weights(
    *,
    factors: Sequence[float] = (1.0, 10.0, 100.0),
    learning_rate: float = 0.1,
    arm: Arm | None = None,
    seeds: Sequence[int] = range(20),
    steps: int = 150,
    batch: int = 32,
) -> GrownWeights:
    """Multiply standardised digits by each factor, and train on them from the same weights.

    A network that diverges has infinite growth and peak, and the accuracy of guessing one class.
    float32. Raises TypeError or ValueError, naming the argument.
    """
    check_positive(learning_rate=learning_rate)
    check_positive(**{f"factors[{place}]": factor for place, factor in enumerate(factors)})
    check_positive_int(steps=steps, batch=batch)
    arm, standard = Arm(f=relu) if arm is None else arm, digits()
    columns = []
    for factor in factors:
        data = stretched(standard, factor)
        budget = {"seeds": seeds, "steps": steps, "batch": batch}
        run = trained(arm, data.train, learning_rates=[learning_rate], **budget)
        before, after = (
            np.linalg.norm(theta.weights.astype(float), axis=1)
            for theta in (arm.start(data.train, run.seeds), run.parameters)
        )
        found = score(run.network, run.parameters, data.test)
        columns.append((after / before, run.loss.max(axis=1), found.accuracy, run.diverged))
    growth, peak, accuracy, diverged = (
        np.stack(each, axis=1) for each in zip(*columns, strict=True)
    )
    return GrownWeights(
        factors=tuple(factors),
        learning_rate=learning_rate,
        growth=growth,
        peak=peak,
        test_accuracy=accuracy,
        diverged=diverged,
    )
