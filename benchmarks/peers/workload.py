"""What every peer trains: S small ReLU networks on one batch, by plain gradient descent."""

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

INPUTS, CLASSES, BATCH = 2, 2, 64
LEARNING_RATE = 0.01


@dataclass(frozen=True)
class Workload:
    """A row of the table: `seeds` networks with `hidden` layers of `width` units, `steps` steps.

    All arrays are float32. A network's parameters depend on its seed alone, so that all processes
    have the same bits. Raises ValueError unless all numbers are at least 1 (`first`: 0).
    """

    seeds: int
    hidden: int
    width: int
    steps: int
    first: int = 0  # seed of the first network

    def __post_init__(self) -> None:
        """Refuse what cannot be trained."""
        for name in ("seeds", "hidden", "width", "steps"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, got {getattr(self, name)}")
        if self.first < 0:
            raise ValueError(f"first must be at least 0, got {self.first}")

    @property
    def layers(self) -> list[tuple[int, int]]:
        """Return fan in and fan out of each layer, from the inputs to the classes."""
        sizes = [INPUTS, *[self.width] * self.hidden, CLASSES]
        return list(pairwise(sizes))

    @cached_property
    def batch(self) -> tuple[np.ndarray, np.ndarray]:
        """Return x (batch, 2) and the labels y (batch,): inside or outside of a circle."""
        x = np.random.default_rng(0).standard_normal((BATCH, INPUTS))
        y = np.sum(x**2, axis=1) > 2 * np.log(2)  # half of the normal's mass lies outside
        return x.astype(np.float32), y.astype(np.int64)

    @cached_property
    def parameters(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """Return w (S, fan_in, fan_out) and b (S, fan_out) of each layer; He-normal and zeros."""
        rngs = [np.random.default_rng(self.first + s) for s in range(self.seeds)]
        layers = []
        for fan_in, fan_out in self.layers:
            w = np.stack([rng.standard_normal((fan_in, fan_out), np.float32) for rng in rngs])
            w *= np.float32(np.sqrt(2 / fan_in))
            layers.append((w, np.zeros((self.seeds, fan_out), np.float32)))
        return layers

    @property
    def flops(self) -> int:
        """Return the FLOPs of all matrix products: forward, to `w`, and to all `h` but the input.

        Each takes two for a weight and an example; what is elementwise is left out.
        """
        weights = [fan_in * fan_out for fan_in, fan_out in self.layers]
        return 2 * BATCH * self.seeds * self.steps * (3 * sum(weights) - weights[0])

    @property
    def bytes(self) -> int:
        """Return the bytes of a step's least traffic, had no number a cache to stay in.

        Every parameter and every output of a layer is written once and read once.
        """
        parameters = sum((fan_in + 1) * fan_out for fan_in, fan_out in self.layers)
        outputs = BATCH * sum(fan_out for _, fan_out in self.layers)
        return 2 * 4 * self.seeds * self.steps * (parameters + outputs)
