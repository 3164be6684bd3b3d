"""ReLU itself: its value, its slope, and what becomes of numbers that pass it again and again."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from rectified.activations import relu
from rectified.display import Table
from rectified.display.tokens import LIGHT
from rectified.experiments.rectifier.forms import SlopesAtZero, SpecialValues
from rectified.experiments.rectifier.laws import Iterates
from rectified.figures.canvas import Figure, blank
from rectified.figures.labels import signed
from rectified.figures.style import GRADIENT_DASH, colour, house_style

HALVES = {0.0: "0", 0.5: "½", 1.0: "1"}
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven")


@house_style()
def value_and_slope(result: SlopesAtZero) -> Figure:
    """Draw ReLU and its slope, with the slopes at 0 that PyTorch takes for its definitions."""
    drawing = blank(height=250)
    left, right = drawing.subplots(1, 2)
    x = np.array([-2.0, 0.0, 2.0])
    for axes, title in ((left, "value"), (right, "slope")):
        axes.axhline(0, color=LIGHT["rule"], lw=0.8, zorder=0.5)
        axes.set(xlim=(-2, 2), xticks=range(-2, 3), xlabel="x")
        axes.set_title(title)
    left.plot(x, relu(x), color=LIGHT["relu"], lw=2.8)
    left.set(ylim=(-0.25, 2.1), yticks=[0, 1, 2])
    at_zero = result.slopes[:, 1]
    _slope(right, result, at_zero)
    values = sorted(set(at_zero.tolist()))
    shown = [HALVES.get(value, f"{value:g}") for value in values]
    listed = f"{', '.join(shown[:-1])} and {shown[-1]}"
    each = "; ".join(
        f"{text} has {HALVES.get(slope, f'{slope:g}')}"
        for text, slope in zip(result.names, at_zero.tolist(), strict=True)
    )
    return Figure(
        drawing,
        message=f"{NUMBERS[len(result.names)].capitalize()} ways to write one function, and "
        f"{NUMBERS[len(values)]} slopes at 0: {listed}",
        alt="Left: a line that is 0 up to 0 and then rises with slope 1. Right: its slope, 0 on "
        "the left and 1 on the right; at 0 a thin vertical line joins the two, with a dot for each "
        f"slope that PyTorch takes there: {each}.",
        caption="Left: max(0, x). Right: its slope. At 0 there is none; the thin line has all that "
        "lie between, the dots are what PyTorch takes, by how the function was written.",
    )


def _slope(axes: Axes, result: SlopesAtZero, at_zero: np.ndarray) -> None:
    line = {"color": LIGHT["relu"], "lw": 2.2, "ls": GRADIENT_DASH}
    axes.plot([-2, 0], [0, 0], **line)
    axes.plot([0, 2], [1, 1], **line)
    axes.plot([0, 0], [0, 1], color=LIGHT["relu"], lw=0.9)
    for value in sorted(set(at_zero.tolist())):
        named = [text for text, slope in zip(result.names, at_zero, strict=True) if slope == value]
        axes.plot(0, value, "o", color=LIGHT["relu"], ms=6.5, mec=LIGHT["bg"], mew=1)
        side, place = (1, "left") if value == 0 else (-1, "right")
        text = _two_lines([short(name) for name in named])
        note = axes.annotate(text, (0, value), (9 * side, 0), textcoords="offset points")
        note.set(ha=place, va="center", size=11.5, linespacing=1.25, color=LIGHT["text"])
        if value == 0:
            note.set(position=(9, 5), va="bottom")
    axes.set(ylim=(-0.12, 1.2), yticks=[0, 0.5, 1], yticklabels=["0", "½", "1"])


def _two_lines(names: list[str]) -> str:
    """Join names by commas, the last one in a line of its own."""
    return "\n".join(filter(None, [", ".join(names[:-1]) + "," * (len(names) > 1), names[-1]]))


def short(text: str) -> str:
    """Return a definition as a picture has room for it."""
    name = text.removeprefix("torch.").partition("(")[0]
    return {"x * ": "x · [x > 0]", "": "(x + |x|) / 2"}.get(name, name)


def special_table(result: SpecialValues) -> Table:
    """List what each definition makes of the numbers at the edge."""
    rows = [
        (f"{language}: {text}", *(_number(value) for value in row))
        for (language, text), row in zip(result.names, result.output.tolist(), strict=True)
    ]
    return Table(
        columns=("definition", *result.inputs),
        rows=rows,
        caption="One function, written in many ways: what comes out for the number above",
    )


def _number(value: float) -> float:
    return value + 0.0 if value == 0 else value  # −0 and 0 are equal: show one


@house_style()
def iterated(results: Sequence[Iterates], *, shown: int = 8) -> Figure:
    """Draw numbers under repeated application, a panel each, for the first `shown` applications.

    Raises ValueError without a result, or unless each has as many applications.
    """
    if not results or min(len(r.h) for r in results) <= shown:
        raise ValueError(f"results must have one, and more than {shown} applications each")
    drawing = blank(height=235)
    panels = drawing.subplots(1, len(results), sharey=True, squeeze=False)[0]
    for axes, result in zip(panels, results, strict=True):
        ink = colour(result.activation, result.family)
        axes.plot(np.arange(shown + 1), result.h[: shown + 1], color=ink, lw=1)
        axes.set(xlim=(0, shown), xticks=range(0, shown + 1, 2), yticks=range(-4, 5, 2))
        axes.set_title(_name(result), color=ink, weight="semibold", size=12)
        axes.text(shown, -3.6, f"spread {result.spread[-1]:.2g}", ha="right", va="center")
    panels[0].set_ylabel("number")
    panels[len(panels) // 2].set_xlabel("applications")
    spreads = ", ".join(f"{r.spread[-1]:.2g} with {_name(r)}" for r in results)
    times = len(results[0].h) - 1
    first, last = results[0], results[-1]
    return Figure(
        drawing,
        message=f"The spread of these numbers after {times} applications is {spreads}",
        alt=f"{len(results)} panels. {len(first.h[0])} lines start between {signed(first.h[0, 0])} "
        f"and {signed(first.h[0, -1])}. With {_name(first)} they are level after the first "
        f"application; with {_name(last)} they part. Spread after {times} "
        f"applications: {spreads}.",
        caption=f"Each line is a number. Spread: largest less smallest after {times} applications.",
    )


def _name(result: Iterates) -> str:
    between = "" if result.weight == 1 else f" of {result.weight:g}h {signed_whole(result.bias)}"
    return result.title + between


def signed_whole(number: float) -> str:
    """Write a bias with its sign apart, as in a sum."""
    return f"− {-number:g}" if number < 0 else f"+ {number:g}"
