"""The design tokens of `tokens.css`, read once: the only place where the book's colours stand."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

HOSTS = (  # how a page, JupyterLab, VS Code and Colab say that they are dark
    '[data-theme="dark"]',
    '[data-jp-theme-light="false"]',
    ".vscode-dark",
    'html[theme="dark"]',
)
CSS = Path(__file__).with_name("tokens.css").read_text(encoding="utf-8")


def declarations(selector: str) -> Mapping[str, str]:
    """Return the tokens that the first rule of `selector` sets: name without `--rc-` -> value."""
    block = CSS.split(selector + " {", 1)[1].split("}", 1)[0]
    return MappingProxyType(dict(re.findall(r"--rc-([\w-]+):\s*([^;]+);", block)))


def _colours(tokens: Mapping[str, str]) -> Mapping[str, str]:
    return MappingProxyType({name: value for name, value in tokens.items() if value[0] == "#"})


ALL = declarations(":root")
LIGHT = _colours(ALL)
DARK = _colours(declarations('html[data-theme="dark"]'))


def used(css: str) -> list[str]:
    """Return the names of all tokens that `css` uses, directly or through another token, sorted.

    Raises ValueError for a name that `tokens.css` does not define.
    """
    found: set[str] = set()
    waiting = re.findall(r"var\(--rc-([\w-]+)", css)
    while waiting:
        name = waiting.pop()
        if name not in ALL:
            raise ValueError(f"no token --rc-{name}; tokens.css defines {', '.join(ALL)}")
        if name not in found:
            found.add(name)
            waiting += re.findall(r"var\(--rc-([\w-]+)", ALL[name])
    return sorted(found)


def scoped(selector: str, names: Iterable[str]) -> str:
    """Return rules that set `names` on `selector`: light, and dark inside each of HOSTS.

    Dark is for screens only, as in `tokens.css`: what is printed is light.
    """
    names = list(names)
    light = ";".join(f"--rc-{name}:{ALL[name]}" for name in names)
    dark = ";".join(f"--rc-{name}:{DARK[name]}" for name in names if name in DARK)
    hosts = ",".join(f"{host} {selector}" for host in HOSTS)
    return f"{selector}{{{light}}}@media screen{{{hosts}{{{dark}}}}}"
