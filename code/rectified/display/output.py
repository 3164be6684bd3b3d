"""The base class of everything that a cell shows in this book."""

import re
from collections.abc import Collection
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

from rectified.display import tokens

CLAIMS_MIME = "application/vnd.rectified.claims+json"
CSS = Path(__file__).with_name("outputs.css").read_text(encoding="utf-8")


class Output:
    """What a cell shows: HTML where HTML is rendered, plain text elsewhere.

    A subclass sets `kind` and defines `html` and `text`. The HTML must be complete without a
    style sheet, a script or the network: the style travels with it, so that JupyterLab and Colab
    show what the site shows. The site serves the same rules as a file and drops the copy.
    """

    kind: ClassVar[str]  # also the name of its section in outputs.css

    def html(self) -> str:
        """Return the output as an HTML fragment, escaped and without style."""
        raise NotImplementedError

    def text(self) -> str:
        """Return the output as plain text."""
        raise NotImplementedError

    def records(self) -> list[dict[str, Any]]:
        """Return what the site collects from this output, ready for JSON; most have nothing."""
        return []

    def _repr_mimebundle_(
        self, include: Collection[str] | None = None, exclude: Collection[str] | None = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return (data by MIME type, metadata); IPython calls this, and filters what comes."""
        html = f'<div class="rc-output">{self.html()}</div>'
        data: dict[str, Any] = {"text/html": style(self.kind) + html, "text/plain": self.text()}
        if records := self.records():
            data[CLAIMS_MIME] = {"records": records}
        return data, {"rectified": {"kind": self.kind}}


@cache
def style(kind: str) -> str:
    """Return the style element for one kind of output: its rules and the tokens they use.

    `outputs.css` opens each section with a comment, `/* kind: NAME */`; the section `all` goes
    with every output. Raises ValueError for a kind that has no section.
    """
    parts = re.split(r"/\* kind: (\w+) \*/", CSS)
    sections = dict(zip(parts[1::2], parts[2::2], strict=True))
    if kind not in sections:
        raise ValueError(f"outputs.css has no section for kind {kind!r}, only {list(sections)}")
    rules = minified(sections["all"] + sections[kind])
    return (
        f'<style class="rc-style">{tokens.scoped(".rc-output", tokens.used(rules))}{rules}</style>'
    )


def minified(css: str) -> str:
    """Return `css` without comments and without needless white space."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    css = re.sub(r"\s+", " ", css)
    return re.sub(r" ?([{};,]) ?|(?<=:) (?=[^{}]*[;}])", r"\1", css).replace(";}", "}").strip()
