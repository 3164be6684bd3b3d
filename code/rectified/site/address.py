"""Where the site lies: its address, and what can only be written when that is known.

`make repository` writes the address of the repository. A repository on GitHub is published on its
Pages, so the site's address follows; `html: baseurl` in `_config.yml` names another one.
"""

import re
from pathlib import Path
from urllib.parse import urlsplit

from sphinx.application import Sphinx
from sphinx.config import Config

from rectified.site.launch import GITHUB, repository

INDEX = "index"
LOST = "404"
UNLISTED = ("search", LOST)  # pages that no list of pages names
LINK = re.compile(r'((?<=[ "])(?:href|src|action)="|url\()(?![#/]|[a-z]+:)')


def find_address(app: Sphinx, config: Config) -> None:
    """Set `html_baseurl`, for canonical links. Raises ValueError for what is no address."""
    given = config.html_baseurl or _pages(repository(config.html_theme_options))
    if given and not given.startswith(("https://", "http://")):
        raise ValueError(f"html baseurl must begin with https://, got {given!r}")
    config.html_baseurl = given and given.rstrip("/") + "/"


def _pages(address: str) -> str:
    """Return the address of a repository's GitHub Pages; "" for one that is elsewhere."""
    if not address.startswith(GITHUB):
        return ""
    owner, name = address.removeprefix(GITHUB).split("/")
    host = f"{owner.lower()}.github.io"
    return f"https://{host}/" if name.lower() == host else f"https://{host}/{name}/"


def page_address(app: Sphinx, page: str) -> str:
    """Return a page's full address; "" when that of the site is not known."""
    base = app.config.html_baseurl
    return base and base + ("" if page == INDEX else app.builder.get_target_uri(page))


def write_sitemap(app: Sphinx, error: Exception | None) -> None:
    """Write sitemap.xml, which lists all pages, and robots.txt, which leads there."""
    base = app.config.html_baseurl
    if error or not base or app.builder.format != "html":
        return
    pages = [INDEX, *app.env.collect_relations()]
    places = "".join(f"<url><loc>{page_address(app, page)}</loc></url>\n" for page in pages)
    sitemap = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{places}</urlset>\n'
    )
    out = Path(app.outdir)
    (out / "sitemap.xml").write_text(sitemap, encoding="utf-8")
    robots = f"User-agent: *\nAllow: /\nSitemap: {base}sitemap.xml\n"
    (out / "robots.txt").write_text(robots, encoding="utf-8")


def root_lost_page(app: Sphinx, error: Exception | None) -> None:
    """Let the links of 404.html begin at the site's root: it is shown at any depth.

    Without a known address the site is taken to lie at its host's root.
    """
    path = Path(app.outdir, f"{LOST}.html")
    if error is None and path.is_file():
        root = urlsplit(app.config.html_baseurl).path or "/"
        text = LINK.sub(rf"\g<1>{root}", path.read_text(encoding="utf-8"))
        path.write_text(text, encoding="utf-8")


def setup(app: Sphinx) -> None:
    """Register the handlers."""
    app.connect("config-inited", find_address)
    page = LOST, {"title": "This page is not here"}, f"{LOST}.html"
    app.connect("html-collect-pages", lambda app: [page])
    app.connect("build-finished", write_sitemap)
    app.connect("build-finished", root_lost_page)
