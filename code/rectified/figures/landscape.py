"""The loss between two networks that compute the same."""

import numpy as np

from rectified.display.tokens import LIGHT
from rectified.experiments.landscape import BetweenTwins
from rectified.figures.canvas import Figure, blank
from rectified.figures.style import house_style


@house_style()
def between_twins(result: BetweenTwins) -> Figure:
    """Draw the loss on the straight line from each trained network to its twin."""
    drawing = blank(height=250)
    axes = drawing.subplots()
    axes.plot(result.share, result.loss.T, color=LIGHT["relu"], lw=0.7, alpha=0.7)
    middle = np.median(result.loss, axis=0)
    axes.plot(result.share, middle, color=LIGHT["relu"], lw=3.2)
    axes.set(xlim=(0, 1), ylim=(0, None), ylabel="loss")
    axes.set_xticks([0, 0.5, 1], ["trained network", "half-way", "its twin"])
    for label, side in zip(axes.get_xticklabels(), ("left", "center", "right"), strict=True):
        label.set_ha(side)
    ends, bump = np.median(result.loss[:, 0]), np.median(result.loss[:, result.share.size // 2])
    higher = np.count_nonzero(result.bump > 0)
    return Figure(
        drawing,
        message=f"Two ways to write one network, and a mountain between: loss {ends:.2f} at both "
        f"ends, {bump:.2f} half-way",
        alt=f"{len(result.seeds)} thin curves and a bold one. Each is low at both ends and rises "
        f"in between; at half-way {higher} of {len(result.seeds)} are above their ends. The bold "
        f"one, the median, goes from {ends:.2f} up to {bump:.2f} and down again.",
        caption=f"Thin: {len(result.seeds)} networks of {result.width} hidden ReLUs, trained on "
        "XOR. Bold: their median. The twin has the same hidden units in reverse order.",
    )
