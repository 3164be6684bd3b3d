"""Environments in which a runner opens the book, and what a notebook takes there."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpecManager
from nbclient import NotebookClient
from nbformat import NotebookNode

from rectified.site.execute import ENVIRONMENT

ROOT = Path(__file__).resolve().parents[1]
EVERY = 0.02  # seconds between two looks at the memory
# What `make` and this suite set, and no runner has
OURS = {*ENVIRONMENT, "PYTHONPATH", "JUPYTER_PATH", "VIRTUAL_ENV"}


@dataclass(frozen=True)
class Environment:
    """A virtual environment."""

    folder: Path

    @property
    def scripts(self) -> Path:
        """The folder of its programs."""
        return Path(sysconfig.get_path("scripts", "venv", {"base": str(self.folder)}))

    @property
    def variables(self) -> dict[str, str]:
        """What its programs find around them: the number of threads, for one, is not set."""
        theirs = {name: text for name, text in os.environ.items() if name not in OURS}
        return theirs | {
            "PATH": os.pathsep.join([str(self.scripts), os.environ["PATH"]]),
            "PIP_RETRIES": "1",  # an index that cannot be reached is passed by soon
            "PYDEVD_DISABLE_FILE_VALIDATION": "1",  # else debugpy warns when a machine is slow
        }

    def call(self, *command: str | Path, cwd: Path = ROOT, log: int = subprocess.PIPE) -> str:
        """Run a program in it and return what it printed; `log` says where its messages go."""
        done = subprocess.run(
            command,
            cwd=cwd,
            env=self.variables,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            check=False,
        )
        said = f"{done.stdout[-3000:]}\n{(done.stderr or '')[-3000:]}"
        assert done.returncode == 0, f"{command}\n{said}"
        return done.stdout

    def pip(self, *arguments: str | Path) -> str:
        """Run its pip."""
        pip = (self.scripts / "python", "-m", "pip", "--disable-pip-version-check", "--no-input")
        return self.call(*pip, *arguments)

    def python_version(self) -> str:
        """Return the version of its Python, with the name."""
        return self.call(self.scripts / "python", "--version").strip()

    def versions(self) -> dict[str, str]:
        """Return what is installed in it."""
        listed = json.loads(self.pip("list", "--format=json"))
        return {entry["name"]: entry["version"] for entry in listed}


def python(version: str) -> str:
    """Return a Python of that version if PATH has one that starts, or else our own."""
    named = shutil.which(f"python{version}") or ""
    starts = named and subprocess.run(
        [named, "-c", "import ensurepip, venv"], capture_output=True, check=False
    )
    return named if starts and starts.returncode == 0 else sys.executable


def made(name: str, version: str, key: str, install: Iterable[str | Path]) -> Environment:
    """Return the environment `_build/NAME`, as it was after pip got `install`.

    It is made anew when `key` or the Python has changed, or a version in it. What later runs added
    is taken out.
    """
    environment = Environment(ROOT / "_build" / name)
    stamp, wanted = environment.folder / "given.json", [key, python(version)]
    had = json.loads(stamp.read_text("utf-8")) if stamp.exists() else {}
    now = environment.versions() if had else {}
    if had.get("wanted") != wanted or not had["versions"].items() <= now.items():
        subprocess.run([wanted[1], "-m", "venv", "--clear", environment.folder], check=True)
        index = os.environ.get("TORCH_INDEX")
        environment.pip("install", *(["--extra-index-url", index] if index else []), *install)
        now = environment.versions()
        had = {"wanted": wanted, "versions": now}
        stamp.write_text(json.dumps(had), encoding="utf-8")
    if added := now.keys() - had["versions"].keys():
        environment.pip("uninstall", "--yes", *added)
    return environment


@dataclass(frozen=True)
class Run:
    """What a notebook took: from the start of its kernel until that has stopped."""

    seconds: float
    processor: float  # seconds that kernel and children computed
    megabytes: float  # that they held at the highest moment
    notebook: NotebookNode

    @property
    def outputs(self) -> list[NotebookNode]:
        """What its cells gave."""
        return [output for cell in self.notebook.cells for output in cell.get("outputs", ())]

    @property
    def complaints(self) -> list[str]:
        """What a runner would see in red."""
        return [output.text for output in self.outputs if output.get("name") == "stderr"]


def executed(
    notebook: NotebookNode, environment: Environment, folder: Path, *, limit: int = 600
) -> Run:
    """Execute a notebook in the folder, in a kernel of the environment.

    Raises nbclient's error if a cell raises, or takes longer than `limit` seconds.
    """
    spec = folder / "kernels/python3/kernel.json"
    spec.parent.mkdir(parents=True, exist_ok=True)
    argv = [environment.scripts / "python", "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    described = {"argv": list(map(str, argv)), "display_name": "Python 3", "language": "python"}
    spec.write_text(json.dumps(described), encoding="utf-8")
    specs = KernelSpecManager(kernel_dirs=[str(spec.parents[1])], ensure_native_kernel=False)
    manager = AsyncKernelManager(kernel_name="python3", kernel_spec_manager=specs)
    client = NotebookClient(
        notebook,
        timeout=limit,
        extra_arguments=["--log-level=ERROR"],  # ipykernel 7 warns about TCP at every start
        resources={"metadata": {"path": str(folder)}},
    )
    client.km = manager  # not given above: then nbclient would leave it to us to stop the kernel
    start = time.perf_counter()
    with _watched(manager) as seen:
        client.execute(env=environment.variables)
    processor, held = map(max, zip(*seen, strict=True))
    return Run(time.perf_counter() - start, processor, held / 1e6, notebook)


@contextmanager
def _watched(manager: AsyncKernelManager) -> Iterator[list[tuple[float, int]]]:
    """Yield a list that grows: what kernel and children have computed and hold, in s and bytes."""
    seen, over = [(0.0, 0)], threading.Event()

    def watch() -> None:
        while not over.wait(EVERY):
            pid = getattr(manager.provisioner, "pid", None)
            if pid is None:  # not begun
                continue
            with suppress(psutil.Error):  # just gone
                kernel = psutil.Process(pid)
                family = [kernel, *kernel.children(recursive=True)]
                held = sum(process.memory_info().rss for process in family)
                seen.append((sum(kernel.cpu_times()[:4]), held))  # with children that ended

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield seen
    finally:
        over.set()
        watcher.join()


def copy_of_book(folder: Path) -> Path:
    """Copy what a clone of the book would hold, with the changes that are not yet committed."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    return folder
