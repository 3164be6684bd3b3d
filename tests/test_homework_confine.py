"""A submission that does its worst: each threat is a script that tries, in a real sandbox.

What proves success is a file, a process or an effect outside, or "got" in what the script prints.
"""

import os
import platform
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import sandboxed
from rectified.homework import confine
from rectified.homework.watched import LEFT_OUT, Limits

ROOT = Path(__file__).resolve().parent.parent
Run = Callable[..., dict[str, object]]


REASON = sandboxed.reason()
pytestmark = pytest.mark.skipif(bool(REASON), reason=REASON)
IS_ROOT = not REASON and os.geteuid() == 0
# Where this Python lies under /tmp, a sandbox's own /tmp leads to it.
SHOWN_IN_TMP = sorted({path.split("/")[2] for path in confine.interpreter() if path[:5] == "/tmp/"})


@pytest.fixture(params=["this user", "ordinary user"])
def run(request: pytest.FixtureRequest) -> Run:
    """Return what runs a script in a sandbox; nothing that the script started may be left."""
    if request.param == "ordinary user" and not IS_ROOT:
        pytest.skip("only root can become another user, and this user is an ordinary one already")
    does = sandboxed.outcome if request.param == "this user" else sandboxed.as_ordinary_user

    def clean(script: str, **settings: object) -> dict[str, object]:
        came = does(script, **settings)
        assert came["left"] == []
        return came

    return clean


@pytest.fixture
def folder() -> Iterator[Path]:
    """Yield a folder that every user can read; pytest's own are closed to others."""
    with tempfile.TemporaryDirectory() as name:
        os.chmod(name, 0o755)
        yield Path(name)


# ---- what it must not learn
@pytest.mark.parametrize(
    "path",
    [
        str(ROOT / "chapters/relu.ipynb"),
        str(ROOT / "tests"),
        str(ROOT / ".git"),
        str(Path.home() / ".profile"),
        "/etc/shadow",
        "/etc/passwd",
        "/var",
        "/sys",
        "/run",
        "/usr/share",
        "/usr/local",
        "/dev/zero",
        "/dev/ptmx",
        "/proc/1/root/etc/shadow",
        "/proc/1/cwd/../etc/shadow",
        "/tmp/link/etc/shadow",
        f"/proc/self/root{ROOT}/chapters",
    ],
)
def test_no_file_of_the_teacher_is_there(run: Run, path: str) -> None:
    came = run(
        f"os.symlink('/proc/1/root', '/tmp/link'); attempt(os.open, {path!r}, os.O_RDONLY)",
    )
    assert came["out"] in ("ENOENT\n", "EACCES\n")


def test_only_what_is_needed_is_seen(run: Run, folder: Path) -> None:
    given = folder / "given"
    given.mkdir()
    given.chmod(0o755)
    (given / "text").write_text("read me")
    (folder / "other").write_text("not me")
    came = run(
        f"for p in '/etc', '/dev', '/', {str(folder)!r}: print(*sorted(os.listdir(p)))\n"
        f"print(open({str(given / 'text')!r}).read())",
        readable=(str(given),),
    )
    etc, dev, top, parent, text = came["out"].splitlines()
    assert set(etc.split()) <= {"alternatives", "ld.so.cache"}
    assert dev == "null random shm urandom"
    seen = {Path(path).parts[1] for path in confine.interpreter()} | {"tmp", "proc", "dev", "etc"}
    assert set(top.split()) <= seen | {"usr", "bin", "lib", "lib32", "lib64"}
    assert (parent, text) == ("given", "read me")


def test_environment_is_not_handed_on(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN_OF_THE_TEACHER", "hunter2")
    came = run(
        "for pid in 'self', '1': attempt(lambda: open(f'/proc/{pid}/environ').read())\n"
        "print(*sorted(os.environ))"
    )
    assert "hunter2" not in came["out"]
    assert came["out"].splitlines()[-1].split() == sorted([*confine.VARIABLES, "PWD"])


def test_other_processes_are_neither_seen_nor_reached(run: Run) -> None:
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as other:  # it ends with this block
        came = run(
            f"attempt(os.kill, {other.pid}, 0)\n"
            "print(sorted(int(n) for n in os.listdir('/proc') if n.isdigit()))\n"
            "print(os.getppid(), os.getsid(0), os.uname().nodename, flush=True)\nos.kill(-1, 9)"
        )
        assert came["out"] == "ESRCH\n[1, 2]\n1 1 homework\n"
        assert other.poll() is None


def test_submission_does_not_see_another_one(run: Run) -> None:
    with confine.start(
        ["sh", "-c", "echo mine > /tmp/mine; echo ready; exec sleep 60"],
        readable=(),
        limits=Limits(),
    ) as first:
        first.stdout.readline()
        came = run("print(os.listdir('/tmp'), [n for n in os.listdir('/proc') if n.isdigit()])")
        assert came["out"] == f"{SHOWN_IN_TMP} ['1', '2']\n"
        assert first.wait(0.1) is None


@pytest.mark.skipif(not IS_ROOT, reason="as an ordinary user all submissions are that user")
def test_each_submission_is_a_user_of_its_own() -> None:
    users = {sandboxed.outcome("print(os.getresuid(), os.getgroups())")["out"] for _ in range(3)}
    assert len(users) == 3
    for user in users:
        number = re.fullmatch(r"\((2\d{9}), \1, \1\) \[\]\n", user)
        assert number


def test_hidden_parts_of_proc_are_closed(run: Run) -> None:
    came = run(f"for path in {confine.HIDDEN}: attempt(lambda: open(path).read())")
    assert set(came["out"].splitlines()) <= {"EACCES", "ENOENT"}


def test_open_files_are_not_inherited(run: Run, tmp_path: Path) -> None:
    with open(tmp_path / "secret", "w") as file:
        os.set_inheritable(file.fileno(), True)
        came = run(
            "for fd in os.listdir('/proc/self/fd'): attempt(os.readlink, f'/proc/self/fd/{fd}')"
        )
    kinds = re.sub(r"\d+", "N", came["out"])
    assert sorted(kinds.splitlines()) == ["ENOENT", *["got pipe:[N]"] * 3]  # and the listing itself


# ---- whom it must not speak to
def test_no_socket_reaches_the_machine(run: Run, tmp_path: Path) -> None:
    named = tmp_path / "socket"
    with socket.create_server(("127.0.0.1", 0)) as tcp, socket.socket(socket.AF_UNIX) as abstract:
        abstract.bind("\0of-the-machine")
        abstract.listen()
        with socket.socket(socket.AF_UNIX) as unix:
            unix.bind(str(named)[:100])
            unix.listen()
            came = run(
                "import socket\n"
                "def reach(family, address):\n"
                "    with socket.socket(family) as s:\n        return s.connect(address)\n"
                f"attempt(reach, socket.AF_INET, {tcp.getsockname()!r})\n"
                f"attempt(reach, socket.AF_UNIX, chr(0) + 'of-the-machine')\n"
                f"attempt(reach, socket.AF_UNIX, {unix.getsockname()!r})\n"
            )
    assert came["out"].splitlines() == ["EAFNOSUPPORT", "ECONNREFUSED", "ENOENT"]


def test_only_local_sockets_can_be_made(run: Run) -> None:
    came = run(
        "import socket\n"
        "for name in 'AF_INET AF_INET6 AF_NETLINK AF_PACKET AF_VSOCK'.split():\n"
        "    attempt(lambda: socket.socket(getattr(socket, name), socket.SOCK_DGRAM))\n"
        "attempt(lambda: [s.close() for s in socket.socketpair()])\n"
        "print(*(line.split()[0] for line in open('/proc/net/dev').readlines()[2:]))"
    )
    assert came["out"].splitlines() == [*["EAFNOSUPPORT"] * 5, "got [None, None]", "lo:"]


# ---- what it must not change
@pytest.mark.parametrize("folder", ["/", "/usr/bin", "/etc", "/dev", "/proc", sys.prefix])
def test_nothing_is_written_outside_its_folder(run: Run, folder: str) -> None:
    came = run(f"attempt(open, '{folder}/x', 'w'); attempt(os.unlink, '{folder}/bin')")
    if not folder.startswith("/tmp/"):  # there it may write: what it sees lies in its own /tmp
        assert "got" not in came["out"]
        assert set(came["out"].split()) <= {"EROFS", "EACCES", "ENOENT", "EPERM"}
    assert not Path(folder, "x").exists()
    assert Path(sys.prefix, "bin").exists()


def test_given_files_cannot_be_changed(run: Run, folder: Path) -> None:
    given = folder / "given"
    given.write_text("as it was")
    given.chmod(0o666)
    came = run(
        f"path = {str(given)!r}\n"
        "attempt(open, path, 'r+')\nattempt(os.chmod, path, 0o777)\nattempt(os.unlink, path)\n"
        "import mmap\n"
        "fd = os.open(path, os.O_RDONLY)\n"
        "page = mmap.mmap(fd, 0, mmap.MAP_PRIVATE, mmap.PROT_READ)\n"
        "at = int(next(l for l in open('/proc/self/maps') if path in l).split('-')[0], 16)\n"
        "with open('/proc/self/mem', 'r+b', 0) as memory:\n"
        "    memory.seek(at); attempt(memory.write, b'other')\n",
        readable=(str(given),),
    )
    assert set(came["out"].split()[:3]) <= {"EROFS", "EACCES", "EPERM", "EBUSY"}
    assert given.read_text() == "as it was"


def test_settings_of_the_kernel_cannot_be_changed(run: Run) -> None:
    came = run(
        "for name in 'kernel/hostname', 'kernel/core_pattern', 'user/max_user_namespaces':\n"
        "    attempt(open, f'/proc/sys/{name}', 'w')\n"
        "attempt(open, '/proc/sysrq-trigger', 'w')"
    )
    assert set(came["out"].split()) <= {"EROFS", "EACCES", "ENOENT"}


# ---- what the kernel must refuse; without the filter, an unprivileged process may do most of these
REFUSED = {
    "unshare": [0x10000000],
    "clone": [0x10000000 | 17, 0, 0, 0, 0],
    "setns": [-1, 0],
    "mount": [0, 0, 0, 0, 0],
    "umount2": [0, 0],
    "pivot_root": [0, 0],
    "fsopen": [0, 0],
    "open_tree": [-1, 0, 0],
    "move_mount": [-1, 0, -1, 0, 0],
    "name_to_handle_at": [-1, 0, 0, 0, 0],
    "open_by_handle_at": [-1, 0, 0],
    "fanotify_init": [0x200, 0],
    "ptrace": [0, 0, 0, 0],  # PTRACE_TRACEME
    "process_vm_readv": [0, 0, 0, 0, 0, 0],
    "process_vm_writev": [0, 0, 0, 0, 0, 0],
    "process_madvise": [-1, 0, 0, 0, 0],
    "pidfd_getfd": [-1, 0, 0],
    "kcmp": [0, 0, 0, 0, 0],
    "keyctl": [0, -3, 1],
    "add_key": [0, 0, 0, 0, 0],
    "request_key": [0, 0, 0, 0],
    "bpf": [0, 0, 0],
    "perf_event_open": [0, 0, 0, 0, 0],
    "userfaultfd": [1],
    "io_uring_setup": [1, 0],
    "io_uring_enter": [-1, 0, 0, 0, 0, 0],
    "io_uring_register": [-1, 0, 0, 0],
    "memfd_create": [0, 0],
    "memfd_secret": [0],
    "shmget": [0, 4096, 0o1600],
    "msgget": [0, 0o1600],
    "semget": [0, 1, 0o1600],
    "mq_open": [0, 0, 0, 0],
    "vmsplice": [-1, 0, 0, 0],
    "mmap": [0, 4096, 3, 0x21, -1, 0],
    "syslog": [10, 0, 0],
    "personality": [0x0040000],
    "reboot": [0, 0, 0, 0],
    "kexec_load": [0, 0, 0, 0],
    "init_module": [0, 0, 0],
    "finit_module": [-1, 0, 0],
    "swapon": [0, 0],
    "quotactl": [0, 0, 0, 0],
    "vhangup": [],
    "chroot": [0],
    "ioctl": [0, 0x5412, 0],
}
AROUND = [  # the same with a bit set that the kernel does not look at
    ("ioctl", [0, 0x5412 | 1 << 32, 0]),
    ("ioctl", [0, 0x541C | 1 << 32, 0]),
    ("personality", [0xFFFFFFFF | 1 << 32]),
]


def number(name: str) -> int:
    """Return the number of a system call on this machine."""
    import pyseccomp

    return pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, name)


def test_system_calls_are_refused(run: Run) -> None:
    calls = [(number(name), arguments) for name, arguments in [*REFUSED.items(), *AROUND]]
    came = run(f"for number, arguments in {calls}: attempt(call, number, *arguments)")
    names = [*REFUSED, *(name for name, _ in AROUND)]
    assert dict(enumerate(zip(names, came["out"].split("\n"), strict=False))) == dict(
        enumerate((name, "EPERM") for name in names)
    )


def test_new_threads_and_processes_take_the_old_call(run: Run) -> None:
    came = run(
        f"attempt(call, {number('clone3')}, 0, 0)\n"
        "import threading, subprocess\n"
        "thread = threading.Thread(target=print, args=('thread',)); thread.start(); thread.join()\n"
        "print(subprocess.run(['echo', 'process'], capture_output=True).stdout)\n"
        f"attempt(call, {number('personality')}, 0xFFFFFFFF)"  # to ask is allowed
    )
    assert came["out"].splitlines() == ["ENOSYS", "thread", "b'process\\n'", "got 0"]


def test_processes_may_work_together(run: Run) -> None:
    came = run(
        "import multiprocessing as m\nfrom multiprocessing.shared_memory import SharedMemory\n"
        "with m.Pool(2) as pool: print(pool.map(abs, range(-3, 0)))\n"
        "block = SharedMemory(create=True, size=9); block.buf[0] = 7\n"
        "again = SharedMemory(block.name); print(again.buf[0])\n"
        "again.close(); block.close(); block.unlink()"
    )
    assert (came["out"], came["status"]) == ("[3, 2, 1]\n7\n", 0), came["err"]


@pytest.mark.skipif(platform.machine() != "x86_64", reason="machine code of x86-64")
@pytest.mark.parametrize(
    "code",
    [
        "b8 14 00 00 00 cd 80 c3",  # getpid of 32-bit programs: int 0x80
        "b8 27 00 00 40 0f 05 c3",  # getpid of x32 programs
    ],
)
def test_calls_for_another_architecture_end_the_process(run: Run, code: str) -> None:
    came = run(
        "import mmap\n"
        "page = mmap.mmap(-1, 4096, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, prot=7)\n"
        f"page.write(bytes.fromhex({code!r}))\n"
        "at = ctypes.addressof(ctypes.c_char.from_buffer(page))\n"
        "print('got', ctypes.CFUNCTYPE(ctypes.c_long)(at)())"
    )
    assert (came["out"], came["status"]) == ("", 128 + signal.SIGSYS)


# ---- rights
def test_no_capability_and_no_way_to_one(run: Run) -> None:
    came = run("print(open('/proc/self/status').read())")
    facts = dict(re.findall(r"^(\w+):\s*(.*)$", came["out"], re.MULTILINE))
    sets = ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")
    assert [int(facts[name], 16) for name in sets] == [0] * 5
    assert (facts["NoNewPrivs"], facts["Seccomp"]) == ("1", "2")


@pytest.mark.skipif(not IS_ROOT, reason="only root can make a program that starts as root")
def test_set_user_id_programs_give_no_rights(run: Run, folder: Path) -> None:
    program = folder / "id"
    shutil.copy("/usr/bin/id", program)
    program.chmod(0o4755)
    came = run(f"os.execv({str(program)!r}, ['id', '-u'])", readable=(str(program),))
    assert came["out"].strip() not in ("", "0")


def test_limits_cannot_be_raised(run: Run) -> None:
    came = run(
        "import resource as r\n"
        "for kind in r.RLIMIT_NPROC, r.RLIMIT_AS, r.RLIMIT_FSIZE, r.RLIMIT_CPU, r.RLIMIT_CORE:\n"
        "    attempt(r.setrlimit, kind, (r.RLIM_INFINITY, r.RLIM_INFINITY))\n"
        "print(r.getrlimit(r.RLIMIT_CORE), r.getrlimit(r.RLIMIT_RTPRIO))"
    )
    assert came["out"].splitlines() == [*["ValueError"] * 5, "(0, 0) (0, 0)"]


# ---- how much it must not take
def test_fork_bomb_fizzles(run: Run) -> None:
    came = run(
        "born = 0\n"
        "try:\n"
        "    while born < 200:\n"
        "        if not os.fork(): time.sleep(60)\n"
        "        born += 1\n"
        "except OSError as error: print(errno.errorcode[error.errno], born)",
        processes=20,
    )
    word, born = came["out"].split()
    assert word == "EAGAIN"
    assert 15 <= int(born) < 20


def test_thread_bomb_fizzles(run: Run) -> None:
    came = run(
        "import threading\n"
        "stop, born = threading.Event(), []\n"
        "try:\n"
        "    while len(born) < 200:\n"
        "        born.append(threading.Thread(target=stop.wait)); born[-1].start()\n"
        "except RuntimeError: print(len(born))\n"
        "stop.set()",
        processes=20,
    )
    assert 15 <= int(came["out"]) <= 20


def test_huge_array_is_a_memory_error(run: Run) -> None:
    came = run("attempt(bytearray, 3 << 30)\nattempt(len, b'alive')", address_space=2 << 30)
    assert came["out"] == "MemoryError\ngot 5\n"


GREEDY = {
    "one process": "held = b'x' * (400 << 20)",
    "many processes": "for _ in range(4): os.fork() or (b'x' * (50 << 20), time.sleep(60))",
    "one page after the other": "held = []\nwhile True: held.append(b'x' * (1 << 20))",
    "files": "for i in range(8): open(f'/tmp/{i}', 'wb').write(b'x' * (50 << 20))",
    "shared memory": "for i in range(8): open(f'/dev/shm/{i}', 'wb').write(b'x' * (50 << 20))",
    "empty files": "for i in range(500_000): os.mknod(f'/tmp/{i}')",
}


@pytest.mark.parametrize("script", GREEDY.values(), ids=GREEDY)
def test_memory_of_all_together_is_bounded(run: Run, script: str) -> None:
    came = run(script + "\ntime.sleep(60)", memory=100 << 20, disk=1 << 30, wall=30)
    assert came["why"] == "memory"


@pytest.mark.parametrize("folder", ["/tmp", "/dev/shm", "."])
def test_disk_is_bounded(run: Run, folder: str) -> None:
    came = run(
        f"write = lambda i: open(f'{folder}/{{i}}', 'wb').write(bytes(1 << 20))\n"
        "attempt(lambda: [write(i) for i in range(50)])\n"
        f"print(sum(e.stat().st_size for e in os.scandir('{folder}')) >> 20)",
        disk=20 << 20,
    )
    assert came["out"] == "ENOSPC\n20\n"


def test_one_file_is_bounded(run: Run) -> None:
    came = run("attempt(os.truncate, os.open('x', 65), 9 << 20)", file_size=8 << 20)
    assert came["out"] == "EFBIG\n"


def test_open_files_are_bounded(run: Run) -> None:
    came = run("attempt(lambda: [os.pipe() for _ in range(100)])", open_files=50)
    assert came["out"] == "EMFILE\n"


def test_time_of_the_processor_is_bounded(run: Run) -> None:
    began = time.monotonic()
    came = run("while True: pass", cpu=1, wall=60)
    assert came["status"] in (128 + signal.SIGXCPU, 128 + signal.SIGKILL)
    assert time.monotonic() - began < 50  # far from its deadline, on a busy machine too


def test_flood_of_output_is_cut_and_stopped(run: Run) -> None:
    came = run("while True: os.write(2, b'spam ' * 10_000)", output=1000, flood=5 << 20)
    assert came["why"] == "output"
    assert came["err"] == "spam " * 200 + LEFT_OUT


def test_flood_of_answers_waits_for_a_reader(run: Run) -> None:
    came = run("while True: os.write(1, b'x' * 65536)", wall=2)
    assert (came["why"], len(came["out"])) == ("time", 1 << 20)  # and no more was read


STUBBORN = {
    "a loop in C": "sum(iter(int, 1))",
    "a long power": "9 ** 9 ** 9 ** 9",
    "sleep": "time.sleep(600)",
    "deaf to signals": "import signal\n"
    "for s in set(signal.Signals) - {9, 19}: signal.signal(s, 1)\nwhile True: pass",
    "a closed stdout": "os.close(1); time.sleep(600)",
}


@pytest.mark.parametrize("script", STUBBORN.values(), ids=STUBBORN)
def test_deadline_ends_everything(run: Run, script: str) -> None:
    began = time.monotonic()
    came = run(script, wall=1)
    assert came["why"] == "time"
    assert time.monotonic() - began < 30


LEAVING = {
    "exit": "os._exit(7)",
    "daemon": "if os.fork(): os._exit(7)\nos.setsid()\nif os.fork(): os._exit(0)\ntime.sleep(600)",
    "many daemons": "for _ in range(9):\n    if not os.fork():\n"
    "        os.setsid(); time.sleep(600)\nos._exit(7)",
}


@pytest.mark.parametrize("script", LEAVING.values(), ids=LEAVING)
def test_nothing_outlives_the_command(run: Run, script: str) -> None:
    came = run(script)  # `run` looks for what is left
    assert (came["status"], came["why"]) == (7, None)


def test_crash_leaves_no_core(run: Run) -> None:
    came = run(
        "pid = os.fork()\nif not pid: os.abort()\n"
        "print(os.WCOREDUMP(os.waitpid(pid, 0)[1]), os.listdir('.'))"
    )
    assert came["out"] == f"False {SHOWN_IN_TMP}\n"
