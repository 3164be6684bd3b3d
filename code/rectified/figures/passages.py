"""What activations let through: a bell goes in along z, and something else comes out along f(z)."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from rectified.display.tokens import LIGHT
from rectified.experiments.shapes.signals import Passage
from rectified.figures.canvas import Figure, blank
from rectified.figures.labels import signed
from rectified.figures.style import BAND, colour, house_style

AIR = 0.25  # above and below the curves, in units of f(z)


@house_style()
def passages(results: Sequence[Passage]) -> Figure:
    """Draw each activation, below it the bell that goes in, to its right what comes out.

    Raises ValueError without a result, or unless all have the same input.
    """
    spreads = [result.spread for result in results]
    if len({(r.mean_in, r.std_in) for r in spreads}) != 1:
        raise ValueError("results must have the same mean_in and std_in, and not be empty")
    drawing = blank(height=250)
    parts = drawing.subfigures(1, len(results), squeeze=False)[0]
    values = np.concatenate([result.value for result in results])
    for part, result in zip(parts, results, strict=True):
        cells = part.subplots(
            2, 2, sharex="col", sharey="row", width_ratios=(3, 2), height_ratios=(3, 1)
        )
        cells[0, 0].set_ylim(values.min() - AIR, values.max() + AIR)
        _curve(cells[0, 0], result)
        _bell(cells[1, 0], result)
        _outputs(cells[0, 1], result)
        _numbers(cells[1, 1], result)
    said = ", ".join(f"{r.title} {_percent(r.zeros)}" for r in spreads)
    moments = "; ".join(
        f"{r.title}: mean {signed(r.mean)}, spread {r.std:.2f}, {_percent(r.zeros)} exactly 0, "
        f"{_percent(r.flat)} where the slope is next to nothing"
        for r in spreads
    )
    return Figure(
        drawing,
        message=f"Share of a bell of inputs that becomes exactly 0: {said}",
        alt="For each function a curve over z, the bell that goes in below it, and a histogram of "
        f"what comes out on its right. {moments}.",
        caption=f"Below: inputs z, normal with mean {signed(spreads[0].mean_in)} and standard "
        f"deviation {spreads[0].std_in:g}; hatched where the slope is under 1 % of its largest. "
        "Right: outputs f(z), shares of bins that are 0.1 wide, on a root scale.",
    )


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _curve(axes: Axes, result: Passage) -> None:
    line = colour(result.spread.activation, result.spread.family)
    axes.axhline(0, color=LIGHT["rule"], lw=0.8, zorder=0.5)
    axes.plot(result.z, result.value, color=line)
    axes.set(xlim=(result.z[0], result.z[-1]), yticks=range(4))
    axes.set_title(result.spread.title, color=line, weight="semibold")
    axes.tick_params(bottom=False)


def _bell(axes: Axes, result: Passage) -> None:
    line = colour(result.spread.activation, result.spread.family)
    open_ = ~result.flat
    open_[:-1] |= open_[1:]  # up to the point where it ends
    kinds = [
        (open_, {"facecolor": (line, 2 * BAND)}),
        (result.flat, {"facecolor": (LIGHT["rule-strong"], BAND), "hatch": "|||"}),
    ]
    for wanted, look in kinds:
        axes.fill_between(result.z, result.bell, where=wanted, lw=0, **look)
    axes.plot(result.z, result.bell, color=LIGHT["muted"], lw=1.2)
    axes.set(ylim=(0, 1.15), yticks=[], xticks=[-2, 0, 2], xlabel="z")
    axes.spines["left"].set_visible(False)


def _outputs(axes: Axes, result: Passage) -> None:
    spread = result.spread
    line = colour(spread.activation, spread.family)
    heights = np.sqrt(spread.shares)
    axes.stairs(heights, spread.edges, orientation="horizontal", fill=True, fc=(line, BAND))
    axes.stairs(heights, spread.edges, orientation="horizontal", color=line, lw=1.4)
    axes.set(xlim=(0, 0.85), xticks=[0.1, np.sqrt(0.5)], xticklabels=["1 %", "50 %"])
    axes.tick_params(left=False, labelbottom=True)


def _numbers(axes: Axes, result: Passage) -> None:
    axes.set_axis_off()
    note = f"mean {signed(result.spread.mean)}\n{_percent(result.spread.zeros)} are 0"
    axes.text(0, 0.1, note, transform=axes.transAxes, color=LIGHT["muted"], size=12)
