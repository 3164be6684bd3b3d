"""Pictures of pictures: a photograph through ReLU, and what a network is for one image."""

from collections.abc import Sequence
from math import isqrt

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from rectified.display.tokens import LIGHT
from rectified.experiments.rectifier.photograph import RectifiedPhotograph
from rectified.experiments.rectifier.sums_of_images import Templates
from rectified.experiments.starts.symmetry import SymmetricStarts
from rectified.figures.canvas import Figure, blank
from rectified.figures.style import house_style

INK = tuple(("text", opacity) for opacity in (0.0, 0.16, 0.32, 0.48, 0.64, 0.8, 0.96))
SIGNS = (
    *(("div-n2", opacity) for opacity in (1.0, 0.66, 0.33)),
    ("div-n2", 0.0),  # next to 0: the page's ground
    *(("div-p2", opacity) for opacity in (0.33, 0.66, 1.0)),
)


@house_style()
def rectified_photograph(result: RectifiedPhotograph) -> Figure:
    """Draw the photograph, what the filter answers, and ReLU of that, from the small copies."""
    drawing = blank(height=140)
    panels = drawing.subplot_mosaic([["photograph", "filtered", "rectified"]])
    drawing.get_layout_engine().set(w_pad=0.05, h_pad=0.05, wspace=0.02, hspace=0.02)
    dark = np.digitize(1 - result.grey, np.linspace(0, 1, len(INK) + 1)[1:-1])
    _mosaic(panels["photograph"], dark, INK)
    limit = np.quantile(np.abs(result.answer), 0.97)
    edges = np.linspace(-limit, limit, len(SIGNS) + 1)[1:-1]
    _mosaic(panels["filtered"], np.digitize(result.answer, edges), SIGNS)
    _mosaic(panels["rectified"], np.digitize(result.rectified, edges), SIGNS)
    for name, axes in panels.items():
        axes.set_title(name, pad=5)
    share, left = f"{100 * result.zeroed:.0f} %", f"{100 * result.variation:.0f} %"
    return Figure(
        drawing,
        message=f"ReLU sets {share} of the answer to 0, and makes no transition more abrupt",
        alt="Three pictures of a temple in coarse squares. The photograph in shades of grey. The "
        "answer of a filter: blue where the picture gets brighter to the right, orange where it "
        f"gets darker. The rectified answer: the blue is as before, the orange is gone. Of "
        f"{result.pairs:,} pairs of neighbouring pixels in the full picture {result.grown} differ "
        f"more than before; {left} of all differences are left.",
        caption="Photograph: china.jpg by danielbuechele, CC BY 2.0, made coarse. Filter: 3 × 3, "
        "right column less left. Numbers are those of the full picture.",
    )


def _mosaic(axes: Axes, shade: np.ndarray, shades: Sequence[tuple[str, float]]) -> None:
    """Fill squares by shade, neighbours in a row as one: a path for each shade."""
    height, width = shade.shape
    for number, (token, opacity) in enumerate(shades):
        rings = [_ring(row, first, last) for row, first, last in _runs(shade == number)]
        if rings and opacity:
            path = Path.make_compound_path(*rings)
            fill = {"facecolor": (LIGHT[token], opacity), "edgecolor": "none", "lw": 0}
            axes.add_patch(PathPatch(path, **fill))
    axes.set(xlim=(0, width), ylim=(height, 0), aspect="equal", xticks=[], yticks=[])
    axes.spines[:].set_visible(True)
    axes.spines[:].set_color(LIGHT["rule"])


def _runs(chosen: np.ndarray) -> list[tuple[int, int, int]]:
    """Return (row, first, last + 1) of each stretch of chosen squares."""
    padded = np.pad(chosen.astype(int), ((0, 0), (1, 1)))
    rows, first = np.nonzero(np.diff(padded, axis=1) == 1)
    _, last = np.nonzero(np.diff(padded, axis=1) == -1)
    return list(zip(rows.tolist(), first.tolist(), last.tolist(), strict=True))


def _ring(row: int, first: int, last: int) -> Path:
    corners = [(first, row), (last, row), (last, row + 1), (first, row + 1), (first, row)]
    return Path(corners, closed=True)


@house_style()
def templates(result: Templates) -> Figure:
    """Draw four test images, two of one class, and below each the weights that the network is."""
    examples = _two_of_one_class(result.guess)
    drawing = blank(height=270)
    panels = drawing.subplots(2, len(examples), squeeze=False)
    for (above, below), example in zip(panels.T, examples, strict=True):
        image = result.x[example].reshape(result.image_shape)
        _mosaic(above, np.digitize(image, np.linspace(0, 1, len(INK) + 1)[1:-1]), INK)
        above.set_title(f"image of a {result.label[example]}", pad=5)
        weights = result.template(example)
        edges = np.linspace(-1, 1, len(SIGNS) + 1)[1:-1] * np.abs(weights).max()
        _mosaic(below, np.digitize(weights, edges), SIGNS)
        below.set_title(f"weights of “{result.guess[example]}”", pad=5)
    n = len(result.x)
    labels = ", ".join(str(result.label[example]) for example in examples)
    return Figure(
        drawing,
        message=f"For each image the network is one weighted sum; {n} images need "
        f"{result.patterns} of them",
        alt=f"Upper row: handwritten digits, {labels}. Lower row, below each: the weights by which "
        "the network multiplies its pixels for the class that it chose, blue for positive and "
        "orange for negative; they differ from image to image, also between the first two, which "
        f"are both for “{result.guess[examples[0]]}”.",
        caption=f"A network of two layers of ReLUs that is right on {100 * result.accuracy:.0f} % "
        "of the test images. Weights: those of the chosen class less the mean of all classes. "
        "Blue adds to the score of the class, orange takes from it.",
    )


def _two_of_one_class(guess: np.ndarray) -> list[int]:
    """Return which images are the first two of the first image's class and the next of others."""
    same = guess == guess[0]
    return [*np.flatnonzero(same)[:2].tolist(), *np.flatnonzero(~same)[:2].tolist()]


@house_style()
def first_weights(result: SymmetricStarts, names: Sequence[str], *, units: int = 6) -> Figure:
    """Draw the weights of the first units of layer 1 after training, a row for each start.

    Raises ValueError unless inputs are square images and there are so many units.
    """
    rows = {name: result.starts[name].first_weights[0].T[:units] for name in names}
    side = isqrt(next(iter(rows.values())).shape[1])
    if any(w.shape != (units, side * side) for w in rows.values()):
        raise ValueError(f"units must be {units} or more, each with the weights of a square image")
    drawing = blank(height=20 + 92 * len(rows))
    panels = drawing.subplots(len(rows), units, squeeze=False)
    for frames, (name, weights) in zip(panels, rows.items(), strict=True):
        edges = np.linspace(-1, 1, len(SIGNS) + 1)[1:-1] * (np.abs(weights).max() or 1.0)
        for axes, w in zip(frames, weights, strict=True):
            _mosaic(axes, np.digitize(w.reshape(side, side), edges), SIGNS)
        frames[0].set_title(name, pad=5)
    ranks = {name: np.median(result.starts[name].rank) for name in names}
    said = ", ".join(f"{name} {rank:.0f}" for name, rank in ranks.items())
    return Figure(
        drawing,
        message=f"Rank of the first layer after training, by its start: {said}",
        alt=f"For each start a row of {units} pictures of {side} by {side} squares, the weights of "
        "the first units of layer 1 after training, blue for positive and orange for negative. "
        f"Where the rank is 1, all pictures of a row are the same. Ranks: {said}.",
        caption=f"One network of each kind; rank: median over {len(result.budget.seeds)}. Each row "
        f"has a scale of its own. {result.budget.steps} steps.",
    )
