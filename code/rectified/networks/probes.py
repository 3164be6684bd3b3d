"""Probes: what a run records on its way. Each takes a snapshot, and returns a row a network.

Layers are counted as activations are: h of the hidden layers, after dropout where there is some.
A unit is dead on a batch if its slope is 0 on every example of that batch; the batch is the named
set, so take it whole where "dead" is to mean more.
"""

from collections.abc import Callable

import numpy as np

from rectified.activations import VectorActivation
from rectified.networks.layers import Activate, Dense
from rectified.networks.losses import accuracy
from rectified.networks.parameters import Parameters, is_weight
from rectified.networks.recipe import Snapshot


def mean_square(seen: Snapshot) -> np.ndarray:
    """Return E[h²] of each hidden layer, (S, layers)."""
    return _each(seen, hidden_outputs(seen), lambda h: np.mean(h * h, axis=(1, 2)))


def gradient_mean_square(seen: Snapshot) -> np.ndarray:
    """Return E[(∂loss/∂z)²] of each Dense layer, (S, layers)."""
    layers = zip(seen.network.layers, seen.flow, strict=True)
    flows = [grad for layer, grad in layers if isinstance(layer, Dense)]
    return _each(seen, flows, lambda grad: np.mean(grad * grad, axis=(1, 2)))


def weight_gradient_norm(seen: Snapshot) -> np.ndarray:
    """Return |∂loss/∂w|, the root of the sum of squares, of each matrix of weights, (S, layers)."""
    return _each(seen, _weights(seen.gradient), _length)


def weight_norm(seen: Snapshot) -> np.ndarray:
    """Return |w| of each matrix of weights, (S, layers)."""
    return _each(seen, _weights(seen.parameters), _length)


def sparsity(seen: Snapshot) -> np.ndarray:
    """Return the share of h that is exactly 0, of each hidden layer, (S, layers)."""
    return _each(seen, hidden_outputs(seen), lambda h: np.mean(h == 0, axis=(1, 2)))


def dead(seen: Snapshot) -> np.ndarray:
    """Return the share of dead units of each hidden layer, (S, layers)."""
    return _each(seen, dead_masks(seen), lambda mask: mask.mean(axis=1))


def dead_masks(seen: Snapshot) -> list[np.ndarray]:
    """Return which units of each hidden layer are dead, (S, units) bool each."""
    return [
        (layer.f.derivative(z) == 0).all(axis=1)
        for layer, z in zip(seen.network.layers, seen.trace.saved, strict=True)
        if isinstance(layer, Activate) and not isinstance(layer.f, VectorActivation)
    ]


def error(seen: Snapshot) -> np.ndarray:
    """Return the share of examples in the batch whose label is not the largest output, (S,)."""
    return 1 - accuracy(seen.trace.z, seen.y)


def hidden_outputs(seen: Snapshot) -> list[np.ndarray]:
    """Return h of each hidden layer, what the next layer of weighted sums takes."""
    layers = zip(seen.network.layers, seen.trace.saved, strict=True)
    return [h for layer, h in layers if isinstance(layer, Dense)][1:]


def _weights(parameters: Parameters) -> list[np.ndarray]:
    return [view for layer in parameters.layers for name, view in layer.items() if is_weight(name)]


def _length(w: np.ndarray) -> np.ndarray:
    return np.sqrt(np.sum(w * w, axis=(1, 2)))


def _each(seen: Snapshot, arrays: list[np.ndarray], reduce: Callable) -> np.ndarray:
    """Return reduce(array) for each array, side by side: (S, len(arrays)), which may be 0."""
    columns = np.array([reduce(array) for array in arrays])
    return columns.reshape(len(arrays), len(seen.parameters)).T
