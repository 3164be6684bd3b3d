"""Softmax: the activation that looks at a whole layer."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rectified.activations import relu, sigmoid, softmax
from rectified.initializers import generators
from rectified.late import torch
from rectified.networks.checks import check_positive_int


@dataclass(frozen=True, kw_only=True, eq=False)
class SoftmaxSums:
    """Sums and entries of softmax for random scores."""

    sums: np.ndarray  # (n,)
    lowest_entry: float
    shift_error: float  # largest change of an entry when a constant joins all scores


def softmax_sums(
    *, n: int = 1000, classes: int = 10, rng: np.random.Generator | None = None
) -> SoftmaxSums:
    """Add up softmax of n vectors of normal scores, standard deviation 3."""
    check_positive_int(n=n, classes=classes)
    rng = rng or np.random.default_rng(0)
    z = 3 * rng.standard_normal((n, classes))
    p, moved = softmax.value(z), softmax.value(z + rng.uniform(-100, 100, (n, 1)))
    return SoftmaxSums(
        sums=p.sum(axis=-1),
        lowest_entry=float(p.min()),
        shift_error=float(np.max(np.abs(moved - p))),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class SoftmaxAsLogistic:
    """Softmax against the sigmoid, largest differences."""

    classes: np.ndarray  # (k,)
    two_class_error: float  # softmax((a, b))[0] against sigmoid(a - b)
    odds_error: np.ndarray  # (k,): any class against the rest, sigmoid(z - log sum exp of others)


def softmax_as_logistic(
    *, n: int = 1000, classes: Sequence[int] = (2, 3, 10), rng: np.random.Generator | None = None
) -> SoftmaxAsLogistic:
    """Compare for two classes, then each class against the rest for more.

    Source: bridle1990probabilistic.
    """
    check_positive_int(n=n, classes=min(classes, default=0))
    rng = rng or np.random.default_rng(0)
    pairs = 5 * rng.standard_normal((n, 2))
    two_class = softmax.value(pairs)[:, 0] - sigmoid(pairs[:, 0] - pairs[:, 1])
    return SoftmaxAsLogistic(
        classes=np.array(classes),
        two_class_error=float(np.max(np.abs(two_class))),
        odds_error=np.array([_odds_error(5 * rng.standard_normal((n, k))) for k in classes]),
    )


def _odds_error(z: np.ndarray) -> float:
    others = np.where(np.eye(z.shape[1], dtype=bool), -np.inf, z[:, None, :])  # (n, k, k)
    rest = np.logaddexp.reduce(others, axis=-1)  # (n, k)
    return float(np.max(np.abs(softmax.value(z) - sigmoid(z - rest))))


@dataclass(frozen=True, kw_only=True, eq=False)
class SoftmaxDecisions:
    """Counts of score vectors for which softmax is not a choice among probabilities."""

    n: int
    not_probabilities: int  # an entry below 0, a sum other than 1, or another number of outputs
    changed_decisions: int  # the largest output is not where the largest score is
    changed_orders: int  # two classes change places


def softmax_decisions(
    *, n: int = 10_000, classes: int = 10, rng: np.random.Generator | None = None
) -> SoftmaxDecisions:
    """Decide by scores and by softmax, for scores of standard deviation 0.1 to 10.

    Source: kulbear2017relu.
    """
    check_positive_int(n=n, classes=classes)
    rng = rng or np.random.default_rng(0)
    z = rng.standard_normal((n, classes)) * 10.0 ** rng.uniform(-1, 1, (n, 1))
    p = softmax.value(z)
    valid = (p.min(axis=-1) >= 0) & (np.abs(p.sum(axis=-1) - 1) < 1e-12)
    moved = np.argsort(p, axis=-1) != np.argsort(z, axis=-1)
    return SoftmaxDecisions(
        n=n,
        not_probabilities=int(np.count_nonzero(~valid)) if p.shape == z.shape else n,
        changed_decisions=int(np.count_nonzero(p.argmax(axis=-1) != z.argmax(axis=-1))),
        changed_orders=int(np.count_nonzero(moved.any(axis=-1))),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class SoftmaxAsLayer:
    """Softmax and ReLU in one network, and what sets them apart; rows are seeds."""

    gradient_error: np.ndarray  # (S,): hand-written gradients against autograd, through both
    jacobian_error: np.ndarray  # (S,): autograd's Jacobian of softmax against diag(p) - p pᵀ
    softmax_crosstalk: np.ndarray  # (S,): smallest effect of one score on another unit's output
    relu_crosstalk: np.ndarray  # (S,): largest such effect
    rank: np.ndarray  # (S,): of the Jacobian; one less than the number of classes


def softmax_as_layer(*, seeds: Sequence[int] = range(20), classes: int = 5) -> SoftmaxAsLayer:
    """Differentiate ReLU layer, weights and softmax by hand and by PyTorch.

    Source: bridle1990probabilistic.
    """
    if classes < 2:
        raise ValueError(f"classes must be at least 2, for one to act on another, got {classes}")
    rows = []
    for rng in generators(seeds):
        z = torch.from_numpy(rng.standard_normal(classes))
        bent = torch.autograd.functional.jacobian(relu.torch_value, z).numpy()
        mixed = torch.autograd.functional.jacobian(softmax.torch_value, z).numpy()
        p = softmax.value(z.numpy())
        error = np.max(np.abs(mixed - (np.diag(p) - np.outer(p, p))))
        rank = np.linalg.matrix_rank(mixed, tol=1e-10)
        crosstalk = (_off_diagonal(mixed).min(), _off_diagonal(bent).max())
        rows.append((_gradient_error(rng, classes), error, *crosstalk, rank))
    gradient, jacobian, softmax_crosstalk, relu_crosstalk, rank = np.array(rows).T
    return SoftmaxAsLayer(
        gradient_error=gradient,
        jacobian_error=jacobian,
        softmax_crosstalk=softmax_crosstalk,
        relu_crosstalk=relu_crosstalk,
        rank=rank.astype(int),
    )


def _off_diagonal(jacobian: np.ndarray) -> np.ndarray:
    return np.abs(jacobian[~np.eye(len(jacobian), dtype=bool)])


def _gradient_error(rng: np.random.Generator, classes: int) -> float:
    x, grad = rng.standard_normal((32, 4)), rng.standard_normal((32, classes))
    w1, w2 = rng.standard_normal((4, 16)), rng.standard_normal((16, classes))
    z1 = x @ w1
    grad_z2 = softmax.vjp(relu(z1) @ w2, grad)
    by_hand = x.T @ ((grad_z2 @ w2.T) * relu.derivative(z1))  # of <grad, output>, in w1
    weights = torch.from_numpy(w1).requires_grad_()
    hidden = relu.torch_value(torch.from_numpy(x) @ weights)
    outputs = softmax.torch_value(hidden @ torch.from_numpy(w2))
    (expected,) = torch.autograd.grad((outputs * torch.from_numpy(grad)).sum(), weights)
    return float(np.max(np.abs(by_hand - expected.numpy())))
