"""How deep a network can be and still learn, and whether being nearly linear helps it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from rectified.activations import identity, leaky_relu, relu
from rectified.data import Split
from rectified.experiments.settings import check_data
from rectified.experiments.trials.arms import Arm
from rectified.experiments.trials.convergence import convergence_speed, steps_to_target
from rectified.experiments.trials.training import tuned_and_trained
from rectified.experiments.trials.tuning import FEW_TUNING_SEEDS, SEEDS, Budget, check_arms
from rectified.initializers import variance_scaling
from rectified.networks.checks import check_positive_int


@dataclass(frozen=True, kw_only=True, eq=False)
class Depths:
    """Training accuracy of S networks of each depth, for several arms."""

    depths: tuple[int, ...]  # D: layers with weights
    learning_rates: tuple[float, ...]
    seeds: tuple[int, ...]
    steps: int
    accuracy: Mapping[str, np.ndarray]  # name -> (S, D)


def depths_reached(
    arms: Mapping[str, Arm],
    *,
    data: Split,
    depths: Sequence[int] = (2, 4, 8),
    width: int = 24,
    learning_rates: Sequence[float] = (0.1, 0.3, 1.0, 3.0),
    seeds: Sequence[int] = SEEDS,
    tuning_seeds: Sequence[int] = FEW_TUNING_SEEDS,
    steps: int = 100,
    batch: int = 32,
) -> Depths:
    """Train networks of each depth; the widths of the arms do not count.

    For each arm and depth it is the rate with the lowest median loss over the tuning seeds, of the
    same rates for all. float32. Raises TypeError or ValueError, naming the argument.
    """
    check_arms(arms, data)
    check_positive_int(width=width, **{f"depths[{i}]": depth for i, depth in enumerate(depths)})
    if not all(np.diff(depths) > 0) or depths[0] < 2:
        raise ValueError(f"depths must rise from 2 or more, got {depths}")
    budget = Budget(
        steps=steps,
        batch=batch,
        learning_rates=learning_rates,
        seeds=seeds,
        tuning_seeds=tuning_seeds,
    )
    found = {name: np.empty((len(budget.seeds), len(depths))) for name in arms}
    for name, arm in arms.items():
        for place, depth in enumerate(depths):
            deep = replace(arm, widths=(width,) * (depth - 1))
            right = tuned_and_trained(deep, data, budget)[0].accuracy
            found[name][:, place] = np.nan_to_num(right, nan=0.0)
    return Depths(
        depths=tuple(depths),
        learning_rates=budget.learning_rates,
        seeds=budget.seeds,
        steps=steps,
        accuracy=MappingProxyType(found),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class NearlyLinear:
    """Training errors for slopes from 0, ReLU, to 1, the identity; S seeds each."""

    slopes: tuple[float, ...]  # K, of the negative side
    depth: int  # layers with weights
    window: int
    learning_rates: tuple[float, ...]  # (K,), the best of the same grid for each
    curve: np.ndarray  # (S, K, steps): share of errors on the batch

    def steps_to(self, target: float) -> np.ndarray:
        """Return the steps down to an error, (S, K), infinite where it is not reached."""
        flat = self.curve.reshape(-1, self.curve.shape[-1])
        steps = steps_to_target(flat, target=target, window=self.window)
        return steps.reshape(self.curve.shape[:-1])


def nearly_linear(
    *,
    data: Split,
    slopes: Sequence[float] = (0.0, 0.5, 1.0),
    depth: int = 8,
    width: int = 24,
    target: float = 0.1,
    steps: int = 220,
    batch: int = 32,
    window: int = 5,
    learning_rates: Sequence[float] = (0.1, 0.3),
    seeds: Sequence[int] = range(6),
    tuning_seeds: Sequence[int] = FEW_TUNING_SEEDS,
) -> NearlyLinear:
    """Train networks with max(z, slope · z), each with the gain that keeps its signal.

    The rate is the one that is quickest to the target. float32. Raises TypeError or ValueError,
    naming the argument. Source: goodfellow2016deep.
    """
    check_data(data)
    check_positive_int(depth=depth, width=width)
    if depth < 2:
        raise ValueError(f"depth must be at least 2, got {depth}")
    if not all(0 <= slope <= 1 for slope in slopes):
        raise ValueError(f"slopes must lie from 0 to 1, got {slopes}")
    arms = {str(slope): leaning(slope, (width,) * (depth - 1)) for slope in slopes}
    speed = convergence_speed(
        arms,
        target=target,
        measure="error",
        data=data,
        seeds=seeds,
        steps=steps,
        batch=batch,
        window=window,
        learning_rates=learning_rates,
        tuning_seeds=tuning_seeds,
    )
    found = [speed.arms[str(slope)] for slope in slopes]
    return NearlyLinear(
        slopes=tuple(slopes),
        depth=depth,
        window=window,
        learning_rates=tuple(arm.tuning.learning_rate for arm in found),
        curve=np.stack([arm.curve for arm in found], axis=1),
    )


def leaning(slope: float, widths: tuple[int, ...]) -> Arm:
    """Return the arm with that slope on the negative side; E[f(z)²] = (1 + slope²) / 2."""
    kinds = {0.0: relu, 1.0: identity}
    f = kinds.get(float(slope)) or leaky_relu(slope=slope)
    weights = variance_scaling(2 / (1 + slope**2), "fan_in", "normal")
    return Arm(f=f, widths=widths, weights=weights)
