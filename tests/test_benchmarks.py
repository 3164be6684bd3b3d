"""The benchmarks compare like with like, and their reports are whole. No time is asserted."""

import json
import os
import sys
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal
from torch.utils.flop_counter import FlopCounterMode

import activations
import networks
from common import machine, processes, report, timing
from peers import PEERS, Peer, agreement, measure, tables, worker
from peers.workload import Workload

TINY = Workload(seeds=5, hidden=2, width=6, steps=4)
ROUNDING = 1e-5  # float32 in another order: some 2e-7 of a loss; few layers meet no kink
each_peer = pytest.mark.parametrize("peer", PEERS)


def prepare(peer: str, workload: Workload) -> Callable[[], np.ndarray]:
    """Return a peer's training in this process; skip the test where its library is missing."""
    pytest.importorskip(PEERS[peer].needs)
    return import_module(PEERS[peer].module).prepare(workload)


# ---- peers
@each_peer
def test_peer_reaches_our_losses_at_every_step(peer: str) -> None:
    losses, ours = prepare(peer, TINY)(), prepare("ours", TINY)()
    assert losses.dtype == np.float32
    assert_allclose(losses, ours, rtol=ROUNDING)
    assert (ours[:, 0] > ours[:, -1]).mean() > 0.5  # it is training that is compared


@each_peer
def test_peer_starts_anew_each_time_it_trains(peer: str) -> None:
    train = prepare(peer, TINY)
    assert_array_equal(train(), train())


def test_network_has_the_same_parameters_alone_and_in_company() -> None:
    company, alone = TINY.parameters, Workload(1, 2, 6, 4, first=3).parameters
    for (w, b), (one_w, one_b) in zip(company, alone, strict=True):
        assert_array_equal(w[3:4], one_w)
        assert_array_equal(b[3:4], one_b)


def test_first_weights_are_he_normal() -> None:
    for w, b in Workload(200, 2, 20, 1).parameters:
        number, fan_in = w.size, w.shape[1]
        # the mean of w² over n normal numbers has the standard error √(2 / n) of itself; 5 of them
        assert_allclose(np.mean(w**2), 2 / fan_in, rtol=5 * np.sqrt(2 / number))
        assert not b.any()


def test_labels_are_of_both_classes() -> None:
    x, y = TINY.batch
    assert (x.dtype, x.shape, y.shape) == (np.float32, (64, 2), (64,))
    assert 16 < y.sum() < 48


def test_flops_are_those_that_pytorch_counts() -> None:
    train = prepare("torch_loop", TINY)
    with FlopCounterMode(display=False) as counter:
        train()
    assert TINY.flops == counter.get_total_flops()


def test_bytes_are_parameters_and_outputs_written_and_read_once_a_step() -> None:
    parameters = (2 + 1) * 6 + (6 + 1) * 6 + (6 + 1) * 2
    outputs = 64 * (6 + 6 + 2)
    assert TINY.bytes == 4 * 2 * 5 * 4 * (parameters + outputs)


@pytest.mark.parametrize("name", ["seeds", "hidden", "width", "steps"])
def test_workload_names_the_number_that_is_too_small(name: str) -> None:
    numbers = {"seeds": 1, "hidden": 1, "width": 1, "steps": 1} | {name: 0}
    with pytest.raises(ValueError, match=f"{name} must be at least 1, got 0"):
        Workload(**numbers)


def test_workload_refuses_a_negative_seed() -> None:
    with pytest.raises(ValueError, match="first must be at least 0, got -1"):
        Workload(1, 1, 1, 1, first=-1)


# ---- what makes peers comparable
def other(change: Callable[[np.ndarray], object]) -> dict[str, np.ndarray]:
    """Return our losses, and a peer's that were changed."""
    ours = np.linspace(2, 1, 40, dtype=np.float32).reshape(4, 10)
    changed = ours.copy()
    change(changed)
    return {"ours": ours, "peer": changed}


def test_rounding_is_agreement() -> None:
    found = agreement.check_agreement(other(lambda losses: np.multiply(losses, 1 + 3e-7, losses)))
    assert found["ours"] == {"first": 0, "half": 0, "all": 0}
    assert 1e-7 < found["peer"]["first"] < 1e-6


def test_one_network_that_went_another_way_is_agreement() -> None:
    found = agreement.check_agreement(other(lambda losses: np.put(losses, [5, 6], [1.8, 1.9])))
    assert found["peer"]["all"] > 1e-2
    assert found["peer"]["half"] == 0


DIFFERENT = {
    "first": lambda losses: np.put(losses, 0, 2.001),  # another start
    "half": lambda losses: np.multiply(losses[:, 1:], 1.001, losses[:, 1:]),  # another step
    "all": lambda losses: np.put(losses, 9, 9),  # one network astray
    "first, NaN": lambda losses: losses.fill(np.nan),
}


@pytest.mark.parametrize("name", DIFFERENT)
def test_peer_that_computes_something_else_is_refused(name: str) -> None:
    with pytest.raises(RuntimeError, match=rf"peer computes .* \({name.split(',')[0]}\)"):
        agreement.check_agreement(other(DIFFERENT[name]))


def run(seconds: float, processor: float) -> worker.Run:
    """Return a run of which only times matter."""
    return worker.Run(seconds, processor, 0.5, np.ones((1, 1)))


def test_peer_on_two_cores_is_refused() -> None:
    agreement.check_threads({"ours": [run(1.0, 1.0)]})
    with pytest.raises(RuntimeError, match=r"peer used 1\.9 cores"):
        agreement.check_threads({"peer": [run(1.0, 1.0), run(1.0, 1.9)]})


def test_ratios_are_of_the_same_round() -> None:
    figures = measure.figures_of(
        [run(2.0, 2.0), run(9.0, 3.0), run(4.0, 4.0)], [run(1.0, 1.0), run(3.0, 1.0), run(1.0, 1.0)]
    )
    assert figures["seconds / ours"] == {"median": 3.0, "low": 2.0, "high": 4.0}
    assert figures["processor / ours"] == {"median": 3.0, "low": 2.0, "high": 4.0}
    assert figures["seconds"] == {"median": 4.0, "low": 2.0, "high": 9.0}
    assert (figures["share"], figures["setup"]) == (3 / 9, 0.5)


def test_limit_compares_our_time_with_the_same_round_of_the_machine() -> None:
    found = measure.limit(600, [100.0, 200.0, 300.0], np.array([12.0, 6.0, 8.0]))
    assert found["seconds"] == {"median": 3.0, "low": 2.0, "high": 6.0}
    assert found["ours_times"] == {"median": 2.0, "low": 2.0, "high": 4.0}


def test_exponent_is_that_of_the_law_behind_the_seconds() -> None:
    seeds = 2 ** np.arange(11)
    laws = np.array([[1.0, 2.0], [1.02, 1.04]])  # factor and exponent, a column each round
    taken = laws[0] * seeds[:, np.newaxis] ** laws[1]
    taken[:5] = 1.0  # below 32 seeds a step costs the same
    found = measure.exponent(seeds, taken)
    assert_allclose(found["mean"], 1.03, rtol=1e-12)  # a fit without a rest: rounding alone
    margin = 12.706 * 0.01  # t of 97.5 % with 1 degree of freedom, times the standard error
    assert_allclose([found["low"], found["high"]], [1.03 - margin, 1.03 + margin], rtol=1e-4)


# ---- what the benchmarks share
def test_calls_take_turns_and_the_first_round_does_not_count() -> None:
    log: list[str] = []
    calls = {name: lambda name=name: log.append(name) or len(log) for name in "ab"}
    assert timing.interleaved(calls, rounds=2) == {"a": [3, 5], "b": [4, 6]}
    assert log == ["a", "b"] * 3


def test_rates_are_work_by_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "seconds_of", lambda call: (call() and 2.0) or 2.0)
    monkeypatch.setattr(machine, "ENOUGH", 1000)
    monkeypatch.setattr(machine, "LONG", 1000)
    assert machine.product_rate(2, 3, 5) == round(1000 / 300) * 300 / 2  # 2 · 2 · 3 · 5² = 300
    assert machine.copy_rate() == 2 * 4 * 1000 / 2


def test_machine_is_described_with_the_versions_that_matter() -> None:
    found = machine.describe()
    assert found["processor"]
    assert (found["cores"], found["numpy"]) == (os.cpu_count(), np.__version__)
    assert found["torch"] == torch.__version__


@pytest.mark.skipif(not processes.PINS, reason="this system cannot pin a process")
def test_process_has_one_core_and_one_thread() -> None:
    core = processes.cores()[-1]
    with processes.process(core) as only:
        assert processes.within(only, os.sched_getaffinity, 0) == {core}
        assert processes.within(only, os.getenv, "OMP_NUM_THREADS") == "1"


@pytest.mark.skipif(not worker.STATUS.exists(), reason="this system has no such file")
def test_peak_memory_is_what_training_allocates(monkeypatch: pytest.MonkeyPatch) -> None:
    def allocate(workload: Workload) -> Callable[[], np.ndarray]:
        return lambda: np.ones(2**23 * workload.seeds // 5)  # 64 MiB for all five seeds

    monkeypatch.setitem(sys.modules, "allocating", SimpleNamespace(prepare=allocate))
    monkeypatch.setitem(PEERS, "allocating", Peer("", "allocating", ""))
    grown, forgotten = worker.peak_memory("allocating", TINY)
    if forgotten:  # a container may forbid it
        assert_allclose(grown, 2**26, rtol=0.05)  # pages that the heap had free, or takes besides
    else:
        assert 0 <= grown <= 1.05 * 2**26


def test_system_that_cannot_forget_a_peak_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(worker, "RESET", tmp_path / "missing/clear_refs")
    monkeypatch.setattr(worker, "STATUS", tmp_path / "missing/status")
    grown, forgotten = worker.peak_memory("ours", TINY)
    assert (grown >= 0, forgotten) == (True, False)


def test_columns_of_a_table_line_up() -> None:
    assert report.table(["name", "x"], [["a", "10.25"], ["longer", "1"]]).splitlines() == [
        "| name   |     x |",
        "| ------ | ----: |",
        "| a      | 10.25 |",
        "| longer |     1 |",
    ]


# ---- the scripts
@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run the benchmark of networks once, on next to nothing; return the folder of its files."""
    folder = tmp_path_factory.mktemp("benchmarks")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(measure, "MEMORY_ROUNDS", 1)
        patch.setattr(measure, "LINEAR_FROM", 4)
        patch.setattr(machine, "describe", lambda: {"processor": "P", "cores": 2})
        for name, small in {"measure_seeds": {"most": 8}, "measure_many": {"seeds": 3}}.items():
            whole = getattr(measure, name)
            patch.setattr(measure, name, lambda *a, f=whole, small=small: f(*a, **small, steps=2))
        networks.main(
            [
                *("--rows", "5,2,6,4", "--rounds", "2", "--peers", "torch_batched"),
                *("--json", str(folder / "new/n.json"), "--markdown", str(folder / "n.md")),
            ]
        )
    return folder


SPREAD = {"median", "low", "high"}


def test_report_has_every_figure_of_a_row(folder: Path) -> None:
    figures = json.loads((folder / "new/n.json").read_text(encoding="utf-8"))
    (row,) = figures["rows"]
    assert row["workload"] == {"seeds": 5, "hidden": 2, "width": 6, "steps": 4, "first": 0}
    assert list(row["peers"]) == ["ours", "torch_batched"]
    for peer in row["peers"].values():
        for name in ("seconds", "seconds / ours", "processor", "processor / ours"):
            assert set(peer[name]) == SPREAD
        assert set(peer["disagreement"]) == {"first", "half", "all"}
        assert peer["setup"] > 0 < peer["share"]
    for limit in row["limits"].values():
        assert limit["amount"] > 0
        assert set(limit["rate"]) == set(limit["seconds"]) == set(limit["ours_times"]) == SPREAD
    assert list(row["limits"]) == ["large product", "own product", "copy"]


def test_report_has_memory_seeds_and_many(folder: Path) -> None:
    figures = json.loads((folder / "new/n.json").read_text(encoding="utf-8"))
    assert set(figures["memory"][0]["peers"]["torch_batched"]) == SPREAD | {"forgotten"}
    for clock in ("seconds", "processor"):
        assert list(figures["seeds"][clock]) == ["1", "2", "4", "8"]
        assert set(figures["seeds"][f"exponent of {clock}"]) == {"mean", "low", "high"}
    assert figures["seeds"]["fitted_from"] == 4
    assert (figures["many"]["seeds"], figures["many"]["steps"]) == (3, 2)
    assert figures["many"]["seconds"] > 0


def test_markdown_shows_every_part(folder: Path) -> None:
    text = (folder / "n.md").read_text(encoding="utf-8")
    for title in ("Seconds, one core", "Peak memory", "machine's limits", "Cost against", "3 net"):
        assert title in text
    assert text.count("| 5, 2, 6, 4 ") >= 5
    assert "seconds grow as seeds^" in text


ONES = {"median": 1.0, "low": 1.0, "high": 1.0}
LIMITS = ("large product", "own product", "copy")
ROW = {
    "workload": {"seeds": 1, "hidden": 2, "width": 3, "steps": 4},
    "limits": {name: {"amount": 1, "rate": ONES, "ours_times": ONES} for name in LIMITS},
}


@pytest.mark.parametrize(("share", "told"), [(0.5, True), (0.99, False)])
def test_markdown_says_when_the_machine_was_busy(share: float, told: bool) -> None:
    peer = measure.figures_of([run(1.0, share)], [run(1.0, share)])
    text = "\n".join(tables.of_rows([ROW | {"peers": {"ours": peer}}]))
    assert ("only 50% of the core" in text) == told
    assert ("Processor seconds / ours" in text) == told


def test_markdown_says_when_peaks_were_not_forgotten() -> None:
    needs = dict.fromkeys(SPREAD, 0.0) | {"forgotten": False}
    text = "\n".join(tables.of_memory([ROW | {"peers": {"ours": needs}}]))
    assert "| 0.0 (–) |" in " ".join(text.split())
    assert "cannot forget the peak" in text


def test_missing_library_leaves_its_peer_out_and_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(networks, "find_spec", lambda n: None if n == "jax" else find_spec(n))
    many = {"seeds": 2, "hidden": 1, "width": 1, "steps": 1, "cores": 1, "seconds": 1.0}
    monkeypatch.setattr(measure, "measure_many", lambda: many)
    files = ["--json", str(tmp_path / "n.json"), "--markdown", str(tmp_path / "n.md")]
    networks.main(["--parts", "many", *files])
    shown = capsys.readouterr()
    assert shown.err == "JAX, vmap + jit is left out: jax is not installed.\n"
    assert "Left out, not installed: JAX, vmap + jit." in shown.out
    assert json.loads((tmp_path / "n.json").read_text(encoding="utf-8"))["left_out"] == ["jax_vmap"]


WRONG = {
    "--rows 64,5,10": "must be seeds,hidden layers,width,steps, as 64,5,10,50, got '64,5,10'",
    "--rows 64,5,10,none": "got '64,5,10,none'",
    "--rows 0,5,10,50": "got '0,5,10,50'",
    "--rounds 1": "must be an integer from 2 on, got '1'",
    "--rounds few": "must be an integer from 2 on, got 'few'",
    "--peers tensorflow": "invalid choice: 'tensorflow'",
    "--parts all": "invalid choice: 'all'",
    "--json .": "must be a file, got the folder '.'",
}


@pytest.mark.parametrize("arguments", WRONG)
def test_wrong_option_is_named_before_anything_is_measured(
    arguments: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        networks.main(arguments.split())
    shown = capsys.readouterr().err
    assert f"argument {arguments.split()[0]}: " in shown
    assert WRONG[arguments] in shown


def test_activations_are_reported_in_both_forms(tmp_path: Path) -> None:
    files = ["--json", str(tmp_path / "a.json"), "--markdown", str(tmp_path / "a.md")]
    threads = torch.get_num_threads()
    activations.main(["--size", "100", "--rounds", "1", *files])
    torch.set_num_threads(threads)
    figures = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    text = (tmp_path / "a.md").read_text(encoding="utf-8")
    assert figures["torch"]["float32"]["step"]["both / torch"] is None
    assert figures["torch"]["float64"]["relu"]["both / torch"] > 0
    assert "relu in place / copy" in text
    assert "| step " in text
