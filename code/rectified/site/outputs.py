"""How outputs of this book's own classes get from a cell to the page."""

import re
from typing import ClassVar

from docutils import nodes
from myst_nb.core.render import MimeData, NbElementRenderer

from rectified.display.output import CLAIMS_MIME
from rectified.site.claims import claim_rows

STYLE = re.compile(r'\A\s*<style class="rc-style">.*?</style>', re.DOTALL)


class own_output(nodes.raw):
    """HTML of an output of ours: neither myst-nb's class nor the theme's ground behind it."""


class OutputRenderer:
    """myst-nb asks this class about each output (entry point `myst_nb.mime_renderers`)."""

    mime_priority_overrides: ClassVar = [("*", CLAIMS_MIME, 1)]

    @staticmethod
    def handle_mime(
        renderer: NbElementRenderer, data: MimeData, inline: bool
    ) -> list[nodes.Element] | None:
        """Return the nodes for an output of ours; None leaves any other to myst-nb."""
        if data.mime_type == CLAIMS_MIME:
            return [claim_rows(records=data.content["records"])]
        if data.mime_type == "text/html" and "rectified" in data.output_metadata:
            kind = data.output_metadata["rectified"]["kind"]
            return [own_output("", STYLE.sub("", data.string), format="html", kind=kind)]
        return None
