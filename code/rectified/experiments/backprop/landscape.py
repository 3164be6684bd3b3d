"""The shape of a network's loss, and what the loss says of mistakes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rectified.activations import Activation, relu
from rectified.data import moons, xor
from rectified.initializers import normal
from rectified.networks import (
    Adam,
    Parameters,
    accuracy,
    mean_squared_error,
    mlp,
    softmax_cross_entropy,
    train,
)


@dataclass(frozen=True, kw_only=True, eq=False)
class BetweenTwins:
    """The loss on the straight line from trained networks to their twins.

    A twin is the same network with its hidden units in reverse order: other parameters, but the
    same outputs and the same loss.
    """

    activation: str
    width: int
    seeds: tuple[int, ...]
    share: np.ndarray  # of the way to the twin, (points,), from 0 to 1
    loss: np.ndarray  # (S, points), mean squared error on the four points of XOR

    @property
    def learned(self) -> np.ndarray:
        """Whether a network learned XOR, (S,): its loss is below 1/16.

        Then no output misses its target by ½, or that square alone would make a mean of 1/16.
        """
        return self.loss[:, 0] < 1 / 16

    @property
    def bump(self) -> np.ndarray:
        """Loss half-way minus the mean of the two ends, (S,): above 0 in no bowl."""
        middle = self.loss[:, self.share.size // 2]
        return middle - (self.loss[:, 0] + self.loss[:, -1]) / 2


def between_twins(
    f: Activation = relu,
    *,
    seeds: Sequence[int] = range(20),
    width: int = 8,
    steps: int = 300,
    points: int = 41,
) -> BetweenTwins:
    """Train networks with one hidden layer on XOR, and walk from each to its twin.

    Raises ValueError unless width is at least 2, and points odd and at least 3, so that one of
    them lies half-way. Source: reed1999neural, section 8.3.
    """
    if width < 2:
        raise ValueError(f"width must be at least 2, or the twin is the same network, got {width}")
    if points < 3 or points % 2 == 0:
        raise ValueError(f"points must be odd and at least 3, got {points}")
    table = xor(4, rng=np.random.default_rng(0))  # draws nothing without noise
    targets = table.y[:, None].astype(np.float64)
    network = mlp((2, width, 1), f)
    run = train(
        network,
        network.draw(seeds=seeds),
        table.x,
        targets,
        loss=mean_squared_error,
        optimizer=Adam(learning_rate=0.02),
        steps=steps,
        seeds=seeds,
    )
    here, there = run.parameters, _twins(run.parameters)
    share = np.linspace(0, 1, points)
    losses = []
    for one in share:
        theta = Parameters(network.shapes, (1 - one) * here.flat + one * there.flat)
        losses.append(mean_squared_error(network.forward(theta, table.x).z, targets)[0])
    return BetweenTwins(
        activation=f.name,
        width=width,
        seeds=run.seeds,
        share=share,
        loss=np.stack(losses, axis=1),
    )


def _twins(parameters: Parameters) -> Parameters:
    """Return the networks with their hidden units in reverse order."""
    twins = parameters.copy()
    hidden, _, output = twins.layers
    hidden["w"][...] = hidden["w"][..., ::-1].copy()
    hidden["b"][...] = hidden["b"][..., ::-1].copy()
    output["w"][...] = output["w"][:, ::-1].copy()
    return twins


@dataclass(frozen=True, kw_only=True, eq=False)
class LossAndMistakes:
    """Cross-entropy and mistakes of random networks, and of two sets of predictions by hand."""

    seeds: tuple[int, ...]
    examples: int
    loss: np.ndarray  # (S,), of random networks on two moons
    mistakes: np.ndarray  # (S,), in how many examples each is wrong
    few_mistakes: int  # by hand: wrong in few of 100 examples, but sure of it ...
    few_loss: float
    many_mistakes: int  # ... and wrong in many, by a hair
    many_loss: float

    @property
    def most(self) -> np.ndarray:
        """How many mistakes the loss allows at most, n · loss / ln 2, (S,)."""
        return self.examples * self.loss / np.log(2)

    @property
    def agreement(self) -> float:
        """Share of the pairs of networks in which the one with fewer mistakes has less loss."""
        loss, mistakes = (np.subtract.outer(each, each) for each in (self.loss, self.mistakes))
        return float(np.mean(loss[mistakes < 0] < 0))


def loss_and_mistakes(
    *, seeds: Sequence[int] = range(1000), few: int = 1, many: int = 40
) -> LossAndMistakes:
    """Compare loss and mistakes of random networks, 200 examples each, and of made-up outputs.

    Whoever is wrong gave the right one of two classes a probability of ½ or less, which costs
    ln 2 or more: n examples with a mean loss L hold at most n L / ln 2 mistakes. Nothing holds
    the other way round: one mistake can cost as much as you like.
    Raises ValueError unless 0 < few < many < 100.
    """
    if not 0 < few < many < 100:
        raise ValueError(f"few and many must be 0 < few < many < 100, got {few} and {many}")
    data = moons(200, rng=np.random.default_rng(0), noise=0.15)  # the same for all networks
    network = mlp((2, 8, 2), relu)
    z = network.forward(network.draw(seeds=seeds, biases=normal(1.0)), data.x).z
    return LossAndMistakes(
        seeds=tuple(seeds),
        examples=data.n,
        loss=softmax_cross_entropy(z, data.y)[0],
        mistakes=np.rint(data.n * (1 - accuracy(z, data.y))).astype(int),
        few_mistakes=few,
        few_loss=_made_up_loss(few, wrong_by=200.0),
        many_mistakes=many,
        many_loss=_made_up_loss(many, wrong_by=0.1),
    )


def _made_up_loss(mistakes: int, *, wrong_by: float, right_by: float = 5.0) -> float:
    """Return the loss of 100 examples of class 0, whose outputs miss or lead by so much."""
    z = np.zeros((1, 100, 2))
    z[0, :, 0] = np.where(np.arange(100) < mistakes, -wrong_by, right_by)
    return float(softmax_cross_entropy(z, np.zeros(100, dtype=int))[0][0])
