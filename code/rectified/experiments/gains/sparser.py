"""More zeros, on purpose: thresholds before training, a price on outputs during it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from scipy import stats

from rectified.activations import Activation, relu
from rectified.data import Split
from rectified.experiments.gains.zeros import zeros_of
from rectified.experiments.settings import check_data
from rectified.experiments.trials.arms import DTYPE, Arm
from rectified.experiments.trials.convergence import convergence_speed
from rectified.experiments.trials.tuning import SEEDS
from rectified.initializers import variance_scaling
from rectified.late import torch
from rectified.networks import (
    SGD,
    Activate,
    ActivityL1,
    Dense,
    Network,
    softmax_cross_entropy,
    train,
)
from rectified.networks.checks import check_number

UNIT_GAIN = variance_scaling(1.0, "fan_in", "normal")


def thresholded(threshold: float) -> Activation:
    """Build max(0, z - t), divided so that E[f(z)²] = 1 for z ~ N(0, 1), whatever t is.

    E[max(0, z - t)²] = (1 + t²) P(z > t) - t φ(t), φ the normal density. Raises TypeError or
    ValueError unless t is a number and finite.
    """
    check_number(threshold=threshold)
    if not np.isfinite(threshold):
        raise ValueError(f"threshold must be finite, got {threshold}")
    above = stats.norm.sf(threshold)
    mean_square = (1 + threshold**2) * above - threshold * stats.norm.pdf(threshold)
    scale = float(mean_square**-0.5)
    return replace(
        relu,
        name=f"thresholded_relu({threshold:g})",
        title=f"ReLU with threshold {threshold:g}",
        formula=rf"\max(0, z - {threshold:g}) \cdot {scale:.3g}",
        value=lambda z: scale * np.maximum(z - threshold, 0.0),
        derivative=lambda z: np.where(np.isnan(z), z, scale * (z > threshold)),
        torch_value=lambda t: scale * torch.relu(t - threshold),
        slopes=(0.0, scale),
        kinks={threshold: 0.0},
        keeps_slope=False,
        gate=None,
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class SparserStarts:
    """S networks at each of T thresholds: zeros at the start, and steps to the target."""

    thresholds: tuple[float, ...]  # T
    target: float
    steps: int  # after so many a network that has not arrived is given up
    learning_rates: tuple[float, ...]  # (T,), the best of the same grid for each
    sparsity: np.ndarray  # (T,): share of outputs that are 0 at the start, z ~ N(0, 1)
    gradient_factor: np.ndarray  # (T,): E[f′(z)²], on its mean square, back through a layer
    steps_to_target: np.ndarray  # (S, T), infinite where the target is not reached


def sparser_starts(
    *,
    data: Split,
    thresholds: Sequence[float] = (-1.0, -0.5, 0.0, 0.4, 0.8),
    widths: tuple[int, ...] = (32, 32),
    target: float = 0.1,
    steps: int = 150,
    learning_rates: Sequence[float] = (0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.7),
    seeds: Sequence[int] = range(30),
    tuning_seeds: Sequence[int] = range(1000, 1010),
) -> SparserStarts:
    """Count steps to a training error, for ReLUs that are silent more and more often.

    All start with z of mean square 1 in each layer. So signals have the same size; gradients do
    not, see `gradient_factor`, so the best rate falls with the threshold, and the grid is fine.
    float32. Raises TypeError or ValueError, naming the argument.
    Source: glorot2011deep.
    """
    fs = [thresholded(t) for t in thresholds]
    arms = {f.name: Arm(f=f, widths=widths, weights=UNIT_GAIN) for f in fs}
    speed = convergence_speed(
        arms,
        target=target,
        measure="error",
        data=data,
        seeds=seeds,
        steps=steps,
        window=5,
        learning_rates=learning_rates,
        tuning_seeds=tuning_seeds,
    )
    found = [speed.arms[f.name] for f in fs]
    return SparserStarts(
        thresholds=tuple(thresholds),
        target=target,
        steps=steps,
        learning_rates=tuple(arm.tuning.learning_rate for arm in found),
        sparsity=stats.norm.cdf(thresholds),
        gradient_factor=np.array([f.slopes[1] ** 2 for f in fs]) * stats.norm.sf(thresholds),
        steps_to_target=np.stack([arm.steps_to_target for arm in found], axis=1),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class PricedOutputs:
    """S networks at each of K prices on their outputs, after training."""

    strengths: tuple[float, ...]  # K, rising
    learning_rate: float
    seeds: tuple[int, ...]
    steps: int
    n: int  # examples to train on
    sparsity: np.ndarray  # (S, K): share of hidden outputs that are 0, training part
    weights: np.ndarray  # (S, K): share of weights that are 0
    test_accuracy: np.ndarray  # (S, K)


def priced_outputs(
    *,
    data: Split,
    strengths: Sequence[float] = (0.0, 1e-3, 3e-3, 1e-2, 3e-2),
    widths: tuple[int, ...] = (32, 32),
    learning_rate: float = 0.1,
    seeds: Sequence[int] = SEEDS,
    steps: int = 600,
    batch: int = 32,
) -> PricedOutputs:
    """Train ReLU networks whose hidden outputs cost something, so that more of them are 0.

    A seed has the same first weights and batches at every price. float32. Raises TypeError or
    ValueError, naming the argument. Source: glorot2011deep, section 3.
    """
    check_data(data)
    strengths = tuple(float(strength) for strength in strengths)
    found = []
    for strength in strengths:
        network = priced_network((data.train.features, *widths, data.train.classes), strength)
        run = train(
            network,
            network.draw(seeds=seeds, dtype=DTYPE),
            data.train.x,
            data.train.y,
            loss=softmax_cross_entropy,
            optimizer=SGD(learning_rate=learning_rate),
            steps=steps,
            seeds=seeds,
            batch=batch,
        )
        found.append(zeros_of(network, run.parameters, data))
    stacked = {name: np.stack([each[name] for each in found], axis=1) for name in found[0]}
    return PricedOutputs(
        strengths=strengths,
        learning_rate=learning_rate,
        seeds=tuple(seeds),
        steps=steps,
        n=data.train.n,
        sparsity=stacked["outputs"],
        weights=stacked["weights"],
        test_accuracy=stacked["test_accuracy"],
    )


def priced_network(widths: Sequence[int], strength: float) -> Network:
    """Return a ReLU network of these widths whose hidden outputs have a price."""
    layers: list = []
    for fan_in, fan_out in pairwise(widths[:-1]):
        layers += [Dense(fan_in, fan_out), Activate(relu), ActivityL1(strength)]
    return Network(widths[0], (*layers, Dense(*widths[-2:])))
