"""A loss that is a bowl, and where steps along its partial derivatives lead."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rectified.activations import identity
from rectified.initializers import generators
from rectified.networks import Parameters, mean_squared_error, mlp
from rectified.networks.checks import check_positive_int


@dataclass(frozen=True, kw_only=True, eq=False)
class BowlDescent:
    """Steps along the partial derivatives of a loss that is a bowl over two parameters, w and b.

    The loss at θ is `floor` + ½ (θ - bottom)ᵀ H (θ - bottom).
    """

    share: float  # the learning rate is this share of 2 / (largest eigenvalue of H)
    seeds: tuple[int, ...]
    hessian: np.ndarray  # H: (S, 2, 2)
    bottom: np.ndarray  # (S, 2)
    floor: np.ndarray  # (S,)
    path: np.ndarray  # θ: (S, steps + 1, 2)
    loss: np.ndarray  # (S, steps + 1)

    @property
    def distance(self) -> np.ndarray:
        """Distance from the bottom, 1 at the start, (S, steps + 1)."""
        distance = np.linalg.norm(self.path - self.bottom[:, None], axis=-1)
        return distance / distance[:, :1]


def bowl_descent(
    share: float = 0.9, *, seeds: Sequence[int] = range(20), steps: int = 100
) -> BowlDescent:
    """Fit a line w·x + b to 32 points by gradient descent on the mean squared error.

    Its Hessian H is the same everywhere, so each rate below 2 / λ, λ the largest eigenvalue of H,
    leads to the bottom, and each above it away; a negative share moves uphill, with the gradient.
    Inputs are N(1, 1), targets N(0, 1), and θ starts at a distance of 3 from the bottom.
    """
    check_positive_int(steps=steps)
    rngs = generators(seeds)
    x = np.stack([rng.normal(1.0, 1.0, (32, 1)) for rng in rngs])  # (S, n, 1)
    y = np.stack([rng.standard_normal((32, 1)) for rng in rngs])
    columns = np.concatenate([x, np.ones_like(x)], axis=-1)  # (S, n, 2)
    hessian = 2 * np.mean(columns[..., :, None] * columns[..., None, :], axis=1)
    bottom = np.linalg.solve(hessian, 2 * np.mean(columns * y, axis=1)[..., None])[..., 0]
    angle = np.array([rng.uniform(0, 2 * np.pi) for rng in rngs])
    start = bottom + 3 * np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    rate = share * 2 / np.linalg.eigvalsh(hessian)[:, -1:]
    path, loss = _walk(x, y, start, rate, steps)
    return BowlDescent(
        share=share,
        seeds=tuple(seeds),
        hessian=hessian,
        bottom=bottom,
        floor=_walk(x, y, bottom, rate, 0)[1][:, 0],
        path=path,
        loss=loss,
    )


def _walk(
    x: np.ndarray, y: np.ndarray, start: np.ndarray, rate: np.ndarray, steps: int
) -> tuple[np.ndarray, np.ndarray]:
    """Move against the gradient by rate (S, 1); return places and losses, the start first."""
    network = mlp((1, 1), identity)
    theta = Parameters(network.shapes, start.copy())  # a row is w, b
    path, losses = [], []
    for _ in range(steps + 1):
        trace = network.forward(theta, x)
        loss, grad_z = mean_squared_error(trace.z, y)
        path, losses = [*path, theta.flat.copy()], [*losses, loss]
        theta.flat -= rate * network.backward(theta, trace, grad_z).flat
    return np.stack(path, axis=1), np.stack(losses, axis=1)
