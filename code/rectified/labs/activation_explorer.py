"""The activation explorer: every activation of the table, and what it makes of a normal input."""

from typing import Any

from rectified import experiments, figures
from rectified.activations import ALL, ELEMENTWISE, VECTOR
from rectified.labs.controls import Choice, Number
from rectified.labs.lab import Lab, Try, mathml

TITLES = {name: f.title for name, f in ELEMENTWISE.items()} | {
    name: f"{f.title}, a slice" for name, f in VECTOR.items()
}
NOTHING = {"none": "nothing"}


class ActivationExplorer(Lab):
    """Up to three activations with their slopes, and the distributions that they let out.

    `mean` and `spread` are those of the normal preactivation z that goes in; `z` is the point at
    which value and slope are written. A parameter belongs to the `first` activation, where that
    has it; `second` and `third` are as the table has them. What acts on a whole layer is shown
    along one unit, the first or b of a gate a g(b), while all others are `held` at one value. So
    is maxout with its two pieces: more of them, all held, would change nothing.

        ActivationExplorer(first="leaky_relu", slope=0.2, second="gelu")

    A value is saturated where |f'| is less than 1 % of its largest value, or of 1 if it has none.
    """

    slug = "activation-explorer"
    question = "What does the bend let through?"
    description = (
        "Curves of up to three activations over z, solid, with their slopes, dashed. Below them "
        "is a bell: the distribution of what goes in, grey where the slope of the first is less "
        "than 1 % of its largest, which is called saturated. To the right is the distribution of "
        "what comes out; a solid bar is the share of one exact value. The bell's mean and spread, "
        "and a point on the curve, can be moved. A table has all numbers."
    )
    tries = (
        Try(
            "Push the bell to the left, to a mean of −2.",
            "ReLU now blocks 98 % of what goes in: exact zeros come out, and the slope there is 0. "
            "A unit whose bell lies all on that side would be dead.",
            {"mean": -2.0, "z": -3.0},
        ),
        Try(
            "Widen the bell in front of tanh, to a spread of 6.",
            "The outputs pile up at −1 and 1, and 62 % are saturated: most inputs still say where "
            "they lie, left or right, but hardly how far.",
            {"first": "tanh", "spread": 6.0, "z": 3.0},
        ),
        Try(
            "Lay GELU over ReLU.",
            "They are nowhere more than 0.17 apart, and farthest near z = −0.75 and 0.75. Yet GELU "
            "makes an exact zero of z = 0 alone, and lets a little slope through below 0, where "
            "ReLU has none.",
            {"first": "gelu", "second": "relu", "z": -0.8},
        ),
    )

    first = Choice("relu", label="Activation", options=TITLES)
    second = Choice("none", label="Compare with", options=NOTHING | TITLES)
    third = Choice("none", label="and with", options=NOTHING | TITLES)
    slope = Number(0.01, label="Slope a below 0", low=0.01, high=0.99, step=0.01)
    prelu_slope = Number(0.25, label="Slope a below 0", low=-1.0, high=2.0, step=0.05)
    lower = Number(1 / 8, label="Least slope a", low=0.005, high=0.33, step=0.005)
    upper = Number(1 / 3, label="Largest slope b", low=1 / 3, high=0.99, step=0.01)
    beta = Number(1.0, label="Sharpness β", low=0.1, high=10.0, step=0.1)
    alpha = Number(1.0, label="Depth α", low=0.1, high=5.0, step=0.1)
    held = Number(1.0, label="Other units held at", low=-3.0, high=3.0, step=0.1)
    mean = Number(0.0, label="Mean of what goes in", low=-3.0, high=3.0, step=0.1)
    spread = Number(1.0, label="Spread of what goes in", low=0.1, high=6.0, step=0.1)
    z = Number(2.0, label="Point z", low=-6.0, high=6.0, step=0.1)

    def words(self) -> dict[str, Any]:
        """Add the formulas of all activations, by name."""
        formulas = {
            name: mathml(f"f(z){'_i' if '_i' in f.formula else ''} = {f.formula}")
            for name, f in ALL.items()
        }
        return super().words() | {"formulas": formulas}

    def poster(self) -> figures.Figure:
        """Return what ReLU, sigmoid and GELU make of one bell."""
        names = ("relu", "sigmoid", "gelu")
        return figures.passages([experiments.passage(ELEMENTWISE[name]) for name in names])
