"""What a function costs and what zeros save, from the recorded benchmark; what zeros are worth."""

import numpy as np
from matplotlib.axes import Axes

from rectified.activations import ALL
from rectified.claims import median_band, t_band
from rectified.data import RecordedCosts
from rectified.data.recorded import Ratios
from rectified.display.tokens import LIGHT
from rectified.experiments.gains.sparser import PricedOutputs, SparserStarts
from rectified.figures.canvas import Figure, blank
from rectified.figures.labels import between, label_curves
from rectified.figures.style import BAND, colour, house_style


@house_style()
def activation_costs(record: RecordedCosts) -> Figure:
    """Draw what each activation takes, forward and backward, over ReLU: NumPy and PyTorch."""
    drawing = blank(height=270)
    panels = drawing.subplots(1, 2)
    for axes, ratios, title in zip(
        panels, (record.numpy, record.torch), ("NumPy", "PyTorch"), strict=True
    ):
        _costs(axes, ratios)
        axes.set_title(f"{title}: time over ReLU's")
    torch, numpy = record.torch, record.numpy
    return Figure(
        drawing,
        message=f"Forward and back, tanh takes {numpy.median('tanh'):.1f} times as long as ReLU in "
        f"NumPy, {torch.median('tanh'):.1f} times in PyTorch",
        alt="Two panels of dots with bars, a row for each function, on a logarithmic axis with a "
        f"line at 1 for ReLU. NumPy: {_listed(numpy)}. PyTorch: {_listed(torch)}.",
        caption=f"Median over rounds with its 95 % interval. {record.where}",
    )


def _costs(axes: Axes, ratios: Ratios) -> None:
    names = sorted(ratios.samples, key=ratios.median)
    for row, name in enumerate(names):
        band, ink = median_band(ratios.samples[name]), colour(name, ALL[name].family)
        axes.plot([band.low, band.high], [row, row], color=ink, lw=5, alpha=2 * BAND)
        axes.plot(band.value, row, "o", color=ink, ms=6)
    axes.axvline(1, color=LIGHT["relu"], lw=1.4)
    ticks = [1, 3, 10, 30, 100]
    axes.set(xscale="log", xlim=(0.5, 130), ylim=(-0.6, len(names) - 0.4))
    axes.minorticks_off()
    axes.set_xticks(ticks, map(str, ticks))
    axes.set_yticks(range(len(names)), [ALL[name].title for name in names])
    axes.tick_params(axis="y", length=0)


def _listed(ratios: Ratios) -> str:
    names = sorted(ratios.samples, key=ratios.median)
    return ", ".join(f"{ALL[name].title} {ratios.median(name):.1f}" for name in names)


WAYS = (("dense", "zeros multiplied", "linear", "-"), ("sparse", "zeros skipped", "relu", "-"))
NARROW = ("narrow", "whole units left out", "tanh", (0, (5, 2)))


@house_style()
def zeros_saved(record: RecordedCosts) -> Figure:
    """Draw the time of a product with zeros over that without, against the share of zeros."""
    drawing = blank(height=300)
    axes = drawing.subplots()
    curves, titles, inks = [], [], []
    for way, title, ink, dash in (*WAYS, NARROW):
        samples = getattr(record, way).samples
        shares = np.array([float(share) for share in samples])
        band = median_band(np.column_stack(list(samples.values())))
        axes.fill_between(shares, band.low, band.high, color=LIGHT[ink], alpha=BAND, lw=0)
        axes.plot(shares, band.value, color=LIGHT[ink], ls=dash, marker="o", ms=5)
        curves.append(band.value)
        titles.append(title)
        inks.append(LIGHT[ink])
    axes.axhline(1, color=LIGHT["rule-strong"], lw=0.8, zorder=0)
    axes.set(yscale="log", ylim=(0.008, 12), xlim=(0.46, 1.0), xlabel="share of zeros, %")
    axes.minorticks_off()
    axes.set_xticks(shares, [f"{100 * share:.0f}" for share in shares])
    axes.set_yticks([0.01, 0.1, 1, 10], ["0.01", "0.1", "1", "10"])
    axes.set_title("time of the product, over that without zeros")
    lines = [between(axes, shares, curve) for curve in curves]
    label_curves(axes, *zip(*lines, strict=True), titles, inks)
    half = {way: getattr(record, way).median("0.5") for way in ("dense", "sparse", "narrow")}
    return Figure(
        drawing,
        message=f"Half zeros: the usual product takes {half['dense']:.2f} times as long, one that "
        f"skips them {half['sparse']:.1f} times, half the units {half['narrow']:.2f}",
        alt="Three lines of time against the share of zeros from 50 to 99 %, on a logarithmic "
        f"axis, with a thin line at 1. {_ends('dense', record)}; {_ends('sparse', record)}; "
        f"{_ends('narrow', record)}.",
        caption=f"Median over rounds with its 95 % interval; one layer of "
        f"{record.dense.settings['units']} units, {record.dense.settings['batch']} examples. "
        f"{record.where}",
    )


def _ends(way: str, record: RecordedCosts) -> str:
    titles = {name: title for name, title, _, _ in (*WAYS, NARROW)}
    ratios = getattr(record, way)
    return f"{titles[way]}: from {ratios.median('0.5'):.2f} to {ratios.median('0.99'):.2f}"


@house_style()
def sparser(starts: SparserStarts, priced: PricedOutputs) -> Figure:
    """Draw steps against the zeros at the start, and test accuracy against those at the end."""
    drawing = blank(height=270)
    left, right = drawing.subplots(1, 2)
    steps = median_band(starts.steps_to_target)
    x = 100 * starts.sparsity
    _band(left, x, steps.value, steps.low, steps.high)
    goal = f"{starts.target:.0%}".replace("%", " %")
    left.set(title=f"steps to {goal} errors", xlabel="zeros at the start, %", ylim=(0, None))
    left.set_xticks(x, [f"{share:.0f}" for share in x])
    accuracy = t_band(100 * priced.test_accuracy)
    zeros = 100 * priced.sparsity.mean(axis=0)
    _band(right, zeros, accuracy.value, accuracy.low, accuracy.high)
    lowest = np.floor(accuracy.low.min() / 5) * 5
    right.set(title="accuracy, other examples, %", xlabel="zeros at the end, %")
    right.set(ylim=(lowest, 100))
    quickest = int(np.argmin(steps.value))
    n = len(starts.steps_to_target), len(priced.seeds)
    return Figure(
        drawing,
        message=f"The most zeros at the start: {steps.value[-1]:.1f} steps instead of "
        f"{steps.value[quickest]:.1f}; the most at the end: {accuracy.value[-1]:.1f} % right "
        f"instead of {accuracy.value[0]:.1f} %",
        alt=f"Left: steps against zeros at the start, lowest at {x[quickest]:.0f} % zeros with "
        f"{steps.value[quickest]:.1f}, highest at {x[-1]:.0f} % with {steps.value[-1]:.1f}. Right: "
        f"accuracy against zeros at the end, from {accuracy.value[0]:.1f} % at {zeros[0]:.0f} % "
        f"zeros to {accuracy.value[-1]:.1f} % at {zeros[-1]:.0f} %.",
        caption=f"Left: a threshold makes ReLU silent more often; median of {n[0]} networks with "
        f"its 95 % interval, each point at its best rate. Right: a price on outputs, {n[1]} "
        "networks, mean with 95 % t-interval.",
    )


def _band(axes: Axes, x: np.ndarray, value: np.ndarray, low: np.ndarray, high: np.ndarray) -> None:
    axes.fill_between(x, low, high, color=LIGHT["relu"], alpha=BAND, lw=0)
    axes.plot(x, value, color=LIGHT["relu"], marker="o", ms=5)
