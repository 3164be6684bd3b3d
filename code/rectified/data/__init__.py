"""Sets to learn from: seeded toys, curves, images that come along, MNIST and CIFAR-10 on request.

    moons(200, rng=np.random.default_rng(0))    a Dataset: x (n, features), y (n,)
    split(moons_200, rng=rng).standardised()    training part and test part, on one scale
    stack(partial(moons, 200), seeds=range(16)) a set for each seed: x (16, 200, 2)

`ALL` has every set that is here without a file of the reader's, by name; each is called as
ALL[name](n, rng=rng). `CURVES` has the functions behind the one-dimensional ones, and `bayes` what
the best rule of all gets wrong.
"""

from functools import partial
from types import MappingProxyType

from rectified.data import bayes
from rectified.data.bundled import digits, patches, photographs
from rectified.data.curves import CURVES, Curve, curve
from rectified.data.files import UnavailableError, data_folder
from rectified.data.parts import Scale, Split, Stack, split, stack
from rectified.data.public import cifar10, mnist
from rectified.data.record import Dataset, one_hot
from rectified.data.recorded import RecordedCosts, recorded_costs
from rectified.data.toys import (
    checkerboard,
    gaussian_mixture,
    moons,
    parity,
    spirals,
    two_circles,
    with_label_noise,
    xor,
)

_LABELLED = (
    two_circles,
    moons,
    spirals,
    xor,
    parity,
    checkerboard,
    gaussian_mixture,
    digits,
)
ALL = MappingProxyType(
    {make.__name__: make for make in _LABELLED} | {name: partial(curve, name) for name in CURVES}
)

__all__ = [
    "ALL",
    "CURVES",
    "Curve",
    "Dataset",
    "RecordedCosts",
    "Scale",
    "Split",
    "Stack",
    "UnavailableError",
    "bayes",
    "checkerboard",
    "cifar10",
    "curve",
    "data_folder",
    "digits",
    "gaussian_mixture",
    "mnist",
    "moons",
    "one_hot",
    "parity",
    "patches",
    "photographs",
    "recorded_costs",
    "spirals",
    "split",
    "stack",
    "two_circles",
    "with_label_noise",
    "xor",
]
