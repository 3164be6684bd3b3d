"""Where a chapter runs: in Colab, Binder or a JupyterHub, and on the reader's own machine.

Links to hosts stand on a page only when `_config.yml` has the address that they need: that of the
repository, which `make repository` writes, and for a JupyterHub its own.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ConfigError

GITHUB = "https://github.com/"
HUB = re.compile(r"https?://[\w.:-]+(?:/[\w.~-]+)*")


@dataclass(frozen=True)
class Link:
    """A host that runs the chapter, and what a reader has to know of it."""

    text: str
    url: str
    note: str


@dataclass(frozen=True)
class Launch:
    """What a page says of running its chapter."""

    file: str  # the notebook's name
    address: str  # of the repository, or ""
    links: list[Link]


def launch(app: Sphinx, pagename: str) -> Launch | None:
    """Return the ways to run a page's notebook; None for a page that is none."""
    source = Path(app.env.doc2path(pagename))
    if source.suffix != ".ipynb":
        return None
    options = app.config.html_theme_options
    address, branch = repository(options), options.get("repository_branch") or "main"
    path = source.relative_to(app.srcdir).as_posix()
    return Launch(source.name, address, links(address, branch, path, _hub(options)))


def links(address: str, branch: str, path: str, hub: str = "") -> list[Link]:
    """Return the hosts: Colab and Binder know GitHub only, a hub any address.

    The hub pulls with nbgitpuller, into a folder named after the repository.
    """
    found = []
    if address.startswith(GITHUB):
        place = f"{address.removeprefix(GITHUB)}/%s{quote(branch, safe='')}"
        colab = f"https://colab.research.google.com/github/{place % 'blob/'}/{quote(path)}"
        binder = f"https://mybinder.org/v2/gh/{place % ''}?urlpath={quote(f'lab/tree/{path}')}"
        found += [
            Link("Colab", colab, "with a Google account"),
            Link("Binder", binder, "without an account, after some minutes"),
        ]
    if address and hub:
        folder = address.rpartition("/")[2]
        asked = {"repo": address, "branch": branch, "urlpath": f"lab/tree/{folder}/{path}"}
        pull = f"{hub}/hub/user-redirect/git-pull?{urlencode(asked)}"
        found.append(Link("JupyterHub", pull, "with your account there"))
    return found


def check_hub(app: Sphinx, config: Config) -> None:
    """Refuse a hub that no link could lead to, before any page is read."""
    hub = _hub(config.html_theme_options)
    if hub and not HUB.fullmatch(hub):
        raise ConfigError(
            "jupyterhub_url in _config.yml must read https://HOST, or https://HOST/PATH, "
            f"got {hub!r}"
        )
    if hub and not repository(config.html_theme_options):
        raise ConfigError(
            "jupyterhub_url in _config.yml needs to know what the hub shall pull: "
            "make repository URL=https://github.com/OWNER/NAME"
        )


def repository(options: dict[str, Any]) -> str:
    """Return the repository's address as links begin with it; "" when it is not known."""
    return (options.get("repository_url") or "").rstrip("/").removesuffix(".git")


def _hub(options: dict[str, Any]) -> str:
    return ((options.get("launch_buttons") or {}).get("jupyterhub_url") or "").rstrip("/")


def setup(app: Sphinx) -> None:
    """Register the check."""
    app.connect("config-inited", check_hub)
