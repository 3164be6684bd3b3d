"""Which units are off on every example of a set, whatever their activation, and their parameters.

Dead needs a slope of 0. A unit of a leaky network is never dead; *silent* says the same of it:
z is 0 or less on every example. Of ReLUs the two are one.
"""

import numpy as np

from rectified.data import Dataset
from rectified.experiments.trials.arms import DTYPE
from rectified.experiments.trials.watching import bytes_on, in_groups
from rectified.networks import Activate, Network, Parameters
from rectified.networks.layers import LayerParameters


def silent_units(network: Network, parameters: Parameters, data: Dataset) -> np.ndarray:
    """Return which units have z <= 0 on every example, those of all layers side by side.

    (S, units) bool. A network with numbers that are not finite has no silent unit.
    """
    x = data.x.astype(DTYPE)

    def measure(rows: slice) -> dict[str, np.ndarray]:
        saved = network.forward(parameters.rows(rows), x).saved
        layers = zip(network.layers, saved, strict=True)
        seen = [(z <= 0).all(axis=1) for f, z in layers if isinstance(f, Activate)]
        return {"silent": np.concatenate(seen, axis=1)}

    with np.errstate(all="ignore"):  # networks that diverged
        return in_groups(len(parameters), bytes_on(network, data.n), measure)["silent"]


def weighted(parameters: Parameters) -> list[LayerParameters]:
    """Return the layers that have weights, first layer first: views."""
    return [layer for layer in parameters.layers if "w" in layer]


def by_layer(units: np.ndarray, widths: tuple[int, ...]) -> list[np.ndarray]:
    """Return the columns of each layer, of arrays whose last axis has all units side by side."""
    return np.split(units, np.cumsum(widths)[:-1], axis=-1)
