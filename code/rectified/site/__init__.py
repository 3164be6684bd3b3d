"""The Sphinx extension that makes the site, and the executor of the chapters.

No other room and no chapter imports this one, so a change here executes nothing again.
"""

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rectified.site.cache import cache_path, digest, files

if TYPE_CHECKING:  # the executor starts without Sphinx, a second sooner
    from sphinx.application import Sphinx
    from sphinx.config import Config

PARTS = (
    "patterns",
    "folds",
    "claims",
    "origins",
    "teaching",
    "about",
    "citations",
    "search",
    "katex",
    "reading",
    "launch",
    "theme",
    "landing",
    "address",
    "cards",
    "head",
    "policy",
)


def setup(app: "Sphinx") -> dict[str, Any]:
    """Set up each part; Sphinx calls this."""
    app.add_config_value("comments_config", {}, "")  # Jupyter Book sets it; we load no comments
    app.add_config_value("rectified_site", "", "env")
    app.connect("config-inited", read_states)
    for name in PARTS:
        import_module(f"{__name__}.{name}").setup(app)
    return {"parallel_read_safe": True, "parallel_write_safe": False}


def read_states(app: "Sphinx", config: "Config") -> None:
    """Tell Sphinx the states of package and site: a change of either makes it read all pages.

    The first is also where myst-nb finds what the executor kept.
    """
    here = Path(__file__).parent
    config.nb_execution_cache_path = str(cache_path(Path(app.srcdir)))
    config.rectified_site = digest("", files(here), here)
