"""Dead units: how many there are before, while and after a network is trained."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from rectified.activations import Activation
from rectified.data import Split
from rectified.experiments.settings import (
    check_data,
    check_elementwise,
    check_hidden,
    checked_rates,
)
from rectified.experiments.trials.arms import Arm
from rectified.experiments.trials.tuning import SEEDS
from rectified.experiments.trials.watching import before_divergence, score, watched
from rectified.initializers import Initializer, he_normal, zeros
from rectified.networks import SGD, Optimizer, Snapshot, dead_masks
from rectified.networks.schedules import Schedule, constant
from rectified.networks.streams import check_seeds


@dataclass(frozen=True, kw_only=True, eq=False)
class DeadUnits:
    """Which units were dead when: of S seeds, R learning rates, T records, L hidden layers.

    A unit is dead if its slope is 0 on every example of the training part. Records lie some steps
    apart; a unit that came back and died again between two of them was not seen.
    """

    arm: Arm
    data: str  # name of the set
    n: int  # examples of the training part
    seeds: tuple[int, ...]  # S
    learning_rates: tuple[float, ...]  # R
    steps: int
    batch: int | None
    recorded_at: np.ndarray  # (T,): steps taken, from 0 to `steps`
    dead: np.ndarray  # (S, R, T, units) bool, the units of all layers side by side
    finite: np.ndarray  # (S, R, T) bool: not diverged by then
    loss: np.ndarray  # (S, R), on the training part after the last step; NaN if diverged
    test_accuracy: np.ndarray | None  # (S, R); None without labels

    @property
    def share(self) -> np.ndarray:
        """Share of the units that are dead, (S, R, T, L); NaN for networks that diverged."""
        share = self._by_layer(self.dead, np.mean)
        return np.where(self.finite[..., None], share, np.nan)

    @property
    def revived(self) -> np.ndarray:
        """Number of times that a dead unit was alive at the next record, (S, R, L)."""
        came_back = self.dead[:, :, :-1] & ~self.dead[:, :, 1:]
        return self._by_layer(came_back & self.finite[:, :, 1:, None], np.sum).sum(axis=2)

    @property
    def died(self) -> np.ndarray:
        """Number of times that a unit was dead, and was not at the record before, (S, R, L)."""
        went = ~self.dead[:, :, :-1] & self.dead[:, :, 1:]
        return self._by_layer(went & self.finite[:, :, 1:, None], np.sum).sum(axis=2)

    def _by_layer(self, units: np.ndarray, reduce) -> np.ndarray:
        """Return `reduce` over the units of each layer, (..., L)."""
        ends = np.cumsum((0, *self.arm.widths))
        layers = [reduce(units[..., start:stop], axis=-1) for start, stop in pairwise(ends)]
        return np.stack(layers, axis=-1)


def dead_units(
    f: Activation,
    *,
    data: Split,
    weights: Initializer = he_normal,
    biases: Initializer = zeros,
    widths: tuple[int, ...] = (32, 32),
    optimizer: type[Optimizer] = SGD,
    schedule: Schedule = constant,
    learning_rates: Sequence[float] = (0.1, 1.0),
    seeds: Sequence[int] = SEEDS,
    steps: int = 200,
    batch: int | None = 32,
    every: int = 20,
) -> DeadUnits:
    """Train S networks at each learning rate, and look for dead units every so many steps.

    They are looked for on the whole training part, before the first step and after the last, too.

    float32. Raises TypeError unless f is elementwise, and TypeError or ValueError, naming the
    argument, for others that do not fit. Source: lu2020dying.
    """
    check_elementwise(f)
    check_data(data)
    check_hidden(widths)
    seeds, rates = check_seeds(seeds), checked_rates(learning_rates)
    laws = {"weights": weights, "biases": biases}
    arm = Arm(f=f, widths=widths, **laws, optimizer=optimizer, schedule=schedule)
    budget = {"seeds": seeds, "learning_rates": rates, "steps": steps, "batch": batch}
    run = watched(arm, data.train, {"dead": which}, **budget, every=every)
    train, test = (score(run.network, run.parameters, part) for part in (data.train, data.test))

    def by_rate(rows: np.ndarray | None) -> np.ndarray | None:
        return None if rows is None else rows.reshape(len(seeds), len(rates), *rows.shape[1:])

    return DeadUnits(
        arm=arm,
        data=data.train.name,
        n=data.train.n,
        **budget,
        recorded_at=run.recorded_at,
        dead=by_rate(run.recorded["dead"]),
        finite=by_rate(before_divergence(run)),
        loss=by_rate(train.loss),
        test_accuracy=by_rate(test.accuracy),
    )


def which(seen: Snapshot) -> np.ndarray:
    """Return which units are dead, those of all layers side by side, (S, units) bool."""
    return np.concatenate(dead_masks(seen), axis=1)
