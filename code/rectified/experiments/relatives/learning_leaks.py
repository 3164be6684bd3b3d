"""PReLU in a network: a layer whose slopes are learned, and what they become."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from rectified.activations import prelu_slope_derivative
from rectified.data import Split
from rectified.experiments.settings import check_data, check_hidden
from rectified.experiments.trials.arms import DTYPE
from rectified.experiments.trials.watching import score
from rectified.initializers import he_normal
from rectified.networks import SGD, Dense, Network, Snapshot, softmax_cross_entropy, train
from rectified.networks.checks import check_positive_int
from rectified.networks.layers import LayerParameters, Noise
from rectified.networks.streams import check_seeds


@dataclass(frozen=True)
class LearnedLeak:
    """PReLU as a layer, a slope a unit: h = z where z > 0, else (start + leak) z.

    "leak" (units,) is how far a slope is from its start, so that it begins at 0, as biases do, and
    no penalty looks at it. dL/da = sum over the batch of dL/dh · min(z, 0).
    Source: he2015delving, section 2.1.
    """

    units: int
    start: float = 0.25

    fresh = True

    def __post_init__(self) -> None:
        """Raise TypeError or ValueError unless units is a count and start a finite number."""
        check_positive_int(units=self.units)
        if not np.isfinite(self.start):
            raise ValueError(f"start must be finite, got {self.start}")

    @property
    def shapes(self) -> Mapping[str, tuple[int, ...]]:
        """One number for each unit."""
        return {"leak": (self.units,)}

    def width(self, units: int) -> int:
        """Return `units`; ValueError for another number than this layer's."""
        if units != self.units:
            raise ValueError(f"a layer of {self.units} slopes cannot take {units} units")
        return units

    def forward(
        self, parameters: LayerParameters, h: np.ndarray, noise: Noise, own: bool
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the output, and the input z, which is `h`."""
        return h * self.slope(parameters, h), h

    def backward(
        self,
        parameters: LayerParameters,
        saved: np.ndarray,
        grad: np.ndarray,
        gradient: LayerParameters,
        pull: bool,
    ) -> np.ndarray:
        """Write the gradient by the slopes; return the one by z."""
        gradient["leak"][...] = np.sum(grad * prelu_slope_derivative(saved), axis=1)
        return grad * self.slope(parameters, saved)

    def slope(self, parameters: LayerParameters, z: np.ndarray) -> np.ndarray:
        """Return the slope at each entry of z, (S, batch, units)."""
        below = parameters["leak"][:, None] + z.dtype.type(self.start)
        return np.where(z > 0, z.dtype.type(1), below)


def leaky_network(widths: Sequence[int], *, start: float = 0.25) -> Network:
    """Build a perceptron with a LearnedLeak behind each hidden layer."""
    hidden = [(Dense(*pair), LearnedLeak(pair[1], start)) for pair in pairwise(widths[:-1])]
    return Network(widths[0], (*(layer for pair in hidden for layer in pair), Dense(*widths[-2:])))


@dataclass(frozen=True, kw_only=True, eq=False)
class LearnedSlopes:
    """Slopes of S networks while they learn."""

    seeds: tuple[int, ...]
    start: float
    at: np.ndarray  # (T,), steps at which the slopes were read
    mean: np.ndarray  # (S, T, layers), mean over the units of a layer
    last: np.ndarray  # (S, layers, units), at the end
    test_accuracy: np.ndarray  # (S,)


def learned_slopes(
    *,
    data: Split,
    start: float = 0.25,
    widths: Sequence[int] = (20, 20, 20),
    learning_rate: float = 0.1,
    seeds: Sequence[int] = range(10),
    steps: int = 600,
    batch: int = 32,
    every: int = 50,
) -> LearnedSlopes:
    """Train networks whose slopes all start alike, and watch the slopes: SGD, float32.

    All hidden layers are equally wide. Raises TypeError or ValueError, naming the argument.
    Source: he2015delving, section 2.1.
    """
    check_data(data)
    check_hidden(widths)
    if len(set(widths)) > 1:
        raise ValueError(f"widths must be equal, got {widths}")
    check_positive_int(steps=steps, batch=batch, every=every)
    seeds = check_seeds(seeds)
    part = data.train
    network = leaky_network((part.features, *widths, part.classes), start=start)

    def slopes(seen: Snapshot) -> np.ndarray:
        return slopes_of(seen.parameters.layers, start)

    run = train(
        network,
        network.draw(seeds=seeds, weights=he_normal, dtype=DTYPE),
        part.x,
        part.y,
        loss=softmax_cross_entropy,
        optimizer=SGD(learning_rate=learning_rate),
        steps=steps,
        seeds=seeds,
        batch=batch,
        probes={"slopes": slopes},
        every=every,
    )
    last = slopes_of(run.parameters.layers, start)
    read = np.concatenate([run.recorded["slopes"], last[:, None]], axis=1)
    return LearnedSlopes(
        seeds=seeds,
        start=start,
        at=np.append(run.recorded_at, steps),
        mean=read.mean(axis=-1),
        last=last,
        test_accuracy=score(network, run.parameters, data.test).accuracy,
    )


def slopes_of(layers: Sequence[Mapping[str, np.ndarray]], start: float) -> np.ndarray:
    """Return all slopes, (S, layers, units), as doubles."""
    leaks = [layer["leak"] for layer in layers if "leak" in layer]
    return np.stack(leaks, axis=1).astype(float) + start
