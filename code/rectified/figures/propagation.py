"""Signals on their way through random networks."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from rectified.experiments.propagation import SignalPropagation
from rectified.figures.canvas import Figure, blank
from rectified.figures.labels import power
from rectified.figures.style import BAND, colour, house_style

MUCH = 100  # a signal that changes by this factor on its way has exploded or vanished


@house_style()
def signals_by_layer(results: Sequence[SignalPropagation]) -> Figure:
    """Draw E[z²] against the layer, a band of networks for each result, theory as a line.

    Raises ValueError without a result, or unless all have the same f, depth, width and number of
    seeds; or for weights that theory is silent about.
    """
    if len({(r.f.name, r.depth, r.width, len(r.seeds)) for r in results}) != 1:
        raise ValueError("results must have the same f, depth, width and number of seeds")
    if any(r.predicted is None for r in results):
        raise ValueError("results must have weights of which theory says something")
    drawing, first = blank(height=270), results[0]
    axes = drawing.subplots()
    for result in results:
        _band(axes, result)
    axes.set(xlim=(1, first.depth), yscale="log", xlabel="layer")
    axes.set_title("variance of z")
    _decades(axes)
    ends = [(gain(r), np.median(r.mean_square_z[:, -1])) for r in results]
    said = ", ".join(f"{_number(end)} at gain {size:.3g}" for size, end in ends)
    return Figure(
        drawing,
        message=f"After {first.depth} layers of {first.f.title} the variance is {said}",
        alt=f"Variance of preactivations against the layer, on a logarithmic axis, in networks of "
        f"{first.depth} layers of {first.width} units with {first.f.title}. For each gain of the "
        f"weights a band that fans out, around the line of theory. Medians at its end: {said}.",
        caption=f"Bands: from the lowest to the highest of {len(first.seeds)} networks. Lines: "
        "mean-field theory, for layers without end in width. Gain: √(fan in × Var w).",
    )


def _band(axes: Axes, result: SignalPropagation) -> None:
    layers, ink = np.arange(1, result.depth + 1), colour(result.f.name, result.f.family)
    low, high = result.mean_square_z.min(axis=0), result.mean_square_z.max(axis=0)
    theory = result.predicted.mean_square_z
    axes.fill_between(layers, low, high, color=ink, alpha=BAND, lw=0)
    axes.plot(layers, theory, color=ink)
    words = f"gain {gain(result):.3g} {fate(theory[-1] / theory[0])}"
    place = {"xy": (layers[-1], theory[-1]), "xytext": (6, 0), "textcoords": "offset points"}
    axes.annotate(words, **place).set(va="center", color=ink, weight="semibold")


def _decades(axes: Axes) -> None:
    """Name about five powers of ten."""
    low, high = np.floor(np.log10(axes.get_ylim()))
    every = max(1, int((high - low) // 5))
    powers = every * np.arange(int(np.ceil(low / every)), int(high // every) + 1)
    labels = [f"1e{k}".replace("-", "−") if k else "1" for k in powers]
    axes.minorticks_off()
    axes.set_yticks([10.0**k for k in powers], labels)


def fate(factor: float) -> str:
    """Say what has become of a signal that changed by this factor."""
    if factor > MUCH:
        return "explodes"
    return "vanishes" if factor < 1 / MUCH else "survives"


def gain(result: SignalPropagation) -> float:
    """Return √(fan in · Var w) of the layers behind the first."""
    shape = result.width, result.width
    return float(np.sqrt(result.width * result.weights.variance(shape)))


def _number(value: float) -> str:
    """Write a number with two digits, as a power of ten where it is very small or large."""
    return f"{value:.2g}" if 1e-3 < value < 1e4 else power(value)
