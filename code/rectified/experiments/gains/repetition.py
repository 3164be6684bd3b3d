"""Does it help a deep network that ReLU, applied twice, is ReLU? Against a function that is not."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rectified.activations import leaky_relu, relu
from rectified.data import Split
from rectified.experiments.rectifier.regions import draw_layers
from rectified.experiments.trials.arms import Arm
from rectified.experiments.trials.training import TrainingComparison, compare_training
from rectified.initializers import generators
from rectified.networks import Adam
from rectified.networks.checks import check_positive, check_positive_int


@dataclass(frozen=True, kw_only=True, eq=False)
class IdempotenceAtDepth:
    """Deep networks with ReLU and with a leaky ReLU, each at the best of the same rates."""

    depth: int  # layers with weights
    slope: float  # of the leaky ReLU on the negative side
    comparison: TrainingComparison

    @property
    def relu(self) -> np.ndarray:
        """Accuracy on the test part with ReLU, which is idempotent, (S,)."""
        return self.comparison.arms["relu"].test_accuracy

    @property
    def leaky(self) -> np.ndarray:
        """The same with the leaky ReLU, which is not, (S,)."""
        return self.comparison.arms["leaky"].test_accuracy


def idempotence_at_depth(
    *,
    data: Split,
    depth: int = 10,
    width: int = 32,
    slope: float = 0.2,
    seeds: Sequence[int] = range(12),
    tuning_seeds: Sequence[int] = range(1000, 1003),
    learning_rates: Sequence[float] = (0.001, 0.003, 0.01),
    steps: int = 200,
) -> IdempotenceAtDepth:
    """Train networks of this depth with both functions, from the same weights, on the same batches.

    Weights are He's, the optimizer is Adam, learning rates are tuned alike. Raises as
    `compare_training` does. Source: crossvalidated2016relu.
    """
    check_positive_int(depth=depth, width=width)
    widths = (width,) * (depth - 1)
    functions = {"relu": relu, "leaky": leaky_relu(slope=slope)}
    comparison = compare_training(
        {name: Arm(f=f, widths=widths, optimizer=Adam) for name, f in functions.items()},
        data=data,
        seeds=seeds,
        tuning_seeds=tuning_seeds,
        learning_rates=learning_rates,
        steps=steps,
    )
    return IdempotenceAtDepth(depth=depth, slope=slope, comparison=comparison)


def halved_relu(
    *,
    seeds: Sequence[int] = range(20),
    depth: int = 10,
    width: int = 32,
    inputs: int = 20,
    times: float = 2.0,
) -> np.ndarray:
    """Return the largest change of a network's output when ReLU becomes ½ ReLU, (S,), relative.

    ½ ReLU is not idempotent: applied twice it is ¼ ReLU. The weights after it are taken `times`.
    Raises ValueError, naming the setting, for what is none.
    """
    check_positive_int(depth=depth, width=width, inputs=inputs)
    check_positive(times=times)
    found = []
    for rng in generators(seeds):
        layers = draw_layers(rng, [width] * (depth + 1))
        h = halved = rng.standard_normal((inputs, width))
        for number, (w, b) in enumerate(layers):
            z, other = h @ w + b, halved @ (w if number == 0 else times * w) + b
            h, halved = relu(z), relu(other) / 2
        found.append(np.abs(other - z).max() / np.abs(z).max())
    return np.array(found)
