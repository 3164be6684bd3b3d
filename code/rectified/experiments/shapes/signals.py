"""What an activation does to a signal: it bends a line, and it changes how values are spread."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy import stats

from rectified.activations import Activation
from rectified.initializers import generators
from rectified.moments import moments

STRATA = 2**16  # equally likely inputs in a histogram: a share is off by at most a few 1/65536
EDGES = np.arange(-3.05, 3.06, 0.1)  # of the histogram; 0 lies in the middle of a bin


@dataclass(frozen=True, kw_only=True, eq=False)
class Bends:
    """Outputs of S networks of one input; `straight` and `bent` have shape (S, points)."""

    activation: str
    title: str
    family: str
    depth: int
    width: int
    x: np.ndarray
    straight: np.ndarray
    bent: np.ndarray

    @property
    def straight_bend(self) -> np.ndarray:
        """How far each curve without activation is from straight, shape (S,)."""
        return distance_from_straight(self.straight)

    @property
    def bent_bend(self) -> np.ndarray:
        """How far each curve with the activation is from straight, shape (S,)."""
        return distance_from_straight(self.bent)


def with_and_without_bend(
    f: Activation, *, seeds: Sequence[int], depth: int = 4, width: int = 16, reach: float = 2.0
) -> Bends:
    """Draw S random networks, and evaluate each twice on [-reach, reach]: with f and without.

    `depth` counts layers with weights. Weights have variance 2 / fan_in, biases standard
    deviation 1/2. Raises ValueError unless depth is at least 2: one layer has no activation.
    """
    if depth < 2:
        raise ValueError(f"depth must be at least 2, got {depth}: one layer has no activation")
    rngs = generators(seeds)
    x = np.linspace(-reach, reach, 801)
    fans = [1, *[width] * (depth - 1), 1]
    straight = bent = np.broadcast_to(x[:, None], (len(rngs), len(x), 1))  # (S, points, units)
    for layer, (fan_in, fan_out) in enumerate(pairwise(fans), start=1):
        w = np.stack([rng.normal(0, np.sqrt(2 / fan_in), (fan_in, fan_out)) for rng in rngs])
        b = np.stack([rng.normal(0, 0.5, (1, fan_out)) for rng in rngs])
        straight, z = straight @ w + b, bent @ w + b
        bent = f(z) if layer < depth else z
    curves = {"straight": straight[..., 0], "bent": bent[..., 0]}
    named = {"activation": f.name, "title": f.title, "family": f.family}
    return Bends(**named, depth=depth, width=width, x=x, **curves)


def distance_from_straight(curves: np.ndarray) -> np.ndarray:
    """Return the largest distance of each row from the line through its ends, over its range.

    curves has shape (S, points), points equally spaced; a constant row is straight: 0.
    """
    share = np.linspace(0, 1, curves.shape[1])
    line = curves[:, :1] + share * (curves[:, -1:] - curves[:, :1])
    size = np.ptp(curves, axis=1)
    return np.abs(curves - line).max(axis=1) / np.where(size == 0, 1, size)


@dataclass(frozen=True, kw_only=True, eq=False)
class Spread:
    """How f(z) is spread when z is normal; `shares` (bins,) of the outputs lie between `edges`.

    shares_in are those of the inputs; what lies outside the edges is in no share.
    zeros is P(f(z) = 0), flat is P(f'(z) < 1 % of the largest slope).
    """

    activation: str
    title: str
    family: str
    mean_in: float
    std_in: float
    edges: np.ndarray
    shares_in: np.ndarray
    shares: np.ndarray
    mean: float
    std: float
    zeros: float
    flat: float


def spread(f: Activation, *, mean: float = 0.0, std: float = 1.0) -> Spread:
    """Return how f(z) is spread for z normal: no sampling, so no noise.

    Mean and standard deviation are those of `moments`; shares are taken over 65536 equally likely
    inputs. Raises ValueError unless mean is finite, and std positive and finite.
    """
    found = moments(f, mean=mean, std=std)
    normal = stats.norm(mean, std)
    z = normal.ppf((np.arange(STRATA) + 0.5) / STRATA)
    values, slopes = f(z), np.abs(f.derivative(z))
    return Spread(
        activation=f.name,
        title=f.title,
        family=f.family,
        mean_in=mean,
        std_in=std,
        edges=EDGES,
        shares_in=np.diff(normal.cdf(EDGES)),
        shares=np.histogram(values, EDGES)[0] / STRATA,
        mean=found.mean,
        std=float(np.sqrt(found.variance)),
        zeros=float(np.mean(values == 0)),
        flat=float(np.mean(slopes < 0.01 * max(map(abs, f.slopes)))),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class Passage:
    """What f does to a bell of inputs: `bell`, `value` and `flat` are given at the places z."""

    spread: Spread
    z: np.ndarray  # (n,): the middles of the bins of `spread`
    bell: np.ndarray  # (n,): density of the inputs; 1 at its peak
    value: np.ndarray  # (n,)
    flat: np.ndarray  # (n,) bool: the slope there is less than 1 % of the largest


def passage(f: Activation, *, mean: float = 0.0, std: float = 1.0) -> Passage:
    """Return f beside the bell that goes in and the spread of what comes out.

    Raises ValueError as `spread` does.
    """
    found = spread(f, mean=mean, std=std)
    z = np.round((EDGES[1:] + EDGES[:-1]) / 2, 10)  # 0, where most kinks are, is among them
    return Passage(
        spread=found,
        z=z,
        bell=np.exp(-0.5 * ((z - mean) / std) ** 2),
        value=f(z),
        flat=np.abs(f.derivative(z)) < 0.01 * max(map(abs, f.slopes)),
    )
