"""The loss before the first step, and what it says of the weights."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import optimize, special

from rectified.activations import relu
from rectified.data import Split
from rectified.experiments.settings import check_data, check_hidden, check_initializers
from rectified.experiments.starts.symmetry import digits
from rectified.experiments.trials.arms import Arm
from rectified.experiments.trials.watching import score
from rectified.initializers import Initializer
from rectified.networks.checks import check_positive, check_positive_int
from rectified.networks.streams import check_seeds

NORMAL = np.linspace(-9.0, 9.0, 1201)  # where the normal density is summed
LEVELS = 2401  # where the integral over levels is
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

    The loss is log Σ exp z less the right output, whose mean is 0. With the identity
    log S = ∫ (exp(-t) - exp(-t S)) dt / t and t = exp(-v), it is one integral over v of
    exp(-exp(-v)) - E[exp(-exp(z - v))]^K. Where the spread is small, it is near
    log K + spread² (1 - 1/K) / 2, and where it is large, near the spread times the mean of the
    largest of K standard normals. Raises ValueError unless spread is positive and K at least 2.
    """
    check_positive(spread=spread)
    check_positive_int(classes=classes)
    if classes < 2:
        raise ValueError(f"classes must be 2 or more, got {classes}")
    reach = 9 * spread + 40
    v = np.linspace(-reach, reach, LEVELS)
    density = np.exp(-(NORMAL**2) / 2) / math.sqrt(2 * math.pi) * (NORMAL[1] - NORMAL[0])
    below = np.exp(-np.exp(np.minimum(spread * NORMAL - v[:, None], 700))) @ density
    alone = np.exp(-np.exp(np.minimum(-v, 700)))
    return float(np.sum(alone - below**classes) * (v[1] - v[0]))


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
    density = np.exp(-(NORMAL**2) / 2) / math.sqrt(2 * math.pi) * (NORMAL[1] - NORMAL[0])
    return float(np.sum(NORMAL * classes * density * special.ndtr(NORMAL) ** (classes - 1)))
