"""The Sphinx extension that makes the site, and the executor of the chapters.

No other room and no chapter imports this one, so a change here executes nothing again.
"""

from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config

from rectified.site import citations, claims, katex, patterns, solutions, theme
from rectified.site.cache import cache_path


def use_own_cache(app: Sphinx, config: Config) -> None:
    """Point myst-nb at what the executor kept for the package's present state."""
    config.nb_execution_cache_path = str(cache_path(Path(app.srcdir)))


def setup(app: Sphinx) -> dict[str, Any]:
    """Set up each part; Sphinx calls this."""
    app.add_config_value("comments_config", {}, "")  # Jupyter Book sets it; we load no comments
    app.connect("config-inited", use_own_cache)
    for part in (patterns, solutions, claims, citations, katex, theme):
        part.setup(app)
    return {"parallel_read_safe": True, "parallel_write_safe": False}
