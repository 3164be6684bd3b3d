"""Dead units: at which rate they die, where they are born, what brings them back."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from rectified.claims import t_band
from rectified.display.tokens import LIGHT
from rectified.experiments.dying.births import (
    BornDead,
    DeadByDepth,
    predicted_bias,
    predicted_offset,
)
from rectified.experiments.dying.dead import DeadUnits
from rectified.experiments.dying.remedies import Treated, Treatment
from rectified.figures.canvas import Figure, blank
from rectified.figures.labels import between, label_curves
from rectified.figures.style import BAND, colour, house_style

INKS = (LIGHT["relu"], LIGHT["tanh"], LIGHT["sigmoid"], LIGHT["smooth"])
MARKS = ("o", "s", "^", "D")
FEW = 90.0  # percent; below it a remedy's share is named in the message


@house_style()
def deaths_by_rate(results: Mapping[str, DeadUnits]) -> Figure:
    """Draw the share of dead hidden units, and the test accuracy, against the learning rate.

    Raises ValueError unless all results have the same learning rates.
    """
    first = next(iter(results.values()))
    if any(result.learning_rates != first.learning_rates for result in results.values()):
        raise ValueError("results must all have the same learning rates")
    drawing = blank(height=380)
    above, below = drawing.subplots(2, 1, sharex=True)
    dead = {name: 100 * hidden_share(result) for name, result in results.items()}
    right = {name: 100 * result.test_accuracy for name, result in results.items()}
    above.set_title("hidden units that are dead at the end, %")
    below.set_title("accuracy on other digits, %")
    below.set_xlabel("learning rate")
    panels = {above: dead, below: right}
    lines = [_curves(axes, np.array(first.learning_rates), rows) for axes, rows in panels.items()]
    for axes, drawn in zip(panels, lines, strict=True):  # when nothing moves any more
        label_curves(axes, *zip(*drawn, strict=True), list(results), INKS[: len(results)])
    over = np.flatnonzero(np.nanmean(next(iter(dead.values())), axis=0) > 50)
    at = int(over[0]) if over.size else len(first.learning_rates) - 1
    rate = first.learning_rates[at]
    said = ", ".join(f"{np.nanmean(rows[:, at]):.0f} % with {name}" for name, rows in dead.items())
    ends = "; ".join(f"{name}: {_listed(np.nanmean(rows, axis=0))}" for name, rows in dead.items())
    return Figure(
        drawing,
        message=f"At learning rate {rate:g} units die: {said}",
        alt=f"Two panels of curves against learning rates from {first.learning_rates[0]:g} to "
        f"{first.learning_rates[-1]:g}. Dead units in percent, {ends}. Accuracy falls where many "
        "units are dead.",
        caption=f"Mean and 95 % t-interval of {len(first.seeds)} networks with hidden layers of "
        f"{' and '.join(map(str, first.arm.widths))} units after {first.steps} steps on the "
        f"{first.n} digits to learn from. Dead: slope 0 on all of them.",
    )


def hidden_share(result: DeadUnits) -> np.ndarray:
    """Return the share of all hidden units that are dead at the end, (S, R)."""
    weights = np.array(result.arm.widths) / sum(result.arm.widths)
    return result.share[:, :, -1] @ weights


def _curves(axes: Axes, rates: np.ndarray, rows: Mapping[str, np.ndarray]) -> list:
    """Draw a curve with its band for each row; return the lines as labels want them."""
    axes.set(xscale="log", xlim=(rates[0] * 0.93, rates[-1] * 1.07), ylim=(-4, 104))
    axes.minorticks_off()
    axes.set_xticks(rates, [f"{rate:g}" for rate in rates])
    axes.set_yticks([0, 50, 100], ["0", "50", "100"])
    lines = []
    for ink, mark, samples in zip(INKS, MARKS, rows.values(), strict=False):
        band = t_band(samples)
        low, high = np.clip(band.low, 0, 100), np.clip(band.high, 0, 100)
        axes.fill_between(rates, low, high, color=ink, alpha=BAND, lw=0)
        axes.plot(rates, band.value, color=ink, marker=mark, ms=5)
        lines.append(between(axes, rates, band.value))
    return lines


def _listed(numbers: np.ndarray) -> str:
    return ", ".join(f"{number:.0f}" for number in numbers)


@house_style()
def born_dead(offset: BornDead, bias: BornDead) -> Figure:
    """Draw the share of units that are dead at the start, counted and derived, for two causes."""
    drawing = blank(height=260)
    panels = drawing.subplots(1, 2, sharey=True)
    for axes, result in zip(panels, (offset, bias), strict=True):
        band = t_band(100 * result.share)
        fine = np.linspace(result.values.min(), result.values.max(), 200)
        law = predicted_offset if result.cause == "offset" else predicted_bias
        axes.plot(fine, 100 * law(fine), color=colour("identity", "linear"), lw=1.6)
        axes.plot(result.values, band.value, "o", color=LIGHT["relu"], ms=6)
        axes.set(ylim=(-4, 104), yticks=[0, 50, 100])
    panels[0].set(xlabel="centre of the data, in radii from 0")
    panels[1].set(xlabel="bias, in radii of the data")
    panels[0].set_title("units dead at the start, %")
    far, low = offset.values.argmax(), bias.values.argmin()
    at = offset.share[:, far].mean(), bias.share[:, low].mean()
    lowest = f"{bias.values[low]:g}".replace("-", "−")
    gap = max(np.abs(r.share.mean(axis=0) - r.predicted).max() for r in (offset, bias))
    return Figure(
        drawing,
        message=f"Born dead: {at[0]:.0%} of units when the data lie {offset.values[far]:g} radii "
        f"off, {at[1]:.0%} when the bias is {lowest}",
        alt=f"Two panels of dots on a curve. As the centre of the data goes from 0 to "
        f"{offset.values[far]:g} radii, the share of dead units rises from 0 to {at[0]:.0%}, and "
        f"levels off below a half. As the bias goes down to {lowest}, it rises to "
        f"{at[1]:.0%}. The dots lie on the derived curves to within {100 * gap:.1f} points.",
        caption=f"Dots: mean over {len(offset.seeds)} draws of {offset.units} units with He's "
        "weights in the plane; their intervals are smaller than the dots. Lines: derived above.",
    )


@house_style()
def dead_by_depth(results: Mapping[str, DeadByDepth]) -> Figure:
    """Draw the share of units that are dead at the start against the layer."""
    drawing = blank(height=270)
    axes = drawing.subplots()
    layers = np.arange(1, next(iter(results.values())).dead.shape[1] + 1)
    curves = []
    axes.set(ylim=(-3, 72), xlim=(1, layers[-1]), xlabel="hidden layer", yticks=[0, 25, 50])
    axes.set_title("units dead at the start, %")
    axes.set_xticks(np.unique(np.linspace(1, layers[-1], 5).round()))
    axes.axhline(50, color=LIGHT["rule-strong"], lw=0.8)
    for ink, mark, result in zip(INKS, MARKS, results.values(), strict=False):
        band = t_band(100 * result.dead)
        low = np.maximum(band.low, 0)
        axes.fill_between(layers, low, band.high, color=ink, alpha=BAND, lw=0)
        axes.plot(layers, band.value, color=ink, marker=mark, ms=4)
        curves.append(band.value)
    fine = np.linspace(layers[0], layers[-1], 200)
    lines = [np.interp(fine, layers, curve) for curve in curves]
    label_curves(axes, fine, lines, list(results), INKS[: len(results)])
    ends = {name: f"{curve[-1]:.0f} %" for name, curve in zip(results, curves, strict=True)}
    said = ", ".join(f"{end} with {name}" for name, end in ends.items())
    some = next(iter(results.values()))
    return Figure(
        drawing,
        message=f"Before any step, in layer {layers[-1]} units are dead: {said}",
        alt=f"Curves of the share of dead units against the layer, from 1 to {layers[-1]}. They "
        f"start near 0 and rise; at the end {said}. A thin line marks a half.",
        caption=f"Mean and 95 % t-interval of {len(some.seeds)} networks of "
        f"{some.arm.widths[0]} units a layer, on the {some.n} digits to learn from, centred.",
    )


@house_style()
def remedies(early: Treatment, late: Treatment) -> Figure:
    """Draw what each remedy does from the start, and to units that are dead already.

    Raises ValueError unless both begin with "nothing".
    """
    if any(next(iter(result.arms)) != "nothing" for result in (early, late)):
        raise ValueError('early and late must both begin with the remedy "nothing"')
    names = sorted(late.arms, key=lambda name: late.arms[name].revived.mean())
    names = [name for name in early.arms if name not in late.arms] + names
    drawing = blank(height=70 + 24 * len(names))
    left, right = drawing.subplots(1, 2, sharey=True)
    _treated(left, names, early, "silent")
    _treated(right, names, late, "revived")
    left.set_title("dead or silent if it is there\nfrom the start, %")
    right.set_title(f"of the dead, on again {late.steps}\nsteps after it came, %")
    left.set_yticks(range(len(names)), names)
    left.set(ylim=(-0.6, len(names) - 0.4))
    back = {name: 100 * late.arms[name].revived.mean() for name in names if name in late.arms}
    said = "; ".join(f"{name} {share:.0f} %" for name, share in back.items())
    kept = "; ".join(f"{name} {_kept(treated)}" for name, treated in early.arms.items())
    return Figure(
        drawing,
        message=f"Back from the dead: {_revived(back)}",
        alt=f"Two panels of bars, a row for each remedy. Silent at the end, with the remedy from "
        f"the start at learning rate {early.learning_rate:g}: {kept}. Dead units that are on "
        f"again, with the remedy after they died, at rate {late.learning_rate:g}: {said}.",
        caption=f"Mean and 95 % t-interval of {len(late.seeds)} networks with one hidden layer. "
        f"Left: learning rate {early.learning_rate:g}, {early.steps} steps; × marks networks that "
        f"diverged. Right: rate {late.learning_rate:g} for all, after {late.before.mean():.0%} "
        "had died; with nothing else, that is the lower rate alone.",
    )


def _kept(treated: Treated) -> str:
    return "diverged" if treated.diverged.any() else f"{100 * treated.silent.mean():.0f} %"


def _revived(back: Mapping[str, float]) -> str:
    """Say who brings back how many percent, given the shares in rising order; of those between
    none and most, the first and the last.
    """
    none = [name for name, share in back.items() if share == 0]
    some = [f"{name} {share:.0f} %" for name, share in back.items() if 0 < share < FEW]
    most = [share for share in back.values() if share >= FEW]
    words = [f"{', '.join(none)} 0 %"] if none else []
    words += some if len(some) < 3 else [some[0], some[-1]]
    if most:
        words.append(f"the rest {min(most):.0f} % or more")
    return ", ".join(words)


def _treated(axes: Axes, names: Sequence[str], result: Treatment, what: str) -> None:
    """Draw a bar for each remedy, the middle of its interval at its end."""
    for row, name in enumerate(names):
        treated = result.arms.get(name)
        if treated is None:
            continue
        if treated.diverged.any():
            axes.plot(50, row, "x", color=LIGHT["sigmoid"], ms=8, mew=2)
            continue
        band = t_band(100 * getattr(treated, what))
        f = treated.remedy.arm.f
        ink = colour(f.name, f.family)
        axes.barh(row, float(band.value), height=0.55, color=ink, alpha=0.55, lw=0)
        low, high = max(float(band.low), 0.0), min(float(band.high), 100.0)
        axes.plot([low, high], [row, row], color=ink, lw=2.5)
        axes.plot(float(band.value), row, "|", color=ink, ms=13, mew=2.5)
    axes.set(xlim=(-1, 103))
    axes.set_xticks([0, 50, 100], ["0", "50", "100"])
    axes.tick_params(axis="y", length=0)
