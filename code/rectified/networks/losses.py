"""Losses: what a network's outputs cost, and the gradient by them, by hand.

A loss is called as loss(z, y) with outputs z (S, batch, fan_out), and targets for all networks or
for each: labels (batch,) or (S, batch), values (batch, fan_out) or (S, batch, fan_out). It returns
the mean over the batch, (S,), and its gradient by z, both of z's dtype.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from rectified.late import functional, torch


@dataclass(frozen=True, kw_only=True, eq=False)
class Loss:
    """A loss with its gradient, its check of targets, and PyTorch's loss for one network."""

    name: str
    title: str  # as prose writes it
    value_and_gradient: Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]
    targets: Callable[[ArrayLike, int, np.dtype], np.ndarray]  # y, fan_out, dtype -> y, checked
    torch_value: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
    source: str  # key in references.bib

    def __call__(self, z: np.ndarray, y: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
        """Return the loss of each network, and its gradient by z.

        Raises TypeError or ValueError, saying what would be right, for outputs and targets that
        do not fit together.
        """
        return self.value_and_gradient(*fitted(z, y, self.targets))

    def __repr__(self) -> str:
        """Return the name."""
        return self.name

    def __reduce__(self) -> str:
        """Travel by name: the loss is a name of this module."""
        return self.name


def fitted(
    z: np.ndarray, y: ArrayLike, targets: Callable[[ArrayLike, int, np.dtype], np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """Return outputs, and targets checked against them."""
    z = np.asarray(z)
    if z.dtype.kind != "f":
        raise TypeError(f"z must hold float32 or float64, got {z.dtype}")
    if z.ndim != 3 or not z.size:
        raise ValueError(f"z must have shape (S, batch, fan_out), got {z.shape}")
    y = targets(y, z.shape[2], z.dtype)
    check_number_of_targets(y, networks=z.shape[0], examples=z.shape[1])
    return z, y


def own_targets(y: np.ndarray) -> bool:
    """Return whether checked targets hold a set for each network, (S, batch, ...)."""
    return y.ndim == (2 if y.dtype.kind == "i" else 3)


def check_number_of_targets(y: np.ndarray, *, networks: int, examples: int) -> None:
    """Raise ValueError unless there is one target an example, and one set or one a network."""
    own = own_targets(y)
    if y.shape[int(own)] != examples:
        raise ValueError(f"y must hold {examples} targets, one an example, got shape {y.shape}")
    if own and len(y) != networks:
        raise ValueError(f"y must hold targets for {networks} networks, got {len(y)}")


def labels(y: ArrayLike, fan_out: int, dtype: np.dtype) -> np.ndarray:
    """Return labels as int64 (batch,) or (S, batch); raise unless they are 0 ... fan_out - 1."""
    y = np.asarray(y)
    if y.dtype.kind not in "iu":
        raise TypeError(f"y must hold integer labels, got {y.dtype}")
    if y.ndim not in (1, 2) or not y.size:
        raise ValueError(f"y must hold labels of shape (batch,) or (S, batch), got {y.shape}")
    if y.min() < 0 or y.max() >= fan_out:
        raise ValueError(
            f"y must hold labels from 0 to {fan_out - 1}, as the network has {fan_out} outputs, "
            f"got {y.min()} to {y.max()}"
        )
    return y.astype(np.int64, copy=False)


def values(y: ArrayLike, fan_out: int, dtype: np.dtype) -> np.ndarray:
    """Return values (batch, fan_out) or (S, batch, fan_out) of this dtype; raise unless finite."""
    y = np.asarray(y)
    if y.dtype.kind not in "fiub":
        raise TypeError(f"y must hold real numbers, got {y.dtype}")
    if y.ndim not in (2, 3) or y.shape[-1] != fan_out or not y.size:
        raise ValueError(
            f"y must have shape (batch, {fan_out}) or (S, batch, {fan_out}), got {y.shape}"
        )
    with np.errstate(over="ignore"):
        y = y.astype(dtype, copy=False)
    if not np.isfinite(y).all():
        raise ValueError(f"y must be finite in {dtype}, got infinity or NaN")
    return y


def _softmax_cross_entropy(z: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean of -log p[y], p = softmax(z), and its gradient (p - [y]) / batch.

    The largest score is taken off first, so that no exponential overflows. Classes stand first
    while we sum over them: NumPy is ten times as fast along a long last axis as along a short one.
    """
    batch, classes = z.shape[1:]
    scores = z.transpose(2, 0, 1).copy()  # (C, S, batch)
    scores -= scores.max(axis=0)
    p = np.exp(scores)
    # NumPy adds up one column in another order than many: a network alone would differ in a bit.
    total = p.sum(axis=0) if p[0].size > 1 else np.add.accumulate(p)[-1]
    p /= total
    right = np.arange(classes)[:, None, None] == y  # [y], one-hot: (C, S or 1, batch)
    loss = np.log(total) - np.where(right, scores, 0).sum(axis=0)
    p -= right
    p /= batch
    grad = np.empty_like(z)
    for label, one in enumerate(p):
        grad[..., label] = one
    return np.add.reduce(loss, axis=1) / batch, grad


def _mean_squared_error(z: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean of (z - y)² over batch and outputs, and its gradient 2 (z - y) / number."""
    difference = z - y
    flat = difference.reshape(len(z), -1)
    return np.mean(flat**2, axis=1), difference * (2 / flat.shape[1])


softmax_cross_entropy = Loss(
    name="softmax_cross_entropy",
    title="softmax cross-entropy",
    value_and_gradient=_softmax_cross_entropy,
    targets=labels,
    torch_value=lambda z, y: functional.cross_entropy(z, y),
    source="bridle1990probabilistic",
)

mean_squared_error = Loss(
    name="mean_squared_error",
    title="mean squared error",
    value_and_gradient=_mean_squared_error,
    targets=values,
    torch_value=lambda z, y: functional.mse_loss(z, y),
    source="rumelhart1986learning",
)


def accuracy(z: np.ndarray, y: ArrayLike) -> np.ndarray:
    """Return the share of examples whose largest output is the label's, (S,), float64.

    Of equal outputs the first counts. A network with NaN among its outputs gets NaN. Raises as
    losses of labels do.
    """
    z, y = fitted(z, y, labels)
    share = np.mean(z.argmax(axis=-1) == y, axis=1)
    return np.where(np.isnan(z).any(axis=(1, 2)), np.nan, share)
