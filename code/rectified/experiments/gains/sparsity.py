"""How many outputs of hidden units are exactly 0, and what training makes of that."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rectified.activations import Activation
from rectified.data import Split
from rectified.experiments.depth.predictions import mean_field
from rectified.experiments.settings import check_data, check_elementwise, check_hidden
from rectified.experiments.trials.arms import Arm, Lsuv
from rectified.experiments.trials.tuning import SEEDS
from rectified.experiments.trials.watching import before_divergence, score, watched
from rectified.initializers import Initializer, he_normal, zeros
from rectified.networks import SGD, Optimizer
from rectified.networks import sparsity as zero_share
from rectified.networks.penalties import Penalty
from rectified.networks.streams import check_seeds


@dataclass(frozen=True, kw_only=True, eq=False)
class Sparsity:
    """Exact zeros in T records of S networks with L hidden layers."""

    arm: Arm
    data: str  # name of the set
    seeds: tuple[int, ...]
    learning_rate: float
    steps: int
    batch: int | None
    recorded_at: np.ndarray  # (T,): steps taken, from 0 to `steps`
    sparsity: np.ndarray  # (S, T, L): share of h that is 0 on the training part; NaN if diverged
    predicted: np.ndarray | None  # (L,): at the start; None where weights are not drawn
    zero_weights: np.ndarray  # (S,): share of weights that are 0 at the end; NaN if diverged
    loss: np.ndarray  # (S,): on the training part after the last step; NaN if diverged
    test_accuracy: np.ndarray | None  # (S,); None without labels


def sparsity(
    f: Activation,
    *,
    data: Split,
    weights: Initializer = he_normal,
    biases: Initializer = zeros,
    penalties: Sequence[Penalty] = (),
    widths: tuple[int, ...] = (32, 32),
    optimizer: type[Optimizer] = SGD,
    learning_rate: float = 0.1,
    seeds: Sequence[int] = SEEDS,
    steps: int = 200,
    batch: int | None = 32,
    every: int = 20,
) -> Sparsity:
    """Train S networks, and count the zeros among their hidden outputs every so many steps.

    Zeros are counted on the whole training part. What a penalty or a bias does to them is seen
    from two calls: a seed has the same weights and batches in both.

    At the start symmetric weights without biases make half of a relu's outputs 0, whatever the
    inputs; with biases the prediction is that of mean-field theory, for inputs of one length.

    float32. Raises TypeError unless f is elementwise, and TypeError or ValueError, naming the
    argument, for others that do not fit. Source: glorot2011deep.
    """
    check_elementwise(f)
    check_data(data)
    check_hidden(widths)
    seeds = check_seeds(seeds)
    arm = Arm(
        f=f, widths=widths, weights=weights, biases=biases, optimizer=optimizer, penalties=penalties
    )
    budget = {"seeds": seeds, "steps": steps, "batch": batch}
    rates, probes = [learning_rate], {"zeros": zero_share}
    run = watched(arm, data.train, probes, **budget, learning_rates=rates, every=every)
    train, test = (score(run.network, run.parameters, part) for part in (data.train, data.test))
    return Sparsity(
        arm=arm,
        data=data.train.name,
        **budget,
        learning_rate=learning_rate,
        recorded_at=run.recorded_at,
        sparsity=np.where(before_divergence(run)[..., None], run.recorded["zeros"], np.nan),
        predicted=predicted(arm, data),
        zero_weights=np.where(run.diverged, np.nan, np.mean(run.parameters.weights == 0, axis=1)),
        loss=train.loss,
        test_accuracy=test.accuracy,
    )


def predicted(arm: Arm, data: Split) -> np.ndarray | None:
    """Return the share of zeros that mean-field theory expects of each hidden layer, (L,)."""
    if isinstance(arm.weights, Lsuv):
        return None
    shapes = [shape["w"] for shape in arm.network(data.train).shapes if shape][:-1]
    laws = {"weights": arm.weights, "biases": arm.biases}
    field = mean_field(arm.f, shapes, **laws, mean_square=float(np.mean(data.train.x**2)))
    return None if field is None else field.zeros
