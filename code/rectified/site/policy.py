"""What a page may load and run: its content security policy.

It stands in the page itself, because the book is served from anywhere and sets no headers. It is
written when all pages are there, so that it holds for each of them, whoever wrote it.
"""

import base64
import hashlib
import re
from pathlib import Path

from sphinx.application import Sphinx

HEAD = re.compile(r'<meta charset="utf-8"\s*/?>')  # the policy holds for what stands below it
WRITTEN = re.compile(r'\n<meta http-equiv="Content-Security-Policy"[^>]*>')
SCRIPT = re.compile(r"<script\b([^>]*)>(.*?)</script>", re.DOTALL)
STYLE = re.compile(r"<style\b[^>]*>(.*?)</style>", re.DOTALL)
DATA = re.compile(r'\bsrc=|type="application/(?:ld\+)?json"')  # neither is an inline script
POLICY = {
    "default-src": "'none'",
    "base-uri": "'none'",
    "font-src": "'self'",
    "form-action": "'self'",
    "img-src": "'self' data:",
    "script-src": "'self'",
    # Attributes: formulas and figures place their parts by them. Browsers that do not know the two
    # other words take the first line.
    "style-src": "'unsafe-inline'",
    "style-src-attr": "'unsafe-inline'",
    "style-src-elem": "",
}
LAB = "data-lab="
LAB_MAY = {"script-src": "'wasm-unsafe-eval'", "worker-src": "blob:"}  # a job is a text in its lab


def policy(page: str) -> str:
    """Return the policy of a page: of the scripts and styles in it, these hold and no others."""
    allowed = dict(POLICY)
    for name, value in LAB_MAY.items() if LAB in page else ():
        allowed[name] = f"{allowed.get(name, '')} {value}".lstrip()
    inline = {text for attributes, text in SCRIPT.findall(page) if not DATA.search(attributes)}
    allowed["script-src"] = " ".join([allowed["script-src"], *_digests(inline)])
    allowed["style-src-elem"] = " ".join(_digests(set(STYLE.findall(page)))) or "'none'"
    return "; ".join(f"{name} {value}" for name, value in allowed.items())


def _digests(inline: set[str]) -> list[str]:
    return sorted(f"'{digest(text)}'" for text in inline)


def digest(inline: str) -> str:
    """Return what a policy calls a script or a style that stands in the page."""
    return "sha256-" + base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()


def with_policy(page: str) -> str:
    """Return the page with its policy. Raises ValueError for one without `<meta charset>`."""
    page = WRITTEN.sub("", page)
    head = HEAD.search(page)
    if head is None:
        raise ValueError('a page begins its head with <meta charset="utf-8">')
    meta = f'\n<meta http-equiv="Content-Security-Policy" content="{policy(page)}">'
    return page[: head.end()] + meta + page[head.end() :]


def write_policies(app: Sphinx, error: Exception | None) -> None:
    """Put the policy into every page; one that Sphinx left as it was comes out the same."""
    if error or app.builder.format != "html":
        return
    for path in Path(app.outdir).rglob("*.html"):
        before = path.read_text(encoding="utf-8")
        if (after := with_policy(before)) != before:
            path.write_text(after, encoding="utf-8", newline="\n")


def setup(app: Sphinx) -> None:
    """Register the handler."""
    app.connect("build-finished", write_policies, priority=950)  # after all that write pages
