"""What two correlated preactivations become: E[f(z_1) f(z_2)], and the same for slopes."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from rectified.activations import Activation
from rectified.activations.record import check_finite, check_positive
from rectified.moments.elementwise import bends
from rectified.moments.pieces import table_name
from rectified.moments.quadrature import grid, rule

LINES = frozenset({"identity", "relu", "leaky_relu", "prelu", "rrelu"})  # on either side of 0
# The density at 9 is 1e-18. Near correlations of ±1 the mean over z_2 can change within 1e-8 of
# a break as z_1 passes it, so the panels of z_1 go down to 4^-15.
FIRST = grid(reach=9, step=3, finest=-15, widest=0)
SECOND = grid(reach=9, step=3, finest=-8, widest=0)


def mean_product(
    f: Activation, correlation: ArrayLike, *, mean: float = 0.0, std: float = 1.0
) -> float | np.ndarray:
    """Return E[f(z_1) f(z_2)] for z_1, z_2 jointly normal, both N(mean, std²), so correlated.

    At correlation 0 it is E[f]², at 1 it is E[f²]; the error is at most 1e-12 of E[f²]. The
    result has the shape of `correlation`. At mean 0 the step and relu with its leaky relatives
    have closed forms, the arc-cosine kernels of degree 0 and 1; else there are two integrals.
    Raises TypeError unless f is elementwise, ValueError unless correlations lie between -1 and
    1, mean is finite, and std positive and finite. Source: cho2009kernel.
    """
    rho = checked_correlation(f, correlation, mean, std)
    if mean == 0 and table_name(f) == "step":
        return both_positive(rho)
    if mean == 0 and table_name(f) in LINES:
        left, right = f.derivative([-1.0, 1.0])
        same, opposite = positive_product(rho), positive_product(-rho)
        return std**2 * ((left**2 + right**2) * same - 2 * left * right * opposite)
    return integrated_product(f, f.value, rho, mean, std)


def mean_product_slope(
    f: Activation, correlation: ArrayLike, *, mean: float = 0.0, std: float = 1.0
) -> float | np.ndarray:
    """Return E[f'(z_1) f'(z_2)], with all else as in `mean_product`.

    For f without jumps, std² times it is how E[f(z_1) f(z_2)] grows with the correlation.
    """
    rho = checked_correlation(f, correlation, mean, std)
    if mean == 0 and table_name(f) in LINES:
        left, right = f.derivative([-1.0, 1.0])
        same, opposite = both_positive(rho), both_positive(-rho)
        return (left**2 + right**2) * same + 2 * left * right * opposite
    return integrated_product(f, f.derivative, rho, mean, std)


def checked_correlation(
    f: Activation, correlation: ArrayLike, mean: float, std: float
) -> np.ndarray:
    """Return the correlations as an array, after all checks."""
    if not isinstance(f, Activation):
        raise TypeError(f"f must be an elementwise activation, got {f}")
    check_finite(mean=mean)
    check_positive(std=std)
    rho = np.asarray(correlation, float)
    if not np.all(np.abs(rho) <= 1):  # NaN neither
        raise ValueError(f"correlation must lie between -1 and 1, got {correlation}")
    return rho


def both_positive(rho: np.ndarray) -> np.ndarray:
    """Return P(z_1 > 0 and z_2 > 0) at mean 0."""
    return (np.pi - np.arccos(rho)) / (2 * np.pi)


def positive_product(rho: np.ndarray) -> np.ndarray:
    """Return E[max(0, z_1) max(0, z_2)] at mean 0 and std 1."""
    theta = np.arccos(rho)
    return (np.sin(theta) + (np.pi - theta) * rho) / (2 * np.pi)


def integrated_product(
    f: Activation, g: Callable, rho: np.ndarray, mean: float, std: float
) -> float | np.ndarray:
    """Return E[g(z_1) g(z_2)] for g = f or f', by quadrature within quadrature."""
    products = [_integrated(bends(f), g, float(one), mean, std) for one in rho.flat]
    return np.reshape(products, rho.shape)[()]


def _integrated(breaks: list[float], g: Callable, rho: float, mean: float, std: float) -> float:
    mirrored = [mean + np.sign(rho) * (place - mean) for place in breaks]  # where z_2 bends
    z_1, weights_1, _ = rule(mean, std, np.union1d(breaks, mirrored), ends=FIRST)
    centre_2, std_2 = mean + rho * (z_1 - mean), std * np.sqrt((1 - rho) * (1 + rho))  # given z_1
    if std_2 == 0:  # correlations of ±1 leave no spread, and nothing to integrate
        mean_2 = g(centre_2)
    else:
        z_2, weights_2, _ = rule(centre_2, std_2, breaks, ends=SECOND)
        mean_2 = np.sum(weights_2 * g(z_2), axis=(-2, -1))
    return float(np.sum(weights_1 * g(z_1) * mean_2))
