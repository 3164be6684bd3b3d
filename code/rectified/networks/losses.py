"""Losses: what a network's outputs cost, and the gradient by them, by hand.

A loss is called as loss(z, y) with outputs z (S, batch, fan_out), and targets for all networks or
for each: labels (batch,) or (S, batch), values (batch, fan_out) or (S, batch, fan_out). It returns
the mean over the batch, (S,), and its gradient by z, both of z's dtype.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch.nn import functional


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

        Raises TypeError or ValueError, saying what would be right, for targets that do not fit.
        """
        y = self.targets(y, z.shape[-1], z.dtype)
        ranks = y.ndim - (0 if y.dtype.kind == "i" else 1)  # axes of seeds and examples
        if y.shape[ranks - 1] != z.shape[1] or (ranks == 2 and len(y) != len(z)):
            raise ValueError(f"y must fit outputs of shape {z.shape}, got shape {y.shape}")
        return self.value_and_gradient(z, y)

    def __repr__(self) -> str:
        """Return the name."""
        return self.name

    def __reduce__(self) -> str:
        """Travel by name: the loss is a name of this module."""
        return self.name


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
    if not np.isfinite(y).all():
        raise ValueError("y must be finite, got infinity or NaN in it")
    return y.astype(dtype, copy=False)


def _softmax_cross_entropy(z: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean of -log p[y], p = softmax(z), and its gradient (p - [y]) / batch.

    The largest score is taken off first, so that no exponential overflows. Classes stand first
    while we sum over them: NumPy is ten times as fast along a long last axis as along a short one.
    """
    batch, classes = z.shape[1:]
    scores = np.ascontiguousarray(np.moveaxis(z, -1, 0))  # (C, S, batch)
    scores -= scores.max(axis=0)
    p = np.exp(scores)
    total = p.sum(axis=0)
    p /= total
    right = np.arange(classes)[:, None, None] == y  # [y], one-hot: (C, S or 1, batch)
    loss = np.log(total) - np.where(right, scores, 0).sum(axis=0)
    p -= right
    p /= batch
    return loss.mean(axis=1), np.ascontiguousarray(np.moveaxis(p, 0, -1))


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
    torch_value=functional.cross_entropy,
    source="bridle1990probabilistic",
)

mean_squared_error = Loss(
    name="mean_squared_error",
    title="mean squared error",
    value_and_gradient=_mean_squared_error,
    targets=values,
    torch_value=functional.mse_loss,
    source="rumelhart1986learning",
)


def accuracy(z: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the share of examples whose largest output is the label's, (S,), float64."""
    y = labels(y, z.shape[-1], z.dtype)
    return np.mean(z.argmax(axis=-1) == y, axis=1)
