"""A ReLU network, for one input, is a weighted sum: which one, and how far it is exact."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rectified.activations import relu
from rectified.experiments.rectifier.regions import Layer, draw_layers
from rectified.initializers import generators
from rectified.late import torch
from rectified.networks.checks import check_positive_int


@dataclass(frozen=True, eq=False)
class LinearPiece:
    """The network near n inputs: output = x @ a + c as long as no unit switches.

    a: (n, inputs, outputs), c: (n, outputs); z: (n, units), the preactivations of all layers;
    s: (n, inputs, units), their slopes: for a step d they become z + d @ s, until a unit switches
    """

    a: np.ndarray
    c: np.ndarray
    z: np.ndarray
    s: np.ndarray

    @property
    def on(self) -> np.ndarray:
        """The pattern of all layers, (n, units) bool."""
        return self.z > 0

    @property
    def reach(self) -> np.ndarray:
        """Distance to the nearest input at which a unit switches, (n,): |z| / ‖s‖, the least."""
        return _least_ratio(np.abs(self.z), np.linalg.norm(self.s, axis=1))

    def first_switch(self, step: np.ndarray) -> np.ndarray:
        """Return how many of its steps, (n, inputs), each input is from the first switch, (n,)."""
        falls = -np.sign(self.z) * np.einsum("ni,niu->nu", step, self.s)  # of |z|, a step
        return _least_ratio(np.abs(self.z), falls)


def _least_ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """Return the least above / below of each row where below is positive; ∞ where there is none."""
    ratio = np.divide(above, below, out=np.full_like(above, np.inf), where=below > 0)
    return ratio.min(axis=1, initial=np.inf)


def linear_piece(layers: Sequence[Layer], x: np.ndarray) -> LinearPiece:
    """Multiply a ReLU network's layers out at each x, (n, inputs).

    With p the 0/1 pattern of a layer, relu(z) = z * p there. So a layer takes h = x @ a + c to
    x @ (a @ w * p) + (c @ w + b) * p.
    """
    *hidden, (w_out, b_out) = layers
    n, inputs = x.shape
    a, c = np.broadcast_to(np.eye(inputs), (n, inputs, inputs)), np.zeros((n, inputs))
    zs, slopes = [np.empty((n, 0))], [np.empty((n, inputs, 0))]
    for w, b in hidden:
        a, c = a @ w, c @ w + b
        z = np.einsum("ni,niu->nu", x, a) + c
        zs.append(z)
        slopes.append(a)
        a, c = a * (z > 0)[:, None], c * (z > 0)
    z, s = np.concatenate(zs, axis=1), np.concatenate(slopes, axis=2)
    return LinearPiece(a @ w_out, c @ w_out + b_out, z, s)


def run(layers: Sequence[Layer], x: np.ndarray) -> np.ndarray:
    """Return the outputs of a ReLU network at x, (n, inputs), layer by layer."""
    *hidden, (w_out, b_out) = layers
    for w, b in hidden:
        x = relu(x @ w + b)
    return x @ w_out + b_out


@dataclass(frozen=True, kw_only=True, eq=False)
class SwitchCheck:
    """Whether networks are, at each input, the weighted sum that `linear_piece` gives; (S,)."""

    inputs: int  # for each network
    output: np.ndarray  # x @ a + c against the network, relative to its largest output
    jacobian: np.ndarray  # a against PyTorch's derivatives, relative
    beside: np.ndarray  # the same a and c at a point within reach, against the network


def switch_check(
    *,
    seeds: Sequence[int] = range(20),
    inputs: int = 20,
    widths: Sequence[int] = (16, 24, 24, 4),
) -> SwitchCheck:
    """Draw a network and normal inputs for each seed, and multiply its layers out.

    Source: crossvalidated2016relu.
    """
    check_positive_int(inputs=inputs)
    rows = []
    for rng in generators(seeds):
        layers, x = draw_layers(rng, widths), rng.standard_normal((inputs, widths[0]))
        piece, y = linear_piece(layers, x), run(layers, x)
        step = rng.standard_normal(x.shape)
        step *= piece.reach[:, None] / np.linalg.norm(step, axis=1, keepdims=True)
        size = np.abs(y).max()
        off = [np.abs(sum_at(piece, p) - run(layers, p)).max() / size for p in (x, x + 0.99 * step)]
        jacobian = np.abs(piece.a - torch_jacobian(layers, x)).max() / np.abs(piece.a).max()
        rows.append((off[0], jacobian, off[1]))
    output, jacobian, beside = np.array(rows).T
    return SwitchCheck(inputs=inputs, output=output, jacobian=jacobian, beside=beside)


def sum_at(piece: LinearPiece, x: np.ndarray) -> np.ndarray:
    """Return each input's sum, applied to the input in its row of x, (n, inputs)."""
    return np.einsum("ni,nio->no", x, piece.a) + piece.c


def torch_jacobian(layers: Sequence[Layer], x: np.ndarray) -> np.ndarray:
    """Return d output / d input, (n, inputs, outputs), by PyTorch's autograd."""
    tensor = torch.tensor(x, requires_grad=True)
    h = tensor
    for i, (w, b) in enumerate(layers):
        z = h @ torch.from_numpy(w) + torch.from_numpy(b)
        h = torch.relu(z) if i < len(layers) - 1 else z
    outputs = h.sum(axis=0)
    grads = [torch.autograd.grad(out, tensor, retain_graph=True)[0] for out in outputs]
    return torch.stack(grads, dim=2).numpy()


@dataclass(frozen=True, kw_only=True, eq=False)
class Walk:
    """Networks seen along a straight line through their inputs, S of them."""

    steps: int
    bound_ratio: np.ndarray  # (S,): largest change of the output / (bound on it), 1 at most
    steepest: np.ndarray  # (S,): the same at the inputs met, in the direction that changes most
    patterns: np.ndarray  # (S,): how many different ones there are on the way
    bound: np.ndarray  # (S,): product of the largest stretches of all layers


def walk(
    *, seeds: Sequence[int] = range(20), steps: int = 1000, widths: Sequence[int] = (8, 16, 16, 1)
) -> Walk:
    """Walk from one random input to another, and hold each change against the Lipschitz bound.

    A layer stretches a distance by its largest singular value at most, ReLU by 1 at most.
    """
    check_positive_int(steps=steps)
    rows = []
    for rng in generators(seeds):
        layers = draw_layers(rng, widths)
        start, end = 2 * rng.standard_normal((2, widths[0]))
        x = start + (end - start) * np.linspace(0, 1, steps + 1)[:, None]
        change = np.linalg.norm(np.diff(run(layers, x), axis=0), axis=1)
        bound = np.prod([np.linalg.norm(w, 2) for w, _ in layers])
        length = np.linalg.norm(end - start) / steps
        piece = linear_piece(layers, x)
        steepest = np.linalg.norm(piece.a, 2, axis=(1, 2)).max() / bound
        patterns = len(np.unique(piece.on, axis=0))
        rows.append((change.max() / (bound * length), steepest, patterns, bound))
    ratio, steepest, patterns, bound = np.array(rows).T
    return Walk(steps=steps, bound_ratio=ratio, steepest=steepest, patterns=patterns, bound=bound)
