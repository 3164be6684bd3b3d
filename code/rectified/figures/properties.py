"""The tables of all activations, as a reader sorts them."""

from collections.abc import Iterable

from rectified.activations import Activation, VectorActivation
from rectified.display import Table

UNITS = 8  # preactivations that a layer hands to its activation, as an example


def activation_table(activations: Iterable[Activation]) -> Table:
    """List what elementwise entries say of themselves; values and slopes are infima and suprema."""
    columns = (
        *("function", "family", "lowest value", "highest value", "least slope", "largest slope"),
        *("smoothness", "monotone", "zero-centred"),
    )
    rows = [
        (f.title, f.family, *f.image, *f.slopes, f.smoothness, *map(_answer, _facts(f)))
        for f in activations
    ]
    return Table(columns=columns, rows=rows, caption="Activations and their properties")


def layer_table(activations: Iterable[VectorActivation]) -> Table:
    """List the entries that act on a whole layer, and what they make of its width."""
    columns = ("function", f"outputs of {UNITS} preactivations")
    rows = [(f.title, f.width(UNITS)) for f in activations]
    return Table(columns=columns, rows=rows, caption="Activations of a whole layer")


def _facts(f: Activation) -> tuple[bool, bool]:
    return f.monotone, f.zero_centred


def _answer(fact: bool) -> str:
    return "yes" if fact else "no"
