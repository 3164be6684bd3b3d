"""The plane, as a ReLU network cuts it."""

from collections.abc import Iterable

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from rectified.display.tokens import LIGHT
from rectified.experiments.rectifier.regions import PlaneRegions
from rectified.figures.canvas import Figure, blank
from rectified.figures.style import house_style

TINTS = (0.25, 0.5, 0.75, 1.0)  # of one token, over the page's ground: the theme still decides
SHADES = (  # token and opacity, from most blocked to most passed
    ("div-n3", 1.0),
    *(("div-n2", tint) for tint in reversed(TINTS)),
    ("div-0", 1.0),
    *(("div-p2", tint) for tint in TINTS),
    ("div-p3", 1.0),
)
FULL = 0.9  # quantile of |value| that gets the last shade but one; beyond, the last


@house_style()
def regions(result: PlaneRegions) -> Figure:
    """Draw the plane like stained glass: each piece in the colour of the network's value there.

    The large square shows what all layers do; the small ones, how the layers before had cut it.
    Raises ValueError for a network without hidden layers.
    """
    if not result.polygons:
        raise ValueError("result must have a hidden layer: without one there is nothing to cut")
    drawing, large, small = _squares(len(result.polygons))
    for layer, (axes, polygons) in enumerate(zip([*small, large], result.polygons, strict=True)):
        axes.set(xlim=(-result.box, result.box), ylim=(-result.box, result.box))
        axes.set_title(f"{_units(result, layer)}: {len(polygons):,} pieces", pad=6)
        if axes is large:
            _fill_by_value(axes, result)
        else:
            _add(axes, polygons, facecolor="none", edgecolor=LIGHT["muted"], linewidth=0.5)
    count = f"{result.counts[-1]:,}"
    growth = ", then ".join(f"{n:,} after {_units(result, i)}" for i, n in enumerate(result.counts))
    return Figure(
        drawing,
        message=f"{_units(result, -1)} cut this square into {count} flat pieces",
        alt=f"A square like stained glass: straight lines cut it into {count} polygons, small "
        "where many lines cross, large towards the edges. Each polygon has one colour, from "
        "strong orange where the network's output is most negative, over pale, to strong blue "
        f"where it is most positive. Smaller squares show the cuts layer by layer: {growth}.",
        caption="One random network of two inputs. On each piece its output is a plane; the colour "
        "says how high it lies in the middle of the piece: orange below zero, blue above.",
    )


def _units(result: PlaneRegions, layer: int) -> str:
    """Say how many ReLUs stand in the layers up to this one."""
    units = sum(result.widths) if layer == -1 else sum(result.widths[: layer + 1])
    return f"{units} ReLU{'s' if units != 1 else ''}"


def _squares(layers: int):
    """Return a drawing with one large square at the left and the others in a column beside it."""
    small = layers - 1
    drawing = blank(height=330 if small else 500)
    drawing.get_layout_engine().set(w_pad=0.04, h_pad=0.04, wspace=0, hspace=0)
    names = [["large", f"small {i}"] for i in range(small)] or [["large"]]
    ratios = {"width_ratios": (small + 0.12, 1)} if small else {}
    axes = drawing.subplot_mosaic(names, **ratios)
    for each in axes.values():
        each.set(aspect="equal", xticks=[], yticks=[], anchor="NW")
        each.spines[:].set_visible(True)
    return drawing, axes["large"], [axes[f"small {i}"] for i in range(small)]


def _fill_by_value(axes: Axes, result: PlaneRegions) -> None:
    middles = np.array([polygon.mean(axis=0) for polygon in result.polygons[-1]])
    value = np.einsum("rc,rc->r", middles, result.slopes) + result.offsets
    steps = np.arange(1, len(SHADES)) - len(SHADES) / 2  # -4.5 ... 4.5: zero lies in a shade
    edges = steps / steps[-1] * np.quantile(np.abs(value), FULL)
    shade = np.searchsorted(edges, value)
    for i, (token, opacity) in enumerate(SHADES):
        chosen = (p for p, s in zip(result.polygons[-1], shade, strict=True) if s == i)
        _add(axes, chosen, facecolor=(LIGHT[token], opacity), edgecolor=LIGHT["bg"], linewidth=0.5)


def _add(axes: Axes, polygons: Iterable[np.ndarray], **style) -> None:
    """Draw polygons as one path, which takes a third of the bytes of a path for each."""
    rings = [Path(np.vstack([p, p[:1]]), closed=True) for p in polygons]
    if rings:
        axes.add_patch(PathPatch(Path.make_compound_path(*rings), **style))
