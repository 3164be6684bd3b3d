"""Independent weights whose variance follows from the fans: the general law, and its named cases.

LeCun keeps the variance of a linear layer's output, Xavier (Glorot) takes the mean of the fans as
a compromise between the ways forward and back, He (Kaiming) makes up for the half that a ReLU
cuts off. Each is one line here, and its name says its shape. Elsewhere the same name may mean
another: the `he_normal` of JAX and Keras is our `he_truncated_normal`, PyTorch's
`kaiming_normal_` our `he_normal`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special, stats

from rectified.initializers.record import Initializer, check_choice, fans, positive_float

CUT = 2.0  # a truncated normal ends this many of its normal's standard deviations from 0
CUT_STD = float(stats.truncnorm.std(-CUT, CUT))  # what is left of them
MODES = ("fan_in", "fan_out", "fan_avg")


def normal_entries(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """Draw from the normal distribution of variance 1."""
    return rng.standard_normal(shape)


def uniform_entries(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """Draw from the uniform distribution of variance 1, on (-√3, √3)."""
    return rng.uniform(-math.sqrt(3), math.sqrt(3), shape)


def truncated_normal_entries(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """Draw from a normal distribution that was truncated, then widened to variance 1.

    By the inverse of the distribution function: nothing is rejected, so that every entry takes
    one number from rng.
    """
    ranks = rng.uniform(special.ndtr(-CUT), special.ndtr(CUT), shape)
    return special.ndtri(ranks) / CUT_STD


DISTRIBUTIONS = {
    "normal": normal_entries,
    "truncated_normal": truncated_normal_entries,
    "uniform": uniform_entries,
}


@dataclass(frozen=True, kw_only=True, repr=False)
class VarianceScaling(Initializer):
    """Independent entries of mean 0 and variance scale / fan; see `variance_scaling`."""

    scale: float
    mode: str
    distribution: str

    def variance(self, shape: Sequence[int]) -> float:
        """Return scale / fan."""
        fan_in, fan_out = fans(shape)
        fan = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}
        return self.scale / fan[self.mode]

    def entries(self, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
        """Draw entries of variance 1, and scale them."""
        std = math.sqrt(self.variance(shape))
        return std * DISTRIBUTIONS[self.distribution](shape, rng)


def variance_scaling(scale: float, mode: str, distribution: str) -> VarianceScaling:
    """Build the law Var(w) = scale / fan, from which the cases below follow.

    `mode` says which fan: fan_in, fan_out, or fan_avg, their mean. `distribution` is normal,
    truncated_normal (at 2 standard deviations, then widened: the variance is exact) or uniform,
    with mean 0. For an activation of any gain, `variance_scaling(gain**2, "fan_in", "normal")`
    does what He's does for the ReLU, whose gain is √2; `rectified.moments` knows the gains.
    Raises ValueError unless scale is positive, and mode and distribution are among these.

    Source: he2015delving
    """
    scale = positive_float(scale=scale)
    check_choice(MODES, mode=mode)
    check_choice(DISTRIBUTIONS, distribution=distribution)
    return VarianceScaling(
        name=f"variance_scaling({scale!r}, {mode!r}, {distribution!r})",
        title="variance scaling",
        source="he2015delving",
        scale=scale,
        mode=mode,
        distribution=distribution,
    )


# Standard deviation 1/√fan_in: equation 16
lecun_normal = variance_scaling(1.0, "fan_in", "normal").named(
    "lecun_normal", "LeCun normal", "lecun1998efficient"
)
lecun_uniform = variance_scaling(1.0, "fan_in", "uniform").named(
    "lecun_uniform", "LeCun uniform", "lecun1998efficient"
)
lecun_truncated_normal = variance_scaling(1.0, "fan_in", "truncated_normal").named(
    "lecun_truncated_normal", "LeCun truncated normal", "lecun1998efficient"
)

# On ±√(6 / (fan_in + fan_out)) if uniform: equation 16
xavier_normal = variance_scaling(1.0, "fan_avg", "normal").named(
    "xavier_normal", "Xavier normal", "glorot2010understanding"
)
xavier_uniform = variance_scaling(1.0, "fan_avg", "uniform").named(
    "xavier_uniform", "Xavier uniform", "glorot2010understanding"
)
xavier_truncated_normal = variance_scaling(1.0, "fan_avg", "truncated_normal").named(
    "xavier_truncated_normal", "Xavier truncated normal", "glorot2010understanding"
)

# Standard deviation √(2 / fan_in): equation 10
he_normal = variance_scaling(2.0, "fan_in", "normal").named(
    "he_normal", "He normal", "he2015delving"
)
he_uniform = variance_scaling(2.0, "fan_in", "uniform").named(
    "he_uniform", "He uniform", "he2015delving"
)
he_truncated_normal = variance_scaling(2.0, "fan_in", "truncated_normal").named(
    "he_truncated_normal", "He truncated normal", "he2015delving"
)
