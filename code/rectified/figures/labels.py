"""Direct labels: a curve's name beside it, instead of a legend."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

AIR = 4.0  # units between a label and its curve
GRID = np.array([(across, up) for across in (-1, -0.5, 0, 0.5, 1) for up in (-1, 0, 1)])
ENOUGH = 24.0  # units; more room than this does not make a place better


def signed(number: float) -> str:
    """Write a number with two decimals, a real minus sign, and no minus before 0."""
    return f"{number:.2f}".replace("-0.00", "0.00").replace("-", "−")


def power(number: float) -> str:
    """Write a number as a power of ten, with a factor unless that is 1; 1 itself stays 1."""
    factor, exponent = f"{number:.0e}".split("e")
    if int(exponent) == 0:
        return factor
    raised = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"10{raised}" if factor == "1" else f"{factor} · 10{raised}"


def rounded(number: float, digits: int = 2) -> str:
    """Write a positive number with a few digits, or as a power of ten if it is small or large."""
    return f"{number:.{digits}g}" if 1e-3 < number < 1e4 else power(number)


def label_curves(
    axes: Axes,
    x: np.ndarray | Sequence[np.ndarray],
    curves: Sequence[np.ndarray],
    texts: Sequence[str],
    colours: Sequence[str],
) -> None:
    """Write each curve's name above or below it, where it is farthest from all other curves.

    x is one array for all curves, or one for each.
    Call it when the limits of the axes are final: distances are measured on the canvas.
    """
    places = [x] * len(curves) if isinstance(x, np.ndarray) else x
    axes.figure.draw_without_rendering()  # settles the layout
    lines = [_on_canvas(axes, *each) for each in zip(places, curves, strict=True)]  # (points, 2)
    frame = _on_canvas(axes, np.array(axes.get_xlim()), np.array(axes.get_ylim()))
    taken = [np.empty((0, 2))]  # points of the labels so far
    for i, (text, colour) in enumerate(zip(texts, colours, strict=True)):
        note = axes.annotate(
            text, (0, 0), xycoords="figure points", color=colour, weight="semibold"
        )
        note.set(ha="center", va="center", in_layout=False)
        size = np.array(note.get_window_extent().size) * 72 / axes.figure.dpi
        others = np.concatenate([*(line for j, line in enumerate(lines) if j != i), *taken])
        middle = _best_place(lines[i], size, others, frame)
        note.set_position(middle)
        taken.append(middle + size / 2 * GRID)


def label_starts(
    axes: Axes, x: float, starts: Sequence[float], texts: Sequence[str], ink: str
) -> None:
    """Write each curve's name left of its first point, in the order of the points, none on another.

    Call it when the limits of the axes are final: distances are measured on the canvas.
    """
    axes.figure.draw_without_rendering()  # settles the layout
    lowest = -np.inf
    for start, text in sorted(zip(starts, texts, strict=True)):
        (across, up), *_ = _on_canvas(axes, np.array([x]), np.array([start]))
        style = {"color": ink, "weight": "semibold", "ha": "right", "va": "center"}
        note = axes.annotate(text, (0, 0), xycoords="figure points", in_layout=False, **style)
        height = note.get_window_extent().height * 72 / axes.figure.dpi
        up = max(up, lowest)
        note.set_position((across - AIR, up))
        lowest = up + height


def between(axes: Axes, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the points of the broken line through few points, close together on the canvas.

    `label_curves` wants them so. Points that are not finite are left out; x rises.
    """
    finite = np.isfinite(y)
    places = axes.transData.transform(np.column_stack([x, y])[finite])
    along = np.linspace(places[0, 0], places[-1, 0], 200)
    line = np.column_stack([along, np.interp(along, *places.T)])
    return tuple(axes.transData.inverted().transform(line).T)


def _best_place(
    line: np.ndarray, size: np.ndarray, others: np.ndarray, frame: np.ndarray
) -> np.ndarray:
    """Return the middle of a label's box of that size: beside its line, with most room around."""
    (left, bottom), (right, top) = frame
    end = line[np.argmax(line[:, 0])]
    best, most = end - (size[0] / 2 + 2 * AIR, 0), -np.inf  # where nothing fits: left of its end
    for x in np.arange(left + size[0] / 2, right - size[0] / 2, 4.0):
        along = line[np.abs(line[:, 0] - x) <= size[0] / 2 + 2, 1]  # the line, as wide as the label
        if not along.size:
            continue
        for y in (along.max() + AIR + size[1] / 2, along.min() - AIR - size[1] / 2):
            if bottom <= y - size[1] / 2 and y + size[1] / 2 <= top:
                gaps = np.abs(others - (x, y)) - size / 2
                room = min(gaps.max(axis=1).min(initial=ENOUGH), ENOUGH)
                room -= 0.3 * np.ptp(along)  # on a steep stretch the label is far from its line
                if room > most:
                    best, most = np.array([x, y]), room
    return best


def _on_canvas(axes: Axes, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the finite points in units of the canvas, (points, 2); the layout must be settled."""
    points = axes.transData.transform(np.column_stack([x, y])) * 72 / axes.figure.dpi
    return points[np.isfinite(points).all(axis=1)]
