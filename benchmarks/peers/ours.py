"""The package's own training: NumPy, gradients by hand, all seeds in each product."""

from collections.abc import Callable

import numpy as np

from peers.workload import CLASSES, INPUTS, LEARNING_RATE, Workload
from rectified.activations import relu
from rectified.networks import SGD, Parameters, mlp, softmax_cross_entropy, train


def prepare(workload: Workload) -> Callable[[], np.ndarray]:
    """Return the training of all networks; see `peers`."""
    network = mlp([INPUTS, *[workload.width] * workload.hidden, CLASSES], relu)
    parameters = Parameters.empty(network.shapes, workload.seeds, np.dtype(np.float32))
    dense = [layer for layer in parameters.layers if layer]  # an activation has no parameters
    for layer, (w, b) in zip(dense, workload.parameters, strict=True):
        layer["w"][...], layer["b"][...] = w, b
    settings = {
        "loss": softmax_cross_entropy,
        "optimizer": SGD(learning_rate=LEARNING_RATE),
        "steps": workload.steps,
        "seeds": range(workload.seeds),
    }
    return lambda: train(network, parameters, *workload.batch, **settings).loss
