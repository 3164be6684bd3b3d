"""One step of gradient descent, number by number."""

import numpy as np
from matplotlib.axes import Axes

from rectified.display import Table
from rectified.display.tokens import LIGHT
from rectified.experiments.backprop.by_hand import OneStep
from rectified.figures.canvas import Figure, blank
from rectified.figures.style import GRADIENT_DASH, house_style

COLUMNS = (0.07, 0.5, 0.86)  # where inputs, hidden units and output stand
HEIGHT = 545
RADIUS = 0.068  # of a unit, in shares of the width
NEAR = 0.31  # how far along its edge a number stands: where edges of one unit have parted


@house_style()
def one_step(result: OneStep) -> Figure:
    """Draw a network of one hidden layer twice: what goes forward, and what comes back.

    Forward, circles hold h and edges weights; backward, circles hold the gradient by z, and edges
    the gradient by their weight.
    """
    drawing = blank(height=HEIGHT)
    drawing.set_layout_engine("none")  # two panels of the full width, twice as wide as high
    up, down = (drawing.add_axes((0, low / HEIGHT, 1, 240 / HEIGHT)) for low in (280, 15))
    _forward(up, result)
    _backward(down, result)
    closed = np.count_nonzero(np.ravel(result.z1) <= 0)
    after = _number(result.new_loss)
    return Figure(
        drawing,
        message=f"One error at the end gives every weight its own gradient; one step takes the "
        f"loss from {_number(result.loss)} to {after}",
        alt=_alt(result, closed),
        caption="Top: circles hold the outputs of units, lines their weights, b is the bias. "
        "Bottom, dashed: circles hold the derivative of the loss by the sum in that unit, lines "
        "that by their weight; the inputs are empty, as nobody needs theirs. Grey: a unit that is "
        "off, what its gate holds back, and its outgoing weight, which carries the signal 0.",
    )


def _alt(result: OneStep, closed: int) -> str:
    hidden = ", ".join(map(_number, np.ravel(result.h1)))
    arriving, left = (
        ", ".join(map(_number, np.ravel(each))) for each in (result.grad_h1, result.grad_z1)
    )
    return (
        f"Two drawings of the same network of 2 inputs, {np.size(result.h1)} hidden units and one "
        f"output. Forward: inputs {_listed(result.x)} become hidden outputs {hidden} and the "
        f"output {_listed(result.z2)}; the target is {_listed(result.y)}, the loss "
        f"{_number(result.loss)}. Backward: the output's gradient {_listed(result.grad_z2)} "
        f"reaches the hidden units as {arriving}, and leaves their gates as {left}: {closed} of "
        "them is off and passes nothing on. The circles of the inputs are empty."
    )


def _forward(axes: Axes, result: OneStep) -> None:
    places = _places(axes, result)
    on = np.ravel(result.z1) > 0
    _edges(axes, places[0], places[1], np.atleast_2d(result.w1), np.broadcast_to(on, (2, on.size)))
    _edges(axes, places[1], places[2], np.reshape(result.w2, (-1, 1)), on[:, None])
    _units(axes, places[0], result.x, LIGHT["linear"])
    for place, h, z, b, lit in zip(
        places[1], np.ravel(result.h1), np.ravel(result.z1), np.ravel(result.b1), on, strict=True
    ):
        _unit(axes, place, h, LIGHT["relu"] if lit else LIGHT["muted"])
        _note(axes, place, f"z = {_number(z)}, b = {_number(b)}")
    _units(axes, places[2], result.z2, LIGHT["relu"])
    _note(axes, places[2][0], f"b = {_listed(result.b2)}")
    _note(
        axes, places[2][0], f"target {_listed(result.y)}\nloss {_number(result.loss)}", above=True
    )
    axes.set_title("forward: outputs and weights", color=LIGHT["relu"], weight="semibold")


def _backward(axes: Axes, result: OneStep) -> None:
    places = _places(axes, result)
    on = np.ravel(result.z1) > 0
    style = {"colour": "sigmoid", "ls": GRADIENT_DASH}
    lit = np.broadcast_to(on, (2, on.size))
    _edges(axes, places[0], places[1], np.atleast_2d(result.grad_w1), lit, **style)
    _edges(axes, places[1], places[2], np.reshape(result.grad_w2, (-1, 1)), on[:, None], **style)
    for place in places[0]:
        _unit(axes, place, None, LIGHT["muted"])
    for place, grad, by_b, open_ in zip(
        places[1], np.ravel(result.grad_z1), np.ravel(result.grad_b1), on, strict=True
    ):
        _unit(axes, place, grad, LIGHT["sigmoid"] if open_ else LIGHT["muted"])
        _note(axes, place, f"by b: {_number(by_b)}")
    _units(axes, places[2], result.grad_z2, LIGHT["sigmoid"])
    _note(axes, places[2][0], f"by b: {_listed(result.grad_b2)}")
    axes.set_title("backward: gradients", color=LIGHT["sigmoid"], weight="semibold")


def _places(axes: Axes, result: OneStep) -> list[list[tuple[float, float]]]:
    """Set the axes up, and return where the units of each layer stand."""
    axes.set(xlim=(0, 1), ylim=(-0.015, 0.485), xticks=[], yticks=[])
    axes.axis("off")
    heights = ([0.36, 0.11], np.linspace(0.41, 0.06, np.size(result.h1)), [0.235])
    return [[(x, y) for y in column] for x, column in zip(COLUMNS, heights, strict=True)]


def _edges(
    axes: Axes,
    sources: list,
    targets: list,
    numbers: np.ndarray,
    lit: np.ndarray,
    *,
    colour: str = "relu",
    ls: str | tuple = "-",
) -> None:
    """Draw a line from each source to each target, with its number on it."""
    for i, (x0, y0) in enumerate(sources):
        for j, (x1, y1) in enumerate(targets):
            ink = LIGHT[colour] if lit[i, j] else LIGHT["muted"]
            axes.plot([x0, x1], [y0, y1], color=ink, lw=1.2, ls=ls, zorder=1)
            place = (x0 + NEAR * (x1 - x0), y0 + NEAR * (y1 - y0))
            box = {"boxstyle": "square,pad=0.12", "facecolor": LIGHT["bg"], "edgecolor": "none"}
            text = _number(numbers[i, j])
            axes.text(*place, text, color=ink, ha="center", va="center", bbox=box, zorder=2)


def _units(axes: Axes, places: list, numbers: np.ndarray, ink: str) -> None:
    for place, number in zip(places, np.ravel(numbers), strict=True):
        _unit(axes, place, number, ink)


def _unit(axes: Axes, place: tuple[float, float], number: float | None, ink: str) -> None:
    """Draw a circle with its number in it."""
    x, y = place
    circle = axes.plot(x, y, "o", ms=40, mfc=LIGHT["bg"], mec=ink, mew=1.6, zorder=3)
    circle[0].set_clip_on(False)
    if number is not None:
        axes.text(
            x, y, _number(number), color=ink, weight="semibold", ha="center", va="center", zorder=4
        )


def _note(axes: Axes, place: tuple[float, float], text: str, *, above: bool = False) -> None:
    """Write below a unit, or above it."""
    x, y = place
    y, va = (y + RADIUS, "bottom") if above else (y - RADIUS, "top")
    box = {"boxstyle": "square,pad=0.05", "facecolor": LIGHT["bg"], "edgecolor": "none"}
    axes.text(x, y, text, color=LIGHT["muted"], ha="center", va=va, size=12, bbox=box, zorder=2)


def _number(value: np.ndarray | float) -> str:
    """Write a number in full, with a real minus sign."""
    return f"{float(np.squeeze(value)):.6g}".replace("-", "−")


def _listed(values: np.ndarray) -> str:
    return " and ".join(map(_number, np.ravel(values)))


def step_table(result: OneStep) -> Table:
    """List all parameters before the step and after, with the derivative that moved each."""
    units = [f"unit {j + 1}" for j in range(np.size(result.h1))]
    names = {
        "w1": [
            f"weight, input {i + 1} to {unit}" for i in range(np.size(result.x)) for unit in units
        ],
        "b1": [f"bias of {unit}" for unit in units],
        "w2": [f"weight, {unit} to output" for unit in units],
        "b2": ["bias of output"],
    }
    rows = []
    for each, parameters in names.items():
        kinds = [np.ravel(getattr(result, kind + each)) for kind in ("", "grad_", "new_")]
        for name, before, grad, after in zip(parameters, *kinds, strict=True):
            rows.append((name, before, grad, 0.0 - result.learning_rate * grad, after))  # no -0
    columns = ("parameter", "before", "derivative", "change", "after")
    rate = _number(result.learning_rate)
    caption = f"All {len(rows)} parameters in one step, learning rate {rate}"
    return Table(columns=columns, rows=rows, caption=caption)
