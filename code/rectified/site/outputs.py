"""How outputs of this book's own classes get from a cell to the page."""

import re
from typing import ClassVar

from docutils import nodes
from myst_nb.core.render import MimeData, NbElementRenderer
from sphinx.util import logging

from rectified.display.output import CLAIMS_MIME
from rectified.site import katex
from rectified.site.claims import claim_rows

WIDGET_MIME = "application/vnd.jupyter.widget-view+json"
NEEDS_KERNEL = "Here stands a control that needs Python: open this chapter as a notebook to use it."

logger = logging.getLogger(__name__)
STYLE = re.compile(r'\A\s*<style class="rc-style">.*?</style>', re.DOTALL)


class OutputRenderer:
    """myst-nb asks this class about each output (entry point `myst_nb.mime_renderers`)."""

    mime_priority_overrides: ClassVar = [("*", CLAIMS_MIME, 1), ("*", WIDGET_MIME, 2)]

    @staticmethod
    def handle_mime(
        renderer: NbElementRenderer, data: MimeData, inline: bool
    ) -> list[nodes.Element] | None:
        """Return the nodes for an output of ours; None leaves any other to myst-nb."""
        if data.mime_type == CLAIMS_MIME:
            return [claim_rows(records=data.content["records"])]
        if data.mime_type == WIDGET_MIME:  # of `interact`: without a kernel it would be dead
            return [nodes.paragraph(text=NEEDS_KERNEL, classes=["rc-note"])]
        if data.mime_type != "text/html" or "rectified" not in data.output_metadata:
            return None
        html = STYLE.sub("", data.string)  # the site serves these rules once, as outputs.css
        if data.output_metadata["rectified"]["kind"] == "table":
            place = (renderer.renderer.sphinx_env.docname, data.line)
            html = _typeset(html, place)
        return [nodes.raw("", html, format="html")]


def _typeset(html: str, place: tuple[str, int | None]) -> str:
    """Render the formulas of a table; JupyterLab and Colab do so by themselves."""
    try:
        return katex.in_html(html)
    except katex.FormulaError as error:
        logger.warning("formula in a table: %s", error, location=place)
        return html
