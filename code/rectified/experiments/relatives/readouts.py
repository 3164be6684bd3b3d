"""ReLU behind the last layer: scores cut off at 0."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from rectified.activations import relu
from rectified.data import Split
from rectified.experiments.settings import check_data, checked_rates
from rectified.experiments.trials.arms import DTYPE
from rectified.experiments.trials.tuning import FEW_TUNING_SEEDS
from rectified.networks import SGD, Activate, Network, Parameters, Run, mlp, train
from rectified.networks import softmax_cross_entropy as loss
from rectified.networks.checks import check_positive_int
from rectified.networks.streams import check_seeds

RATES = (0.03, 0.1, 0.3)


@dataclass(frozen=True, kw_only=True, eq=False)
class Readouts:
    """Networks with and without ReLU on their scores; arrays are (S,)."""

    seeds: tuple[int, ...]
    rates: Mapping[str, float]  # that each took, found with other seeds
    test_accuracy: Mapping[str, np.ndarray]  # "plain", "rectified"
    silent: np.ndarray  # share of test examples whose rectified scores are all 0
    of_errors: np.ndarray  # share of the rectified network's errors that are such examples


def rectified_readout(
    *,
    data: Split,
    widths: Sequence[int] = (32, 32),
    learning_rates: Sequence[float] = RATES,
    seeds: Sequence[int] = range(40),
    tuning_seeds: Sequence[int] = FEW_TUNING_SEEDS,
    steps: int = 300,
    batch: int = 32,
) -> Readouts:
    """Train ReLU networks whose scores go to the softmax as they are, or through one more ReLU.

    SGD, each at the best of the same rates: that of the lowest mean training loss over the last
    50 steps with other seeds. Where all scores are 0 the first class is the answer. float32.
    Raises TypeError or ValueError, naming the argument. Source: agarap2018deep, section 2.3.
    """
    check_data(data)
    check_positive_int(steps=steps, batch=batch)
    rates, seeds = checked_rates(learning_rates), check_seeds(seeds)
    part, plain = data.train, mlp((data.train.features, *widths, data.train.classes), relu)
    networks = {"plain": plain, "rectified": Network(plain.fan_in, (*plain.layers, Activate(relu)))}

    def run(network: Network, rates: Sequence[float], seeds: Sequence[int]) -> Run:
        start = network.draw(seeds=seeds, dtype=DTYPE)
        rows = Parameters(start.shapes, np.repeat(start.flat, len(rates), axis=0))
        optimizer = SGD(learning_rate=tuple(rates) * len(seeds))
        settings = {"loss": loss, "optimizer": optimizer, "steps": steps, "batch": batch}
        each = [seed for seed in seeds for _ in rates]
        return train(network, rows, part.x, part.y, seeds=each, **settings)

    taken, scores = {}, {}
    for name, network in networks.items():
        last = run(network, rates, tuning_seeds).loss[:, -50:].mean(axis=1)
        tried = np.nan_to_num(last.reshape(-1, len(rates)), nan=np.inf).mean(axis=0)
        taken[name] = rates[int(np.argmin(tried))]
        trained = run(network, [taken[name]], seeds)
        scores[name] = network.forward(trained.parameters, data.test.x).z  # (S, n, classes)
    wrong = {name: z.argmax(axis=-1) != data.test.y for name, z in scores.items()}
    silent = (scores["rectified"] == 0).all(axis=-1)
    errors = wrong["rectified"].sum(axis=1)
    return Readouts(
        seeds=seeds,
        rates=MappingProxyType(taken),
        test_accuracy=MappingProxyType({n: 1 - each.mean(axis=1) for n, each in wrong.items()}),
        silent=silent.mean(axis=1),
        of_errors=(silent & wrong["rectified"]).sum(axis=1) / np.maximum(errors, 1),
    )
