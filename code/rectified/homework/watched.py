"""A process that is watched: how long it runs, what it fills, how much it says.

`Confined` is the parent's hold on it. Two threads stand beside the process: one reads its stderr,
so that it never waits for a reader, and one looks at the clock and at the memory. Whatever is
wrong, the end is the same: all its processes are killed at once, and whoever reads its stdout
meets the end of the file.
"""

import os
import re
import select
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

POLL = 0.025  # s: the watch is late by so much; a core fills some 100 MB in that time
INODE = 1024  # bytes that the kernel keeps for an empty file
LEFT_OUT = "\n[The rest of what was printed is left out.]"
# Not RssFile: pages of libraries are shared with everybody, and the kernel can drop them.
HELD = re.compile(rb"^(?:RssAnon|RssShmem|VmSwap|VmPTE|HugetlbPages):\s*(\d+) kB", re.M)


@dataclass(frozen=True)
class Limits:
    """What one submission may take. Bytes are bytes, times are seconds."""

    wall: float = 60  # until it is killed, unless `Confined.deadline` says otherwise
    cpu: int = 300  # of processor time, a process
    memory: int = 2 << 30  # of all its processes and files together
    address_space: int = 8 << 30  # of one process; beyond it Python raises MemoryError
    processes: int = 32  # at one time; a thread counts as one
    open_files: int = 128  # of one process
    file_size: int = 64 << 20  # of one file
    disk: int = 128 << 20  # of all its files: /tmp, which is also /dev/shm
    output: int = 64 << 10  # of stderr that is kept
    flood: int = 16 << 20  # of stderr at which it is killed

    def __post_init__(self) -> None:
        """Raise a ValueError that names what is not positive."""
        for name, value in vars(self).items():
            if not value > 0:
                raise ValueError(f"{name} must be positive, got {value}")


class Confined:
    """A running process and all that it starts; leaving its `with` block ends them.

    `stdin` and `stdout` are its pipes, in bytes: what they carry is for the caller to agree upon.
    `why` says for what it was killed: "time", "memory" or "output", and None as long as it was not,
    or where the caller did it.
    """

    def __init__(self, process: subprocess.Popen, limits: Limits, init: int | None = None) -> None:
        """Take over a process with pipes, which leads a group, or a sandbox's process 1, `init`."""
        self.stdin, self.stdout = process.stdin, process.stdout
        self.why: str | None = None
        self._process, self._limits, self._init = process, limits, init
        # A number may be given to another process once this one is gone; a descriptor stays.
        self._handle = None if init is None else os.pidfd_open(init)
        self._text, self._dropped, self._killed = bytearray(), 0, threading.Event()
        self.deadline(limits.wall)
        self._threads = [
            threading.Thread(target=target, daemon=True) for target in (self._drain, self._watch)
        ]
        for thread in self._threads:
            thread.start()

    def deadline(self, seconds: float) -> None:
        """Let it run for so many seconds from now, whatever was said before."""
        self._until = time.monotonic() + seconds

    def output(self) -> str:
        """Return what it wrote to stderr so far, as plain text of at most `limits.output` bytes."""
        text = bytes(self._text).decode("utf-8", "replace")
        return text + LEFT_OUT if self._dropped else text

    def kill(self) -> None:
        """End all its processes now, and return when they are gone."""
        self._killed.set()
        self._signal()
        if self._handle is not None:  # readable once the last of them is gone
            select.select([self._handle], [], [])
        self._process.wait()

    def wait(self, seconds: float | None = None) -> int | None:
        """Wait for its end; return the exit status, or None where it still runs after so long."""
        with suppress(subprocess.TimeoutExpired):
            return self._process.wait(seconds)
        return None

    def __enter__(self) -> "Confined":
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End what still runs, and close the pipes."""
        self.kill()
        for thread in self._threads:
            thread.join(1)  # a trusted one may have left a process that holds its stderr
        for pipe in (self.stdin, self.stdout, self._process.stderr):
            with suppress(OSError):  # bytes that nobody will read any more
                pipe.close()
        if self._handle is not None:
            os.close(self._handle)

    def _signal(self) -> None:
        """Kill process 1 of the sandbox, and the kernel kills all others; or else the group."""
        with suppress(ProcessLookupError, PermissionError):  # macOS says so of what has ended
            if self._handle is not None:
                signal.pidfd_send_signal(self._handle, signal.SIGKILL)
            elif hasattr(os, "killpg"):
                os.killpg(self._process.pid, signal.SIGKILL)
            else:
                self._process.kill()

    def _end(self, why: str) -> None:
        """Say why, and only then kill: who meets the end of stdout finds the reason there."""
        self.why = self.why or why
        self._signal()

    def _drain(self) -> None:
        """Read stderr to its end; keep the first bytes only."""
        seen = 0
        with suppress(OSError, ValueError):  # closed before its end
            while chunk := os.read(self._process.stderr.fileno(), 1 << 16):
                seen += len(chunk)
                room = max(self._limits.output - len(self._text), 0)
                self._text += chunk[:room]
                self._dropped += len(chunk[room:])
                if seen > self._limits.flood:
                    self._end("output")

    def _watch(self) -> None:
        """Look at the clock and at the memory until it is gone."""
        while self._process.poll() is None and not self._killed.wait(POLL):
            if time.monotonic() > self._until:
                self._end("time")
            elif self._init is not None and self._holds_too_much():
                self._end("memory")

    def _holds_too_much(self) -> bool:
        try:
            return held(self._init) > self._limits.memory
        except OSError:  # what cannot be watched must not run
            return True


def held(init: int) -> int:
    """Return the bytes that a sandbox holds, in its processes and in its files.

    `init` is the number of its process 1. A page that processes share counts for each of them. The
    sandbox's own /proc lists exactly its processes; it is seen from outside through `init`.
    """
    root = Path(f"/proc/{init}/root")
    with _vanishing():
        if not root.samefile("/"):  # it is, until bubblewrap has made another
            files = os.statvfs(root / "tmp")
            total = (files.f_blocks - files.f_bfree) * files.f_frsize
            total += (files.f_files - files.f_ffree) * INODE
            numbers = filter(str.isdigit, os.listdir(root / "proc"))
            return total + sum(_of_process(root / "proc" / number) for number in numbers)
    return 0


def _of_process(folder: Path) -> int:
    """Return the bytes of one process."""
    with _vanishing():
        return 1024 * sum(map(int, HELD.findall((folder / "status").read_bytes())))
    return 0


@contextmanager
def _vanishing() -> Iterator[None]:
    """Let be what ends while one looks at it."""
    with suppress(FileNotFoundError, ProcessLookupError):
        yield
