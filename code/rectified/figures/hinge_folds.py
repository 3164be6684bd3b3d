"""As many hinges side by side, and in layers: the pieces that they make."""

import numpy as np
from matplotlib.axes import Axes

from rectified.activations import relu
from rectified.display.tokens import LIGHT
from rectified.experiments.rectifier.hinge_layers import HingeLayers
from rectified.figures.canvas import Figure, blank
from rectified.figures.style import BAND, house_style

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight")


@house_style()
def hinge_folds(flat: HingeLayers, deep: HingeLayers) -> Figure:
    """Draw one layer with its summands, and as many hinges in several layers.

    Raises ValueError unless `flat` has one layer, `deep` several, and both equally many hinges.
    """
    total = flat.hinges
    if flat.layers != 1 or deep.layers == 1 or deep.hinges * deep.layers != total:
        shapes = [(result.layers, result.hinges) for result in (flat, deep)]
        raise ValueError(f"deep must have the hinges of flat's one layer in several, got {shapes}")
    if total >= len(NUMBERS):
        raise ValueError(f"flat must have at most {len(NUMBERS) - 1} hinges, got {total}")
    count, layers, width = (NUMBERS[n] for n in (total, deep.layers, deep.hinges))
    drawing = blank(height=230)
    left, right = drawing.subplots(1, 2, sharey=True)
    _summands(left, flat)
    _columns(right, deep)
    _line(left, flat, f"{count} hinges in one layer: {flat.pieces} pieces")
    _line(right, deep, f"{layers} layers of {width}: {deep.pieces} pieces")
    return Figure(
        drawing,
        message=f"{count.capitalize()} hinges bend a line into {flat.pieces} pieces side by side, "
        f"and into {deep.pieces} in {layers} layers of {width}",
        alt=f"Left: {total} thin lines, each zero up to its own place and straight from there on, "
        f"and their sum with a line, a zigzag of {flat.pieces} pieces. Right: a zigzag of "
        f"{deep.pieces} pieces over {deep.hinges + 1} columns; each column has a squeezed copy of "
        f"the zigzag that a single layer makes, every second one mirrored.",
        caption="Thin: the single hinges. Columns: the pieces of the first layer. The second "
        "layer's hinges bend the line wherever it crosses their places: once in each column.",
    )


def _summands(axes: Axes, result: HingeLayers) -> None:
    x = np.union1d(result.places, [0.0, 1.0])
    axes.plot(x, result.changes * relu(x[:, None] - result.places), color=LIGHT["relu"], lw=0.9)


def _columns(axes: Axes, result: HingeLayers) -> None:
    ends = [*result.places, 1.0]
    for low, high in zip(ends[::2], ends[1::2], strict=False):
        axes.axvspan(low, high, facecolor=(LIGHT["relu"], BAND), edgecolor="none", zorder=0)


def _line(axes: Axes, result: HingeLayers, title: str) -> None:
    axes.plot(result.x, result.y, color=LIGHT["relu"], lw=2.8)
    inner = {"ms": 3.5, "mfc": LIGHT["bg"], "mec": LIGHT["relu"], "clip_on": False}
    axes.plot(result.x[1:-1], result.y[1:-1], "o", **inner)
    axes.set(xlim=(0, 1), ylim=(-0.45, 1.1), xlabel="x")
    axes.set_xticks([0, 0.5, 1], ["0", "½", "1"])
    axes.set_yticks([0, 1], ["0", "1"])
    axes.set_title(title)
