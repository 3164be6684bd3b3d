"""The recorded benchmark: its schema, and that what it compares computes the same."""

import copy
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose

import benefits
from rectified import data, figures
from rectified.activations import ALL
from rectified.data.recorded import COSTS, FEWEST_ROUNDS, GROUPS, read_costs, recorded_costs

TINY = 16


@pytest.fixture(scope="module")
def content() -> dict:
    return json.loads(COSTS.read_text(encoding="utf-8"))


# ---- the record
def test_committed_record_is_sound_and_says_where_it_is_from() -> None:
    record = data.recorded_costs()
    assert f"{record.rounds} rounds" in record.where
    assert str(record.machine["processor"]) in record.where
    assert f"{record.measured_on.day} {record.measured_on:%B %Y}" in record.where
    for group in GROUPS:
        samples = getattr(record, group).samples
        assert all(each.shape == (record.rounds,) for each in samples.values())


def test_median_is_that_of_the_rounds(content: dict) -> None:
    numbers = sorted(content["torch"]["samples"]["tanh"])
    middle = numbers[len(numbers) // 2]
    assert len(numbers) % 2 == 1
    assert recorded_costs().torch.median("tanh") == middle


def test_samples_are_read_only() -> None:
    with pytest.raises(ValueError, match="read-only"):
        recorded_costs().dense.samples["0.5"][0] = 1.0


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        (("rounds",), FEWEST_ROUNDS - 1, "rounds must be at least"),
        (("rounds",), "many", "rounds must be at least"),
        (("machine",), {"processor": "x"}, "machine must name"),
        (("measured_on",), "yesterday", "measured_on must be a date"),
        (("measured_on",), 7, "measured_on must be a date"),
        (("dense", "samples", "0.5"), [1.0], "dense, 0.5 must be"),
        (("dense", "samples"), {}, "dense must have samples"),
        (("dense",), {}, "dense must have the fields"),
        (("sparse", "samples", "0.5", 0), -1.0, "sparse, 0.5 must be"),
        (("sparse", "samples", "0.5", 0), float("inf"), "sparse, 0.5 must be"),
        (("extra",), 1, "must have the fields"),
    ],
)
def test_record_that_is_none_is_refused(
    content: dict, place: tuple, value: object, message: str
) -> None:
    broken = copy.deepcopy(content)
    inner = broken
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    with pytest.raises(ValueError, match=message):
        read_costs(broken)


def test_file_that_is_no_json_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "costs.json"
    path.write_text("{", encoding="utf-8")
    with pytest.raises(ValueError, match=r"costs.json must hold JSON"):
        recorded_costs(path)


# ---- the benchmark
def test_benchmark_runs_at_a_tiny_size_and_writes_what_can_be_loaded(tmp_path: Path) -> None:
    files = tmp_path / "x.json", tmp_path / "x.md"
    options = ["--units", str(TINY), "--rounds", str(FEWEST_ROUNDS)]
    benefits.main([*options, "--json", str(files[0]), "--markdown", str(files[1])])
    record = recorded_costs(files[0])
    assert record.rounds == FEWEST_ROUNDS
    assert set(record.torch.samples) == set(benefits.NAMES) - {"relu"}
    assert set(record.sparse.samples) == {str(share) for share in benefits.SHARES}
    assert "over product without zeros" in files[1].read_text(encoding="utf-8")


def test_record_goes_into_the_package_only_when_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "kept.json"
    monkeypatch.setattr(benefits, "COSTS", kept)
    options = ["--units", str(TINY), "--rounds", str(FEWEST_ROUNDS)]
    options += ["--json", str(tmp_path / "x.json"), "--markdown", str(tmp_path / "x.md")]
    benefits.main(options)
    assert not kept.exists()
    benefits.main([*options, "--record"])
    assert recorded_costs(kept).rounds == FEWEST_ROUNDS


def test_ratios_are_those_within_a_round() -> None:
    times = iter([9.0, 9.0, 2.0, 4.0, 3.0, 9.0])  # a round to warm up, then two that count
    clock = lambda call: next(times)  # noqa: E731
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(benefits, "busy_seconds", clock)
        patch.setattr(benefits, "REPEATS", 1)
        ratios = benefits.per_round({"a": lambda: None, "peer": lambda: None}, "peer", rounds=2)
    assert ratios == {"a": [2.0 / 4.0, 3.0 / 9.0]}


@pytest.mark.parametrize("name", benefits.WRITTEN)
def test_function_written_in_numpy_is_that_of_pytorch_both_ways(name: str) -> None:
    rng = np.random.default_rng(0)
    z, grad = rng.standard_normal((2, 40, 5), dtype=np.float32)
    (pulled,) = benefits.torch_both_ways(name, z, grad)()
    value, _ = benefits.WRITTEN[name]
    # float32 rounds each of a few steps by 6e-8
    assert_allclose(value(z), ALL[name].torch_value(torch.tensor(z)), rtol=1e-6, atol=1e-6)
    assert_allclose(benefits.both_ways(name, z, grad)(), pulled, rtol=1e-5, atol=1e-6)


def test_zeros_have_their_share_and_the_three_products_agree_where_they_should() -> None:
    h = benefits.with_zeros(0.8, 512)
    # of 131,072 entries: the standard error is 0.0011; 5 of them
    assert abs(np.mean(h == 0) - 0.8) < 0.0055
    assert (h >= 0).all()
    assert (benefits.with_zeros(0.0, 64) > 0).all()
    w = np.random.default_rng(1).standard_normal((512, 3), dtype=np.float32)
    rows = benefits.sparse.csr_array(h)
    assert_allclose(rows @ w, h @ w, rtol=1e-4, atol=1e-4)  # sums of float32 in another order
    kept = np.arange(10)
    narrow = np.where(np.isin(np.arange(512), kept), h, 0)
    assert_allclose(h[:, kept] @ w[kept], narrow @ w, rtol=1e-4, atol=1e-4)


# ---- its figures
def test_figures_of_the_record_quote_its_medians_and_say_where_it_is_from() -> None:
    record = recorded_costs()
    for figure in (figures.activation_costs(record), figures.zeros_saved(record)):
        assert record.where in figure.caption
        assert figure.svg().startswith("<svg")
    assert (
        f"{record.torch.median('tanh'):.1f} times in PyTorch"
        in figures.activation_costs(record).message
    )
    assert f"{record.sparse.median('0.5'):.1f} times" in figures.zeros_saved(record).message
