"""The workflows, Dependabot and Binder are valid, pinned, and ask for few rights."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+(\.\d+)*")
each_workflow = pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a program of the environment and return what it said."""
    programs = Path(sys.executable).parent
    arguments = [programs / command[0], *command[1:]]
    return subprocess.run(arguments, capture_output=True, text=True, check=False)


def jobs(path: Path) -> dict[str, dict]:
    """Return the jobs of a workflow."""
    return yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"]


def commands(job: dict) -> list[str]:
    """Return the lines that a job runs."""
    return [line for step in job["steps"] for line in step.get("run", "").splitlines()]


def schema_check(schema: str, *paths: Path) -> subprocess.CompletedProcess[str]:
    """Hold files against a schema that check-jsonschema carries with it."""
    return run("check-jsonschema", "--builtin-schema", f"vendor.{schema}", *paths)


def audit(*paths: Path) -> subprocess.CompletedProcess[str]:
    """Let zizmor look for what an attacker could use, without asking the net."""
    return run("zizmor", "--offline", "--persona", "pedantic", "--strict-collection", *paths)


def test_there_are_workflows() -> None:
    assert {path.stem for path in WORKFLOWS} == {"tests", "site", "weekly"}


@pytest.mark.parametrize(
    ("schema", "paths"),
    [
        ("github-workflows", WORKFLOWS),
        ("dependabot", [ROOT / ".github/dependabot.yml"]),
        ("citation-file-format", [ROOT / "CITATION.cff"]),
    ],
    ids=["workflows", "dependabot", "citation"],
)
def test_file_follows_its_schema(schema: str, paths: list[Path]) -> None:
    result = schema_check(schema, *paths)
    assert result.returncode == 0, result.stdout


def test_schema_check_can_fail(tmp_path: Path) -> None:
    bad = tmp_path / "bad.yml"
    bad.write_text("on: push\njobs: {one: {steps: []}}\n", encoding="utf-8")  # no runs-on
    assert schema_check("github-workflows", bad).returncode == 1


def test_zizmor_finds_nothing() -> None:
    result = audit(ROOT / ".github")
    assert result.returncode == 0, result.stdout + result.stderr


def test_zizmor_can_find_something(tmp_path: Path) -> None:
    text = WORKFLOWS[0].read_text(encoding="utf-8")
    bad = tmp_path / ".github/workflows/bad.yml"
    bad.parent.mkdir(parents=True)
    bad.write_text(text.replace("persist-credentials: false", "fetch-depth: 1"), encoding="utf-8")
    assert audit(bad).returncode > 0


@each_workflow
def test_every_action_is_pinned_to_a_commit(path: Path) -> None:
    uses = re.findall(r"uses: (.*)", path.read_text(encoding="utf-8"))
    assert uses
    assert [action for action in uses if not PINNED.fullmatch(action)] == []


def test_an_action_has_one_commit_in_all_workflows() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in WORKFLOWS)
    pins = {action.partition("@")[::2] for action in re.findall(r"uses: (\S+)", text)}
    assert len(pins) == len(dict(pins)), pins


@each_workflow
def test_rights_are_given_to_jobs_only(path: Path) -> None:
    assert yaml.safe_load(path.read_text(encoding="utf-8"))["permissions"] == {}
    for job in jobs(path).values():
        writes = {right for right, level in job["permissions"].items() if level == "write"}
        assert writes <= {"pages", "id-token"}
        assert not (writes and "uses: actions/checkout" in str(job)), "no code runs with rights"


@each_workflow
def test_every_job_ends_by_itself(path: Path) -> None:
    assert all(job["timeout-minutes"] <= 45 for job in jobs(path).values())


@each_workflow
def test_linux_and_macos_run_the_targets_of_make(path: Path) -> None:
    targets = set(re.findall(r"(?m)^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8")))
    for name, job in jobs(path).items():
        if name in ("windows", "deploy"):
            continue
        called = [line.split()[1] for line in commands(job) if line.startswith("make ")]
        assert called
        assert set(called) <= targets


def test_windows_runs_what_the_readme_says() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    typed = "\n".join(re.findall(r"(?s)```bat\n(.*?)```", readme)).splitlines()
    typed = [line for line in typed if line and "serve.py" not in line]  # serves until Ctrl-C
    assert commands(jobs(ROOT / ".github/workflows/tests.yml")["windows"]) == typed


@pytest.mark.skipif(sys.platform == "win32", reason="Binder runs on Linux; needs bash")
@pytest.mark.parametrize("script", ["binder/postBuild", ".ci/run"])
def test_script_is_executable_bash(script: str) -> None:
    path = ROOT / script
    assert path.read_text(encoding="utf-8").startswith("#!/usr/bin/env bash\n")
    assert "\nset -euo pipefail\n" in path.read_text(encoding="utf-8")
    assert path.stat().st_mode & 0o111
    assert subprocess.run(["bash", "-n", path], check=False).returncode == 0


def test_binder_has_a_python_that_the_package_accepts() -> None:
    version = (ROOT / "binder/runtime.txt").read_text(encoding="utf-8").strip()
    assert version in {"python-3.11", "python-3.12", "python-3.13"}
