"""Zeros: which functions make them, where in a network they are, and what they leave to do."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rectified.activations import Activation, relu
from rectified.data import Split
from rectified.experiments.rectifier.switches import linear_piece, torch_jacobian
from rectified.experiments.settings import check_data, check_elementwise
from rectified.experiments.trials.arms import DTYPE, Arm, trained
from rectified.late import torch
from rectified.networks import Activate, Network, Parameters
from rectified.networks.checks import check_positive_int
from rectified.networks.streams import check_seeds


@dataclass(frozen=True, kw_only=True, eq=False)
class ExactZeros:
    """Outputs of an activation that are exactly 0, for S samples of normal preactivations."""

    f: Activation
    n: int  # preactivations of one seed, z ~ N(0, 1), float64
    share: np.ndarray  # (S,), of outputs that are 0
    far: int  # integers z from -200 to -105
    far_zeros: int  # of those, with output 0 in float32, as PyTorch computes it


def exact_zeros(f: Activation, *, seeds: Sequence[int] = range(20), n: int = 10_000) -> ExactZeros:
    """Count the zeros among f(z), for z ~ N(0, 1), and far out in single precision.

    Raises TypeError unless f is elementwise. Source: glorot2011deep.
    """
    check_elementwise(f)
    check_positive_int(n=n)
    rngs = [np.random.default_rng(seed) for seed in check_seeds(seeds)]
    share = [np.mean(f(rng.standard_normal(n)) == 0) for rng in rngs]
    far = f.torch_value(torch.arange(-200, -104, dtype=torch.float32))
    return ExactZeros(
        f=f, n=n, share=np.array(share), far=len(far), far_zeros=int((far == 0).sum())
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class WhereZeros:
    """Zeros of S networks on the training part, before training and after: axis 1 is 2 long."""

    arm: Arm
    data: str
    seeds: tuple[int, ...]
    learning_rate: float
    steps: int
    outputs: np.ndarray  # (S, 2): share of hidden outputs that are 0
    units: np.ndarray  # (S, 2): share of hidden units that are 0 on every example
    weights: np.ndarray  # (S, 2): share of weights that are 0
    skipped: np.ndarray  # (S, 2): share of the multiplications of a forward pass with a factor 0
    test_accuracy: np.ndarray  # (S, 2)


def where_zeros(
    f: Activation,
    *,
    data: Split,
    widths: tuple[int, ...] = (24, 24, 24),
    learning_rate: float = 0.1,
    seeds: Sequence[int] = range(20),
    steps: int = 150,
    batch: int | None = 32,
) -> WhereZeros:
    """Train S networks, and count zeros among outputs, units and weights, exactly.

    A multiplication of the forward pass takes an output of the layer below, or an input, and a
    weight. float32. Raises TypeError unless f is elementwise, or ValueError for other settings.
    """
    check_elementwise(f)
    check_data(data)
    arm, seeds = Arm(f=f, widths=widths), check_seeds(seeds)
    budget = {"seeds": seeds, "steps": steps, "batch": batch}
    run = trained(arm, data.train, learning_rates=[learning_rate], **budget)
    stages = [
        zeros_of(run.network, parameters, data)
        for parameters in (arm.start(data.train, seeds), run.parameters)
    ]
    found = {name: np.stack([stage[name] for stage in stages], axis=1) for name in stages[0]}
    return WhereZeros(
        arm=arm,
        data=data.train.name,
        seeds=seeds,
        learning_rate=learning_rate,
        steps=steps,
        **found,
    )


def zeros_of(network: Network, parameters: Parameters, data: Split) -> dict[str, np.ndarray]:
    """Return the shares of zeros, a row for each network, as in `WhereZeros`."""
    signals: list[np.ndarray] = []
    network.forward(parameters, data.train.x.astype(DTYPE), signals=signals)
    layers = zip(network.layers, signals, strict=True)
    off = [h == 0 for layer, h in layers if isinstance(layer, Activate)]  # (S, n, units) each
    fan_outs = [*(each.shape[-1] for each in off[1:]), network.fan_out]
    products = np.array([each.shape[-1] * out for each, out in zip(off, fan_outs, strict=True)])
    whole = products.sum() + network.fan_in * off[0].shape[-1]
    shares = np.stack([each.mean(axis=(1, 2)) for each in off])  # (L, S)
    right = network.forward(parameters, data.test.x).z.argmax(axis=-1) == data.test.y
    return {
        "outputs": np.concatenate(off, axis=-1).mean(axis=(1, 2)),
        "units": np.concatenate([each.all(axis=1) for each in off], axis=-1).mean(axis=-1),
        "weights": np.mean(parameters.weights == 0, axis=1),
        "skipped": products @ shares / whole,
        "test_accuracy": right.mean(axis=-1),
    }


@dataclass(frozen=True, kw_only=True, eq=False)
class OpenPaths:
    """The paths from input to output on which every unit is on, for S trained ReLU networks."""

    widths: tuple[int, ...]
    seeds: tuple[int, ...]
    on: np.ndarray  # (S,): share of hidden units that are on, mean over the test examples
    paths: np.ndarray  # (S,): share of all paths that are active, likewise
    output: np.ndarray  # (S,): largest error of x times the sum over paths, plus the constant
    gradient: np.ndarray  # (S,): of the sum over paths as the derivative by x; both relative


def open_paths(
    *,
    data: Split,
    widths: tuple[int, ...] = (24, 24, 24),
    learning_rate: float = 0.1,
    seeds: Sequence[int] = range(10),
    steps: int = 150,
    batch: int | None = 32,
) -> OpenPaths:
    """Train ReLU networks, and look at which of their paths are open for each test example.

    A path takes an input, one unit of each hidden layer, and an output; it is active if all of its
    units are on. The sum over active paths is the product of weights and gates, multiplied out by
    `linear_piece`; the derivative beside it is PyTorch's. float32 to train, float64 to compare.
    Raises ValueError or TypeError, naming the argument.
    """
    check_data(data)
    arm, seeds = Arm(f=relu, widths=widths), check_seeds(seeds)
    budget = {"seeds": seeds, "steps": steps, "batch": batch}
    run = trained(arm, data.train, learning_rates=[learning_rate], **budget)
    network, parameters = run.network, run.parameters.astype(np.dtype(np.float64))
    signals: list[np.ndarray] = []
    z = network.forward(parameters, data.test.x, signals=signals).z
    layers = zip(network.layers, signals, strict=True)
    gates = [h > 0 for layer, h in layers if isinstance(layer, Activate)]  # (S, n, units) each
    shares = np.stack([gate.mean(axis=-1) for gate in gates])  # (L, S, n)
    dense = [(layer["w"], layer["b"]) for layer in parameters.layers if "w" in layer]
    off = []
    for row in range(len(seeds)):
        one = [(w[row], b[row]) for w, b in dense]
        piece = linear_piece(one, data.test.x)
        along = np.einsum("ni,nio->no", data.test.x, piece.a) + piece.c
        grad = torch_jacobian(one, data.test.x)
        off.append((_relative(along, z[row]), _relative(piece.a, grad)))
    output, gradient = np.array(off).T
    return OpenPaths(
        widths=tuple(widths),
        seeds=seeds,
        on=np.concatenate(gates, axis=-1).mean(axis=(1, 2)),
        paths=shares.prod(axis=0).mean(axis=-1),
        output=output,
        gradient=gradient,
    )


def _relative(found: np.ndarray, wanted: np.ndarray) -> float:
    return float(np.abs(found - wanted).max() / np.abs(wanted).max())
