"""Habits around the choice: defaults of libraries, mixed stacks, checks before all else."""

import warnings
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from inspect import signature

import numpy as np

from rectified.activations import Activation, elu, relu, tanh
from rectified.data import Dataset, Split, split
from rectified.experiments.settings import check_data
from rectified.experiments.trials.arms import DTYPE
from rectified.experiments.trials.watching import score
from rectified.initializers import Initializer, he_normal, normal
from rectified.late import neural_network, nn, torch
from rectified.networks import (
    SGD,
    Activate,
    Adam,
    Dense,
    Network,
    Optimizer,
    Run,
    mlp,
    softmax_cross_entropy,
    train,
)
from rectified.networks.checks import check_positive_int
from rectified.networks.streams import check_seeds

TRIED = {
    "activation": ("identity", "logistic", "tanh", "relu", "leaky_relu", "gelu", "swish"),
    "beta_1": (-0.1, 0.0, 0.9, 1.0),
}


@dataclass(frozen=True, kw_only=True)
class Defaults:
    """What libraries take if nobody says otherwise, and what they refuse."""

    activations: dict[str, str]  # class -> default
    accepted: tuple[tuple[str, str | float], ...]  # which of TRIED MLPClassifier takes
    validation_fraction: float
    early_stopping: bool


def default_activations() -> Defaults:
    """Ask scikit-learn and PyTorch for their defaults, and try what should not work."""
    asked = {
        "MLPClassifier": (neural_network.MLPClassifier, "activation"),
        "MLPRegressor": (neural_network.MLPRegressor, "activation"),
        "TransformerEncoderLayer": (nn.TransformerEncoderLayer, "activation"),
        "RNNCell": (nn.RNNCell, "nonlinearity"),
    }
    found = {}
    for name, (each, argument) in asked.items():
        default = signature(each).parameters[argument].default
        found[name] = default if isinstance(default, str) else default.__name__
    x, y = np.eye(4), np.arange(4)
    accepted = []
    for setting, values in TRIED.items():
        for value in values:
            with suppress(ValueError), warnings.catch_warnings():  # it says that it could go on
                warnings.filterwarnings("ignore", "Stochastic Optimizer: Maximum iterations")
                neural_network.MLPClassifier(max_iter=1, **{setting: value}).fit(x, y)
                accepted.append((setting, value))
    usual = signature(neural_network.MLPClassifier).parameters
    return Defaults(
        activations=found,
        accepted=tuple(accepted),
        validation_fraction=usual["validation_fraction"].default,
        early_stopping=usual["early_stopping"].default,
    )


def fitted(
    network: Network,
    part: Dataset,
    *,
    seeds: Sequence[int],
    steps: int,
    batch: int | None,
    optimizer: Optimizer,
    weights: Initializer = he_normal,
) -> Run:
    """Train a network for each seed on labels, float32."""
    return train(
        network,
        network.draw(seeds=seeds, weights=weights, dtype=DTYPE),
        part.x,
        part.y,
        loss=softmax_cross_entropy,
        optimizer=optimizer,
        steps=steps,
        seeds=seeds,
        batch=batch,
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class MixedStack:
    """A network of ReLU, tanh and ELU."""

    gradient_error: np.ndarray  # (S,), of a directional derivative, relative
    test_accuracy: np.ndarray  # (S,)


def mixed_stack(
    *, data: Split, width: int = 24, seeds: Sequence[int] = range(10), steps: int = 300
) -> MixedStack:
    """Check the gradient along a random direction by central differences, and train: SGD."""
    check_data(data)
    check_positive_int(width=width, steps=steps)
    seeds, part = check_seeds(seeds), data.train
    layers = [Dense(part.features, width)]
    for f in (relu, tanh, elu()):
        layers += [Activate(f), Dense(width, width)]
    network = Network(part.features, (*layers[:-1], Dense(width, part.classes)))
    theta = network.draw(seeds=seeds, biases=normal(0.1))
    x, y, d = part.x[:20], part.y[:20], 1e-6
    trace = network.forward(theta, x)
    gradient = network.backward(theta, trace, softmax_cross_entropy(trace.z, y)[1])
    way = np.random.default_rng(0).standard_normal(theta.flat.shape)
    along, losses = np.sum(way * gradient.flat, axis=1), []
    for sign in (1, -1):
        moved = theta.copy()
        moved.flat[...] += sign * d * way
        losses.append(softmax_cross_entropy(network.forward(moved, x).z, y)[0])
    numeric = (losses[0] - losses[1]) / (2 * d)
    settings = {"seeds": seeds, "steps": steps, "batch": 32}
    run = fitted(network, part, optimizer=SGD(learning_rate=0.1), **settings)
    return MixedStack(
        gradient_error=np.abs(along - numeric) / np.abs(numeric),
        test_accuracy=score(network, run.parameters, data.test).accuracy,
    )


def wrong_sign(f: Activation) -> Activation:
    """Return f with a fault: its slope has the wrong sign."""
    slope = f.derivative
    return replace(f, derivative=lambda z: -slope(z), gate=None, keeps_slope=False)


def overfit_ten(
    f: Activation, *, data: Split, seeds: Sequence[int] = range(10), steps: int = 200
) -> np.ndarray:
    """Train on ten examples, all at once, and return the loss on them at the end, (S,)."""
    check_data(data)
    check_positive_int(steps=steps)
    part = data.train.take(slice(10))
    network = mlp((part.features, 32, 32, part.classes), f)
    settings = {"seeds": check_seeds(seeds), "steps": steps, "batch": None}
    run = fitted(network, part, optimizer=SGD(learning_rate=0.3), **settings)
    return score(network, run.parameters, part).loss


FIVE = (  # 1 to 5 on five by five pixels, our own drawing
    ("..#..", ".##..", "..#..", "..#..", ".###."),
    ("####.", "....#", ".###.", "#....", "#####"),
    ("####.", "....#", ".###.", "....#", "####."),
    ("#..#.", "#..#.", "#####", "...#.", "...#."),
    ("#####", "#....", "####.", "....#", "####."),
)


@dataclass(frozen=True, kw_only=True, eq=False)
class FiveDigits:
    """Networks of 25, 20, 20, 20 and 5 units."""

    outputs: int
    epochs: int
    right: np.ndarray  # (S,), how many of the five digits
    loss: np.ndarray  # (S, epochs), mean over an epoch


def five_digits(
    f: Activation = relu, *, seeds: Sequence[int] = range(10), epochs: int = 150
) -> FiveDigits:
    """Learn five drawn digits, one at a time: normal weights of variance 1/3, SGD at rate 0.01.

    The book's weights are uniform on [-1, 1], which has that variance.

    Source: kim2017matlab, chapter 5.
    """
    check_positive_int(epochs=epochs)
    x = np.array([[mark == "#" for row in digit for mark in row] for digit in FIVE], float)
    part = Dataset(name="five_digits", title="five digits", x=x, y=np.arange(5), classes=5)
    network = mlp((part.features, 20, 20, 20, part.classes), f)
    settings = {"seeds": check_seeds(seeds), "steps": 5 * epochs, "batch": 1}
    optimizer = SGD(learning_rate=0.01)
    run = fitted(network, part, optimizer=optimizer, weights=normal(3**-0.5), **settings)
    found = score(network, run.parameters, part)
    return FiveDigits(
        outputs=network.fan_out,
        epochs=epochs,
        right=np.round(5 * found.accuracy),
        loss=run.loss.reshape(len(run.seeds), epochs, 5).mean(axis=-1),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class HeldOut:
    """Networks that learned random labels, on a share of the examples."""

    train_share: float
    overlap: int  # examples in both parts
    train_accuracy: np.ndarray  # (S,)
    test_accuracy: np.ndarray  # (S,)


def held_out(
    *, data: Dataset, test: float = 0.2, seeds: Sequence[int] = range(10), steps: int = 400
) -> HeldOut:
    """Give 500 examples random labels, hold out a share, and learn the others: Adam at 0.01."""
    if not isinstance(data, Dataset):
        raise TypeError(f"data must be a Dataset, got {type(data).__name__}")
    check_positive_int(steps=steps)
    rng = np.random.default_rng(0)
    part = data.take(slice(500))
    part = replace(part, y=rng.integers(part.classes, size=part.n))
    numbered = split(
        replace(part, x=np.arange(part.n)[:, None], image_shape=None),
        test=test,
        rng=np.random.default_rng(1),
    )
    parts = split(part, test=test, rng=np.random.default_rng(1))
    network = mlp((part.features, 64, 64, part.classes), relu)
    settings = {"seeds": check_seeds(seeds), "steps": steps, "batch": 50}
    run = fitted(network, parts.train, optimizer=Adam(learning_rate=0.01), **settings)
    both = parts.train, parts.test
    accuracies = [score(network, run.parameters, each).accuracy for each in both]
    return HeldOut(
        train_share=parts.train.n / part.n,
        overlap=len(np.intersect1d(numbered.train.x, numbered.test.x)),
        train_accuracy=accuracies[0],
        test_accuracy=accuracies[1],
    )


@dataclass(frozen=True, kw_only=True)
class RandomSplit:
    """What PyTorch's random_split does to 100 numbers."""

    overlap: int
    missing: int
    same_again: bool  # from a generator with the same seed


def torch_random_split() -> RandomSplit:
    """Split 100 numbers 80 to 20, twice with the same seed."""
    from torch.utils.data import TensorDataset, random_split

    whole = TensorDataset(torch.arange(100))
    made = [random_split(whole, [80, 20], generator=torch.Generator().manual_seed(0)) for _ in "ab"]
    (first, second), again = made[0], made[1]
    both = set(first.indices) | set(second.indices)
    return RandomSplit(
        overlap=len(set(first.indices) & set(second.indices)),
        missing=100 - len(both),
        same_again=first.indices == again[0].indices,
    )
