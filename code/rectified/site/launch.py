"""Links that open a chapter where it runs; there are none until `_config.yml` knows an address."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from sphinx.application import Sphinx

GITHUB = "https://github.com/"


@dataclass(frozen=True)
class Link:
    """What the header shows."""

    text: str
    url: str


def launch_links(app: Sphinx, pagename: str) -> list[Link]:
    """Return the ways to run a chapter: Colab and Binder, both from GitHub.

    None for a page that is no notebook, and for a repository that is not on GitHub.
    """
    options = app.config.html_theme_options
    address = (options.get("repository_url") or "").rstrip("/").removesuffix(".git")
    source = Path(app.env.doc2path(pagename))
    if not address.startswith(GITHUB) or source.suffix != ".ipynb":
        return []
    branch = quote(options.get("repository_branch") or "main", safe="")
    path = quote(source.relative_to(app.srcdir).as_posix())
    repository = address.removeprefix(GITHUB)
    return [
        Link(
            "Open in Colab",
            f"https://colab.research.google.com/github/{repository}/blob/{branch}/{path}",
        ),
        Link(
            "in Binder", f"https://mybinder.org/v2/gh/{repository}/{branch}?urlpath=lab/tree/{path}"
        ),
    ]
