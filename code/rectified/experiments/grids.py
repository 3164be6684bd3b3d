"""Where the experiments look: points that doubles hold exactly, so that counts are exact."""

import numpy as np

from rectified.activations import Activation

# Multiples of 1/256: exact in binary, symmetric, with 0 and every whole kink among them.
GRID = np.arange(-8 * 256, 8 * 256 + 1) / 256
WIDE_GRID = np.arange(-30 * 256, 30 * 256 + 1) / 256


def full_range(f: Activation) -> np.ndarray:
    """Return sorted inputs that show all of f: the dense grid, both tails out to a million, and
    each kink and jump with its two neighbours among the doubles. Shape (n,), float64.
    """
    tails = 32.0 * 2.0 ** np.arange(16)
    places = np.array([*f.kinks, *f.jumps], dtype=np.float64)
    beside = [np.nextafter(places, -np.inf), places, np.nextafter(places, np.inf)]
    return np.unique(np.concatenate([-tails, WIDE_GRID, tails, *beside]))
