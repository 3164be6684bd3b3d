"""Where saturating functions are flat."""

from collections.abc import Sequence

from matplotlib.axes import Axes

from rectified.display.tokens import LIGHT
from rectified.experiments.shapes.flatness import FlatEnds
from rectified.figures.canvas import Figure, blank
from rectified.figures.style import BAND, GRADIENT_DASH, colour, house_style


@house_style()
def flat_ends(results: Sequence[FlatEnds]) -> Figure:
    """Draw value and slope of each function, side by side, with the flat parts shaded.

    Raises ValueError without a result, or unless all have the same share.
    """
    if len({result.share for result in results}) != 1:
        raise ValueError("results must have the same share, and not be empty")
    drawing = blank(height=210)
    panels = drawing.subplots(1, len(results), sharex=True, sharey=True, squeeze=False)[0]
    for axes, result in zip(panels, results, strict=True):
        _panel(axes, result)
    edges = " and ".join(f"{r.title} beyond |z| = {r.edge:.1f}" for r in results)
    percent = f"{100 * results[0].share:g} %"
    return Figure(
        drawing,
        message=f"Next to flat: {edges}",
        alt="An S-shaped solid curve and a dashed bump, its slope, for each function. The shaded "
        f"ends, where the slope is under {percent} of its largest: {edges}.",
        caption=f"Solid: value. Dashed: slope. Shaded: slope under {percent} of its largest.",
    )


def _panel(axes: Axes, result: FlatEnds) -> None:
    line, reach = colour(result.activation, result.family), result.x[-1]
    for ends in ((-reach, -result.edge), (result.edge, reach)):
        axes.axvspan(*ends, facecolor=(line, BAND), edgecolor="none", zorder=0)
    for edge in (-result.edge, result.edge):
        axes.axvline(edge, color=LIGHT["rule-strong"], lw=0.8, zorder=0.5)
    axes.axhline(0, color=LIGHT["rule"], lw=0.8, zorder=0.5)
    axes.plot(result.x, result.value, color=line)
    axes.plot(result.x, result.slope, color=line, lw=1.4, ls=GRADIENT_DASH)
    axes.set(xlim=(-reach, reach), xlabel="z", yticks=[-1, 0, 1], xticks=[-6, -3, 0, 3, 6])
    axes.set_title(result.title, color=line, weight="semibold")
