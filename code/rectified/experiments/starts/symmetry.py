"""Starts that keep the units of a layer equal, and starts that make them differ."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from rectified.activations import relu
from rectified.data import Split
from rectified.experiments.settings import check_data, check_hidden
from rectified.experiments.starts.examples import digits
from rectified.experiments.trials.arms import Arm
from rectified.experiments.trials.training import TrainedArm, tuned_and_trained
from rectified.experiments.trials.tuning import SEEDS, TUNING_SEEDS, Budget, check_arms
from rectified.initializers import constant, he_normal, identity, small_normal, zeros
from rectified.networks import Parameters

CONSTANT = 0.1  # of the start in which all weights are equal
DISTINCT = 1e-3  # singular values below this share of the largest are rounding


def plain_starts() -> dict[str, Arm]:
    """Return five ways to start a ReLU network that somebody might try first, by name."""
    laws = {
        "all 0": zeros,
        f"all {CONSTANT}": constant(CONSTANT),
        "identity": identity(),
        "normal, 0.01": small_normal,
        "He": he_normal,
    }
    return {name: Arm(f=relu, weights=law, widths=(64, 64)) for name, law in laws.items()}


@dataclass(frozen=True, kw_only=True, eq=False)
class SymmetricStart:
    """One start: S networks after training."""

    trained: TrainedArm
    first_weights: np.ndarray  # (S, fan_in, units), after training
    rank: np.ndarray  # (S,): of the first layer's weights after training
    moved: np.ndarray  # (S,): largest change of a hidden weight


@dataclass(frozen=True, kw_only=True, eq=False)
class SymmetricStarts:
    """What becomes of networks that start in different ways, with the same budget for each."""

    data: str  # name of the set
    budget: Budget
    starts: Mapping[str, SymmetricStart]


def symmetric_starts(
    arms: Mapping[str, Arm],
    *,
    data: Split | None = None,
    widths: Sequence[int] | None = None,
    seeds: Sequence[int] = SEEDS,
    steps: int = 150,
    batch: int | None = 32,
    learning_rates: Sequence[float] = (0.03, 0.1, 0.3),
    tuning_seeds: Sequence[int] = TUNING_SEEDS[:3],
) -> SymmetricStarts:
    """Train each start, and look at the weights below: how many directions, how far they moved.

    The rank counts singular values above a thousandth of the largest. If a layer's units start
    equal, and so does the way from each of them, they get equal gradients: the columns of w stay
    equal, and its rank 1. `widths`, where given, are the hidden layers of all arms. `data` are
    standardised digits unless given.

    float32. Raises TypeError or ValueError, naming the argument, before any work is done.
    Source: rumelhart1986learning.
    """
    data = digits() if data is None else data
    check_arms(arms, data)
    if widths is not None:
        arms = {name: replace(arm, widths=tuple(widths)) for name, arm in arms.items()}
    for arm in arms.values():
        check_hidden(arm.widths)
    check_data(data)
    budget = Budget(
        steps=steps,
        batch=batch,
        learning_rates=learning_rates,
        seeds=seeds,
        tuning_seeds=tuning_seeds,
    )
    found = {name: started(arm, data, budget) for name, arm in arms.items()}
    return SymmetricStarts(data=data.train.name, budget=budget, starts=MappingProxyType(found))


def started(arm: Arm, data: Split, budget: Budget) -> SymmetricStart:
    """Tune and train one arm; compare its weights before and after."""
    before = arm.start(data.train, budget.seeds)
    found, run = tuned_and_trained(arm, data, budget)
    return SymmetricStart(
        trained=found,
        first_weights=run.parameters.layers[0]["w"],
        rank=ranks(run.parameters.layers[0]["w"]),
        moved=largest_change(before, run.parameters),
    )


def ranks(w: np.ndarray) -> np.ndarray:
    """Return how many singular values of each matrix (S, fan_in, fan_out) count, (S,)."""
    values = np.linalg.svd(w.astype(float), compute_uv=False)
    return np.sum(values > DISTINCT * values[:, :1], axis=1)


def largest_change(before: Parameters, after: Parameters) -> np.ndarray:
    """Return the largest change of a weight of the hidden layers, (S,)."""
    pairs = [
        (first["w"], last["w"])
        for first, last in zip(before.layers, after.layers, strict=True)
        if "w" in first
    ]
    return np.max([np.abs(b - a).max(axis=(1, 2)) for a, b in pairs[:-1]], axis=0).astype(float)
