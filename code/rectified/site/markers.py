"""The regions that graders mark in a cell: solutions, and tests that students do not see."""

import re
from textwrap import indent

SOLUTION, HIDDEN = "SOLUTION", "HIDDEN TESTS"
UNANSWERED = "raise NotImplementedError()"  # nbgrader's words, as are the next two
STUB = f"# YOUR CODE HERE\n{UNANSWERED}"
WORDS = "YOUR ANSWER HERE"

_MARK = re.compile(rf"(?m)^[ \t]*### (?:BEGIN|END) (?:{SOLUTION}|{HIDDEN})[ \t]*(?:\n|\Z)")


def without_marks(source: str) -> str:
    """Drop the marks, and keep what stands between them."""
    return _MARK.sub("", source)


def without_hidden(source: str) -> str:
    """Drop hidden tests whole. Raises ValueError for a region that has no end, or no start."""
    return _replaced(source, HIDDEN, "")


def with_stub(source: str) -> str:
    """Put `STUB` in the place of each solution. Raises ValueError as `without_hidden` does."""
    return _replaced(source, SOLUTION, STUB)


def hidden_lines(source: str) -> frozenset[int]:
    """Return the numbers of the lines, from 1, that belong to hidden tests, marks included."""
    found, inside = set(), False
    for number, line in enumerate(source.splitlines(), start=1):
        inside = inside or line.strip() == f"### BEGIN {HIDDEN}"
        if inside:
            found.add(number)
        inside = inside and line.strip() != f"### END {HIDDEN}"
    return frozenset(found)


def _replaced(source: str, region: str, text: str) -> str:
    """Replace each region, marks included, with a text at its indent."""
    kept, inside = [], False
    for line in source.splitlines():
        word = line.strip()
        if word in (f"### BEGIN {region}", f"### END {region}"):
            if word.startswith("### BEGIN") == inside:
                raise ValueError(f"source must open and close each region in turn, see {word!r}")
            inside = not inside
            if inside and text:
                kept.append(indent(text, line[: line.index("#")]))
        elif not inside:
            kept.append(line)
    if inside:
        raise ValueError(f"source must close its region: ### END {region} is missing")
    return "\n".join(kept).rstrip("\n")
