"""Is ReLU the steeper one? On its positive side, and on average over both."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from scipy.optimize import brentq

from rectified.activations import Activation, relu, sigmoid, tanh
from rectified.experiments.grids import WIDE_GRID
from rectified.initializers import generators
from rectified.moments import moments
from rectified.networks import Activate, Dense, Network, Parameters
from rectified.networks.checks import check_positive_int


@dataclass(frozen=True, kw_only=True, eq=False)
class SlopeLead:
    """Slopes of sigmoid and tanh against ReLU's: on its positive side, and on average."""

    n: int  # inputs above 0: the multiples of 1/256 up to 30
    sigmoid_lead: float  # largest of sigmoid'(z) - relu'(z) there
    tanh_lead: float  # largest of tanh'(z) - relu'(z) there; its supremum over all z > 0 is 0
    std: np.ndarray  # of normal preactivations around 0, (K,)
    mean_square: Mapping[str, np.ndarray]  # name -> E[f'(z)²] for each of them, (K,)
    crossing: float  # the spread below which tanh lets more through than ReLU


def slope_lead(*, std: Sequence[float] = tuple(np.arange(1, 31) / 10)) -> SlopeLead:
    """Compare slopes point by point for z > 0, and squared slopes averaged over both sides.

    Raises ValueError unless each standard deviation is positive.
    """
    z = WIDE_GRID[WIDE_GRID > 0]
    lead = {f: float(np.max(f.derivative(z) - relu.derivative(z))) for f in (sigmoid, tanh)}
    return SlopeLead(
        n=z.size,
        sigmoid_lead=lead[sigmoid],
        tanh_lead=lead[tanh],
        std=np.array(std),
        mean_square=MappingProxyType(
            {f.name: np.array([_passed(f, s) for s in std]) for f in (relu, tanh, sigmoid)}
        ),
        crossing=float(brentq(lambda s: _passed(tanh, s) - _passed(relu, s), 0.1, 3.0)),
    )


def _passed(f: Activation, std: float) -> float:
    return moments(f, std=std).mean_square_slope


@dataclass(frozen=True, kw_only=True, eq=False)
class UpdateLead:
    """Gradients by the weights of units, from examples that put the unit above 0, against ReLU's.

    Both are root mean squares over pairs of unit and example, the one divided by the other.
    """

    seeds: tuple[int, ...]
    sigmoid: np.ndarray  # (S,)
    tanh: np.ndarray  # (S,)


def update_lead(
    *, seeds: Sequence[int] = range(20), examples: int = 64, width: int = 16
) -> UpdateLead:
    """Take the gradient by a layer's weights for each example alone, with three activations.

    Inputs are N(0, 1), and so are the gradients that come back: the same for all three, as are
    the weights, by He's law. Raises ValueError without seeds, and unless both counts are 1 or more.
    """
    check_positive_int(examples=examples, width=width)
    drawn = [rng.standard_normal((2, examples, width)) for rng in generators(seeds)]
    size = {f: _updates(f, np.stack(drawn, axis=1), seeds) for f in (relu, sigmoid, tanh)}
    return UpdateLead(
        seeds=tuple(seeds),
        sigmoid=size[sigmoid] / size[relu],
        tanh=size[tanh] / size[relu],
    )


def _updates(f: Activation, drawn: np.ndarray, seeds: Sequence[int]) -> np.ndarray:
    """Return the root mean square of the gradients by weights where z > 0, (S,), given inputs and
    gradients by the outputs, (2, S, examples, width): each example has a network of its own.
    """
    width = drawn.shape[-1]
    x, grad_h = drawn.reshape(2, -1, 1, width)
    network = Network(width, (Dense(width, width), Activate(f)))
    flat = np.repeat(network.draw(seeds=seeds).flat, drawn.shape[2], axis=0)
    theta = Parameters(network.shapes, flat)
    signals: list[np.ndarray] = []
    trace = network.forward(theta, x, signals=signals)
    grad_w = network.backward(theta, trace, grad_h).layers[0]["w"]
    squares = np.mean(grad_w**2, axis=1).reshape(drawn.shape[1:])
    on = (signals[0] > 0).reshape(squares.shape)
    return np.sqrt(np.mean(squares, axis=(1, 2), where=on))
