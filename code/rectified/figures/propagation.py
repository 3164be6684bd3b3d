"""Signals on their way through random networks, and gradients on their way back."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from rectified.experiments.depth.gradients import GradientFlow
from rectified.experiments.depth.propagation import SignalPropagation
from rectified.figures.canvas import Figure, blank
from rectified.figures.labels import label_curves, power, rounded
from rectified.figures.style import BAND, GRADIENT_DASH, colour, house_style

FEW = 3  # results that a message can name
MUCH = 100  # a signal that changes by this factor on its way has exploded or vanished


@house_style()
def signals_by_layer(
    results: Sequence[SignalPropagation], *, names: Sequence[str] | None = None
) -> Figure:
    """Draw E[z²] against the layer, a band of networks for each result, theory as a line.

    Lines are named after their gains, or by `names`. Raises ValueError without a result, or unless
    all have the same f, depth, width and number of seeds; for weights that theory is silent about;
    and unless there is a name for each result.
    """
    if len({(r.f.name, r.depth, r.width, len(r.seeds)) for r in results}) != 1:
        raise ValueError("results must have the same f, depth, width and number of seeds")
    if any(r.predicted is None for r in results):
        raise ValueError("results must have weights of which theory says something")
    gains = " Gain: √(fan in × Var w)." if names is None else ""
    if names is None:
        names = [f"gain {gain(result):.3g}" for result in results]
    if len(names) != len(results):
        raise ValueError(f"names must be {len(results)}, one a result, got {len(names)}")
    drawing, first = blank(height=270), results[0]
    axes = drawing.subplots()
    for name, result in zip(names, results, strict=True):
        _band(axes, name, result)
    axes.set(xlim=(1, first.depth), yscale="log", xlabel="layer")
    axes.set_title("variance of z")
    _decades(axes)
    ends = [np.median(r.mean_square_z[:, -1]) for r in results]
    each = [f"{rounded(end)} at {name}" for name, end in zip(names, ends, strict=True)]
    said = brief = ", ".join(each)
    if len(each) > FEW:
        brief = f"anything from {each[np.argmin(ends)]} to {each[np.argmax(ends)]}"
    return Figure(
        drawing,
        message=f"After {first.depth} layers of {first.f.title} the variance is {brief}",
        alt=f"Variance of preactivations against the layer, on a logarithmic axis, in networks of "
        f"{first.depth} layers of {first.width} units with {first.f.title}. For each law of the "
        f"weights a band that fans out, around the line of theory. Medians at its end: {said}.",
        caption=f"Bands: from the lowest to the highest of {len(first.seeds)} networks. Lines: "
        f"mean-field theory, for layers without end in width.{gains}",
    )


def _band(axes: Axes, name: str, result: SignalPropagation) -> None:
    layers, ink = np.arange(1, result.depth + 1), colour(result.f.name, result.f.family)
    low, high = result.mean_square_z.min(axis=0), result.mean_square_z.max(axis=0)
    theory = result.predicted.mean_square_z
    axes.fill_between(layers, low, high, color=ink, alpha=BAND, lw=0)
    axes.plot(layers, theory, color=ink)
    words = f"{name} {fate(theory[-1] / theory[0])}"
    place = {"xy": (layers[-1], theory[-1]), "xytext": (6, 0), "textcoords": "offset points"}
    axes.annotate(words, **place).set(va="center", color=ink, weight="semibold")


def _decades(axes: Axes) -> None:
    """Name about five powers of ten."""
    low, high = np.floor(np.log10(axes.get_ylim()))
    every = max(1, int((high - low) // 5))
    powers = every * np.arange(int(np.ceil(low / every)), int(high // every) + 1)
    labels = [power(10.0**k) for k in powers]
    axes.minorticks_off()
    axes.set_yticks([10.0**k for k in powers], labels)


@house_style()
def gradients_by_layer(results: Sequence[GradientFlow]) -> Figure:
    """Draw the size of ∂loss/∂z against the layer, a band of networks for each result, and theory.

    The size is the root mean square, as a multiple of that at the last layer. Raises ValueError
    without a result, or unless all have the same depth, at least 2, width and number of seeds.
    """
    if len({(r.depth, r.width, len(r.seeds)) for r in results}) != 1:
        raise ValueError("results must have the same depth, width and number of seeds")
    depth, seeds = results[0].depth, len(results[0].seeds)
    if depth < 2:
        raise ValueError(f"results must have at least 2 layers to go back through, got {depth}")
    drawing = blank(height=270)
    axes = drawing.subplots()
    axes.set(xlim=(1, depth), yscale="log", xlabel="layer")
    axes.set_title("size of the gradient")
    axes.set_xticks(range(1, depth + 1, max(1, depth // 10)))
    middles = [_gradient_band(axes, result) for result in results]
    _decades(axes)
    names = [f"{r.f.title} with {r.weights.title}" for r in results]
    inks = [colour(r.f.name, r.f.family) for r in results]
    label_curves(axes, np.arange(1, depth + 1), middles, names, inks)
    first, *others = [
        (name, rounded(middle[0])) for name, middle in zip(names, middles, strict=True)
    ]
    rest = "".join(f", {name} {share}" for name, share in others)
    return Figure(
        drawing,
        message=f"Back at layer 1, {first[0]} has {first[1]} of layer {depth}’s gradient{rest}",
        alt=f"Size of the gradient against the layer, on a logarithmic axis, in random networks of "
        f"{depth} layers of {results[0].width} units, as a multiple of its size at layer {depth}: "
        f"a band and a dashed line for each kind of network. Medians at layer 1: {first[0]} "
        f"{first[1]}{rest}.",
        caption=f"Size: root mean square of ∂loss/∂z. Bands: from the lowest to the highest of "
        f"{seeds} networks. Dashed: mean-field theory, for layers without end in width.",
    )


def _gradient_band(axes: Axes, result: GradientFlow) -> np.ndarray:
    """Draw the gradients of one result, and return their medians over networks, (depth,)."""
    layers, ink = np.arange(1, result.depth + 1), colour(result.f.name, result.f.family)
    size = np.sqrt(result.mean_square / result.mean_square[:, -1:])  # (S, depth)
    axes.fill_between(layers, size.min(axis=0), size.max(axis=0), color=ink, alpha=BAND, lw=0)
    if result.predicted is not None:
        axes.plot(layers, np.sqrt(result.predicted), color=ink, ls=GRADIENT_DASH)
    return np.median(size, axis=0)


def fate(factor: float) -> str:
    """Say what has become of a signal that changed by this factor."""
    if factor > MUCH:
        return "explodes"
    return "vanishes" if factor < 1 / MUCH else "survives"


def gain(result: SignalPropagation) -> float:
    """Return √(fan in · Var w) of the layers behind the first."""
    shape = result.width, result.width
    return float(np.sqrt(result.width * result.weights.variance(shape)))
