"""How near a difference quotient comes to a derivative."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from rectified.display.tokens import LIGHT
from rectified.experiments.backprop.gradient_check import DifferenceErrors
from rectified.figures.canvas import Figure, blank
from rectified.figures.labels import power
from rectified.figures.style import BAND, house_style

KINDS = (("forward", "leaky", (0, (1.5, 1.2))), ("central", "relu", "-"))
BITS = {"float64": "64 bits, 16 digits", "float32": "32 bits, 7 digits"}


@house_style()
def difference_errors(results: Sequence[DifferenceErrors]) -> Figure:
    """Draw the error of forward and central differences against the step, a panel a dtype.

    Raises ValueError without a result.
    """
    if not results:
        raise ValueError("results is empty; give at least one of difference_errors")
    drawing = blank(height=270)
    panels = drawing.subplots(1, len(results), sharey=True, squeeze=False)[0]
    for axes, result in zip(panels, results, strict=True):
        _panel(axes, result)
    panels[0].set_ylabel("relative error", labelpad=9)
    _names(panels[0], results[0])
    best = results[0]
    least = np.median(best.central, axis=0).min()
    shown = "; ".join(
        f"{BITS[r.dtype]}: forward lowest at a step of {power(r.best_forward)}, central at "
        f"{power(r.best_central)}, where it is {power(np.median(r.central, axis=0).min())}"
        for r in results
    )
    return Figure(
        drawing,
        message=f"Neither the shortest step nor the longest is best: central differences err least "
        f"at {power(best.best_central)}, by {power(least)}",
        alt="Curves shaped like a V, the error of a difference quotient against its step, on "
        f"logarithmic axes; 1 is an error as large as the derivative itself. {shown}.",
        caption=f"Lines: median of {len(best.seeds)} networks; bands: all of them. The error is "
        "relative to the largest derivative of the same weights or biases, in the worst layer. To "
        "the right of each valley the loss bends within the step; to the left its digits run out. "
        "Flat at 1: a step too short to change any loss.",
    )


def _panel(axes: Axes, result: DifferenceErrors) -> None:
    for name, ink, dash in KINDS:
        errors = getattr(result, name)
        low, high = errors.min(axis=0), errors.max(axis=0)
        axes.fill_between(result.h, low, high, color=LIGHT[ink], alpha=BAND, lw=0)
        axes.loglog(result.h, np.median(errors, axis=0), color=LIGHT[ink], ls=dash)
    axes.minorticks_off()
    powers = [-12, -9, -6, -3, 0]
    labels = [power(10.0**k) for k in powers]
    axes.set_xticks([10.0**k for k in powers], labels)
    axes.set_yticks([10.0**k for k in powers], labels)
    axes.set(xlim=(3e-14, 3), ylim=(3e-12, 30), xlabel="step")
    axes.set_title(BITS[result.dtype])


def _names(axes: Axes, result: DifferenceErrors) -> None:
    """Write beside the right branch of each curve which it is."""
    place = int(np.argmin(np.abs(np.log10(result.h) + 3.5)))
    for (name, ink, _), side in zip(KINDS, (-1, 1), strict=True):
        point = result.h[place], np.median(getattr(result, name), axis=0)[place]
        note = axes.annotate(name, point, (5 * side, 0), textcoords="offset points")
        note.set(color=LIGHT[ink], weight="semibold", va="center")
        note.set_ha("right" if side < 0 else "left")
