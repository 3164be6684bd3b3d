"""A class of two hundred: how long it takes, what it holds, and what a crash costs."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

import homework_sample as sample
from rectified.homework import grading
from rectified.homework.worker import Settings
from test_homework_hostile import HONEST, confined

pytestmark = [pytest.mark.audit, confined]
ROOT = Path(__file__).resolve().parents[1]
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


def held() -> int:
    """Return the bytes of this process and those that it grades with, shared pages divided."""
    ours = [psutil.Process()]
    for child in ours[0].children():
        if "multiprocessing" in " ".join(child.cmdline()):
            ours.append(child)
    return sum(process.memory_full_info().pss for process in ours)


class Watch(threading.Thread):
    """Looks at the memory every second; records what it saw with the number of records."""

    def __init__(self, records: Path) -> None:
        super().__init__(daemon=True)
        self.records, self.seen, self.done = records, [], threading.Event()

    def run(self) -> None:
        while not self.done.wait(1):
            try:
                self.seen.append((len(list(self.records.glob("*.json"))), held()))
            except (psutil.Error, OSError):
                continue


def test_two_hundred_take_no_more_memory_than_a_few(tmp_path: Path) -> None:
    settings = make(tmp_path, 200)
    watch = Watch(tmp_path / "out/records")
    watch.start()
    start = time.monotonic()
    records = grading.grade(tmp_path / "in", tmp_path / "out", settings, jobs=2, quiet=True)
    seconds = time.monotonic() - start
    watch.done.set()
    early = max(bytes for count, bytes in watch.seen if 10 <= count < 60)
    late = max(bytes for count, bytes in watch.seen if 150 <= count < 200)
    points = [sum(mark.points or 0 for mark in record.marks) for record in records]
    assert points == [[7, 4, 0, 7, 4][number % 5] for number in range(200)]
    print(
        f"200 by two: {seconds / 200:.2f} s each; PSS {early / 1e6:.0f}, then {late / 1e6:.0f} MB"
    )
    assert late < early + 40e6  # what is kept of 140 records, and caches that fill


def test_killed_ten_times_it_comes_to_the_same(tmp_path: Path) -> None:
    settings = make(tmp_path, 80)
    grading.grade(tmp_path / "in", tmp_path / "whole", settings, quiet=True)
    command = [sys.executable, "-m", "rectified", "homework", "grade", str(tmp_path / "in")]
    command += ["--out", str(tmp_path / "out"), "--chapters", str(tmp_path / "chapters")]
    command += ["--secret", sample.SECRET, "--jobs", "2"]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "code")}
    chance, records = random.Random(0), tmp_path / "out/records"
    for _ in range(10):
        before = len(list(records.glob("*.json"))) if records.exists() else 0
        process = subprocess.Popen(
            command, env=environment, start_new_session=True, stderr=subprocess.DEVNULL
        )
        while process.poll() is None:
            if records.exists() and len(list(records.glob("*.json"))) >= before + 2:
                break
            time.sleep(0.01)
        time.sleep(chance.uniform(0, 0.5))
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    assert not (tmp_path / "out/scores.csv").exists()
    subprocess.run(command, env=environment, check=True, capture_output=True)
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
