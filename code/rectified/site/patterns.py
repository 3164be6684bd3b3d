"""Plain-Markdown patterns that the site turns into blocks; in JupyterLab they stay what they are.

First paragraph after the title           the lead
`> **You will be able to** ...`           what the chapter gives, asks and takes
`> **Predict.** ...`, then a list         a question with options to choose from
`> **Note.** ...`                         a quiet aside
`### Exercise 1. Title`, `*kind · time*`  an exercise
"""

import re
from collections.abc import Iterator
from itertools import count

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator

logger = logging.getLogger(__name__)
Children = list[nodes.Node]


class prediction(nodes.container):
    """A question; its children are the question, `options` and `noted`."""


class prediction_option(nodes.container):
    """One answer to choose; its children are inline."""


class MarkLead(SphinxTransform):
    """The paragraph that follows the title says what the chapter is about."""

    default_priority = 400

    def apply(self) -> None:
        """Give it a class."""
        for section in self.document.findall(nodes.section):
            if isinstance(section.parent, nodes.document) and len(section) > 1:
                if isinstance(section[1], nodes.paragraph):
                    section[1]["classes"].append("rc-lead")
                return


class MakeBlocks(SphinxTransform):
    """A quote that opens with a known word in bold becomes the block of that name."""

    default_priority = 400

    def apply(self) -> None:
        """Replace each such quote."""
        number = count(1)
        for quote in list(self.document.findall(nodes.block_quote)):
            word = _opening(quote)
            if word == "You will be able to":
                quote.replace_self(meta(quote))
            elif word == "Predict.":
                self.replace_predict(quote, next(number))
            elif word == "Note.":
                quote.replace_self(nodes.container("", *quote.children, classes=["rc-note"]))

    def replace_predict(self, quote: nodes.block_quote, number: int) -> None:
        """Turn the quote's list into options, and what stands before it into the question."""
        *question, options = quote.children
        if not isinstance(options, nodes.bullet_list) or not 2 <= len(options) <= 4:
            logger.warning("a prediction ends in a list of 2 to 4 options", location=quote)
            return
        first = question[0]
        _strip_opening(first)
        name = f"predict-{number}"
        block = prediction("", *(part for part in question if part.astext().strip()), number=number)
        for item in options:
            inline = [child for part in item.children for child in part.children]
            block += prediction_option("", *inline, name=name)
        quote.replace_self(block)


class MakeExercises(SphinxTransform):
    """A section "Exercise N. Title" becomes a block; its first emphasis says kind and time."""

    default_priority = 400

    def apply(self) -> None:
        """Give section and paragraph their classes."""
        for section in self.document.findall(nodes.section):
            if re.match(r"Exercise \d+\. ", section[0].astext()):
                section["classes"] += ["rc-block", "rc-exercise"]
                effort = section[1] if len(section) > 1 else None
                if isinstance(effort, nodes.paragraph) and _is_emphasis(effort):
                    effort["classes"].append("rc-effort")
                else:
                    logger.warning(
                        "below an exercise's heading stands *kind · time*", location=section
                    )


def meta(quote: nodes.block_quote) -> nodes.definition_list:
    """Make a list of terms: each line that opens in bold is one, up to the next."""
    result = nodes.definition_list(classes=["rc-meta"])
    for term, content in _entries(quote):
        item = nodes.definition_list_item("", nodes.term("", term.rstrip(".:")))
        result += item
        item += nodes.definition("", *content)
    return result


def _entries(quote: nodes.block_quote) -> Iterator[tuple[str, Children]]:
    """Yield each term with what belongs to it."""
    term, content = "", []
    for child in quote.children:
        if not isinstance(child, nodes.paragraph):
            content.append(child)
            continue
        for opening, inline in _lines_in_bold(child):
            if opening:
                if term:
                    yield term, content
                term, content = opening, []
            if "".join(node.astext() for node in inline).strip():
                content.append(nodes.paragraph("", "", *inline))
    yield term, content


def _lines_in_bold(paragraph: nodes.paragraph) -> Iterator[tuple[str, Children]]:
    """Split a paragraph where a line opens in bold; yield (bold text or "", the rest)."""
    opening, inline, line_start = "", [], True
    for node in paragraph.children:
        if isinstance(node, nodes.strong) and line_start:
            if opening or inline:
                yield opening, inline
            opening, inline = node.astext(), []
        elif node.astext().strip(" :") or inline:
            inline.append(_without_colon(node) if not inline else node)
        line_start = (line_start and not node.astext()) or node.astext().endswith("\n")
    yield opening, inline


def _without_colon(node: nodes.Node) -> nodes.Node:
    """Drop the colon or stop that may follow the bold words."""
    return nodes.Text(node.lstrip(" :.")) if isinstance(node, nodes.Text) else node


def _opening(quote: nodes.block_quote) -> str | None:
    """Return the bold words that a quote opens with."""
    if not quote.children or not isinstance(quote[0], nodes.paragraph):
        return None
    first = next((node for node in quote[0].children if node.astext()), None)  # an empty Text
    return first.astext() if isinstance(first, nodes.strong) else None


def _strip_opening(paragraph: nodes.Element) -> None:
    """Remove the bold words that a paragraph opens with, and the space after them."""
    while not isinstance(paragraph[0], nodes.strong):
        del paragraph[0]
    del paragraph[0]
    if paragraph.children and isinstance(paragraph[0], nodes.Text):
        paragraph[0] = nodes.Text(paragraph[0].lstrip())


def _is_emphasis(paragraph: nodes.paragraph) -> bool:
    shown = [node for node in paragraph.children if node.astext()]
    return len(shown) == 1 and isinstance(shown[0], nodes.emphasis)


def visit_predict(self: HTML5Translator, node: prediction) -> None:
    """Open the fieldset: it works without a script, by keyboard and by screen reader."""
    name = f"predict-{node['number']}"
    self.body.append(
        f'<div class="rc-block rc-predict" id="{name}"><fieldset aria-describedby="{name}-q">'
        '<legend class="rc-label">Predict <span>before you read on</span></legend>'
        f'<div id="{name}-q">'
    )


def depart_predict(self: HTML5Translator, node: prediction) -> None:
    """Close it with the line that shows once an option is chosen (in the style sheet)."""
    self.body.append(
        '</div><p class="rc-noted" role="status"><span>Noted. Read on, or run the cell below, '
        "and compare.</span></p></fieldset></div>\n"
    )


def visit_option(self: HTML5Translator, node: prediction_option) -> None:
    """Open an option; the first one ends the question."""
    if not isinstance(node.parent[node.parent.index(node) - 1], prediction_option):
        self.body.append('</div><div class="rc-options">')
    self.body.append(f'<label><input type="radio" name="{node["name"]}"><span>')


def depart_option(self: HTML5Translator, node: prediction_option) -> None:
    """Close an option."""
    self.body.append("</span></label>\n")


def setup(app: Sphinx) -> None:
    """Register nodes and transforms."""
    app.add_node(prediction, html=(visit_predict, depart_predict))
    app.add_node(prediction_option, html=(visit_option, depart_option))
    for transform in (MarkLead, MakeBlocks, MakeExercises):
        app.add_transform(transform)
