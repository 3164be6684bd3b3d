"""ReLU networks on other hardware: spikes that count, and circuits that are a little off."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rectified.activations import relu, softplus
from rectified.data import Split
from rectified.experiments.settings import check_data
from rectified.experiments.trials.arms import DTYPE, Arm, trained
from rectified.networks import Run, streams
from rectified.networks.checks import check_positive_int

Layers = list[tuple[np.ndarray, np.ndarray]]  # w (S, fan_in, fan_out), b (S, 1, fan_out)


def trained_layers(
    data: Split, seeds: Sequence[int], widths: Sequence[int], steps: int
) -> tuple[Run, Layers]:
    """Train ReLU networks with SGD at rate 0.1, and return their layers of weights."""
    settings = {"learning_rates": [0.1], "seeds": seeds, "steps": steps, "batch": 32}
    run = trained(Arm(f=relu, widths=tuple(widths)), data.train, **settings)
    layers = [(each["w"], each["b"][:, None]) for each in run.parameters.layers if "w" in each]
    return run, layers


def accuracy_of(z: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the share of examples whose largest score is that of their class, (S,)."""
    return np.mean(z.argmax(axis=-1) == y, axis=1)


@dataclass(frozen=True, kw_only=True, eq=False)
class Spiking:
    """Accuracies of trained networks, and of the spiking networks that they were made into."""

    seeds: tuple[int, ...]
    times: tuple[int, ...]
    original: np.ndarray  # (S,)
    balanced: np.ndarray  # (S, times)
    as_it_is: np.ndarray  # (S, times), without balancing


def spiking(
    *,
    data: Split,
    widths: Sequence[int] = (32, 32),
    times: Sequence[int] = (5, 10, 20, 50, 100),
    seeds: Sequence[int] = range(10),
    steps: int = 400,
    examples: int = 400,
) -> Spiking:
    """Turn trained ReLU networks into integrate-and-fire units, and count right answers.

    Inputs must lie between 0 and 1: the probability of a spike in one time step. A unit adds up
    what it gets, its bias included; from 1 on it fires, once a step at the most, and goes down
    by 1. The last layer only adds up. Balanced means that each layer's weights are scaled so that
    the largest output on the training part is 1, biases along with them. Raises TypeError or
    ValueError, naming the argument. Sources: diehl2015fast, section III, and for going down by the
    threshold rueckauer2017conversion.
    """
    check_data(data)
    check_positive_int(steps=steps, examples=examples, **{"times[-1]": max(times)})
    if data.train.x.min() < 0 or data.train.x.max() > 1:
        raise ValueError("data must have inputs between 0 and 1, as rates of spikes")
    run, layers = trained_layers(data, seeds, widths, steps)
    x, y = data.test.x[:examples].astype(DTYPE), data.test.y[:examples]
    rates = {}
    for name, each in {"balanced": balanced(layers, data.train.x), "as_it_is": layers}.items():
        rates[name] = accuracy_in_time(each, x, y, times, run.seeds)
    original = accuracy_of(run.network.forward(run.parameters, x).z, y)
    return Spiking(seeds=run.seeds, times=tuple(times), original=original, **rates)


def balanced(layers: Layers, x: np.ndarray) -> Layers:
    """Scale every hidden layer so that its largest output for x is 1, network by network."""
    h, before, scaled = x.astype(DTYPE), 1.0, []
    for w, b in layers[:-1]:
        h = relu(h @ w + b)
        largest = h.max(axis=(1, 2), keepdims=True)
        scaled.append((w * (before / largest), b / largest))
        before = largest
    return [*scaled, (layers[-1][0] * before, layers[-1][1])]


def accuracy_in_time(
    layers: Layers, x: np.ndarray, y: np.ndarray, times: Sequence[int], seeds: Sequence[int]
) -> np.ndarray:
    """Run the spiking networks, and read their accuracy at the given times, (S, times)."""
    rngs, found = streams(seeds, "examples"), []
    charge = [np.zeros((len(seeds), len(x), w.shape[-1]), DTYPE) for w, _ in layers]
    for time in range(1, max(times) + 1):
        spikes = np.stack([rng.random(x.shape, DTYPE) < x for rng in rngs]).astype(DTYPE)
        for place, (w, b) in enumerate(layers):
            charge[place] += spikes @ w + b
            if place < len(layers) - 1:
                spikes = (charge[place] >= 1).astype(DTYPE)
                charge[place] -= spikes
        if time in times:
            found.append(accuracy_of(charge[-1], y))
    return np.stack(found, axis=1)


@dataclass(frozen=True, kw_only=True, eq=False)
class AnalogCircuit:
    """Accuracies of trained networks, computed exactly and by a circuit that is a little off."""

    seeds: tuple[int, ...]
    mismatch: tuple[float, ...]
    exact: np.ndarray  # (S,)
    circuit: np.ndarray  # (S, mismatch)


def analog_circuit(
    *,
    data: Split,
    mismatch: Sequence[float] = (0.02, 0.1, 0.3),
    sharpness: float = 20.0,
    widths: Sequence[int] = (32, 32),
    seeds: Sequence[int] = range(20),
    steps: int = 300,
) -> AnalogCircuit:
    """Compute trained networks with parts that are off; each seed is a chip of its own.

    Every weight is off by a normal share with standard deviation `mismatch`, and every unit by an
    offset of as large a share of its layer's root mean square; the knee of ReLU is soft,
    softplus of this sharpness. Raises TypeError or ValueError, naming the argument.
    Source: geng2020implementation.
    """
    check_data(data)
    check_positive_int(steps=steps)
    if min(mismatch) < 0:
        raise ValueError(f"mismatch must be at least 0, got {min(mismatch)}")
    soft = softplus(beta=sharpness)
    run, layers = trained_layers(data, seeds, widths, steps)
    rngs = streams(run.seeds, "examples")
    drawn = [
        tuple(np.stack([rng.standard_normal(each.shape[1:]) for rng in rngs]) for each in layer)
        for layer in layers
    ]
    found = []
    for share in mismatch:
        h = data.test.x[None]
        for place, ((w, b), (off_w, off_b)) in enumerate(zip(layers, drawn, strict=True)):
            z = h @ (w * (1 + share * off_w)) + b
            z = z + share * off_b * np.sqrt(np.mean(z**2, axis=(1, 2), keepdims=True))
            h = soft(z) if place < len(layers) - 1 else z
        found.append(accuracy_of(h, data.test.y))
    exact = accuracy_of(run.network.forward(run.parameters, data.test.x).z, data.test.y)
    return AnalogCircuit(
        seeds=run.seeds, mismatch=tuple(mismatch), exact=exact, circuit=np.stack(found, axis=1)
    )
