"""How much the draw of the first weights decides, in narrow networks and in wide ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from rectified import data as sets
from rectified.activations import relu
from rectified.data import Split
from rectified.experiments.settings import check_data
from rectified.experiments.trials.arms import Arm
from rectified.experiments.trials.training import TrainedArm, compare_training
from rectified.experiments.trials.tuning import TUNING_SEEDS
from rectified.initializers import he_normal
from rectified.networks.checks import check_positive_int


@cache
def two_moons() -> Split:
    """Return the set of this module: 192 points of two half-moons to train on, 64 to test."""
    rng = np.random.default_rng(0)
    return sets.split(sets.moons(256, rng=rng, noise=0.2), rng=rng).standardised()


@dataclass(frozen=True, kw_only=True, eq=False)
class LuckByWidth:
    """Networks of several widths: what varies between a width's S networks is their first weights.

    Arrays are (S, W), a column for each width.
    """

    widths: tuple[int, ...]  # W: units in the hidden layer
    seeds: tuple[int, ...]
    steps: int
    learning_rates: tuple[float, ...]  # W: the rate that each width was given
    loss: np.ndarray  # after training, on the training part
    accuracy: np.ndarray

    def spread(self, rows: np.ndarray | None = None) -> np.ndarray:
        """Standard deviation of the loss over seeds, or over these rows, (W,)."""
        loss = self.loss if rows is None else self.loss[np.asarray(rows, dtype=int)]
        return loss.std(axis=0, ddof=1)

    @property
    def share(self) -> np.ndarray:
        """Standard deviation of the loss as a share of its mean, (W,)."""
        return self.spread() / self.loss.mean(axis=0)

    def spread_ratio(self, narrow: int, wide: int, rows: np.ndarray | None = None) -> float:
        """Return how many times as far the losses of one width are spread as those of another."""
        spread = self.spread(rows)
        return float(spread[self.widths.index(narrow)] / spread[self.widths.index(wide)])


def luck_by_width(
    widths: Sequence[int] = (2, 5, 20, 100),
    *,
    data: Split | None = None,
    seeds: Sequence[int] = range(20),
    steps: int = 300,
    learning_rates: Sequence[float] = (0.3, 1.0, 3.0, 10.0),
    tuning_seeds: Sequence[int] = TUNING_SEEDS,
) -> LuckByWidth:
    """Train S networks with one hidden layer at each width, on all examples at each step.

    So no batch is drawn, and a seed decides nothing but the first weights. Each width gets its
    best of the same rates. `data` are two moons unless given. float32. Raises as
    `compare_training` does. Source: cs231n2026networks.
    """
    check_positive_int(**{f"widths[{place}]": width for place, width in enumerate(widths)})
    if not widths:
        raise ValueError("widths must hold at least one width, got none")
    data = two_moons() if data is None else data
    check_data(data)
    arms = {str(width): Arm(f=relu, weights=he_normal, widths=(width,)) for width in widths}
    budget = {"seeds": seeds, "steps": steps, "learning_rates": learning_rates}
    found = compare_training(arms, data=data, batch=None, tuning_seeds=tuning_seeds, **budget)
    trained: list[TrainedArm] = [found.arms[str(width)] for width in widths]
    return LuckByWidth(
        widths=tuple(widths),
        seeds=found.budget.seeds,
        steps=steps,
        learning_rates=tuple(arm.tuning.learning_rate for arm in trained),
        loss=np.stack([arm.loss for arm in trained], axis=1).astype(float),
        accuracy=np.stack([arm.accuracy for arm in trained], axis=1),
    )
