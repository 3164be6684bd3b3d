"""A sandbox for a student's code: `start` runs a command that can harm nobody and learn nothing.

**Who is kept from what.** A submission is any program: it may be careless, or written to cheat.
It runs on the teacher's own machine. It must not

- learn: read the solutions, other submissions, the teacher's files, environment or processes;
- speak: reach a network, a socket of the machine, a terminal, another submission;
- change: write anywhere but into its own folder, which is gone afterwards;
- stay or grow: outlive its deadline, or fill memory, disk, processor, table of processes or report.

It may do what it likes with its own memory, its answers and its two pipes. So whatever comes back
through them is data to be doubted; a verdict is computed outside (`judge`).

**The walls.** Most of what is tried meets two of them:

| wall | what it keeps |
| --- | --- |
| bubblewrap's namespaces | files, processes, network and names are its own; of ours, few to read |
| another user, no capabilities, no way to new ones | rights: set-user-id programs give none |
| seccomp (`syscalls`) | the kernel's rarely used doors |
| limits of the kernel, and a watch (`watched`) | memory, processes, files, time, output |

**Root and others.** As root a limit on processes is not enforced inside a user namespace, so there
is none: the command becomes a real user with a number of its own that nobody has. An ordinary user
needs a user namespace to make the others, and it is the last: bubblewrap forbids further ones.
(Kernels before 5.14 count all processes of that user, so that a submission may start fewer.)

**What is left.** A fault of the kernel itself; what a processor leaks by its caches; load, as far
as the limits allow it; buffers in the kernel, as many as processes and open files allow; and the
paths, but not the contents, of what `readable` names.
"""

import os
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import PurePath

from rectified.homework import syscalls
from rectified.homework.watched import Confined, Limits

SYSTEM = ("/usr/bin", "/usr/lib", "/usr/lib32", "/usr/lib64")
LINKS = ("/bin", "/lib", "/lib32", "/lib64")  # to them; folders of their own on older systems
LINKER = ("/etc/ld.so.cache", "/etc/alternatives")  # where libraries are
DEVICES = ("/dev/null", "/dev/random", "/dev/urandom")  # not zero: its pages could be hidden
HIDDEN = ("/proc/keys", "/proc/key-users", "/proc/kcore", "/proc/kallsyms", "/proc/timer_list")
FIRST_UID, UIDS = 2_000_000_000, 100_000_000  # no system gives these to anybody
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
VARIABLES = ONE_THREAD | {
    "HOME": "/tmp",
    "LANG": "C.UTF-8",
    "MPLBACKEND": "agg",
    "MPLCONFIGDIR": "/tmp/matplotlib",
    "PATH": "/usr/bin:/bin",
    "PYTHONDONTWRITEBYTECODE": "1",
    "TMPDIR": "/tmp",
    "USER": "student",
}
INSIDE = ("setpriv", "prlimit")  # programs that a sandbox starts with; they are of util-linux
NONE = "0" * 16
CONFINED = {"CapPrm": NONE, "CapBnd": NONE, "CapInh": NONE, "NoNewPrivs": "1", "Seccomp": "2"}
APART = (
    *("--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"),
    *("--hostname", "homework", "--die-with-parent", "--new-session", "--cap-drop", "ALL"),
)
# What `_bounds` needs to become another user, and gives up with it.
AS_ROOT = ("--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID", "--cap-add", "CAP_SETPCAP")
POWERLESS = ("--clear-groups", "--no-new-privs", "--inh-caps=-all", "--bounding-set=-all")
AS_USER = ("--unshare-user", "--disable-userns", "--uid", "1000", "--gid", "1000")
PIPES = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}

INSTALL = (
    "Install bubblewrap 0.8 or newer and libseccomp: sudo apt-get install bubblewrap libseccomp2 "
    "(Debian 12, Ubuntu 24.04)."
)
ELSEWHERE = (
    "Grade on Linux: on Windows in WSL 2, on macOS in a virtual machine or a Linux container."
)
ALLOW = (
    "The system may forbid the namespaces that a sandbox is made of. On Ubuntu, allow them: sudo "
    "sysctl kernel.apparmor_restrict_unprivileged_userns=0, or grade as root. A container needs "
    "--cap-add SYS_ADMIN --security-opt seccomp=unconfined --security-opt apparmor=unconfined "
    "--security-opt systempaths=unconfined."
)


class CannotConfine(RuntimeError):
    """No sandbox can be made here: the message says why, and what to do."""


def check() -> None:
    """Make two sandboxes for a moment: does the kernel itself say, and the watch, that they hold?

    Raises:
        CannotConfine: they do not, or none can be made.
    """
    if sys.platform != "linux":
        raise CannotConfine(f"Submissions can be confined on Linux only. {ELSEWHERE}")
    if missing := [tool for tool in ("bwrap", *INSIDE, "choom") if not _found(tool)]:
        raise CannotConfine(f"Not installed: {', '.join(missing)}. {INSTALL}")
    with start(["cat", "/proc/self/status"], readable=(), limits=Limits(wall=10)) as trial:
        status = trial.stdout.read().decode()
        trial.wait()
    facts = dict(re.findall(r"^(\w+):\t(\S+)", status, re.MULTILINE))
    if wrong := {name: facts.get(name) for name in CONFINED if facts.get(name) != CONFINED[name]}:
        raise CannotConfine(
            f"The sandbox does not hold: {trial.output().strip() or wrong}. {ALLOW}"
        )
    with start(["sleep", "10"], readable=(), limits=Limits(wall=5, memory=1)) as trial:
        trial.wait()
    if trial.why != "memory":
        raise CannotConfine(f"The memory of a sandbox cannot be watched. {ALLOW}")


def start(
    command: Sequence[str], *, readable: Iterable[str | os.PathLike], limits: Limits
) -> Confined:
    """Start a command in a sandbox of its own, which ends with the thread that called.

    Args:
        command: program and arguments. It finds the libraries of the system, VARIABLES as its
            environment, and /tmp, empty and its own, as its working folder.
        readable: files and folders that it may read, and all that is in them; they lie where they
            lie outside. `interpreter` names those of Python.
        limits: what it may take.

    Raises:
        CannotConfine: no sandbox was made.
        ValueError: a path of `readable` does not exist, or is relative.
    """
    paths = [os.fspath(path) for path in readable]
    for path in paths:
        if not (os.path.isabs(path) and os.path.exists(path)):
            raise ValueError(f"readable must be absolute paths that exist, got {path}")
    with tempfile.TemporaryFile() as program:
        program.write(_program())
        program.seek(0)
        ours, theirs = os.pipe()
        fds = ["--seccomp", str(program.fileno()), "--info-fd", str(theirs)]
        with open(ours) as info:
            try:
                process = subprocess.Popen(
                    [*_bubblewrap(paths, limits), *fds, "--", *_bounds(limits), *command],
                    env=VARIABLES,  # not by --clearenv: process 1 would show what it was given
                    pass_fds=(program.fileno(), theirs),
                    **PIPES,
                )
            except FileNotFoundError as error:
                raise CannotConfine(f"Not installed: {error.filename}. {INSTALL}") from None
            finally:
                os.close(theirs)
            made = re.search(r'"child-pid": (\d+)', info.read())
    try:
        return Confined(process, limits, int(made[1]))
    except (TypeError, ProcessLookupError):  # none was made, or it is gone already
        reason = process.communicate()[1].decode("utf-8", "replace").strip()
        advice = INSTALL if "nknown option" in reason else ALLOW
        raise CannotConfine(f"No sandbox could be made: {reason}. {advice}") from None


def trusted(command: Sequence[str], *, limits: Limits) -> Confined:
    """Start a command as the teacher would: it can read, send and change all that they can.

    The interface is that of `start`. Its process group ends with it; of `limits`, those of time
    and output hold, and on Linux those of one process.
    """
    # Processes are not bounded: all those of the user would count.
    bounds = _prlimit(limits) if _found("prlimit") else []
    environment = os.environ | ONE_THREAD | {"MPLBACKEND": VARIABLES["MPLBACKEND"]}
    process = subprocess.Popen(
        [*bounds, *command], env=environment, start_new_session=True, **PIPES
    )
    return Confined(process, limits)


def interpreter() -> list[str]:
    """Return the files and folders that this Python needs, to name them in `readable`."""
    prefixes = (sys.prefix, sys.base_prefix, os.path.realpath(sys.base_prefix))
    parts = ("bin", "lib", "lib64", "pyvenv.cfg")
    paths = [os.path.join(prefix, part) for prefix in dict.fromkeys(prefixes) for part in parts]
    return [path for path in paths if os.path.exists(path)]


def _bubblewrap(readable: Sequence[str], limits: Limits) -> list[str]:
    """Return the command that makes a sandbox; what runs in it comes after."""
    system = [path for path in (*SYSTEM, *LINKER, *LINKS) if os.path.exists(path)]
    links = [path for path in system if os.path.islink(path)]
    hidden = [path for path in HIDDEN if os.path.exists(path)]
    return [
        *("choom", "-n", "1000", "--"),  # when memory runs out, the kernel ends this one first
        *("bwrap", *APART, *(AS_ROOT if os.geteuid() == 0 else AS_USER)),
        *chain.from_iterable(("--symlink", os.readlink(path), path) for path in links),
        *_shown("--ro-bind", [path for path in system if path not in links]),
        *("--proc", "/proc"),
        *chain.from_iterable(("--ro-bind", "/dev/null", path) for path in hidden),
        *_shown("--dev-bind", DEVICES),
        *("--perms", "1777", "--size", str(limits.disk), "--tmpfs", "/tmp"),
        *("--symlink", "/tmp", "/dev/shm", "--chdir", "/tmp"),
        *_shown("--ro-bind", readable),
        *("--remount-ro", "/"),  # it lies in memory, too
    ]


def _shown(option: str, paths: Iterable[str]) -> Iterator[str]:
    """Yield the options that show each of these paths where it lies outside."""
    for path in paths:
        for folder in reversed(PurePath(path).parents):  # else bubblewrap makes them for root only
            yield from ("--dir", str(folder))
        yield from (option, path, path)


def _bounds(limits: Limits) -> list[str]:
    """Return the command that starts another within the kernel's limits, as root as another user.

    The number of processes is set in the sandbox, where only its own are counted.
    """
    uid = str(FIRST_UID + secrets.randbelow(UIDS))
    user = ("setpriv", "--reuid", uid, "--regid", uid, *POWERLESS, "--")
    return [*(user if os.geteuid() == 0 else ()), *_prlimit(limits, f"--nproc={limits.processes}")]


def _prlimit(limits: Limits, *more: str) -> list[str]:
    """Return the command that starts another within the kernel's limits on one process."""
    return [
        *("prlimit", f"--as={limits.address_space}", f"--cpu={limits.cpu}"),
        *(f"--fsize={limits.file_size}", f"--nofile={limits.open_files}"),
        *("--core=0", "--memlock=0", "--rtprio=0", "--nice=0", *more, "--"),
    ]


def _found(tool: str) -> bool:
    return shutil.which(tool, path=VARIABLES["PATH"]) is not None


def _program() -> bytes:
    """Return the filter of system calls."""
    try:
        return syscalls.program()
    except ImportError:
        raise CannotConfine(
            'Not installed: pyseccomp. Install it: pip install ".[teach]"'
        ) from None
    except RuntimeError as error:
        raise CannotConfine(f"{error}. {INSTALL}") from None
