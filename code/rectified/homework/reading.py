"""A notebook from a stranger's bytes: whatever is wrong with them, a small clean one or a reason.

What is kept of a notebook is what grading needs: kind, id, source and nbgrader's metadata of each
cell, and which chapter it says it is. Outputs and attachments are dropped unread.
"""

import json
from collections.abc import Mapping
from typing import Any

from rectified.homework.marks import Flag
from rectified.homework.plain import one_line

PIECES = 1_000_000  # brackets and commas: no more memory than 200 MB while JSON is read
CELLS = 1_000
SOURCE = 300_000  # characters in all cells together; a chapter has 45,000
NAME = 200  # characters of an id
KINDS = ("code", "markdown", "raw")
MARKS = ("grade_id", "grade", "solution", "locked", "points")  # what is kept of nbgrader's


class UnreadableError(ValueError):
    """Bytes that are no notebook, or too much of one; the text is a sentence for the student."""


def read(data: bytes) -> tuple[dict[str, Any], list[Flag]]:
    """Return the notebook of `data`, clean and bounded, and what had to be mended.

    The notebook is plain JSON, nbformat 4: {"cells": [...], "metadata": {"rectified": {...}},
    "nbformat": 4, "nbformat_minor": 5}; each cell has `cell_type`, `id` (may be ""), `source` (a
    string with plain line ends) and `metadata` ({} or {"nbgrader": {...}}).
    Raises UnreadableError for everything else.
    """
    flags: list[Flag] = []
    tree = _parsed(_decoded(data, flags), flags)
    cells = _cells(tree, flags)
    if len(cells) > CELLS:
        raise UnreadableError(f"It has more than {CELLS} cells.")
    clean = [_cell(cell) for cell in cells if isinstance(cell, dict)]
    if len(clean) < len(cells):
        flags.append(Flag("unreadable", "Some of its cells are none, and were left out."))
    if sum(len(cell["source"]) for cell in clean) > SOURCE:
        raise UnreadableError(f"Its cells hold more than {SOURCE} characters.")
    metadata = {"rectified": own} if (own := _own(tree.get("metadata"))) else {}
    return {"cells": clean, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}, flags


def _decoded(data: bytes, flags: list[Flag]) -> str:
    """Return the bytes as text; what is no UTF-8 is replaced and flagged."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        flags.append(Flag("unreadable", "An editor has stored it as UTF-16."))
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        flags.append(Flag("unreadable", "Some of its characters are no UTF-8, and were replaced."))
        return data.decode("utf-8-sig", errors="replace")


def _parsed(text: str, flags: list[Flag]) -> dict[str, Any]:
    """Return the JSON object that the text is."""
    if sum(map(text.count, "[{,")) > PIECES:
        raise UnreadableError(f"It is made of more than {PIECES} pieces.")
    twice: set[str] = set()

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)  # the last one counts, as in Jupyter
        if len(found) < len(pairs):
            twice.add("key")
        return found

    try:
        tree = json.loads(text, object_pairs_hook=once)
    except RecursionError:
        raise UnreadableError("It is nested too deeply.") from None
    except ValueError as error:  # no JSON; or a number of more digits than Python reads
        raise UnreadableError(f"It is damaged, no JSON: {one_line(str(error), 100)}.") from None
    if not isinstance(tree, dict):
        raise UnreadableError("It is JSON, but no notebook.")
    if twice:
        flags.append(Flag("unreadable", "It gives a key twice; the last one counts."))
    return tree


def _cells(tree: dict[str, Any], flags: list[Flag]) -> list[Any]:
    """Return the list of cells, of this version of the format or of version 3."""
    version = tree.get("nbformat")
    if "cells" not in tree and isinstance(tree.get("worksheets"), list):
        flags.append(Flag("unreadable", "It has an old format, nbformat 3, and was converted."))
        sheets = [sheet for sheet in tree["worksheets"] if isinstance(sheet, dict)]
        cells = [cell for sheet in sheets for cell in _list(sheet.get("cells"))]
        return [_of_version_3(cell) if isinstance(cell, dict) else cell for cell in cells]
    if not isinstance(tree.get("cells"), list):
        raise UnreadableError("It is JSON, but no notebook.")
    if version != 4:
        shown = one_line(str(version), 20) if isinstance(version, int | str) else "unknown"
        flags.append(Flag("unreadable", f"Its format is {shown}, not 4; it was read as 4."))
    return tree["cells"]


def _of_version_3(cell: dict[str, Any]) -> dict[str, Any]:
    """Return a cell of version 3 as one of version 4: code has `input`, and headings are cells."""
    kind = cell.get("cell_type")
    if kind == "code":
        return {**cell, "source": cell.get("input", "")}
    if kind == "heading":
        level = cell.get("level")
        marks = "#" * (level if isinstance(level, int) and 1 <= level <= 6 else 1)
        return {**cell, "cell_type": "markdown", "source": f"{marks} {_text(cell.get('source'))}"}
    return cell


def _cell(cell: dict[str, Any]) -> dict[str, Any]:
    """Return what is kept of a cell."""
    metadata = _dict(cell.get("metadata"))
    kind = cell.get("cell_type")
    name = cell.get("id", metadata.get("id"))  # Colab moves it into the metadata
    marks = _dict(metadata.get("nbgrader"))
    kept = {key: marks[key] for key in MARKS if _is_small(marks.get(key))}
    return {
        "cell_type": kind if kind in KINDS else "raw",
        "id": _clean(name) if isinstance(name, str) and len(name) <= NAME else "",
        "source": _text(cell.get("source")),
        "metadata": {"nbgrader": kept} if kept else {},
    }


def _text(source: object) -> str:
    """Return a source, a string or a list of lines, with plain line ends."""
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    if not isinstance(source, str):
        return ""
    return _clean(source.replace("\r\n", "\n").replace("\r", "\n"))


def _own(metadata: object) -> dict[str, str]:
    """Return what the notebook says of itself: chapter, version, and for whom it was made."""
    own = _dict(_dict(metadata).get("rectified"))
    return {
        key: _clean(own[key])
        for key in ("chapter", "version", "student")
        if isinstance(own.get(key), str) and len(own[key]) <= NAME
    }


def _is_small(value: object) -> bool:
    if isinstance(value, str):
        return len(value) <= NAME
    return isinstance(value, bool | int | float) and abs(value) < 1e9  # false for NaN


def _clean(text: str) -> str:
    """Return text that can be written as UTF-8: JSON lets halves of characters pass."""
    return text.encode("utf-8", errors="replace").decode("utf-8")


def _dict(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
