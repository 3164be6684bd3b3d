"""Networks seen on a whole set: after training, and on the way."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod

import numpy as np
from numpy.typing import DTypeLike

from rectified.data import Dataset
from rectified.experiments.trials.arms import DTYPE, Arm, loss_of, trained
from rectified.networks import (
    SGD,
    Network,
    Parameters,
    Run,
    Snapshot,
    accuracy,
    softmax_cross_entropy,
    train,
)
from rectified.networks.parameters import ordered
from rectified.networks.training import Probe, groups_of

Rows = Mapping[str, np.ndarray]  # name -> (S, ...)


def in_groups(networks: int, size: int, measure: Callable[[slice], Rows]) -> dict[str, np.ndarray]:
    """Measure groups of networks, each of `size` bytes, one after the other; join their rows.

    No network looks at another, so this changes no bit, and memory does not grow with seeds.
    """
    measured = [measure(rows) for rows in groups_of(networks, size)]
    return {name: np.concatenate([each[name] for each in measured]) for name in measured[0]}


def bytes_on(network: Network, examples: int, dtype: DTypeLike = DTYPE) -> int:
    """Return about how many bytes one network takes while it looks at so many examples."""
    parameters = sum(prod(shape) for _, _, shape in ordered(network.shapes))
    return (parameters + examples * sum(network.widths)) * np.dtype(dtype).itemsize


@dataclass(frozen=True, kw_only=True, eq=False)
class Score:
    """How good S networks are on a set; NaN where outputs are not finite."""

    loss: np.ndarray  # (S,), without penalties
    accuracy: np.ndarray | None  # (S,); None without labels


def score(network: Network, parameters: Parameters, data: Dataset) -> Score:
    """Return loss and accuracy on all examples, nothing dropped."""
    x, loss = data.x.astype(DTYPE), loss_of(data)

    def measure(rows: slice) -> Rows:
        z = network.forward(parameters.rows(rows), x).z
        found = {"loss": loss(z, data.y)[0].astype(float)}
        if loss is softmax_cross_entropy:
            found["accuracy"] = accuracy(z, data.y)
        finite = np.isfinite(z).all(axis=(1, 2)) & np.isfinite(found["loss"])
        return {name: np.where(finite, values, np.nan) for name, values in found.items()}

    with np.errstate(all="ignore"):  # networks that diverged
        found = in_groups(len(parameters), bytes_on(network, data.n), measure)
    return Score(loss=found["loss"], accuracy=found.get("accuracy"))


@dataclass(frozen=True, kw_only=True, eq=False)
class OnAll:
    """A probe that looks at every example of a set, whatever the batch of the step is.

    It is for probes of the forward pass: gradient and loss of the snapshot stay the batch's.
    """

    x: np.ndarray  # (n, features)
    probe: Probe

    def __call__(self, seen: Snapshot) -> np.ndarray:
        """Return what the probe finds, a row a network."""

        def measure(rows: slice) -> Rows:
            parameters = seen.parameters.rows(rows)
            trace = seen.network.forward(parameters, self.x)
            whole = replace(seen, parameters=parameters, x=self.x, trace=trace)
            return {"found": self.probe(whole)}

        size = bytes_on(seen.network, len(self.x))
        return in_groups(len(seen.parameters), size, measure)["found"]


def watched(
    arm: Arm,
    data: Dataset,
    probes: Mapping[str, Probe],
    *,
    learning_rates: Sequence[float],
    seeds: Sequence[int],
    steps: int,
    batch: int | None,
    every: int,
) -> Run:
    """Train as `trained` does, while probes look at the whole set: before steps 0, every,
    2 · every, ..., and after the last.
    """
    x = data.x.astype(DTYPE)
    probes = {name: OnAll(x=x, probe=probe) for name, probe in probes.items()}
    settings = {"learning_rates": learning_rates, "seeds": seeds, "steps": steps, "batch": batch}
    run = trained(arm, data, **settings, probes=probes, every=every)
    return seen_at_the_end(run, data, probes)


def seen_at_the_end(run: Run, data: Dataset, probes: Mapping[str, Probe]) -> Run:
    """Return the run with one more record, of what the probes find after its last step.

    Probes see a network before a step; so one more is taken here, and thrown away.
    """
    last = train(
        run.network,
        run.parameters,
        data.x,
        data.y,
        loss=loss_of(data),
        optimizer=SGD(learning_rate=1.0),
        steps=1,
        seeds=run.seeds,
        batch=run.batch,
        probes=probes,
    )
    steps = run.loss.shape[1]
    recorded = {
        name: np.concatenate([before, last.recorded[name]], axis=1)
        for name, before in run.recorded.items()
    }
    return replace(run, recorded_at=np.append(run.recorded_at, steps), recorded=recorded)


def before_divergence(run: Run) -> np.ndarray:
    """Return which records were made before a network diverged, if it did, (S, T) bool."""
    at = run.diverged_at[:, None]
    return (at < 0) | (run.recorded_at < at)
