"""Pictures of the relatives at work: slopes that are learned, scales that settle, lines, spikes."""

import numpy as np

from rectified.claims import t_band
from rectified.display.tokens import LIGHT
from rectified.experiments.relatives.exponentials import Normalizing
from rectified.experiments.relatives.hardware import Spiking
from rectified.experiments.relatives.learning_leaks import LearnedSlopes
from rectified.experiments.relatives.maxouts import Tangents
from rectified.figures.canvas import Figure, blank
from rectified.figures.labels import between, label_curves, signed
from rectified.figures.style import BAND, colour, house_style

LAYER_INKS = ("leaky", "tanh", "smooth", "relu", "sigmoid", "linear")
DASHES = ("-", (0, (5, 2)), (0, (2, 1.5)), "-.", ":", "-")


@house_style()
def learned_slopes(result: LearnedSlopes) -> Figure:
    """Draw the mean slope of each layer against the step."""
    drawing = blank(height=260)
    axes = drawing.subplots()
    curves, names, inks = [], [], []
    for layer in range(result.mean.shape[2]):
        band, ink = t_band(result.mean[:, :, layer]), LIGHT[LAYER_INKS[layer % len(LAYER_INKS)]]
        axes.fill_between(result.at, band.low, band.high, color=ink, alpha=BAND, lw=0)
        axes.plot(result.at, band.value, color=ink, ls=DASHES[layer % len(DASHES)])
        curves.append(band.value)
        names.append(f"layer {layer + 1}")
        inks.append(ink)
    axes.set(xlim=(0, result.at[-1]), xlabel="step")
    axes.set_title("mean slope below 0")
    lines = [between(axes, result.at.astype(float), curve) for curve in curves]
    label_curves(axes, *zip(*lines, strict=True), names, inks)
    ends = [curve[-1] for curve in curves]
    said = ", ".join(f"{end:.2f}" for end in ends)
    low, high = result.last.min(), result.last.max()
    return Figure(
        drawing,
        message=f"Slopes that start at {result.start:g} end, layer by layer, at {said} on average",
        alt=f"{len(curves)} lines of the mean slope against the step, one a layer, all from "
        f"{result.start:g}. They end at {said}. Single units end between {signed(low)} and "
        f"{signed(high)}.",
        caption=f"Mean over the units of a layer and {len(result.seeds)} networks, 95 % "
        f"t-interval. Single slopes end between {signed(low)} and {signed(high)}.",
    )


@house_style()
def normalizing(left: Normalizing, right: Normalizing) -> Figure:
    """Draw the mean square of preactivations against the layer, for inputs of several sizes."""
    drawing = blank(height=270)
    panels = drawing.subplots(1, 2, sharey=True)
    spans = []
    for axes, result in zip(panels, (left, right), strict=True):
        ink, layers = colour(result.f.name, result.f.family), np.arange(result.predicted.shape[1])
        for place in range(len(result.scales)):
            band = t_band(np.log10(result.mean_square[:, place]))
            low, value, high = (10**each for each in (band.low, band.value, band.high))
            axes.fill_between(layers + 1, low, high, color=ink, alpha=BAND, lw=0)
            axes.plot(layers + 1, value, color=ink)
            theory = result.predicted[place]
            axes.plot(layers + 1, theory, color=LIGHT["text"], ls=(0, (2, 2)), lw=1)
        last = np.exp(np.mean(np.log(result.mean_square[:, :, -1]), axis=0))
        spans.append(last.max() / last.min())
        axes.set(yscale="log", xlabel="layer", xlim=(1, len(layers)))
        axes.set_xticks([1, *range(4, len(layers) + 1, 4)])
        axes.set_title(f"{result.f.title}: mean square of z")
        axes.minorticks_off()
        axes.set_yticks([0.25, 1, 4, 16], ["0.25", "1", "4", "16"])
    apart = left.scales[-1] / left.scales[0]
    names = left.f.title, right.f.title
    return Figure(
        drawing,
        message=f"Inputs {apart:g} times apart: after {left.predicted.shape[1]} layers "
        f"{names[0]} has brought them within {spans[0]:.2f} times, {names[1]} within "
        f"{spans[1]:.0f}",
        alt=f"Two panels, {len(left.scales)} lines each, of the mean square of preactivations "
        f"against the layer, on a logarithmic axis. {names[0]}: the lines run together at 1. "
        f"{names[1]}: they stay as far apart as they began.",
        caption=f"Geometric mean over {len(left.seeds)} networks, 95 % t-interval; dotted: theory "
        "for wide layers.",
    )


@house_style()
def tangents(result: Tangents) -> Figure:
    """Draw a convex function, and maxout units of a few tangents below it."""
    drawing = blank(height=270)
    axes = drawing.subplots()
    axes.plot(result.x, result.target, color=LIGHT["text"], lw=5, alpha=2 * BAND)
    curves, names, inks = [result.target], ["the function"], [LIGHT["muted"]]
    for place, ink in zip(range(2), ("relu", "smooth"), strict=True):
        axes.plot(result.x, result.values[place], color=LIGHT[ink], ls=DASHES[place])
        curves.append(result.values[place])
        names.append(f"{result.pieces[place]} pieces")
        inks.append(LIGHT[ink])
    axes.set(xlim=(-1, 1), xlabel="x")
    label_curves(axes, result.x[::20], [curve[::20] for curve in curves], names, inks)
    said = ", ".join(
        f"{error:.2g} with {k}" for k, error in zip(result.pieces, result.error, strict=True)
    )
    return Figure(
        drawing,
        message=f"A maxout unit of tangents is off by {said} pieces",
        alt=f"A thick convex curve, and below it two broken lines that touch it: a maxout unit of "
        f"{result.pieces[0]} tangents and one of {result.pieces[1]}. Largest gaps: {said}.",
        caption="One maxout unit each, of tangents at the middles of equal parts.",
    )


@house_style()
def spiking(result: Spiking) -> Figure:
    """Draw the accuracy of spiking networks against the time that they are given."""
    drawing = blank(height=260)
    axes = drawing.subplots()
    times = np.array(result.times, dtype=float)
    ways = {"balanced": ("relu", "-"), "as_it_is": ("sigmoid", (0, (5, 2)))}
    curves = []
    for name, (ink, dash) in ways.items():
        band = t_band(100 * getattr(result, name))
        axes.fill_between(times, band.low, band.high, color=LIGHT[ink], alpha=BAND, lw=0)
        axes.plot(times, band.value, color=LIGHT[ink], ls=dash, marker="o", ms=5)
        curves.append(band.value)
    original = 100 * result.original.mean()
    axes.axhline(original, color=LIGHT["text"], lw=1)
    axes.set(xscale="log", ylim=(40, 104), xlabel="time steps")
    axes.set_xlim(times[0] / 1.3, times[-1] * 1.15)
    axes.minorticks_off()
    axes.set_xticks(times, [f"{time:g}" for time in times])
    axes.set_title("accuracy, other examples, %")
    lines = [between(axes, times, curve) for curve in (*curves, np.full(len(times), original))]
    inks = [LIGHT[ink] for ink, _ in ways.values()]
    names = ["spikes, balanced", "spikes, weights as they were", "the trained network"]
    label_curves(axes, *zip(*lines, strict=True), names, [*inks, LIGHT["text"]])
    ends = [curve[-1] for curve in curves]
    return Figure(
        drawing,
        message=f"After {times[-1]:g} time steps: {ends[0]:.1f} % balanced, {ends[1]:.1f} % not; "
        f"the trained network has {original:.1f} %",
        alt=f"Two lines of accuracy against time steps, from {times[0]:g} to {times[-1]:g}, and a "
        f"level line at {original:.1f} %. Balanced: from {curves[0][0]:.1f} to {ends[0]:.1f} %; "
        f"not balanced: from {curves[1][0]:.1f} to {ends[1]:.1f} %.",
        caption=f"Mean of {len(result.seeds)} networks, 95 % t-interval.",
    )
