"""Mathematics: KaTeX runs while building, so that a page needs no script for it.

KaTeX 0.16.22 (static/katex, MIT licence) runs in V8, which the package mini-racer brings along.
The HTML is for the eye; MathML beside it is for assistive technology.
"""

import re
from functools import cache
from pathlib import Path

from docutils import nodes
from py_mini_racer import JSEvalException, MiniRacer
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator

logger = logging.getLogger(__name__)
SCRIPT = Path(__file__).with_name("vendor") / "katex.min.js"
PUNCTUATION = re.compile(r"[,.;:!?)]+")
DOLLARS = re.compile(
    r"(?<![\\$])\$(?=[^\s$])([^$<>]+?)(?<=[^\s\\])\$(?![\d$])" + f"({PUNCTUATION.pattern})?"
)
# Our KaTeX_AMS has the capitals only (7.6 kB, not 28): blackboard letters, no further signs
LACKING = re.compile(r'class="[^"]*\bamsrm\b[^"]*"[^>]*>([^<A-Z]+)<')


class FormulaError(ValueError):
    """A formula that KaTeX cannot read, or whose signs our fonts lack."""


@cache
def _engine() -> MiniRacer:
    """Start V8 with KaTeX in it: 0.2 s, once a build."""
    engine = MiniRacer()
    engine.eval(SCRIPT.read_text(encoding="utf-8"))
    return engine


@cache
def render(formula: str, display: bool = False) -> str:
    """Return the HTML of a LaTeX formula. Raises FormulaError with KaTeX's reason."""
    options = {"displayMode": display, "throwOnError": True, "strict": "error"}
    try:
        html = str(_engine().call("katex.renderToString", formula, options))
    except JSEvalException as error:
        reason = re.search(r"(?:ParseError: )?KaTeX parse error: (.*)", str(error))
        raise FormulaError(reason[1] if reason else str(error)) from None
    if missing := LACKING.search(html):
        raise FormulaError(f"the book's fonts lack the sign {missing[1]!r}")
    return html


def in_html(html: str) -> str:
    """Render each `$formula$` in the text of an HTML fragment. Raises FormulaError."""
    return DOLLARS.sub(lambda match: render(_ended(_unescaped(match[1]), match[2] or "")), html)


def _ended(formula: str, marks: str) -> str:
    """Return the formula with the punctuation after it, so that no line begins with a comma.

    A word joiner between the two is not enough: Chromium breaks a line after KaTeX's boxes.
    """
    return rf"{formula}\text{{{marks}}}" if marks else formula


def _unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


class KeepPunctuation(SphinxTransform):
    """Takes the punctuation after a formula into it."""

    default_priority = 400

    def apply(self) -> None:
        """Move the punctuation."""
        for formula in self.document.findall(nodes.math):
            place = formula.parent.index(formula) + 1
            after = formula.parent[place] if place < len(formula.parent) else None
            if isinstance(after, nodes.Text) and (marks := PUNCTUATION.match(after.astext())):
                formula.parent[place] = nodes.Text(after.astext()[marks.end() :])
                formula[0] = nodes.Text(_ended(formula.astext(), marks[0]))


def _append(self: HTML5Translator, node: nodes.Element, *, display: bool) -> None:
    """Write a formula to the page, or warn with the page's name."""
    formula = node.astext().strip()
    try:
        html = render(formula, display)
    except FormulaError as error:
        logger.warning("formula %r: %s", formula, error, location=node)
        html = ""
    self.body.append(f'<div class="math">{html}</div>\n' if display else html)
    raise nodes.SkipNode


def visit_inline(self: HTML5Translator, node: nodes.math) -> None:
    """Write a formula in a line."""
    _append(self, node, display=False)


def visit_display(self: HTML5Translator, node: nodes.math_block) -> None:
    """Write a formula that stands alone."""
    _append(self, node, display=True)


def setup(app: Sphinx) -> None:
    """Register renderer and transform; `html_math_renderer: katex` in _config.yml chooses it."""
    app.add_html_math_renderer("katex", (visit_inline, None), (visit_display, None))
    app.add_transform(KeepPunctuation)
