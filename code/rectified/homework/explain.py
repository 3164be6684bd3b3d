"""What a failed test says: what was expected, what came, and nothing of a hidden test."""

import ast
import re
import traceback
from functools import lru_cache
from types import CodeType
from typing import Any

from rectified.site.markers import hidden_lines

LONGEST = 1500  # characters
FILE = "<test>"
SAY = "_say"  # the name of `said` in a test's namespace


@lru_cache(maxsize=256)
def explained(source: str) -> CodeType:
    """Compile a test so that each bare `assert a == b` says what a and b were.

    A message that the author wrote stays. Both sides are computed once, as without it; the second
    comparison of `a < b < c` is computed even when the first fails.
    """
    hidden = hidden_lines(source)
    tree = _Asserts(source, hidden).visit(ast.parse(source))
    return compile(ast.fix_missing_locations(tree), FILE, "exec")


class _Asserts(ast.NodeTransformer):
    def __init__(self, source: str, hidden: frozenset[int]) -> None:
        self._source, self._hidden = source, hidden

    def visit_Assert(self, node: ast.Assert) -> Any:
        if node.msg is not None:
            return node
        text = "" if node.lineno in self._hidden else ast.unparse(node.test)
        if not isinstance(node.test, ast.Compare):
            node.msg = _call(text, [])
            return node
        sides = [node.test.left, *node.test.comparators]
        names = [f"_side{number}" for number in range(len(sides))]
        stores = [
            ast.Assign([ast.Name(name, ast.Store())], side, lineno=node.lineno)
            for name, side in zip(names, sides, strict=True)
        ]
        loads = [ast.Name(name, ast.Load()) for name in names]
        node.test = ast.Compare(loads[0], node.test.ops, loads[1:])
        node.msg = _call(text, loads)
        return [ast.copy_location(each, node) for each in (*stores, node)]


def _call(text: str, values: list[ast.expr]) -> ast.Call:
    return ast.Call(ast.Name(SAY, ast.Load()), [ast.Constant(text), *values], [])


def said(text: str, *values: Any) -> str:
    """Return what a bare assert says of its condition and of the sides of its comparison."""
    claim = f"Not so: {text}" if text else "A check that is not shown says no."
    return "\n".join([claim, *(f"    {_shown(value)}" for value in values)])


def _shown(value: Any) -> str:
    try:
        text = repr(value)
    except ValueError:  # a whole number of thousands of digits
        return f"a {type(value).__name__} that is too large to be shown"
    return text if len(text) <= 300 else text[:297] + "..."


def reason(error: Exception, source: str) -> str:
    """Return why a test failed, in plain text: the message, and the line if students can see it."""
    text = str(error).strip() or type(error).__name__
    if getattr(error, "told", False):
        text = f"Your code raised {type(error).__name__}: {error.args[0]}"
    elif not isinstance(error, AssertionError):
        text = f"The test could not use what your code gave: {type(error).__name__}: {text}"
    line = _line(error)
    lines = source.splitlines()
    if line is not None and line not in hidden_lines(source) and not text.startswith("Not so"):
        text += f"\n    in: {lines[line - 1].strip()}"
    return _bounded(re.sub(r"\n{2,}", "\n", text))


def _line(error: Exception) -> int | None:
    """Return the line of the test at which an error was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    return next((frame.lineno for frame in reversed(frames) if frame.filename == FILE), None)


def _bounded(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 4] + " ..."
