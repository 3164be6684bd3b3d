"""Answers that are alike but for names and comments: a question for the teacher, no verdict."""

import ast
import hashlib
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rectified.homework.marks import Graded

LONG = 60  # nodes of an answer that is long enough to mean something
COMMON = 4  # who write alike; when more do, it is how the thing is written


@dataclass(frozen=True)
class Alike:
    """Submissions that share answers which nobody else wrote."""

    files: tuple[str, ...]
    exercises: tuple[str, ...]
    nodes: int  # of the longest answer that is shared


def alike(graded: Iterable[Graded]) -> list[Alike]:
    """Return groups of submissions with equal answers, the longest answer first.

    Names, comments, docstrings, annotations and layout do not count. Answers of less than LONG
    nodes, and those that more than COMMON submissions share, say nothing and are left out.
    """
    shared: dict[tuple[str, str], list[str]] = {}
    sizes: dict[tuple[str, str], tuple[str, int]] = {}
    for record in graded:
        answers = {(mark.exercise, mark.answer) for mark in record.marks if mark.kind != "choice"}
        for exercise, answer in sorted(answers):
            digest, nodes = form(answer)
            if nodes >= LONG:
                shared.setdefault((exercise, digest), []).append(record.file)
                sizes[exercise, digest] = exercise, nodes
    groups: dict[tuple[str, ...], list[tuple[str, int]]] = {}
    for key, files in shared.items():
        together = tuple(sorted(set(files)))
        if 2 <= len(together) <= COMMON:
            groups.setdefault(together, []).append(sizes[key])
    found = [
        Alike(files, tuple(dict.fromkeys(name for name, _ in same)), max(n for _, n in same))
        for files, same in groups.items()
    ]
    return sorted(found, key=lambda group: (-group.nodes, group.files))


def form(source: str) -> tuple[str, int]:
    """Return a digest of what an answer does, whatever its names, and its number of nodes.

    Text that is no Python has no nodes.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of escapes in a student's strings
            tree = ast.parse(source)
        names: dict[str, str] = {}
        for node in ast.walk(tree):
            _forget(node, names)
        nodes = sum(1 for _ in ast.walk(tree))
        return hashlib.sha256(ast.dump(tree).encode("utf-8", "replace")).hexdigest(), nodes
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return "", 0


def _forget(node: ast.AST, names: dict[str, str]) -> None:
    """Number the names that a student chose by their first use; drop what does nothing."""
    for key in ("name", "id", "arg"):
        given = getattr(node, key, None)
        if isinstance(given, str):
            setattr(node, key, names.setdefault(given, f"_{len(names)}"))
    for key in ("annotation", "returns"):
        if hasattr(node, key) and not isinstance(node, ast.AnnAssign):
            setattr(node, key, None)
    for key in ("body", "orelse", "finalbody"):
        statements = getattr(node, key, None)
        if isinstance(statements, list):
            setattr(node, key, _working(statements))


def _working(statements: Sequence[ast.stmt]) -> list[ast.stmt]:
    """Return the statements that do something: neither `pass` nor a constant such as a docstring."""
    return [
        statement
        for statement in statements
        if not isinstance(statement, ast.Pass)
        and not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant))
    ]
