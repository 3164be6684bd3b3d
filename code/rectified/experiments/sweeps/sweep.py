"""An experiment over a grid of settings: resumable, and the same bits wherever a point runs."""

import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor
from contextlib import closing
from dataclasses import dataclass
from types import MappingProxyType

from rectified.experiments.sweeps import storage
from rectified.experiments.sweeps.fingerprint import mark
from rectified.experiments.sweeps.folders import ResultFolder
from rectified.experiments.sweeps.points import Grid, described, points, same
from rectified.experiments.sweeps.progress import progress_bar
from rectified.experiments.sweeps.workers import computed
from rectified.networks.checks import check_positive_int


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Sweep:
    """The results of one experiment, a result for each point of a grid, in the grid's order."""

    experiment: str  # "module:name"
    settings: tuple[Mapping[str, object], ...]
    results: tuple[object, ...]

    def __len__(self) -> int:
        """Return the number of points."""
        return len(self.settings)

    def __iter__(self) -> Iterator[tuple[Mapping[str, object], object]]:
        """Yield settings and result of each point."""
        return zip(self.settings, self.results, strict=True)

    def __repr__(self) -> str:
        """Return what was swept; results may be pages long."""
        return f"Sweep({self.experiment}, {len(self)} points)"

    def at(self, **settings: object) -> object:
        """Return the result of the point with these settings; they need not be all.

        Raises LookupError if no point, or more than one, has them.
        """
        found = {id(result): result for given, result in self if _has(given, settings)}
        if len(found) != 1:
            what = described(settings)
            raise LookupError(f"{what} must name one point of {self!r}, but names {len(found)}")
        (result,) = found.values()
        return result


def _has(given: Mapping[str, object], settings: Mapping[str, object]) -> bool:
    return all(name in given and same(given[name], value) for name, value in settings.items())


def sweep(
    experiment: Callable[..., object],
    grid: Grid,
    *,
    executor: Executor | int | None = None,
    folder: str | os.PathLike | None = None,
    progress: bool = True,
) -> Sweep:
    """Call the experiment with every point of the grid.

    `grid` maps names to values, of which all combinations are taken, the last name changing
    fastest; or it is a sequence of mappings, one for each point. Equal points are computed once.

    `executor` is None for this process, a number of processes, or any
    `concurrent.futures.Executor`, such as dask's `Client.get_executor()`. The results are the
    same to the bit where a worker has one thread, as the processes and dask's workers have:
    settings and results travel as the bytes of their files, and a worker with other code or
    libraries is an error. A point that is lost with its worker is computed again, up to three
    times in all; processes that died are replaced, but an executor that was given and broke is not.

    In `folder` each result is kept in a file as soon as it is there, and found by the next call;
    what other code made is computed again, and what is damaged is set aside, with a SweepWarning.
    Several sweeps may share a folder.

    Raises TypeError or ValueError before any work if the arguments do not fit, OSError if the
    folder cannot be written to, and SweepError, naming the point, for the first that fails.
    """
    asked = points(experiment, grid)
    _check_executor(executor)
    if asked[0].experiment.startswith("__main__:") and (executor, folder) != (None, None):
        raise ValueError("experiment must stand in a module, as workers and files name it by that")
    made_with = mark(experiment)
    kept = ResultFolder(folder, made_with) if folder is not None else None
    distinct = dict.fromkeys(asked)
    results = kept.load(distinct) if kept else {}
    missing = [point for point in distinct if point not in results]
    with (
        progress_bar(len(distinct), len(results), shown=progress) as bar,
        closing(computed(missing, made_with, executor)) as finished,
    ):
        for point, raw in finished:
            if kept:
                kept.save(point, raw)
            results[point] = storage.unpack(raw, "result")
            bar.update()
    return Sweep(
        experiment=asked[0].experiment,
        settings=tuple(MappingProxyType(point.settings) for point in asked),
        results=tuple(results[point] for point in asked),
    )


def _check_executor(executor: object) -> None:
    """Raise TypeError or ValueError unless it is None, an executor or a number of processes."""
    if executor is None or isinstance(executor, Executor):
        return
    if not isinstance(executor, int) or isinstance(executor, bool):
        raise TypeError(
            "executor must be None, a number of processes or a concurrent.futures.Executor (of a "
            f"dask client, client.get_executor()), got {type(executor).__name__}"
        )
    check_positive_int(executor=executor)
