"""Show the package's real source in a page: prose quotes code, it never pastes a copy."""

import ast
import html
import importlib.util
import textwrap
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from rectified.display.output import Output

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Assign | ast.AnnAssign


@dataclass(frozen=True)
class Source(Output):
    """The source of one definition; `docstring` counts its lines, from 0: start and end."""

    kind = "source"
    name: str
    module: str
    code: str
    docstring: tuple[int, int]

    def text(self) -> str:
        """Return the code as it stands in the module, without outer indentation."""
        return self.code

    def html(self) -> str:
        """Return the code with Pygments' classes; of a long docstring, the first line shows."""
        lexer = PythonLexer(stripnl=False)
        lines = highlight(self.code, lexer, HtmlFormatter(nowrap=True)).splitlines()
        start, end = self.docstring
        parts = [_pre(lines[:start]), _folded(lines[start:end]), _pre(lines[end:])]
        place = f"<code>{html.escape(self.name)}</code>, from {html.escape(self.module)}"
        label = html.escape(f"Source of {self.name}", quote=True)
        return (
            f'<div class="rc-source" role="region" aria-label="{label}" tabindex="0">'
            f'<p class="rc-source-name">{place}</p>{"".join(parts)}</div>'
        )


def show_source(name: str) -> Source:
    """Show what `name`, such as "rectified.activations.relu", is in the package's source.

    It finds functions, classes, methods, properties and entries of a table (assignments), where
    they stand or where a package imports them from; decorators and comments are part of it.
    Nothing is imported but the packages on the way, so any module can be shown.

    Raises LookupError, with the nearest names that exist, when there is no such definition.
    """
    module, path = _module_of(name)
    names = name.removeprefix(module).strip(".").split(".")
    if names == [""]:
        raise LookupError(f"{name} is a module; name a function, class or entry in it")
    module, path, node = _find(module, path, names[0])
    for member in names[1:]:
        node = _pick(getattr(node, "body", []), member, within=f"{module}.{names[0]}")
    lines = path.read_text(encoding="utf-8").splitlines()
    first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
    code = textwrap.dedent("\n".join(lines[first - 1 : node.end_lineno])) + "\n"
    return Source(".".join(names), module, code, _docstring_lines(node, first))


def _module_of(name: str) -> tuple[str, Path]:
    """Return the longest prefix of `name` that is a module, and its file."""
    prefix = name
    while prefix:
        try:
            spec = importlib.util.find_spec(prefix)
        except (ImportError, ValueError):  # what stands before the last dot is no package
            spec = None
        if spec and spec.origin and spec.origin.endswith(".py"):
            return prefix, Path(spec.origin)
        prefix = prefix.rpartition(".")[0]
    raise LookupError(f"no module of that name, nor of its parts: {name!r}")


def _find(module: str, path: Path, name: str) -> tuple[str, Path, Definition]:
    """Return module, file and definition of `name`, following `from .a import name`."""
    body = ast.parse(path.read_text(encoding="utf-8")).body
    for node in body:
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                if name == (alias.asname or alias.name):
                    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
                    origin = "." * node.level + (node.module or "")
                    origin = importlib.util.resolve_name(origin, package)
                    return _find(*_module_of(origin), alias.name)
    return module, path, _pick(body, name, within=module)


def _pick(body: list[ast.stmt], name: str, *, within: str) -> Definition:
    """Return the definition of `name` among statements; the getter, where it is a property."""
    defined = {bound: node for node in reversed(body) for bound in _bound(node)}
    if name in defined:
        return defined[name]
    imported = [a.asname or a.name for n in body if isinstance(n, ast.ImportFrom) for a in n.names]
    names = [*defined, *imported]
    near = get_close_matches(name, names, n=5, cutoff=0.5) or sorted(names)
    raise LookupError(f"{within} has no {name!r}; it has {', '.join(near) or 'nothing to show'}")


def _bound(node: ast.stmt) -> list[str]:
    """Return the names that a statement defines."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [node.name]
    targets = getattr(node, "targets", [getattr(node, "target", None)])
    return [target.id for target in targets if isinstance(target, ast.Name)]


def _docstring_lines(node: Definition, first: int) -> tuple[int, int]:
    body = getattr(node, "body", [])
    if not body or ast.get_docstring(node) is None:
        return (0, 0)
    return (body[0].lineno - first, body[0].end_lineno - first + 1)


def _pre(lines: list[str]) -> str:
    code = "\n".join(lines)  # HTML drops the newline after <pre>, so an empty first line stays
    return f'<div class="highlight"><pre>\n{code}</pre></div>' if lines else ""


def _folded(lines: list[str]) -> str:
    """Return a docstring whose first line unfolds the rest; a single line has nothing to fold."""
    if len(lines) < 2:
        return _pre(lines)
    return f"<details><summary>{lines[0]}</summary>{_pre(lines[1:])}</details>"
