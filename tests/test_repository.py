"""The files around the book agree: address, pins, README, Makefile, the tools that it calls."""

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

import colab
import repository
from rectified.site.launch import launch_links

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


@pytest.mark.parametrize(("address", "count"), [("", 0), (ADDRESS, 2)])
def test_pages_link_to_colab_and_binder_only_with_an_address(address: str, count: int) -> None:
    app = SimpleNamespace(
        srcdir=ROOT,
        config=SimpleNamespace(html_theme_options={"repository_url": address}),
        env=SimpleNamespace(doc2path=lambda name: f"{ROOT}/{name}.ipynb"),
    )
    assert len(launch_links(app, "chapters/intro")) == count


def run_set_up_cell(address: str, monkeypatch: pytest.MonkeyPatch, *, there: bool) -> list[str]:
    """Run the set-up cell as IPython would, and return what it asked pip for."""
    from IPython.core.inputtransformer2 import TransformerManager

    spec = object() if there else None
    monkeypatch.setattr("importlib.util.find_spec", lambda name: spec)
    asked: list[str] = []
    shell = SimpleNamespace(run_line_magic=lambda magic, line: asked.append(f"{magic} {line}"))
    code = TransformerManager().transform_cell(repository.setup_cell(address))
    exec(code, {"get_ipython": lambda: shell})
    return asked


def test_set_up_cell_does_nothing_where_the_package_is(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run_set_up_cell("", monkeypatch, there=True) == []
    assert run_set_up_cell(ADDRESS, monkeypatch, there=True) == []


def test_set_up_cell_installs_from_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    # IPython itself puts the variable's value where the line says {repository}
    asked = run_set_up_cell(ADDRESS, monkeypatch, there=False)
    assert asked == ['pip install --quiet "git+{repository}"']


def test_set_up_cell_says_what_to_do_without_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ModuleNotFoundError, match="says how"):
        run_set_up_cell("", monkeypatch, there=False)


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
    theirs = {pin.name: version(pin) for pin in pins}
    ours = {wanted.name: wanted for wanted in map(Requirement, PROJECT["dependencies"])}
    assert {"numpy", "torch"} <= set(theirs) <= set(ours), "run tools/colab.py with Colab's list"
    assert [pin for name, pin in theirs.items() if pin not in ours[name].specifier] == []


def test_colabs_list_is_read_in_both_its_forms() -> None:
    freeze = "numpyro==9.9\nNumPy==2.1.3\ntorch @ https://host/torch-2.11.0%2Bcpu-cp313.whl\n"
    assert colab.pins(freeze, ["torch", "numpy", "pybtex"]) == ["torch==2.11.0", "numpy==2.1.3"]
    with pytest.raises(ValueError, match="has no NumPy"):
        colab.pins("<html>gone</html>", ["numpy"])
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
