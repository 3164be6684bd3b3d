"""A photograph through a filter, and the answer through ReLU: what becomes of its transitions?"""

from dataclasses import dataclass

import numpy as np
from scipy.signal import correlate2d

from rectified.activations import relu
from rectified.data import photographs
from rectified.data.bundled import GREY
from rectified.networks.checks import check_positive_int

EDGES = np.array([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]]) / 4  # dark to bright


@dataclass(frozen=True, kw_only=True, eq=False)
class RectifiedPhotograph:
    """A small copy of a photograph, for a picture, and the full one, for numbers.

    grey, answer, rectified: (height, width), the small copy, its filtered form, ReLU of that
    """

    grey: np.ndarray
    answer: np.ndarray
    rectified: np.ndarray
    pixels: int  # of the full photograph
    zeroed: float  # share of the full answer that became 0 or was it
    pairs: int  # pairs of neighbours, across and down
    grown: int  # pairs that differ more after ReLU than before
    variation: float  # sum of all differences after, divided by that before
    stretched: float  # the same, if both are then stretched to fill the range from 0 to 1
    stretched_grown: float  # share of the pairs that then differ more than before
    flattened: float  # share of the pairs that differed before and after do not


def rectified_photograph(*, which: int = 0, block: int = 10) -> RectifiedPhotograph:
    """Filter a grey photograph for edges that rise to the right, and rectify the answer.

    The small copy has the means of blocks of block × block pixels, and is filtered after that.
    Raises ValueError unless which is 0, the temple, or 1, the flower.
    """
    check_positive_int(block=block)
    images = photographs().images @ GREY  # (2, height, width)
    if which not in range(len(images)):
        raise ValueError(f"which must be 0 or 1, got {which!r}")
    grey = images[which]
    answer = correlate2d(grey, EDGES, mode="valid")
    before, after = differences(answer), differences(relu(answer))
    small = shrunk(grey, block)
    small_answer = correlate2d(small, EDGES, mode="valid")
    stretch = np.ptp(answer) / np.ptp(relu(answer))
    return RectifiedPhotograph(
        grey=small[1:-1, 1:-1],  # the pixels that the answer is about
        answer=small_answer,
        rectified=relu(small_answer),
        pixels=grey.size,
        zeroed=float(np.mean(answer <= 0)),
        pairs=before.size,
        grown=int(np.sum(after > before)),
        variation=float(after.sum() / before.sum()),
        stretched=float(stretch * after.sum() / before.sum()),
        stretched_grown=float(np.mean(stretch * after > before)),
        flattened=float(np.mean(after[before > 0] == 0)),
    )


def differences(image: np.ndarray) -> np.ndarray:
    """Return how much each pair of neighbours differs, across and then down, (pairs,)."""
    across, down = np.abs(np.diff(image, axis=1)), np.abs(np.diff(image, axis=0))
    return np.concatenate([across.ravel(), down.ravel()])


def shrunk(image: np.ndarray, block: int) -> np.ndarray:
    """Return the means of blocks; rows and columns that fill no block are left out."""
    height, width = (size // block for size in image.shape)
    parts = image[: height * block, : width * block].reshape(height, block, width, block)
    return parts.mean(axis=(1, 3))
