"""Is ReLU the steeper one? On its positive side, and on average over both."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from scipy.optimize import brentq

from rectified.activations import Activation, relu, sigmoid, tanh
from rectified.experiments.grids import WIDE_GRID
from rectified.moments import moments


@dataclass(frozen=True, kw_only=True, eq=False)
class SlopeLead:
    """Slopes of sigmoid and tanh against ReLU's: on its positive side, and on average."""

    n: int  # inputs above 0, up to 30
    sigmoid_lead: float  # largest of sigmoid'(z) - relu'(z) there
    tanh_lead: float  # largest of tanh'(z) - relu'(z) there
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
