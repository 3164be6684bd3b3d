"""Every chapter runs where a runner opens it: with Colab's versions, and as Binder installs it.

What each takes is printed. The environments are made in `_build`, from the package index.
"""

import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from packaging.requirements import Requirement

import colab
import repository
import runners
from rectified import labs
from rectified.site.execute import chapters
from runners import ROOT, Environment

pytestmark = pytest.mark.audit
# What a chapter may take. It computes in one thread, so that two cores of its own would take no
# longer than a processor does; the time on the clock hangs on what else the machine does.
SECONDS, MEGABYTES = 30, 1000
WIDGET = "application/vnd.jupyter.widget-view+json"
COLAB_PYTHON = "3.13"
BINDER_PYTHON = (ROOT / "binder/runtime.txt").read_text("utf-8").strip().removeprefix("python-")
# A package of Binder's own, in a line of its list: …/noarch/jupyterlab-4.4.9-pyhd8ed1ab_0.conda#…
OF_BINDER = re.compile(r"/noarch/([a-z0-9][\w.-]*)-(\d+(?:\.\d+)*)-\w+\.(?:conda|tar)")
SERVER = ("ipykernel", "ipywidgets", "jupyter-resource-usage", "jupyterlab", "notebook")
SHOWN = ("numpy", "torch", "matplotlib", "ipywidgets", "anywidget", "ipykernel")
each_chapter = pytest.mark.parametrize("path", chapters(ROOT), ids=lambda path: path.stem)


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a clone of the book as it stands."""
    folder = runners.copy_of_book(tmp_path_factory.mktemp("clone") / "book")
    git = ["git", "-C", folder, "-c", "user.name=test", "-c", "user.email=test@localhost"]
    for command in (["init"], ["add", "--all"], ["commit", "--message", "as it stands"]):
        subprocess.run([*git, *command], check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def measure() -> Iterator[Callable[..., None]]:
    """Yield what runs a chapter in an environment and holds it to the limits; print the table."""
    rows: list[str] = []

    def measured(path: Path, environment: Environment, folder: Path) -> None:
        run = runners.executed(nbformat.read(path, as_version=4), environment, folder)
        name = environment.folder.name
        rows.append(
            f"{name:8} {path.stem:20} {run.seconds:6.1f} s, {run.processor:5.1f} s of a processor"
            f"{run.megabytes:6.0f} MB"
        )
        assert run.complaints == []
        assert run.megabytes <= MEGABYTES
        assert run.processor <= SECONDS
        if path.stem == "labs":
            shown = [out.get("data", {}) for out in run.outputs]
            slider = 1  # of ipywidgets
            assert sum(WIDGET in data for data in shown) == len(labs.ALL) + slider

    yield measured
    print("", *rows, sep="\n")


def tell(environment: Environment) -> dict[str, str]:
    """Print which versions matter in an environment, and return all."""
    versions = environment.versions()
    found = ", ".join(f"{name} {versions[name]}" for name in SHOWN)
    print(f"\n{environment.folder.name}: {environment.python_version()}, {found}")
    return versions


def test_what_a_cell_takes_is_seen(tmp_path: Path) -> None:
    busy = "import time\nheld = b'x' * 400_000_000\nwhile time.process_time() < 2:\n    pass"
    notebook = new_notebook(cells=[new_code_cell(busy)])
    run = runners.executed(notebook, Environment(Path(sys.prefix)), tmp_path)
    assert run.megabytes > 400
    assert 1.8 < run.processor < run.seconds + 1  # looked at now and then


# ---- Colab
@pytest.fixture(scope="module")
def in_colab() -> Environment:
    """Return an environment with what Colab has, as far as the book's package needs it."""
    pins = colab.CONSTRAINTS.read_text("utf-8")
    there = {Requirement(line).name.lower() for line in pins.splitlines()[1:]}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    names = {Requirement(line).name for line in project["dependencies"]} & there
    install = ["--constraint", colab.CONSTRAINTS, "ipykernel", *sorted(names)]
    return runners.made("colab", COLAB_PYTHON, pins, install)


@pytest.fixture(scope="module")
def set_up(in_colab: Environment, book: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Run the set-up cell in Colab's environment: pip replaces nothing that is there."""
    before = tell(in_colab)
    cell = new_code_cell(repository.setup_cell(book.as_uri()))
    folder = tmp_path_factory.mktemp("colab")
    run = runners.executed(new_notebook(cells=[cell]), in_colab, folder)
    after = in_colab.versions()
    print(f"the set-up cell took {run.seconds:.0f} s; new are {sorted(set(after) - set(before))}")
    assert {name: after.get(name) for name in before} == before
    assert "rectified" in after


@each_chapter
@pytest.mark.usefixtures("set_up")
def test_a_chapter_runs_in_colab(
    path: Path, in_colab: Environment, measure: Callable, tmp_path: Path
) -> None:
    measure(path, in_colab, tmp_path)


# ---- Binder
@pytest.fixture(scope="module")
def repo2docker() -> Environment:
    """Return an environment with the program that Binder builds with."""
    own = ".".join(map(str, sys.version_info[:2]))
    return runners.made("repo2docker", own, "", ["jupyter-repo2docker"])


def test_repo2docker_understands_the_folder(repo2docker: Environment, book: Path) -> None:
    program = repo2docker.scripts / "jupyter-repo2docker"
    dry = ("--no-build", "--debug", "--no-run", book)
    said = repo2docker.call(program, *dry, log=subprocess.STDOUT)
    assert f"python={BINDER_PYTHON}" in said
    steps = re.findall(r"(?m)^RUN (\./\S+|.*pip.*)", said)
    assert steps == ["./binder/postBuild"]  # nothing else is installed
    print(f"\nrepo2docker {repo2docker.versions()['jupyter-repo2docker']}: {steps}")


@pytest.fixture(scope="module")
def in_binder(repo2docker: Environment, book: Path) -> Environment:
    """Return an environment with the server that Binder brings, after the book's own step."""
    find = "from repo2docker.buildpacks import conda; print(conda.__path__[0])"
    folder = Path(repo2docker.call(repo2docker.scripts / "python", "-c", find).strip())
    lock = (folder / f"environment.py-{BINDER_PYTHON}-linux-64.lock").read_text("utf-8")
    pins = "\n".join(f"{name}=={version}" for name, version in OF_BINDER.findall(lock))
    constraints = book.parent / "binder.txt"
    constraints.write_text(pins, encoding="utf-8")
    environment = runners.made(
        "binder", BINDER_PYTHON, pins, ["--constraint", constraints, *SERVER]
    )
    before = environment.versions()
    environment.call(book / "binder/postBuild", cwd=book)
    after = tell(environment)
    changed = {name: (there, after[name]) for name, there in before.items() if after[name] != there}
    print(f"of Binder's own, the book's step changed {changed}")
    return environment


def test_the_server_of_binder_still_starts(in_binder: Environment) -> None:
    assert "No broken requirements" in in_binder.pip("check")
    version = in_binder.call(in_binder.scripts / "jupyter-lab", "--version").strip()
    assert version.startswith("4.")
    print(f"\nJupyterLab {version}")


@each_chapter
def test_a_chapter_runs_in_binder(
    path: Path, in_binder: Environment, measure: Callable, tmp_path: Path
) -> None:
    measure(path, in_binder, tmp_path)
