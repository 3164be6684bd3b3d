"""Deep networks: what is left of a gradient, and who learns at which depth."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from rectified.claims import t_band
from rectified.experiments.depth.gradients import GradientFlow
from rectified.experiments.depth.plateau import LearnedByDepth
from rectified.experiments.trials.arms import Arm
from rectified.figures.canvas import Figure, blank
from rectified.figures.labels import label_curves, label_starts, power, rounded
from rectified.figures.style import BAND, GRADIENT_DASH, colour, house_style

SHORT = {"inverse_sqrt_uniform": "1/√n", "xavier_normal": "Xavier", "he_normal": "He"}
NAMES = 0.45  # room for names left of the curves, as a share of the curves' width
MARKS = ("o", "s", "^", "D", "v", "P")


def ink_of(arm: Arm) -> str:
    """Return the colour of an arm's activation."""
    return colour(arm.f.name, arm.f.family)


@house_style()
def learned_by_depth(result: LearnedByDepth) -> Figure:
    """Draw the accuracy on the training points against the number of hidden layers."""
    names = list(result.by_depth[0].arms)
    drawing = blank(height=270)
    axes = drawing.subplots()
    places = np.arange(len(result.hidden))
    bands = {name: t_band(100 * result.accuracy(name)) for name in names}
    inks = {name: ink_of(result.arms(name)[0].arm) for name in names}
    axes.set_xticks(places, [str(count) for count in result.hidden])
    air = 0.03 * places[-1]
    axes.set(xlim=(-air, places[-1] + air), ylim=(40, 108), xlabel="hidden layers")
    axes.set_yticks([50, 75, 100], ["50", "75", "100"])
    axes.set_title("accuracy, training points, %")
    for (name, band), mark in zip(bands.items(), MARKS, strict=False):
        low, high = np.clip(band.low, 0, 100), np.clip(band.high, 0, 100)
        axes.fill_between(places, low, high, color=inks[name], alpha=BAND, lw=0)
        axes.plot(places, band.value, marker=mark, ms=6, color=inks[name], clip_on=False)
    fine = np.linspace(0, places[-1], 201)  # labels look for room along the whole line
    curves = [np.interp(fine, places, band.value) for band in bands.values()]
    label_curves(axes, fine, curves, names, [inks[name] for name in names])
    ends = {name: f"{band.value[-1]:.0f} %" for name, band in bands.items()}
    said = ", ".join(f"{name} {end}" for name, end in ends.items())
    return Figure(
        drawing,
        message=f"With {result.hidden[-1]} hidden layers: {said}",
        alt=f"Accuracy on the training points against the number of hidden layers, from "
        f"{result.hidden[0]} to {result.hidden[-1]}, a line with a band for each way to start. At "
        f"the right end: {said}. Guessing gets 50 %.",
        caption=caption(result),
    )


def caption(result: LearnedByDepth) -> str:
    """Say how the networks of a result were trained, and what the bands are."""
    budget = result.by_depth[0].budget
    rates = ", ".join(f"{rate:g}" for rate in budget.learning_rates)
    return (
        f"Two circles, {result.width} units a layer; {budget.steps} steps with momentum, "
        f"{budget.batch} points each. Mean and 95 % t-interval over {len(budget.seeds)} networks, "
        f"each kind at the best of the learning rates {rates}, which {len(budget.tuning_seeds)} "
        "others found."
    )


@house_style()
def plateau(result: LearnedByDepth, names: Sequence[str]) -> Figure:
    """Draw the loss of these ways against the step, at the largest depth of the result."""
    arms = [result.arms(name)[-1] for name in names]
    drawing = blank(height=250)
    axes = drawing.subplots()
    curves, inks = [], [ink_of(arm.arm) for arm in arms]
    steps = np.arange(result.by_depth[0].budget.steps)
    middle = steps.reshape(-1, 10).mean(axis=1)  # ten steps a point
    fine = np.linspace(middle[0], middle[-1], 201)  # labels look for room along the whole line
    axes.set(xlim=(middle[0], middle[-1]), ylim=(0, 0.95), xlabel="step")
    axes.set_title("loss on the batch of each step")
    axes.axhline(result.guess, color=colour("identity", "linear"), lw=0.9)
    for arm, ink in zip(arms, inks, strict=True):
        band = t_band(arm.curve.reshape(len(arm.curve), -1, 10).mean(axis=2))
        axes.fill_between(middle, band.low, band.high, color=ink, alpha=BAND, lw=0)
        axes.plot(middle, band.value, color=ink)
        curves.append(band.value)
    smooth = [np.interp(fine, middle, curve) for curve in curves]
    label_curves(axes, fine, smooth, list(names), inks)
    ends = ", ".join(f"{name} {curve[-1]:.2f}" for name, curve in zip(names, curves, strict=True))
    return Figure(
        drawing,
        message=f"After {steps.size} steps the loss of {result.hidden[-1]} hidden layers: {ends}",
        alt=f"Loss against the step, a line with a band for each way to start, and a thin line at "
        f"{result.guess:.2f}, the loss of guessing. At the right end: {ends}.",
        caption=f"Thin line: the loss of an answer that is the same for every point, "
        f"{result.guess:.2f}. Each point is a mean of ten steps. " + caption(result),
    )


@house_style()
def gradients_by_start(panels: Mapping[str, Sequence[GradientFlow]]) -> Figure:
    """Draw the size of the gradient against the layer, a panel for each key, a line for each start.

    Sizes are root mean squares as multiples of that at the last hidden layer. Raises ValueError
    unless all results have the same depth, width and number of seeds, and theory says something.
    """
    results = [result for panel in panels.values() for result in panel]
    if len({(r.depth, r.width, len(r.seeds)) for r in results}) != 1:
        raise ValueError("panels must have the same depth, width and number of seeds")
    if any(r.predicted is None for r in results):
        raise ValueError("panels must have weights of which theory says something")
    drawing = blank(height=290)
    frames = drawing.subplots(1, len(panels), sharey=True, squeeze=False)[0]
    drawn: list[list[np.ndarray]] = []
    for axes, (title, panel) in zip(frames, panels.items(), strict=True):
        axes.set_title(title, color=colour(panel[0].f.name, panel[0].f.family))
        sizes = [_sizes(axes, result) for result in panel]
        drawn.append(sizes)
    _powers(frames[0])
    for axes, panel, sizes in zip(frames, panels.values(), drawn, strict=True):
        names = [SHORT.get(r.weights.name, f"gain {gain(r):.3g}") for r in panel]
        starts = [size[0] for size in sizes]
        label_starts(axes, 1, starts, names, colour(panel[0].f.name, panel[0].f.family))
    depth, worst = results[0].depth, min(results, key=lambda r: _log_sizes(r)[:, 0].mean())
    left = power(10 ** _log_sizes(worst)[:, 0].mean())
    said = "; ".join(
        f"{title}: "
        + ", ".join(
            f"{rounded(10 ** _log_sizes(r)[:, 0].mean(), 1)} with {r.weights.title}" for r in panel
        )
        for title, panel in panels.items()
    )
    return Figure(
        drawing,
        message=f"Slope and weights decide together: {worst.f.title} with "
        f"{worst.weights.title} keeps {left} of its gradient",
        alt=f"{len(panels)} panels with the size of the gradient against the layer, from 1 to "
        f"{depth - 1}, on a logarithmic axis, a line for each law of the first weights and a "
        f"dashed one for theory, which lies on it. At layer 1, as a multiple of the last hidden "
        f"layer: {said}.",
        caption=f"Root mean square of ∂loss/∂z as a multiple of that in the last hidden layer; "
        f"{results[0].width} units a layer. Lines and bands: geometric mean and its 95 % "
        f"t-interval over {len(results[0].seeds)} networks. Dashed: mean-field theory. "
        "1/√n: uniform in ±1/√n.",
    )


def _log_sizes(result: GradientFlow) -> np.ndarray:
    """Return log10 of the sizes in the hidden layers, (S, depth - 1)."""
    return np.log10(result.mean_square[:, :-1] / result.mean_square[:, -2:-1]) / 2


def _sizes(axes: Axes, result: GradientFlow) -> np.ndarray:
    """Draw one result, and return the geometric means of its sizes."""
    layers, ink = np.arange(1, result.depth), colour(result.f.name, result.f.family)
    band = t_band(_log_sizes(result))
    theory = np.log10(result.predicted[:-1] / result.predicted[-2]) / 2
    axes.fill_between(layers, band.low, band.high, color=ink, alpha=2 * BAND, lw=0)
    axes.plot(layers, band.value, color=ink, lw=1.6)
    axes.plot(layers, theory, color=colour("identity", "linear"), lw=1.4, ls=GRADIENT_DASH)
    last = result.depth - 1
    axes.set(xlim=(1 - NAMES * (last - 1), last), xlabel="layer")
    axes.set_xticks(np.unique(np.linspace(1, last, 4).round()))
    axes.margins(y=0.1)
    return band.value


def gain(result: GradientFlow) -> float:
    """Return √(fan in · Var w) of the hidden layers behind the first."""
    return float(np.sqrt(result.width * result.weights.variance((result.width, result.width))))


def _powers(axes: Axes) -> None:
    low, high = axes.get_ylim()
    step = max(1, int((high - low) // 6))
    ticks = [k for k in range(int(np.ceil(low)), int(high) + 1) if k % step == 0]
    axes.set_yticks(ticks, [power(10.0**k) for k in ticks])


@house_style()
def cures(panels: Mapping[str, Sequence[LearnedByDepth]]) -> Figure:
    """Draw the accuracies at the largest depth, a panel for each key, a row for each way.

    A panel is named after the way that is to be cured. Of its first result only that way is drawn,
    as it was; of the others all are. Raises ValueError where the first result does not know it.
    """
    rows = {}
    for start, (first, *others) in panels.items():
        if start not in first.by_depth[-1].arms:
            raise ValueError(f"panels must be named after a way of their first result, got {start}")
        ways = {name: result for result in others for name in result.by_depth[-1].arms}
        rows[start] = {"as it was": (start, first)} | {name: (name, r) for name, r in ways.items()}
    drawing = blank(height=75 + 27 * sum(map(len, rows.values())))
    heights = {"height_ratios": [len(panel) for panel in rows.values()]}
    frames = drawing.subplots(len(rows), 1, sharex=True, squeeze=False, **heights)[:, 0]
    said = []
    for axes, (start, panel) in zip(frames, rows.items(), strict=True):
        _rows(axes, start, panel)
        means = {name: 100 * r.accuracy(way)[:, -1].mean() for name, (way, r) in panel.items()}
        said += [(f"{start}, {name}", mean) for name, mean in means.items()]
    frames[-1].set(xlabel="accuracy, training points, %")
    start, result = next((name, results[0]) for name, results in panels.items())
    (_, before), *others = said[: len(rows[start])]
    (worst, least), *_, (best, most) = sorted(others, key=lambda each: each[1])
    worst, best = (name.removeprefix(f"{start}, ") for name in (worst, best))
    words = "; ".join(f"{name}: {mean:.0f} %" for name, mean in said)
    return Figure(
        drawing,
        message=f"{best.capitalize()} takes {start} from {before:.0f} % to {most:.0f} %, {worst} "
        f"to {least:.0f} %",
        alt=f"Rows of dots on an axis of accuracy, one dot a network, with a bar for the interval "
        f"of the mean. {words}. A thin line marks guessing.",
        caption="Dots: networks. Bar and tick: 95 % t-interval and mean. " + caption(result),
    )


def _rows(axes: Axes, title: str, panel: Mapping[str, tuple[str, LearnedByDepth]]) -> None:
    """Draw the rows of a panel: their words -> a way and the result that knows it."""
    axes.set_title(title)
    axes.set(ylim=(len(panel) - 0.4, -0.6), xlim=(44, 102))
    axes.set_yticks(range(len(panel)), list(panel))
    axes.set_xticks([50, 75, 100], ["50", "75", "100"])
    axes.tick_params(axis="y", length=0)
    axes.axvline(50, color=colour("identity", "linear"), lw=0.9)
    for row, (way, result) in enumerate(panel.values()):
        _row(axes, row, 100 * result.accuracy(way)[:, -1], ink_of(result.arms(way)[-1].arm))


def _row(axes: Axes, row: int, scores: np.ndarray, ink: str) -> None:
    band = t_band(scores)
    jitter = np.linspace(-0.22, 0.22, len(scores))
    axes.plot(scores, row + jitter, "o", ms=3.6, color=ink, alpha=0.55, mew=0)
    low, high = max(float(band.low), 0.0), min(float(band.high), 100.0)
    axes.plot([low, high], [row, row], color=ink, lw=4, solid_capstyle="butt")
    axes.plot([float(band.value)], [row], "|", color=ink, ms=15, mew=2.5)
