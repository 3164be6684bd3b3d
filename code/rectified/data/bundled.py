"""Real images that scikit-learn brings along: handwritten digits, two photographs, patches."""

import numpy as np

from rectified.data.checks import check_rng, check_whole
from rectified.data.record import Dataset
from rectified.late import datasets

GREY = np.array([0.299, 0.587, 0.114])  # luma of red, green and blue, after ITU-R BT.601


def digits(n: int | None = None, *, rng: np.random.Generator | None = None) -> Dataset:
    """Return the 1797 digits of 8 × 8 grey pixels, in their order; or n of them, drawn by rng.

    A pixel is k/16, k from 0 to 16. Drawn without replacement, in random order. It is the test
    part of the original: other people wrote its training part. Source: alpaydin1998optical.
    """
    bunch = datasets.load_digits()
    every = Dataset(
        name="digits",
        title="handwritten digits",
        x=bunch.data / 16,
        y=bunch.target,
        classes=10,
        image_shape=(8, 8),
        source="alpaydin1998optical",
    )
    if n is None and rng is None:
        return every
    n = every.n if n is None else n
    check_whole(least=1, n=n)
    if n > every.n:
        raise ValueError(f"n must be at most {every.n}, the number of digits, got {n}")
    return every.shuffled(rng=rng).take(slice(n))


def photographs() -> Dataset:
    """Return two colour photographs of 427 × 640 pixels from 0 to 1: a temple, and a flower.

    The first, china.jpg, is by danielbuechele, the second, flower.jpg, by vultilion. Both are
    under CC BY 2.0: who shows them names them.
    """
    images = np.stack(datasets.load_sample_images().images) / 255
    return Dataset(
        name="photographs",
        title="two photographs",
        x=images.reshape(len(images), -1),
        y=np.arange(len(images)),
        classes=len(images),
        image_shape=images.shape[1:],
    )


def patches(
    dataset: Dataset, size: int, n: int, *, rng: np.random.Generator, grey: bool = True
) -> Dataset:
    """Cut n squares of size × size pixels out of the images of a set, anywhere, with overlaps.

    Images take turns, so each gives as many as the others, to one patch. y is what the image has
    for y. Grey patches have the luma of the pixels; images without colours stay grey.
    Raises ValueError or TypeError if there are no images, or none so large.
    """
    images = dataset.images
    check_rng(rng)
    check_whole(least=1, size=size, n=n)
    height, width = images.shape[1:3]
    if size > min(height, width):
        raise ValueError(f"size must be at most {min(height, width)}, as the images, got {size}")
    if grey and images.ndim == 4:
        images = images @ GREY
    which = np.arange(n) % dataset.n
    rows = rng.integers(height - size + 1, size=n)[:, None] + np.arange(size)  # (n, size)
    columns = rng.integers(width - size + 1, size=n)[:, None] + np.arange(size)
    cut = images[which[:, None, None], rows[:, :, None], columns[:, None, :]]
    return Dataset(
        name="patches",
        title=f"patches of {dataset.title}",
        x=cut.reshape(n, -1),
        y=dataset.y[which],
        classes=dataset.classes,
        image_shape=cut.shape[1:],
        source=dataset.source,
    )
