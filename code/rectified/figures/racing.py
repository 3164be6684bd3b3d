"""A race at the best learning rates and at all of them, and how deep each arm gets."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
from matplotlib.axes import Axes
from numpy.lib.stride_tricks import sliding_window_view

from rectified.claims import median_band, t_band
from rectified.display.tokens import LIGHT
from rectified.experiments.gains.racing import Race
from rectified.experiments.gains.reaching_deep import Depths
from rectified.figures.canvas import Figure, blank
from rectified.figures.labels import between, label_curves
from rectified.figures.style import BAND, house_style, role

MARKERS: Mapping[str, str] = {"relu": "o", "tanh": "s", "sigmoid": "^"}
NO_TITLES: Mapping[str, str] = MappingProxyType({})
DASHED = (0, (5, 2))
SPREAD = 1.06  # by this factor arms stand apart, so that their bars do not hide each other


@house_style()
def race_curves(result: Race, *, titles: Mapping[str, str] = NO_TITLES) -> Figure:
    """Draw the error against the step, each arm at its best rate.

    The error is the mean over the batches of the race's window; `titles` as in `race_steps`.
    """
    drawing = blank(height=280)
    axes = drawing.subplots()
    steps = np.arange(result.window, result.budget.steps + 1)  # the last of each window
    curves, inks = [], []
    for name, runner in result.runners.items():
        batches = sliding_window_view(runner.curve, result.window, axis=1)
        band, ink = t_band(100 * batches.mean(axis=2)), LIGHT[role(runner.arm.f.name)]
        axes.fill_between(steps, band.low, band.high, color=ink, alpha=BAND, lw=0)
        axes.plot(steps, band.value, color=ink, ls=DASHED if name in titles else "-")
        curves.append(band.value)
        inks.append(ink)
    axes.axhline(100 * result.target, color=LIGHT["rule-strong"], lw=0.8, zorder=0)
    axes.set(xlim=(steps[0], steps[-1]), ylim=(0, 100), xlabel="step")
    axes.set_title("wrong answers on training batches, %")
    names, goal = names_of(result, titles), f"{result.target:.0%}".replace("%", " %")
    _label_early(axes, steps, curves, 100 * result.target, names, inks)
    medians = [np.median(runner.best_steps) for runner in result.runners.values()]
    best = [f"{median:.1f}" if np.isfinite(median) else "never" for median in medians]
    said = ", ".join(f"{name} {steps}" for name, steps in zip(names, best, strict=True))
    return Figure(
        drawing,
        message=f"Steps to {goal} errors, each at its best rate: {said}",
        alt=f"{len(names)} falling lines of the share of wrong answers against the step, and a "
        f"thin line at {goal}. The median network is down to it after: {said}.",
        caption=f"Mean of the last {result.window} batches, over {len(result.budget.seeds)} "
        "networks, with 95 % t-interval; the steps in the title are medians. Thin line: "
        f"{goal} errors. Best rates were found with other seeds.",
    )


def _label_early(
    axes: Axes,
    steps: np.ndarray,
    curves: Sequence[np.ndarray],
    goal: float,
    names: Sequence[str],
    inks: Sequence[str],
) -> None:
    """Write names where curves stand apart, none on the line of the goal or on what comes later."""
    apart = len(steps) // 3
    near, far = [line[:apart] for line in curves], [line[apart:] for line in curves]
    nameless = [""] * (len(far) + 1)
    label_curves(
        axes,
        [*[steps[:apart]] * len(near), *[steps[apart:]] * len(far), steps],
        [*near, *far, np.full(len(steps), goal)],
        [*names, *nameless],
        [*inks, *[LIGHT["text"]] * len(nameless)],
    )


def names_of(result: Race, titles: Mapping[str, str]) -> list[str]:
    """Return what the arms are called."""
    return [titles.get(name, runner.arm.f.title) for name, runner in result.runners.items()]


@house_style()
def race_steps(result: Race, *, titles: Mapping[str, str] = NO_TITLES) -> Figure:
    """Draw the steps to the target against the learning rate, a line for each arm.

    The median over the seeds with its interval; what never gets there stands on the top line. An
    arm is called as its activation unless `titles` has its name; its line is dashed then.
    """
    drawing = blank(height=300)
    axes = drawing.subplots()
    rates = np.array(result.budget.learning_rates)
    top = 2.0 * result.budget.steps
    curves, inks = [], []
    for place, (name, runner) in enumerate(result.runners.items()):
        band, ink = median_band(runner.steps_to_target), LIGHT[role(runner.arm.f.name)]
        value = np.where(np.isfinite(band.value), band.value, top)
        x = rates * SPREAD ** (place - 1)
        _bars(axes, x, band.low, np.minimum(band.high, top), ink)
        dash = DASHED if name in titles else "-"
        axes.plot(x, value, marker=MARKERS.get(name, "D"), color=ink, ms=6, lw=1.8, ls=dash)
        curves.append(value)
        inks.append(ink)
    axes.axhline(top, color=LIGHT["rule-strong"], lw=0.8, zorder=0)
    shown = [tick for tick in (10, 20, 50, 100, 200) if tick < result.budget.steps]
    axes.set(xscale="log", yscale="log", ylim=(6, top * 1.3), xlabel="learning rate")
    axes.minorticks_off()
    axes.set_xticks(rates, [f"{rate:g}" for rate in rates])
    axes.set_yticks([*shown, top], [*map(str, shown), "never"])
    axes.set_title(f"steps to {result.target:.0%} errors".replace("%", " %"))
    lines = [between(axes, rates, curve) for curve in curves]
    names = names_of(result, titles)
    label_curves(axes, *zip(*lines, strict=True), names, inks)
    best = [runner.tuning.learning_rate for runner in result.runners.values()]
    said = ", ".join(f"{name} {rate:g}" for name, rate in zip(names, best, strict=True))
    n = len(result.budget.seeds)
    goal = f"{result.target:.0%}".replace("%", " %")
    return Figure(
        drawing,
        message=f"Best rates on the way to {goal} errors: {said}",
        alt=f"{len(names)} lines of steps against the learning rate, on logarithmic axes; "
        f"a line at the top is marked never. Most fall to a lowest point, and rise behind it. "
        f"Best rates: {said}.",
        caption=f"Median of {n} networks with its 95 % interval (order statistics). Never: not "
        f"within {result.budget.steps} steps. Best rates were found with other seeds.",
    )


def _bars(axes: Axes, x: np.ndarray, low: np.ndarray, high: np.ndarray, ink: str) -> None:
    """Draw the finite intervals as upright bars."""
    for place, bottom, end in zip(x, low, high, strict=True):
        if np.isfinite(bottom):
            axes.plot([place, place], [bottom, end], color=ink, lw=5, alpha=2 * BAND)


DASHES = ("-", (0, (5, 2)), (0, (1, 1.2)), (0, (6, 2, 1, 2)), (0, (3, 1, 1, 1, 1, 1)))


@house_style()
def depths_reached(result: Depths, *, titles: Mapping[str, str], inks: Mapping[str, str]) -> Figure:
    """Draw training accuracy against depth; `titles` and `inks` (tokens) are by arm.

    Raises KeyError for an arm without a title or an ink.
    """
    drawing = blank(height=290)
    axes = drawing.subplots()
    places = np.arange(len(result.depths))
    curves = []
    for (name, accuracy), dash in zip(result.accuracy.items(), DASHES, strict=False):
        band, ink = t_band(100 * accuracy), LIGHT[inks[name]]
        axes.fill_between(places, band.low, band.high, color=ink, alpha=BAND, lw=0)
        axes.plot(places, band.value, color=ink, ls=dash, marker="o", ms=5)
        curves.append(band.value)
    axes.axhline(10, color=LIGHT["rule-strong"], lw=0.8, zorder=0)
    axes.set(ylim=(0, 104), xlim=(-0.15, places[-1] + 0.15), xlabel="layers with weights")
    axes.set_xticks(places, [str(depth) for depth in result.depths])
    axes.set_title("right answers on training examples, %")
    lines = [between(axes, places.astype(float), curve) for curve in curves]
    label_curves(
        axes,
        *zip(*lines, strict=True),
        [titles[name] for name in result.accuracy],
        [LIGHT[inks[name]] for name in result.accuracy],
    )
    last = {titles[name]: curve[-1] for name, curve in zip(result.accuracy, curves, strict=True)}
    listed = ", ".join(f"{title} {value:.0f} %" for title, value in last.items())
    return Figure(
        drawing,
        message=f"Right with {result.depths[-1]} layers: {listed}",
        alt=f"{len(curves)} lines of accuracy against depth, from {result.depths[0]} to "
        f"{result.depths[-1]} layers. At the right end: {listed}. A thin line marks 10 %, a guess.",
        caption=f"Mean of {len(result.seeds)} networks, 95 % t-interval; each arm and depth "
        f"at the best of {len(result.learning_rates)} learning rates, after {result.steps} steps. "
        "Thin line: guessing.",
    )
