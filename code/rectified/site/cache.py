"""Where executed chapters are kept: one cache for each state of the package and its pins."""

import hashlib
import os
import shutil
import sys
from pathlib import Path

KEPT = 3  # states: going back to one of the last few executes nothing
OUTSIDE = {"site", "homework"}  # rooms that no chapter imports, so no output depends on them


def cache_path(root: Path) -> Path:
    """Return the cache of the book in `root` for its present state.

    Its name is a digest of all that the chapters' outputs depend on but their own cells: Python,
    `requirements.txt` and the files of `code/rectified`, the rooms in `OUTSIDE` left out. The
    cells themselves are jupyter-cache's key within it.
    """
    digest = hashlib.sha256(sys.version.encode())
    for path in [root / "requirements.txt", *_package_files(root / "code/rectified")]:
        if path.is_file():
            name = path.relative_to(root).as_posix()
            digest.update(f"{name}\0".encode() + path.read_bytes() + b"\0")
    return root / "_build/cache" / digest.hexdigest()[:16]


def _package_files(package: Path) -> list[Path]:
    """List the package's own files in order, but for caches and the rooms in `OUTSIDE`."""
    skipped = OUTSIDE | {"__pycache__"}
    found = []
    for folder, folders, files in os.walk(package):
        folders[:] = [name for name in folders if name not in skipped]
        found += [Path(folder, name) for name in files]
    return sorted(found)


def keep_newest(current: Path) -> None:
    """Mark `current` as used now, and remove all caches beside it but the newest `KEPT`."""
    current.mkdir(parents=True, exist_ok=True)
    os.utime(current)
    caches = sorted(current.parent.iterdir(), key=lambda path: path.stat().st_mtime_ns)
    for old in caches[:-KEPT]:
        shutil.rmtree(old)
