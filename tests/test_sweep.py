"""Sweeps: the same bits wherever a point runs, whoever dies on the way, and after a kill -9."""

import errno
import importlib
import io
import itertools
import logging
import os
import subprocess
import sys
import threading
import time
import types
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import FrozenInstanceError
from functools import partial
from pathlib import Path

import numpy as np
import psutil
import pytest
from distributed import Client, LocalCluster
from tqdm import TqdmWarning
from tqdm.std import tqdm as text_bar

from rectified import experiments
from rectified.activations import leaky_relu, relu, tanh
from rectified.experiments.sweeps import fingerprint, progress, storage, workers
from rectified.experiments.sweeps.folders import ResultFolder, SweepWarning
from rectified.experiments.sweeps.points import points
from rectified.experiments.sweeps.sweep import Sweep, sweep
from rectified.experiments.sweeps.workers import SweepError, compute
from rectified.files import write_whole
from sweep_samples import (
    Inner,
    anything,
    bits,
    deadly,
    environment,
    failing,
    logged,
    spectrum,
    unkeepable,
)

TESTS = Path(__file__).parent
GRID = {"width": [3, 40], "f": [relu, leaky_relu(slope=1 / 3)], "seed": [1, 2]}


def quiet(experiment: Callable, grid: object, **others: object) -> Sweep:
    return sweep(experiment, grid, progress=False, **others)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Client]:
    """Yield a client of a real cluster: a scheduler, two workers, each a process with a nanny."""
    # any free port: two clusters may run at once, and a reader may have one of their own
    quietly = {"dashboard_address": ":0", "silence_logs": logging.CRITICAL}
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, processes=True, **quietly) as made,
        Client(made) as client,
    ):
        yield client


# ---- The grid -----------------------------------------------------------------------------------
def test_a_grid_is_all_combinations_and_the_last_name_changes_fastest() -> None:
    result = quiet(anything, {"a": (1, 2), "b": ["x", "y", "z"]})
    expected = [{"a": a, "b": b} for a, b in itertools.product((1, 2), "xyz")]
    assert [dict(settings) for settings in result.settings] == expected
    assert [dict(inner.parts) for inner in result.results] == expected
    assert len(result) == 6


def test_a_grid_may_be_a_list_of_points_in_any_order() -> None:
    result = quiet(anything, [{"a": 2}, {}, {"b": 1, "a": 1}])
    assert [dict(settings) for settings, _ in result] == [{"a": 2}, {}, {"a": 1, "b": 1}]
    assert [dict(inner.parts) for _, inner in result] == [{"a": 2}, {}, {"a": 1, "b": 1}]


def test_values_may_come_in_arrays_and_views() -> None:
    result = quiet(anything, {"a": np.arange(2), "x": np.linspace(0, 1, 2), "k": {"u": 0}.keys()})
    assert bits(result.settings) == bits(
        quiet(anything, {"a": [0, 1], "x": [0.0, 1.0], "k": ["u"]}).settings
    )


def test_equal_points_are_computed_once(tmp_path: Path) -> None:
    log = str(tmp_path / "log")
    result = quiet(logged, {"n": [1, 0, 1, np.int64(0)], "log": [log]})
    assert Path(log).read_text() == "1\n0\n"
    assert [inner.parts[0] for inner in result.results] == [1, 0, 1, 0]
    assert result.results[0] is result.results[2]
    assert result.at(n=1) is result.results[0]


@pytest.mark.parametrize(
    ("grid", "error", "message"),
    [
        ({}, ValueError, "grid must name at least one setting"),
        ([], ValueError, "grid must hold at least one value, got none"),
        ({"width": [], "seed": [1]}, ValueError, r"grid\['width'\] must hold at least one value"),
        ({"width": 3}, TypeError, r"grid\['width'\] must be a sequence of values, .*, got 3"),
        ({"width": "34"}, TypeError, r"grid\['width'\] must be a sequence of values, .* got '34'"),
        ({"width": {3, 4}}, TypeError, r"grid\['width'\] must be a sequence of values"),
        ({"width": np.array(3)}, TypeError, r"grid\['width'\] must be a sequence of values"),
        ({"width": iter([3])}, TypeError, r"grid\['width'\] must be a sequence of values"),
        ({"f": relu, "width": [3]}, TypeError, r"grid\['f'\] .* for one value \[value\], got relu"),
        ([3], TypeError, "grid must hold mappings of settings, got 3"),
        ({"wdith": [3]}, TypeError, r"does not fit sweep_samples:spectrum\(\*, width: .*'wdith'"),
        ({"seed": [3]}, TypeError, r"does not fit .* missing a required .*'width'"),
        ([{"width": 3}, {"seed": 3}], TypeError, r"does not fit .* missing a required .*'width'"),
        ([{"width": 3, 4: 5}], TypeError, "does not fit"),
        ({"width": [np.random.default_rng(0)]}, TypeError, r"settings\['width'\] cannot be kept"),
    ],
)
def test_a_grid_that_does_not_fit_is_refused_before_any_work(
    grid: object, error: type, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "compute", None)
    with pytest.raises(error, match=message):
        quiet(spectrum, grid, executor=2)


def test_an_experiment_that_no_worker_could_import_is_refused() -> None:
    def closure(*, n: int) -> Inner:
        return Inner(label="closure", parts=(n, GRID))

    for wrong in (closure, lambda n: n):
        with pytest.raises(TypeError, match=r"<l.* cannot be imported: it must stand by that"):
            quiet(wrong, {"n": [1]}, executor=2)
    for wrong in (np.exp, Inner, "spread"):
        with pytest.raises(TypeError, match="experiment must be a function of a module, got"):
            quiet(wrong, {"x": [1.0]})


def test_an_experiment_of_a_notebook_runs_in_its_process_only(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys.modules["__main__"], "failing", failing, raising=False)
    monkeypatch.setattr(failing, "__module__", "__main__")
    assert quiet(failing, {"n": [7]}).at(n=7).parts == (7,)
    for where in ({"executor": 2}, {"folder": tmp_path}):
        with pytest.raises(ValueError, match="experiment must stand in a module"):
            quiet(failing, {"n": [7]}, **where)


@pytest.mark.parametrize(
    ("executor", "error", "message"),
    [
        (0, ValueError, "executor must be at least 1, got 0"),
        (True, TypeError, "executor must be None, a number of processes or .* got bool"),
        ("processes", TypeError, r"client.get_executor\(\)\), got str"),
    ],
)
def test_a_wrong_executor_is_refused(executor: object, error: type, message: str) -> None:
    with pytest.raises(error, match=message):
        quiet(failing, {"n": [2]}, executor=executor)


# ---- The result ---------------------------------------------------------------------------------
def test_a_result_is_found_by_some_of_its_settings() -> None:
    result = quiet(spectrum, GRID)
    assert result.experiment == "sweep_samples:spectrum"
    assert repr(result) == "Sweep(sweep_samples:spectrum, 8 points)"
    assert result.at(width=40.0, f=leaky_relu(slope=1 / 3), seed=np.int64(2)) is result.results[7]
    with pytest.raises(LookupError, match=r"width=40, seed=1 must name one .* but names 2$"):
        result.at(width=40, seed=1)
    for wrong in ({"width": 4}, {"wdith": 3}, {"f": tanh}):
        with pytest.raises(LookupError, match=r"must name one point of Sweep.* but names 0$"):
            result.at(**wrong)


def test_the_package_offers_the_function_itself() -> None:
    assert experiments.sweep is sweep


def test_a_sweep_cannot_be_changed() -> None:
    result = quiet(anything, {"a": [1]})
    with pytest.raises(FrozenInstanceError):
        result.results = ()
    with pytest.raises(TypeError):
        result.settings[0]["a"] = 2


def test_what_the_experiment_returns_is_what_comes_back() -> None:
    result = quiet(spectrum, GRID)
    for settings, found in result:
        assert bits(found) == bits(spectrum(**settings))
    bends = quiet(experiments.with_and_without_bend, {"f": [relu], "seeds": [range(3)]})
    expected = experiments.with_and_without_bend(relu, seeds=range(3))
    assert bits(bends.results[0]) == bits(expected)


# ---- Wherever a point runs ----------------------------------------------------------------------
def test_threads_give_the_same_bits() -> None:
    with ThreadPoolExecutor(3) as threads:
        assert bits(quiet(spectrum, GRID, executor=threads).results) == bits(
            quiet(spectrum, GRID).results
        )


def test_a_cluster_gives_the_same_bits(cluster: Client) -> None:
    there = quiet(spectrum, GRID, executor=cluster.get_executor())
    assert bits(there.results) == bits(quiet(spectrum, GRID).results)
    assert bits(there.settings) == bits(quiet(spectrum, GRID).settings)


def lethal(folder: Path, lives: int) -> dict:
    folder.mkdir()
    return {"n": range(4), "folder": [str(folder)], "lives": [lives]}


def test_processes_give_the_same_bits_though_one_is_killed_on_the_way(tmp_path: Path) -> None:
    grid = lethal(tmp_path / "deaths", lives=1)
    there = quiet(deadly, grid, executor=2, folder=tmp_path / "results")
    assert len(list((tmp_path / "deaths").iterdir())) == 1
    assert bits(there.results) == bits(quiet(deadly, grid).results)


def test_a_cluster_gives_the_same_bits_though_a_worker_is_killed_on_the_way(
    tmp_path: Path, cluster: Client
) -> None:
    grid = lethal(tmp_path / "deaths", lives=1)
    there = quiet(deadly, grid, executor=cluster.get_executor(), folder=tmp_path / "results")
    assert len(list((tmp_path / "deaths").iterdir())) == 1
    assert bits(there.results) == bits(quiet(deadly, grid).results)


def test_an_error_comes_through_from_a_cluster(cluster: Client) -> None:
    with pytest.raises(SweepError, match=r"^failing\(n=2\) failed with ValueError: two is too"):
        quiet(failing, {"n": range(4)}, executor=cluster.get_executor())


@pytest.mark.audit
def test_processes_have_one_thread_and_this_one_keeps_its_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("MKL_NUM_THREADS", raising=False)
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    before = dict(os.environ)
    there = quiet(environment, {"name": list(workers.ONE_THREAD)}, executor=1)
    assert [inner.label for inner in there.results] == ["1", "1", "1", "1"]
    assert os.getpid() not in {inner.parts[0] for inner in there.results}
    assert dict(os.environ) == before


@pytest.mark.audit
@pytest.mark.parametrize("own", [True, False], ids=["processes", "cluster"])
def test_a_point_that_always_kills_its_worker_is_named(
    own: bool, tmp_path: Path, cluster: Client
) -> None:
    start = time.monotonic()
    grid = lethal(tmp_path / "deaths", lives=1000)
    executor = 2 if own else cluster.get_executor()
    with pytest.raises(SweepError, match=r"^deadly\(folder=.*, n=3\) was lost 3 times"):
        quiet(deadly, grid, executor=executor, folder=tmp_path / "results")
    died = len(list((tmp_path / "deaths").iterdir()))
    saved = len(list((tmp_path / "results").iterdir()))
    print(f"\n{died} processes died in {time.monotonic() - start:.1f} s, {saved} points were saved")
    assert died == (3 if own else 12)  # dask itself tries a point four times
    assert saved in ((2, 3) if own else (3,))  # its neighbour may be lost with it


# ---- Executors that fail, one call at a time ----------------------------------------------------
class Faulty(Executor):
    """Computes at once, unless a script says what goes wrong: point and attempt -> error."""

    def __init__(self, script: dict[tuple[int, int], Exception], raise_at_once: bool) -> None:
        self.script, self.raise_at_once, self.calls = script, raise_at_once, []

    def submit(self, fn: Callable, /, *call: object) -> Future:
        point, _, attempt = call
        n = point.settings["n"]
        self.calls.append((n, attempt))
        error = self.script.get((n, attempt))
        if error and self.raise_at_once:
            raise error
        future: Future = Future()
        if isinstance(error, Exception):
            future.set_exception(error)
        elif error:
            future.cancel()
            future.set_running_or_notify_cancel()
        else:
            try:
                future.set_result(fn(*call))
            except SweepError as failure:
                future.set_exception(failure)
        return future


LOSSES = [
    BrokenProcessPool("a child died"),
    ConnectionError("the scheduler is gone"),
    RuntimeError("cannot schedule new futures after shutdown"),
]


@pytest.mark.parametrize("raise_at_once", [True, False])
@pytest.mark.parametrize("loss", [*LOSSES, "cancel"], ids=lambda loss: type(loss).__name__)
def test_what_is_lost_is_computed_again(loss: object, raise_at_once: bool, tmp_path: Path) -> None:
    if raise_at_once and loss == "cancel":
        loss = BrokenExecutor()
    log = str(tmp_path / "log")
    faulty = Faulty({(1, 1): loss, (3, 1): loss, (3, 2): loss}, raise_at_once)
    result = quiet(logged, {"n": range(5), "log": [log]}, executor=faulty)
    assert [inner.parts[0] for inner in result.results] == [0, 1, 2, 3, 4]
    assert sorted(Path(log).read_text().split()) == ["0", "1", "2", "3", "4"]
    assert faulty.calls[-3:] == [(1, 2), (3, 2), (3, 3)]


@pytest.mark.parametrize("raise_at_once", [True, False])
def test_what_is_lost_three_times_is_an_error_and_all_else_is_kept(
    raise_at_once: bool, tmp_path: Path
) -> None:
    script = {(2, attempt): LOSSES[0] for attempt in (1, 2, 3)}
    faulty = Faulty(script, raise_at_once)
    grid = {"n": range(5), "log": [str(tmp_path / "log")]}
    message = r"^logged\(log=.*, n=2\) was lost 3 times.*BrokenProcessPool\('a child died'\); make"
    with pytest.raises(SweepError, match=message):
        quiet(logged, grid, executor=faulty, folder=tmp_path / "results")
    assert len(list((tmp_path / "results").iterdir())) == 4
    assert [call for call in faulty.calls if call[0] == 2] == [(2, 1), (2, 2), (2, 3)]


def test_what_is_lost_comes_before_what_is_not_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    class Late(Faulty):
        def submit(self, fn: Callable, /, *call: object) -> Future:
            done = super().submit(fn, *call)
            if self.calls[-1] != (1, 1):
                return done
            late: Future = Future()  # still out when the loss of its neighbour is known
            threading.Timer(0.1, late.set_result, [done.result()]).start()
            return late

    late = Late({(0, 1): LOSSES[0]}, raise_at_once=False)
    monkeypatch.setattr(workers.OwnPool, "_new", lambda pool: late)
    assert len(quiet(anything, {"n": range(4)}, executor=2)) == 4
    assert late.calls == [(0, 1), (1, 1), (0, 2), (2, 1), (3, 1)]


def test_an_error_keeps_what_was_finished_beside_it_and_stops_the_rest(tmp_path: Path) -> None:
    never = []

    class Slow(Faulty):
        def submit(self, fn: Callable, /, *call: object) -> Future:
            if len(self.calls) < 4:
                return super().submit(fn, *call)
            never.append(Future())
            return never[-1]

    slow = Slow({}, raise_at_once=False)
    with pytest.raises(SweepError, match=r"failing\(n=2\) failed"):
        quiet(failing, {"n": range(8)}, executor=slow, folder=tmp_path)
    kept = ResultFolder(tmp_path, fingerprint.mark(failing)).load(points(failing, {"n": range(8)}))
    assert sorted(result.parts[0] for result in kept.values()) == [0, 1, 3]
    assert [future.cancelled() for future in never] == [True] * 4


def test_own_processes_get_no_more_points_than_they_can_work_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    most = []

    class Counting(workers.OwnPool):
        def submit(self, *call: object) -> Future:
            future = self.pool.submit(*call)
            most.append(self.pool._work_queue.qsize())
            return future

        def _new(self) -> Executor:
            return ThreadPoolExecutor(self.workers)

    monkeypatch.setattr(workers, "OwnPool", Counting)
    result = quiet(spectrum, {"width": range(2, 12)}, executor=2)
    assert len(result) == len(most) == 10
    assert max(most) <= 2


def test_a_broken_pool_of_our_own_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []

    class Replacing(workers.OwnPool):
        def _new(self) -> Executor:
            made.append(Breaking() if not made else ThreadPoolExecutor(1))
            return made[-1]

    class Breaking(ThreadPoolExecutor):
        def submit(self, *_: object) -> Future:
            raise BrokenProcessPool("broken before")

    monkeypatch.setattr(workers, "OwnPool", Replacing)
    assert len(quiet(spectrum, {"width": [2, 3]}, executor=1)) == 2
    assert len(made) == 2


# ---- The experiment's own errors ----------------------------------------------------------------
@pytest.mark.parametrize("error", ["ValueError", "SystemExit"])
def test_an_error_names_the_point_and_keeps_its_cause(error: str, tmp_path: Path) -> None:
    message = rf"^failing\(error='{error}', n=2\) failed with {error}: two is too much$"
    with pytest.raises(SweepError, match=message) as caught:
        quiet(failing, {"n": range(5), "error": [error]}, folder=tmp_path)
    assert type(caught.value.__cause__).__name__ == error
    assert len(list(tmp_path.iterdir())) == 2


def test_a_result_that_cannot_be_kept_is_an_error() -> None:
    message = r"^unkeepable\(\) failed with TypeError: result\['parts'\]\[0\] cannot be kept"
    with pytest.raises(SweepError, match=message):
        quiet(unkeepable, [{}])


def test_long_settings_are_cut_short_in_messages() -> None:
    with pytest.raises(SweepError) as caught:
        quiet(experiments.flat_ends, {"f": [np.zeros(500)]})
    assert str(caught.value).startswith("flat_ends(f=array([0., 0., 0.")
    assert len(str(caught.value)) < 250


def test_a_worker_that_runs_other_code_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    (point,) = points(failing, {"n": [1]})
    mark = fingerprint.mark(failing)
    assert storage.unpack(compute(point, mark), "mark") == mark
    monkeypatch.setattr(fingerprint, "LOADED", "other code")
    with pytest.raises(SweepError, match="this worker runs other code than the sweep"):
        compute(point, mark)


# ---- Files --------------------------------------------------------------------------------------
def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def logged_sweep(tmp_path: Path, n: range = range(4)) -> tuple[Sweep, list[str]]:
    """Sweep into a folder; return the result, and which points were computed."""
    log = tmp_path / "log"
    log.write_text("")
    result = quiet(logged, {"n": n, "log": [str(log)]}, folder=tmp_path / "results")
    return result, log.read_text().split()


def test_a_second_sweep_computes_nothing_and_finds_the_same_bits(tmp_path: Path) -> None:
    first, computed = logged_sweep(tmp_path)
    assert computed == ["0", "1", "2", "3"]
    written = files(tmp_path / "results")
    second, computed = logged_sweep(tmp_path)
    assert computed == []
    assert bits(second.results) == bits(first.results)
    assert files(tmp_path / "results") == written
    _, computed = logged_sweep(tmp_path, range(2, 6))
    assert computed == ["4", "5"]


def test_a_file_says_what_it_is(tmp_path: Path) -> None:
    quiet(spectrum, {"width": [3], "f": [relu]}, folder=tmp_path)
    (raw,) = files(tmp_path).values()
    assert storage.unpack(raw, "experiment") == "sweep_samples:spectrum"
    assert storage.unpack(raw, "settings") == {"f": relu, "width": 3}
    assert storage.unpack(raw, "mark") == fingerprint.mark(spectrum)
    assert bits(storage.unpack(raw, "result")) == bits(spectrum(width=3, f=relu))


def test_experiments_share_a_folder(tmp_path: Path) -> None:
    for experiment in (failing, anything, failing, anything):
        label = quiet(experiment, {"n": [1]}, folder=tmp_path).at(n=1).label
        assert label == experiment.__name__
    assert len(files(tmp_path)) == 2


def test_the_order_of_names_does_not_matter(tmp_path: Path) -> None:
    quiet(spectrum, {"width": [3], "seed": [1]}, folder=tmp_path)
    quiet(spectrum, {"seed": [1], "width": [3]}, folder=tmp_path)
    assert len(files(tmp_path)) == 1


def flipped(raw: bytes) -> bytes:
    return raw[:100] + bytes([raw[100] ^ 1]) + raw[101:]


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (lambda raw, other: raw[:-100], "its checksum does not fit"),
        (lambda raw, other: flipped(raw), "its checksum does not fit"),
        (lambda raw, other: b"", "its checksum does not fit"),
        (lambda raw, other: other, r"it holds spectrum\(width=3\), not logged\(log=.*, n=2\)"),
        (lambda raw, other: storage.pack(x=1), "its 'settings' cannot be read: KeyError"),
    ],
    ids=["truncated", "flipped", "empty", "another experiment", "no result"],
)
def test_a_file_that_cannot_be_used_is_set_aside_and_computed_again(
    damage: Callable, why: str, tmp_path: Path
) -> None:
    first, _ = logged_sweep(tmp_path)
    (other,) = points(spectrum, {"width": [3]})
    (point,) = points(logged, {"n": [2], "log": [str(tmp_path / "log")]})
    folder = tmp_path / "results"
    path = folder / f"{point.key}.npz"
    good = path.read_bytes()
    path.write_bytes(damage(good, compute(other, fingerprint.mark(spectrum))))
    bad = path.read_bytes()
    message = rf"{point.key}\.npz is set aside as {point.key}\.\w+\.damaged, and .* again: {why}"
    with pytest.warns(SweepWarning, match=message) as warned:
        again, computed = logged_sweep(tmp_path)
    assert computed == ["2"]
    assert bits(again.results) == bits(first.results)
    assert path.read_bytes() == good
    assert [raw for name, raw in files(folder).items() if name.endswith(".damaged")] == [bad]
    assert len(files(folder)) == 5
    assert [warning.filename for warning in warned] == [__file__]


def test_results_of_other_code_are_computed_again_and_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    logged_sweep(tmp_path)
    monkeypatch.setattr(fingerprint, "LOADED", "other code")
    message = "4 results in .*results were made by other code; computing again"
    with pytest.warns(SweepWarning, match=message) as warned:
        _, computed = logged_sweep(tmp_path)
    assert computed == ["0", "1", "2", "3"]
    assert [warning.filename for warning in warned] == [__file__]
    assert logged_sweep(tmp_path)[1] == []
    assert len(files(tmp_path / "results")) == 4


def test_quiet_stays_quiet(tmp_path: Path, capfd: pytest.CaptureFixture) -> None:
    with warnings.catch_warnings(action="error"):
        logged_sweep(tmp_path)
        logged_sweep(tmp_path)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("call", ["os.fsync", "pathlib.Path.replace"])
def test_a_write_that_fails_leaves_nothing_half_written(
    call: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = OSError(errno.ENOSPC, "No space left on device")

    def fail(*_: object) -> None:
        raise full

    write_whole(tmp_path / "result", b"before")
    with monkeypatch.context() as patched:
        patched.setattr(call, fail)
        with pytest.raises(OSError, match="No space left"):
            write_whole(tmp_path / "result", b"after")
        message = r"the result of logged\(.*, n=0\) cannot be kept: .*No space left on device"
        with pytest.raises(OSError, match=message):
            logged_sweep(tmp_path)
    assert files(tmp_path / "results") == {}
    assert (tmp_path / "result").read_bytes() == b"before"
    assert list(tmp_path.rglob("*.part")) == []


@pytest.mark.parametrize("place", ["a file", "a file/below"])
def test_a_folder_that_cannot_be_written_to_is_refused_before_any_work(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "compute", None)
    (tmp_path / "a file").touch()
    with pytest.raises(OSError, match=rf"^folder .*{place} cannot be written to: "):
        quiet(failing, {"n": [1]}, folder=tmp_path / place)


def test_a_read_only_folder_is_refused_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, raw: bytes) -> None:  # as for all but root
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(workers, "compute", None)
    monkeypatch.setattr("pathlib.Path.write_bytes", refuse)
    with pytest.raises(OSError, match=r"cannot be written to: .*Permission denied"):
        quiet(failing, {"n": [1]}, folder=tmp_path)


def test_folders_are_made_as_needed(tmp_path: Path) -> None:
    quiet(failing, {"n": [1]}, folder=str(tmp_path / "a" / "b"))
    assert len(files(tmp_path / "a" / "b")) == 1


def test_sweeps_in_one_folder_at_once_do_not_hurt_each_other(tmp_path: Path) -> None:
    grid = {"n": range(3, 30)}
    quiet(failing, grid, folder=tmp_path)
    good = files(tmp_path)
    for _ in range(3):
        for path in list(tmp_path.glob("*.npz"))[::3]:
            path.write_bytes(b"damaged")
        with warnings.catch_warnings(), ThreadPoolExecutor(4) as threads:
            warnings.simplefilter("ignore", SweepWarning)
            sweeps = [threads.submit(quiet, failing, grid, folder=tmp_path) for _ in range(4)]
            found = [bits(future.result().results) for future in sweeps]
        assert found == [found[0]] * 4
        assert {name: raw for name, raw in files(tmp_path).items() if name in good} == good
    assert not [name for name in files(tmp_path) if name.endswith(".part")]


def test_a_file_that_another_sweep_has_set_aside_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (point,) = points(failing, {"n": [1]})
    folder = ResultFolder(tmp_path, "mark")
    folder.file(point).write_bytes(b"damaged")

    def too_late(path: Path, target: Path) -> None:
        raise FileNotFoundError(path)

    monkeypatch.setattr("pathlib.Path.replace", too_late)
    assert folder.load([point]) == {}


# ---- Processes that are killed ------------------------------------------------------------------
@contextmanager
def sweep_elsewhere(tmp_path: Path, n: int) -> Iterator[subprocess.Popen]:
    """Yield a Python whose one worker computes n points into tmp_path / "results"; kill it."""
    script = (
        "from rectified.experiments.sweeps.sweep import sweep; from sweep_samples import logged\n"
        f"grid = {{'n': range({n}), 'log': [{str(tmp_path / 'log')!r}]}}\n"
        f"sweep(logged, grid, executor=1, folder={str(tmp_path / 'results')!r})"
    )
    path = os.pathsep.join([str(TESTS), os.environ.get("PYTHONPATH", "")])
    process = subprocess.Popen(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONPATH": path},
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def wait_for(condition: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds  # many times what it takes on a busy machine
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_a_sweep_that_is_killed_goes_on_where_it_was_and_leaves_no_process(tmp_path: Path) -> None:
    log, hold = tmp_path / "log", tmp_path / "log.hold"
    hold.touch()
    with sweep_elsewhere(tmp_path, 6) as running:
        wait_for(lambda: log.exists() and "3" in log.read_text())
        family = psutil.Process(running.pid).children(recursive=True)
        assert family != []
    assert psutil.wait_procs(family, timeout=30)[1] == []
    assert len(list((tmp_path / "results").glob("*.npz"))) == 3
    hold.unlink()
    again, computed = logged_sweep(tmp_path, range(6))
    assert computed == ["3", "4", "5"]
    assert bits(again.results) == bits(quiet(logged, {"n": range(6), "log": [str(log)]}).results)


@pytest.mark.audit
def test_two_processes_in_one_folder_do_not_hurt_each_other(tmp_path: Path) -> None:
    results, log = tmp_path / "results", str(tmp_path / "log")
    results.mkdir()
    grid = {"n": range(200), "log": [log]}
    for point in points(logged, grid)[::2]:
        (results / f"{point.key}.npz").write_bytes(b"damaged")
    with sweep_elsewhere(tmp_path, 200) as first, sweep_elsewhere(tmp_path, 200) as second:
        for process in (first, second):
            assert process.wait() == 0
    _, computed = logged_sweep(tmp_path, range(200))
    assert computed == []
    assert len(list(results.glob("*.damaged"))) == 100
    assert len(files(results)) == 300


def test_a_worker_leaves_when_its_parent_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    parent, left = threading.Event(), threading.Event()
    parent.join = parent.wait
    monkeypatch.setattr("multiprocessing.parent_process", lambda: parent)
    monkeypatch.setattr("os._exit", lambda status: left.set())
    workers.follow_parent()
    assert not left.wait(0.05)
    parent.set()
    assert left.wait(30)


# ---- The code that made a result ----------------------------------------------------------------
def test_a_mark_changes_with_the_source_the_libraries_and_the_experiments_module(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    marks = {fingerprint.fingerprint(experiments.spread), fingerprint.fingerprint(failing)}
    with monkeypatch.context() as patched:
        patched.setattr(fingerprint, "LIBRARIES", ["numpy 0.1"])
        marks.add(fingerprint.fingerprint(experiments.spread))
    with monkeypatch.context() as patched:
        patched.setattr(fingerprint, "LOADED", "other code")
        marks.add(fingerprint.fingerprint(experiments.spread))
    assert len(marks) == 4
    assert fingerprint.fingerprint(failing) == fingerprint.fingerprint(logged)
    module = tmp_path / "module.py"
    module.write_text("a = 1")
    before = fingerprint._file(str(module))
    module.write_text("a = 2")
    assert fingerprint._file(str(module)) == before  # a module that is loaded stays as it is
    fingerprint._file.cache_clear()
    assert fingerprint._file(str(module)) != before


def test_the_source_is_every_module_that_an_experiment_can_import(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("rectified.__file__", str(tmp_path / "__init__.py"))
    digests = [fingerprint._source()]
    for name, text in [
        ("__init__.py", ""),
        ("activations/piecewise.py", "a"),
        ("activations/piecewise.py", "b"),
        ("experiments/new.py", "b"),
    ]:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
        digests.append(fingerprint._source())
    assert len(set(digests)) == 5
    for room in ("claims", "figures", "site"):
        (tmp_path / room).mkdir()
        (tmp_path / room / "later.py").write_text("c")
    assert fingerprint._source() == digests[-1]


def test_what_a_process_makes_after_an_edit_is_taken_for_nobodys(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = fingerprint.mark(failing)
    assert before == fingerprint.mark(failing)
    monkeypatch.setattr(fingerprint, "_source", lambda: "edited since")
    stale = fingerprint.mark(failing)
    monkeypatch.setattr(fingerprint, "LOADED", "edited since")
    fresh = fingerprint.mark(failing)
    assert len({before, stale, fresh}) == 3


# ---- Progress -----------------------------------------------------------------------------------
class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_shows_a_bar_and_is_clean_afterwards(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("sys.stderr", Terminal())
    monkeypatch.setattr(progress, "tqdm", partial(progress.tqdm, mininterval=0))
    quiet(failing, {"n": [0, 1]}, folder=tmp_path)
    assert sys.stderr.getvalue() == ""
    sweep(failing, {"n": [0, 1, 3, 4]}, folder=tmp_path)
    shown = sys.stderr.getvalue()
    assert "2/4" in shown
    assert "4/4" in shown
    assert shown.rpartition("\r")[0].rpartition("\r")[2].isspace()


def test_a_log_shows_nothing(capfd: pytest.CaptureFixture) -> None:
    sweep(failing, {"n": [0, 1]})
    assert capfd.readouterr() == ("", "")


def test_a_notebook_without_widgets_shows_no_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ipykernel.zmqshell", types.ModuleType("zmqshell"))
    monkeypatch.setattr("tqdm.notebook.IProgress", None)
    for name in ("tqdm.auto", "tqdm.autonotebook"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    with pytest.warns(TqdmWarning, match="IProgress not found"):
        importlib.import_module("tqdm.auto")
    for name in ("tqdm.auto", "tqdm.autonotebook"):
        monkeypatch.delitem(sys.modules, name)
    with warnings.catch_warnings(record=True, action="always") as seen:
        importlib.reload(progress)
    assert seen == []
    assert issubclass(progress.tqdm, text_bar)
