"""Checks of settings that the experiments share, done before any work."""

from collections.abc import Sequence

import numpy as np

from rectified.activations import Activation
from rectified.data import Dataset, Split
from rectified.initializers import Initializer


def check_elementwise(f: Activation) -> None:
    """Raise TypeError unless f is elementwise."""
    if not isinstance(f, Activation):
        raise TypeError(f"f must be an elementwise activation such as relu, got {f!r}")


def check_initializers(**initializers: Initializer) -> None:
    """Raise TypeError, naming the argument, unless each is an initializer."""
    for name, initializer in initializers.items():
        if not isinstance(initializer, Initializer):
            raise TypeError(f"{name} must be an initializer such as he_normal, got {initializer!r}")


def check_hidden(widths: Sequence[int]) -> None:
    """Raise ValueError unless there is a hidden layer to look at."""
    if not widths:
        raise ValueError("widths must hold at least one hidden layer, got none")


def check_data(data: Split) -> None:
    """Raise TypeError unless data is one split, the same for all seeds."""
    if not isinstance(data, Split) or not isinstance(data.train, Dataset):
        raise TypeError(
            "data must be a Split of one set, such as data.split(data.digits(), rng=rng), "
            f"got {type(data).__name__}"
        )


def checked_rates(learning_rates: Sequence[float]) -> tuple[float, ...]:
    """Return the rates as floats; raise ValueError unless they are positive, finite and rise."""
    rates = np.array(learning_rates, dtype=float, ndmin=1)
    if rates.ndim > 1 or not rates.size or not ((rates > 0) & (rates < np.inf)).all():
        raise ValueError(f"learning_rates must be positive, finite numbers, got {learning_rates}")
    if not (np.diff(rates) > 0).all():
        raise ValueError(f"learning_rates must rise, got {learning_rates}")
    return tuple(rates.tolist())
