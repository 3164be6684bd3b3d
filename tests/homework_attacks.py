"""Submissions that attack their grader, by what they write into an answer's cell.

Every path that there is to know is told to them, as CHAPTER, SUBMISSIONS, OUT, PACKAGE, TEACHER
(a folder of the teacher's) and PORT (of a socket on which the machine listens). An attack has
succeeded if it gets points beyond `earned`, if a canary stands anywhere in what is written of it,
if a file outside of `out` has changed or is new, if somebody was called at PORT, or if a process
with MARK among its arguments is left.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

MARK = "86397.25"  # a number of seconds that nobody else sleeps
WRONG = "\n\ndef larger(a, b):\n    return -7.25\n"


@dataclass(frozen=True)
class Attack:
    """One hostile submission: what it answers, under a name."""

    name: str
    aim: str  # what it attacks
    answers: Mapping[str, str]  # by grade_id
    earned: Mapping[str, float] = field(default_factory=dict)  # points that are its due
    slow: bool = False  # takes its whole time, or much memory
    nbgrader: str = (
        ""  # what proves its success with nbgrader: "points", "canary", "called", "changed"
    )


def larger(name: str, aim: str, body: str, **more: object) -> Attack:
    """Return an attack that lies in the cell of the exercise called `larger`."""
    source = body if "def larger" in body or "larger =" in body else body + WRONG
    return Attack(name, aim, {"larger": source}, **more)


def returning(name: str, expression: str, before: str = "", **more: object) -> Attack:
    """Return an attack that gives the same odd value to every question."""
    value = f"{before}\n\ndef odd(*_, **__):\n    return {expression}\n\n"
    answers = {
        "larger": f"{value}larger = odd",
        "slope": f"{value}slope = odd",
        "root": f"{value}root = odd()",
        "letter": f"{value}choice_letter = odd()",
    }
    return Attack(name, "verdict", answers, **more)


READ = """
def show(path):
    try:
        with open(path, errors="replace") as file:
            print(path, file.read()[:100000])
    except OSError as error:
        print(path, error.strerror)
"""
WALK = (
    READ
    + """
import os
for root in ({roots}):
    for folder, _, names in os.walk(root):
        for name in names[:200]:
            show(os.path.join(folder, name))
"""
)
READING = (
    larger("reads the chapter", "read", READ + "show(CHAPTER)", nbgrader="canary"),
    larger(
        "grades itself by the solution",
        "read",
        "import json\nfor cell in json.load(open(CHAPTER))['cells']:\n"
        "    if cell['id'] == 'larger':\n        exec(''.join(cell['source']))\nlarger = larger",
        nbgrader="points",
    ),
    larger(
        "reads other submissions",
        "read",
        WALK.replace("{roots}", "SUBMISSIONS,"),
        nbgrader="canary",
    ),
    larger("reads records and scores", "read", WALK.replace("{roots}", "OUT,")),
    larger("reads the teacher's files", "read", WALK.replace("{roots}", "TEACHER,")),
    larger(
        "reads through other roots",
        "read",
        READ + "for root in ('/proc/1/root', '/proc/self/root', '/proc/1/cwd', '/proc/self/cwd'):\n"
        "    show(root + CHAPTER)\nshow('/../..' + CHAPTER)",
        nbgrader="canary",
    ),
    larger(
        "reads by a link",
        "read",
        READ + "import os\nos.symlink(CHAPTER, 'link')\nshow('link')\n"
        "try:\n    os.link(CHAPTER, 'hard')\nexcept OSError as error:\n"
        "    print(error)\nshow('hard')",
        nbgrader="canary",
    ),
    larger(
        "reads every environment and command line",
        "read",
        READ + "import glob, os\nprint(dict(os.environ))\n"
        "for path in glob.glob('/proc/[0-9]*/environ') + glob.glob('/proc/[0-9]*/cmdline'):\n"
        "    show(path)",
        nbgrader="canary",
    ),
    larger(
        "reads all frames and objects",
        "read",
        "import gc, sys\nframe = sys._getframe()\nwhile frame:\n"
        "    print(str(frame.f_locals)[:20000], file=sys.stderr)\n    frame = frame.f_back\n"
        "print([each for each in gc.get_objects() if isinstance(each, bytes | str)])",
    ),
    larger("uses magics to read", "read", "get_ipython().system('cat ' + CHAPTER)\n!env\n%env"),
    larger("uses a shell cell", "read", "%%bash\ncat /proc/*/environ; ls -R / | head -1000"),
    larger("runs the chapter by magic", "read", "get_ipython().run_line_magic('run', CHAPTER)"),
    Attack(
        "asks a callback for its surroundings",
        "read",
        {
            "slope": "def slope(f, x, step=1e-4):\n"
            "    for name in dir(f):\n        print(name, str(getattr(f, name, ''))[:2000])\n"
            "    return vars(f)"
        },
    ),
)
WRITE = """
import os
def plant(path, text="canary-planted"):
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        os.chmod(path, 0o777) if os.path.exists(path) else None
        with open(path, "a") as file:
            file.write(text)
    except OSError as error:
        print(path, error.strerror)
"""
WRITING = (
    larger(
        "writes its own scores",
        "write",
        WRITE
        + "for name in ('scores.csv', 'canvas.csv', 'records/x.json', 'feedback/anna.html'):\n"
        "    plant(OUT + '/' + name)",
    ),
    larger("changes the chapter", "write", WRITE + "plant(CHAPTER, ' ')", nbgrader="changed"),
    larger(
        "changes other submissions",
        "write",
        WRITE + "for name in os.listdir(SUBMISSIONS) if os.path.exists(SUBMISSIONS) else "
        "['anna.ipynb']:\n    plant(SUBMISSIONS + '/' + name)",
    ),
    larger(
        "plants code for the next one",
        "write",
        WRITE + "import sys, site\n"
        "start = '/.ipython/profile_default/startup/x.py'\n"
        "for path in [PACKAGE + '/sitecustomize.py', TEACHER + start, "
        "*[p + '/planted.pth' for p in sys.path if p]]:\n    plant(path, '# canary-planted')",
    ),
    larger(
        "replaces the grader's modules on disk",
        "write",
        WRITE + "for name in ('judge', 'draws', 'marks'):\n"
        "    plant(PACKAGE + f'/rectified/homework/{name}.py', '\\n# canary-planted')",
    ),
    larger("fills the folder of the teacher", "write", WRITE + "plant(TEACHER + '/planted')"),
    larger(
        "deletes what it finds",
        "write",
        "import os, shutil\nfor path in (CHAPTER, SUBMISSIONS, OUT, TEACHER):\n"
        "    shutil.rmtree(path, ignore_errors=True)\n"
        "    try:\n        os.unlink(path)\n    except OSError as error:\n        print(error)",
    ),
)
PROCESS = "import ctypes, os, signal, socket, subprocess, sys, threading, time\n"
ESCAPING = (
    larger(
        "leaves a daemon",
        "escape",
        PROCESS + "if os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n"
        "        signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        f"        os.execvp('sleep', ['sleep', '{MARK}'])\n    os._exit(0)\nos.wait()",
    ),
    larger(
        "leaves a daemon by a shell",
        "escape",
        f"!nohup setsid sleep {MARK} >/dev/null 2>&1 &",
    ),
    larger(
        "calls a socket of the machine",
        "escape",
        PROCESS + "for host in ('127.0.0.1', '::1', 'localhost'):\n    try:\n"
        "        socket.create_connection((host, PORT), 1).sendall(b'canary')\n"
        "    except OSError as error:\n        print(error)",
        nbgrader="called",
    ),
    larger(
        "traces its parents",
        "escape",
        PROCESS + "libc = ctypes.CDLL(None)\nfor pid in (1, os.getppid()):\n"
        "    print(libc.ptrace(16, pid, 0, 0))\n    try:\n        open(f'/proc/{pid}/mem', 'rb+')\n"
        "    except OSError as error:\n        print(error)",
    ),
    larger(
        "opens another namespace",
        "escape",
        PROCESS + "libc = ctypes.CDLL(None)\nprint(libc.unshare(0x10000000 | 0x20000))\n"
        "print(libc.mount(b'none', b'/tmp', b'tmpfs', 0, b''))\n"
        "!unshare -r id; cat " + "/proc/self/uid_map",
    ),
    larger(
        "kills all it can",
        "escape",
        PROCESS + "os.kill(-1, signal.SIGTERM)\nos.kill(os.getppid(), signal.SIGKILL)",
    ),
    larger("leaves at once", "escape", "import os\nos._exit(0)"),
    larger("closes everything", "escape", "import os\nos.closerange(0, 1000)"),
    larger("raises SystemExit", "escape", "raise SystemExit(0)"),
    larger("raises KeyboardInterrupt", "escape", "raise KeyboardInterrupt"),
    larger("asks for input", "escape", "input()"),
    larger(
        "ends when asked",
        "escape",
        "def larger(a, b):\n    raise SystemExit(0)",
    ),
    larger("awaits at the top", "escape", "import asyncio\nawait asyncio.sleep(0)"),
    larger(
        "uses the kernel",
        "escape",
        "get_ipython().kernel.do_shutdown(False)\nget_ipython().ask_exit()",
    ),
    larger(
        "ends in a thread",
        "escape",
        PROCESS + "threading.Timer(0.2, os._exit, [0]).start()\ntime.sleep(1)",
    ),
)
FILL = "block = bytes(1 << 26)\n"
EXHAUSTING = (
    larger("loops for ever in C", "exhaust", "sum(iter(int, 1))", slow=True),
    larger(
        "ignores every signal",
        "exhaust",
        "import signal\nfor number in range(1, 65):\n    try:\n"
        "        signal.signal(number, signal.SIG_IGN)\n    except (OSError, ValueError):\n"
        "        pass\nwhile True:\n    try:\n        input()\n"
        "    except BaseException:\n        pass",
        slow=True,
    ),
    larger(
        "sleeps while it is asked",
        "exhaust",
        "import time\ndef larger(a, b):\n    time.sleep(1e6)",
        slow=True,
    ),
    larger(
        "forks without end",
        "exhaust",
        "import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        pass",
        slow=True,
    ),
    larger(
        "starts threads without end",
        "exhaust",
        "import threading, time\nwhile True:\n"
        "    threading.Thread(target=time.sleep, args=[100]).start()",
    ),
    larger("takes all memory", "exhaust", "held = []\nwhile True:\n    held.append(b'x' * 2**26)"),
    larger(
        "takes all memory in many processes",
        "exhaust",
        "import os, time\nfor _ in range(20):\n    if os.fork() == 0:\n"
        "        held = b'x' * 2**27\n        time.sleep(100)\ntime.sleep(100)",
        slow=True,
    ),
    larger(
        "fills the disk",
        "exhaust",
        "for number in range(10**6):\n"
        "    with open(f'/tmp/{number}', 'wb') as file:\n        file.write(bytes(1 << 24))",
    ),
    larger(
        "prints without end",
        "exhaust",
        "while True:\n    print('x' * 2**16)",
        nbgrader="",
    ),
    larger(
        "writes errors without end",
        "exhaust",
        "import os\nwhile True:\n    os.write(2, b'x' * 2**16)",
    ),
    larger(
        "displays a huge text",
        "exhaust",
        "from IPython.display import HTML, display\ndisplay(HTML('x' * 2**24))\nprint('y' * 2**23)",
    ),
    larger(
        "yields without end",
        "exhaust",
        "import itertools\ndef larger(a, b):\n    return itertools.count()",
    ),
    larger("recurses without end", "exhaust", "def larger(a, b):\n    return larger(a, b)"),
    larger("gives a huge number", "exhaust", "def larger(a, b):\n    return 10**5_000_000"),
    larger(
        "gives a list a million deep",
        "exhaust",
        "def larger(a, b):\n    found = []\n    for _ in range(10**6):\n"
        "        found = [found]\n    return found",
    ),
    larger(
        "gives a list that holds itself",
        "exhaust",
        "def larger(a, b):\n    found = []\n    found.append(found)\n    return found",
    ),
    larger("gives a huge array", "exhaust", "def larger(a, b):\n    return np.zeros(2**27)"),
    larger("gives a huge text", "exhaust", "def larger(a, b):\n    return 'x' * 2**27"),
    Attack(
        "calls a callback without end",
        "exhaust",
        {"slope": "def slope(f, x, step=1e-4):\n    while True:\n        f(x)"},
        slow=True,
    ),
    Attack(
        "stretches a callback's arguments",
        "exhaust",
        {
            "slope": "def slope(f, x, step=1e-4):\n    try:\n"
            "        f(np.zeros((20_000, 1)), where=np.ones((1, 20_000), bool))\n"
            "    except Exception as error:\n"
            "        if 'Unable to allocate' not in str(error) and 'keyword' not in str(error):\n"
            "            print('canary-' + 'teacher-stretched', error)  # three gigabytes\n"
            "    return (f(x + step) - f(x - step)) / (2 * step)"
        },
        earned={"slope-test": 2},
    ),
)
