"""The hinge composer: a ReLU network of one input as a sum of hinges, and layers that fold."""

from rectified import experiments, figures
from rectified.figures import Figure
from rectified.labs.controls import Choice, Number, Rows, Whole
from rectified.labs.lab import Lab, Try

REACH = 20.0  # of slopes and of the offset; nine runs between 0 and 1 take changes of 18
FOLD = [[0.3333, -6.0, "right"], [0.6667, 6.0, "right"]]


class HingeComposer(Lab):
    """f(x) = offset + slope · x + Σ slope_k · max(0, ±(x - place_k)) on [0, 1], in the hand.

    `hinges` has a row [place, slope, side] for each hinge, with side "right" for +, "left" for -.
    With more `layers`, each takes what the one before gives, and all have the same hinges. After
    training here the state has the hinges that gradient descent found (Adam, 6000 steps). Another
    curve that is chosen on the page begins with hinges that are spread evenly and bend little.
    """

    slug = "hinge-composer"
    question = "How do hinges add up to a curve?"
    description = (
        "Above, a bent line over x from 0 to 1, and a curve that it shall follow. The line bends "
        "at the place of each hinge; left and right arrows move a place, Enter turns a hinge to "
        "its other side, up and down arrows change how much it bends. Below, each hinge alone. "
        "With more than one layer the lower picture shows what all layers make of x together. The "
        "error is the root mean square distance of the two curves."
    )
    formula = r"f(x) = c + a_0 x + \sum_k a_k \max(0,\, \pm(x - t_k))"
    tries = (
        Try(
            "Let gradient descent place three hinges.",
            "Press Train: 6000 steps of Adam. The line starts nearly flat; three kinks wander, "
            "hinge 1 passes both others, and the error falls from 0.36 to 0.019. That is less than "
            "half of what the hinges you saw first are off.",
            {
                "offset": 0.5,
                "slope": 0.0,
                "hinges": [[place, 0.1, "right"] for place in (0.25, 0.5, 0.75)],
            },
        ),
        Try(
            "Pull two hinges apart.",
            "They share a place and have opposite slopes, so they cancel: 1 piece. Drag hinge 2 "
            "to 0.60. Between the two a ramp rises, there are 3 pieces, and the error falls from "
            "0.68 to 0.022: two hinges make a soft step.",
            {
                "target": "step",
                "offset": 0.0,
                "slope": 0.0,
                "hinges": [[0.4, 5.0, "right"], [0.4, -5.0, "right"]],
            },
        ),
        Try(
            "Fold the line: two layers of two hinges.",
            "Each of three columns has a squeezed copy of the upper zigzag, mirrored in the shaded "
            "one: 3 times 3 are 9 pieces. With the line underneath as a third ReLU of each layer, "
            "6 ReLUs make them; in one layer 6 make 7 at most. A third layer makes 27 pieces, a "
            "fourth 81.",
            {"target": "none", "layers": 2, "offset": 0.0, "slope": 3.0, "hinges": FOLD},
        ),
    )

    target = Choice(
        "parabola",
        label="Curve to follow",
        options={
            "parabola": "Parabola",
            "sine": "Sine",
            "step": "Soft step",
            "zigzag": "Zigzag",
            "none": "None",
        },
    )
    layers = Whole(1, label="Layers", low=1, high=4)
    hinges = Rows(
        [[0.25, 2.0, "left"], [0.5, 2.0, "right"], [0.75, 2.0, "right"]],
        label="Hinges",
        columns=[
            Number(0.5, label="Place", low=0.0, high=1.0, step=0.01),
            Number(1.0, label="Slope", low=-REACH, high=REACH, step=0.1),
            Choice("right", label="Side", options={"right": "Right", "left": "Left"}),
        ],
        least=1,
        most=8,
    )
    offset = Number(0.5, label="Offset", low=-REACH, high=REACH, step=0.01)
    slope = Number(-1.0, label="Slope of the line underneath", low=-REACH, high=REACH, step=0.01)

    def poster(self) -> Figure:
        """Draw six hinges side by side, and in two layers of three."""
        flat = experiments.zigzag_layers(hinges=6, layers=1)
        return figures.hinge_folds(flat, experiments.zigzag_layers(hinges=3, layers=2))
