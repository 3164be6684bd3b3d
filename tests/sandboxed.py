"""Scripts in the sandbox of `homework.confine`, and what came of them, for several test files.

As a program it does the same for a caller who is another user: JSON in, JSON out.
"""

import json
import os
import subprocess
import sys
import uuid
from pathlib import Path

from rectified.homework import confine
from rectified.homework.watched import Limits

ROOT = Path(__file__).resolve().parent.parent
ORDINARY = 1999  # a user that nothing belongs to
PRELUDE = """
import ctypes, errno, os, sys, time
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long  # an address, for instance

def attempt(action, *arguments):
    "Print what came of an action, or the name of its error."
    try:
        print("got", action(*arguments), flush=True)
    except OSError as error:
        print(errno.errorcode[error.errno], flush=True)
    except Exception as error:
        print(type(error).__name__, flush=True)

def call(number, *arguments):
    "Make a system call, with arguments as wide as a register."
    done = libc.syscall(*map(ctypes.c_long, (number, *arguments)))
    if done < 0:
        raise OSError(ctypes.get_errno(), "")
    return done
"""


def reason() -> str:
    """Say why nothing can be confined here, if so; never because of a fault of ours."""
    if sys.platform != "linux":
        return "submissions are confined on Linux only"
    plain = ["bwrap", "--unshare-pid", "--unshare-net", "--ro-bind", "/", "/", "--proc", "/proc"]
    try:
        made = subprocess.run([*plain, "true"], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return ""  # the tests shall fail, and say what to install
    return made.stderr and f"bubblewrap cannot make a sandbox here: {made.stderr}"


def outcome(script: str, *, readable: tuple[str, ...] = (), **limits: float) -> dict[str, object]:
    """Run a script in a sandbox to its end; return what it wrote, its status, and what is left."""
    mark = uuid.uuid4().hex  # an argument of the script, and so of all that it forks
    command = [sys.executable, "-I", "-S", "-c", PRELUDE + script, mark]
    readable = (*confine.interpreter(), *readable)
    with confine.start(command, readable=readable, limits=Limits(**limits)) as confined:
        confined.stdin.close()
        out = confined.stdout.read(1 << 20).decode()
        status = confined.wait(10)
    return {
        "out": out,
        "err": confined.output(),
        "why": confined.why,
        "status": status,
        "left": running(mark),
    }


def running(mark: str) -> list[str]:
    """Return the numbers of the processes whose command has a mark in it."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if mark.encode() in (folder / "cmdline").read_bytes():
                found.append(folder.name)
        except OSError:  # it ended meanwhile
            continue
    return found


def as_ordinary_user(script: str, **settings: object) -> dict[str, object]:
    """Do what `outcome` does as somebody who is not root; only root can."""
    ran = subprocess.run(
        [*other_user(), sys.executable, __file__],
        input=json.dumps({"script": script, **settings}),
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(ran.stdout)


def other_user() -> list[str]:
    """Return the command that starts another as an ordinary user, to whom this Python is readable.

    It may lie in root's home, which is closed: so that is replaced by a folder with nothing else.
    """
    home = Path.home()
    needed = [*confine.interpreter(), ROOT, *filter(os.path.exists, sys.path)]
    inside = [path for path in map(Path, needed) if home in path.parents]
    opened = ["--tmpfs", str(home), "--chmod", "0755", str(home)]
    for path in inside:
        for folder in reversed(path.relative_to(home).parents[:-1]):
            opened += ["--dir", str(home / folder)]
        opened += ["--ro-bind", str(path), str(path)]
    user = ("--reuid", str(ORDINARY), "--regid", str(ORDINARY), "--clear-groups")
    return ["bwrap", "--dev-bind", "/", "/", *opened, "setpriv", *user, "--"]


if __name__ == "__main__":
    settings = json.load(sys.stdin)
    print(json.dumps(outcome(settings.pop("script"), **settings)))
