"""Which initializer lets a deep network learn: how it starts from each, and how far it comes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from rectified.activations import Activation
from rectified.data import Dataset, Split
from rectified.experiments.settings import check_elementwise
from rectified.experiments.trials.arms import Arm, Lsuv
from rectified.experiments.trials.training import TrainedArm, tuned_and_trained
from rectified.experiments.trials.tuning import (
    LEARNING_RATES,
    SEEDS,
    TUNING_SEEDS,
    Budget,
    check_arms,
)
from rectified.initializers import (
    Initializer,
    he_normal,
    small_normal,
    unit_normal,
    xavier_normal,
    zeros,
)
from rectified.networks import SGD, Optimizer, gradient_mean_square, mean_square
from rectified.networks.checks import check_positive_int

PROBES = {"mean_square": mean_square, "gradient": gradient_mean_square}
RUNGS = (small_normal, unit_normal, xavier_normal, he_normal, Lsuv())


@dataclass(frozen=True, kw_only=True, eq=False)
class Rung:
    """One initializer: the first step of each of S networks, and the networks after the last."""

    mean_square: np.ndarray  # (S, depth - 1): E[h²] of the hidden layers, on the first batch
    gradient_mean_square: np.ndarray  # (S, depth): E[(∂loss/∂z)²], likewise
    trained: TrainedArm

    @property
    def diverged_share(self) -> float:
        """Share of the networks that diverged at the rate that was taken."""
        return float(np.mean(self.trained.diverged))


@dataclass(frozen=True, kw_only=True, eq=False)
class InitializationLadder:
    """The same network from several initializers, with the same budget for each."""

    f: Activation
    data: str  # name of the set
    depth: int  # layers with weights
    width: int
    budget: Budget
    rungs: Mapping[str, Rung]  # name of the initializer -> what it leads to


def initialization_ladder(
    f: Activation,
    *,
    data: Split,
    initializers: Sequence[Initializer | Lsuv] = RUNGS,
    biases: Initializer = zeros,
    depth: int = 8,
    width: int = 16,
    optimizer: type[Optimizer] = SGD,
    seeds: Sequence[int] = SEEDS,
    steps: int = 100,
    batch: int | None = 32,
    learning_rates: Sequence[float] = LEARNING_RATES,
    tuning_seeds: Sequence[int] = TUNING_SEEDS,
    validation: Dataset | None = None,
) -> InitializationLadder:
    """Start S networks from each initializer, look at signals and gradients, then train them.

    Each initializer is given its best of the same learning rates, as in `compare_training`.

    float32. Raises TypeError unless f is elementwise, ValueError for one initializer twice, and
    as `compare_training` does. Sources: he2015delving, mishkin2016all.
    """
    check_elementwise(f)
    check_positive_int(depth=depth, width=width)
    if depth < 2:
        raise ValueError(f"depth must be at least 2, so that a layer is hidden, got {depth}")
    common = {"f": f, "widths": (width,) * (depth - 1), "biases": biases, "optimizer": optimizer}
    arms = {one.name: Arm(**common, weights=one) for one in initializers}
    check_arms(arms, data, validation)
    if len(arms) < len(initializers):
        raise ValueError(f"initializers must differ, got {list(initializers)}")
    budget = Budget(
        steps=steps,
        batch=batch,
        learning_rates=learning_rates,
        seeds=seeds,
        tuning_seeds=tuning_seeds,
    )
    rungs = {name: climbed(arm, data, budget, validation) for name, arm in arms.items()}
    return InitializationLadder(
        f=f,
        data=data.train.name,
        depth=depth,
        width=width,
        budget=budget,
        rungs=MappingProxyType(rungs),
    )


def climbed(arm: Arm, data: Split, budget: Budget, validation: Dataset | None) -> Rung:
    """Tune and train the arm, and keep what its first step showed."""
    trained, run = tuned_and_trained(arm, data, budget, validation, PROBES)
    first = {name: found[:, 0].astype(float) for name, found in run.recorded.items()}
    return Rung(
        mean_square=first["mean_square"],
        gradient_mean_square=first["gradient"],
        trained=trained,
    )
