"""Find what a sandbox for submissions needs, or install it: ``python tools/sandbox.py``."""

import ctypes.util
import os
import shutil
import subprocess
import sys

SENTENCE = (
    "A sandbox for submissions needs bubblewrap and libseccomp, which could not be installed. "
    "Install them: sudo apt-get install bubblewrap libseccomp2"
)


def missing() -> list[str]:
    """Return the packages that are not there yet, by their names on Debian and Ubuntu."""
    there = {
        "bubblewrap": shutil.which("bwrap"),
        "libseccomp2": ctypes.util.find_library("seccomp"),
    }
    return [package for package, found in there.items() if not found]


def install(packages: list[str], *, seconds: float = 300) -> None:
    """Try to install packages, each step for a bounded time; whether it worked, `missing` says."""
    as_root = [] if os.geteuid() == 0 else ["sudo", "--non-interactive"]
    for step in (["update"], ["install", "--yes", "--quiet", *packages]):
        command = [*as_root, "apt-get", *step]
        print(f"Missing: {', '.join(packages)}; trying: {' '.join(command)}", flush=True)
        try:
            subprocess.run(command, timeout=seconds, capture_output=True, check=False)
        except (OSError, subprocess.TimeoutExpired):
            return


def main() -> str | None:
    """Return what stops the tests, or None; elsewhere than on Linux there is no sandbox to test."""
    if sys.platform != "linux":
        return None
    if packages := missing():
        install(packages)
    return SENTENCE if missing() else None


if __name__ == "__main__":
    sys.exit(main())
