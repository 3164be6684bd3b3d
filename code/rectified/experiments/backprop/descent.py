"""Going downhill on two moons: epoch by epoch, and until a network tells them apart."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rectified.activations import identity, relu
from rectified.data import Split, Stack, moons, split, stack
from rectified.initializers import zeros
from rectified.networks import (
    SGD,
    Network,
    Optimizer,
    Parameters,
    accuracy,
    mlp,
    softmax_cross_entropy,
    train,
)
from rectified.networks.checks import check_positive_int

# How the moons are learned unless told otherwise.
WIDTHS, LEARNING_RATE, BATCH = (2, 16, 16, 2), 0.3, 20


@dataclass(frozen=True, kw_only=True, eq=False)
class LossByEpoch:
    """The loss on all examples before the first epoch and after each, for softmax regression."""

    batch: int
    share: float  # the learning rate is this share of 1 / L
    seeds: tuple[int, ...]
    updates: int  # in one epoch
    loss: np.ndarray  # (S, epochs + 1)

    @property
    def rises(self) -> np.ndarray:
        """After how many epochs the loss was higher than before, (S,)."""
        return np.count_nonzero(np.diff(self.loss) > 0, axis=1)


def loss_by_epoch(
    *,
    batch: int = 128,
    share: float = 0.9,
    seeds: Sequence[int] = range(20),
    epochs: int = 60,
) -> LossByEpoch:
    """Train softmax regression on two moons, 128 examples, by plain gradient descent.

    No straight line tells the moons apart, so the loss has a lowest point. It is convex, and its
    curvature nowhere exceeds L = λ / 2, λ the largest eigenvalue of the mean of x xᵀ, with a 1
    put to each x for the bias: softmax contributes diag(p) - p pᵀ, whose eigenvalues are at most
    a half. On all examples at once a rate below 2 / L is sure to lower the loss with every step.
    A longer one may do so too, as L is above the curvature near the lowest point.
    """
    check_positive_int(epochs=epochs)
    if not 1 <= batch <= 128:
        raise ValueError(f"batch must lie between 1 and 128, got {batch}")
    sets = two_moons(seeds, 128).train
    network = mlp((2, 2), identity)
    rates = share / _largest_curvature(sets.x)
    walk = trained(
        network,
        network.draw(seeds=seeds, weights=zeros),
        sets,
        optimizer=SGD(learning_rate=tuple(rates)),
        batch=batch,
        every=128 // batch,
        times=epochs,
    )
    return LossByEpoch(
        batch=batch,
        share=share,
        seeds=tuple(seeds),
        updates=128 // batch,
        loss=_on_all(network, walk, sets)[0],
    )


def _largest_curvature(x: np.ndarray) -> np.ndarray:
    """Return half the largest eigenvalue of the mean of x xᵀ, a 1 put to each x, (S,)."""
    columns = np.concatenate([x, np.ones_like(x[..., :1])], axis=-1)  # (S, n, 3)
    squares = np.mean(columns[..., :, None] * columns[..., None, :], axis=1)
    return np.linalg.eigvalsh(squares)[:, -1] / 2


@dataclass(frozen=True, kw_only=True, eq=False)
class MoonsLearned:
    """A ReLU network that learned two moons, seen before the first step and every few steps."""

    widths: tuple[int, ...]
    learning_rate: float
    batch: int
    seeds: tuple[int, ...]
    step: np.ndarray  # (T,), from 0 to the last
    loss: np.ndarray  # (S, T), on all training examples
    train_accuracy: np.ndarray  # (S, T)
    test_accuracy: np.ndarray  # (S, T)

    @property
    def fall(self) -> np.ndarray:
        """By which share the loss has fallen in the end, (S,)."""
        return 1 - self.loss[:, -1] / self.loss[:, 0]

    def steps_to(self, share: float) -> np.ndarray:
        """Return the first step seen with a loss of at most `share` of the first, (S,), or inf.

        Raises ValueError unless 0 < share < 1.
        """
        if not 0 < share < 1:
            raise ValueError(f"share must lie between 0 and 1, got {share}")
        there = self.loss <= share * self.loss[:, :1]
        return np.where(there.any(axis=1), self.step[np.argmax(there, axis=1)], np.inf)


def learn_moons(
    *,
    seeds: Sequence[int] = range(16),
    widths: Sequence[int] = WIDTHS,
    learning_rate: float = LEARNING_RATE,
    batch: int = BATCH,
    steps: int = 400,
    every: int = 10,
) -> MoonsLearned:
    """Train ReLU networks by forward pass, loss, backward pass and step, again and again.

    Each seed has 200 examples to train on and 200 others for the test, standardised, its own
    weights by He's law, and its own batches. `steps` is rounded down to a multiple of `every`.
    """
    check_positive_int(every=every, steps=steps)
    parts = two_moons(seeds, 200)
    network = mlp(widths, relu)
    walk = trained(
        network,
        network.draw(seeds=seeds),
        parts.train,
        optimizer=SGD(learning_rate=learning_rate),
        batch=batch,
        every=every,
        times=steps // every,
    )
    loss, train_accuracy = _on_all(network, walk, parts.train)
    return MoonsLearned(
        widths=tuple(widths),
        learning_rate=learning_rate,
        batch=batch,
        seeds=tuple(seeds),
        step=np.arange(walk.shape[1]) * every,
        loss=loss,
        train_accuracy=train_accuracy,
        test_accuracy=_on_all(network, walk, parts.test)[1],
    )


def two_moons(seeds: Sequence[int], n: int) -> Split:
    """Return two moons for each seed: n examples to train on, and n others for the test."""

    def make(*, rng: np.random.Generator) -> Split:
        return split(moons(2 * n, rng=rng, noise=0.15), test=0.5, rng=rng).standardised()

    return stack(make, seeds=seeds)


def trained(
    network: Network,
    parameters: Parameters,
    sets: Stack,
    *,
    optimizer: Optimizer,
    batch: int,
    every: int,
    times: int,
) -> np.ndarray:
    """Train for times · every steps; return all parameters at the start and every `every` steps,
    (S, times + 1, P).
    """
    run = train(
        network,
        parameters,
        sets.x,
        sets.y,
        loss=softmax_cross_entropy,
        optimizer=optimizer,
        steps=every * times,
        seeds=sets.seeds,
        batch=batch,
        probes={"theta": lambda seen: seen.parameters.flat.copy()},
        every=every,
    )
    return np.concatenate([run.recorded["theta"], run.parameters.flat[:, None]], axis=1)


def _on_all(network: Network, walk: np.ndarray, sets: Stack) -> tuple[np.ndarray, np.ndarray]:
    """Return loss and accuracy of each place of a walk (S, T, P) on all examples, (S, T) each."""
    found = []
    for theta in np.swapaxes(walk, 0, 1):  # (S, P)
        z = network.forward(Parameters(network.shapes, theta), sets.x).z
        found.append((softmax_cross_entropy(z, sets.y)[0], accuracy(z, sets.y)))
    losses, shares = np.array(found).transpose(1, 2, 0)  # (T, 2, S) -> (2, S, T)
    return losses, shares
