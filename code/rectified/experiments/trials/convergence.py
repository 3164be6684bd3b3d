"""How many steps a way of training takes to get somewhere, if it gets there at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from rectified.data import Split
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
from rectified.networks import Run, error
from rectified.networks.checks import check_positive_int

MEASURES = ("loss", "error")


@dataclass(frozen=True, kw_only=True, eq=False)
class ArmSpeed:
    """How fast S networks of an arm got to the target, at the arm's best rate.

    Runs end after the budget's steps. One that is not there by then is censored: that it takes
    longer is all that is known, so its number of steps is infinite. A median over seeds is right
    as long as it is finite; a mean is not.
    """

    arm: Arm
    tuning: Tuning
    curve: np.ndarray  # (S, steps): loss, or share of wrong answers, on the batch of each step
    steps_to_target: np.ndarray  # (S,), infinite where the target is not reached
    diverged: np.ndarray  # (S,) bool

    @property
    def reached(self) -> np.ndarray:
        """Which networks reached the target, (S,) bool."""
        return np.isfinite(self.steps_to_target)

    @property
    def median(self) -> float:
        """Median number of steps; infinite if half of the networks or more are not there."""
        return float(np.median(self.steps_to_target))


@dataclass(frozen=True, kw_only=True, eq=False)
class ConvergenceSpeed:
    """Steps to the same target, for arms with the same budget."""

    data: str  # name of the set
    measure: str
    target: float
    window: int
    budget: Budget
    arms: Mapping[str, ArmSpeed]


def convergence_speed(
    arms: Mapping[str, Arm],
    *,
    target: float,
    measure: str = "loss",
    data: Split,
    seeds: Sequence[int] = SEEDS,
    steps: int = 300,
    batch: int | None = 32,
    window: int = 20,
    learning_rates: Sequence[float] = LEARNING_RATES,
    tuning_seeds: Sequence[int] = TUNING_SEEDS,
) -> ConvergenceSpeed:
    """Count steps until the training loss, or the share of wrong answers, is down to the target.

    `measure` is "loss" or "error", taken on each step's batch and smoothed: the mean of the last
    `window` steps must be at most the target, and stay so for as many steps. An arm's rate is the
    one that gets there first in the median over the tuning seeds, as `Tuning` says.

    float32. Raises TypeError or ValueError, naming the argument, before any work is done.
    """
    check_arms(arms, data)
    check_target(measure, target, window, steps, data)
    budget = Budget(
        steps=steps,
        batch=batch,
        learning_rates=learning_rates,
        seeds=seeds,
        tuning_seeds=tuning_seeds,
    )
    results = {
        name: speed_of(arm, data, budget, measure, target, window) for name, arm in arms.items()
    }
    return ConvergenceSpeed(
        data=data.train.name,
        measure=measure,
        target=target,
        window=window,
        budget=budget,
        arms=MappingProxyType(results),
    )


def check_target(measure: str, target: float, window: int, steps: int, data: Split) -> None:
    """Raise ValueError or TypeError unless the target can be looked for."""
    if measure not in MEASURES:
        raise ValueError(f"measure must be one of {', '.join(MEASURES)}, got {measure!r}")
    if measure == "error" and data.train.classes is None:
        raise ValueError(f"measure must be 'loss', as {data.train.name} has no labels")
    if not 0 <= target < np.inf:
        raise ValueError(f"target must be at least 0 and finite, got {target}")
    check_positive_int(window=window, steps=steps)
    if steps < 2 * window:
        raise ValueError(f"steps must be at least {2 * window}, two windows, got {steps}")


def speed_of(
    arm: Arm, data: Split, budget: Budget, measure: str, target: float, window: int
) -> ArmSpeed:
    """Find the arm's rate, then count its steps with the seeds."""
    probes = {"error": error} if measure == "error" else NO_PROBES
    time_of = partial(time_in, measure=measure, target=target, window=window)
    tuning = tuned(arm, data, budget, time_of=time_of, probes=probes)
    run = trained(
        arm,
        data.train,
        learning_rates=[tuning.learning_rate],
        seeds=budget.seeds,
        steps=budget.steps,
        batch=budget.batch,
        probes=probes,
    )
    return ArmSpeed(
        arm=arm,
        tuning=tuning,
        curve=curve_of(run, measure),
        steps_to_target=time_of(run),
        diverged=run.diverged,
    )


def curve_of(run: Run, measure: str) -> np.ndarray:
    """Return what was measured on the batch of each step, (S, steps); NaN from a divergence on."""
    if measure == "loss":
        return run.loss
    return np.where(np.isnan(run.loss), np.nan, run.recorded["error"])


def time_in(run: Run, *, measure: str, target: float, window: int) -> np.ndarray:
    """Return the steps to the target of each row of a run."""
    return steps_to_target(curve_of(run, measure), target=target, window=window)


def steps_to_target(curve: np.ndarray, *, target: float, window: int) -> np.ndarray:
    """Return how many steps (S,) each row of a curve (S, steps) takes to get down to the target.

    That is the least t for which the mean of steps t - window + 1, ..., t, counted from 1, is at
    most the target, and each of the next window - 1 such means is, too. Infinity if there is none.
    """
    smooth = sliding_window_view(curve.astype(float), window, axis=1).mean(axis=-1)
    stays = sliding_window_view(smooth <= target, window, axis=1).all(axis=-1)  # NaN is not below
    return np.where(stays.any(axis=1), stays.argmax(axis=1) + window, np.inf)
