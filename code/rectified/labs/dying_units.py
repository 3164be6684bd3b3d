"""The lab on dying units: what kills a unit, and what brings one back."""

from typing import Any

import numpy as np

from rectified import data, experiments, figures
from rectified.activations import Activation, leaky_relu, relu
from rectified.experiments.dying.dead import DeadUnits
from rectified.labs.controls import Choice, Control, Number, Rows, Whole
from rectified.labs.lab import Lab, Try
from rectified.networks import StepDecay

STEPS, UNITS = 200, 24
CHANGE = 100  # the step at which what is tried begins to act
LARGE, SMALL = 4.0, 0.4  # learning rates


def acting() -> dict[str, Control]:
    """Return an entry for each setting that can change while the network learns."""
    bends = {"leaky_relu": "leaky ReLU", "elu": "ELU", "gelu": "GELU", "silu": "SiLU"}
    optimizers = {name: name for name in ("SGD", "Momentum", "Adam")}
    rates = {"low": 0.01, "high": 10, "step": 10**0.05, "scale": "log"}
    return {
        "learning_rate": Number(LARGE, label="Learning rate", **rates),
        "offset": Number(0, label="Data offset", low=0, high=4, step=0.1),
        "activation": Choice("relu", label="Activation", options={"relu": "ReLU", **bends}),
        "leak": Number(0.1, label="Leak", low=0.01, high=0.5, step=0.01),
        "optimizer": Choice("SGD", label="Optimizer", options=optimizers),
    }


def changed(before: dict[str, Any], **after: Any) -> dict[str, Any]:
    """Return the state in which settings `before` act up to CHANGE, and these after it."""
    first = {name: entry.described["initial"] for name, entry in acting().items()} | before
    return {"past": [[0, *first.values()]], "since": CHANGE, "step": CHANGE} | after


def watched(f: Activation) -> DeadUnits:
    """Train networks like the lab's, at the large learning rate and from CHANGE on at a tenth."""
    rng = np.random.default_rng(0)
    return experiments.dead_units(
        f,
        data=data.split(data.two_circles(128, rng=rng), rng=rng),
        widths=(UNITS,),
        schedule=StepDecay(every=CHANGE),
        learning_rates=[LARGE],
        steps=STEPS,
        batch=16,
        every=4,
    )


class DyingUnits(Lab):
    """One hidden layer of 24 units learns two circles of points for 200 steps, 16 a batch.

    `learning_rate`, `offset`, `activation`, `leak` and `optimizer` act from step `since` on. What
    acted before stands in `past`: rows of the step from which on, and the five in this order.
    `unit` counts units in the order in which they die, from 1.
    """

    slug = "dying-units"
    question = "What kills a unit, and can it come back?"
    description = (
        "Left, points of two classes in the plane, and for each of 24 hidden units the line on "
        "which its weighted sum is 0. Right, the loss over 200 training steps, and below it a row "
        "for each unit: blue where it is active on some examples, hatched where it is dead."
    )
    formula = (
        r"\frac{\partial L}{\partial w} = \frac{1}{n} \sum_{i=1}^{n}"
        r" \delta_i \, f'(w \cdot x_i + b) \, x_i"
    )
    tries = (
        Try(
            "Divide the learning rate by ten, from step 100 on.",
            "Press Play: no other unit dies, but none comes back. Where every slope is 0, the "
            "gradient is 0, and no learning rate of plain SGD makes a step of it.",
            changed({}, learning_rate=SMALL),
        ),
        Try(
            "Give the dead a leak of 0.2 from step 100 on, at learning rate 2.",
            "None is dead any more: the slope is 0.2 where it was 0. Press Play: line after line "
            "moves back over the data, some within ten steps, some not even in 100.",
            changed({}, learning_rate=2.0, activation="leaky_relu", leak=0.2),
        ),
        Try(
            "Train on data that lie off centre by 3, and centre them at step 100.",
            "A quarter or more are dead from the start. At learning rate 1, which kills hardly any "
            "unit on centred data, nearly all others die. Moved back, the data meet the lines "
            "again, and nearly all revive at once.",
            changed({"learning_rate": 1.0, "offset": 3.0}, learning_rate=1.0),
        ),
    )

    learning_rate, offset, activation, leak, optimizer = acting().values()
    bias = Number(0, label="Bias at the start", low=-4, high=1, step=0.1)
    past = Rows(
        [],
        label="Settings before",
        columns=[Whole(0, label="From step", low=0, high=STEPS), *acting().values()],
        least=0,
        most=6,
    )
    since = Whole(0, label="Controls act from step", low=0, high=STEPS)
    step = Whole(CHANGE, label="Step shown", low=0, high=STEPS)
    unit = Whole(14, label="Unit marked", low=1, high=UNITS)
    seed = Whole(12, label="Seed", low=0, high=999)

    def poster(self) -> figures.Figure:
        """Return how many units are dead at each step, of ReLUs and of leaky ReLUs."""
        return figures.dying(*map(watched, (relu, leaky_relu(slope=0.1))))
