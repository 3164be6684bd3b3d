"""Which lines of a notebook an answer needs: found by names, without running anything.

A chapter trains networks for half a minute; an exercise of it needs two imports. So neither the
student's answer nor our test runs the whole chapter, but only the statements that define, directly
or not, the names that they use.
"""

import ast
import re
import symtable
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from IPython.core.inputtransformer2 import TransformerManager

LONGEST = 20_000  # characters of a cell that is read; of a longer one nothing is known
MAGICS = re.compile(r"(?m)^.*[!%?].*$")
MOST_MAGICS = 50  # lines; IPython reads a cell anew for each
NO_PYTHON = (SyntaxError, ValueError, RuntimeError, MemoryError)  # RecursionError is the third
# What holds other statements, and what holds an expression before a name that it binds.
BLOCKS = (ast.For, ast.While, ast.If, ast.With, ast.Try, ast.ExceptHandler, ast.withitem)


@dataclass(frozen=True)
class Piece:
    """A few lines that run together."""

    source: str
    defines: frozenset[str]
    uses: frozenset[str]


@lru_cache(maxsize=4096)
def plain(source: str) -> str:
    """Return a cell as Python, with IPython's magics as calls.

    Raises one of NO_PYTHON for what is none, or too much: a stranger's cell takes no minutes here.
    """
    if len(source) > LONGEST:
        raise ValueError(f"source must have at most {LONGEST} characters, got {len(source)}")
    try:
        ast.parse(source)
    except SyntaxError:
        if len(MAGICS.findall(source)) > MOST_MAGICS:
            raise
        return TransformerManager().transform_cell(source)
    return source


def defined(source: str) -> frozenset[str]:
    """Return the names that a cell binds at its top level; none if it is no Python."""
    return _names(source)[0]


def used(source: str) -> frozenset[str]:
    """Return the names of its surroundings that a cell reads, its functions included."""
    return _names(source)[1]


@lru_cache(maxsize=4096)
def _names(source: str) -> tuple[frozenset[str], frozenset[str]]:
    try:
        top = symtable.symtable(plain(source), "cell", "exec")
    except NO_PYTHON:
        return frozenset(), frozenset()
    bound = {each.get_name() for each in top.get_symbols() if each.is_assigned()}
    bound |= {each.get_name() for each in top.get_symbols() if each.is_imported()}
    read = {each.get_name() for each in top.get_symbols() if each.is_referenced()}
    changed = (node.target for node in ast.walk(ast.parse(plain(source))) if _changes(node))
    read |= {target.id for target in changed} & bound  # x += 1 reads x, and no table says so
    tables = list(top.get_children())
    while tables:
        table = tables.pop()
        tables += table.get_children()
        read |= {each.get_name() for each in table.get_symbols() if each.is_global()}
    return frozenset(bound), frozenset(read)


@lru_cache(maxsize=4096)
def free(source: str) -> frozenset[str]:
    """Return the names that a cell reads before it binds them itself: those it must be given."""
    try:
        return frozenset(_free(ast.parse(plain(source)).body, set(), defined(source)))
    except NO_PYTHON:
        return frozenset()


def _free(body: Iterable[ast.AST], bound: set[str], later: frozenset[str]) -> set[str]:
    """Return what statements read and nobody above them has bound; add to `bound` what they bind.

    A function runs after its cell, so it finds what any line of the cell binds, `later`.
    """
    wanted: set[str] = set()
    for node in body:
        if isinstance(node, ast.ExceptHandler) and node.name:
            bound.add(node.name)
        if isinstance(node, BLOCKS):
            for _, part in ast.iter_fields(node):
                parts = part if isinstance(part, list) else [part]
                wanted |= _free([each for each in parts if isinstance(each, ast.AST)], bound, later)
        elif not isinstance(getattr(node, "ctx", None), ast.Store):
            text = ast.unparse(node)
            is_function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
            wanted |= used(text) - (later if is_function else bound)
            bound |= defined(text)
        bound |= _targets(node)
    return wanted


def _targets(node: ast.AST) -> set[str]:
    """Return the names that an expression binds, such as the variable of a loop."""
    stores = (each for each in ast.walk(node) if isinstance(each, ast.Name))
    return {each.id for each in stores if isinstance(each.ctx, ast.Store)}


def _changes(node: ast.AST) -> bool:
    return isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name)


def whole(source: str) -> Piece:
    """Make one piece of a cell: of a student's, where a line may change what another made."""
    return Piece(source, defined(source), free(source))


@lru_cache(maxsize=1024)
def statements(source: str) -> tuple[Piece, ...]:
    """Cut a cell of ours into its statements, and an import into its names.

    `from rectified import claims, data` is two pieces: who needs data need not wait for claims.
    """
    pieces = []
    for node in ast.parse(plain(source)).body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            nodes = [_with(node, alias) for alias in node.names]
        else:
            nodes = [node]
        pieces += [whole(ast.unparse(each)) for each in nodes]
    return tuple(pieces)


def _with(node: ast.Import | ast.ImportFrom, alias: ast.alias) -> ast.stmt:
    """Return the import of one name alone."""
    if isinstance(node, ast.Import):
        return ast.Import([alias])
    return ast.ImportFrom(node.module, [alias], node.level)


def needed(
    wanted: Iterable[str], before: Sequence[Piece], after: Sequence[Piece] = ()
) -> list[Piece]:
    """Return the pieces that make the wanted names, in the order in which they must run.

    `before` are the pieces above the place that wants them: the nearest that defines a name counts.
    `after` are others, such as cells that stand below it; the first of them counts, if none above
    does. They run first. A name that nobody defines is left to Python, which may know it.
    """
    line = [*after, *before]
    first = len(after)
    chosen: set[int] = set()
    open_names = [(name, len(line)) for name in wanted]
    while open_names:
        name, place = open_names.pop()
        providers = [at for at in range(len(line)) if name in line[at].defines and at != place]
        above = [at for at in providers if first <= at < place]
        below = [at for at in providers if at < first or at > place]
        provider = above[-1] if above else below[0] if below else None
        if provider is not None and provider not in chosen:
            chosen.add(provider)
            open_names += [(use, provider) for use in line[provider].uses]
    stars = {at for at, piece in enumerate(line) if "import *" in piece.source}
    return [line[at] for at in sorted(chosen | stars)]
