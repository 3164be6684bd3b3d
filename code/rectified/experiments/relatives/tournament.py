"""A tournament of activations: three tasks, as many weights and as much tuning for each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from rectified import data as sets
from rectified.activations import ALL, Activation, VectorActivation, leaky_relu
from rectified.data import Dataset, Split
from rectified.experiments.trials.arms import Arm, Lsuv
from rectified.experiments.trials.training import TrainedArm, compare_training
from rectified.initializers import he_normal
from rectified.networks import Adam, BatchNorm, Network
from rectified.networks.blocks import Norm
from rectified.networks.checks import check_positive_int
from rectified.networks.parameters import ordered

NAMES = (
    *("identity", "sigmoid", "tanh", "relu", "leaky_relu", "very_leaky", "elu", "selu", "softplus"),
    *("gelu", "silu", "mish", "squared_relu", "hard_swish", "crelu", "maxout", "swiglu"),
)
SEEDS = range(20)
TUNING_SEEDS = range(1000, 1003)
RATES = (0.005, 0.015, 0.05, 0.15)
WIDTH = 20
STEPS = 80


def entrant(name: str) -> Activation | VectorActivation:
    """Return the activation of an entrant: that of `ALL`, or a leaky ReLU of slope 0.2."""
    return leaky_relu(slope=0.2) if name == "very_leaky" else ALL[name]


def title_of(name: str) -> str:
    """Return an entrant's name as prose writes it."""
    return "leaky ReLU 0.2" if name == "very_leaky" else ALL[name].title


def parameter_count(network: Network) -> int:
    """Return how many weights and biases a network has."""
    return sum(int(np.prod(shape)) for _, _, shape in ordered(network.shapes))


def matched_arm(
    f: Activation | VectorActivation,
    part: Dataset,
    *,
    width: int = WIDTH,
    normalize: type[Norm] | None = None,
) -> Arm:
    """Return two hidden layers of f, with about as many parameters as ReLU's of this width.

    Functions that change the number of units, as maxout does, get another width: of all even ones,
    up to twice `width`, the one whose count of parameters is nearest. Weights are LSUV's, or He's
    where layers are normalized: their scale does not matter then. Raises ValueError for such a
    function where layers are normalized.
    """
    weights = he_normal if normalize else Lsuv()
    settings = {"f": f, "weights": weights, "optimizer": Adam, "normalize": normalize}
    if isinstance(f, Activation):
        return Arm(widths=(width, width), **settings)
    if normalize:
        raise ValueError(f"names must keep the number of units with `normalize`, got {f.name!r}")
    wanted = parameter_count(Arm(f=ALL["relu"], widths=(width, width)).network(part))
    arms = [Arm(widths=(units, units), **settings) for units in range(2, 2 * width + 1, 2)]
    return min(arms, key=lambda arm: abs(parameter_count(arm.network(part)) - wanted))


def three_tasks() -> dict[str, Split]:
    """Return the tasks: digits and two spirals to tell apart, a noisy sine to follow.

    All inputs are standardised; the data are the same for every seed.
    """
    digits = sets.split(sets.digits(), test=0.5, rng=np.random.default_rng(0))
    arms = sets.spirals(400, noise=0.05, turns=1.0, rng=np.random.default_rng(1))
    sine = sets.curve("sine", 400, noise=0.1, rng=np.random.default_rng(2))
    found = {"digits": digits}
    for name, whole in {"spirals": arms, "sine": sine}.items():
        found[name] = sets.split(whole, test=0.5, rng=np.random.default_rng(3))
    return {name: task.standardised() for name, task in found.items()}


@dataclass(frozen=True, kw_only=True, eq=False)
class Tournament:
    """Entrants, trained on each task: errors are (S, entrants), infinite where one diverged."""

    names: tuple[str, ...]
    seeds: tuple[int, ...]
    learning_rates: tuple[float, ...]  # that each could choose from, on each task
    tuning_seeds: tuple[int, ...]
    steps: int
    error: Mapping[str, np.ndarray]  # task -> on the test part: share wrong, or mean square
    train_loss: Mapping[str, np.ndarray]  # task -> on the training part
    test_loss: Mapping[str, np.ndarray]
    rates: Mapping[str, Mapping[str, float]]  # task -> entrant -> the rate it took
    tuning_loss: Mapping[str, Mapping[str, np.ndarray]]  # task -> entrant -> (rates,), medians
    parameters: Mapping[str, Mapping[str, int]]  # task -> entrant -> weights and biases

    def of(self, measure: str, task: str, name: str) -> np.ndarray:
        """Return an entrant's `error`, `train_loss` or `test_loss` on a task, (S,)."""
        return getattr(self, measure)[task][:, self.names.index(name)]

    def at_edge(self) -> dict[str, list[str]]:
        """Name, task by task, whose rate is the first or the last that could be taken."""
        edges = self.learning_rates[0], self.learning_rates[-1]
        return {
            task: [name for name, rate in rates.items() if rate in edges]
            for task, rates in self.rates.items()
        }


def tournament(
    names: Sequence[str] = NAMES,
    *,
    tasks: Mapping[str, Split] | None = None,
    width: int = WIDTH,
    steps: int = STEPS,
    batch: int = 32,
    normalize: type[Norm] | None = None,
    learning_rates: Sequence[float] = RATES,
    seeds: Sequence[int] = SEEDS,
    tuning_seeds: Sequence[int] = TUNING_SEEDS,
) -> Tournament:
    """Train every entrant on every task, each at the best of the same rates for it.

    Two hidden layers, Adam, about as many parameters for all; LSUV's first weights, with which the
    preactivations of every layer have variance 1, whatever the function. The budget of each
    function on each task: every rate with every tuning seed, all `steps` long, and the rate of the
    lowest median training loss is taken; then one network for each seed, as long. With the
    defaults these are 4 rates x 3 seeds, then 20 networks, 80 steps of 32 examples each. float32.
    Raises TypeError or ValueError, naming the argument.
    """
    for name in names:
        if name not in NAMES:
            raise ValueError(f"names must be among {', '.join(NAMES)}, got {name!r}")
    if len(set(names)) != len(names) or len(names) < 2:
        raise ValueError(f"names must be two or more, each once, got {names!r}")
    check_positive_int(width=width, steps=steps, batch=batch)
    budget = {"seeds": seeds, "tuning_seeds": tuning_seeds, "learning_rates": learning_rates}
    compared, counts = {}, {}
    for task, split in (three_tasks() if tasks is None else tasks).items():
        arms = {
            name: matched_arm(entrant(name), split.train, width=width, normalize=normalize)
            for name in names
        }
        compared[task] = compare_training(arms, data=split, steps=steps, batch=batch, **budget)
        counts[task] = {n: parameter_count(arm.network(split.train)) for n, arm in arms.items()}
    found = {task: each.arms for task, each in compared.items()}
    tunings = {task: {n: arm.tuning for n, arm in arms.items()} for task, arms in found.items()}
    return Tournament(
        names=tuple(names),
        seeds=tuple(seeds),
        learning_rates=tuple(learning_rates),
        tuning_seeds=tuple(tuning_seeds),
        steps=steps,
        error=_by_task(found, error_of),
        train_loss=_by_task(found, lambda arm: arm.loss),
        test_loss=_by_task(found, lambda arm: arm.test_loss),
        rates={t: {n: of.learning_rate for n, of in each.items()} for t, each in tunings.items()},
        tuning_loss={t: {n: of.median_loss for n, of in e.items()} for t, e in tunings.items()},
        parameters=counts,
    )


def normed_tournament(
    names: Sequence[str] = ("relu", "silu", "selu"),
    *,
    tasks: Mapping[str, Split] | None = None,
    steps: int = STEPS,
    seeds: Sequence[int] = SEEDS,
    tuning_seeds: Sequence[int] = TUNING_SEEDS,
) -> Tournament:
    """Hold a tournament in which each hidden layer is normalized over the batch, before f.

    Otherwise it is like `tournament`, and raises as that does.
    """
    settings = {"tasks": tasks, "steps": steps, "seeds": seeds, "tuning_seeds": tuning_seeds}
    return tournament(names, normalize=BatchNorm, **settings)


def error_of(arm: TrainedArm) -> np.ndarray:
    """Return the share of wrong answers, or where there are no labels the mean square, (S,)."""
    return arm.test_loss if arm.test_accuracy is None else 1 - arm.test_accuracy


def _by_task(
    found: Mapping[str, Mapping[str, TrainedArm]], measure: Callable[[TrainedArm], np.ndarray]
) -> Mapping[str, np.ndarray]:
    """Return a column an entrant for each task, read-only; NaN, of who diverged, is infinity."""
    columns = {}
    for task, arms in found.items():
        array = np.column_stack([measure(arm) for arm in arms.values()]).astype(float)
        columns[task] = np.where(np.isnan(array), np.inf, array)
        columns[task].flags.writeable = False
    return MappingProxyType(columns)
