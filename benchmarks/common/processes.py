"""Processes of their own, each pinned to one core and asked to use one thread."""

import os
from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

T = TypeVar("T")
PINS = hasattr(os, "sched_setaffinity")  # Linux only; elsewhere the environment has to do
ONE_THREAD = {
    "MKL_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false",
}


def cores() -> list[int]:
    """Return the cores that this process may use; the last ones have the least else to do."""
    return sorted(os.sched_getaffinity(0)) if PINS else list(range(os.cpu_count() or 1))


def pin(core: int) -> None:
    """Keep this process, and the threads that it will start, on one core."""
    if PINS:
        os.sched_setaffinity(0, {core})


def process(core: int) -> ProcessPoolExecutor:
    """Return a new Python process on one core, alive until its `with` block ends.

    Libraries read their number of threads when they are loaded: so it is set before the start.
    """
    os.environ.update(ONE_THREAD)
    return ProcessPoolExecutor(1, get_context("spawn"), initializer=pin, initargs=(core,))


def within(worker: Executor, f: Callable[..., T], *arguments: object) -> T:
    """Return f(*arguments), computed by the worker."""
    return worker.submit(f, *arguments).result()
