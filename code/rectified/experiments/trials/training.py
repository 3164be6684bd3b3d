"""Which of several ways trains better, each at a learning rate of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from rectified.data import Dataset, Split
from rectified.experiments.trials.arms import NO_PROBES, Arm, trained
from rectified.experiments.trials.tuning import (
    LEARNING_RATES,
    SEEDS,
    TUNING_SEEDS,
    Budget,
    Tuning,
    check_arms,
    tuned,
)
from rectified.experiments.trials.watching import score
from rectified.networks import Run
from rectified.networks.training import Probe


@dataclass(frozen=True, kw_only=True, eq=False)
class TrainedArm:
    """An arm at its best rate: S networks, none of whose seeds took part in finding the rate.

    A network that diverged has NaN wherever a number would mean nothing.
    """

    arm: Arm
    tuning: Tuning
    curve: np.ndarray  # (S, steps): loss on the batch, before each step
    diverged: np.ndarray  # (S,) bool
    loss: np.ndarray  # (S,), after training, on the whole training part
    accuracy: np.ndarray | None  # (S,), likewise; None without labels
    test_loss: np.ndarray  # (S,)
    test_accuracy: np.ndarray | None  # (S,)


@dataclass(frozen=True, kw_only=True, eq=False)
class TrainingComparison:
    """Arms that were trained with the same budget, on the same split."""

    data: str  # name of the set
    budget: Budget
    arms: Mapping[str, TrainedArm]


def compare_training(
    arms: Mapping[str, Arm],
    *,
    data: Split,
    seeds: Sequence[int] = SEEDS,
    steps: int = 200,
    batch: int | None = 32,
    learning_rates: Sequence[float] = LEARNING_RATES,
    tuning_seeds: Sequence[int] = TUNING_SEEDS,
    validation: Dataset | None = None,
) -> TrainingComparison:
    """Train arms at the best of the same learning rates, and measure them with fresh seeds.

    An arm's rate is the one with the lowest median loss over the tuning seeds, after as many
    steps, on `validation` or else on the training part; a run that diverges counts as worst. The
    test part is looked at once, at the end. A seed sees the same batches in every arm, and starts
    with the same weights where shapes and initializers agree, so arms can be compared seed by
    seed. All seeds share one split: what varies between them is weights and batches.

    float32. Raises TypeError or ValueError, naming the argument, before any work is done.
    """
    check_arms(arms, data, validation)
    budget = Budget(
        steps=steps,
        batch=batch,
        learning_rates=learning_rates,
        seeds=seeds,
        tuning_seeds=tuning_seeds,
    )
    results = {
        name: tuned_and_trained(arm, data, budget, validation)[0] for name, arm in arms.items()
    }
    return TrainingComparison(data=data.train.name, budget=budget, arms=MappingProxyType(results))


def tuned_and_trained(
    arm: Arm,
    data: Split,
    budget: Budget,
    validation: Dataset | None = None,
    probes: Mapping[str, Probe] = NO_PROBES,
) -> tuple[TrainedArm, Run]:
    """Find the arm's rate, then train it with the seeds; probes see the first step of that."""
    tuning = tuned(arm, data, budget, validation=validation)
    run = trained(
        arm,
        data.train,
        learning_rates=[tuning.learning_rate],
        seeds=budget.seeds,
        steps=budget.steps,
        batch=budget.batch,
        probes=probes,
        every=budget.steps,
    )
    train, test = (score(run.network, run.parameters, part) for part in (data.train, data.test))
    found = TrainedArm(
        arm=arm,
        tuning=tuning,
        curve=run.loss,
        diverged=run.diverged | np.isnan(train.loss),
        loss=train.loss,
        accuracy=train.accuracy,
        test_loss=test.loss,
        test_accuracy=test.accuracy,
    )
    return found, run
