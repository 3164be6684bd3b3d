"""What sigmoid and tanh do to large, small and negative inputs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from rectified.activations import Activation, sigmoid, tanh
from rectified.experiments.grids import GRID, WIDE_GRID
from rectified.initializers import generators
from rectified.networks.checks import check_positive_int


@dataclass(frozen=True, kw_only=True, eq=False)
class SigmoidShape:
    """Violations of what makes an S between 0 and 1, on [-30, 30]."""

    n: int
    outside: int  # outputs that are not strictly between 0 and 1
    not_rising: int  # steps of the grid at which the output does not grow
    symmetry_error: float  # largest |f(-z) - (1 - f(z))|
    inflections: int  # changes of sign of the curvature
    inflection: float  # where the first of them lies


def sigmoid_shape() -> SigmoidShape:
    """Check range, order and symmetry of the sigmoid, and find where its curve turns over.

    Beyond 30 the steps of the sigmoid come near the spacing of doubles at 1, so the grid ends.
    """
    h = sigmoid(WIDE_GRID)
    curvature = np.diff(sigmoid.derivative(GRID))  # between neighbours; above 1e-6 in size
    turns = np.flatnonzero(np.sign(curvature[1:]) != np.sign(curvature[:-1]))
    return SigmoidShape(
        n=h.size,
        outside=int(np.count_nonzero((h <= 0) | (h >= 1))),
        not_rising=int(np.count_nonzero(np.diff(h) <= 0)),
        symmetry_error=float(np.max(np.abs(sigmoid(-WIDE_GRID) - (1 - h)))),
        inflections=turns.size,
        inflection=float(GRID[turns[0] + 1]),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class SigmoidRails:
    """How near the sigmoid is to 0 and 1, and where rounding makes it exactly that."""

    sizes: np.ndarray  # (k,): inputs z
    distance: np.ndarray  # (k,): the larger of 1 - f(z) and f(-z)
    beyond_eight: float  # the largest distance for any size of 8 or more
    one_float64: float  # from this input on float64 gives exactly 1
    one_float32: float
    zero_float64: float  # the last input, going down from 0, at which float64 is not exactly 0


def sigmoid_rails() -> SigmoidRails:
    """Measure the distance to the rails, and search for where it is rounded away."""
    sizes = np.arange(1.0, 13.0)
    far = np.concatenate([np.arange(8 * 64, 100 * 64) / 64, 10.0 ** np.arange(2, 300)])
    return SigmoidRails(
        sizes=sizes,
        distance=_rail_distance(sizes),
        beyond_eight=float(np.max(_rail_distance(far))),
        one_float64=_first(lambda z: sigmoid(z) == 1, 0.0, 100.0, np.float64),
        one_float32=_first(lambda z: sigmoid(z) == 1, 0.0, 100.0, np.float32),
        zero_float64=-_first(lambda z: sigmoid(-z) == 0, 0.0, 1000.0, np.float64),
    )


def _rail_distance(z: np.ndarray) -> np.ndarray:
    return np.maximum(1 - sigmoid(z), sigmoid(-z))


def _first(
    reached: Callable[[np.floating], bool], low: float, high: float, dtype: type[np.floating]
) -> float:
    """Bisect for the least z in (low, high] at which `reached` is true, to 40 halvings."""
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (low, middle) if reached(dtype(middle)) else (middle, high)
    return high


@dataclass(frozen=True, kw_only=True, eq=False)
class Midpoint:
    """Where sigmoid and tanh are most sensitive."""

    sigmoid_place: float  # the input with the largest slope
    sigmoid_output: float  # the output there
    sigmoid_slope_at_0: float
    sigmoid_slope_at_half: float
    tanh_place: float
    tanh_output: float


def most_sensitive_input() -> Midpoint:
    """Find the inputs at which the slopes of sigmoid and tanh are largest."""
    at = {f.name: float(WIDE_GRID[np.argmax(f.derivative(WIDE_GRID))]) for f in (sigmoid, tanh)}
    return Midpoint(
        sigmoid_place=at[sigmoid.name],
        sigmoid_output=float(sigmoid(np.float64(at[sigmoid.name]))),
        sigmoid_slope_at_0=float(sigmoid.derivative(np.float64(0.0))),
        sigmoid_slope_at_half=float(sigmoid.derivative(np.float64(0.5))),
        tanh_place=at[tanh.name],
        tanh_output=float(tanh(np.float64(at[tanh.name]))),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class Silence:
    """What units that are saturated low still say to the next layer."""

    activation: str
    limit_error: float  # |f(-1000) - limit at minus infinity|
    share: np.ndarray  # (S,): RMS of what the next layer gets, low units over the same units high


def low_units(f: Activation, *, seeds: Sequence[int] = range(20), width: int = 64) -> Silence:
    """Drive a layer to preactivations about -25, and weigh its message to 64 units of the next
    layer against the message of the same layer driven to +25. Cutting the low units out would
    change the next layer by that share.
    """
    check_positive_int(width=width)
    share = []
    for rng in generators(seeds):
        z = rng.normal(-25.0, 1.0, (32, width))
        w = rng.standard_normal((width, 64)) / np.sqrt(width)
        share.append(np.linalg.norm(f(z) @ w) / np.linalg.norm(f(-z) @ w))
    limit_error = abs(float(f(np.float64(-1000.0))) - f.limits[0])
    return Silence(activation=f.name, limit_error=limit_error, share=np.array(share))


@dataclass(frozen=True, kw_only=True, eq=False)
class TanhOnInputs:
    """What tanh does to single numbers, and to one number again and again."""

    lowered: float  # share of inputs from -8 to 0 that come out more negative than they went in
    highest_of_large: float  # the largest output for inputs from -8 to -1.5
    largest_near_zero: float  # the largest |output| for inputs from -0.1 to 0.1
    of_minus_half: float  # tanh(-0.5)
    nearer: float  # share of inputs between -1 and 1, 0 left out, that move towards ±1
    nearer_from: float  # above this input they do
    iterates: np.ndarray  # (steps + 1,): 1, tanh(1), tanh(tanh(1)), ...
    predicted: float  # sqrt(3 / (2 steps)), what the last iterate tends to


def tanh_on_inputs(*, steps: int = 10_000) -> TanhOnInputs:
    """Ask whether tanh makes negative inputs more negative, or brings inputs nearer to ±1."""
    check_positive_int(steps=steps)
    negatives, small = GRID[GRID < 0], GRID[(np.abs(GRID) < 1) & (GRID != 0)]
    nearer = np.abs(np.sign(small) - tanh(small)) < np.abs(np.sign(small) - small)
    iterates = np.ones(steps + 1)
    for n in range(steps):
        tanh(iterates[n : n + 1], out=iterates[n + 1 : n + 2])
    return TanhOnInputs(
        lowered=float(np.mean(tanh(negatives) < negatives)),
        highest_of_large=float(tanh(negatives[negatives <= -1.5]).max()),
        largest_near_zero=float(np.abs(tanh(np.linspace(-0.1, 0.1, 201))).max()),
        of_minus_half=float(tanh(np.float64(-0.5))),
        nearer=float(np.mean(nearer)),
        nearer_from=_first(lambda z: 1 - tanh(z) < z - 1, 1.0, 2.0, np.float64),
        iterates=iterates,
        predicted=float(np.sqrt(3 / (2 * steps))),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class TanhAgainstSigmoid:
    """Tanh as a stretched sigmoid, its range, and where its outputs are centred."""

    identity_error: float  # largest |tanh(z) - (2 sigmoid(2z) - 1)|
    n: int
    outside: int  # outputs on [-16, 16] that are not strictly between -1 and 1
    tanh_means: np.ndarray  # (S,): mean output for standard normal inputs
    sigmoid_means: np.ndarray  # (S,)


def tanh_against_sigmoid(
    *, seeds: Sequence[int] = range(20), inputs: int = 50_000
) -> TanhAgainstSigmoid:
    """Compare the two functions on a grid, and their means over normal inputs.

    Source: lecun1998efficient. Beyond 19 the doubles nearest to tanh are -1 and 1 themselves.
    """
    check_positive_int(inputs=inputs)
    z = np.stack([rng.standard_normal(inputs) for rng in generators(seeds)])  # (S, inputs)
    h = tanh(WIDE_GRID[np.abs(WIDE_GRID) <= 16])
    return TanhAgainstSigmoid(
        identity_error=float(np.max(np.abs(tanh(WIDE_GRID) - (2 * sigmoid(2 * WIDE_GRID) - 1)))),
        n=h.size,
        outside=int(np.count_nonzero(np.abs(h) >= 1)),
        tanh_means=tanh(z).mean(axis=1),
        sigmoid_means=sigmoid(z).mean(axis=1),
    )
