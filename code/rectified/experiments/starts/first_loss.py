"""The loss before the first step, and what it says of the weights."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import optimize, special

from rectified.activations import relu
from rectified.data import Split
from rectified.experiments.settings import check_data, check_hidden, check_initializers
from rectified.experiments.starts.examples import digits
from rectified.experiments.trials.arms import Arm
from rectified.experiments.trials.watching import score
from rectified.initializers import Initializer
from rectified.networks.checks import check_positive, check_positive_int
from rectified.networks.streams import check_seeds

NORMAL = np.linspace(-9.0, 9.0, 181)  # where the normal law is summed
DENSITY = np.exp(-(NORMAL**2) / 2) / math.sqrt(2 * math.pi)
GUMBEL = np.linspace(-6.0, 45.0, 511)  # and Gumbel's
LEVELS = 801  # of the integral over v
LARGEST_SPREAD = 1e4


@dataclass(frozen=True, kw_only=True, eq=False)
class FirstLoss:
    """Loss and accuracy of S networks on the training part, before they learn."""

    weights: Initializer
    seeds: tuple[int, ...]
    spread: np.ndarray  # (S,): root mean square of the outputs, each example's mean taken off
    loss: np.ndarray  # (S,)
    accuracy: np.ndarray  # (S,)


def first_loss(
    weights: Initializer,
    *,
    data: Split | None = None,
    widths: Sequence[int] = (128,),
    seeds: Sequence[int] = range(20),
) -> FirstLoss:
    """Start S ReLU networks, and see what they say of the training part: digits unless given.

    float32. Raises TypeError or ValueError, naming the argument.
    """
    check_initializers(weights=weights)
    check_hidden(widths)
    data = digits() if data is None else data
    check_data(data)
    if data.train.classes is None:
        raise ValueError(f"data must have classes, {data.train.name} has numbers")
    seeds = check_seeds(seeds)
    arm = Arm(f=relu, weights=weights, widths=tuple(widths))
    network, theta = arm.network(data.train), arm.start(data.train, seeds)
    found = score(network, theta, data.train)
    z = network.forward(theta, data.train.x).z.astype(float)
    z = z - z.mean(axis=2, keepdims=True)
    freedom = data.train.classes / (data.train.classes - 1)  # the mean takes off one of them
    return FirstLoss(
        weights=weights,
        seeds=seeds,
        spread=np.sqrt(freedom * np.mean(z**2, axis=(1, 2))),
        loss=found.loss,
        accuracy=found.accuracy,
    )


def expected_loss(spread: float, *, classes: int = 10) -> float:
    """Return E[log Σ exp z], the loss of K outputs that know nothing, z ~ N(0, spread²) each.

    The loss is log Σ exp z less the right output, whose mean is 0. Add to each output noise of
    Gumbel's law, P(g <= v) = exp(-exp(-v)): the largest of them is log Σ exp z plus such noise,
    whose mean is Euler's constant γ. So E[log Σ exp z] = ∫ (1[v > 0] - H(v)^K) dv - γ, where H is
    the distribution function of one noisy output. For a small spread it is near
    log K + spread² (1 - 1/K) / 2, for a large one near the spread times the mean of the largest of
    K standard normals. Raises ValueError unless spread is positive and K at least 2.
    """
    check_positive(spread=spread)
    check_positive_int(classes=classes)
    if classes < 2:
        raise ValueError(f"classes must be 2 or more, got {classes}")
    v = np.linspace(-9 * spread - 6, 9 * spread + 45, LEVELS)
    below = noisy_share(v, spread) ** classes
    return float(v[-1] - np.trapezoid(below, v) - np.euler_gamma)


def noisy_share(v: np.ndarray, spread: float) -> np.ndarray:
    """Return P(z + g <= v), z ~ N(0, spread²), g of Gumbel's law: summed over the smoother one."""
    if spread < 1:
        return np.exp(-np.exp(spread * NORMAL - v[:, None])) @ (DENSITY * (NORMAL[1] - NORMAL[0]))
    density = np.exp(-GUMBEL - np.exp(-GUMBEL)) * (GUMBEL[1] - GUMBEL[0])
    return special.ndtr((v[:, None] - GUMBEL) / spread) @ density


def spread_of_loss(loss: float, *, classes: int = 10) -> float:
    """Return the spread of outputs that explains a first loss: the inverse of `expected_loss`.

    Raises ValueError unless the loss is above that of equal outputs, log(classes).
    """
    check_positive_int(classes=classes)
    if not math.log(classes) < loss < expected_loss(LARGEST_SPREAD, classes=classes):
        raise ValueError(f"loss must be above log {classes} = {math.log(classes):.3f}, got {loss}")

    def off(log_spread: float) -> float:
        return expected_loss(math.exp(log_spread), classes=classes) - loss

    return math.exp(optimize.brentq(off, math.log(1e-3), math.log(LARGEST_SPREAD), xtol=1e-10))


def weight_std_of_spread(
    spread: float, widths: Sequence[int], *, input_mean_square: float = 1.0
) -> float:
    """Return the one standard deviation of all weights that gives a ReLU network this spread.

    widths are inputs, hidden layers and outputs. A layer multiplies the mean square by fan_in
    Var(w), and each ReLU by 1/2: spread² = E[x²] Π (n_l σ²) / 2^hidden. Source: he2015delving.
    """
    check_positive(spread=spread, input_mean_square=input_mean_square)
    check_positive_int(**{f"widths[{place}]": width for place, width in enumerate(widths)})
    if len(widths) < 2:
        raise ValueError(f"widths must hold inputs and outputs at least, got {widths!r}")
    layers, hidden = len(widths) - 1, len(widths) - 2
    log = math.log(spread**2 / input_mean_square) + hidden * math.log(2)
    return math.exp((log - sum(map(math.log, widths[:-1]))) / (2 * layers))


def largest_of_normals(classes: int) -> float:
    """Return the mean of the largest of so many standard normals: ∫ z K φ(z) Φ(z)^(K - 1) dz."""
    check_positive_int(classes=classes)
    weight = classes * DENSITY * special.ndtr(NORMAL) ** (classes - 1)
    return float(np.sum(NORMAL * weight) * (NORMAL[1] - NORMAL[0]))
