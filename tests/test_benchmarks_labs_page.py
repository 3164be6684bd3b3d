"""The benchmark of the labs' pages sees what it should, and its report is whole."""

import argparse
import json
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

import labs_page

SPREAD = {"median", "low", "high"}
SLUG = "initialization"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run the benchmark with one round in this process; return the folder of its files."""
    folder = tmp_path_factory.mktemp("benchmarks")
    files = ["--json", str(folder / "l.json"), "--markdown", str(folder / "l.md")]

    def one_round(options: argparse.Namespace, chromium: str) -> dict[str, list[dict[str, Any]]]:
        return {
            slug: [labs_page.measured(slug, chromium, options.slower, options.seconds)]
            for slug in options.labs
        }

    with mock.patch.object(labs_page, "all_rounds", one_round):
        labs_page.main(["--labs", SLUG, "--seconds", "0.2", "--rounds", "1", *files])
    return folder


def test_report_has_every_figure_of_a_lab(folder: Path) -> None:
    figures = json.loads((folder / "l.json").read_text(encoding="utf-8"))
    (row,) = figures["rows"]
    assert row["lab"] == SLUG
    assert set(row["first"]) == SPREAD
    assert row["first"]["low"] > 0
    for act in ("button", "sliders"):
        assert row[act]["frames"]["low"] > 0
        assert all(task >= 50 for task in row[act]["tasks"])  # what the browser calls long
    text = (folder / "l.md").read_text(encoding="utf-8")
    assert f"| {SLUG} |" in text
    assert "Long tasks" in text


def test_median_lowest_highest_and_long_tasks_stand_in_the_line() -> None:
    rounds = [
        {"first": 100.0, "at first": [], "sliders": {"frames": 60.0, "tasks": [51.0, 75.4]}},
        {"first": 140.0, "at first": [90.0], "sliders": {"frames": 58.0, "tasks": []}},
        {"first": 110.0, "at first": [], "sliders": {"frames": 57.0, "tasks": []}},
    ]
    figures = labs_page.row("explorer", rounds)
    expected = ["explorer", "110 (100–140)", "1 (90 ms)", "", "", "58", "2 (75 ms)"]
    assert labs_page.line(figures) == expected
    machine = {"processor": "one"}
    report = {"machine": machine, "rounds": 3, "slower": 4.0, "rows": [figures]}
    assert "one, one core, made 4 times slower; 3 rounds." in labs_page.table(report)


def test_unknown_lab_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        labs_page.parse(["--labs", "nobody"])
    assert "invalid choice: 'nobody'" in capsys.readouterr().err


def test_missing_browser_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(labs_page.browser, "find", lambda: None)
    with pytest.raises(SystemExit, match="The tests need Chromium or Chrome"):
        labs_page.main([])
