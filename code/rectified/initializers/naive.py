"""Laws that look at no fan: right for biases, and for weights the naive ones that fail.

Equal weights keep the units of a layer equal for ever. Standard deviation 1 makes the signal
explode in all but tiny layers, 0.01 makes it vanish in all but huge ones; so does U(-1/√n, 1/√n)
in all, though it looks at the fan in.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rectified.initializers.record import Initializer, finite_float, positive_float
from rectified.initializers.scaling import variance_scaling


@dataclass(frozen=True, kw_only=True, repr=False)
class Constant(Initializer):
    """The same value everywhere; see `constant`."""

    value: float

    def variance(self, shape: Sequence[int]) -> float:
        """Return 0: nothing is drawn."""
        return 0.0

    def entries(self, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
        """Return the value everywhere."""
        return np.full(shape, self.value)


def constant(value: float) -> Constant:
    """Build the law that gives every entry this value, such as 1 for the biases of ReLU layers.

    For weights it fails: units that start equal get equal gradients. Raises ValueError unless
    value is finite.

    Source: krizhevsky2012imagenet (section 5, biases)
    """
    value = finite_float(value=value)
    name = f"constant({value!r})"
    return Constant(name=name, title="constant", source="krizhevsky2012imagenet", value=value)


@dataclass(frozen=True, kw_only=True, repr=False)
class Normal(Initializer):
    """Independent normal entries of one standard deviation for all shapes; see `normal`."""

    std: float

    def variance(self, shape: Sequence[int]) -> float:
        """Return std²."""
        return self.std**2

    def entries(self, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
        """Draw from the normal distribution."""
        return rng.normal(0.0, self.std, shape)


def normal(std: float) -> Normal:
    """Build N(0, std²) for any shape. Raises ValueError unless std is positive.

    Source: krizhevsky2012imagenet (section 5)
    """
    std = positive_float(std=std)
    name = f"normal({std!r})"
    return Normal(name=name, title="normal", source="krizhevsky2012imagenet", std=std)


# The usual biases; as weights they are never broken apart, which is why weights are random.
zeros = constant(0.0).named("zeros", "zeros", "rumelhart1986learning")

# So large that a sigmoid saturates, as the source warns in section 4.6.
unit_normal = normal(1.0).named("unit_normal", "unit normal", "lecun1998efficient")

small_normal = normal(0.01).named("small_normal", "small normal", "krizhevsky2012imagenet")

# U(-1/√n, 1/√n), n = fan_in: equation 1, "commonly used" in 2010; torch.nn.Linear has it still.
inverse_sqrt_uniform = variance_scaling(1 / 3, "fan_in", "uniform").named(
    "inverse_sqrt_uniform", "uniform ±1/√n", "glorot2010understanding"
)
