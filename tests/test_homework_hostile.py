"""A class in which many cheat, and some do worse: nobody gains, nobody loses, nothing stays."""

import csv
import hashlib
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

import homework_attacks as attacks
import homework_files as files
import homework_forgeries as forgeries
import homework_sample as sample
import rectified
from rectified.homework import confine, grading
from rectified.homework.marks import Graded
from rectified.homework.watched import Limits
from rectified.homework.worker import Settings

PACKAGE = Path(rectified.__file__).parent.parent
CANARY = re.compile(r"canary-(?:secret|solution|hidden|environment|neighbour|teacher)-\w+")
QUICK = Limits(wall=5, memory=600 << 20, address_space=4 << 30, flood=4 << 20)
FULL_SIZE = Limits(wall=10)
CELLS = (
    *attacks.READING,
    *attacks.WRITING,
    *attacks.ESCAPING,
    *attacks.EXHAUSTING,
    *forgeries.FORGERIES,
)
HONEST = {
    "anna": sample.RIGHT,
    "bert": {**sample.RIGHT, "root": "root = 1.5", "slope": "def slope(f, x): return 0.0"},
    "carl": {},
    "zoe": {
        **sample.RIGHT,
        "larger": "def larger(a, b):  # canary-neighbour-e120\n"
        "    a = np.asarray(a)\n    a[...] = np.maximum(a, b)\n    return a",
    },
}
POINTS = {
    "anna": sample.FULL,
    "bert": {**sample.FULL, "root-test": 0, "slope-test": 0},
    "carl": dict.fromkeys(sample.FULL, 0),
    "zoe": sample.FULL,  # who changes an argument, and is right all the same
}
REASON = ""
try:
    confine.check()
except confine.CannotConfine as error:
    REASON = str(error)
confined = pytest.mark.skipif(bool(REASON), reason=REASON)


@dataclass(frozen=True)
class Course:
    """A teacher's folder, and what came of grading in it."""

    folder: Path
    records: dict[str, Graded]  # by file
    called: list[str]  # who called at the teacher's port
    before: dict[str, str]  # digests of all files that must not change
    after: dict[str, str]

    @property
    def out(self) -> Path:
        return self.folder / "out"


def told(attack: attacks.Attack, folder: Path, port: int) -> dict[str, str]:
    """Return an attack's answers, with all that there is to know written above them."""
    known = {
        "CHAPTER": str(folder / f"chapters/{sample.SLUG}.ipynb"),
        "SUBMISSIONS": str(folder / "in"),
        "OUT": str(folder / "out"),
        "TEACHER": str(folder / "teacher"),
        "PACKAGE": str(PACKAGE),
        "PORT": port,
    }
    lines = "".join(f"{name} = {value!r}\n" for name, value in known.items())
    return {
        name: source if source.startswith("%%") else lines + source
        for name, source in attack.answers.items()
    }


def digests(*roots: Path) -> dict[str, str]:
    """Return the digest of every file below these folders."""
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest()
        for root in roots
        for path in root.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def make(folder: Path, cells: list[attacks.Attack], port: int) -> Path:
    """Write the chapter and what is handed in; return the chapter."""
    chapter = sample.write_chapter(folder / "chapters")
    (folder / "teacher").mkdir()
    (folder / "teacher/diary.txt").write_text("canary-teacher-99aa")
    given = sample.given(chapter)
    inside = folder / "in"
    inside.mkdir()
    for name, answers in HONEST.items():
        files.put(inside, {f"{name}.ipynb": sample.raw(sample.answered(given, answers))})
    for attack in cells:
        notebook = sample.answered(given, told(attack, folder, port))
        files.put(inside, {f"{attack.name}.ipynb": sample.raw(notebook)})
    return chapter


def graded(folder: Path, settings: Settings, jobs: int = 2) -> dict[str, Graded]:
    """Grade what was handed in, and return the records by file."""
    records = grading.grade(folder / "in", folder / "out", settings, jobs=jobs, quiet=True)
    return {record.file: record for record in records}


@contextmanager
def listening() -> Iterator[tuple[int, list[str]]]:
    """Yield a port at which this machine listens, and the list of those who call."""
    called: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def listen() -> None:
            with suppress(OSError):  # shut down
                while True:
                    caller, address = server.accept()
                    caller.close()
                    called.append(str(address))

        thread = threading.Thread(target=listen)
        thread.start()
        yield server.getsockname()[1], called
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


@pytest.fixture
def port() -> Iterator[tuple[int, list[str]]]:
    """Yield a port and those who call there, as `listening` does."""
    with listening() as found:
        yield found


def remaining() -> list[str]:
    """Return the command lines of processes that an attack may have left.

    Beside other tests, whose sandboxes run under numbers like these, only those with MARK count.
    """
    found = []
    for process in psutil.process_iter():
        try:
            line = " ".join(process.cmdline())
        except psutil.Error:
            continue
        if attacks.MARK in line:
            found.append(line)
    return found


def children() -> list[str]:
    """Return what still runs below this process, but for what multiprocessing keeps."""
    lines = []
    for each in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            lines.append(" ".join(each.cmdline()))
    return [line for line in lines if "resource_tracker" not in line]


def gains(attack: attacks.Attack, record: Graded) -> dict[str, float | None]:
    """Return the points that are not the attack's due."""
    return {
        mark.grade_id: mark.points
        for mark in record.marks
        if mark.kind != "written" and mark.points != attack.earned.get(mark.grade_id, 0)
    }


def attacked(
    folder: Path, cells: list[attacks.Attack], port: tuple[int, list[str]], limits: Limits
) -> Course:
    """Grade a class with these attacks and all hostile files; look around before and after."""
    chapter = make(folder, cells, port[0])
    given = sample.given(chapter)
    for of_kind in files.HOSTILE:
        files.put(folder / "in", of_kind(given))
    files.put_links(folder / "in", chapter)
    roots = [folder / "chapters", folder / "teacher", folder / "in", PACKAGE / "rectified/homework"]
    before = digests(*roots)
    records = graded(folder, Settings((str(chapter),), sample.SECRET, limits=limits))
    return Course(folder, records, port[1], before, digests(*roots))


def check(course: Course, cells: list[attacks.Attack]) -> None:
    """Assert that no attack has come to anything."""
    for attack in cells:
        assert gains(attack, course.records[f"{attack.name}.ipynb"]) == {}, attack.name
    for name, points in POINTS.items():
        marks = course.records[f"{name}.ipynb"].marks
        assert {mark.grade_id: mark.points for mark in marks if mark.kind != "written"} == points
    given = {f"{attack.name}.ipynb" for attack in cells} | {f"{name}.ipynb" for name in HONEST}
    others = {file: record for file, record in course.records.items() if file not in given}
    assert len(others) > 40
    assert {file for file, record in others.items() if any(m.points for m in record.marks)} == set()
    leaks = {file: set(CANARY.findall(each.to_json())) for file, each in course.records.items()}
    assert {file: names for file, names in leaks.items() if names and file != "zoe.ipynb"} == {}
    pages = [path.read_text("utf-8") for path in course.out.rglob("*.html")]
    assert len(pages) > len(course.records)
    assert [page for page in pages if files.SCRIPT in page or "\x1b" in page] == []
    for row in csv.reader((course.out / "scores.csv").read_text("utf-8-sig").splitlines()):
        assert not [cell for cell in row if re.match(r"[=+@-](?!\d)", cell)]
    assert course.after == course.before
    assert course.called == []
    assert remaining() == []


NOW = [attack for attack in CELLS if not attack.slow][::2]


@confined
def test_class_of_cheats(
    tmp_path: Path, port: tuple[int, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOMEWORK", "canary-environment-0d13")
    check(attacked(tmp_path, NOW, port, QUICK), NOW)


@confined
@pytest.mark.audit
def test_class_of_all_cheats(
    tmp_path: Path, port: tuple[int, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOMEWORK", "canary-environment-0d13")
    check(attacked(tmp_path, list(CELLS), port, FULL_SIZE), list(CELLS))
    until = time.monotonic() + 60
    while (busy := children()) and time.monotonic() < until:
        time.sleep(0.1)
    assert busy == []
    print(f"{len(CELLS)} attacks by cells, and the files")
