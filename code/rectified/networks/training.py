"""Training S networks side by side: forward, loss, backward, step."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from rectified.networks.batches import Examples
from rectified.networks.clipping import Clip
from rectified.networks.losses import Loss
from rectified.networks.network import Network
from rectified.networks.optimizers import Optimizer
from rectified.networks.parameters import Parameters
from rectified.networks.penalties import Penalty
from rectified.networks.recipe import Probe, Recipe, Snapshot
from rectified.networks.streams import check_seeds, streams

# Networks are trained in groups whose numbers stay in the processor's cache: beyond it, the same
# step takes up to 1.4 times as long. They look at nothing of each other, so groups change no bit.
CACHE = 10 * 2**20  # bytes
LAYERS = 32  # at least so many share it, which leaves 320 KiB for one


@dataclass(frozen=True, kw_only=True, eq=False)
class Run:
    """S networks after training, and what was recorded on the way; a row for each seed."""

    network: Network
    optimizer: Optimizer
    seeds: tuple[int, ...]
    batch: int  # examples in a step
    parameters: Parameters  # after the last step
    loss: np.ndarray  # (S, steps), before each step, on its batch, without penalties
    diverged_at: np.ndarray  # (S,), the step of the first number that is not finite; -1: none
    recorded_at: np.ndarray  # (T,), the steps that probes saw
    recorded: Mapping[str, np.ndarray]  # name of a probe -> (S, T, ...)

    @property
    def diverged(self) -> np.ndarray:
        """Which networks met a number that is not finite; the loss is NaN from there, (S,) bool."""
        return self.diverged_at >= 0


def train(
    network: Network,
    parameters: Parameters,
    x: ArrayLike,
    y: ArrayLike,
    *,
    loss: Loss,
    optimizer: Optimizer,
    steps: int,
    seeds: Sequence[int],
    batch: int | None = None,
    penalties: Sequence[Penalty] = (),
    clip: Clip | None = None,
    probes: Mapping[str, Probe] = MappingProxyType({}),
    every: int = 1,
) -> Run:
    """Take `steps` steps with S networks that start at `parameters`, which stay as they are.

    x is (n, fan_in) for all networks or (S, n, fan_in), y as `loss` says. A step sees all n
    examples, or `batch` of them, each seed in an order of its own, every example once an epoch
    (what is left over at an epoch's end, fewer than a batch, is passed over). Probes see a
    snapshot before steps 0, every, 2 · every, ...

    A network whose loss or parameters stop being finite is marked in `diverged_at`; the others
    go on. Raises TypeError or ValueError, naming the argument, before any work is done.
    """
    seeds = check_seeds(seeds)
    if len(seeds) != len(parameters):
        raise ValueError(f"seeds must be {len(parameters)}, one a network, got {len(seeds)}")
    network.check(parameters)
    recipe = Recipe(
        loss=loss,
        optimizer=optimizer,
        steps=steps,
        penalties=penalties,
        clip=clip,
        probes=probes,
        every=every,
    )
    recipe.check_rates(len(seeds))
    examples = Examples.checked(network, x, y, loss, len(seeds), batch, parameters.flat.dtype)
    with np.errstate(all="ignore"):  # a network that diverges is marked, not warned of
        groups = [
            train_group(
                network, parameters.rows(rows), examples.rows(rows), recipe.rows(rows), seeds[rows]
            )
            for rows in groups_of(len(seeds), bytes_of_one(network, parameters, examples, recipe))
        ]
    return joined(network, recipe, seeds, examples.batch, groups)


def bytes_of_one(
    network: Network, parameters: Parameters, examples: Examples, recipe: Recipe
) -> int:
    """Return about how many bytes one network takes while it is trained.

    The widest layer counts for `LAYERS`, so that one array of a group stays below CACHE / LAYERS:
    larger ones go back to the system after each step, and its pages are cleared again in the next.
    """
    theta = parameters.flat.shape[1] * (2 + recipe.optimizer.slots)
    outputs = examples.batch * max(sum(network.widths), LAYERS * max(network.widths))
    return parameters.flat.itemsize * (theta + outputs)


def groups_of(seeds: int, size: int) -> Iterator[slice]:
    """Yield slices that part the seeds into groups of about `CACHE` bytes."""
    length = max(1, CACHE // size)
    yield from (slice(start, start + length) for start in range(0, seeds, length))


@dataclass(frozen=True, kw_only=True, eq=False)
class Group:
    """What training a group gives, as in `Run`."""

    parameters: Parameters
    loss: np.ndarray
    diverged_at: np.ndarray
    recorded: dict[str, list[np.ndarray]]


def train_group(
    network: Network,
    parameters: Parameters,
    examples: Examples,
    recipe: Recipe,
    seeds: Sequence[int],
) -> Group:
    """Train networks that fit into the cache together."""
    descent = Descent(network, parameters, recipe, seeds)
    losses = np.empty((len(seeds), recipe.steps), parameters.flat.dtype)
    for step, (x, y) in zip(range(recipe.steps), examples.batches(seeds), strict=False):
        losses[:, step] = descent.step(step, x, y)
    diverged_at = first_not_finite(losses, descent.theta.flat)
    return Group(
        parameters=descent.theta,
        loss=losses,
        diverged_at=diverged_at,
        recorded=descent.recorded,
    )


class Descent:
    """Networks on their way down: parameters, gradient, and what the optimizer remembers."""

    def __init__(
        self, network: Network, parameters: Parameters, recipe: Recipe, seeds: Sequence[int]
    ) -> None:
        """Start at a copy of the parameters."""
        self.network, self.recipe = network, recipe
        self.theta = parameters.copy()
        self.gradient = Parameters(parameters.shapes, np.empty_like(parameters.flat))
        self.slots = [np.zeros_like(parameters.flat) for _ in range(recipe.optimizer.slots)]
        self.noise = streams(seeds, "dropout")
        self.recorded: dict[str, list[np.ndarray]] = {name: [] for name in recipe.probes}

    def step(self, step: int, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Take one step on this batch, and return the loss before it, (S,)."""
        recipe, theta, gradient = self.recipe, self.theta, self.gradient
        trace = self.network.propagate(theta, x, self.noise)
        loss, grad_z = recipe.loss.value_and_gradient(trace.z, y)
        flow: list[np.ndarray] | None = None
        if recipe.probes and step % recipe.every == 0:
            flow = []
        self.network.backward(theta, trace, grad_z, gradient, flow=flow)
        for penalty in recipe.penalties:
            gradient.weights[...] += penalty.gradient(theta.weights)
        if flow is not None:
            self.record(step=step, x=x, y=y, loss=loss, trace=trace, flow=tuple(flow[::-1]))
        if recipe.clip:
            recipe.clip(gradient.flat)
        rate = recipe.optimizer.rate(step, theta.flat.dtype)
        recipe.optimizer.update(theta.flat, gradient.flat, self.slots, rate, step + 1)
        return loss

    def record(self, **seen: Any) -> None:
        """Show the probes a snapshot, and keep a copy of what they return."""
        snapshot = Snapshot(
            network=self.network, parameters=self.theta, gradient=self.gradient, **seen
        )
        for name, probe in self.recipe.probes.items():
            rows = np.array(probe(snapshot))
            if not rows.ndim or len(rows) != len(self.theta):
                wanted = f"an array of {len(self.theta)} rows, one a network"
                raise ValueError(f"probes[{name!r}] must return {wanted}, got shape {rows.shape}")
            self.recorded[name].append(rows)


def first_not_finite(losses: np.ndarray, theta: np.ndarray) -> np.ndarray:
    """Return the first step whose loss is not finite, (S,); the number of steps if only the
    parameters after the last are not; -1 if all are. Losses from there on are made NaN.
    """
    steps = losses.shape[1]
    finite = np.column_stack([np.isfinite(losses), np.isfinite(theta).all(axis=1)])
    at = np.where(finite.all(axis=1), -1, finite.argmin(axis=1))
    losses[(at[:, None] >= 0) & (np.arange(steps) >= at[:, None])] = np.nan
    return at


def joined(
    network: Network, recipe: Recipe, seeds: tuple[int, ...], batch: int, groups: list[Group]
) -> Run:
    """Put the groups' rows together."""
    flat = np.concatenate([group.parameters.flat for group in groups])
    recorded = {
        name: np.concatenate([np.stack(group.recorded[name], axis=1) for group in groups])
        for name in recipe.probes
    }
    return Run(
        network=network,
        optimizer=recipe.optimizer,
        seeds=seeds,
        batch=batch,
        parameters=Parameters(network.shapes, flat),
        loss=np.concatenate([group.loss for group in groups]),
        diverged_at=np.concatenate([group.diverged_at for group in groups]),
        recorded_at=np.arange(0, recipe.steps, recipe.every),
        recorded=recorded,
    )
