"""Where executed chapters are kept: one cache for each state of the package and its pins."""

import hashlib
import os
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

KEPT = 3  # states: going back to one of the last few executes nothing
# Folders that no output depends on: the site, what grades, and what labs do in a browser
OUTSIDE = {"site", "homework", "source", "joined"}
DRAWS = "code/rectified/homework/draws.py"  # what tests in chapters draw from


def cache_path(root: Path) -> Path:
    """Return the cache of the book in `root` for its present state.

    Its name is a digest of all that the chapters' outputs depend on but their own cells: Python,
    `requirements.txt`, `DRAWS` and the files of `code/rectified`, the folders in `OUTSIDE` left
    out. The cells themselves are jupyter-cache's key within it.
    """
    package = files(root / "code/rectified", without=OUTSIDE)
    paths = [root / "requirements.txt", root / DRAWS, *package]
    name = digest(sys.version, (path for path in paths if path.is_file()), root)
    return root / "_build/cache" / name


def digest(start: str, paths: Iterable[Path], root: Path) -> str:
    """Return 16 digits that change with `start` and with any file's name in `root` or content."""
    result = hashlib.sha256(start.encode())
    for path in paths:
        name = path.relative_to(root).as_posix()
        result.update(f"{name}\0".encode() + path.read_bytes() + b"\0")
    return result.hexdigest()[:16]


def files(folder: Path, without: Iterable[str] = ()) -> list[Path]:
    """List the files in a folder and below, in order; folders of a name in `without` left out."""
    skipped = {*without, "__pycache__"}
    found: list[Path] = []
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in skipped]
        found += [Path(parent, name) for name in names]
    return sorted(found)


def keep_newest(current: Path) -> None:
    """Mark `current` as used now, and remove all caches beside it but the newest `KEPT`."""
    current.mkdir(parents=True, exist_ok=True)
    os.utime(current)
    caches = sorted(current.parent.iterdir(), key=lambda path: path.stat().st_mtime_ns)
    for old in caches[:-KEPT]:
        shutil.rmtree(old)
