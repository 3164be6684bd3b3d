"""A table that can be sorted where scripts run, and read where they do not."""

import html
import math
from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Integral, Real
from pathlib import Path

from rectified.display.output import Output

Cell = str | int | float | None
SCRIPT = Path(__file__).with_name("table.js").read_text(encoding="utf-8")


@dataclass(frozen=True, kw_only=True)
class Table(Output):
    """Rows under named columns. The first cell of a row is its header.

    Numbers are right-aligned and sorted by value, None shows as an empty cell and is sorted last.
    `digits` gives the significant digits of floats, 3 unless told.

    Raises ValueError for an empty caption, for no columns, and for a row of another length.
    """

    kind = "table"
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    caption: str
    digits: int = 3

    def __post_init__(self) -> None:
        """Check that every row fits the columns."""
        if not self.caption.strip():
            raise ValueError("caption is empty; say in a few words what the table holds")
        if not self.columns:
            raise ValueError("columns is empty; a table needs at least one")
        for i, row in enumerate(self.rows):
            if len(row) != len(self.columns):
                raise ValueError(
                    f"rows[{i}] has {len(row)} cells, there are {len(self.columns)} columns"
                )

    def text(self) -> str:
        """Return caption, header and rows in columns of equal width."""
        lines = [list(self.columns), *([self._shown(cell) for cell in row] for row in self.rows)]
        widths = [max(len(line[i]) for line in lines) for i in range(len(self.columns))]
        body = (
            "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
            for line in lines
        )
        return "\n".join([self.caption, *body])

    def html(self) -> str:
        """Return a region that scrolls sideways, with a table in it, and the sorting script."""
        head = "".join(
            f'<th scope="col"{_number_class(any(map(_is_number, cells)))}>{html.escape(name)}</th>'
            for name, cells in zip(self.columns, self._by_column(), strict=True)
        )
        body = "".join(f"<tr>{self._row(row)}</tr>" for row in self.rows)
        caption, label = html.escape(self.caption), html.escape(self.caption, quote=True)
        return (
            f'<div class="rc-table-scroll" role="region" aria-label="{label}" tabindex="0">'
            f'<table class="rc-table"><caption><span>{caption}</span></caption>'
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
            f"<script>{SCRIPT}</script>"
        )

    def _by_column(self) -> list[list[Cell]]:
        return [[row[i] for row in self.rows] for i in range(len(self.columns))]

    def _row(self, row: Sequence[Cell]) -> str:
        first, *others = (
            self._attributes(cell) + ">" + html.escape(self._shown(cell)) for cell in row
        )
        return f'<th scope="row"{first}</th>' + "".join(f"<td{cell}</td>" for cell in others)

    def _attributes(self, cell: Cell) -> str:
        if not _is_number(cell):
            return ""
        return f' class="rc-number" data-value="{_javascript(cell)}"'

    def _shown(self, cell: Cell) -> str:
        if cell is None:
            return ""
        if not _is_number(cell):
            return str(cell)
        shown = str(cell) if isinstance(cell, Integral) else f"{cell:.{self.digits}g}"
        return shown.replace("-", "−").replace("inf", "∞").replace("nan", "NaN")


def _is_number(cell: Cell) -> bool:
    return isinstance(cell, Real) and not isinstance(cell, bool)


def _number_class(numeric: bool) -> str:
    return ' class="rc-number"' if numeric else ""


def _javascript(number: float) -> str:
    """Return a number as JavaScript's Number() reads it."""
    return {math.inf: "Infinity", -math.inf: "-Infinity"}.get(number, repr(float(number)))
