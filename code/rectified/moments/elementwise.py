"""The five moments of an elementwise activation: closed forms where they hold, else quadrature."""

from dataclasses import dataclass

import numpy as np
from numpy.polynomial import legendre

from rectified.activations import Activation
from rectified.moments.pieces import closed_moments
from rectified.moments.quadrature import NODES, WEIGHTS, Rule, rule, settled


@dataclass(frozen=True, kw_only=True)
class Moments:
    """What z ~ N(mean, std²) becomes under f, and what f does to gradients on the way back."""

    mean: float  # E[f(z)]
    mean_square: float  # E[f(z)²]
    variance: float  # E[f(z)²] - E[f(z)]², without the cancellation
    mean_slope: float  # E[f'(z)]
    mean_square_slope: float  # E[f'(z)²]


def elementwise_moments(f: Activation, mean: float, std: float) -> Moments:
    """Return the moments of f for z ~ N(mean, std²), std positive."""
    closed = closed_moments(f, mean, std)
    five = integrated_moments(f, mean, std) if closed is None else closed
    return Moments(**dict(zip(Moments.__dataclass_fields__, map(float, five), strict=True)))


def bends(f: Activation) -> list[float]:
    """Return where f or one of its derivatives jumps or may change quickly: 0 and its kinks."""
    return sorted({0.0, *f.kinks, *f.jumps})


def integrated_moments(f: Activation, mean: float, std: float) -> np.ndarray:
    """Return the five numbers of `Moments` by quadrature.

    Raises ValueError where f bends at a place that its kinks and jumps leave out.
    """

    def estimate(halvings: int) -> tuple[np.ndarray, np.ndarray]:
        laid = rule(mean, std, bends(f), halvings=halvings)
        values, slopes = f(laid.z), f.derivative(laid.z)
        rise = values - f(mean) if f.jumps else rises(slopes, laid, mean)
        centred = rise - np.sum(laid.weights * rise)
        terms = np.stack([values, values**2, centred**2, slopes, slopes**2])
        return tuple(np.sum(laid.weights * each, axis=(1, 2)) for each in (terms, np.abs(terms)))

    return settled(estimate, otherwise=f"kinks and jumps must name all places where {f} bends")


def rises(slopes: np.ndarray, laid: Rule, mean: float) -> np.ndarray:
    """Return f - f(mean) at the nodes, as what the slopes add up to on the way there.

    The variance is made of these: where std is small, values differ in their last digits only.
    """
    across = laid.halves[:, 0] * (slopes @ WEIGHTS)  # (panels,): what each adds
    left = np.count_nonzero(laid.z[:, 0] < mean)  # panels; one of them ends at the mean
    before = np.cumsum(across[:left][::-1])[::-1], np.cumsum(across[left:]) - across[left:]
    starts = np.concatenate([-before[0], before[1]])
    return starts[:, None] + laid.halves * (slopes @ UP_TO_NODES)


def weights_up_to_nodes() -> np.ndarray:
    """Return W (24, 24): values at the nodes @ W are integrals from -1 to each node.

    The values make a sum of c_k P_k, by the rule itself, and P_k has the integral
    (P_(k+1) - P_(k-1)) / (2 k + 1).
    """
    n = NODES.size
    p = legendre.legvander(NODES, n)  # (24, 25): P_k at the nodes
    odd = 2 * np.arange(n) + 1
    integrals = np.column_stack([p[:, 1] + 1, (p[:, 2:] - p[:, :-2]) / odd[1:]])
    coefficients = (p[:, :n] * WEIGHTS[:, None]) * (odd / 2)
    return coefficients @ integrals.T


UP_TO_NODES = weights_up_to_nodes()
