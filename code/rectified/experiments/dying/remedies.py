"""What keeps units from dying, and what brings them back: each remedy at both moments."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from rectified.activations import elu, leaky_relu, relu
from rectified.data import Dataset, Split
from rectified.experiments.dying.looking import by_layer, silent_units, weighted
from rectified.experiments.settings import check_data
from rectified.experiments.trials.arms import DTYPE, Arm, loss_of, trained
from rectified.experiments.trials.watching import score
from rectified.initializers import constant
from rectified.networks import (
    L2,
    BatchNorm,
    ClipNorm,
    LayerNorm,
    Parameters,
    train,
)
from rectified.networks.checks import check_positive, check_positive_int
from rectified.networks.streams import check_seeds

SEEDS = range(20)
FRESH = 10_000  # added to a seed: what dead units are drawn from anew


@dataclass(frozen=True, kw_only=True)
class Remedy:
    """What is done about dead units: another arm, other inputs, or new units in their place."""

    arm: Arm
    factor: float = 1.0  # of the learning rate
    centred: bool = False  # inputs are standardised
    restart: bool = False  # dead units get new weights; those to the next layer are 0


def remedies(*, late: bool = False, widths: tuple[int, ...] = (32,)) -> dict[str, Remedy]:
    """Return remedies by name: those that a training can begin with, or else come `late`.

    The first is to do nothing. Sources: maas2013rectifier, clevert2016fast, ioffe2015batch,
    ba2016layer, pascanu2013difficulty, dohare2024loss.
    """
    bare = Arm(f=relu, widths=widths)
    leaks = {f"leak {a:g}": replace(bare, f=leaky_relu(slope=a)) for a in (0.01, 0.1, 0.3)}
    arms = {
        "clipping": replace(bare, clip=ClipNorm(1.0)),
        "weight decay": replace(bare, penalties=(L2(0.01),)),
        **leaks,
        "ELU": replace(bare, f=elu()),
        "layer norm": replace(bare, normalize=LayerNorm),
        "batch norm": replace(bare, normalize=BatchNorm),
    }
    found = {"nothing": Remedy(arm=bare)} | {name: Remedy(arm=arm) for name, arm in arms.items()}
    found["centred inputs"] = Remedy(arm=bare, centred=True)
    if late:
        return found | {"restart": Remedy(arm=bare, restart=True)}
    found["bias 0.1"] = Remedy(arm=replace(bare, biases=constant(0.1)))
    return found | {"a fifth of the rate": Remedy(arm=bare, factor=0.2)}


@dataclass(frozen=True, kw_only=True, eq=False)
class Treated:
    """What S networks came to under one remedy."""

    remedy: Remedy
    silent: np.ndarray  # (S,): share of units that are silent at the end
    revived: np.ndarray  # (S,): share of the silent units of before that no longer are
    test_accuracy: np.ndarray  # (S,); NaN if diverged
    diverged: np.ndarray  # (S,) bool


@dataclass(frozen=True, kw_only=True, eq=False)
class Treatment:
    """The same networks under several remedies, for as many steps at the same learning rate."""

    data: str
    n: int
    seeds: tuple[int, ...]
    learning_rate: float
    steps: int
    before: np.ndarray  # (S,): share of units that were silent when the remedy came
    accuracy_before: np.ndarray  # (S,): test accuracy then
    arms: Mapping[str, Treated]


def prevention(
    ways: Mapping[str, Remedy],
    *,
    data: Split,
    learning_rate: float = 1.5,
    steps: int = 200,
    batch: int = 32,
    seeds: Sequence[int] = SEEDS,
) -> Treatment:
    """Train networks with each remedy from the first step on, at a rate that kills bare ReLUs.

    float32. Raises TypeError or ValueError, naming the argument, before any work is done.
    """
    check_treatment(ways, data, learning_rate=learning_rate, steps=steps, batch=batch)
    seeds = check_seeds(seeds)
    found = {}
    for name, way in ways.items():
        part = prepared(way, data)
        start = way.arm.start(part.train, seeds)
        before = silent_units(way.arm.network(part.train), start, part.train)
        budget = {"learning_rate": learning_rate, "steps": steps, "batch": batch, "seeds": seeds}
        found[name] = treated(way, part, start, before, **budget)
    first = next(iter(ways.values()))
    start = first.arm.start(data.train, seeds)
    network = first.arm.network(data.train)
    return Treatment(
        data=data.train.name,
        n=data.train.n,
        seeds=seeds,
        learning_rate=learning_rate,
        steps=steps,
        before=silent_units(network, start, data.train).mean(axis=1),
        accuracy_before=score(network, start, data.test).accuracy,
        arms=MappingProxyType(found),
    )


def rescue(
    ways: Mapping[str, Remedy],
    *,
    data: Split,
    harm: Arm | None = None,
    harmful_rate: float = 1.5,
    harmful_steps: int = 100,
    learning_rate: float = 0.3,
    steps: int = 200,
    batch: int = 32,
    seeds: Sequence[int] = SEEDS,
) -> Treatment:
    """Train ReLU networks until many units are dead, and only then begin with each remedy.

    All remedies get the same networks, with their dead units, and the same healthy rate. `harm`
    is how they are trained before: the first remedy's arm, unless given. With `harmful_steps` 0
    they are taken as they start. Raises TypeError or ValueError, naming the argument. float32.
    """
    rates = {"harmful_rate": harmful_rate, "learning_rate": learning_rate}
    check_treatment(ways, data, **rates, steps=steps, batch=batch)
    seeds = check_seeds(seeds)
    harm = next(iter(ways.values())).arm if harm is None else harm
    network, theta = harm.network(data.train), harm.start(data.train, seeds)
    if harmful_steps:
        check_positive_int(harmful_steps=harmful_steps)
        spent = {"learning_rates": [harmful_rate], "steps": harmful_steps, "batch": batch}
        theta = trained(harm, data.train, seeds=seeds, **spent).parameters
    dead = silent_units(network, theta, data.train)
    found = {}
    for name, way in ways.items():
        part = prepared(way, data)
        start = carried(way, theta, part.train, seeds)
        if way.restart:
            restarted(start, dead, way.arm.start(part.train, [seed + FRESH for seed in seeds]))
        budget = {"learning_rate": learning_rate, "steps": steps, "batch": batch, "seeds": seeds}
        found[name] = treated(way, part, start, dead, **budget)
    return Treatment(
        data=data.train.name,
        n=data.train.n,
        seeds=seeds,
        learning_rate=learning_rate,
        steps=steps,
        before=dead.mean(axis=1),
        accuracy_before=score(network, theta, data.test).accuracy,
        arms=MappingProxyType(found),
    )


def check_treatment(ways: Mapping[str, Remedy], data: Split, **numbers: float) -> None:
    """Raise TypeError or ValueError, naming the argument, unless there is something to compare."""
    if not isinstance(ways, Mapping) or not all(isinstance(w, Remedy) for w in ways.values()):
        raise TypeError(f"ways must be a mapping from names to Remedy(...), got {ways!r}")
    if not ways:
        raise ValueError("ways must hold at least one remedy, got none")
    if len({way.arm.widths for way in ways.values()}) > 1:
        raise ValueError("ways must all have the same widths, or units could not be compared")
    check_data(data)
    check_positive_int(**{name: numbers.pop(name) for name in ("steps", "batch")})
    check_positive(**numbers)


def prepared(way: Remedy, data: Split) -> Split:
    """Return the data as this remedy sees them."""
    return data.standardised() if way.centred else data


def carried(way: Remedy, theta: Parameters, data: Dataset, seeds: Sequence[int]) -> Parameters:
    """Return parameters for the remedy's network with the weights and biases of theta."""
    new = way.arm.network(data).draw(seeds=seeds, dtype=DTYPE)  # what a norm adds starts at 0
    for old, layer in zip(weighted(theta), weighted(new), strict=True):
        for name in ("w", "b"):
            layer[name][...] = old[name]
    return new


def restarted(theta: Parameters, dead: np.ndarray, fresh: Parameters) -> None:
    """Give dead units, (S, units) bool, the weights that `fresh` has for them, in place.

    Their bias becomes 0, and so do the weights that lead on from them: no output of the network
    changes by it. Source: dohare2024loss.
    """
    layers = weighted(theta)
    widths = tuple(layer["w"].shape[2] for layer in layers[:-1])
    for place, gone in enumerate(by_layer(dead, widths)):
        layer, above = layers[place], layers[place + 1]
        layer["w"][...] = np.where(gone[:, None], weighted(fresh)[place]["w"], layer["w"])
        layer["b"][...] = np.where(gone, 0.0, layer["b"])
        above["w"][...] = np.where(gone[:, :, None], 0.0, above["w"])


def treated(
    way: Remedy,
    data: Split,
    start: Parameters,
    before: np.ndarray,
    *,
    learning_rate: float,
    steps: int,
    batch: int,
    seeds: Sequence[int],
) -> Treated:
    """Train from `start` under the remedy, and look at the units that were silent before."""
    run = train(
        way.arm.network(data.train),
        start,
        data.train.x,
        data.train.y,
        loss=loss_of(data.train),
        optimizer=way.arm.optimizer(
            learning_rate=way.factor * learning_rate, schedule=way.arm.schedule
        ),
        steps=steps,
        seeds=seeds,
        batch=batch,
        penalties=way.arm.penalties,
        clip=way.arm.clip,
    )
    silent = silent_units(run.network, run.parameters, data.train)
    back = np.sum(before & ~silent, axis=1) / np.maximum(before.sum(axis=1), 1)
    end = score(run.network, run.parameters, data.test)
    return Treated(
        remedy=way,
        silent=silent.mean(axis=1),
        revived=back,
        test_accuracy=end.accuracy,
        diverged=run.diverged | np.isnan(end.loss),
    )
