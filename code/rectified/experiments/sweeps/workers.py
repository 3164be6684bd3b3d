"""Who computes the points of a sweep: this process, processes of our own, or any executor."""

import math
import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing.context import SpawnContext, SpawnProcess
from queue import SimpleQueue
from typing import Self

from rectified.experiments.sweeps import storage
from rectified.experiments.sweeps.fingerprint import fingerprint
from rectified.experiments.sweeps.points import Point

ATTEMPTS = 3  # to compute a point whose worker was lost
ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"
)
Computed = Iterator[tuple[Point, bytes]]  # points and their result files, as they come


class SweepError(RuntimeError):
    """A point of a sweep that could not be computed."""


def compute(point: Point, mark: str, attempt: int = 1) -> bytes:
    """Return the bytes of a point's result file. Raises SweepError, whatever went wrong.

    `attempt` makes a call unlike those before it, for executors that remember calls.
    """
    try:
        experiment = storage.imported(point.experiment)
        if not mark.startswith(fingerprint(experiment)):
            raise RuntimeError("this worker runs other code than the sweep: start both afresh")
        about = {"experiment": point.experiment, "settings": point.settings, "mark": mark}
        return storage.pack(**about, result=experiment(**point.settings))
    except (Exception, SystemExit) as error:
        raise SweepError(f"{point} failed with {type(error).__name__}: {error}") from error


def computed(points: list[Point], mark: str, executor: Executor | int | None) -> Computed:
    """Yield each point with the bytes of its file. Raises the first SweepError at once.

    A point that is lost with its worker is computed again, alone, so that no other point can be
    the cause; SweepError names one that is lost three times.
    """
    if executor is None:
        yield from ((point, compute(point, mark)) for point in points)
    elif isinstance(executor, Executor):
        yield from Crew(mark, executor.submit).all_of(points)
    else:
        with OwnPool(executor) as pool:
            yield from Crew(mark, pool.submit, at_once=executor).all_of(points)


@dataclass(frozen=True)
class Crew:
    """Workers behind an executor, some of whom may die."""

    mark: str
    submit: Callable[..., Future]
    at_once: float = math.inf  # calls that are handed out before one has come back

    def all_of(self, points: list[Point]) -> Computed:
        """Yield all points; what was lost is computed before anything else is begun."""
        waiting = deque(points)
        while waiting:
            for point, error in (yield from self._until_lost(waiting)):
                yield from self._alone(point, error)

    def _alone(self, point: Point, error: Exception) -> Computed:
        """Yield a point that was lost once, or raise SweepError."""
        for attempt in range(2, ATTEMPTS + 1):
            lost = yield from self._until_lost(deque([point]), attempt)
            if not lost:
                return
            ((_, error),) = lost
        raise SweepError(
            f"{point} was lost {ATTEMPTS} times, as its worker died or took no work: {error!r}; "
            "make a broken executor anew, or let executor=2 start two processes and replace them"
        ) from error

    def _until_lost(
        self, waiting: deque[Point], attempt: int = 1
    ) -> Generator[tuple[Point, bytes], None, list[tuple[Point, Exception]]]:
        """Yield points until none waits, or one is lost and the others that are out are back.

        Returns what was lost, and why. `compute` raises nothing but SweepError, so whatever else
        comes out of a future is the executor's failure.
        """
        out: dict[Future, Point] = {}
        back: SimpleQueue[Future] = SimpleQueue()
        lost: list[tuple[Point, Exception]] = []
        try:
            while out or (waiting and not lost):
                while waiting and not lost and len(out) < self.at_once:
                    future = self._handed_out(waiting[0], attempt)
                    out[future] = waiting.popleft()
                    future.add_done_callback(back.put)
                for future in _results_first(back):
                    point, error = out.pop(future), _error(future)
                    if isinstance(error, SweepError):
                        raise error
                    if error is None:
                        yield point, future.result()
                    else:
                        lost.append((point, error))
        finally:
            for future in out:
                future.cancel()
        return lost

    def _handed_out(self, point: Point, attempt: int) -> Future:
        """Return the future of a point; one that nobody takes is lost at once."""
        try:
            return self.submit(compute, point, self.mark, attempt)
        except Exception as error:
            future: Future = Future()
            future.set_exception(error)
            return future


def _error(future: Future) -> BaseException | None:
    """Return what went wrong with a future that is done; None if it has a result."""
    return CancelledError() if future.cancelled() else future.exception()


def _results_first(back: SimpleQueue[Future]) -> list[Future]:
    """Wait for a future, and return all that are done: those that failed come last."""
    done = [back.get()]
    while not back.empty():
        done.append(back.get())
    return sorted(done, key=lambda future: _error(future) is not None)


class OwnPool:
    """Processes with one thread each. In place of a pool that broke there comes a new one."""

    def __init__(self, workers: int) -> None:
        """Prepare; a process starts when there is something for it to do."""
        self.workers = workers
        self.pool = self._new()

    def __enter__(self) -> Self:
        """Return the pool."""
        return self

    def __exit__(self, kind: type | None, *_: object) -> None:
        """Let the processes go; after an error, without waiting for what they are at."""
        self.pool.shutdown(wait=kind is None, cancel_futures=True)

    def submit(self, *call: object) -> Future:
        """Hand a call to the pool, to a new one if need be."""
        try:
            return self.pool.submit(*call)
        except BrokenExecutor:
            self.pool = self._new()
            return self.pool.submit(*call)

    def _new(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(
            self.workers, mp_context=OneThreadContext(), initializer=follow_parent
        )


class OneThreadProcess(SpawnProcess):
    """A process whose libraries find one thread allowed when they are loaded."""

    def start(self) -> None:
        """Start it, with an environment that this process has for that moment only."""
        before = {name: os.environ[name] for name in ONE_THREAD if name in os.environ}
        os.environ |= ONE_THREAD
        try:
            super().start()
        finally:
            for name in ONE_THREAD:
                del os.environ[name]
            os.environ |= before


class OneThreadContext(SpawnContext):
    """Processes that inherit nothing by accident: no locks, no threads, no generators."""

    Process = OneThreadProcess


def follow_parent() -> None:
    """End this process once the one that started it is gone, even if it was killed."""
    parent = multiprocessing.parent_process()

    def leave() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=leave, daemon=True).start()
