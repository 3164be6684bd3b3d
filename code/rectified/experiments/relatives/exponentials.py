"""ELU and SELU: their sides, their means, a start in the dead zone, and the fixed point."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from rectified.activations import Activation, elu, relu, selu
from rectified.data import Split
from rectified.experiments.depth.propagation import signal_propagation
from rectified.experiments.depth.vanishing import layer_outputs
from rectified.experiments.settings import check_data
from rectified.experiments.trials.arms import Arm, trained
from rectified.experiments.trials.watching import score
from rectified.initializers import Initializer, constant, he_normal, lecun_normal
from rectified.moments import fixed_points
from rectified.networks.checks import check_positive, check_positive_int
from rectified.networks.streams import check_seeds

FAR = 1e4  # where ELU has reached its limit to the last digit
BESIDE = 5e-324  # the smallest double: the slope just beside 0


@dataclass(frozen=True, kw_only=True)
class EluShape:
    """ELU with one alpha: its distance from ReLU, and its two sides at 0."""

    alpha: float
    from_relu: float  # largest |ELU - ReLU| on [-50, 50]
    above: float  # the same for z > 0 alone
    left_slope: float
    right_slope: float
    limit: float  # far to the left


def elu_shape(alpha: float) -> EluShape:
    """Look at ELU with this alpha. Source: clevert2016fast, equation 15."""
    check_positive(alpha=alpha)
    f, z = elu(alpha=alpha), np.linspace(-50.0, 50.0, 20_001)
    gap = np.abs(f(z) - relu(z))
    return EluShape(
        alpha=alpha,
        from_relu=float(gap.max()),
        above=float(gap[z > 0].max()),
        left_slope=float(f.derivative(-BESIDE)),
        right_slope=float(f.derivative(BESIDE)),
        limit=float(f(-FAR)),
    )


def mean_shift(f: Activation, *, seeds: Sequence[int] = range(20)) -> np.ndarray:
    """Return |mean output| over the spread of outputs, averaged over layers 1 to 5, (S,).

    Random networks with He's weights, 64 units wide. Source: clevert2016fast, section 2.
    """
    found = layer_outputs(f, weights=he_normal, depth=5, seeds=seeds)
    spread = np.sqrt(found.root_mean_square**2 - found.mean**2)
    return np.mean(np.abs(found.mean) / spread, axis=1)


def from_dead_start(
    f: Activation,
    *,
    data: Split,
    bias: float,
    learning_rate: float = 0.1,
    seeds: Sequence[int] = range(10),
    steps: int = 300,
) -> np.ndarray:
    """Train two layers of 32 units whose biases all start at `bias`; return test accuracies, (S,).

    SGD, batches of 32, float32. Raises TypeError or ValueError, naming the argument.
    """
    check_data(data)
    if not math.isfinite(bias):
        raise ValueError(f"bias must be finite, got {bias}")
    arm = Arm(f=f, biases=constant(bias))
    settings = {"learning_rates": [learning_rate], "seeds": seeds, "steps": steps, "batch": 32}
    run = trained(arm, data.train, **settings)
    return score(run.network, run.parameters, data.test).accuracy


@dataclass(frozen=True, kw_only=True)
class SelfNormal:
    """The two numbers that make (mean 0, variance 1) a fixed point, and how fast it attracts."""

    alpha: float
    scale: float
    slope: float  # of the variance map at 1: what is left of a small error after each layer


def self_normal() -> SelfNormal:
    """Solve E[f] = 0 and E[f²] = 1 for f = scale · ELU(alpha), z ~ N(0, 1).

    With integrals of exp(k z) over the negative half, exp(k² / 2) Phi(-k):
    alpha = phi(0) / (1/2 - sqrt(e) Phi(-1)), and
    scale² = 1 / (1/2 + alpha² (e² Phi(-2) - 2 sqrt(e) Phi(-1) + 1/2)).
    Source: klambauer2017self, equation 14.
    """
    first, second = math.sqrt(math.e) * ndtr(-1.0), math.e**2 * ndtr(-2.0)
    alpha = 1 / math.sqrt(2 * math.pi) / (0.5 - first)
    scale = 1 / math.sqrt(0.5 + alpha**2 * (second - 2 * first + 0.5))
    (_, point) = fixed_points(selu, weight_variance=1.0, bias_variance=0.0).points
    return SelfNormal(alpha=float(alpha), scale=float(scale), slope=point.slope)


@dataclass(frozen=True, kw_only=True, eq=False)
class Normalizing:
    """Mean squares of preactivations, from inputs of several scales."""

    f: Activation
    weights: Initializer
    scales: tuple[float, ...]  # mean square of the inputs
    seeds: tuple[int, ...]
    mean_square: np.ndarray  # (S, scales, depth)
    predicted: np.ndarray  # (scales, depth)


def normalizing(
    f: Activation = selu,
    *,
    weights: Initializer = lecun_normal,
    scales: Sequence[float] = (0.25, 1.0, 4.0),
    seeds: Sequence[int] = range(20),
    depth: int = 16,
    width: int = 64,
) -> Normalizing:
    """Send normal inputs of each mean square through random networks, the same for all scales.

    Raises as `signal_propagation` does, and ValueError unless scales are positive.
    Source: klambauer2017self, section 2.
    """
    check_positive_int(depth=depth, width=width)
    for scale in scales:
        check_positive(scales=scale)
    seeds = check_seeds(seeds)
    unit = np.random.default_rng(0).standard_normal((32, width))
    unit /= np.sqrt(np.mean(unit**2))
    settings = {"weights": weights, "seeds": seeds, "depth": depth, "width": width}
    found = [signal_propagation(f, inputs=np.sqrt(q) * unit, **settings) for q in scales]
    return Normalizing(
        f=f,
        weights=weights,
        scales=tuple(scales),
        seeds=seeds,
        mean_square=np.stack([each.mean_square_z for each in found], axis=1),
        predicted=np.stack([each.predicted.mean_square_z for each in found]),
    )
