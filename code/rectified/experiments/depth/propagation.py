"""What becomes of signals on their way through a random network."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from rectified.activations import Activation
from rectified.experiments.depth.predictions import MeanField, factor_per_layer, mean_field
from rectified.experiments.settings import check_elementwise
from rectified.experiments.trials.watching import bytes_on, in_groups
from rectified.initializers import Initializer, he_normal, zeros
from rectified.networks import Activate, Dense, Network, Parameters, streams
from rectified.networks.checks import as_inputs, check_positive_int
from rectified.networks.streams import check_seeds


@dataclass(frozen=True, kw_only=True, eq=False)
class SignalPropagation:
    """Signals layer by layer: arrays are (S, depth), one row a seed, unless said otherwise."""

    f: Activation
    weights: Initializer
    biases: Initializer
    seeds: tuple[int, ...]
    depth: int  # layers with weights, each followed by f
    width: int
    input_mean_square: np.ndarray  # (S,)
    input_correlation: np.ndarray  # (S,)
    mean_square_z: np.ndarray  # E[z²] over examples and units
    mean_square_h: np.ndarray  # E[h²], h = f(z)
    correlation: np.ndarray  # E[z z'] / sqrt(E[z²] E[z'²]), z and z' of the two inputs of a pair
    zeros: np.ndarray  # share of entries of h that are exactly 0
    predicted: MeanField | None  # None where weights are not drawn

    @property
    def factor(self) -> np.ndarray:
        """By what E[h²] is multiplied for each layer, (S,)."""
        return factor_per_layer(self.mean_square_h)


def signal_propagation(
    f: Activation,
    *,
    weights: Initializer = he_normal,
    biases: Initializer = zeros,
    seeds: Sequence[int] = range(16),
    depth: int = 20,
    width: int = 64,
    pairs: int = 16,
    correlation: float = 0.5,
    inputs: ArrayLike | None = None,
) -> SignalPropagation:
    """Send pairs of inputs through S random networks of `depth` layers of `width` units.

    Each seed draws `pairs` pairs of standard normal inputs of this correlation; or `inputs`
    (examples, features) go through all networks, rows 0 and 1 a pair, rows 2 and 3, ... Beside the
    measurements stands what mean-field theory predicts for inputs of that mean square and
    correlation: exact in the limit of wide layers, for inputs of one length.

    float64. Raises TypeError unless f is elementwise, ValueError for a correlation outside
    [-1, 1] or inputs that are no pairs, and as `Network.draw` does.
    Sources: he2015delving, poole2016exponential.
    """
    check_elementwise(f)
    check_positive_int(depth=depth, width=width, pairs=pairs)
    if not -1 <= correlation <= 1:
        raise ValueError(f"correlation must lie between -1 and 1, got {correlation}")
    seeds, mean_square = check_seeds(seeds), 1.0
    if inputs is not None:
        inputs = checked_pairs(inputs)
        pairs, mean_square = len(inputs) // 2, float(np.mean(inputs**2))
        correlation = float(pair_correlation(inputs[None])[0])
    network = chain(width if inputs is None else inputs.shape[1], f, depth, width)
    laws = {"weights": weights, "biases": biases}

    def measure(rows: slice) -> dict[str, np.ndarray]:
        x = inputs if inputs is not None else normal_pairs(seeds[rows], pairs, width, correlation)
        return signals(network, network.draw(seeds=seeds[rows], **laws), x)

    with np.errstate(all="ignore"):  # signals may explode or vanish, and the numbers say so
        found = in_groups(len(seeds), bytes_on(network, 2 * pairs, np.float64), measure)
    shapes = [shape["w"] for shape in network.shapes if shape]
    start = {"mean_square": mean_square, "correlation": correlation}
    predicted = mean_field(f, shapes, **laws, **start)
    settings = {"f": f, "seeds": seeds, "depth": depth, "width": width}
    return SignalPropagation(**settings, **laws, **found, predicted=predicted)


def chain(fan_in: int, f: Activation, depth: int, width: int) -> Network:
    """Return a network in which f follows every layer of weighted sums, the last one too."""
    later = [Dense(width, width) for _ in range(depth - 1)]
    layers = [(dense, Activate(f)) for dense in (Dense(fan_in, width), *later)]
    return Network(fan_in, tuple(layer for pair in layers for layer in pair))


def checked_pairs(inputs: ArrayLike) -> np.ndarray:
    """Return inputs as doubles (2 · pairs, features); ValueError unless they are finite pairs."""
    x = as_inputs(inputs, np.shape(inputs)[-1] if np.ndim(inputs) else 0, 1, np.dtype(float))[0]
    if len(x) % 2:
        raise ValueError(f"inputs must be pairs, an even number of rows, got {len(x)}")
    if not np.isfinite(x).all():
        raise ValueError("inputs must be finite, got infinity or NaN in them")
    return x


def normal_pairs(seeds: Sequence[int], pairs: int, features: int, correlation: float) -> np.ndarray:
    """Draw standard normal inputs for each seed, (S, 2 · pairs, features)."""
    shape = pairs, 2, features
    x = np.stack([rng.standard_normal(shape) for rng in streams(seeds, "examples")])
    x[:, :, 1] = correlation * x[:, :, 0] + np.sqrt(1 - correlation**2) * x[:, :, 1]
    return x.reshape(len(x), 2 * pairs, features)


def signals(network: Network, parameters: Parameters, x: np.ndarray) -> dict[str, np.ndarray]:
    """Return what is measured of networks whose layers are Dense and Activate in turn."""
    outputs: list[np.ndarray] = []
    network.forward(parameters, x, signals=outputs)
    z, h = outputs[0::2], outputs[1::2]
    x = np.broadcast_to(x, (len(parameters), *x.shape[-2:]))
    return {
        "input_mean_square": mean_square(x),
        "input_correlation": pair_correlation(x),
        "mean_square_z": np.column_stack([mean_square(layer) for layer in z]),
        "mean_square_h": np.column_stack([mean_square(layer) for layer in h]),
        "correlation": np.column_stack([pair_correlation(layer) for layer in z]),
        "zeros": np.column_stack([np.mean(layer == 0, axis=(1, 2)) for layer in h]),
    }


def mean_square(z: np.ndarray) -> np.ndarray:
    """Return E[z²] of each network, (S,)."""
    return np.mean(z * z, axis=(1, 2))


def pair_correlation(z: np.ndarray) -> np.ndarray:
    """Return E[z z'] / sqrt(E[z²] E[z'²]) over the pairs of rows of each network, (S,)."""
    first, second = z[:, 0::2], z[:, 1::2]
    return np.mean(first * second, axis=(1, 2)) / np.sqrt(mean_square(first) * mean_square(second))
