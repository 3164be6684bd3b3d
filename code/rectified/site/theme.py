"""The page around a chapter: assets, kicker, ways to run it."""

import re
import shutil
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util.fileutil import copy_asset

from rectified.site.launch import launch
from rectified.site.reading import add_whys, chapters
from rectified.site.styles import DISPLAY, LABS, style

HERE = Path(__file__).parent
NUMBER = re.compile(r'<span class="section-number">.*?</span>')
TITLE = re.compile(r"<h1>(.*?)</h1>", re.DOTALL)
UNUSED = (
    *("scripts", "styles", "vendor", "locales", "images", "*.png", "*macros.html"),
    *("doctools.js", "documentation_options.js", "language_data.js"),  # of Sphinx's own search
    *("searchtools.js", "sphinx_highlight.js"),
    *("basic.css", "pygments.css", "mystnb.*.css"),
)
VIEWPORT = re.compile(r'<meta name="viewport"[^>]*>')  # docutils' own; Sphinx's layout has one
SECTION = re.compile(r'<section[^>]* id="([^"]+)">\s*<h2>(.*?)</h2>', re.DOTALL)


def copy_assets(app: Sphinx) -> None:
    """Put our static files, and the ones of `display`, where the pages look for them."""
    static = Path(app.outdir, "_static")
    copy_asset(HERE / "static", static)
    copy_asset(DISPLAY / "fonts", static / "fonts")
    copy_asset(LABS / "joined", static / "labs")


def fill_page(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document
) -> None:
    """Choose the page's assets and write what stands above its title."""
    body = context.get("body", "")
    static = context["pathto"]("_static/", 1)
    context["rules"], context["faces"] = style(body, templatename, static=static)
    context["css_files"].clear()  # what themes and extensions added; these lists are Sphinx's own
    context["script_files"].clear()
    app.add_js_file("rectified.js", loading_method="defer")
    if templatename == "landing.html":
        app.add_js_file("landing.js", loading_method="defer")
        app.add_js_file("labs/landing.mjs", type="module")
    context["metatags"] = VIEWPORT.sub("", context.get("metatags", ""))
    context["sections"] = SECTION.findall(body)
    context["launch"] = launch(app, pagename) if doctree else None
    for named in filter(None, (context, context.get("prev"), context.get("next"))):
        named["title"] = NUMBER.sub("", named.get("title", ""))
    context["body"] = TITLE.sub(lambda match: header(app, pagename, match[1]), body, count=1)
    add_whys(app, pagename, context)


def header(app: Sphinx, pagename: str, title: str) -> str:
    """Return the title with its kicker: the chapter's number, and its part of the book."""
    numbers = chapters(app.env)
    number = numbers.get(pagename)
    chapter = f"Chapter {number} of {len(numbers)}" if number else ""
    part = parts(app.config).get(pagename)
    words = f"{chapter} <b>{part}</b>" if part else chapter
    data = f' data-chapter="{number}"' if number else ""
    kicker = f'<p class="rc-kicker"{data}>{words.strip()}</p>' if words else ""
    return f'<header class="rc-title">{kicker}<h1>{NUMBER.sub("", title)}</h1></header>'


def parts(config: Config) -> dict[str, str]:
    """Map each page to the caption in `_toc.yml` that it stands under."""
    trees = config.external_site_map.root.subtrees
    return {page: tree.caption for tree in trees if tree.caption for page in tree.items}


def remove_unused(app: Sphinx, error: Exception | None) -> None:
    """Remove what parent theme and myst-nb copy and no page loads: 7 MB, most of it icon fonts."""
    for pattern in UNUSED:
        for path in Path(app.outdir, "_static").glob(pattern):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def setup(app: Sphinx) -> None:
    """Register the theme and its handlers."""
    app.add_html_theme("rectified", HERE / "theme")
    app.connect("builder-inited", copy_assets)
    app.connect("html-page-context", fill_page, priority=900)  # after all that add assets
    app.connect("build-finished", remove_unused, priority=900)  # after all have copied
