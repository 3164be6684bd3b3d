"""A race at every learning rate: who is down to an error first, and who is better in the end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType

import numpy as np

from rectified.activations import relu, sigmoid, tanh
from rectified.data import Dataset, Split
from rectified.experiments.trials.arms import Arm, trained
from rectified.experiments.trials.convergence import check_target, curve_of, time_in
from rectified.experiments.trials.tuning import (
    FEW_TUNING_SEEDS,
    SEEDS,
    Budget,
    Tuning,
    check_arms,
    check_rates_of,
    tuned,
)
from rectified.experiments.trials.watching import OnAll
from rectified.initializers import he_normal, variance_scaling, xavier_normal
from rectified.networks import accuracy, error, softmax_cross_entropy
from rectified.networks.checks import check_positive_int
from rectified.networks.schedules import Schedule, constant
from rectified.networks.training import Probe

RATES = (0.1, 0.3, 1.0, 3.0)
FOUR_TIMES_XAVIER = variance_scaling(16.0, "fan_avg", "normal")


def contestants(
    widths: tuple[int, ...] = (24, 24, 24), *, schedule: Schedule = constant, large: bool = False
) -> dict[str, Arm]:
    """Return networks of ReLU, tanh and sigmoid, with the laws of weights that are usual for them.

    He's for relu, Xavier's for the others; otherwise they are alike. The sigmoid's slope at 0 is
    1/4, so Xavier's weights are small for it: with `large` there is a fourth arm of that name, a
    sigmoid with four times as large ones. Sources: he2015delving, glorot2010understanding.
    """
    laws = {relu: he_normal, tanh: xavier_normal, sigmoid: xavier_normal}
    settings = {"widths": widths, "schedule": schedule}
    arms = {f.name: Arm(f=f, weights=law, **settings) for f, law in laws.items()}
    if large:
        arms["large"] = Arm(f=sigmoid, weights=FOUR_TIMES_XAVIER, **settings)
    return arms


@dataclass(frozen=True, kw_only=True, eq=False)
class Runner:
    """One arm in the race: S networks at each of R rates."""

    arm: Arm
    tuning: Tuning  # by steps to the target, then by loss; with other seeds
    steps_to_target: np.ndarray  # (S, R), infinite where the target is not reached
    curve: np.ndarray  # (S, steps): share of errors on the batch, at the best rate

    @property
    def best_steps(self) -> np.ndarray:
        """Steps to the target at the rate that was quickest for the tuning seeds, (S,)."""
        return self.steps_to_target[:, self.tuning.best]


@dataclass(frozen=True, kw_only=True, eq=False)
class Race:
    """Arms with the same data, rates, steps and seeds."""

    data: str
    target: float  # share of errors on the batch
    window: int
    budget: Budget
    runners: Mapping[str, Runner]

    def ratio(self, slow: str, fast: str, *, rate: int | None = None) -> np.ndarray:
        """Return steps of `slow` over steps of `fast`, seed by seed, (S,).

        At the rate of that number, the same for both; without one, each at its own best. Who does
        not get there counts as if at the last step, which makes a slow arm seem faster.
        """
        steps = [
            self.runners[name].best_steps
            if rate is None
            else self.runners[name].steps_to_target[:, rate]
            for name in (slow, fast)
        ]
        return np.minimum(steps[0], self.budget.steps) / np.minimum(steps[1], self.budget.steps)


def race(
    arms: Mapping[str, Arm],
    *,
    data: Split,
    target: float = 0.25,
    seeds: Sequence[int] = SEEDS,
    steps: int = 200,
    batch: int = 32,
    window: int = 5,
    learning_rates: Sequence[float] = RATES,
    tuning_seeds: Sequence[int] = FEW_TUNING_SEEDS,
) -> Race:
    """Train every arm at every rate, and count steps until the error is down to the target.

    The error is the share of wrong answers on the batch, smoothed as in `convergence_speed`. The
    best rate of an arm is found with other seeds. float32. Raises TypeError or ValueError, naming
    the argument, before any work is done. Source: krizhevsky2012imagenet, figure 1.
    """
    check_arms(arms, data)
    check_target("error", target, window, steps, data)
    budget = Budget(
        steps=steps,
        batch=batch,
        learning_rates=learning_rates,
        seeds=seeds,
        tuning_seeds=tuning_seeds,
    )
    runners = {name: runner(arm, data, budget, target, window) for name, arm in arms.items()}
    return Race(
        data=data.train.name,
        target=target,
        window=window,
        budget=budget,
        runners=MappingProxyType(runners),
    )


def runner(arm: Arm, data: Split, budget: Budget, target: float, window: int) -> Runner:
    """Find the arm's best rate, and run it at all of them."""
    probes: Mapping[str, Probe] = {"error": error}
    time_of = partial(time_in, measure="error", target=target, window=window)
    tuning = tuned(arm, data, budget, time_of=time_of, probes=probes)
    run = trained(
        arm,
        data.train,
        learning_rates=budget.learning_rates,
        seeds=budget.seeds,
        steps=budget.steps,
        batch=budget.batch,
        probes=probes,
    )
    shape = len(budget.seeds), len(budget.learning_rates)
    return Runner(
        arm=arm,
        tuning=tuning,
        steps_to_target=time_of(run).reshape(shape),
        curve=curve_of(run, "error").reshape(*shape, -1)[:, tuning.best],
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class MatchedLoss:
    """S networks of each arm, compared when their training loss first is down to the target."""

    target: float
    every: int  # steps between two looks
    seeds: tuple[int, ...]
    learning_rates: Mapping[str, float]
    steps: Mapping[str, np.ndarray]  # name -> (S,), infinite where the target is not reached
    test_accuracy: Mapping[str, np.ndarray]  # name -> (S,), at that step; NaN where never


def matched_loss(
    arms: Mapping[str, Arm],
    *,
    learning_rates: Mapping[str, float],
    data: Split,
    target: float = 0.1,
    seeds: Sequence[int] = SEEDS,
    steps: int = 600,
    batch: int = 32,
    every: int = 10,
) -> MatchedLoss:
    """Train each arm at its rate, and read its test accuracy when the training loss is matched.

    Loss and accuracy are those of the whole parts, looked at every so many steps. float32. Raises
    TypeError or ValueError, naming the argument. Source: pretorius2019relu.
    """
    check_arms(arms, data)
    check_rates_of(arms, learning_rates)
    if not 0 < target < np.inf:
        raise ValueError(f"target must be positive and finite, got {target}")
    check_positive_int(steps=steps, every=every)
    probes = {"loss": loss_on(data.train), "accuracy": accuracy_on(data.test)}
    reached, accuracies = {}, {}
    for name, arm in arms.items():
        run = trained(
            arm,
            data.train,
            learning_rates=[learning_rates[name]],
            seeds=seeds,
            steps=steps,
            batch=batch,
            probes=probes,
            every=every,
        )
        there = run.recorded["loss"] <= target  # (S, T); NaN is not below
        ever, first = there.any(axis=1), there.argmax(axis=1)
        reached[name] = np.where(ever, run.recorded_at[first], np.inf)
        at_first = np.take_along_axis(run.recorded["accuracy"], first[:, None], axis=1)[:, 0]
        accuracies[name] = np.where(ever, at_first, np.nan)
    return MatchedLoss(
        target=target,
        every=every,
        seeds=tuple(seeds),
        learning_rates=MappingProxyType(dict(learning_rates)),
        steps=MappingProxyType(reached),
        test_accuracy=MappingProxyType(accuracies),
    )


def loss_on(part: Dataset) -> Probe:
    """Return a probe of the loss on all examples of a set, (S,)."""
    return OnAll(x=part.x, probe=lambda seen: softmax_cross_entropy(seen.trace.z, part.y)[0])


def accuracy_on(part: Dataset) -> Probe:
    """Return a probe of the accuracy on all examples of a set, (S,)."""
    return OnAll(x=part.x, probe=lambda seen: accuracy(seen.trace.z, part.y))
