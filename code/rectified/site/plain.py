"""What stands on a page as plain text, formulas included: for search, cards and structured data."""

import re
from collections.abc import Callable, Iterable, Iterator
from xml.etree import ElementTree

from docutils import nodes
from latex2mathml.converter import convert

SENTENCE = re.compile(r"(?<=[.?!]) (?=[A-Z“])")  # where the next one begins
RELATIONS = set("=≠≤≥<>≈∼→∈∉⊂±≪≫⟶↦")
BINARY = set("+-−·×⊙")
SUMS = set("∑∏∫")  # written without their limits
RAISED = str.maketrans("0123456789+-−=n′", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼ⁿ′")
LOWERED = str.maketrans("0123456789+-−=", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌")


def plain(node: nodes.Node, without: Callable[[nodes.Node], bool] = lambda node: False) -> str:
    """Return a node's text in one line: no display formulas, no raw HTML, nothing `without`."""
    return " ".join("".join(_pieces(node, without)).split())


def _pieces(node: nodes.Node, without: Callable[[nodes.Node], bool]) -> Iterator[str]:
    if isinstance(node, (nodes.math_block, nodes.raw)) or without(node):
        yield " "
    elif isinstance(node, nodes.Text):
        yield node.astext()
    elif isinstance(node, nodes.math):
        yield formula(node.astext())
    else:
        for child in node.children:
            yield from _pieces(child, without)
        yield "" if isinstance(node, nodes.Inline) else " "


def formula(tex: str) -> str:
    """Return a formula as one would type it: `\\frac{x^2}{2}` becomes x²/2.

    One that cannot be read comes back as it is.
    """
    try:
        return " ".join(_line(ElementTree.fromstring(convert(tex))).split())
    except Exception:  # of many kinds; what is wrong with a formula is KaTeX's to say
        return tex


def _line(element: ElementTree.Element) -> str:
    """Write an element of MathML in a line."""
    parts = [_line(child) for child in element]
    match element.tag.rpartition("}")[2]:
        case "mfrac":
            return f"{_grouped(parts[0])}/{_grouped(parts[1])}"
        case "msqrt":
            return f"√{_grouped(''.join(parts))}"
        case "msub" | "msup" | "msubsup" if parts[0] in SUMS:
            return f"{parts[0]} "
        case "msup":
            return parts[0] + _script(parts[1], RAISED, "^")
        case "msub":
            return parts[0] + _script(parts[1], LOWERED, "_")
        case "msubsup":
            return parts[0] + _script(parts[1], LOWERED, "_") + _script(parts[2], RAISED, "^")
        case "mover" | "munder" | "munderover":
            return parts[0]
        case "mtd" | "mtr":
            return "".join(parts) + " "
        case "mspace":
            return " "
        case "mi" | "mn" | "mo" | "mtext":
            return (element.text or "").replace("\N{FUNCTION APPLICATION}", "")
    return "".join(_row(list(element), parts))


def _row(elements: list[ElementTree.Element], parts: Iterable[str]) -> Iterator[str]:
    """Yield what stands side by side, with spaces around what compares or joins."""
    before = last = ""
    for element, part in zip(elements, parts, strict=True):
        name = element.tag.rpartition("}")[2]
        if part in RELATIONS or (part in BINARY and before[-1:] not in {"", "(", ",", *RELATIONS}):
            part = f" {part} "
        elif name == "mo" and part == ",":
            part = ", "
        elif last == "mfrac" and part[:1].isalnum():
            part = f" {part}"  # 1/2 n, which is not 1/(2n)
        elif name in ("mi", "mn", "mo") and _parted(before, part):
            part = f" {part}"  # log x
        yield part
        before, last = part.strip() or before, name


def _parted(before: str, part: str) -> bool:
    """Say whether two names stand apart, as in log x; (x) and 2x do not."""
    if not before:
        return False
    return (len(before) > 1 and before.isalpha() and part.isalnum()) or (
        len(part) > 1 and part.isalpha() and before.isalnum()
    )


def _grouped(text: str) -> str:
    text = text.strip()
    bare = len(text) == 1 or text.isalnum() or (text[:1] == "(" and text.find(")") == len(text) - 1)
    return text if bare else f"({text})"


def _script(text: str, table: dict[int, int], sign: str) -> str:
    """Return a sub- or superscript in small signs, where there are such."""
    if all(ord(letter) in table for letter in text):
        return text.translate(table)
    return sign + _grouped(text)
