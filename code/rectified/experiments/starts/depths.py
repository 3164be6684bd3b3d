"""Xavier's weights and He's in ReLU networks of several depths."""

from collections.abc import Sequence

from rectified.activations import relu
from rectified.data import Split
from rectified.experiments.depth.plateau import LearnedByDepth, learned_by_depth
from rectified.experiments.starts.examples import digits
from rectified.experiments.trials.arms import Arm
from rectified.experiments.trials.tuning import SEEDS, TUNING_SEEDS
from rectified.initializers import he_normal, he_uniform, xavier_normal
from rectified.networks import Momentum, Optimizer

RATES = (0.001, 0.003, 0.01)


def he_and_xavier(*, optimizer: type[Optimizer] = Momentum) -> dict[str, Arm]:
    """Return two starts of a ReLU network, by name."""
    laws = {"He": he_normal, "Xavier": xavier_normal}
    return {name: Arm(f=relu, weights=law, optimizer=optimizer) for name, law in laws.items()}


def he_normal_and_uniform() -> dict[str, Arm]:
    """Return He's start in two distributions, by name."""
    laws = {"normal": he_normal, "uniform": he_uniform}
    return {name: Arm(f=relu, weights=law, widths=(64, 64)) for name, law in laws.items()}


def rectifier_depths(
    hidden: int,
    *,
    optimizer: type[Optimizer] = Momentum,
    width: int = 32,
    data: Split | None = None,
    seeds: Sequence[int] = SEEDS,
    steps: int = 200,
    batch: int | None = 32,
    learning_rates: Sequence[float] = RATES,
    tuning_seeds: Sequence[int] = TUNING_SEEDS[:2],
) -> LearnedByDepth:
    """Train ReLU networks of so many hidden layers from He's weights and from Xavier's.

    Each way gets its best of the same rates. `data` are standardised digits unless given.
    float32. Raises as `learned_by_depth` does. Source: he2015delving, section 2.2.
    """
    budget = {"seeds": seeds, "steps": steps, "batch": batch, "tuning_seeds": tuning_seeds}
    return learned_by_depth(
        he_and_xavier(optimizer=optimizer),
        hidden=(hidden,),
        width=width,
        data=digits() if data is None else data,
        learning_rates=learning_rates,
        **budget,
    )
