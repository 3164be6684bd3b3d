"""The loss between two networks that compute the same."""

import numpy as np

from rectified.display.tokens import LIGHT
from rectified.experiments.backprop.landscape import BetweenTwins
from rectified.figures.canvas import Figure, blank
from rectified.figures.style import house_style


@house_style()
def between_twins(result: BetweenTwins) -> Figure:
    """Draw the loss on the straight line from each network that learned to its twin.

    Raises ValueError if none did.
    """
    if not result.learned.any():
        raise ValueError("result holds no network that learned; train more, or longer")
    drawing = blank(height=250)
    axes = drawing.subplots()
    losses, n = result.loss[result.learned], np.count_nonzero(result.learned)
    axes.plot(result.share, losses.T, color=LIGHT["relu"], lw=0.7, alpha=0.7)
    middle = np.median(losses, axis=0)
    axes.plot(result.share, middle, color=LIGHT["relu"], lw=3.2)
    axes.set(xlim=(0, 1), ylim=(0, None), ylabel="loss")
    axes.set_xticks([0, 0.5, 1], ["trained network", "half-way", "its twin"])
    for label, side in zip(axes.get_xticklabels(), ("left", "center", "right"), strict=True):
        label.set_ha(side)
    ends, bump = middle[0], middle[result.share.size // 2]
    higher = np.count_nonzero(result.bump[result.learned] > 0)
    return Figure(
        drawing,
        message=f"Two ways to write one network, and a mountain between: loss {ends:.2f} at both "
        f"ends, {bump:.2f} half-way",
        alt=f"{n} thin curves and a bold one, from a trained network on the left to its twin on "
        f"the right. At half-way {higher} of {n} are above the mean of their ends. The bold one, "
        f"the median, is {ends:.2f} at both ends and {bump:.2f} half-way.",
        caption=f"Thin: the {n} of {len(result.seeds)} networks of {result.width} hidden ReLUs "
        "that learned XOR. Bold: their median. The twin has the same units in reverse order.",
    )
