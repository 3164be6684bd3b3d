"""The labs' benchmark compares like with like, and its report is whole. No time is asserted."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Error

import labs
from engines import ENGINES, measure, tables
from engines.measure import Workload

SPREAD = {"median", "low", "high"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run the benchmark once, on next to nothing; return the folder of its files."""
    folder = tmp_path_factory.mktemp("benchmarks")
    files = ["--json", str(folder / "new/l.json"), "--markdown", str(folder / "l.md")]
    labs.main(["--rows", "3,5,8,gelu", "--seconds", "0.1", "--rounds", "1", *files])
    return folder


def test_report_has_every_figure_of_a_row(folder: Path) -> None:
    (row,) = json.loads((folder / "new/l.json").read_text(encoding="utf-8"))["rows"]
    assert row["workload"] == asdict(Workload(3, 5, 8, "gelu"))
    assert list(row["engines"]) == list(ENGINES)
    for engine in row["engines"].values():
        for clock in measure.CLOCKS:
            assert set(engine[clock]) == set(engine[f"{clock} / numpy"]) == SPREAD
            assert engine[clock]["low"] > 0
        assert engine["share"] > 0
    assert (row["products"], set(row["frames"])) == ("wasm", SPREAD)
    assert row["frames"]["low"] > 0
    assert all(task >= 50 for task in row["long tasks"])


def test_markdown_shows_every_part(folder: Path) -> None:
    text = (folder / "l.md").read_text(encoding="utf-8")
    for title in ("Training steps a second", "Training steps / NumPy's", "The page meanwhile"):
        assert title in text
    assert text.count("| 3 x 5 x 8, gelu ") >= 3


def test_engine_that_computes_something_else_is_refused() -> None:
    measure.check_agreement({"numpy": 0.7, "wasm": 0.7 * (1 + 1e-12)})
    for loss in (0.7 * (1 + 1e-8), float("nan")):
        with pytest.raises(RuntimeError, match=r"page computes something else: .*, not 0\.7"):
            measure.check_agreement({"numpy": 0.7, "page": loss})


def test_ratios_are_of_the_same_round_and_work_leaves_out_what_others_took() -> None:
    found = {
        "wasm": [{"steps": 10.0, "share": 0.5}, {"steps": 30.0, "share": 1.0}],
        "numpy": [{"steps": 20.0, "share": 1.0}, {"steps": 10.0, "share": 1.0}],
    }
    wasm = measure.figures_of(found)["wasm"]
    assert wasm["share"] == 0.5
    assert wasm["steps"] == {"median": 20.0, "low": 10.0, "high": 30.0}
    assert wasm["steps / numpy"] == {"median": 1.75, "low": 0.5, "high": 3.0}
    assert wasm["steps for its work"] == {"median": 25.0, "low": 20.0, "high": 30.0}
    assert wasm["steps for its work / numpy"] == {"median": 2.0, "low": 1.0, "high": 3.0}


def figures(share: float, *, page: bool) -> dict[str, Any]:
    """Return figures of one row, in which every engine had this share of the core."""
    one = [{"steps": 60.0, "share": share, "frames": 60.0, "tasks": [70.0], "engine": "wasm"}]
    found = {name: one for name in ENGINES if page or name != "page"}
    engines, seen = measure.figures_of(found), measure.of_page(found)
    row = {"workload": asdict(Workload(20, 32, 128, "relu")), "engines": engines} | seen
    return {"machine": {"processor": "P"}, "rounds": 1, "rows": [row]}


@pytest.mark.parametrize(("share", "told"), [(0.5, True), (0.99, False)])
def test_markdown_says_when_the_machine_was_busy(share: float, told: bool) -> None:
    text = tables.tables(figures(share, page=True))
    assert ("only 50% of the core" in text) == told
    assert ("for a second of work" in text) == told


@pytest.mark.parametrize("page", [True, False])
def test_markdown_says_when_there_was_no_browser(page: bool) -> None:
    text = tables.tables(figures(1.0, page=page))
    assert ("No browser was found" in text) != page
    assert ("tasks over 50 ms" in text) == page


def test_page_is_left_out_where_there_is_no_browser(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    asked: list[Any] = []

    def rows(*given: Any) -> list[dict]:
        asked.append(given)
        return figures(1.0, page=False)["rows"]

    monkeypatch.setattr(labs.browser, "find", lambda: None)
    monkeypatch.setattr(measure, "measure_rows", rows)
    files = ["--json", str(tmp_path / "l.json"), "--markdown", str(tmp_path / "l.md")]
    labs.main(["--rounds", "3", *files])
    assert asked == [(labs.ROWS, None, 3, 1.0)]
    assert capsys.readouterr().err == "The page is left out: there is no browser.\n"


def test_a_worker_that_fails_is_told(chromium_path: str) -> None:
    with pytest.raises(Error, match="RangeError: name must be one of"):
        measure.on_page(chromium_path, Workload(2, 2, 2, "no activation"), 0.1)


@pytest.fixture
def chromium_path() -> str:
    path = labs.browser.find()
    assert path, labs.browser.SENTENCE
    return path


WRONG = {
    "--rows 20,32,128": "layers,units,examples,activation, as 20,32,128,relu, got '20,32,128'",
    "--rows 20,32,128,maxout": "got '20,32,128,maxout'",
    "--rows 20,0,128,relu": "got '20,0,128,relu'",
    "--rows 20,many,128,relu": "got '20,many,128,relu'",
    "--seconds 0": "must be seconds, up to 60, got '0'",
    "--seconds nan": "must be seconds, up to 60, got 'nan'",
    "--seconds long": "must be seconds, up to 60, got 'long'",
    "--rounds 0": "must be an integer from 1 on, got '0'",
}


@pytest.mark.parametrize("arguments", WRONG)
def test_wrong_option_is_named_before_anything_is_measured(
    arguments: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        labs.main(arguments.split())
    shown = capsys.readouterr().err
    assert f"argument {arguments.split()[0]}: " in shown
    assert WRONG[arguments] in shown
