"""Does it matter which slope ReLU is given at 0? Networks trained with one choice and another."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from rectified.activations import Activation, relu
from rectified.data import Dataset, Split
from rectified.experiments.settings import check_data, check_hidden
from rectified.experiments.trials.arms import DTYPE, Arm, trained
from rectified.experiments.trials.watching import score
from rectified.networks.checks import check_number, check_positive


def relu_with_slope(slope: float) -> Activation:
    """Return ReLU with this slope at 0 and nowhere else.

    The output 0 no longer tells the slope, so training keeps the preactivations. Raises TypeError
    or ValueError unless slope lies from 0 to 1, where the subgradients are.
    """
    check_number(slope=slope)
    if not 0 <= slope <= 1:
        raise ValueError(f"slope must lie from 0 to 1, got {slope}")
    return replace(
        relu,
        name=f"relu_with_slope({slope:g})",
        derivative=lambda z: np.where(np.isnan(z), z, np.heaviside(z, slope)),
        kinks={0.0: float(slope)},
        gate=None,
        keeps_slope=False,
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class KinkChoice:
    """Networks that start alike, see the same batches, and differ in the slope at 0 only."""

    widths: tuple[int, ...]
    slopes: tuple[float, ...]  # C
    seeds: tuple[int, ...]  # S
    learning_rate: float
    zeros: np.ndarray  # (S, layers): share of preactivations that are exactly 0 at the start
    accuracy: np.ndarray  # (C, S), on the test part
    moved: np.ndarray  # (C, S): largest difference of a parameter from that of the first choice

    @property
    def largest_difference(self) -> float:
        """Of a network's accuracy, between any two choices; the worst network."""
        return float(np.ptp(self.accuracy, axis=0).max())


def kink_choice(
    *,
    data: Split,
    widths: Sequence[int],
    slopes: Sequence[float] = (0.0, 0.5, 1.0),
    seeds: Sequence[int] = range(20),
    learning_rate: float = 0.1,
    steps: int = 300,
    batch: int = 32,
) -> KinkChoice:
    """Train the same networks with each slope at 0; float32, He's weights, biases that start at 0.

    One learning rate for all: what is compared is not which choice is best but whether it
    matters. Raises TypeError or ValueError, naming the setting, before any work is done.
    Sources: goodfellow2016deep, bertoin2021numerical.
    """
    check_data(data)
    check_hidden(widths)
    check_positive(learning_rate=learning_rate)
    settings = {"learning_rates": [learning_rate], "steps": steps, "batch": batch}
    arms = [Arm(f=relu_with_slope(slope), widths=tuple(widths)) for slope in slopes]
    runs = [trained(arm, data.train, seeds=seeds, **settings) for arm in arms]
    flat = np.stack([run.parameters.flat for run in runs])  # (C, S, parameters)
    return KinkChoice(
        widths=tuple(widths),
        slopes=tuple(map(float, slopes)),
        seeds=tuple(seeds),
        learning_rate=learning_rate,
        zeros=zeros_at_start(images=data.train, widths=widths, seeds=seeds),
        accuracy=np.stack([score(r.network, r.parameters, data.test).accuracy for r in runs]),
        moved=np.abs(flat - flat[0]).max(axis=2),
    )


def zeros_at_start(
    *, images: Dataset, widths: Sequence[int], seeds: Sequence[int] = range(1000)
) -> np.ndarray:
    """Return the share of preactivations that are 0 before training, (S, hidden layers).

    Networks start as in `kink_choice`. Raises TypeError or ValueError for widths that are none.
    """
    check_hidden(widths)
    arm, signals = Arm(f=relu, widths=tuple(widths)), []
    start = arm.start(images, seeds)
    arm.network(images).forward(start, images.x.astype(DTYPE), signals=signals)
    return np.stack([np.mean(z == 0, axis=(1, 2)) for z in signals[:-1:2]], axis=1)
