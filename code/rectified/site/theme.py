"""The page around a chapter: assets, kicker, description, ways to run it."""

import re
import shutil
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util.fileutil import copy_asset

import rectified
from rectified import display
from rectified.site.launch import launch

HERE = Path(__file__).parent
DISPLAY = Path(display.__file__).parent
LABS = Path(rectified.__file__).with_name("labs")  # not imported: it would bring all of SciPy
# style sheet -> what a page that needs it has in it
SHEETS = {
    "tokens.css": "",
    "katex/katex.min.css": 'class="katex',
    "outputs.css": "",
    "book.css": "",
    "labs.css": "data-lab=",
}
NUMBER = re.compile(r'<span class="section-number">.*?</span>')
TITLE = re.compile(r"<h1>(.*?)</h1>", re.DOTALL)
UNUSED = (
    *("scripts", "styles", "vendor", "locales", "images", "*.png", "*macros.html"),
    *("basic.css", "pygments.css", "mystnb.*.css"),
)
SECTION = re.compile(r'<section[^>]* id="([^"]+)">\s*<h2>(.*?)</h2>', re.DOTALL)
DESCRIPTION = 200  # characters; search engines and cards cut about there

INDEX = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="0; url={page}"></head>
<body><main><h1>{title}</h1><p><a href="{page}">Read the book</a></p></main></body></html>
"""


def copy_assets(app: Sphinx) -> None:
    """Put our static files, and the ones of `display`, where the pages look for them."""
    static = Path(app.outdir, "_static")
    copy_asset(HERE / "static", static)
    copy_asset(DISPLAY / "fonts", static / "fonts")
    for name in ("tokens.css", "outputs.css"):
        copy_asset(DISPLAY / name, static)
    copy_asset(LABS / "joined", static / "labs")
    shutil.copyfile(LABS / "lab.css", static / "labs.css")


def fill_page(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document
) -> None:
    """Choose the page's assets and write what stands above its title."""
    body = context.get("body", "")
    sheets = [name for name, sign in SHEETS.items() if sign in body]
    context["css_files"].clear()  # what themes and extensions added; these lists are Sphinx's own
    context["script_files"].clear()
    for name in sheets:
        app.add_css_file(name)
    app.add_js_file("rectified.js", loading_method="defer")
    if "labs.css" in sheets:
        app.add_js_file("labs/hydrate.mjs", type="module")
    context["sections"] = SECTION.findall(body)
    context["launch"] = launch(app, pagename) if doctree else None
    for named in filter(None, (context, context.get("prev"), context.get("next"))):
        named["title"] = NUMBER.sub("", named.get("title", ""))
    context["body"] = TITLE.sub(lambda match: header(app, pagename, match[1]), body, count=1)
    if doctree:
        context["description"] = description(doctree)


def header(app: Sphinx, pagename: str, title: str) -> str:
    """Return the title with its kicker: the chapter's number, and its part of the book."""
    number = app.env.toc_secnumbers.get(pagename, {}).get("", ())
    chapter = f"Chapter {number[0]}" if number else ""
    part = _parts(app.config).get(pagename)
    words = f"{chapter} <b>{part}</b>" if part else chapter
    kicker = f'<p class="rc-kicker">{words.strip()}</p>' if words else ""
    return f'<header class="rc-title">{kicker}<h1>{NUMBER.sub("", title)}</h1></header>'


def _parts(config: Config) -> dict[str, str]:
    """Map each page to the caption in `_toc.yml` that it stands under."""
    trees = config.external_site_map.root.subtrees
    return {page: tree.caption for tree in trees if tree.caption for page in tree.items}


def description(doctree: nodes.document) -> str:
    """Return the lead, cut at a word."""
    lead = next(filter(_is_lead, doctree.findall(nodes.paragraph)), None)
    text = " ".join(lead.astext().split()) if lead else ""
    if len(text) <= DESCRIPTION:
        return text
    return text[:DESCRIPTION].rpartition(" ")[0] + " …"


def remove_unused(app: Sphinx, error: Exception | None) -> None:
    """Remove what parent theme and myst-nb copy and no page loads: 7 MB, most of it icon fonts."""
    for pattern in UNUSED:
        for path in Path(app.outdir, "_static").glob(pattern):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def _is_lead(node: nodes.paragraph) -> bool:
    return "rc-lead" in node["classes"]


def write_index(app: Sphinx, error: Exception | None) -> None:
    """Lead from the site's address to the first page, which lies in a folder."""
    if error is None and app.builder.format == "html":
        page = f"{app.config.root_doc}.html"
        text = INDEX.format(title=app.config.project, page=page)
        Path(app.outdir, "index.html").write_text(text, encoding="utf-8")


def setup(app: Sphinx) -> None:
    """Register the theme and its handlers."""
    app.add_html_theme("rectified", HERE / "theme")
    app.connect("builder-inited", copy_assets)
    app.connect("html-page-context", fill_page, priority=900)  # after all that add assets
    app.connect("build-finished", remove_unused, priority=900)  # after all have copied
    app.connect("build-finished", write_index, priority=100)  # before sphinx-external-toc's own
