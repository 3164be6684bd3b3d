"""ReLU on arrays, as tutorials show it, and as a layer between two others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from rectified.activations import relu
from rectified.initializers import generators
from rectified.late import torch
from rectified.networks.checks import check_positive_int


@dataclass(frozen=True, kw_only=True, eq=False)
class TutorialPlots:
    """Two lists of numbers that tutorials plot ReLU over, and what becomes of them."""

    integers: np.ndarray  # −10 ... 10
    rectified: np.ndarray  # ReLU of them
    steps: np.ndarray  # np.arange(-10, 10, 0.2)
    error: float  # of ReLU at these, against ReLU at the decimal numbers that were meant
    middle: float  # the sample that was meant to be 0


def tutorial_plots() -> TutorialPlots:
    """Do what the tutorials do. Sources: brownlee2019relu, kulbear2017relu."""
    integers, steps = np.arange(-10.0, 11.0), np.arange(-10, 10, 0.2)
    meant = [max(Fraction(0), Fraction(k, 5) - 10) for k in range(len(steps))]
    return TutorialPlots(
        integers=integers,
        rectified=np.array([max(0.0, x) for x in integers.tolist()]),
        steps=steps,
        error=max(
            float(abs(Fraction(y) - right))
            for y, right in zip(np.maximum(steps, 0).tolist(), meant, strict=True)
        ),
        middle=float(steps[len(steps) // 2]),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class ArrayRectified:
    """A random array for each seed, through np.maximum(x, 0)."""

    zeros: np.ndarray  # (S,): share of its entries that became 0
    wrong: np.ndarray  # (S,): entries that a plain loop over the array gives otherwise


def small_arrays(*, seeds: Sequence[int] = range(5000)) -> ArrayRectified:
    """Rectify an array of 3 × 2 uniform numbers from −0.5 to 0.5 for each seed."""
    zeros, wrong = [], []
    for rng in generators(seeds):
        x = rng.random((3, 2)) - 0.5
        h = np.maximum(x, 0)
        zeros.append(np.mean(h == 0))
        wrong.append(np.sum(h != looped(x)))
    return ArrayRectified(zeros=np.array(zeros), wrong=np.array(wrong))


def looped(x: np.ndarray) -> np.ndarray:
    """Return ReLU of each entry, one after the other, without NumPy's arithmetic."""
    values = [value if value > 0 else 0.0 for value in x.ravel().tolist()]
    return np.array(values).reshape(x.shape)


@dataclass(frozen=True, kw_only=True, eq=False)
class RectifiedLayer:
    """A ReLU layer between two layers of weighted sums, one network for each seed."""

    reshaped: np.ndarray  # (S,): arrays of one to five axes whose shape it changed
    wrong: np.ndarray  # (S,): entries of these that a plain loop gives otherwise
    parameters: int  # numbers that PyTorch's nn.ReLU holds
    effect: np.ndarray  # (S,): change of the next layer, if one output of the ReLUs moves by 1
    gradient: np.ndarray  # (S,): size of the gradient that comes back through the ReLUs


def relu_layer(*, seeds: Sequence[int] = range(20), width: int = 8) -> RectifiedLayer:
    """Send arrays through nn.ReLU, and see what stands behind it and before it.

    Sources: mathworks2026relulayer (elementwise, same size), stackoverflow2014layers (no
    connection to what comes after).
    """
    check_positive_int(width=width)
    layer, rows = torch.nn.ReLU(), []
    for rng in generators(seeds):
        arrays = [rng.standard_normal(rng.integers(1, 5, axes)) for axes in range(1, 6)]
        results = [layer(torch.from_numpy(x)).numpy() for x in arrays]
        pairs = list(zip(arrays, results, strict=True))
        reshaped = sum(x.shape != h.shape for x, h in pairs)
        rows.append(
            (reshaped, sum(np.sum(h != looped(x)) for x, h in pairs), *_between(rng, width))
        )
    reshaped, wrong, effect, gradient = np.array(rows).T
    return RectifiedLayer(
        reshaped=reshaped,
        wrong=wrong,
        parameters=sum(p.numel() for p in layer.parameters()),
        effect=effect,
        gradient=gradient,
    )


def _between(rng: np.random.Generator, width: int) -> tuple[float, float]:
    """Return how much the next layer moves with one ReLU, and the gradient that comes back."""
    x, below = torch.from_numpy(rng.standard_normal((1, width))), _sums(rng, width)
    below.requires_grad_(True)
    h, above = torch.relu(x @ below), _sums(rng, width)
    moved = h.detach().clone()
    moved[0, 0] += 1
    effect = torch.linalg.vector_norm((moved - h.detach()) @ above)
    (h @ above).sum().backward()
    return float(effect), float(torch.linalg.vector_norm(below.grad))


def _sums(rng: np.random.Generator, width: int) -> torch.Tensor:
    return torch.from_numpy(rng.standard_normal((width, width)) / np.sqrt(width))


@dataclass(frozen=True, kw_only=True, eq=False)
class Centring:
    """What a ReLU layer hands on, for each seed."""

    mean: np.ndarray  # (S,): mean of ReLU over standard normal numbers
    mixed: np.ndarray  # (S,): units of the next layer whose weight gradients differ in sign
    unmixed_tanh: np.ndarray  # (S,): units whose gradients agree in sign, with tanh instead


def relu_centring(*, seeds: Sequence[int] = range(20), n: int = 10_000) -> Centring:
    """Take the mean of ReLU(z), z normal, and the signs of a next layer's weight gradients.

    For one example and one unit that gradient is the unit's own number times the inputs h, so its
    signs are those of h, or all turned round. Source: cs231n2026networks.
    """
    check_positive_int(n=n)
    rows = []
    for rng in generators(seeds):
        z, back = rng.standard_normal(n), rng.standard_normal((32, 1))  # a number for each unit
        mixed, tanh_mixed = (
            np.sum(((back * h).min(axis=1) < 0) & ((back * h).max(axis=1) > 0))
            for h in (relu(z[:64]), np.tanh(z[:64]))
        )
        rows.append((relu(z).mean(), mixed, len(back) - tanh_mixed))
    mean, mixed, unmixed = np.array(rows).T
    return Centring(mean=mean, mixed=mixed, unmixed_tanh=unmixed)
