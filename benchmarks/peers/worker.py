"""What a peer's process does: train when asked, and say how long it took and how much it needs."""

import gc
import re
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from pathlib import Path

import numpy as np

from peers import PEERS
from peers.workload import Workload

STATUS, RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


@dataclass(frozen=True)
class Run:
    """One training of all networks; `losses` is (S, steps)."""

    seconds: float
    processor: float  # seconds that a core worked on it; more if two did
    setup: float  # seconds that `prepare` took, once
    losses: np.ndarray


@cache
def prepared(peer: str, workload: Workload) -> tuple[Callable[[], np.ndarray], float]:
    """Return the peer's training of the workload, and the seconds that its `prepare` took."""
    prepare = import_module(PEERS[peer].module).prepare
    _ = workload.batch, workload.parameters  # drawn before the clock starts
    start = time.perf_counter()
    return prepare(workload), time.perf_counter() - start


def train(peer: str, workload: Workload) -> Run:
    """Train all networks of the workload."""
    call, setup = prepared(peer, workload)
    start, start_of_work = time.perf_counter(), time.process_time()
    losses = call()
    seconds, processor = time.perf_counter() - start, time.process_time() - start_of_work
    return Run(seconds, processor, setup, losses)


def forget_peak() -> bool:
    """Let the peak of this process's memory begin anew; say whether the system can (Linux)."""
    gc.collect()
    try:
        RESET.write_text("5", encoding="ascii")
    except OSError:
        return False
    return True


def peak() -> int:
    """Return the most bytes of memory that this process had since `forget_peak`, or ever."""
    if STATUS.exists():
        return int(re.search(r"VmHWM:\s*(\d+)", STATUS.read_text(encoding="utf-8"))[1]) * 1024
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def peak_memory(peer: str, workload: Workload) -> tuple[int, bool]:
    """Return the bytes by which training the workload raises a new process's peak.

    Not counted are libraries, the arrays of the workload, and what a step of one network needs;
    counted is what compiling needs. Where a peak cannot be forgotten, it is the growth of the
    peak since the start, which is at most as much, and False stands beside it.
    """
    prepare = import_module(PEERS[peer].module).prepare
    prepare(replace(workload, seeds=1, steps=1))()
    _ = workload.batch, workload.parameters
    forgotten, before = forget_peak(), peak()
    prepare(workload)()
    return peak() - before, forgotten
