"""A ReLU network, for one input, is a weighted sum: which one, how far it reaches, how many."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from scipy.spatial.distance import cdist

from rectified.activations import relu
from rectified.data import Dataset, Split
from rectified.experiments.arms import Arm, trained
from rectified.experiments.settings import check_data
from rectified.experiments.watching import score
from rectified.initializers import generators
from rectified.networks.checks import check_positive_int

Layer = tuple[np.ndarray, np.ndarray]  # w of shape (fan_in, fan_out), b of shape (fan_out,)


@dataclass(frozen=True, eq=False)
class LinearPiece:
    """The network near n inputs: output = x @ a + c as long as no unit switches.

    a: (n, inputs, outputs), c: (n, outputs); on: (n, units) bool, the pattern of all layers;
    reach: (n,), distance to the nearest input at which a unit's plane says that it switches
    """

    a: np.ndarray
    c: np.ndarray
    on: np.ndarray
    reach: np.ndarray


def linear_piece(layers: Sequence[Layer], x: np.ndarray) -> LinearPiece:
    """Multiply a ReLU network's layers out at each x, (n, inputs).

    With p the 0/1 pattern of a layer, relu(z) = z * p there. So a layer takes h = x @ a + c to
    x @ (a @ w * p) + (c @ w + b) * p. On that piece a unit's z is x @ s + o, and x is
    |z| / ‖s‖ away from z = 0: the smallest such distance is how far the sum holds for sure.
    """
    *hidden, (w_out, b_out) = layers
    n, inputs = x.shape
    a, c = np.broadcast_to(np.eye(inputs), (n, inputs, inputs)), np.zeros((n, inputs))
    patterns, reach = [np.empty((n, 0), bool)], np.full(n, np.inf)
    for w, b in hidden:
        a, c = a @ w, c @ w + b
        z = np.einsum("ni,niu->nu", x, a) + c
        steepness = np.linalg.norm(a, axis=1)  # (n, units); 0 where all units below are off
        moves = steepness > 0
        far = np.divide(np.abs(z), steepness, out=np.full_like(z, np.inf), where=moves)
        reach = np.minimum(reach, far.min(axis=1))
        on = z > 0
        a, c = a * on[:, None], c * on
        patterns.append(on)
    return LinearPiece(a @ w_out, c @ w_out + b_out, np.concatenate(patterns, axis=1), reach)


def run(layers: Sequence[Layer], x: np.ndarray) -> np.ndarray:
    """Return the outputs of a ReLU network at x, (n, inputs), layer by layer."""
    *hidden, (w_out, b_out) = layers
    for w, b in hidden:
        x = relu(x @ w + b)
    return x @ w_out + b_out


def draw_layers(rng: np.random.Generator, widths: Sequence[int]) -> list[Layer]:
    """Draw weights of variance 2 / fan_in and biases with deviation ½. Source: he2015delving."""
    pairs = pairwise(widths)
    return [
        (rng.normal(0, np.sqrt(2 / fan_in), (fan_in, fan_out)), rng.normal(0, 0.5, fan_out))
        for fan_in, fan_out in pairs
    ]


@dataclass(frozen=True, kw_only=True, eq=False)
class SwitchCheck:
    """Whether networks are, at each input, the weighted sum that `linear_piece` gives; (S,)."""

    inputs: int  # for each network
    output: np.ndarray  # x @ a + c against the network, relative to its largest output
    jacobian: np.ndarray  # a against PyTorch's derivatives, relative
    beside: np.ndarray  # the same a and c at a point within reach, against the network
    beyond: np.ndarray  # share of points at 100 times the reach where they are off by over 10⁻⁶


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
        near, far = x + 0.99 * step, x + 100 * step
        off = [np.abs(_at(piece, p) - run(layers, p)).max(axis=1) / size for p in (x, near, far)]
        jacobian = np.abs(piece.a - torch_jacobian(layers, x)).max() / np.abs(piece.a).max()
        rows.append((off[0].max(), jacobian, off[1].max(), np.mean(off[2] > 1e-6)))
    output, jacobian, beside, beyond = np.array(rows).T
    return SwitchCheck(
        inputs=inputs, output=output, jacobian=jacobian, beside=beside, beyond=beyond
    )


def _at(piece: LinearPiece, x: np.ndarray) -> np.ndarray:
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
    slopes: np.ndarray  # (S,): how many different slopes the output has on the way
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
        slopes = len(np.unique(linear_piece(layers, x).on, axis=0))
        rows.append((change.max() / (bound * length), slopes, bound))
    ratio, slopes, bound = np.array(rows).T
    return Walk(steps=steps, bound_ratio=ratio, slopes=slopes, bound=bound)


@dataclass(frozen=True, kw_only=True, eq=False)
class Templates:
    """A trained network and, for each of n test images, the weighted sum that it is there."""

    data: str
    image_shape: tuple[int, ...]
    accuracy: float
    x: np.ndarray  # (n, features)
    label: np.ndarray  # (n,)
    guess: np.ndarray  # (n,)
    a: np.ndarray  # (n, features, classes)
    error: float  # of x @ a + c, against the network, relative
    patterns: int  # how many different ones the n images have
    reach: np.ndarray  # (n,): how far a is good for
    nearest: np.ndarray  # (n,): distance of the next image

    def template(self, example: int) -> np.ndarray:
        """Return the weights of the class that was chosen, less the mean of all classes."""
        weights = self.a[example] - self.a[example].mean(axis=1, keepdims=True)
        return weights[:, self.guess[example]].reshape(self.image_shape)


def templates(
    *, data: Split, widths: Sequence[int] = (32, 32), seeds: Sequence[int] = range(1)
) -> Templates:
    """Train one network on labelled images, for 400 steps, and multiply it out at each test image.

    Raises ValueError for more than one seed: the picture shows one network.
    """
    check_data(data)
    if len(seeds) != 1:
        raise ValueError(f"seeds must hold one seed, got {len(seeds)}")
    arm = Arm(f=relu, widths=tuple(widths))
    found = trained(arm, data.train, learning_rates=[0.1], seeds=seeds, steps=400, batch=32)
    layers = [
        (views["w"][0].astype(float), views["b"][0].astype(float))
        for views in found.parameters.layers
        if views
    ]
    return _templates(layers, data.test, score(found.network, found.parameters, data.test).accuracy)


def _templates(layers: Sequence[Layer], test: Dataset, accuracy: np.ndarray) -> Templates:
    piece, z = linear_piece(layers, test.x), run(layers, test.x)
    distances = cdist(test.x, test.x)
    np.fill_diagonal(distances, np.inf)
    return Templates(
        data=test.title,
        image_shape=test.image_shape,
        accuracy=float(accuracy[0]),
        x=test.x,
        label=test.y,
        guess=z.argmax(axis=1),
        a=piece.a,
        error=float(np.abs(_at(piece, test.x) - z).max() / np.abs(z).max()),
        patterns=len(np.unique(piece.on, axis=0)),
        reach=piece.reach,
        nearest=distances.min(axis=1),
    )
