"""What a network says of the whole plane, before it has learned and after."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rectified.activations import relu
from rectified.experiments.backprop.descent import BATCH, LEARNING_RATE, WIDTHS, trained, two_moons
from rectified.networks import SGD, Parameters, accuracy, mlp, softmax_cross_entropy

REACH = 2.6  # of the plane shown, in standard deviations of the inputs


@dataclass(frozen=True, kw_only=True, eq=False)
class MoonsPictures:
    """One network of `learn_moons`, looked at after T numbers of steps, on a grid of G × G points.

    lead[t, i, j] is by how much the score of class 1 exceeds that of class 0 at the point
    (grid[j], grid[i]): it is 0 on the boundary between the two.
    """

    seed: int
    widths: tuple[int, ...]
    step: tuple[int, ...]  # (T,)
    grid: np.ndarray  # (G,)
    lead: np.ndarray  # (T, G, G)
    loss: np.ndarray  # (T,), on the training examples
    accuracy: np.ndarray  # (T,), likewise
    x: np.ndarray  # (n, 2), the training examples
    y: np.ndarray  # (n,)


def moons_pictures(
    *,
    seed: int = 0,
    widths: Sequence[int] = WIDTHS,
    learning_rate: float = LEARNING_RATE,
    batch: int = BATCH,
    steps: Sequence[int] = (0, 10, 100, 400),
    points: int = 41,
) -> MoonsPictures:
    """Train one network as `learn_moons` does, and ask it about the plane on its way.

    Raises ValueError unless steps are multiples of 10, and rise.
    """
    if any(step % 10 for step in steps) or list(steps) != sorted(set(steps)) or not steps:
        raise ValueError(f"steps must be multiples of 10 that rise, got {list(steps)}")
    sets, network = two_moons([seed], 200).train, mlp(widths, relu)
    walk = trained(
        network,
        network.draw(seeds=[seed]),
        sets,
        optimizer=SGD(learning_rate=learning_rate),
        batch=batch,
        every=10,
        times=max(steps[-1] // 10, 1),
    )
    theta = Parameters(network.shapes, walk[0, np.array(steps) // 10])  # (T, P)
    grid = np.linspace(-REACH, REACH, points)
    plane = np.stack(np.meshgrid(grid, grid), axis=-1).reshape(-1, 2)
    z = network.forward(theta, plane).z
    scores = network.forward(theta, sets.x[0]).z
    return MoonsPictures(
        seed=seed,
        widths=tuple(widths),
        step=tuple(steps),
        grid=grid,
        lead=(z[..., 1] - z[..., 0]).reshape(len(steps), points, points),
        loss=softmax_cross_entropy(scores, sets.y[0])[0],
        accuracy=accuracy(scores, sets.y[0]),
        x=sets.x[0],
        y=sets.y[0],
    )
