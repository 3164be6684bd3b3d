"""What scikit-learn's own network does in a few epochs with each of its activations."""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from inspect import signature
from types import MappingProxyType

import numpy as np

from rectified.data import Split
from rectified.experiments.settings import check_data
from rectified.late import neural_network
from rectified.networks.checks import check_positive_int
from rectified.networks.streams import check_seeds

CHOICES = ("identity", "logistic", "tanh", "relu")


@dataclass(frozen=True, kw_only=True, eq=False)
class LibraryDefaults:
    """Four activations in scikit-learn's network; the rest but the epochs at its default."""

    defaults: tuple[str, str]  # activations of its classifier and regressor if nobody says
    epochs: int
    seeds: tuple[int, ...]
    loss: Mapping[str, np.ndarray]  # activation -> (S, epochs), training loss after each epoch
    test_accuracy: Mapping[str, np.ndarray]  # activation -> (S,)


def library_defaults(
    *, data: Split, epochs: int = 10, seeds: Sequence[int] = range(10)
) -> LibraryDefaults:
    """Train MLPClassifier with each activation for so many epochs: Adam, 100 hidden units.

    Its own default is to stop after 200 epochs at the latest.

    Raises TypeError or ValueError, naming the argument.
    """
    check_data(data)
    check_positive_int(epochs=epochs)
    seeds = check_seeds(seeds)
    loss, accuracy = {}, {}
    for name in CHOICES:
        curves, scores = [], []
        for seed in seeds:
            network = neural_network.MLPClassifier(
                activation=name, max_iter=epochs, n_iter_no_change=epochs, random_state=seed
            )
            with warnings.catch_warnings():  # it says that it could go on
                warnings.filterwarnings("ignore", "Stochastic Optimizer: Maximum iterations")
                network.fit(data.train.x, data.train.y)
            curves.append(network.loss_curve_)
            scores.append(network.score(data.test.x, data.test.y))
        loss[name], accuracy[name] = np.array(curves), np.array(scores)
    return LibraryDefaults(
        defaults=tuple(
            signature(each).parameters["activation"].default
            for each in (neural_network.MLPClassifier, neural_network.MLPRegressor)
        ),
        epochs=epochs,
        seeds=seeds,
        loss=MappingProxyType(loss),
        test_accuracy=MappingProxyType(accuracy),
    )
