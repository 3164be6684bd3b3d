"""Maxout and gates: the largest of several lines, a product of two, and what dropout averages."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from rectified.activations import Activation, VectorActivation, glu, leaky_relu, maxout, relu, tanh
from rectified.data import Split
from rectified.experiments.settings import check_data
from rectified.experiments.trials.arms import DTYPE, Arm, trained
from rectified.late import functional, torch
from rectified.networks import Network, Parameters, mlp, streams
from rectified.networks.checks import check_positive_int
from rectified.networks.parameters import ordered
from rectified.networks.streams import check_seeds

LINE = np.linspace(-1.0, 1.0, 4001)


def maxout_cases() -> dict[str, float]:
    """Return by how much maxout of two lines is off ReLU, leaky ReLU and |z|, at the most."""
    f, z = maxout(pieces=2), LINE
    lines = {
        "ReLU": (np.stack([0 * z, z], axis=1), relu(z)),
        "leaky ReLU": (np.stack([0.01 * z, z], axis=1), leaky_relu()(z)),
        "absolute value": (np.stack([-z, z], axis=1), np.abs(z)),
    }
    return {n: float(np.abs(f(pair)[:, 0] - other).max()) for n, (pair, other) in lines.items()}


@dataclass(frozen=True, kw_only=True, eq=False)
class Tangents:
    """The largest of k tangents of a convex function, for several k."""

    pieces: tuple[int, ...]
    x: np.ndarray
    target: np.ndarray
    values: np.ndarray  # (len(pieces), len(x)), one maxout unit each
    error: np.ndarray  # (len(pieces),), the largest on [-1, 1]


def tangents(
    value: Callable[[np.ndarray], np.ndarray] = np.square,
    derivative: Callable[[np.ndarray], np.ndarray] = lambda x: 2 * x,
    *,
    pieces: Sequence[int] = (2, 4, 8, 16),
) -> Tangents:
    """Make a maxout unit of k tangents, at the middles of k equal parts of [-1, 1].

    A tangent of a convex function lies below it, so the largest of them is below it, too, and
    touches it k times. Source: goodfellow2013maxout, figure 1.
    """
    for k in pieces:
        check_positive_int(pieces=k)
    found = []
    for k in pieces:
        places = (2 * np.arange(k) + 1) / k - 1
        z = value(places) + derivative(places) * (LINE[:, None] - places)  # (x, k)
        found.append(maxout(pieces=k)(z)[:, 0])
    values = np.array(found)
    target = value(LINE)
    return Tangents(
        pieces=tuple(pieces),
        x=LINE,
        target=target,
        values=values,
        error=np.abs(values - target).max(axis=1),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class MaxoutLayer:
    """A layer of maxout units against one of ReLU units, as wide for the next layer."""

    ratio: float  # parameters of the layer, over those of the ReLU layer
    winners: np.ndarray  # (S, examples · units), how many pieces get the gradient of each output
    silent: np.ndarray  # (S,), share of (unit, example) pairs for which ReLU sends nothing back


def maxout_layer(
    *, fan_in: int = 10, units: int = 8, examples: int = 50, seeds: Sequence[int] = range(20)
) -> MaxoutLayer:
    """Send a gradient of ones back through random preactivations."""
    check_positive_int(fan_in=fan_in, units=units, examples=examples)
    seeds = check_seeds(seeds)
    counts = [
        sum(int(np.prod(shape)) for _, _, shape in ordered(mlp((fan_in, n, 1), f).shapes[:1]))
        for f, n in ((maxout(), 2 * units), (relu, units))
    ]
    z = np.stack([rng.standard_normal((examples, 2 * units)) for rng in streams(seeds, "examples")])
    back = maxout().vjp(z, np.ones((len(seeds), examples, units)))
    taken = (back.reshape(len(seeds), examples * units, 2) == 1).sum(axis=-1)
    silent = np.mean(relu.derivative(z[..., :units]) == 0, axis=(1, 2))
    return MaxoutLayer(ratio=counts[0] / counts[1], winners=taken, silent=silent)


@dataclass(frozen=True, kw_only=True)
class GluCheck:
    """The gated linear unit against its formula and against PyTorch's."""

    from_formula: float
    from_torch: float
    units_out: int  # of 6
    refuses_odd: bool


def glu_check() -> GluCheck:
    """Compare glu on random rows of six units. Source: dauphin2017language, equation 1."""
    z = np.random.default_rng(0).standard_normal((20, 6))
    a, b = z[:, :3], z[:, 3:]
    try:
        glu(z[:, :5])
        refuses = False
    except ValueError:
        refuses = True
    return GluCheck(
        from_formula=float(np.abs(glu(z) - a / (1 + np.exp(-b))).max()),
        from_torch=float(np.abs(glu(z) - functional.glu(torch.tensor(z)).numpy()).max()),
        units_out=glu(z).shape[1],
        refuses_odd=refuses,
    )


DROPPED: dict[str, Activation | VectorActivation] = {
    "maxout": maxout(),
    "ReLU": relu,
    "tanh": tanh,
}


def dropout_gap(
    *,
    data: Split,
    units: int = 8,
    seeds: Sequence[int] = range(40),
    steps: int = 200,
    learning_rate: float = 0.1,
    examples: int = 100,
) -> dict[str, np.ndarray]:
    """Return how far one pass of the whole network is from the average of all thinned ones, (S,).

    Two hidden layers of `units` outputs, trained with dropout of one half. Then for each of the
    2^units masks of the first hidden layer the network gives probabilities; their geometric mean,
    made to sum to 1, is what the whole network stands for. (For the second hidden layer, which the
    softmax follows, that mean is the whole network, exactly.) The gap is the divergence
    KL(mean ‖ whole network) in nats, on average over examples of the test part.
    Source: goodfellow2013maxout, section 8.1.
    """
    check_data(data)
    check_positive_int(units=units, steps=steps, examples=examples)
    x = data.test.x[:examples].astype(DTYPE)
    gaps = {}
    for name, f in DROPPED.items():
        wide = 2 * units if isinstance(f, VectorActivation) else units
        arm = Arm(f=f, widths=(wide, wide), dropout=0.5)
        settings = {"learning_rates": [learning_rate], "seeds": seeds, "steps": steps, "batch": 32}
        run = trained(arm, data.train, **settings)
        gaps[name] = gap_of(run.network, run.parameters, f, x, units)
    return gaps


def gap_of(
    network: Network,
    parameters: Parameters,
    f: Activation | VectorActivation,
    x: np.ndarray,
    units: int,
) -> np.ndarray:
    """Return KL(geometric mean of all thinned networks ‖ whole network), (S,)."""
    first, second, last = (layer for layer in parameters.layers if "w" in layer)
    h = f(x @ first["w"] + first["b"][:, None])  # (S, examples, units)

    def scores(h: np.ndarray) -> np.ndarray:
        return f(h @ second["w"] + second["b"][:, None]) @ last["w"] + last["b"][:, None]

    # log probabilities are scores less a number for each example, which normalizing takes out
    total = np.zeros((len(parameters), len(x), network.fan_out))
    for mask in product((0, 2), repeat=units):  # what stays is doubled, as while training
        total += scores(h * np.array(mask, h.dtype))
    mean, whole = normalized(total / 2**units), normalized(scores(h).astype(float))
    return np.mean(np.sum(np.exp(mean) * (mean - whole), axis=-1), axis=-1)


def normalized(z: np.ndarray) -> np.ndarray:
    """Return log softmax of z along the last axis."""
    z = z - z.max(axis=-1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=-1, keepdims=True))
