"""The lab of the chapter on initialization: what gain the first weights should have."""

import math

from rectified import figures
from rectified.activations import ELEMENTWISE, relu
from rectified.experiments import signal_propagation
from rectified.initializers import variance_scaling
from rectified.labs.controls import Choice, Number, Whole
from rectified.labs.lab import Lab, Try

CRITICAL = math.sqrt(2)  # for ReLU


class Initialization(Lab):
    """Signals and gradients through deep random networks, by theory and measured.

    A network has `depth` layers of `width` units, weights of variance gain² / width, and biases
    of standard deviation `bias_std`; it gets an input of mean square 1. The histogram is that of
    `layer`, or of the last if there are fewer.

        Initialization(activation="tanh", gain=1.5, depth=50)
    """

    slug = "initialization"
    question = "How large should the first weights be?"
    description = (
        "A wide plot of random networks has the variance of the preactivations z in each layer: a "
        "solid line is what theory says, dots are networks that were drawn, at the bottom those in "
        "which it is 0. A dashed line is what theory says of the mean square gradient on its way "
        "back from the last layer, where it is 1. Below is the "
        "factor by which the last layer multiplies each of the two, against the gain of the "
        "weights; where there is a critical gain, it is marked. Beside it is the histogram of z "
        "in one layer, under the normal density of theory, and the activation f over the same z. "
        "The gain and that layer can be moved."
    )
    formula = r"q_{l+1} = \text{gain}^2 \, \mathbb{E}[f(\sqrt{q_l}\, u)^2] + \sigma_b^2"
    tries = (
        Try(
            "Take ReLU at its critical gain, √2.",
            "ReLU halves the mean square, and weights of twice the variance double it again: by "
            "theory the variance of z is 2 from layer 1 to layer 50, and gradients keep their "
            "size, too. Networks of 64 units drift below: in layer 50 their median is near 0.3.",
            {"gain": CRITICAL, "depth": 50},
        ),
        Try(
            "Take tanh at gain 3.",
            "Its flat ends hold the signal: from layer 3 on it stays near 6. But by theory nothing "
            "holds the gradient: back in layer 1 its mean square is more than fifty million times "
            "as large.",
            {"activation": "tanh", "gain": 3.0},
        ),
        Try(
            "Make the critical ReLU network narrow: 4 units a layer.",
            "Theory still says 2, for it speaks of wide layers. Yet more than nine in ten of these "
            "networks are dead before layer 50: all 4 units were off at once, and 0 came out, "
            "the dots at the bottom.",
            {"gain": CRITICAL, "depth": 50, "width": 4},
        ),
    )

    activation = Choice(
        "relu", label="Activation", options={name: f.title for name, f in ELEMENTWISE.items()}
    )
    gain = Number(1.0, label="Gain", low=0.25, high=16, step=0.01)
    bias_std = Number(0.0, label="Standard deviation of biases", low=0, high=1, step=0.05)
    depth = Whole(30, label="Depth", low=2, high=50, unit="layers")
    width = Whole(64, label="Width", low=4, high=256, step=2, scale="log", unit="units")
    layer = Whole(10, label="Layer of the histogram", low=1, high=50)
    seed = Whole(0, label="Seed of the weights", low=0, high=999)

    def poster(self) -> figures.Figure:
        """Return signals that explode, survive and vanish in 16 networks each, and in theory."""
        laws = [variance_scaling(gain**2, "fan_in", "normal") for gain in (2.0, CRITICAL, 1.0)]
        return figures.signals_by_layer(
            [signal_propagation(relu, weights=law, depth=30, width=64) for law in laws]
        )
