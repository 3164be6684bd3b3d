"""The files around the book agree: address, pins, README, Makefile, the tools that it calls."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from sphinx.errors import ConfigError

import colab
import repository
from rectified.site.launch import check_hub, launch

ROOT = Path(__file__).resolve().parent.parent
ADDRESS = "https://github.com/owner/name"
MACHINES = [  # what the markers of a pin may ask for
    {"python_version": python, "python_full_version": f"{python}.{patch}", **system}
    for python, patch in [("3.11", 2), ("3.11", 9), ("3.12", 1), ("3.13", 0), ("3.14", 0)]
    for system in (
        {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix"},
        {"sys_platform": "darwin", "platform_system": "Darwin", "os_name": "posix"},
        {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt"},
    )
]


def read(name: str) -> str:
    """Return the text of a file of the repository."""
    return (ROOT / name).read_text(encoding="utf-8")


# ---- the address of the repository
@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a copy of every place that the address is written into."""
    for path in repository.places():
        target = tmp_path / path.relative_to(ROOT)
        target.parent.mkdir(exist_ok=True)
        shutil.copy(path, target)
    return tmp_path


def test_every_place_has_the_same_address() -> None:
    address = repository.current()
    for path, rewritten in repository.places().items():
        text = path.read_text(encoding="utf-8")
        assert rewritten(text, address) == text, f"run `make repository`: {path.name} differs"


def test_address_is_written_everywhere_and_taken_out_again(copy: Path) -> None:
    before = {path: path.read_text(encoding="utf-8") for path in repository.places(copy)}
    repository.write("", copy)
    without = {path: path.read_text(encoding="utf-8") for path in before}
    assert set(repository.write(ADDRESS, copy)) == set(before)
    assert all("owner/name" in path.read_text(encoding="utf-8") for path in before)
    assert repository.current(copy) == ADDRESS
    assert repository.write(ADDRESS, copy) == []  # a second time changes nothing
    repository.write("https://github.com/other/place", copy)
    assert not any("owner/name" in path.read_text(encoding="utf-8") for path in before)
    repository.write("", copy)
    assert {path: path.read_text(encoding="utf-8") for path in before} == without
    yaml.safe_load((copy / "_config.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("written", [ADDRESS, f"{ADDRESS}/", f"{ADDRESS}.git", f" {ADDRESS} "])
def test_address_is_brought_into_one_form(written: str) -> None:
    assert repository.checked(written) == ADDRESS


@pytest.mark.parametrize(
    "wrong",
    [
        "owner/name",
        "http://github.com/owner/name",
        "https://github.com/owner",
        "https://github.com/owner/name/tree/main",
        "https://gitlab.com/owner/name",
        'https://github.com/owner/name"; import os',
    ],
)
def test_address_of_no_repository_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="URL must read https"):
        repository.checked(wrong)
    assert "URL must read" in str(repository.main([wrong]))


def test_address_without_a_home_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "_config.yml").write_text("title: no repository\n", encoding="utf-8")
    with pytest.raises(ValueError, match="needs a key `repository`"):
        repository.current(tmp_path)


@pytest.mark.parametrize(
    ("address", "hub", "hosts"),
    [
        ("", "", []),
        (ADDRESS, "", ["Colab", "Binder"]),
        (ADDRESS, "https://hub.school.edu/", ["Colab", "Binder", "JupyterHub"]),
    ],
)
def test_pages_link_only_to_hosts_whose_address_is_known(
    address: str, hub: str, hosts: list[str]
) -> None:
    options = {"repository_url": address, "launch_buttons": {"jupyterhub_url": hub}}
    app = SimpleNamespace(
        srcdir=ROOT,
        config=SimpleNamespace(html_theme_options=options),
        env=SimpleNamespace(doc2path=lambda name: f"{ROOT}/{name}.ipynb"),
    )
    assert [link.text for link in launch(app, "chapters/intro").links] == hosts


def test_no_hub_is_set_where_others_would_meet_it() -> None:
    options = yaml.safe_load(read("_config.yml"))
    assert options["repository"]["url"] or not options["launch_buttons"]["jupyterhub_url"]


@pytest.mark.parametrize(
    ("hub", "address", "message"),
    [
        ("hub.school.edu", ADDRESS, "must read https://HOST"),
        ("https://", ADDRESS, "must read https://HOST"),
        ('https://hub.school.edu/"onclick="', ADDRESS, "must read https://HOST"),
        ("https://hub.school.edu", "", "make repository URL="),
    ],
)
def test_a_hub_that_no_link_could_lead_to_is_refused(hub: str, address: str, message: str) -> None:
    options = {"repository_url": address, "launch_buttons": {"jupyterhub_url": hub}}
    with pytest.raises(ConfigError, match=message):
        check_hub(None, SimpleNamespace(html_theme_options=options))


def run_set_up_cell(
    address: str, monkeypatch: pytest.MonkeyPatch, *, there: bool = False, pip_works: bool = True
) -> list[str]:
    """Run the set-up cell as IPython would, and return what it asked pip for."""
    from IPython.core.inputtransformer2 import TransformerManager

    asked: list[str] = []

    def find_spec(name: str) -> str | None:
        return name if there or (asked and pip_works) else None

    monkeypatch.setattr("importlib.util.find_spec", find_spec)
    shell = SimpleNamespace(run_line_magic=lambda magic, line: asked.append(f"{magic} {line}"))
    code = TransformerManager().transform_cell(repository.setup_cell(address))
    exec(code, {"get_ipython": lambda: shell})
    return asked


def test_set_up_cell_installs_nothing_where_the_package_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert run_set_up_cell("", monkeypatch, there=True) == []
    assert run_set_up_cell(ADDRESS, monkeypatch, there=True) == []


def test_set_up_cell_installs_from_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run_set_up_cell(ADDRESS, monkeypatch) == [f'pip install --quiet "git+{ADDRESS}"']


@pytest.mark.parametrize(("before", "after"), [(None, "1"), ("4", "4")])
def test_set_up_cell_asks_for_one_thread_unless_the_runner_chose(
    monkeypatch: pytest.MonkeyPatch, before: str | None, after: str
) -> None:
    monkeypatch.setattr("os.environ", {"OMP_NUM_THREADS": before} if before else {})
    run_set_up_cell("", monkeypatch, there=True)
    assert os.environ["OMP_NUM_THREADS"] == after


def test_set_up_cell_says_what_to_do_without_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ModuleNotFoundError, match="in its folder, run make lab"):
        run_set_up_cell("", monkeypatch)


def test_set_up_cell_stops_where_pip_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    # `%pip` raises nothing: without a word the next cell would, about a module that nobody knows
    with pytest.raises(ModuleNotFoundError, match="pip says above what is wrong"):
        run_set_up_cell(ADDRESS, monkeypatch, pip_works=False)


# ---- the pins
PROJECT = tomllib.loads(read("pyproject.toml"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
WANTED = [
    Requirement(line) for lines in (PROJECT["dependencies"], *EXTRAS.values()) for line in lines
]
PINS = [Requirement(line) for line in re.findall(r"(?m)^[a-z0-9].*", read("requirements.txt"))]


def pins_of(name: str, machine: dict[str, str]) -> list[Requirement]:
    """Return the pins of a package that hold on a machine."""
    name = canonicalize_name(name)
    named = [pin for pin in PINS if canonicalize_name(pin.name) == name]
    return [pin for pin in named if pin.marker is None or pin.marker.evaluate(machine)]


def version(pin: Requirement) -> str:
    """Return the one version that a pin allows."""
    (specifier,) = pin.specifier
    assert specifier.operator == "=="
    return specifier.version


@pytest.mark.parametrize("wanted", WANTED, ids=str)
def test_requirement_has_one_pin_in_its_range_on_every_machine(wanted: Requirement) -> None:
    asking = [m for m in MACHINES if wanted.marker is None or wanted.marker.evaluate(m)]
    assert asking
    for machine in asking:
        pins = pins_of(wanted.name, machine)
        assert len(pins) == 1, f"run `make requirements`: {machine}"
        assert version(pins[0]) in wanted.specifier, "run `make requirements`"


def test_nothing_is_pinned_for_us_that_we_do_not_ask_for() -> None:
    ours = r"(?m)^([a-z0-9][\w.-]*)==\S+.*\n(?:    #.*\n)*?    #(?: via)? +rectified"
    named = set(re.findall(ours, read("requirements.txt")))
    assert named == {canonicalize_name(wanted.name) for wanted in WANTED}


def test_pins_name_no_place_and_no_cuda() -> None:
    text = read("requirements.txt")
    assert not re.search(r"(?m)^-|://|file:|@|\+cpu", text)
    assert not [pin.name for pin in PINS if re.match(r"nvidia-|cuda-|triton", pin.name)]


def test_installed_versions_are_the_pinned_ones() -> None:
    installed = {canonicalize_name(d.metadata["Name"]): d.version for d in metadata.distributions()}
    here = [pin for pin in PINS if pin.marker is None or pin.marker.evaluate()]
    different = {
        pin.name: installed[name].partition("+")[0]  # torch's CPU wheel is 2.13.0+cpu
        for pin in here
        if (name := canonicalize_name(pin.name)) in installed
        and installed[name].partition("+")[0] != version(pin)
    }
    assert different == {}


def test_colab_keeps_its_own_versions() -> None:
    pins = [Requirement(line) for line in colab.CONSTRAINTS.read_text().splitlines()[1:]]
    theirs = {canonicalize_name(pin.name): version(pin) for pin in pins}
    ours = {
        canonicalize_name(wanted.name): wanted
        for wanted in map(Requirement, PROJECT["dependencies"])
    }
    shared = set(theirs) & set(ours)
    assert {"numpy", "torch", "ipywidgets", "traitlets"} <= shared, "run tools/colab.py again"
    assert [name for name in shared if theirs[name] not in ours[name].specifier] == []


def test_colabs_list_is_read_in_both_its_forms() -> None:
    freeze = "# numpy==1.0\nNumPy==2.1.3\ntorch @ https://host/whl/torch-2.11.0%2Bcpu-cp313.whl\n"
    freeze += "google-colab @ file:///dist/google_colab-1.0.0.tar.gz\nnvidia-nccl-cu13==2.3\n"
    assert colab.pins(freeze) == ["NumPy==2.1.3", "torch==2.11.0"]
    with pytest.raises(ValueError, match="has no NumPy"):
        colab.pins("<html>gone</html>")
    assert "No such file" in str(colab.main("nowhere.txt"))


@pytest.mark.audit
def test_wheel_carries_all_that_the_package_reads(tmp_path: Path) -> None:
    # builds in an environment of its own, so it needs the network
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir"]
    subprocess.run([*pip, tmp_path, ROOT], check=True)
    (wheel,) = tmp_path.glob("*.whl")
    carried = set(zipfile.ZipFile(wheel).namelist())
    package = ROOT / "code/rectified"
    there = {path for path in package.rglob("*") if path.is_file() and path.suffix != ".pyc"}
    wanted = {f"rectified/{path.relative_to(package).as_posix()}" for path in there}
    assert wanted | {"rectified/references.bib"} <= carried
    print(f"wheel: {wheel.stat().st_size / 1024:.0f} kB, {len(carried)} files")


def test_pre_commit_has_the_pinned_ruff() -> None:
    config = yaml.safe_load(read(".pre-commit-config.yaml"))
    hooks = [hook for entry in config["repos"] for hook in entry["hooks"]]
    extra = {line for hook in hooks for line in hook.get("additional_dependencies", ())}
    (pin,) = pins_of("ruff", MACHINES[0])
    assert extra == {f"ruff=={version(pin)}"}


@pytest.mark.parametrize("command", [["check"], ["format", "--check"]], ids=" ".join)
def test_code_is_in_form(command: list[str]) -> None:
    ruff = [sys.executable, "-m", "ruff", *command, "--no-cache", "."]
    result = subprocess.run(ruff, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


# ---- the documents
def test_ci_runs_the_readmes_test_command() -> None:
    first = re.search(r"(?s)```sh\n(.*?)```", read("README.md"))[1].splitlines()
    assert first == ["make book", "make test"]
    commands = [
        line for line in read(".ci/run").splitlines() if not line.startswith(("#", "set", "cd"))
    ]
    assert commands == [first[-1]]


def test_readme_names_targets_that_exist() -> None:
    targets = set(re.findall(r"(?m)^([a-z]+):", read("Makefile")))
    named = set(re.findall(r"make ([a-z]+)\b", read("README.md"))) - {"it"}
    assert named <= targets
    assert {"book", "test", "serve", "lab"} <= named


def test_links_of_the_documents_lead_to_files() -> None:
    for name in ("README.md", "CONTRIBUTING.md"):
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", read(name)):
            assert (ROOT / target).exists(), f"{name} links {target}"
