"""How networks start: the loss from two laws of weights, the loss of the first step, and luck."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from rectified.claims import t_band
from rectified.display.tokens import LIGHT
from rectified.experiments.depth.plateau import LearnedByDepth
from rectified.experiments.starts.first_loss import FirstLoss, expected_loss, spread_of_loss
from rectified.experiments.starts.luck import LuckByWidth
from rectified.figures.canvas import Figure, blank
from rectified.figures.labels import label_curves
from rectified.figures.style import BAND, house_style

MEAN_OF = 10  # steps in a point
INKS = ("relu", "sigmoid", "tanh")


@house_style()
def loss_by_depth(results: Sequence[LearnedByDepth]) -> Figure:
    """Draw the loss against the step, a panel for each result, at its largest depth.

    Raises ValueError unless all results have the same ways, and steps that tens part.
    """
    names = list(results[0].by_depth[-1].arms)
    if any(list(result.by_depth[-1].arms) != names for result in results):
        raise ValueError("results must have the same ways to start")
    if any(result.by_depth[-1].budget.steps % MEAN_OF for result in results):
        raise ValueError(f"results must have steps that are a multiple of {MEAN_OF}")
    drawing = blank(height=250)
    frames = drawing.subplots(1, len(results), sharey=True, squeeze=False)[0]
    guess = results[0].guess
    ends = []
    for axes, result in zip(frames, results, strict=True):
        curves = {name: _loss_band(axes, result, name, ink) for name, ink in _inked(names)}
        axes.axhline(guess, color=LIGHT["linear"], lw=0.9)
        axes.set(title=f"{result.hidden[-1]} hidden layers", xlabel="step", ylim=(0, 1.35 * guess))
        ends.append({name: curve[-1] for name, (_, curve) in curves.items()})
    for axes, result in zip(frames, results, strict=True):
        lines = [_loss_band(axes, result, name, None) for name in names]
        fine = np.linspace(lines[0][0][0], lines[0][0][-1], 201)
        smooth = [np.interp(fine, steps, curve) for steps, curve in lines]
        label_curves(axes, fine, smooth, names, [LIGHT[ink] for _, ink in _inked(names)])
    return _said_of_depths(drawing, results, ends)


def _inked(names: Sequence[str]) -> list[tuple[str, str]]:
    """Return each name with its colour."""
    return list(zip(names, INKS, strict=False))


def _loss_band(
    axes: Axes, result: LearnedByDepth, name: str, ink: str | None
) -> tuple[np.ndarray, np.ndarray]:
    """Draw one way's loss if it has an ink; return the middles of its tens of steps, and means."""
    curve = result.arms(name)[-1].curve.astype(float)
    tens = curve.reshape(len(curve), -1, MEAN_OF).mean(axis=2)
    middle = MEAN_OF * np.arange(tens.shape[1]) + (MEAN_OF - 1) / 2
    band = t_band(tens)
    if ink:
        axes.fill_between(middle, band.low, band.high, color=LIGHT[ink], alpha=BAND, lw=0)
        axes.plot(middle, band.value, color=LIGHT[ink])
    return middle, band.value


def _said_of_depths(
    drawing, results: Sequence[LearnedByDepth], ends: Sequence[Mapping[str, float]]
) -> Figure:
    """Return the figure, with what it says."""
    budget = results[-1].by_depth[-1].budget
    parts = [
        f"{', '.join(f'{name} {loss:.2f}' for name, loss in end.items())} with "
        f"{result.hidden[-1]} hidden layers"
        for result, end in zip(results, ends, strict=True)
    ]
    said = "; ".join(parts)
    rates = ", ".join(f"{rate:g}" for rate in budget.learning_rates)
    return Figure(
        drawing,
        message=f"Loss after {budget.steps} steps: {said}",
        alt=f"{len(results)} panels with the loss against the step, a line with a band for each "
        f"start, and a thin line at {results[0].guess:.2f}, the loss of guessing. At the right "
        f"ends: {said}.",
        caption=f"{results[0].by_depth[-1].data.capitalize()}, {results[0].width} units a layer; "
        f"batches of {budget.batch}. Each point is a mean of {MEAN_OF} steps. Line and band: mean "
        f"and 95 % t-interval over {len(budget.seeds)} networks, at the best of the rates {rates}, "
        f"found with {_counted(len(budget.tuning_seeds))}. Thin line: guessing.",
    )


def _counted(others: int) -> str:
    return "one other" if others == 1 else f"{others} others"


@house_style()
def first_losses(results: Mapping[str, FirstLoss], *, asked: float) -> Figure:
    """Draw the loss of outputs that know nothing against their spread; networks, and a loss that
    somebody asks about.
    """
    drawing = blank(height=270)
    axes = drawing.subplots()
    spreads = np.geomspace(0.004, 200.0, 51)
    losses = [expected_loss(spread) for spread in spreads]
    axes.plot(spreads, losses, color=LIGHT["linear"], lw=1.6)
    axes.set(xscale="log", yscale="log", xlabel="standard deviation of the outputs")
    axes.set_title("loss before the first step")
    axes.minorticks_off()
    axes.set_xticks([0.01, 0.1, 1, 10, 100], ["0.01", "0.1", "1", "10", "100"])
    axes.set_yticks([2.3, 10, 100], ["2.3", "10", "100"])
    for name, found in results.items():
        axes.plot(found.spread, found.loss, "o", ms=3.6, color=LIGHT["relu"], alpha=0.55, mew=0)
        _beside(axes, float(found.spread.mean()), float(found.loss.mean()), name, "relu")
    place = spread_of_loss(asked)
    axes.plot([spreads[0], place, place], [asked, asked, losses[0]], color=LIGHT["sigmoid"], ls=":")
    _beside(axes, 0.03, asked, f"{asked:g}", "sigmoid")
    said = ", ".join(
        f"{name} {found.loss.mean():.3g} at {found.spread.mean():.2g}"
        for name, found in results.items()
    )
    seeds = len(next(iter(results.values())).seeds)
    return Figure(
        drawing,
        message=f"A first loss of {asked:g} tells of outputs with a standard deviation of "
        f"{place:.0f}",
        alt="Loss against the standard deviation of the outputs, both on logarithmic axes. A curve "
        "is flat at 2.3 on the left and rises in proportion on the right; clouds of dots lie on "
        f"it, networks before training. Mean loss, and where: {said}. A dotted line leads from "
        f"{asked:g} to {place:.0f}.",
        caption=f"Curve: ten independent normal outputs. Dots: {seeds} networks for each start.",
    )


def _beside(axes: Axes, x: float, y: float, text: str, ink: str) -> None:
    """Write a name left above its place; right above it where the axis is near."""
    side, across = ("right", -9) if x > 0.1 else ("left", -4)
    place = {"xy": (x, y), "xytext": (across, 5), "textcoords": "offset points"}
    axes.annotate(text, **place).set(ha=side, va="bottom", color=LIGHT[ink], weight="semibold")


@house_style()
def luck_by_width(result: LuckByWidth) -> Figure:
    """Draw the losses that networks end with, a column of dots for each width."""
    drawing = blank(height=250)
    axes = drawing.subplots()
    jitter = np.linspace(-0.2, 0.2, len(result.seeds))
    for place, losses in enumerate(result.loss.T):
        dots = {"ms": 4, "alpha": 0.6, "mew": 0, "color": LIGHT["relu"]}
        axes.plot(place + jitter, losses, "o", **dots)
        axes.plot(place, losses.mean(), "_", ms=26, mew=2.2, color=LIGHT["text"])
    axes.set_xticks(range(len(result.widths)), [str(width) for width in result.widths])
    axes.set(xlabel="units in the hidden layer", ylim=(0, 1.1 * result.loss.max()))
    axes.set_title("loss after training, training points")
    spread = result.spread()
    said = ", ".join(
        f"{size:.2g} with {width}" for width, size in zip(result.widths, spread, strict=True)
    )
    worst = int(spread.argmax())
    return Figure(
        drawing,
        message=f"Luck decides most with {result.widths[worst]} units: losses vary by "
        f"{spread[worst]:.2g}, with {result.widths[-1]} by {spread[-1]:.1g}",
        alt=f"Columns of dots, the losses of {len(result.seeds)} networks for each width, with a "
        f"bar at their mean. Standard deviations: {said} units.",
        caption=f"Two moons; {result.steps} steps on all points, so that only the first weights "
        f"differ. {len(result.seeds)} networks of each width, at the width’s best rate; bars: "
        "means. Variation: standard deviation.",
    )
