"""How many pieces, and how fast hinges close in: counts and errors on logarithmic axes."""

import numpy as np

from rectified.display.tokens import LIGHT
from rectified.experiments.rectifier.approximation import ApproximationRates
from rectified.experiments.rectifier.region_counts import RegionCounts
from rectified.experiments.rectifier.stepped import SoftplusGap, SteppedSum
from rectified.figures.canvas import Figure, blank
from rectified.figures.style import BAND, house_style


@house_style()
def region_counts(result: RegionCounts) -> Figure:
    """Draw regions against layers: the bound, folding weights, random weights with their seeds."""
    drawing = blank(height=270)
    axes = drawing.subplots()
    layers = np.array(result.layers)
    mean = result.random.mean(axis=0)
    rows = (
        ("no weights have more", result.bound, "linear", "s", (0, (4, 2))),
        ("weights that fold", result.folded, "smooth", "^", "-"),
        ("random weights", mean, "relu", "o", "-"),
    )
    for name, counts, ink, marker, dash in rows:
        axes.semilogy(layers, counts, marker, ls=dash, color=LIGHT[ink], ms=6)
        axes.annotate(
            f"{name}\n{counts[-1]:,.0f}", (layers[-1], counts[-1]), (10, 0),
            textcoords="offset points", va="center", color=LIGHT[ink], weight="semibold",
        )  # fmt: skip
    low, high = result.random.min(axis=0), result.random.max(axis=0)
    axes.fill_between(layers, low, high, color=LIGHT["relu"], alpha=BAND, lw=0)
    axes.minorticks_off()
    axes.set_yticks([10, 100, 1000, 10_000], ["10", "100", "1,000", "10,000"])
    axes.set(xlim=(layers[0] - 0.1, layers[-1] + 1.1), xticks=layers)
    axes.set(xlabel=f"layers of {result.width} ReLUs", title="regions of the plane")
    share = mean[-1] / result.bound[-1]
    counts = "; ".join(
        f"{layer}: at most {bound:,}, folded {fold:,}, random {each:,.0f}"
        for layer, bound, fold, each in zip(layers, result.bound, result.folded, mean, strict=True)
    )
    return Figure(
        drawing,
        message=f"In {layers[-1]} layers of {result.width}, random weights make {mean[-1]:,.0f} "
        f"regions on average: {100 * share:.1f} % of the bound",
        alt="Three rising lines on a logarithmic axis, regions against layers. With one layer "
        f"random weights reach the bound; then the lines part. By layers, {counts}.",
        caption=f"All counted in one square, so large that it holds all crossings of the first "
        f"layer. Random: mean of {len(result.random)} networks; band: all of them. Two inputs.",
    )


@house_style()
def approximation_rates(result: ApproximationRates) -> Figure:
    """Draw the largest error against the number of hinges, a line for each curve."""
    drawing = blank(height=260)
    axes = drawing.subplots()
    axes.set(xscale="log", yscale="log", xlim=(result.pieces[0], 3.2 * result.pieces[-1]))
    for name, error, ink, marker in zip(
        result.curves, result.error, ("relu", "tanh", "sigmoid"), ("o", "^", "s"), strict=True
    ):
        axes.plot(result.pieces, error, marker, ls="-", color=LIGHT[ink], ms=5)
        axes.annotate(
            name, (result.pieces[-1], error[-1]), (9, 0), textcoords="offset points",
            va="center", color=LIGHT[ink], weight="semibold",
        )  # fmt: skip
    axes.minorticks_off()
    axes.set_xticks(result.pieces, [f"{m}" for m in result.pieces])
    axes.set_yticks([1e-4, 1e-3, 1e-2, 1e-1, 1], ["0.0001", "0.001", "0.01", "0.1", "1"])
    axes.set(xlabel="hinges", title="largest error")
    first, last = result.error[:, 0], result.error[:, -1]
    said = "; ".join(
        f"{name} from {_plain(a)} to {_plain(b)}"
        for name, a, b in zip(result.curves, first, last, strict=True)
    )
    powers = dict(zip(result.curves, result.exponent, strict=True))
    smooth, root, jump = result.curves
    return Figure(
        drawing,
        message="Four times the hinges divide the largest error of "
        f"{smooth} by {4 ** powers[smooth]:.0f}, of {root} by {4 ** powers[root]:.0f}, "
        f"of a {jump} by nothing",
        alt=f"Three lines on logarithmic axes. Largest error from {result.pieces[0]} to "
        f"{result.pieces[-1]} hinges: {said}.",
        caption="Equally spaced hinges on [0, 1]. The step jumps at 0.3, between two hinges.",
    )


@house_style()
def smooth_relatives(gap: SoftplusGap, stepped: SteppedSum) -> Figure:
    """Draw softplus with growing sharpness, and the stepped sum less ReLU beside its softplus."""
    drawing = blank(height=250)
    left, right = drawing.subplots(1, 2)
    near = np.abs(gap.x) <= 3
    x, relu_line = gap.x[near], np.maximum(gap.x[near], 0)
    for value, alpha in zip(gap.value, np.linspace(1, 0.55, len(gap.value)), strict=True):
        left.plot(x, value[near], color=LIGHT["smooth"], lw=1.5, alpha=alpha)
    left.plot(x, relu_line, color=LIGHT["relu"], lw=2.4)
    left.set(xlim=(-3, 3), ylim=(-0.2, 3.1), xlabel="x", yticks=[0, 1, 2, 3])
    left.set_title("softplus, ever sharper")
    distance = stepped.total - np.maximum(stepped.x, 0)
    softplus_distance = np.log1p(np.exp(-np.abs(stepped.x)))
    right.plot(stepped.x, softplus_distance, color=LIGHT["smooth"], lw=3.2, alpha=0.45)
    right.plot(stepped.x, distance, color=LIGHT["sigmoid"], lw=1.6)
    right.set(xlim=(-8, 8), ylim=(0, 0.9), xlabel="x", yticks=[0, 0.2, 0.4, 0.6, 0.8])
    right.set_title("distance from ReLU")
    for name, ink, height in (("softplus", "smooth", 0.6), ("sum of sigmoids", "sigmoid", 0.48)):
        right.text(1.1, height, name, color=LIGHT[ink], weight="semibold")
    sharp = ", ".join(
        f"{highest:.2f} at {s:g}" for s, highest in zip(gap.sharpness, gap.highest, strict=True)
    )
    return Figure(
        drawing,
        message=f"Softplus is {gap.highest[0]:.2f} above ReLU at most; the stepped sum of sigmoids "
        f"is within {stepped.from_softplus:.3f} of it",
        alt="Left: ReLU with its corner, and rounded curves above it that come nearer as they get "
        f"sharper; largest distance by sharpness: {sharp}. Right: the distances of softplus and of "
        "a sum of 200 sigmoids from ReLU, two peaks at 0 that hardly differ.",
        caption="Left: log(1 + exp(sx))/s for s = 1, 2, 4, 8, and ReLU. Right: log(1 + exp(x)) and "
        "σ(x − ½) + σ(x − 1½) + …, each less ReLU.",
    )


def _plain(number: float) -> str:
    """Write a number with two digits, and no power of ten."""
    return f"{float(f'{number:.1e}'):.8f}".rstrip("0").rstrip(".")
