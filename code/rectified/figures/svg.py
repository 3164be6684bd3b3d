"""Turn Matplotlib's SVG into one that lies in a page: themed, labelled, small, alone."""

import hashlib
import html
import re

from rectified.display.tokens import LIGHT

# What a figure may use. Roles stand before ramps, because the first token of a value wins.
NOT_FOR_FIGURES = ("accent", "on-accent", "link", "link-hover", "focus", "mark", "code-")
TOKENS: dict[str, str] = {}
for _name, _value in LIGHT.items():
    if not _name.startswith(NOT_FOR_FIGURES):
        TOKENS.setdefault(_value, _name)

COLOUR = re.compile(r"(?<=[: \"])#[0-9a-f]{6}\b")
STRAIGHT = re.compile(r"(?:[ML]-?[\d.]+ -?[\d.]+|z)+")
FACE = "var(--rc-font-ui, sans-serif)"


def themed(svg: str, alt: str) -> str:
    """Return the `<svg>` element alone, its colours as custom properties, the light as fallback.

    Raises ValueError for what could not follow the theme: a colour without a token, a mark or
    text without a colour (Matplotlib leaves out black), a raster image.
    """
    svg = svg[svg.index("<svg") :].strip()
    svg = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>|<!--.*?-->", "", svg, flags=re.S)
    _refuse_what_has_no_theme(svg)
    svg = re.sub(r"<[^>]+>", lambda tag: _shortened(tag[0]), svg)
    svg = re.sub(r">\s+<", "><", svg)
    svg = COLOUR.sub(lambda m: f"var(--rc-{TOKENS[m[0]]}, {m[0]})", svg)
    svg = re.sub(r"font-family: [^;\"]*", f"font-family: {FACE}", svg)
    svg = re.sub(r"font: ((?:\d+ )?[\d.]+px) [^;\"]*", rf"font: \1 {FACE}", svg)
    svg = _with_own_ids(svg)
    label = html.escape(alt, quote=True)
    head = (  # stroke-linejoin and -linecap come from the style that we removed
        f'<svg role="img" aria-label="{label}" class="rc-figure" '
        'stroke-linejoin="round" stroke-linecap="butt" '
    )
    return re.sub(r'<svg (.*?)width="[^"]*" height="[^"]*" ', rf"{_escaped(head)}\1", svg, count=1)


def _escaped(replacement: str) -> str:
    return replacement.replace("\\", r"\\")


def _refuse_what_has_no_theme(svg: str) -> None:
    if "<image" in svg:
        raise ValueError("a raster image cannot follow the theme; draw it as polygons")
    if unknown := set(COLOUR.findall(svg)) - set(TOKENS):
        raise ValueError(f"colours without a token: {sorted(unknown)}")
    shown = re.sub(r"<defs>.*?</defs>", "", svg, flags=re.S)
    for tag in re.findall(r"<(?:path|text|use)\b[^>]*>", shown):
        if "fill:" not in tag and "fill=" not in tag:
            raise ValueError(f"a mark without a colour, or black, which no theme has: {tag[:120]}")


def _shortened(tag: str) -> str:
    """Round what is finer than a hundredth of a unit; shorten paths."""
    tag = re.sub(r"-?\d+\.\d{3,}", lambda m: f"{float(m[0]):.2f}".rstrip("0").rstrip("."), tag)
    return re.sub(r'(?<=\sd=")[^"]*', lambda m: _in_steps(m[0]), tag)


def _in_steps(path: str) -> str:
    """Drop white space; give a path of straight lines by its steps, in tenths of a unit.

    A step goes on from where the last one was drawn to, so that rounding does not add up. Steps
    repeat, and so a page is up to a sixth lighter on its way.
    """
    path = re.sub(r"\s*([A-Za-z])\s*", r"\1", path).strip()
    if not STRAIGHT.fullmatch(path):
        return path
    steps, here, first = [], (0, 0), (0, 0)
    for command, place in re.findall(r"([MLz])([^MLz]*)", path):
        if command == "z":
            here = first
            steps.append("z")
            continue
        x, y = (round(10 * float(number)) for number in place.split())
        steps.append(f"{command.lower()}{(x - here[0]) / 10:g} {(y - here[1]) / 10:g}")
        here = (x, y)
        first = here if command == "M" else first
    return "".join(steps)


def _with_own_ids(svg: str) -> str:
    """Keep only the ids that are referred to, numbered, and make them the picture's own.

    Matplotlib's hang on the last bit of a place, which the layout does not always give twice.
    """
    referred = dict.fromkeys(re.findall(r"(?:href=\"|url\()#([^\")]+)", svg))
    numbers = {name: str(number) for number, name in enumerate(referred)}
    svg = re.sub(r' id="([^"]+)"', lambda m: m[0] if m[1] in numbers else "", svg)
    refers = r'(\bid="|href="#|url\(#)([^")]+)'
    svg = re.sub(refers, lambda m: m[1] + numbers[m[2]], svg)
    salt = "f" + hashlib.sha256(svg.encode()).hexdigest()[:8]
    return re.sub(refers, rf"\g<1>{salt}-\g<2>", svg)
