"""Activations and their slopes, as curves."""

from collections.abc import Iterable, Sequence
from itertools import groupby

import numpy as np
from matplotlib.axes import Axes

from rectified.activations import Activation
from rectified.display.tokens import LIGHT
from rectified.figures.canvas import Figure, blank
from rectified.figures.labels import label_curves, signed
from rectified.figures.style import GRADIENT_DASH, WIDTH, colour, house_style

COLUMNS = 3  # so that a phone's panels are wide enough
REACH, LOW, HIGH = 4.0, -1.9, 2.6  # what a panel of the gallery shows
HEADING, GAP = 32, 12  # units
PANEL = WIDTH / COLUMNS - GAP  # units across; the height gives both axes the same unit
TALL = PANEL * (HIGH - LOW) / (2 * REACH)
ROW = TALL + 2 * GAP
GROUPS = {
    "linear": "Straight, or a step",
    "step": "Straight, or a step",
    "saturating": "Saturating",
    "piecewise linear": "Piecewise linear or quadratic",
    "piecewise quadratic": "Piecewise linear or quadratic",
    "smooth": "Smooth",
}
DASHES = (GRADIENT_DASH, (0, (1, 1.2)), (0, (6, 1.5, 1, 1.5)))  # of slopes of the same colour
POINTS = 513  # Matplotlib drops those that a line does not need


def broken(values: np.ndarray, x: np.ndarray, places: Iterable[float]) -> np.ndarray:
    """Return `values` with NaN at each place where they jump, so that no line joins the sides."""
    values = np.array(values)
    for place in places:
        values[np.abs(x - place) < (x[1] - x[0]) / 2] = np.nan
    return values


@house_style()
def gallery(activations: Iterable[Activation]) -> Figure:
    """Draw every activation and its slope as small multiples with the same axes, by family."""
    entries = sorted(activations, key=lambda f: list(GROUPS).index(f.family))  # else as they come
    groups = [
        (name, list(members)) for name, members in groupby(entries, lambda f: GROUPS[f.family])
    ]
    rows = [-(-len(members) // COLUMNS) for _, members in groups]
    height = sum(HEADING + ROW * n for n in rows)
    drawing = blank(height=height)
    drawing.set_layout_engine("none")
    top = height
    for (name, members), n in zip(groups, rows, strict=True):
        drawing.text(0, (top - 14) / height, name, weight="semibold", va="center")
        for i, f in enumerate(members):
            row, column = divmod(i, COLUMNS)
            corner = column * WIDTH / COLUMNS, top - HEADING - (row + 1) * ROW + GAP
            box = np.array([*corner, PANEL, TALL]) / [WIDTH, height, WIDTH, height]
            _panel(drawing.add_axes(box), f)
        top -= HEADING + n * ROW
    kinked, jumping = (sum(bool(getattr(f, kind)) for f in entries) for kind in ("kinks", "jumps"))
    names = (f"{name}: {', '.join(f.title for f in members)}" for name, members in groups)
    return Figure(
        drawing,
        message=_counted(len(entries), kinked, jumping),
        alt=f"Small plots, one for each activation. {'. '.join(names)}. Each shows the value as a "
        "solid and the slope as a dashed line; circles mark kinks.",
        caption="Solid: value. Dashed: slope. Circle: kink. All panels have the same axes, with "
        f"the same unit across and up: z from −{REACH:g} to {REACH:g}, ticks at 1.",
    )


def _counted(number: int, kinked: int, jumping: int) -> str:
    if number == 1:
        return "One activation, its value and its slope"
    return f"{kinked} of these {number} activations have a kink, {jumping} a jump"


def _panel(axes: Axes, f: Activation) -> None:
    x = np.linspace(-REACH, REACH, POINTS)
    line = colour(f.name, f.family)
    axes.set(xlim=(-REACH, REACH), ylim=(LOW, HIGH), xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
    axes.axhline(0, color=LIGHT["rule-strong"], lw=0.7)
    axes.axvline(0, color=LIGHT["rule-strong"], lw=0.7)
    axes.plot(
        [1, 1, np.nan, -0.12, 0.12], [-0.12, 0.12, np.nan, 1, 1], color=LIGHT["rule-strong"], lw=0.7
    )
    axes.plot(x, broken(f(x), x, f.jumps), color=line, lw=1.8)
    slope = broken(f.derivative(x), x, {*f.kinks, *f.jumps})
    axes.plot(x, slope, color=line, lw=1.4, ls=GRADIENT_DASH)
    kinks = np.array([place for place in f.kinks if abs(place) < REACH])
    axes.plot(kinks, f(kinks), "o", ms=4.5, mfc=LIGHT["bg"], mec=line, mew=1.3)
    axes.set_title(f.title, color=line, pad=3)


@house_style()
def slopes(activations: Sequence[Activation], *, reach: float = 6.0) -> Figure:
    """Draw the slopes of some activations over each other, each with its name beside it.

    Raises ValueError without an activation.
    """
    if not activations:
        raise ValueError("activations is empty; give at least one")
    drawing = blank(height=290)
    axes = drawing.subplots()
    x = np.linspace(-reach, reach, POINTS)
    curves = [broken(f.derivative(x), x, {*f.kinks, *f.jumps}) for f in activations]
    lines = [colour(f.name, f.family) for f in activations]
    low, high = min(map(np.nanmin, curves)), max(map(np.nanmax, curves))
    air = 0.12 * (high - low)
    axes.set(xlim=(-reach, reach), ylim=(low - air, high + air), xlabel="z", title="slope")
    bounds = sorted({0.0, *(float(f"{f.slopes[1]:.3g}") for f in activations if f.slopes[1] <= 1)})
    axes.set_yticks(bounds, [f"{bound:g}" for bound in bounds])
    axes.hlines(bounds, -reach, reach, color=LIGHT["rule"], lw=0.8, zorder=0)
    for place, (curve, line) in enumerate(zip(curves, lines, strict=True)):
        axes.plot(x, curve, color=line, ls=DASHES[lines[:place].count(line) % len(DASHES)])
    label_curves(axes, x, curves, [f.title for f in activations], lines)
    bounded = ", ".join(f"{f.slopes[1]:.3g} for {f.title}" for f in activations)
    return Figure(
        drawing,
        message=f"The slope is at most {bounded}",
        alt=f"Dashed curves: slopes over z from −{reach:g} to {reach:g}. Their largest values, and "
        "where they end: "
        + ", ".join(f"{f.title} {f.slopes[1]:.3g}, {_far(f, reach)}" for f in activations)
        + ".",
    )


def _far(f: Activation, reach: float) -> str:
    left, right = f.derivative(np.array([-reach, reach]))
    return f"from {signed(left)} at the left end to {signed(right)} at the right"
