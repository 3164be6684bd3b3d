"""What an activation does to a line, and to a spread of values."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from rectified.display.tokens import LIGHT
from rectified.experiments.shapes.signals import Bends, Spread
from rectified.figures.canvas import Figure, blank
from rectified.figures.labels import signed
from rectified.figures.style import BAND, colour, house_style

TALLEST = 0.27  # share that a histogram shows; a spike that is taller is cut, and labelled


@house_style()
def with_and_without_bend(results: Sequence[Bends]) -> Figure:
    """Draw the same networks without activation and with each of the given ones: a row each.

    Every curve is scaled to the height of its cell. Raises ValueError without a result.
    """
    if not results:
        raise ValueError("results is empty; give at least one of with_and_without_bend")
    first, networks = results[0], len(results[0].straight)
    drawing = blank(height=30 + 50 * networks)
    columns = [("no activation", LIGHT["linear"], first.straight)]
    columns += [
        (result.title, colour(result.activation, result.family), result.bent) for result in results
    ]
    cells = drawing.subplots(networks, len(columns), sharex=True, squeeze=False)
    for (title, line, curves), column in zip(columns, cells.T, strict=True):
        column[0].set_title(title, color=line, weight="semibold")
        for network, (axes, curve) in enumerate(zip(column, curves, strict=True), start=1):
            _cell(axes, first.x, curve, line)
            if axes is cells[network - 1, 0]:
                axes.set_ylabel(f"{network}", rotation=0, ha="right", va="center")
    cells[-1, len(columns) // 2].set_xlabel(f"input, from −{first.x[-1]:g} to {first.x[-1]:g}")
    bends = ", ".join(
        f"{r.title} {r.bent_bend.min():.0%} to {r.bent_bend.max():.0%}" for r in results
    )
    return Figure(
        drawing,
        message="Same weights, with and without a bend: straight lines become curves",
        alt=f"{networks} rows, one for each network. Without activation each draws a straight "
        "line. With the same weights and an activation each draws a bent curve, away from the "
        f"straight line through its ends by this share of its height: {bends}.",
        caption=f"Each row is a random network of {first.depth} layers, {first.width} units each. "
        "Each curve is scaled to its cell.",
    )


def _cell(axes: Axes, x: np.ndarray, curve: np.ndarray, line: str) -> None:
    """Draw one curve in a cell without ticks, with some air above and below."""
    air = 0.08 * np.ptp(curve)
    axes.plot(x, curve, color=line, lw=1.8)
    axes.set(xlim=(x[0], x[-1]), ylim=(curve.min() - air, curve.max() + air), xticks=[], yticks=[])
    axes.spines["left"].set_visible(False)
    axes.spines["bottom"].set_color(LIGHT["rule"])


@house_style()
def spread(results: Sequence[Spread]) -> Figure:
    """Draw how f(z) is spread, a panel for each activation, with the spread of z as an outline.

    Raises ValueError without a result, or unless all have the same input.
    """
    if len({(r.mean_in, r.std_in) for r in results}) != 1:
        raise ValueError("results must have the same mean_in and std_in, and not be empty")
    drawing = blank(height=30 + 130 * -(-len(results) // 2))
    panels = drawing.subplots(-(-len(results) // 2), 2, sharex=True, sharey=True, squeeze=False)
    for axes, result in zip(panels.flat, results, strict=False):
        _shares(axes, result)
    for axes in panels.flat[len(results) :]:
        axes.remove()
    for axes in panels[-1]:
        axes.set_xlabel("value")
    for axes in panels[:, 0]:
        axes.set_ylabel("share")
    said = [f"{r.title} mean {signed(r.mean)}, spread {r.std:.2f}" for r in results]
    means = ", ".join(f"{signed(r.mean)} after {r.title}" for r in results)
    return Figure(
        drawing,
        message=f"A mean of {signed(results[0].mean_in)} becomes {means}",
        alt="Histograms of what activations make of the same normal inputs. "
        + "; ".join(
            f"{text}, {r.zeros:.0%} exactly zero" for text, r in zip(said, results, strict=True)
        )
        + ".",
        caption=f"Outline: inputs, normal with mean {signed(results[0].mean_in)} and standard "
        f"deviation {results[0].std_in:g}. Filled: outputs. Shares of bins that are 0.1 wide, "
        f"computed, not sampled; bars above {100 * TALLEST:.0f} % are cut off. Spread: standard "
        "deviation.",
    )


def _shares(axes: Axes, result: Spread) -> None:
    line = colour(result.activation, result.family)
    axes.stairs(result.shares_in, result.edges, color=LIGHT["muted"], lw=0.9)
    axes.stairs(result.shares, result.edges, fill=True, facecolor=(line, BAND), edgecolor="none")
    axes.stairs(result.shares, result.edges, color=line, lw=1.4)
    axes.set(xlim=(-3, 3), ylim=(0, TALLEST), yticks=[0, 0.1, 0.2], xticks=range(-2, 3))
    axes.set_yticklabels(["0", "10 %", "20 %"])
    axes.set_title(result.title, color=line, weight="semibold")
    note = f"mean {signed(result.mean)}\nspread {result.std:.2f}"
    axes.text(-2.9, 0.26, note, va="top", size=12, color=LIGHT["muted"])
    if result.zeros > 0:
        axes.text(0.25, 0.26, f"{result.zeros:.0%} are 0".replace("%", " %"), va="top", color=line)
