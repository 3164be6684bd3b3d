"""Networks while they learn."""

import numpy as np
from matplotlib.axes import Axes

from rectified.claims import t_band
from rectified.display.tokens import LIGHT
from rectified.experiments.backprop.boundary import MoonsPictures
from rectified.experiments.backprop.descent import MoonsLearned
from rectified.figures.canvas import Figure, blank
from rectified.figures.style import BAND, house_style


@house_style()
def learning(result: MoonsLearned) -> Figure:
    """Draw loss on training examples and accuracy on test examples against the step."""
    drawing = blank(height=250)
    left, right = drawing.subplots(1, 2)
    _curves(left, result.step, result.loss, "sigmoid")
    left.set(title="loss, training examples", yscale="log")
    left.minorticks_off()
    left.set_yticks([0.01, 0.1, 1], ["0.01", "0.1", "1"])
    _curves(right, result.step, 100 * result.test_accuracy, "relu")
    lowest = 10 * np.floor(10 * result.test_accuracy.min())
    right.set(title="accuracy, other examples, %", ylim=(lowest, 100))
    loss, accuracy = t_band(result.loss), t_band(result.test_accuracy)
    n = len(result.seeds)
    return Figure(
        drawing,
        message=f"The loss falls from {loss.value[0]:.2f} to {loss.value[-1]:.2f}, and "
        f"{accuracy.value[-1]:.0%} of new examples are told apart".replace("%", " %"),
        alt=f"Left: the loss of {n} networks against the step, from {loss.value[0]:.2f} on average "
        f"to {loss.value[-1]:.2f} after {result.step[-1]} steps. Right: their accuracy on new "
        f"examples, from {accuracy.value[0]:.0%} to {accuracy.value[-1]:.0%}.".replace("%", " %"),
        caption=f"Thin: {n} networks, each with its own weights, examples and mini-batches. Bold: "
        "their mean, with a 95 % t-interval at each step.",
    )


def _curves(axes: Axes, step: np.ndarray, samples: np.ndarray, ink: str) -> None:
    band = t_band(samples)
    axes.plot(step, samples.T, color=LIGHT[ink], lw=0.6, alpha=0.6)
    axes.fill_between(step, band.low, band.high, color=LIGHT[ink], alpha=2 * BAND, lw=0)
    axes.plot(step, band.value, color=LIGHT[ink], lw=2.6)
    axes.set(xlim=(0, step[-1]), xlabel="step")


SHADES = (("div-n2", 0.75), ("div-n2", 0.3), ("div-p2", 0.25), ("div-p2", 0.75))
SHOWN = 50  # examples of each class: more would make the picture heavy, and no clearer
LEVELS = (-1e9, -np.log(9), 0.0, np.log(9), 1e9)  # lead at which a class has 90 % and 50 %


@house_style()
def moons_learned(result: MoonsPictures) -> Figure:
    """Draw what a network says of the plane after each number of steps, with its examples."""
    n = len(result.step)
    drawing = blank(height=40 + 225 * -(-n // 2))
    panels = drawing.subplots(-(-n // 2), 2, squeeze=False)
    for axes in panels.flat[n:]:
        axes.remove()
    for axes, step, lead, loss in zip(
        panels.flat, result.step, result.lead, result.loss, strict=False
    ):
        _plane(axes, result, lead)
        axes.set_title(f"after {step} steps: loss {loss:.2f}", pad=5)
    steps = zip(result.step, result.loss, strict=True)
    falls = ", ".join(f"{loss:.2f} after {step}" for step, loss in steps)
    right = [f"{share:.1%}".replace(".0%", "%").replace("%", " %") for share in result.accuracy]
    each = result.y.size // 2  # examples of a class
    return Figure(
        drawing,
        message=f"At first the network is right on {right[0]} of its examples, after "
        f"{result.step[-1]} steps on {right[-1]}",
        alt=f"{n} squares with the same points, two half-moons that reach into each other. The "
        "colour is what the network says of each place, and a line parts the two answers where "
        f"both are given. Examples on the right side: {', '.join(right)}. Loss: {falls} steps.",
        caption=f"Circles and triangles: {min(SHOWN, each)} of the {each} examples of each class. "
        "Orange and blue: which class the network chooses; strong where it is over 90 % sure.",
    )


def _plane(axes: Axes, result: MoonsPictures, lead: np.ndarray) -> None:
    """Fill the plane by what the network says of it, and put the examples on top."""
    for (token, opacity), low, high in zip(SHADES, LEVELS[:-1], LEVELS[1:], strict=True):
        if ((lead > low) & (lead < high)).any():
            fill = {"colors": [LIGHT[token]], "alpha": opacity}
            axes.contourf(result.grid, result.grid, lead, levels=[low, high], **fill)
    if lead.min() < 0 < lead.max():
        line = {"colors": [LIGHT["text"]], "linewidths": 1.2}
        axes.contour(result.grid, result.grid, lead, levels=[0.0], **line)
    for label, marker, token in ((0, "o", "div-n3"), (1, "^", "div-p3")):
        marks = {"color": LIGHT[token], "ms": 3.4, "mec": LIGHT["bg"], "mew": 0.4}
        axes.plot(*result.x[result.y == label][:SHOWN].T, marker, **marks)
    ends = result.grid[0], result.grid[-1]
    axes.set(aspect="equal", xlim=ends, ylim=ends, xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
