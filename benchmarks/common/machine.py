"""The machine: what it is, and how fast its arithmetic and its memory are at best, measured."""

import os
import platform
from importlib import metadata
from pathlib import Path

import numpy as np

from common.timing import seconds_of

LARGE = 1024  # rows of the matrices whose product shows the peak of the arithmetic
LONG = 2**24  # float32 in the array whose copy shows the peak of the memory: 64 MiB, beyond caches
ENOUGH = 2e8  # FLOPs that take long enough for the clock


def describe() -> dict[str, str | int]:
    """Return processor, cores, system and the versions that matter."""
    lines = (
        Path("/proc/cpuinfo").read_text().splitlines() if os.path.exists("/proc/cpuinfo") else []
    )
    models = [line.partition(": ")[2] for line in lines if line.startswith("model name")]
    versions = {d.name: d.version for d in metadata.distributions() if d.name in LIBRARIES}
    return {
        "processor": (models or [platform.processor() or platform.machine()])[0],
        "cores": os.cpu_count() or 1,
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        **dict(sorted(versions.items())),
    }


LIBRARIES = ("numpy", "torch", "jax")


def product_rate(stack: int, rows: int, units: int) -> float:
    """Return the FLOPs per second of a stack of products (rows, units) @ (units, units)."""
    rng = np.random.default_rng(0)
    a = rng.standard_normal((stack, rows, units), dtype=np.float32)
    b = rng.standard_normal((stack, units, units), dtype=np.float32)
    out = np.empty_like(a)
    flops = 2 * stack * rows * units**2
    repeats = max(1, round(ENOUGH / flops))
    seconds = seconds_of(lambda: [np.matmul(a, b, out=out) for _ in range(repeats)])
    return repeats * flops / seconds


def copy_rate() -> float:
    """Return the bytes per second, read and written, of a copy that no cache can hold."""
    source = np.ones(LONG, np.float32)
    target = np.zeros_like(source)
    return 2 * source.nbytes / seconds_of(lambda: np.copyto(target, source))
