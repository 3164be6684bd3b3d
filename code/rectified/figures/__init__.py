"""One function per figure: a result of an experiment goes in, a Figure comes out."""

from rectified.figures.bends import spread, with_and_without_bend
from rectified.figures.canvas import Figure
from rectified.figures.curves import gallery, slopes
from rectified.figures.ends import flat_ends
from rectified.figures.hinge_sums import hinges
from rectified.figures.planes import regions
from rectified.figures.properties import activation_table, layer_table

__all__ = [
    "Figure",
    "activation_table",
    "flat_ends",
    "gallery",
    "hinges",
    "layer_table",
    "regions",
    "slopes",
    "spread",
    "with_and_without_bend",
]
