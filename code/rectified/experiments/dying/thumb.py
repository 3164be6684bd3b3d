"""A rule of thumb, tried: which activation to take first, which next, and which never."""

from collections.abc import Sequence

from rectified.activations import elu, leaky_relu, maxout, relu, sigmoid, tanh
from rectified.data import Split
from rectified.experiments.trials.arms import Arm
from rectified.experiments.trials.training import TrainingComparison, compare_training
from rectified.experiments.trials.tuning import FEW_TUNING_SEEDS
from rectified.initializers import he_normal, xavier_normal
from rectified.networks import BatchNorm
from rectified.networks.checks import check_positive_int

RATES = (0.03, 0.1, 0.3, 1.0, 3.0, 10.0)  # the best rate of each arm lies between the two ends


def rule_of_thumb(
    *,
    data: Split,
    hidden: int = 3,
    width: int = 32,
    seeds: Sequence[int] = range(20),
    steps: int = 200,
    batch: int | None = 32,
    learning_rates: Sequence[float] = RATES,
    tuning_seeds: Sequence[int] = FEW_TUNING_SEEDS,
) -> TrainingComparison:
    """Train networks of the functions that the rule names, each at the best of the same rates.

    Arms "ReLU", "leaky", "ELU", "maxout" from He's weights; "tanh", "sigmoid" and "sigmoid, batch
    norm" from Xavier's. Now and then a network falls behind, whatever its function: ten are too
    few to tell whether two functions differ by two points.
    float32. Raises as `compare_training` does. Source: cs231n2026networks, TLDR.
    """
    check_positive_int(hidden=hidden, width=width)
    widths = (width,) * hidden
    rectifiers = {"ReLU": relu, "leaky": leaky_relu(), "ELU": elu(), "maxout": maxout()}
    arms = {name: Arm(f=f, widths=widths, weights=he_normal) for name, f in rectifiers.items()}
    bounded = {"weights": xavier_normal, "widths": widths}
    arms |= {"tanh": Arm(f=tanh, **bounded), "sigmoid": Arm(f=sigmoid, **bounded)}
    arms["sigmoid, batch norm"] = Arm(f=sigmoid, normalize=BatchNorm, **bounded)
    budget = {"seeds": seeds, "steps": steps, "batch": batch, "tuning_seeds": tuning_seeds}
    return compare_training(arms, data=data, learning_rates=learning_rates, **budget)
