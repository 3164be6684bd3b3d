"""A class of two hundred: how long it takes, what it holds, and what a crash costs."""

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

import homework_sample as sample
from rectified.homework import grading
from rectified.homework.marks import Graded
from rectified.homework.worker import Settings
from test_homework_hostile import HONEST, confined

pytestmark = [pytest.mark.audit, confined]
ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT / "code")}
KINDS = [*HONEST.values(), {**sample.RIGHT, "larger": "def larger(a, b):\n    return a"}]


def make(folder: Path, students: int) -> Settings:
    """Write a chapter, and what so many students hand in; return the settings to grade them."""
    chapter = sample.write_chapter(folder / "chapters")
    given = sample.given(chapter)
    (folder / "in").mkdir()
    for number in range(students):
        notebook = sample.answered(given, KINDS[number % len(KINDS)])
        (folder / f"in/student {number:03}.ipynb").write_bytes(sample.raw(notebook))
    return Settings((str(chapter),), sample.SECRET)


def scores(folder: Path) -> bytes:
    return (folder / "scores.csv").read_bytes()


def command(folder: Path, chapter: Path) -> list[str]:
    """Return what grades `in` into `out`, as a teacher types it."""
    words = [sys.executable, "-m", "rectified", "homework", "grade", str(folder / "in")]
    words += ["--out", str(folder / "out"), "--chapters", str(chapter.parent)]
    words += ["--chapter", chapter.stem]
    return [*words, "--secret", sample.SECRET, "--jobs", "2"]


def held(grader: psutil.Process) -> int:
    """Return the bytes of the grader and the processes that are its own, shared pages divided."""
    ours = [grader]
    for child in grader.children(recursive=True):
        if "multiprocessing" in " ".join(child.cmdline()):  # the others are students'
            ours.append(child)
    return sum(process.memory_full_info().pss for process in ours)


def watched(folder: Path, settings: Settings) -> tuple[list[Graded], int, int]:
    """Grade a class; return its records, and the most memory early on and near the end."""
    words, kept, seen = command(folder, Path(settings.chapters[0])), folder / "out/records", []
    start = time.monotonic()
    with subprocess.Popen(words, env=ENVIRONMENT) as running:
        while running.poll() is None:
            time.sleep(1)
            with suppress(psutil.Error, OSError):
                seen.append((len(list(kept.glob("*.json"))), held(psutil.Process(running.pid))))
    seconds = time.monotonic() - start
    early = max(bytes for count, bytes in seen if 10 <= count < 60)
    late = max(bytes for count, bytes in seen if 150 <= count < 200)
    print(
        f"200 by two: {seconds / 200:.2f} s each; PSS {early / 1e6:.0f}, then {late / 1e6:.0f} MB"
    )
    records = grading.grade(folder / "in", folder / "out", settings, quiet=True)  # all are kept
    return records, early, late


def test_two_hundred_take_no_more_memory_than_a_few(tmp_path: Path) -> None:
    records, early, late = watched(tmp_path, make(tmp_path, 200))
    points = [sum(mark.points or 0 for mark in record.marks) for record in records]
    assert points == [[7, 4, 0, 7, 4][number % 5] for number in range(200)]
    assert late < early + 40e6  # what is kept of 140 records, and caches that fill


@pytest.mark.parametrize("slug", ["relu", "extensions"])  # their tests ask PyTorch
def test_two_hundred_solutions_of_a_chapter_fit_into_half_a_gigabyte(
    tmp_path: Path, slug: str
) -> None:
    chapter = ROOT / f"chapters/{slug}.ipynb"
    (tmp_path / "in").mkdir()
    for number in range(200):
        (tmp_path / f"in/student {number:03}.ipynb").write_bytes(chapter.read_bytes())
    records, early, late = watched(tmp_path, Settings((str(chapter),), sample.SECRET))
    marks = [mark for record in records for mark in record.marks]
    assert all(mark.points in (None, mark.possible) for mark in marks)
    assert max(early, late) < 500e6


def test_killed_ten_times_it_comes_to_the_same(tmp_path: Path) -> None:
    settings = make(tmp_path, 80)
    grading.grade(tmp_path / "in", tmp_path / "whole", settings, quiet=True)
    words = command(tmp_path, Path(settings.chapters[0]))
    chance, records = random.Random(0), tmp_path / "out/records"
    for _ in range(10):
        before = len(list(records.glob("*.json"))) if records.exists() else 0
        process = subprocess.Popen(
            words, env=ENVIRONMENT, start_new_session=True, stderr=subprocess.DEVNULL
        )
        while process.poll() is None:
            if records.exists() and len(list(records.glob("*.json"))) >= before + 2:
                break
            time.sleep(0.01)
        time.sleep(chance.uniform(0, 0.5))
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    assert not (tmp_path / "out/scores.csv").exists()
    subprocess.run(words, env=ENVIRONMENT, check=True, capture_output=True)
    assert scores(tmp_path / "out") == scores(tmp_path / "whole")


def test_cluster_comes_to_the_same(tmp_path: Path) -> None:
    from distributed import Client, LocalCluster

    settings = make(tmp_path, 20)
    grading.grade(tmp_path / "in", tmp_path / "here", settings, quiet=True)
    with (
        LocalCluster(2, processes=True, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        executor = client.get_executor()
        grading.grade(tmp_path / "in", tmp_path / "there", settings, executor=executor, quiet=True)
    assert scores(tmp_path / "there") == scores(tmp_path / "here")
