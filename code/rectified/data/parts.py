"""Training part and test part, one scale for both, and sets side by side on a seeds axis."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from rectified.data.checks import check_rng
from rectified.data.record import Dataset


@dataclass(frozen=True, kw_only=True, eq=False)
class Stack:
    """A set for each of S seeds: x (S, n, features), y (S, n) or (S, n, targets), read-only."""

    name: str
    title: str
    x: np.ndarray
    y: np.ndarray
    classes: int | None
    seeds: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class Scale:
    """Mean and standard deviation of each feature; shape (1, features), or (S, 1, features)."""

    mean: np.ndarray
    std: np.ndarray  # 1 where the feature is constant
    constant: np.ndarray  # bool: the feature has one value only

    def __call__(self, part: Dataset | Stack) -> Dataset | Stack:
        """Return the part with (x - mean) / std for x."""
        return replace(part, x=_sealed((part.x - self.mean) / self.std))


@dataclass(frozen=True, kw_only=True, eq=False)
class Split:
    """Two parts of one set: what is trained on, and what never is."""

    train: Dataset | Stack
    test: Dataset | Stack
    scale: Scale | None = None  # what `standardised` took away from both

    def standardised(self) -> "Split":
        """Return both parts on the scale of the training part, which alone is measured.

        There each feature has mean 0 and standard deviation 1 (1/n inside the root). A feature
        that is constant in the training part is moved, not stretched: it is 0 there, and whatever
        the test part has is kept in its own units. `scale.constant` says which those are.
        Of a stack, each seed has its own scale.
        """
        x = self.train.x
        mean, std = x.mean(axis=-2, keepdims=True), x.std(axis=-2, keepdims=True)
        low, high = x.min(axis=-2, keepdims=True), x.max(axis=-2, keepdims=True)
        constant = (low == high) | (std == 0)  # the mean of equal numbers may be off by a rounding
        scale = Scale(
            mean=_sealed(np.where(constant, low, mean)),
            std=_sealed(np.where(constant, 1.0, std)),
            constant=_sealed(constant),
        )
        return Split(train=scale(self.train), test=scale(self.test), scale=scale)


def split(dataset: Dataset, *, test: float = 0.25, rng: np.random.Generator) -> Split:
    """Divide the examples at random: round(test * n) for the test, the rest to train on.

    With labels, each class has its share in both parts, to less than one example. Both parts are
    in random order. Raises ValueError unless 0 < test < 1 leaves each part an example, of each
    class that occurs.
    """
    check_rng(rng)
    if not 0 < test < 1:  # False for NaN
        raise ValueError(f"test must lie between 0 and 1, a share of the examples, got {test}")
    n_test = round(test * dataset.n)
    if not 0 < n_test < dataset.n:
        raise ValueError(
            f"both parts need an example: test={test} takes {n_test} of {dataset.n} examples"
        )
    order = rng.permutation(dataset.n)
    in_test = np.zeros(dataset.n, dtype=bool)
    if dataset.classes is None:
        in_test[order[:n_test]] = True
    else:
        in_test[_evenly(order[np.argsort(dataset.y[order], kind="stable")], n_test, rng)] = True
        _check_classes(dataset.y, in_test, test)
    chosen = in_test[order]
    return Split(train=dataset.take(order[~chosen]), test=dataset.take(order[chosen]))


def _evenly(row: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """Return `count` of the row at equal steps, from a random start: any stretch has its share."""
    start = rng.integers(row.size)
    return row[(np.arange(count) * row.size + start) // count]


def _check_classes(y: np.ndarray, in_test: np.ndarray, test: float) -> None:
    """Raise ValueError unless each class of y stands in both parts."""
    for label, count in zip(*np.unique(y, return_counts=True), strict=True):
        taken = np.count_nonzero(in_test[y == label])
        if not 0 < taken < count:
            raise ValueError(
                f"each class must stand in both parts: test={test} takes {taken} of the "
                f"{count} examples of class {label}"
            )


def stack(make: Callable[..., Dataset | Split], *, seeds: Sequence[int]) -> Stack | Split:
    """Call make(rng=...) with a generator for each seed, and put the sets side by side.

    A seed's row is the same alone and in company. Where `make` returns a Split, so does this:
    two stacks, rows in the same order. Raises ValueError if there is no seed, or if the sets
    differ in shape.
    """
    seeds = tuple(seeds)
    if not seeds:
        raise ValueError("seeds must hold at least one seed, got none")
    made = [make(rng=np.random.default_rng(seed)) for seed in seeds]
    if isinstance(made[0], Split):
        trains, tests = [one.train for one in made], [one.test for one in made]
        return Split(train=_stacked(trains, seeds), test=_stacked(tests, seeds))
    return _stacked(made, seeds)


def _stacked(sets: Sequence[Dataset], seeds: tuple[int, ...]) -> Stack:
    shapes = sorted({one.x.shape for one in sets})
    if len(shapes) > 1:
        raise ValueError(f"make must return sets of one shape, got x of shapes {shapes}")
    first = sets[0]
    return Stack(
        name=first.name,
        title=first.title,
        x=_sealed(np.stack([one.x for one in sets])),
        y=_sealed(np.stack([one.y for one in sets])),
        classes=first.classes,
        seeds=seeds,
    )


def _sealed(array: np.ndarray) -> np.ndarray:
    """Make a new array read-only, and return it."""
    array.flags.writeable = False
    return array
