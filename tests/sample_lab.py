"""A lab with an entry of each kind, as short as can be: what the frame itself is tested on."""

from labs_node import node
from rectified import figures
from rectified.activations import relu
from rectified.labs import Lab, Try
from rectified.labs.controls import Choice, Number, Rows, Switch, Whole


def joined(module: str) -> str:
    """Return a module of `tests/javascript` as one file, as a page and a kernel need it."""
    done = node("tests/javascript/join.mjs", f"tests/javascript/{module}")
    assert done.returncode == 0, done.stderr
    return done.stdout


class Sample(Lab):
    """A curve, a point and a bend that can be dragged, and controls that say what they are."""

    _esm = joined("sample_lab.mjs")
    slug = "sample"
    question = "Where on the curve is the slope lost?"
    description = "A curve, with a point on it that can be moved to the left and to the right."
    formula = r"f(z) = \max(0, z), \quad \operatorname{Var}[W_{ij}] = \frac{2}{n}"
    tries = (
        Try("Drag the point to the left.", "The slope is 0.", {"z": -2.0}),
        Try("Drag it to the right.", "The slope is the gain.", {"z": 2.0, "gain": 3.0}),
        Try("Go deep.", "Nothing else changes.", {"depth": 30, "law": "lecun"}),
    )

    z = Number(-1.0, label="Point", low=-3, high=3, step=0.1)
    gain = Number(1.0, label="Gain", low=0.1, high=10, step=1.05, scale="log")
    depth = Whole(10, label="Depth", low=1, high=50, unit="layers")
    activation = Choice(
        "relu",
        label="Activation",
        options={"relu": "ReLU", "tanh": "tanh", "sigmoid": "sigmoid"},
    )
    law = Choice(
        "he",
        label="Weights",
        options={"he": "He", "xavier": "Xavier", "lecun": "LeCun", "zero": "0", "one": "1"},
    )
    shown = Switch(True, label="Show the slope")
    bends = Rows(
        [[-1.0, 2.5, "left"], [0.5, 0.25, "right"]],
        label="Bends",
        columns=(
            Number(0.0, label="place", low=-3, high=3, step=0.1),
            Number(1.0, label="slope", low=0, high=3, step=0.01),
            Choice("left", label="side", options={"left": "left", "right": "right"}),
        ),
        least=0,
        most=6,
    )

    def poster(self) -> figures.Figure:
        """Draw the curve."""
        return figures.gallery([relu])
