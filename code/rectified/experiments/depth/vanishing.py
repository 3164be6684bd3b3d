"""Saturation, one unit at a time and in a whole network, and the paths that a gradient takes."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from math import prod

import numpy as np
from scipy.optimize import brentq

from rectified.activations import Activation, relu, sigmoid
from rectified.data import Dataset
from rectified.experiments.depth.propagation import chain
from rectified.experiments.settings import check_elementwise, check_initializers
from rectified.initializers import Initializer, generators, he_normal, xavier_normal, zeros
from rectified.networks import Activate, Dense, Network, Parameters, streams
from rectified.networks.checks import check_positive, check_positive_int
from rectified.networks.streams import check_seeds

FLAT = 0.05  # a slope below a fifth of the sigmoid's largest


@dataclass(frozen=True, kw_only=True, eq=False)
class HalfSlope:
    """Where the slope of an activation has fallen to half of its value at 0, and where to 0.05."""

    f: Activation
    place: float  # z > 0 of half the slope
    flat_place: float  # z > 0 beyond which the slope is below 0.05
    at_two: float  # f'(2) / f'(0)
    flat_share: float  # share of [-100, 100] with a slope below 0.05


def half_slope(f: Activation) -> HalfSlope:
    """Find the inputs at which f' is half of f'(0), and 0.05, for f with one bump of slope at 0.

    Raises TypeError unless f is elementwise, ValueError unless the slope falls to both up to 100.
    """
    check_elementwise(f)

    def slope(z: float) -> float:
        return float(f.derivative(np.float64(z)))

    def place_of(level: float) -> float:
        if not slope(100.0) < level < slope(0.0):
            raise ValueError(f"f must have a slope that falls from 0 on, got {f}")
        return float(brentq(lambda z: slope(z) - level, 0.0, 100.0, xtol=1e-14))

    line = np.linspace(-100.0, 100.0, 200_001)
    return HalfSlope(
        f=f,
        place=place_of(slope(0.0) / 2),
        flat_place=place_of(FLAT),
        at_two=slope(2.0) / slope(0.0),
        flat_share=float(np.mean(f.derivative(line) < FLAT)),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class Recovery:
    """How long one unit takes to get off the wrong side."""

    f: Activation
    starts: tuple[float, ...]
    cross_entropy: bool
    steps: np.ndarray  # (len(starts),): until z <= 0; infinite if it takes more than `most`


def recovery(
    f: Activation, *, starts: Sequence[float], cross_entropy: bool = False, most: int = 100_000
) -> Recovery:
    """Train the bias of one unit from each start down to the middle of f, at learning rate 1.

    The target is the lower limit of f. The loss is (h - target)² / 2, or else the cross-entropy of
    a sigmoid unit, whose gradient by z is h - target. Raises ValueError unless all starts are
    positive, and for a cross-entropy of what is no sigmoid.
    """
    check_elementwise(f)
    check_positive_int(most=most)
    check_positive(**{f"starts[{place}]": start for place, start in enumerate(starts)})
    if cross_entropy and f is not sigmoid:
        raise ValueError(f"cross_entropy must be of a sigmoid unit, got {f}")
    z, steps = np.array(starts, float), np.full(len(starts), np.inf)
    for step in range(1, most + 1):
        error = f(z) - f.limits[0]
        z = z - (error if cross_entropy else error * f.derivative(z))
        steps[(z <= 0) & np.isinf(steps)] = step
        if np.isfinite(steps).all():
            break
    return Recovery(f=f, starts=tuple(starts), cross_entropy=cross_entropy, steps=steps)


@dataclass(frozen=True, kw_only=True, eq=False)
class BlindSaturation:
    """A sum that tells the label, and one that does not, before and after both are stretched."""

    scale: float
    accuracy: np.ndarray  # (S, 2): how often the sign of z is the label; informative, useless
    slope_ratio: np.ndarray  # (S, 2): mean slope of the sigmoid after stretching / before


def blind_saturation(
    *, scale: float = 100.0, seeds: Sequence[int] = range(20), examples: int = 1000
) -> BlindSaturation:
    """Stretch preactivations by `scale`; those of the one unit have the sign of the label, those
    of the other the same sizes and signs at random. Sizes are uniform between 0.5 and 1.5.
    """
    check_positive(scale=scale)
    check_positive_int(examples=examples)
    accuracy, ratio = [], []
    for rng in generators(seeds):
        size, y = rng.uniform(0.5, 1.5, examples), rng.choice([-1, 1], examples)
        z = size * np.stack([y, rng.choice([-1, 1], examples)])  # (2, examples)
        accuracy.append(np.mean(np.sign(scale * z) == y, axis=1))
        slopes = [sigmoid.derivative(s * z).mean(axis=1) for s in (1.0, scale)]
        ratio.append(slopes[1] / slopes[0])
    return BlindSaturation(scale=scale, accuracy=np.array(accuracy), slope_ratio=np.array(ratio))


@dataclass(frozen=True, kw_only=True, eq=False)
class LayerOutputs:
    """Outputs of the layers of random networks, arrays (S, depth)."""

    f: Activation
    seeds: tuple[int, ...]
    mean: np.ndarray  # of h over examples and units
    root_mean_square: np.ndarray  # of h
    flat: np.ndarray  # share of preactivations with a slope below 0.05


def layer_outputs(
    f: Activation,
    *,
    weights: Initializer = xavier_normal,
    biases: Initializer = zeros,
    seeds: Sequence[int] = range(16),
    depth: int = 20,
    width: int = 64,
    batch: int = 32,
    data: Dataset | None = None,
) -> LayerOutputs:
    """Send inputs through S random networks, f behind every layer.

    Inputs are all examples of `data`, or else `batch` standard normal ones, `width` features each.
    Raises as `signal_propagation` does.
    """
    check_elementwise(f)
    check_initializers(weights=weights, biases=biases)
    check_positive_int(depth=depth, width=width, batch=batch)
    seeds = check_seeds(seeds)
    network = chain(width if data is None else data.features, f, depth, width)
    rngs = streams(seeds, "examples")
    x = data.x if data else np.stack([rng.standard_normal((batch, width)) for rng in rngs])
    signals: list[np.ndarray] = []
    network.forward(network.draw(seeds=seeds, weights=weights, biases=biases), x, signals=signals)
    z, h = signals[::2], signals[1::2]
    return LayerOutputs(
        f=f,
        seeds=seeds,
        mean=np.stack([each.mean(axis=(1, 2)) for each in h], axis=1),
        root_mean_square=np.stack([np.sqrt(np.mean(h_l**2, axis=(1, 2))) for h_l in h], axis=1),
        flat=np.stack([np.mean(f.derivative(z_l) < FLAT, axis=(1, 2)) for z_l in z], axis=1),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class ActivePaths:
    """A ReLU network's gradient by its inputs: as a sum over active paths, and backwards."""

    seeds: tuple[int, ...]
    paths: int  # from one input to the output
    active: np.ndarray  # (S,): how many of them are, mean over inputs
    by_paths: np.ndarray  # (S, inputs)
    backward: np.ndarray  # (S, inputs)

    @property
    def error(self) -> np.ndarray:
        """Largest difference of the two, (S,)."""
        return np.abs(self.by_paths - self.backward).max(axis=1)


def active_paths(
    *, seeds: Sequence[int] = range(20), widths: Sequence[int] = (4, 4, 4, 4)
) -> ActivePaths:
    """Walk every path from an input to the one output, at one normal input for each seed.

    A path is active if all its hidden units are. Then it adds the product of its weights: with
    slope 1 in each unit, ReLU takes nothing away. Source: glorot2011deep, section 3.1.
    """
    seeds = check_seeds(seeds)
    check_positive_int(**{f"widths[{place}]": width for place, width in enumerate(widths)})
    sizes = (*widths, 1)
    dense = [Dense(*pair) for pair in pairwise(sizes)]
    layers = [layer for each in dense[:-1] for layer in (each, Activate(relu))]
    network = Network(widths[0], (*layers, dense[-1]))
    theta = network.draw(seeds=seeds, weights=he_normal)
    x = np.stack([rng.standard_normal((1, widths[0])) for rng in streams(seeds, "examples")])
    signals, flow = [], []
    trace = network.forward(theta, x, signals=signals)
    network.backward(theta, trace, np.ones_like(trace.z), flow=flow, to_input=True)
    on = [h[:, 0] > 0 for h in signals[1::2]]  # (S, units) each
    by_paths, active = sums_over_paths(theta, on, tuple(widths))
    return ActivePaths(
        seeds=seeds,
        paths=prod(widths[1:]),
        active=active,
        by_paths=by_paths,
        backward=flow[-1][:, 0],
    )


def sums_over_paths(
    theta: Parameters, on: Sequence[np.ndarray], widths: tuple[int, ...]
) -> tuple[np.ndarray, np.ndarray]:
    """Return the sum of weight products over active paths from each input, (S, inputs), and how
    many paths are active, (S,).
    """
    weights = [layer["w"] for layer in theta.layers if "w" in layer]
    sums, active = np.zeros((len(theta), widths[0])), np.zeros(len(theta))
    for path in product(*map(range, widths)):
        hidden = zip(on, path[1:], strict=True)
        open_path = np.all([gate[:, unit] for gate, unit in hidden], axis=0)  # (S,)
        steps = zip(weights, path, (*path[1:], 0), strict=True)
        sums[:, path[0]] += open_path * np.prod([w[:, i, j] for w, i, j in steps], axis=0)
        active += open_path / widths[0]
    return sums, active
