"""Layers that learned to undo noise before they learn labels: is that still worth it?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rectified.activations import Activation, relu
from rectified.data import Dataset, Split
from rectified.experiments.settings import (
    check_data,
    check_elementwise,
    check_hidden,
    checked_rates,
)
from rectified.experiments.trials.arms import DTYPE, Arm
from rectified.experiments.trials.tuning import FEW_TUNING_SEEDS, SEEDS, Budget
from rectified.experiments.trials.watching import score
from rectified.initializers import Initializer, he_normal
from rectified.networks import (
    SGD,
    Parameters,
    mean_squared_error,
    mlp,
    softmax_cross_entropy,
    streams,
    train,
)
from rectified.networks.checks import check_positive_int, check_share
from rectified.networks.schedules import Cosine


@dataclass(frozen=True, kw_only=True, eq=False)
class Pretraining:
    """S networks trained from He's law, and S that start where denoising autoencoders ended."""

    arm: Arm
    n: int  # examples with labels
    unlabelled: int  # examples that the autoencoders saw
    budget: Budget
    rates: tuple[float, float]  # without and with pre-training, the best of the same grid
    noise_left: np.ndarray  # (S, L): what each autoencoder's error was at its end over its start
    plain: np.ndarray  # (S,): test accuracy without pre-training
    pretrained: np.ndarray  # (S,): with


def pretraining(
    f: Activation = relu,
    *,
    data: Split,
    labelled: int,
    weights: Initializer = he_normal,
    widths: tuple[int, ...] = (24, 24, 24),
    dropped: float = 0.25,
    steps: int = 150,
    batch: int = 32,
    learning_rates: Sequence[float] = (0.1, 0.3),
    seeds: Sequence[int] = SEEDS,
    tuning_seeds: Sequence[int] = FEW_TUNING_SEEDS,
) -> Pretraining:
    """Train on the first `labelled` examples, with and without greedy pre-training on all.

    Layer by layer, an autoencoder with one hidden layer, which becomes the layer, learns to
    restore what the layers below make of x from a copy with a share `dropped` of it set to 0, in
    as many steps as the labels get. Then all layers learn the labels; the output layer starts by
    the law. A seed has the same labels, batches and output layer in both. float32. Raises
    TypeError or ValueError, naming the argument. Source: vincent2008extracting.
    """
    check_elementwise(f)
    check_data(data)
    check_hidden(widths)
    check_share(dropped=dropped)
    check_positive_int(labelled=labelled)
    if labelled > data.train.n:
        raise ValueError(f"labelled must be at most {data.train.n}, got {labelled}")
    budget = Budget(
        steps=steps,
        batch=min(batch, labelled),
        learning_rates=checked_rates(learning_rates),
        seeds=seeds,
        tuning_seeds=tuning_seeds,
    )
    arm = Arm(f=f, widths=widths, weights=weights, schedule=Cosine(steps))
    few = data.train.take(slice(labelled))
    both = budget.tuning_seeds + budget.seeds
    plain = arm.start(data.train, both)
    deep, left = pretrained_start(arm, data.train, both, dropped=dropped, steps=steps, batch=batch)
    found = [learned(arm, start, few, data.test, budget) for start in (plain, deep)]
    return Pretraining(
        arm=arm,
        n=labelled,
        unlabelled=data.train.n,
        budget=budget,
        rates=(found[0][0], found[1][0]),
        noise_left=left[len(budget.tuning_seeds) :],
        plain=found[0][1],
        pretrained=found[1][1],
    )


def pretrained_start(
    arm: Arm, data: Dataset, seeds: Sequence[int], *, dropped: float, steps: int, batch: int
) -> tuple[Parameters, np.ndarray]:
    """Return first parameters whose hidden layers were autoencoders', and the errors left."""
    start = arm.start(data, seeds)
    layers = [layer for layer in start.layers if "w" in layer][:-1]
    rngs = streams(seeds, "dropout")
    h = np.broadcast_to(data.x.astype(DTYPE), (len(seeds), *data.x.shape))
    left = np.empty((len(seeds), len(layers)))
    for place, layer in enumerate(layers):
        fan_in, width = layer["w"].shape[1:]
        coder = mlp((fan_in, width, fan_in), arm.f)
        noisy = h * np.stack([rng.random(h.shape[1:]) >= dropped for rng in rngs])
        first = coder.draw(seeds=seeds, weights=arm.weights, dtype=DTYPE)
        settings = {"loss": mean_squared_error, "seeds": seeds, "steps": steps, "batch": batch}
        run = train(coder, first, noisy, h, optimizer=SGD(learning_rate=0.1), **settings)
        left[:, place] = run.loss[:, -10:].mean(axis=1) / run.loss[:, :10].mean(axis=1)
        learned_layer = run.parameters.layers[0]
        for name in ("w", "b"):
            layer[name][...] = learned_layer[name]
        h = arm.f(h @ layer["w"] + layer["b"][:, None])
    return start, left


def learned(
    arm: Arm, start: Parameters, few: Dataset, test: Dataset, budget: Budget
) -> tuple[float, np.ndarray]:
    """Return the rate with the lowest median loss over the tuning seeds, and what it gives.

    The first rows of `start` are those of the tuning seeds.
    """
    tuning, rates = len(budget.tuning_seeds), budget.learning_rates
    rows = np.repeat(start.flat[:tuning], len(rates), axis=0)
    tried = [seed for seed in budget.tuning_seeds for _ in rates]
    settings = {
        "loss": softmax_cross_entropy,
        "steps": budget.steps,
        "batch": budget.batch,
    }
    network = arm.network(few)
    run = train(
        network,
        Parameters(start.shapes, rows),
        few.x,
        few.y,
        optimizer=SGD(learning_rate=rates * tuning, schedule=arm.schedule),
        seeds=tried,
        **settings,
    )
    loss = np.where(run.diverged, np.inf, score(network, run.parameters, few).loss)
    rate = rates[int(np.median(loss.reshape(tuning, len(rates)), axis=0).argmin())]
    run = train(
        network,
        Parameters(start.shapes, start.flat[tuning:]),
        few.x,
        few.y,
        optimizer=SGD(learning_rate=rate, schedule=arm.schedule),
        seeds=budget.seeds,
        **settings,
    )
    return rate, score(network, run.parameters, test).accuracy
