"""Hinges that add up to a curve."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes

from rectified.display.tokens import LIGHT
from rectified.experiments.rectifier.hinges import HingeSum
from rectified.figures.canvas import Figure, blank
from rectified.figures.labels import rounded
from rectified.figures.style import house_style


@house_style()
def hinges(results: Sequence[HingeSum], *, shown: int, target: str = "the curve") -> Figure:
    """Draw the sum with `shown` pieces, hinge by hinge, and the largest error of all results.

    `target` names the function, in Unicode. Raises ValueError when no result has `shown` pieces,
    or unless each result has twice the pieces of the one before.
    """
    chosen = {result.pieces: result for result in results}.get(shown)
    if chosen is None:
        raise ValueError(f"shown must be one of {[r.pieces for r in results]}, got {shown}")
    if any(after.pieces != 2 * before.pieces for before, after in pairwise(results)):
        raise ValueError(f"results must double their pieces, got {[r.pieces for r in results]}")
    drawing = blank(height=250)
    left, right = drawing.subplots(1, 2)
    _sum(left, chosen, target)
    _errors(right, results)
    ratios = sorted(f"{a.sup_error / b.sup_error:.2g}" for a, b in pairwise(results))
    factor = " to ".join(dict.fromkeys([ratios[0], ratios[-1]]))
    sizes = "; ".join(f"{rounded(r.sup_error)} with {r.pieces}" for r in results)
    return Figure(
        drawing,
        message=f"Hinges add up to {target}; twice as many divide the largest error by {factor}",
        alt=f"Left: {shown} thin lines, each zero up to its own place and straight from there on, "
        f"and their sum, a bent line that touches {target} at {shown + 1} points. Right: the "
        f"largest error against the number of hinges, on logarithmic axes: {sizes}.",
        caption="Thin blue: the single ReLUs. Bold blue: their sum, with a circle where each "
        f"starts. Without colour: {target}.",
    )


def _sum(axes: Axes, result: HingeSum, target: str) -> None:
    axes.plot(result.x, result.hinges.T, color=LIGHT["relu"], lw=0.9)
    axes.plot(result.x, result.total, color=LIGHT["relu"], lw=2.8)
    at_knots = result.total[:: len(result.x) // result.pieces][:-1]
    axes.plot(result.x, result.target, color=LIGHT["linear"], lw=1)
    circles = {"ms": 5, "mfc": LIGHT["bg"], "mec": LIGHT["relu"], "clip_on": False}
    axes.plot(result.knots, at_knots, "o", **circles)
    axes.set(xlim=(result.x[0], result.x[-1]), xlabel="x")
    axes.set_title(f"{target} and {result.pieces} hinges")


def _errors(axes: Axes, results: Sequence[HingeSum]) -> None:
    pieces, errors = np.array([(r.pieces, r.sup_error) for r in results]).T
    axes.loglog(pieces, errors, "o-", color=LIGHT["relu"], ms=5)
    axes.minorticks_off()
    low, high = np.floor(np.log10(errors.min())), np.ceil(np.log10(errors.max()))
    powers = range(int(low), int(high) + 1)
    axes.set_yticks([10.0**k for k in powers], [f"{10.0**k:.{max(0, -k)}f}" for k in powers])
    axes.set_xticks(pieces, [f"{n:g}" for n in pieces])
    axes.set(title="largest error", xlabel="hinges")
