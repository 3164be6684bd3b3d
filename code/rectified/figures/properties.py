"""The table of all activations, as a reader sorts it."""

from collections.abc import Iterable

from rectified.activations import Activation, VectorActivation
from rectified.display import Table

UNITS = 8  # preactivations that one layer hands to its activation, in the last column
COLUMNS = (
    "function",
    "family",
    "lowest value",
    "highest value",
    "least slope",
    "largest slope",
    "smoothness",
    "monotone",
    "zero-centred",
    f"outputs of {UNITS}",
)


def activation_table(activations: Iterable[Activation | VectorActivation]) -> Table:
    """List what the entries say of themselves, a row for each.

    Values and slopes are infima and suprema. A function of a whole layer has no single curve, so
    those cells stay empty; the last column says how many outputs it makes of 8 preactivations.
    """
    rows = [_elementwise(f) if isinstance(f, Activation) else _layerwise(f) for f in activations]
    return Table(columns=COLUMNS, rows=rows, caption="Activations and their properties")


def _elementwise(f: Activation) -> tuple:
    answers = ("yes" if fact else "no" for fact in (f.monotone, f.zero_centred))
    return (f.title, f.family, *f.image, *f.slopes, f.smoothness, *answers, UNITS)


def _layerwise(f: VectorActivation) -> tuple:
    return (f.title, "whole layer", *[None] * (len(COLUMNS) - 3), f.width(UNITS))
