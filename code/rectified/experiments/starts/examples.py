"""The digits that starts are compared on."""

from functools import cache

import numpy as np

from rectified import data as sets
from rectified.data import Split


def raw_digits() -> Split:
    """Return the digits with grey values from 0 to 1, a training part and a test part."""
    rng = np.random.default_rng(0)
    return sets.split(sets.digits(), rng=rng)


@cache
def digits() -> Split:
    """Return the set of this theme unless another is given: digits, pixels standardised."""
    return raw_digits().standardised()
