"""The caller's hold on a sandbox, its refusals, and the same hold on code that is trusted."""

import os
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest

import sandboxed
from rectified.homework import confine, syscalls
from rectified.homework.watched import LEFT_OUT, Limits

ROOT = Path(__file__).resolve().parent.parent
REASON = sandboxed.reason()
confined = pytest.mark.skipif(bool(REASON), reason=REASON)


# ---- the hold that the caller has
FOREVER = ["sleep", "600"]


def started(command: list[str], **limits: float) -> "confine.Confined":
    """Start a command that needs no Python."""
    return confine.start(command, readable=(), limits=Limits(**limits))


@confined
def test_pipes_carry_bytes_both_ways() -> None:
    with started(["cat"]) as running:
        running.stdin.write(b"\0\xff\n")
        running.stdin.flush()
        assert running.stdout.read(3) == b"\0\xff\n"
        running.stdin.close()
        assert running.stdout.read() == b""
        assert (running.wait(), running.why, running.output()) == (0, None, "")


@confined
def test_deadline_can_be_set_anew() -> None:
    with started(["cat"], wall=0.5) as running:
        running.deadline(60)
        assert running.wait(1) is None
        running.deadline(0.1)
        assert running.stdout.read() == b""  # returns, for it is killed
        assert running.why == "time"


@confined
def test_kill_of_the_caller_has_no_reason() -> None:
    with started(FOREVER) as running:
        running.kill()
        running.kill()  # once more does no harm
        assert running.stdout.read() == b""
        assert (running.why, running.wait()) == (None, 128 + signal.SIGKILL)


@confined
def test_writer_does_not_wait_for_a_submission_that_does_not_read() -> None:
    with started(FOREVER, wall=0.5) as running:
        with pytest.raises(BrokenPipeError):
            running.stdin.write(bytes(1 << 20))
        assert running.why == "time"


@confined
def test_output_is_complete_after_the_end() -> None:
    for _ in range(20):
        with started(["sh", "-c", "echo last words >&2"]) as running:
            running.wait()
            assert running.output() == "last words\n"


@confined
def test_nothing_is_left_open() -> None:
    before = set(os.listdir("/proc/self/fd"))
    with started(["true"]) as running:
        running.wait()
    assert set(os.listdir("/proc/self/fd")) == before


@confined
def test_sandbox_ends_with_its_grader() -> None:
    script = (
        "import sys\nfrom rectified.homework import confine\n"
        "c = confine.start(['sh', '-c', 'echo up; sleep 600', sys.argv[1]], readable=(),"
        " limits=confine.Limits())\n"
        "print(c.stdout.readline(), flush=True)\nc.wait()"
    )
    mark = uuid.uuid4().hex
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", script, mark]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) as grader:
        assert grader.stdout.readline() == b"b'up\\n'\n"
        assert len(sandboxed.running(mark)) > 1
        grader.kill()
    until = time.monotonic() + 20
    while sandboxed.running(mark) and time.monotonic() < until:
        time.sleep(0.05)
    assert sandboxed.running(mark) == []


@confined
def test_package_can_be_imported_inside() -> None:
    package = ROOT / "code/rectified"
    script = (
        f"import sys; sys.path[:0] = [{str(package.parent)!r}]\n"
        "import numpy\nfrom rectified import activations\n"
        "print(activations.ALL['relu'](numpy.array([-1.0, 2.0])))"
    )
    command = [sys.executable, "-c", script]
    with confine.start(
        command, readable=[*confine.interpreter(), package], limits=Limits(wall=300)
    ) as running:
        assert running.stdout.read() == b"[0. 2.]\n", running.output()


@confined
def test_sandbox_that_cannot_be_watched_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    def blind(_: int) -> int:
        raise PermissionError

    monkeypatch.setattr("rectified.homework.watched.held", blind)
    with started(FOREVER) as running:
        running.wait()
        assert running.why == "memory"
    monkeypatch.setattr("rectified.homework.watched.held", lambda _: 0)
    with pytest.raises(confine.CannotConfine, match="cannot be watched"):
        confine.check()


# ---- where nothing can be confined
def test_other_systems_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(confine.CannotConfine, match=r"on Linux only.*WSL 2"):
        confine.check()


def test_missing_programs_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(confine.VARIABLES, "PATH", "/nowhere")
    with pytest.raises(confine.CannotConfine, match=r"bwrap, .*sudo apt-get install bubblewrap"):
        confine.check()
    with pytest.raises(confine.CannotConfine, match="choom"):
        started(FOREVER)


@pytest.mark.parametrize(
    ("error", "words"),
    [(ImportError(), "pip install"), (RuntimeError("Unable to find libseccomp"), "apt-get")],
)
def test_missing_filter_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, error: Exception, words: str
) -> None:
    def fail() -> bytes:
        raise error

    monkeypatch.setattr(syscalls, "program", fail)
    with pytest.raises(confine.CannotConfine, match=words):
        confine.check()


@confined
def test_old_libseccomp_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(syscalls.NEVER, "future", "a_call_of_the_future")
    syscalls.program.cache_clear()
    with pytest.raises(confine.CannotConfine, match=r"does not know .* a_call_of_the_future"):
        started(FOREVER)


@confined
def test_forbidden_namespaces_are_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confine, "APART", (*confine.APART, "--ro-bind", "/nowhere", "/nowhere"))
    with pytest.raises(confine.CannotConfine, match=r"/nowhere.*container"):
        confine.check()
    monkeypatch.setattr(confine, "APART", ("--no-such-option",))
    with pytest.raises(confine.CannotConfine, match=r"No sandbox.*no-such-option.*0\.8 or newer"):
        confine.check()


@confined
@pytest.mark.parametrize("fact", ["CapBnd", "NoNewPrivs", "Seccomp"])
def test_sandbox_that_the_kernel_calls_another_is_refused(
    monkeypatch: pytest.MonkeyPatch, fact: str
) -> None:
    monkeypatch.setitem(confine.CONFINED, fact, "as it must be")
    with pytest.raises(confine.CannotConfine, match=f"does not hold.*{fact}"):
        confine.check()


# ---- bad input
@pytest.mark.parametrize("path", ["/no/such/file", "tests"])
def test_readable_must_be_there(path: str) -> None:
    with pytest.raises(ValueError, match=f"readable must be .*{path}"):
        confine.start(FOREVER, readable=[path], limits=Limits())


@pytest.mark.parametrize("limits", [{"wall": 0}, {"memory": -1}, {"wall": float("nan")}])
def test_limits_must_be_positive(limits: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=f"{next(iter(limits))} must be positive"):
        Limits(**limits)


# ---- without confinement, for code that is trusted
def test_trusted_code_has_the_same_interface(tmp_path: Path) -> None:
    written = tmp_path / "written"
    script = f"import sys; open({str(written)!r}, 'w'); sys.stderr.write('hm'); print(input() * 2)"
    with confine.trusted([sys.executable, "-c", script], limits=Limits()) as process:
        process.stdin.write(b"ab\n")
        process.stdin.close()
        assert process.stdout.read() == b"abab\n"
        assert (process.wait(), process.output(), process.why) == (0, "hm", None)
    assert written.exists()


def test_trusted_code_has_a_deadline_and_a_bound_on_output() -> None:
    with confine.trusted(["sh", "-c", "sleep 600 & sleep 600"], limits=Limits(wall=0.3)) as process:
        assert process.stdout.read() == b""  # its child held it, too
        assert process.why == "time"
    with confine.trusted(["yes"], limits=Limits(wall=60)) as process:
        assert process.stdout.read(2) == b"y\n"
    flood = ["sh", "-c", "yes >&2"]
    with confine.trusted(flood, limits=Limits(output=4, flood=1 << 20)) as process:
        process.wait()
        assert (process.why, process.output()) == ("output", "y\ny\n" + LEFT_OUT)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is no prlimit")
@pytest.mark.parametrize("found", [True, False])
def test_trusted_code_has_limits_where_there_is_prlimit(
    monkeypatch: pytest.MonkeyPatch, found: bool
) -> None:
    monkeypatch.setattr(confine, "_found", lambda _: found)
    with confine.trusted(["cat", "/proc/self/limits"], limits=Limits()) as process:
        text = process.stdout.read().decode()
    assert (str(Limits().address_space) in text) == found
