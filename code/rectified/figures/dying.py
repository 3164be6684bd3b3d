"""Dead units while networks learn."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from rectified.claims import t_band
from rectified.display.tokens import LIGHT
from rectified.experiments.dying.dead import DeadUnits
from rectified.figures.canvas import Figure, blank
from rectified.figures.labels import label_curves
from rectified.figures.style import BAND, colour, house_style


@house_style()
def dying(bare: DeadUnits, leaky: DeadUnits) -> Figure:
    """Draw the share of dead units against the step, without and with a leak.

    Of each result the first learning rate and the first layer are drawn. Raises ValueError unless
    both have the same schedule, rate and records, and the rate changes at a step on record.
    """
    change = _change(bare, leaky)
    before, after = (f"{_rate(bare) * bare.arm.schedule(step):g}" for step in (0, change))
    drawing = blank(height=260)
    _draw(drawing.subplots(), (bare, leaky), change, (before, after))
    at_change = _percent(bare, int(np.flatnonzero(bare.recorded_at == change)[0]))
    back = int(bare.revived[:, 0, 0].sum())
    came = f"{back} come back" if back else "none comes back"
    name, other = bare.arm.f.title, leaky.arm.f.title
    return Figure(
        drawing,
        message=f"At learning rate {before}, {at_change} of {name} units die and {came}; "
        f"of {other} units {_percent(leaky)} are dead",
        alt=f"The share of hidden units that are dead over {bare.steps} training steps. Of "
        f"{name} units it rises to {at_change} until step {change}, when the learning rate falls "
        f"from {before} to {after}; at the end it is {_percent(bare)}: {came}. Of {other} units "
        f"{_percent(leaky)} are dead at the end.",
        caption=f"Mean of {len(bare.seeds)} networks with one hidden layer of "
        f"{bare.arm.widths[0]} units, with its 95 % t-interval. Dead: slope 0 on all "
        f"{bare.n} training examples. Leak: {leaky.arm.f.slopes[0]:g}.",
    )


def _draw(axes: Axes, results: Sequence[DeadUnits], change: int, rates: tuple[str, str]) -> None:
    """Draw a curve with its band for each result, and say where the learning rate changes."""
    step, means = results[0].recorded_at, []
    inks = [colour(result.arm.f.name, result.arm.f.family) for result in results]
    for result, ink in zip(results, inks, strict=True):
        band = t_band(_shares(result))
        axes.fill_between(step, band.low, band.high, color=ink, alpha=BAND, lw=0)
        axes.plot(step, band.value, color=ink, lw=2.6)
        means.append(band.value)
    axes.set(title="share of units that are dead, %", xlabel="step")
    axes.set(xlim=(0, step[-1]), ylim=(-3, 103), yticks=range(0, 101, 25))
    axes.axvline(change, color=LIGHT["rule-strong"], lw=1, ls=(0, (2, 3)))
    for rate, side, align in zip(rates, (-5, 5), ("right", "left"), strict=True):
        place = {"xytext": (side, 0), "textcoords": "offset points", "ha": align}
        axes.annotate(f"learning rate {rate}", (change, 40), **place)
    label_curves(axes, step, means, [result.arm.f.title for result in results], inks)


def _shares(result: DeadUnits) -> np.ndarray:
    """Return the share of the first layer's units that are dead, (S, T), in percent."""
    return 100 * result.share[:, 0, :, 0]


def _percent(result: DeadUnits, record: int = -1) -> str:
    return f"{_shares(result)[:, record].mean():.0f} %"


def _change(bare: DeadUnits, leaky: DeadUnits) -> int:
    """Return the first step that is taken at another learning rate than the step before it."""
    same = np.array_equal(bare.recorded_at, leaky.recorded_at)
    if not same or bare.arm.schedule != leaky.arm.schedule or _rate(bare) != _rate(leaky):
        raise ValueError("bare and leaky must have the same records, schedule and learning rate")
    factor = bare.arm.schedule
    changed = [step for step in range(bare.steps) if factor(step) != factor(0)]
    if not changed or changed[0] not in bare.recorded_at:
        raise ValueError("schedule must change the rate at a step that is on record")
    return changed[0]


def _rate(result: DeadUnits) -> float:
    return result.learning_rates[0]
