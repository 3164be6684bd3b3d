"""The lab of the chapter on vanishing gradients: why a deep sigmoid network does not learn."""

import numpy as np

from rectified import data, figures, initializers
from rectified.activations import ELEMENTWISE, Activation, relu, sigmoid
from rectified.experiments import gradient_flow
from rectified.experiments.depth.gradients import GradientFlow as Measured
from rectified.initializers import Initializer, he_normal, xavier_normal
from rectified.labs.controls import Choice, Number, Whole
from rectified.labs.lab import Lab, Try

LAWS = (  # those that the page knows: all that draw weights, but for truncated normals and sparse
    "unit_normal",
    "small_normal",
    "inverse_sqrt_uniform",
    "lecun_normal",
    "lecun_uniform",
    "xavier_normal",
    "xavier_uniform",
    "he_normal",
    "he_uniform",
    "orthogonal",
)
DEPTH, WIDTH, EXAMPLES = 10, 32, 128
SEEDS = range(24)


class GradientFlow(Lab):
    """A network of any depth that learns in the page, and shows its layers while it does.

    It has `depth` layers with weights, the last of which gives the outputs, `width` units in each
    hidden one, first weights drawn by `initializer` and multiplied by `gain`, and biases of 0.
    Gradient descent takes up to 3000 steps, each on all 128 examples of `task`.

        GradientFlow(activation="tanh", depth=30, gain=2)
    """

    slug = "gradient-flow"
    question = "Why does a deep sigmoid network not learn?"
    description = (
        "A network learns to tell an inner ring of points from an outer one, or a curve. At the "
        "top are its answers and its accuracy, or its error, against the step. Below, on a "
        "logarithmic axis, is the root mean square in each layer: filled dots for outputs, rings "
        "for gradients with their histograms. Lines say what mean-field theory predicts for the "
        "start; that of gradients, dashed, begins at the last hidden layer with what was measured "
        "there. Boxes are shares of gradients that are exactly 0. At the bottom are histograms of "
        "the outputs of each hidden layer."
    )
    formula = (
        r"\frac{\mathbb{E}[g_1^2]}{\mathbb{E}[g_{L-1}^2]} = "
        r"\prod_{l=1}^{L-2} n \operatorname{Var}[w] \; \mathbb{E}[f'(z_l)^2]"
    )
    tries = (
        Try(
            "Change to ReLU with He, and train.",
            "The gradient has the same size in all hidden layers, and within 400 steps the network "
            "is right on more than 95 % of the points.",
            {"activation": "relu", "initializer": "he_normal"},
        ),
        Try(
            "Keep the sigmoid, make its weights eight times as large, and train.",
            "They make up for its small slopes: layer 1 gets between a twentieth of the gradient’s "
            "size in layer 9 and twice of it, and most networks are right on more than 95 % of the "
            "points within 1000 steps.",
            {"gain": 8.0},
        ),
        Try(
            "Overdo it: 30 layers of tanh at gain 3. Look at the start, then train.",
            "On its way back the gradient grows more than a thousandfold. A few such steps push "
            "most outputs to ±1, where slopes vanish; after 50 of them the gradient has vanished, "
            "too, in most networks.",
            {"activation": "tanh", "depth": 30, "gain": 3.0},
        ),
    )

    depth = Whole(DEPTH, label="Depth", low=1, high=50, unit="layers")
    width = Whole(WIDTH, label="Width", low=2, high=64, unit="units")
    activation = Choice(
        "sigmoid", label="Activation", options={name: f.title for name, f in ELEMENTWISE.items()}
    )
    initializer = Choice(
        "xavier_normal",
        label="Initialization",
        options={name: initializers.ALL[name].title for name in LAWS},
    )
    gain = Number(
        1.0, label="Gain", low=0.1, high=10, step=10**0.05, scale="log", unit="× the law’s"
    )
    task = Choice(
        "two_circles", label="Task", options={"two_circles": "Two circles", "sine": "A sine"}
    )
    learning_rate = Number(
        0.01, label="Learning rate", low=0.001, high=10, step=10**0.1, scale="log"
    )
    seed = Whole(0, label="Seed of the weights", low=0, high=999)

    def poster(self) -> figures.Figure:
        """Return what is left of the gradient in each layer, of sigmoid and of ReLU networks."""
        return figures.gradients_by_layer([flow(sigmoid, xavier_normal), flow(relu, he_normal)])


def flow(f: Activation, weights: Initializer) -> Measured:
    """Measure gradients in networks like the lab's, before their first step."""
    circles = data.two_circles(EXAMPLES, rng=np.random.default_rng(0))
    sizes = {"depth": DEPTH, "width": WIDTH, "batch": EXAMPLES}
    return gradient_flow(f, weights=weights, data=circles, seeds=SEEDS, **sizes)
