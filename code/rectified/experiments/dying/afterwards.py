"""What becomes of units after they died: do their weights move, do they come back?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rectified.data import Split
from rectified.experiments.dying.dead import which
from rectified.experiments.dying.looking import by_layer
from rectified.experiments.settings import check_data
from rectified.experiments.trials.arms import Arm
from rectified.experiments.trials.tuning import SEEDS
from rectified.experiments.trials.watching import watched
from rectified.networks import Snapshot
from rectified.networks.checks import check_positive
from rectified.networks.streams import check_seeds


@dataclass(frozen=True, kw_only=True, eq=False)
class AfterDeath:
    """Dead units of S networks with L hidden layers, looked at after every step."""

    arm: Arm
    data: str
    n: int
    seeds: tuple[int, ...]
    learning_rate: float
    steps: int
    ever_dead: np.ndarray  # (S, L): number of units that were dead at some record
    revived: np.ndarray  # (S, L): number of times that a dead unit was not dead a step later
    dead: np.ndarray  # (S, T, L): number of dead units
    moved: np.ndarray  # (S, T - 1): units of layer 1, dead before the step, whose weights it moved

    @property
    def dead_steps(self) -> np.ndarray:
        """Steps before which a unit of layer 1 was dead, summed over its units, (S,)."""
        return self.dead[:, :-1, 0].sum(axis=1)


def after_death(
    arm: Arm,
    *,
    data: Split,
    learning_rate: float,
    seeds: Sequence[int] = SEEDS,
    steps: int = 100,
    batch: int | None = 32,
) -> AfterDeath:
    """Train S networks, and follow each dead unit from step to step.

    A unit is dead if its slope is 0 on every example of the training part. float32; weights have
    moved if a bit of them changed. Raises TypeError or ValueError, naming the argument.
    """
    if not isinstance(arm, Arm) or not arm.widths:
        raise TypeError(f"arm must be an Arm(...) with a hidden layer, got {arm!r}")
    check_data(data)
    check_positive(learning_rate=learning_rate)
    seeds = check_seeds(seeds)
    probes = {"dead": which, "first": first_weights}
    budget = {"learning_rates": [learning_rate], "steps": steps, "batch": batch, "every": 1}
    run = watched(arm, data.train, probes, seeds=seeds, **budget)
    dead, first = run.recorded["dead"], run.recorded["first"]  # (S, T, units), (S, T, n + 1, m)
    same = (first[:, 1:] == first[:, :-1]).all(axis=2)
    came_back = dead[:, :-1] & ~dead[:, 1:]
    layers = by_layer(dead, arm.widths)
    return AfterDeath(
        arm=arm,
        data=data.train.name,
        n=data.train.n,
        seeds=seeds,
        learning_rate=learning_rate,
        steps=steps,
        ever_dead=np.stack([each.any(axis=1).sum(axis=1) for each in layers], axis=1),
        revived=np.stack(
            [each.sum(axis=(1, 2)) for each in by_layer(came_back, arm.widths)], axis=1
        ),
        dead=np.stack([each.sum(axis=2) for each in layers], axis=2),
        moved=np.sum(layers[0][:, :-1] & ~same, axis=2),
    )


def first_weights(seen: Snapshot) -> np.ndarray:
    """Return weights and bias of layer 1, one below the other, (S, fan_in + 1, units)."""
    first = seen.parameters.layers[0]
    return np.concatenate([first["w"], first["b"][:, None]], axis=1)
