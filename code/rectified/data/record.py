"""A set of examples: what every room after this one trains on."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from rectified.data.checks import check_rng, check_whole


@dataclass(frozen=True, kw_only=True, eq=False)
class Dataset:
    """n examples, one row each, in arrays that cannot be written to.

    x has shape (n, features), float64. With labels, y has shape (n,), int64, and holds
    0, ..., classes - 1; with numbers to predict, y has shape (n, targets), float64, and `classes`
    is None. Images are rows as well: `images` gives them back their shape.
    Raises TypeError or ValueError, naming the field, for what does not fit together.
    """

    name: str  # in `ALL`, or of the function that reads the set
    title: str  # as prose writes it
    x: np.ndarray
    y: np.ndarray
    classes: int | None = None
    image_shape: tuple[int, ...] | None = None  # (height, width), or (height, width, 3) in colour
    source: str | None = None  # key in references.bib

    def __post_init__(self) -> None:
        """Check the fields, and make the arrays read-only."""
        object.__setattr__(self, "x", _read_only(self.x, "x", np.float64))
        if self.x.ndim != 2 or 0 in self.x.shape:
            raise ValueError(
                f"x must have shape (n, features), neither of them 0, got {self.x.shape}"
            )
        if self.classes is None:
            object.__setattr__(self, "y", _read_only(self.y, "y", np.float64))
            self._check_targets()
        else:
            object.__setattr__(self, "y", _read_only(self.y, "y", np.int64))
            self._check_labels()
        shape = self.image_shape
        if shape is not None and (len(shape) not in (2, 3) or math.prod(shape) != self.features):
            raise ValueError(
                "image_shape must be (height, width) or (height, width, 3), and hold the "
                f"{self.features} features, got {shape}"
            )

    def _check_targets(self) -> None:
        if self.y.ndim != 2 or len(self.y) != self.n or self.y.shape[1] == 0:
            raise ValueError(
                f"without classes y must have shape ({self.n}, targets), got {self.y.shape}"
            )

    def _check_labels(self) -> None:
        check_whole(least=1, classes=self.classes)
        if self.y.shape != (self.n,):
            raise ValueError(f"labels y must have shape ({self.n},), got {self.y.shape}")
        if self.y.min() < 0 or self.y.max() >= self.classes:
            raise ValueError(
                f"labels y must lie between 0 and classes - 1 = {self.classes - 1}, "
                f"got {self.y.min()} to {self.y.max()}"
            )

    @property
    def n(self) -> int:
        """The number of examples."""
        return self.x.shape[0]

    @property
    def features(self) -> int:
        """The number of inputs of one example."""
        return self.x.shape[1]

    @property
    def images(self) -> np.ndarray:
        """The inputs as images, shape (n, height, width) or (n, height, width, 3)."""
        if self.image_shape is None:
            raise ValueError(f"{self.name} holds no images")
        return self.x.reshape(self.n, *self.image_shape)

    def take(self, examples: Sequence[int] | slice) -> "Dataset":
        """Return the set of these examples, in this order. An index may stand twice.

        Raises TypeError or ValueError for anything but whole numbers, one or more.
        """
        chosen = np.arange(self.n)[examples] if isinstance(examples, slice) else np.array(examples)
        if chosen.size == 0:
            raise ValueError("examples must name at least one example, got none")
        if chosen.dtype.kind not in "iu":
            raise TypeError(f"examples must be whole numbers, got {chosen.dtype}")
        return replace(self, x=self.x[chosen], y=self.y[chosen])

    def shuffled(self, *, rng: np.random.Generator) -> "Dataset":
        """Return the same examples in random order."""
        check_rng(rng)
        return self.take(rng.permutation(self.n))


def _read_only(values: ArrayLike, name: str, dtype: type[np.number]) -> np.ndarray:
    """Return the values as a read-only array, or raise if they are no finite numbers."""
    given = np.asarray(values)
    if given.dtype.kind not in ("iu" if dtype is np.int64 else "iuf"):
        wanted = "integers" if dtype is np.int64 else "real numbers"
        raise TypeError(f"{name} must hold {wanted}, got {given.dtype}")
    array = given.astype(dtype, copy=given.flags.writeable)
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite, got NaN or infinity")
    array.flags.writeable = False
    return array


def one_hot(y: ArrayLike, classes: int) -> np.ndarray:
    """Return a row for each label: 1 at the label, 0 elsewhere; shape (*y.shape, classes), float64.

    Raises TypeError or ValueError unless y holds integers from 0 to classes - 1.
    """
    check_whole(least=1, classes=classes)
    y = np.asarray(y)
    if y.dtype.kind not in "iu":
        raise TypeError(f"y must hold integers, got {y.dtype}")
    if y.size and not 0 <= y.min() <= y.max() < classes:
        raise ValueError(f"y must lie between 0 and {classes - 1}, got {y.min()} to {y.max()}")
    return np.eye(classes)[y]
