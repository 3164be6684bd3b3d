"""Sets in the plane, and bits: made at will, as hard as one likes, and understood.

All are called with the number of examples first and a generator by name. Classes are balanced,
and in every beginning of a set they differ by one example at most (until labels are made wrong).
`noise` is the standard deviation of normal noise that is added to every input: one seed gives the
same examples at any noise, moved more or less. n must be a multiple of the number of classes (of
corners in `parity`); ValueError or TypeError, naming the argument, for that and for whatever else
makes no sense.
"""

import math
from dataclasses import replace

import numpy as np

from rectified.data.checks import (
    check_balanced,
    check_noise,
    check_radii,
    check_rng,
    check_share,
    check_whole,
)
from rectified.data.record import Dataset


def two_circles(
    n: int,
    *,
    rng: np.random.Generator,
    noise: float = 0.1,
    radii: tuple[float, float] = (0.5, 1.0),
) -> Dataset:
    """Two rings: class c is r_c (cos θ, sin θ), θ uniform in [0, 2π), r = `radii`, inner first."""
    _check(n, 2, noise, rng)
    check_radii(radii)
    y = np.arange(n) % 2
    angle = rng.uniform(0, 2 * np.pi, n)
    x = np.take(radii, y)[:, None] * _directions(angle)
    return Dataset(
        name="two_circles", title="two circles", x=_blurred(x, noise, rng), y=y, classes=2
    )


def moons(n: int, *, rng: np.random.Generator, noise: float = 0.1) -> Dataset:
    """Two half circles that reach into each other, θ uniform in [0, π).

    Class 0 is (cos θ, sin θ), class 1 is (1 - cos θ, 1/2 - sin θ).
    """
    _check(n, 2, noise, rng)
    y = np.arange(n) % 2
    arc = _directions(rng.uniform(0, np.pi, n))
    x = np.where(y[:, None] == 0, arc, [1.0, 0.5] - arc)
    return Dataset(name="moons", title="two moons", x=_blurred(x, noise, rng), y=y, classes=2)


def spirals(
    n: int, *, rng: np.random.Generator, noise: float = 0.02, arms: int = 2, turns: float = 1.5
) -> Dataset:
    """Arms of a spiral: class c is t (cos φ, sin φ), φ = 2π (turns t + c / arms).

    t is uniform in [0.1, 1), so that the arms do not meet in the middle. On a ray from the middle,
    neighbouring arms are 1 / (turns arms) apart. Source: lang1988learning, with three turns.
    """
    check_whole(least=2, arms=arms)
    _check(n, arms, noise, rng)
    if not 0 < turns < math.inf:
        raise ValueError(f"turns must be positive and finite, got {turns}")
    y = np.arange(n) % arms
    t = rng.uniform(0.1, 1, n)
    x = t[:, None] * _directions(2 * np.pi * (turns * t + y / arms))
    return Dataset(
        name="spirals",
        title="spirals",
        x=_blurred(x, noise, rng),
        y=y,
        classes=arms,
        source="lang1988learning",
    )


def checkerboard(
    n: int, *, rng: np.random.Generator, noise: float = 0.0, cells: int = 4
) -> Dataset:
    """A board on [-1, 1)² of cells × cells squares, each of side 2 / cells.

    Square (i, j), counted from the lower left, has class (i + j) mod 2; an example of a class is
    uniform over the squares of that class.
    """
    _check(n, 2, noise, rng)
    check_whole(least=2, cells=cells)
    y = np.arange(n) % 2
    squares = np.argwhere(np.ones((cells, cells)))  # (cells², 2): i and j
    dark = squares.sum(axis=1) % 2
    by_class, counts = squares[np.argsort(dark, kind="stable")], np.bincount(dark)
    corner = by_class[counts[0] * y + rng.integers(counts[y])]
    x = (corner + rng.random((n, 2))) * (2 / cells) - 1
    return Dataset(
        name="checkerboard", title="checkerboard", x=_blurred(x, noise, rng), y=y, classes=2
    )


def parity(n: int, *, rng: np.random.Generator, noise: float = 0.0, bits: int = 3) -> Dataset:
    """The corners of {0, 1}^bits, each as often, with the parity of their bits for a label.

    Example k has the bits of k mod 2^bits, the highest first; so n = 2^bits without noise is the
    truth table. Source: minsky1969perceptrons.
    """
    check_whole(least=1, bits=bits)
    _check(n, 2**bits, noise, rng, what="corner")
    x = np.arange(n)[:, None] >> np.arange(bits)[::-1] & 1  # (n, bits)
    return Dataset(
        name="parity",
        title=f"parity of {bits} bits",
        x=_blurred(x, noise, rng),
        y=x.sum(axis=1) % 2,
        classes=2,
        source="minsky1969perceptrons",
    )


def xor(n: int, *, rng: np.random.Generator, noise: float = 0.0) -> Dataset:
    """The parity of two bits: (0, 0) and (1, 1) have class 0, (0, 1) and (1, 0) class 1.

    xor(4, rng=rng) is the four points; with noise there is a round cloud about each.
    """
    return replace(parity(n, rng=rng, noise=noise, bits=2), name="xor", title="XOR")


def gaussian_mixture(
    n: int,
    *,
    rng: np.random.Generator,
    noise: float = 0.5,
    classes: int = 2,
    label_noise: float = 0.0,
) -> Dataset:
    """A round normal cloud for each class, its centre at (cos φ, sin φ), φ = 2π c / classes.

    `noise` is the standard deviation of a cloud in each direction. Then a share `label_noise` of
    the labels is made wrong, as `with_label_noise` does; inputs are the same whatever the share.
    """
    check_whole(least=2, classes=classes)
    _check(n, classes, noise, rng)
    y = np.arange(n) % classes
    clean = Dataset(
        name="gaussian_mixture",
        title=f"mixture of {classes} Gaussians",
        x=_blurred(_directions(2 * np.pi * y / classes), noise, rng),
        y=y,
        classes=classes,
    )
    return with_label_noise(clean, label_noise, rng=rng)


def with_label_noise(dataset: Dataset, share: float, *, rng: np.random.Generator) -> Dataset:
    """Return the set with round(share * n) labels wrong, exactly, chosen at random.

    A wrong label is any of the other classes, all equally likely. Raises ValueError unless the
    set has two classes or more and share lies between 0 and 1 - 1 / classes, where labels say
    nothing any more.
    """
    check_rng(rng)
    check_share(share, dataset.classes)
    wrong = rng.permutation(dataset.n)[: round(share * dataset.n)]
    y = dataset.y.copy()
    y[wrong] = (y[wrong] + rng.integers(1, dataset.classes, wrong.size)) % dataset.classes
    return replace(dataset, y=y)


def _check(
    n: int, groups: int, noise: float, rng: np.random.Generator, what: str = "class"
) -> None:
    check_rng(rng)
    check_balanced(n, groups, what)
    check_noise(noise)


def _directions(angle: np.ndarray) -> np.ndarray:
    """Return the points of the unit circle at these angles, shape (n, 2)."""
    return np.stack([np.cos(angle), np.sin(angle)], axis=1)


def _blurred(x: np.ndarray, noise: float, rng: np.random.Generator) -> np.ndarray:
    return x + noise * rng.standard_normal(x.shape)
