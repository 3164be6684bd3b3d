"""What becomes of gradients on their way back through a network that has not learned yet."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rectified.activations import Activation
from rectified.data import Dataset
from rectified.experiments.depth.predictions import factor_per_layer, gradient_profile, mean_field
from rectified.experiments.settings import check_elementwise
from rectified.experiments.trials.arms import loss_of, outputs_of
from rectified.experiments.trials.watching import bytes_on, in_groups
from rectified.initializers import Initializer, he_normal, zeros
from rectified.networks import (
    SGD,
    Loss,
    gradient_mean_square,
    mlp,
    softmax_cross_entropy,
    streams,
    train,
    weight_gradient_norm,
)
from rectified.networks.checks import check_positive_int
from rectified.networks.streams import check_seeds

NO_DATA, CLASSES = "normal inputs, random labels", 10
PROBES = {"grad_z": gradient_mean_square, "grad_w": weight_gradient_norm}


@dataclass(frozen=True, kw_only=True, eq=False)
class GradientFlow:
    """Gradients layer by layer: arrays are (S, depth), layer 1 first, one row a seed.

    The last layer has no activation, so its ∂loss/∂z is that of the loss by the outputs.
    """

    f: Activation
    weights: Initializer
    biases: Initializer
    seeds: tuple[int, ...]
    depth: int  # layers with weights
    width: int
    data: str  # name of the set, or "normal inputs, random labels"
    mean_square: np.ndarray  # E[(∂loss/∂z)²] over examples and units
    weight_mean_square: np.ndarray  # E[(∂loss/∂w)²] over weights
    predicted: np.ndarray | None  # (depth,): of mean_square, as a multiple of the last layer's

    @property
    def factor(self) -> np.ndarray:
        """By what the mean square is multiplied for each layer back, (S,); hidden layers only."""
        return 1 / factor_per_layer(self.mean_square[:, :-1])

    @property
    def decades(self) -> np.ndarray:
        """Powers of ten by which the size, √E[(∂loss/∂z)²], changes from the last hidden layer back
        to layer 1, (S,).
        """
        return np.log10(self.mean_square[:, 0] / self.mean_square[:, -2]) / 2

    @property
    def predicted_factor(self) -> float | None:
        """The same factor as theory has it; None without a prediction."""
        if self.predicted is None:
            return None
        return float(1 / factor_per_layer(self.predicted[:-1]))


def gradient_flow(
    f: Activation,
    *,
    weights: Initializer = he_normal,
    biases: Initializer = zeros,
    seeds: Sequence[int] = range(16),
    depth: int = 20,
    width: int = 64,
    batch: int = 32,
    data: Dataset | None = None,
) -> GradientFlow:
    """Send the loss's gradient back through S random networks, `depth` layers with weights each.

    Each seed draws a batch: examples of `data`, or standard normal inputs, `width` of them, with
    ten random labels. The loss is that of `loss_of`, a mean over the batch. Mean-field theory
    predicts by what the mean square is multiplied on its way back; it takes the weights of the
    way back to be independent of those of the way there, which they are in effect in wide layers.

    float64. Raises TypeError unless f is elementwise, ValueError for a batch that the data do not
    have, and as `Network.draw` does. Sources: glorot2010understanding, schoenholz2017deep.
    """
    check_elementwise(f)
    check_positive_int(depth=depth, width=width, batch=batch)
    seeds, laws = check_seeds(seeds), {"weights": weights, "biases": biases}
    features, outputs, loss = sizes(data, width)
    network = mlp((features, *[width] * (depth - 1), outputs), f)
    shapes = [shape["w"] for shape in network.shapes if shape]

    def measure(rows: slice) -> dict[str, np.ndarray]:
        x, y = batches(data, seeds[rows], batch, width)
        settings = {"loss": loss, "optimizer": SGD(learning_rate=1.0), "seeds": seeds[rows]}
        start = network.draw(seeds=seeds[rows], **laws)
        run = train(network, start, x, y, steps=1, probes=PROBES, **settings)
        return {name: found[:, 0] for name, found in run.recorded.items()}

    size = 2 * bytes_on(network, batch, np.float64)  # a signal and its gradient
    found = in_groups(len(seeds), size, measure)
    mean_square = 1.0 if data is None else float(np.mean(data.x**2))
    field = mean_field(f, shapes, **laws, mean_square=mean_square)
    settings = {"f": f, **laws, "seeds": seeds, "depth": depth, "width": width}
    return GradientFlow(
        **settings,
        data=NO_DATA if data is None else data.name,
        mean_square=found["grad_z"],
        weight_mean_square=found["grad_w"] ** 2 / [np.prod(shape) for shape in shapes],
        predicted=field and gradient_profile(shapes, weights, field.mean_square_slope),
    )


def sizes(data: Dataset | None, width: int) -> tuple[int, int, Loss]:
    """Return the numbers of inputs and outputs, and the loss."""
    if data is None:
        return width, CLASSES, softmax_cross_entropy
    if not isinstance(data, Dataset):
        raise TypeError(f"data must be a Dataset, got {type(data).__name__}")
    return data.features, outputs_of(data), loss_of(data)


def batches(
    data: Dataset | None, seeds: Sequence[int], batch: int, width: int
) -> tuple[np.ndarray, np.ndarray]:
    """Draw a batch for each seed: x (S, batch, features), y (S, batch) or (S, batch, targets)."""
    rngs = streams(seeds, "examples")
    if data is None:
        drawn = [
            (rng.standard_normal((batch, width)), rng.integers(CLASSES, size=batch)) for rng in rngs
        ]
        return tuple(map(np.stack, zip(*drawn, strict=True)))
    if batch > data.n:
        raise ValueError(f"batch must be at most {data.n}, the number of examples, got {batch}")
    chosen = np.stack([rng.choice(data.n, batch, replace=False) for rng in rngs])  # (S, batch)
    return data.x[chosen], data.y[chosen]
