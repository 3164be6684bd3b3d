"""The parameters of S networks, kept so that one operation reaches them all."""

from collections.abc import Mapping, Sequence
from math import prod

import numpy as np

Shapes = Sequence[Mapping[str, tuple[int, ...]]]  # of each layer's parameters, by name


class Parameters:
    """S networks of one architecture: `flat` (S, P) has a network's numbers in each row.

    `layers[l]["w"]` is a view of shape (S, fan_in, fan_out) into it, `layers[l]["b"]` one of shape
    (S, fan_out): write to a view, and the row changes. An optimizer works on `flat` and never asks
    about layers. Weights stand first in a row, so that penalties act on `weights`, a view as well.
    Gradients have the same form. dtype float64 or float32: TypeError for others, ValueError for a
    number of columns that is not the network's.
    """

    def __init__(self, shapes: Shapes, flat: np.ndarray) -> None:
        """Take the shapes of one network's parameters, and a row of numbers for each network."""
        entries = ordered(shapes)
        size = sum(prod(shape) for _, _, shape in entries)
        if flat.dtype not in (np.float64, np.float32):
            raise TypeError(f"flat must hold float64 or float32, got {flat.dtype}")
        if flat.ndim != 2 or flat.shape[1] != size:
            raise ValueError(f"flat must have shape (S, {size}), got {flat.shape}")
        self.shapes, self.flat = shapes, flat
        self.layers: tuple[dict[str, np.ndarray], ...] = tuple({} for _ in shapes)
        start = 0
        for layer, name, shape in entries:
            stop = start + prod(shape)
            self.layers[layer][name] = flat[:, start:stop].reshape(len(flat), *shape)
            start = stop
        weights = (prod(shape) for _, name, shape in entries if is_weight(name))
        self.weights = flat[:, : sum(weights)]

    @classmethod
    def empty(cls, shapes: Shapes, seeds: int, dtype: np.dtype) -> "Parameters":
        """Return parameters of so many networks, not yet written."""
        size = sum(prod(shape) for _, _, shape in ordered(shapes))
        return cls(shapes, np.empty((seeds, size), dtype))

    def __reduce__(self) -> tuple:
        """Travel as a row of numbers; the views are made anew, or they would be copies."""
        return type(self), (self.shapes, self.flat)

    def __len__(self) -> int:
        """Return S, the number of networks."""
        return len(self.flat)

    def rows(self, rows: slice) -> "Parameters":
        """Return these networks: a view."""
        return Parameters(self.shapes, self.flat[rows])

    def copy(self) -> "Parameters":
        """Return the same numbers in memory of their own."""
        return Parameters(self.shapes, self.flat.copy())

    def astype(self, dtype: np.dtype) -> "Parameters":
        """Return a copy of this dtype."""
        return Parameters(self.shapes, self.flat.astype(dtype))


def ordered(shapes: Shapes) -> list[tuple[int, str, tuple[int, ...]]]:
    """Return (layer, name, shape) in the order of a row: all weights, then all else."""
    entries = [
        (layer, name, shape) for layer, one in enumerate(shapes) for name, shape in one.items()
    ]
    return sorted(entries, key=lambda entry: not is_weight(entry[1]))  # keeps the order of layers


def is_weight(name: str) -> bool:
    """Return whether a parameter of this name is a matrix of weights: "w", or that of an inner
    layer, such as "0.w". All else, as biases and gains, no penalty looks at.
    """
    return name.rpartition(".")[2] == "w"
