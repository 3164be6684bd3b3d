"""Which code makes a result: the package's source as it was loaded, and the libraries below it."""

import hashlib
import inspect
import sys
from collections.abc import Callable
from functools import cache
from importlib.metadata import version
from pathlib import Path

import rectified

LATER = {"claims", "figures", "labs", "site", "homework"}  # rooms that experiments do not import
LIBRARIES = [f"{name} {version(name)}" for name in ("numpy", "scipy", "scikit-learn", "torch")]


def _source() -> str:
    """Return a digest of the modules that an experiment can depend on, as they are on disk."""
    root = Path(rectified.__file__).parent
    result = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        name = path.relative_to(root).as_posix()
        if name.partition("/")[0] not in LATER:
            result.update(f"{name}\0".encode() + path.read_bytes() + b"\0")
    return result.hexdigest()


LOADED = _source()  # now, as a module that is edited later stays as it is in this process


@cache
def _file(path: str) -> str:
    """Return a digest of a module outside the package, as it was when first asked for."""
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def fingerprint(experiment: Callable) -> str:
    """Return 32 digits that change with the package, its libraries and the experiment's module."""
    parts = [LOADED, f"Python {sys.version_info.major}.{sys.version_info.minor}", *LIBRARIES]
    if experiment.__module__.partition(".")[0] not in ("rectified", "__main__"):
        parts.append(_file(inspect.getsourcefile(experiment)))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def mark(experiment: Callable) -> str:
    """Return what a result file says of the code that made it: the fingerprint, and the disk.

    A process that goes on with code which was edited since shares its mark with none that starts
    afresh, so what it makes is never taken for the work of the new code.
    """
    return f"{fingerprint(experiment)}-{_source()[:16]}"
