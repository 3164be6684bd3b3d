"""What is trained: the arms of a comparison, each a network with its start and its optimizer.

Training is done in float32, which is twice as fast as float64: its rounding, about 1e-7, is far
below what seeds differ by.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from rectified.activations import Activation, VectorActivation
from rectified.data import Dataset
from rectified.experiments.settings import check_initializers
from rectified.initializers import Initializer, constant, he_normal, lsuv, zeros
from rectified.networks import (
    SGD,
    Loss,
    Network,
    Optimizer,
    Parameters,
    Run,
    deep_mlp,
    mean_squared_error,
    mlp,
    softmax_cross_entropy,
    streams,
    train,
)
from rectified.networks.blocks import Norm
from rectified.networks.checks import check_positive_int
from rectified.networks.clipping import Clip
from rectified.networks.penalties import Penalty
from rectified.networks.schedules import Schedule
from rectified.networks.schedules import constant as constant_rate
from rectified.networks.training import Probe

DTYPE = np.float32
NO_PROBES: Mapping[str, Probe] = MappingProxyType({})


@dataclass(frozen=True)
class Lsuv:
    """In place of an initializer: `initializers.lsuv`, on the first `examples` of the set.

    Biases are 0. Source: mishkin2016all.
    """

    examples: int = 100

    def __post_init__(self) -> None:
        """Raise TypeError or ValueError unless examples is a count."""
        check_positive_int(examples=self.examples)

    @property
    def name(self) -> str:
        """The call that makes it."""
        return f"lsuv(examples={self.examples})"

    @property
    def title(self) -> str:
        """As prose writes it."""
        return "LSUV"


@dataclass(frozen=True, kw_only=True)
class Arm:
    """All that decides how a network is trained, but for data, learning rate, steps and chance.

    Raises TypeError or ValueError, naming the setting, for what is none.
    """

    f: Activation | VectorActivation
    widths: tuple[int, ...] = (32, 32)  # of the hidden layers
    weights: Initializer | Lsuv = he_normal
    biases: Initializer = zeros
    optimizer: type[Optimizer] = SGD
    schedule: Schedule = constant_rate
    dropout: float = 0.0
    penalties: tuple[Penalty, ...] = ()
    clip: Clip | None = None
    normalize: type[Norm] | None = None  # BatchNorm or LayerNorm, before f, as in `deep_mlp`
    residual: bool = False  # a path around each hidden layer behind the first, likewise

    def __post_init__(self) -> None:
        """Check what only a run would find out."""
        if not isinstance(self.f, Activation | VectorActivation):
            raise TypeError(f"f must be an activation such as relu, got {self.f!r}")
        if not isinstance(self.weights, Lsuv):
            check_initializers(weights=self.weights)
        check_initializers(biases=self.biases)
        if isinstance(self.weights, Lsuv) and self.biases not in (zeros, constant(0.0)):
            raise ValueError(f"biases must be 0 where LSUV scales the weights, got {self.biases}")
        if not (isinstance(self.optimizer, type) and issubclass(self.optimizer, Optimizer)):
            raise TypeError(
                f"optimizer must be a class such as SGD, got {self.optimizer!r}: "
                "learning rates are set apart"
            )
        if self.dropout and (self.normalize or self.residual):
            raise ValueError("dropout must be 0 where layers are normalized or residual")
        object.__setattr__(self, "widths", tuple(self.widths))
        object.__setattr__(self, "penalties", tuple(self.penalties))

    def network(self, data: Dataset) -> Network:
        """Return the network for this set: inputs are its features, outputs classes or targets."""
        widths = data.features, *self.widths, outputs_of(data)
        if self.normalize or self.residual:
            return deep_mlp(widths, self.f, normalize=self.normalize, residual=self.residual)
        return mlp(widths, self.f, dropout=self.dropout)

    def start(self, data: Dataset, seeds: Sequence[int]) -> Parameters:
        """Return the first parameters of a network for each seed."""
        network = self.network(data)
        if isinstance(self.weights, Initializer):
            return network.draw(seeds=seeds, weights=self.weights, biases=self.biases, dtype=DTYPE)
        parameters = network.draw(seeds=seeds, dtype=DTYPE)
        layers = [layer["w"] for layer in parameters.layers if "w" in layer]
        x = data.x[: self.weights.examples]
        for row, rng in enumerate(streams(seeds, "weights")):
            made = lsuv([w.shape[1:] for w in layers], self.f, x, rng=rng, dtype=DTYPE)
            for w, drawn in zip(layers, made.weights, strict=True):
                w[row] = drawn
        return parameters


def outputs_of(data: Dataset) -> int:
    """Return how many outputs a network for this set has: its classes, or its targets."""
    return data.y.shape[1] if data.classes is None else data.classes


def loss_of(data: Dataset) -> Loss:
    """Return softmax cross-entropy for labels, mean squared error for numbers."""
    return mean_squared_error if data.classes is None else softmax_cross_entropy


def trained(
    arm: Arm,
    data: Dataset,
    *,
    learning_rates: Sequence[float],
    seeds: Sequence[int],
    steps: int,
    batch: int | None,
    probes: Mapping[str, Probe] = NO_PROBES,
    every: int = 1,
) -> Run:
    """Train a network for each seed at each of R learning rates, all at once.

    Row s R + r of the run is seed s at rate r: a seed starts alike, and sees the same batches, at
    all rates. Raises as `train` does.
    """
    start = arm.start(data, seeds)
    repeated = np.repeat(start.flat, len(learning_rates), axis=0)
    return train(
        arm.network(data),
        Parameters(start.shapes, repeated),
        data.x,
        data.y,
        loss=loss_of(data),
        optimizer=arm.optimizer(
            learning_rate=tuple(learning_rates) * len(seeds), schedule=arm.schedule
        ),
        steps=steps,
        seeds=[seed for seed in seeds for _ in learning_rates],
        batch=batch,
        penalties=arm.penalties,
        clip=arm.clip,
        probes=probes,
        every=every,
    )
