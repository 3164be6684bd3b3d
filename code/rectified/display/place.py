"""Where a cell is shown: by a kernel's front end, or on a page of the site, which has no kernel."""

import os

PAGE = "RECTIFIED_PAGE"  # an environment variable, set where chapters are executed for the site


def on_page() -> bool:
    """Say whether this kernel executes a chapter for the site."""
    return bool(os.environ.get(PAGE))
