"""What the first biases do: who is on before training, and what is learned after it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from rectified.activations import relu
from rectified.data import Split
from rectified.experiments.settings import check_data, check_hidden, check_initializers
from rectified.experiments.starts.examples import digits
from rectified.experiments.trials.arms import Arm
from rectified.experiments.trials.training import TrainingComparison, compare_training
from rectified.experiments.trials.tuning import TUNING_SEEDS
from rectified.initializers import Initializer, constant, he_normal
from rectified.networks import streams
from rectified.networks.checks import check_positive_int
from rectified.networks.streams import check_seeds


@dataclass(frozen=True, kw_only=True, eq=False)
class ActiveUnits:
    """Units of ReLU networks before training, on the training part; L hidden layers."""

    weights: Initializer
    bias: float
    seeds: tuple[int, ...]
    on: np.ndarray  # (S, units): share of the examples for which a unit of layer 1 is on
    share: np.ndarray  # (S, L): share of pairs of a unit and an example for which it is on
    for_most: np.ndarray  # (S, L): share of units that are on for more than half of the examples


def active_units(
    bias: float,
    *,
    weights: Initializer = he_normal,
    data: Split | None = None,
    widths: Sequence[int] = (64, 64),
    seeds: Sequence[int] = range(20),
) -> ActiveUnits:
    """Start S networks whose biases are all `bias`, and count who is on. No step is taken.

    `data` are standardised digits unless given. float32. Raises TypeError or ValueError, naming
    the argument. Source: goodfellow2016deep, section 6.3.
    """
    check_initializers(weights=weights)
    check_hidden(widths)
    data = digits() if data is None else data
    check_data(data)
    seeds = check_seeds(seeds)
    arm = Arm(f=relu, weights=weights, biases=constant(bias), widths=tuple(widths))
    signals: list[np.ndarray] = []
    arm.network(data.train).forward(arm.start(data.train, seeds), data.train.x, signals=signals)
    on = [(z > 0).mean(axis=1) for z in signals[:-1:2]]  # (S, units) each
    return ActiveUnits(
        weights=weights,
        bias=float(bias),
        seeds=seeds,
        on=on[0],
        share=np.stack([layer.mean(axis=1) for layer in on], axis=1),
        for_most=np.stack([(layer > 0.5).mean(axis=1) for layer in on], axis=1),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class ActiveShare:
    """Share of standard normal z + bias that is above 0: counted, and Φ(bias)."""

    biases: tuple[float, ...]  # B
    seeds: tuple[int, ...]
    counted: np.ndarray  # (S, B)
    theory: np.ndarray  # (B,)


def active_share(
    biases: Sequence[float] = (0.0, 0.1, 0.5, 1.0, 2.0),
    *,
    seeds: Sequence[int] = range(20),
    n: int = 2000,
) -> ActiveShare:
    """Count how many of n preactivations are positive once the bias is added.

    P(z + b > 0) = Φ(b) for z ~ N(0, 1). Raises ValueError unless there are biases, all finite.
    """
    check_positive_int(n=n)
    biases = tuple(constant(bias).value for bias in biases)
    if not biases:
        raise ValueError("biases must hold at least one bias, got none")
    seeds = check_seeds(seeds)
    z = np.stack([rng.standard_normal(n) for rng in streams(seeds, "examples")])
    counted = np.stack([(z + bias > 0).mean(axis=1) for bias in biases], axis=1)
    theory = special.ndtr(np.array(biases))
    return ActiveShare(biases=biases, seeds=seeds, counted=counted, theory=theory)


def learned_with_biases(
    biases: Sequence[float] = (0.0, 0.1, 1.0),
    *,
    hidden: int = 2,
    width: int = 32,
    data: Split | None = None,
    seeds: Sequence[int] = range(30),
    steps: int = 150,
    batch: int | None = 32,
    learning_rates: Sequence[float] = (0.03, 0.1, 0.3),
    tuning_seeds: Sequence[int] = TUNING_SEEDS,
) -> TrainingComparison:
    """Train ReLU networks from He's weights and each of the first biases: arms "bias 0", ...

    Some deep ones fail, whatever their biases: it takes many to compare them.
    `data` are standardised digits unless given. float32. Raises as `compare_training` does.
    """
    check_positive_int(hidden=hidden, width=width)
    widths = (width,) * hidden
    arms = {f"bias {b:g}": Arm(f=relu, biases=constant(b), widths=widths) for b in biases}
    budget = {"seeds": seeds, "steps": steps, "batch": batch, "tuning_seeds": tuning_seeds}
    data = digits() if data is None else data
    return compare_training(arms, data=data, learning_rates=learning_rates, **budget)
