"""The learning rate of each arm, found with the same effort for all.

A rate that suits one arm may ruin another. So each arm gets the same grid of rates, the same
number of steps and the same seeds to find its rate; what is reported comes from other seeds.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from rectified.data import Dataset, Split
from rectified.experiments.settings import check_data, checked_rates
from rectified.experiments.trials.arms import NO_PROBES, Arm, trained
from rectified.experiments.trials.watching import score
from rectified.networks import Run
from rectified.networks.checks import check_positive_int
from rectified.networks.streams import check_seeds
from rectified.networks.training import Probe

LEARNING_RATES = (0.03, 0.1, 0.3, 1.0, 3.0)
SEEDS = range(10)
TUNING_SEEDS = range(1000, 1005)
FEW_TUNING_SEEDS = TUNING_SEEDS[:3]  # where a network takes long


@dataclass(frozen=True, kw_only=True)
class Budget:
    """What every arm of a comparison is given; the same for all.

    Raises TypeError or ValueError, naming the setting, for what is none: rates that do not rise,
    or a seed that both finds the rate and measures with it.
    """

    steps: int
    batch: int | None  # None: all examples
    learning_rates: tuple[float, ...]  # R, rising
    seeds: tuple[int, ...]  # S
    tuning_seeds: tuple[int, ...]  # T

    def __post_init__(self) -> None:
        """Check the settings."""
        check_positive_int(steps=self.steps)
        object.__setattr__(self, "learning_rates", checked_rates(self.learning_rates))
        for name in ("seeds", "tuning_seeds"):
            object.__setattr__(self, name, check_seeds(getattr(self, name)))
        if both := sorted(set(self.seeds) & set(self.tuning_seeds)):
            raise ValueError(f"tuning_seeds must be none of the seeds, got {both} in both")


@dataclass(frozen=True, kw_only=True, eq=False)
class Tuning:
    """How an arm's learning rate was found: the lowest median over T tuning seeds.

    With a target it is the median number of steps that decides; the median loss then only parts
    rates of equal speed, such as those that never get there. What is still equal goes to the
    smaller rate.
    """

    learning_rates: tuple[float, ...]  # R
    seeds: tuple[int, ...]  # T
    loss: np.ndarray  # (T, R), after training; infinite where the network diverged
    steps_to_target: np.ndarray | None  # (T, R), infinite where it is not reached; None: no target

    @property
    def median_loss(self) -> np.ndarray:
        """Median over the seeds, (R,)."""
        return np.median(self.loss, axis=0)

    @property
    def best(self) -> int:
        """Which of the rates is taken."""
        times = np.zeros_like(self.loss) if self.steps_to_target is None else self.steps_to_target
        return int(np.lexsort((self.median_loss, np.median(times, axis=0)))[0])

    @property
    def learning_rate(self) -> float:
        """The rate that is taken."""
        return self.learning_rates[self.best]

    @property
    def at_edge(self) -> bool:
        """Whether it is the first or the last of the grid: a better one may lie outside."""
        return self.best in (0, len(self.learning_rates) - 1)


def tuned(
    arm: Arm,
    data: Split,
    budget: Budget,
    *,
    validation: Dataset | None = None,
    time_of: Callable[[Run], np.ndarray] | None = None,
    probes: Mapping[str, Probe] = NO_PROBES,
) -> Tuning:
    """Train the arm at all rates at once, with the tuning seeds, and return how it went.

    The loss is that on `validation`, or else on the training part. `time_of` takes the run, and
    returns the steps to the target of each row.
    """
    run = trained(
        arm,
        data.train,
        learning_rates=budget.learning_rates,
        seeds=budget.tuning_seeds,
        steps=budget.steps,
        batch=budget.batch,
        probes=probes,
    )
    shape = len(budget.tuning_seeds), len(budget.learning_rates)
    loss = score(run.network, run.parameters, validation or data.train).loss
    loss = np.where(run.diverged | np.isnan(loss), np.inf, loss)
    return Tuning(
        learning_rates=budget.learning_rates,
        seeds=budget.tuning_seeds,
        loss=loss.reshape(shape),
        steps_to_target=None if time_of is None else time_of(run).reshape(shape),
    )


def check_rates_of(arms: Mapping[str, Arm], learning_rates: Mapping[str, float]) -> None:
    """Raise ValueError unless there is a learning rate for each arm, and for no other."""
    if set(learning_rates) != set(arms):
        raise ValueError(f"learning_rates must be given for {', '.join(arms)}")


def check_arms(arms: Mapping[str, Arm], data: Split, validation: Dataset | None = None) -> None:
    """Raise TypeError or ValueError unless there are arms, by name, and data to train them on."""
    if not isinstance(arms, Mapping) or not all(isinstance(arm, Arm) for arm in arms.values()):
        raise TypeError(f"arms must be a mapping from names to Arm(...), got {arms!r}")
    if not arms:
        raise ValueError("arms must hold at least one arm, got none")
    check_data(data)
    if validation is not None and not isinstance(validation, Dataset):
        raise TypeError(f"validation must be a Dataset, got {type(validation).__name__}")
    if validation is data.test:
        raise ValueError(
            "validation must not be the test part, which is looked at once, at the end"
        )
