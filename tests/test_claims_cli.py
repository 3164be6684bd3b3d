"""The command line: the ledger in a terminal, and an exit status that a machine can trust."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import claims_samples
from rectified import claims
from rectified.__main__ import EXPECTED, main
from rectified.claims import reading


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the claims.json of a book that checked all claims of the small ledger but one."""
    ledger = claims_samples.ledger(tmp_path)
    monkeypatch.setattr(claims, "LEDGER", ledger)
    monkeypatch.chdir(tmp_path)
    measured = {name: m for name, m in claims_samples.MEASURED.items() if name != "six-times"}
    records = claims.check_all(measured, ledger=ledger).records()
    path = tmp_path / "_build/html/claims.json"
    path.parent.mkdir(parents=True)
    write(path, [record | {"page": "chapters/activations.html"} for record in records])
    return path


def write(path: Path, records: list[dict]) -> None:
    path.write_text(json.dumps({"claims": records}), encoding="utf-8")


def read(path: Path) -> list[dict]:
    return json.loads(path.read_text(encoding="utf-8"))["claims"]


@pytest.mark.usefixtures("built")
def test_the_ledger_is_listed_with_what_pages_found(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["claims"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:3] == [
        "[Supported] sigmoid-shrinks",
        "    Each sigmoid layer shrinks the gradient at least 4-fold.",
        "    chapters/activations.html",
    ]
    assert "[Unchecked] six-times: expected open" in lines
    assert lines[-1] == "4 claims: 3 agree, 1 unchecked"


@pytest.mark.usefixtures("built")
@pytest.mark.parametrize(
    ("options", "names"),
    [
        ([], ["sigmoid-shrinks", "relu-keeps", "cannot-vanish", "six-times"]),
        (["--topic", "speed"], ["six-times"]),
        (["--verdict", "wrong"], ["cannot-vanish"]),
        (["--verdict", "open"], ["six-times"]),
        (["--unchecked"], ["six-times"]),
        (["--unchecked", "--topic", "gradients"], []),
    ],
)
def test_filters_narrow_the_list(
    options: list[str], names: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["claims", "--json", *options]) == 0
    assert [claim["id"] for claim in json.loads(capsys.readouterr().out)] == names


def test_json_tells_verdict_status_and_page(
    built: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["claims", "--json", "--records", str(built)]) == 0
    first, *_, last = json.loads(capsys.readouterr().out)
    assert first["verdict"] == first["expected"] == "holds"
    assert (first["status"], first["page"]) == ("agrees", "chapters/activations.html")
    assert (last["verdict"], last["status"], last["page"]) == (None, "unchecked", None)


@pytest.mark.usefixtures("built")
def test_an_unchecked_claim_fails_only_if_asked() -> None:
    assert main(["claims"]) == 0
    assert main(["claims", "--all-checked"]) == 1
    assert main(["claims", "--all-checked", "--topic", "gradients"]) == 1


def test_a_page_that_disagrees_fails(built: Path, capsys: pytest.CaptureFixture[str]) -> None:
    records = read(built)
    records[0]["tests"][0] |= {"value": 3.0, "low": 3.0, "high": 3.0}
    write(built, records)
    assert main(["claims", "--verdict", "wrong"]) == 1
    out = capsys.readouterr().out
    assert "[Refuted] sigmoid-shrinks: the ledger expects holds" in out
    assert "1 disagree," in out


@pytest.mark.parametrize("change", [{"id": "gone-since"}, {"claim": "Another sentence."}])
def test_a_page_executed_with_another_ledger_fails(
    built: Path, capsys: pytest.CaptureFixture[str], change: dict
) -> None:
    records = read(built)
    write(built, [records[0] | change, *records[1:]])
    assert main(["claims"]) == 1
    out = capsys.readouterr().out
    assert ": the ledger has changed since, build the book again" in out
    assert "1 outdated" in out


def test_a_claim_that_two_pages_checked_is_listed_twice(
    built: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(built, read(built) * 2)
    assert main(["claims", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == 7


def test_without_a_built_book_it_says_what_to_do(
    built: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    built.unlink()
    assert main(["claims"]) == 2
    captured = capsys.readouterr()
    assert "run `make book` in the repository first" in captured.err
    assert "4 claims: 4 unchecked" in captured.out


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"claims": {}}', '{"claims": [{}]}', '{"claims": [1]}']
)
def test_a_broken_file_is_told(built: Path, capsys: pytest.CaptureFixture[str], text: str) -> None:
    built.write_text(text, encoding="utf-8")
    assert main(["claims"]) == 2
    assert "cannot read _build/html/claims.json" in capsys.readouterr().err


@pytest.mark.usefixtures("built")
def test_an_unknown_topic_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["claims", "--topic", "weather"]) == 2
    assert "no claim has the topic 'weather', only gradients, speed" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["claim"], ["claims", "--verdict", "maybe"]])
def test_a_mistyped_command_ends_with_usage(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(arguments)
    assert "usage: rectified" in capsys.readouterr().err


def test_the_package_runs_as_a_module() -> None:
    command = [sys.executable, "-m", "rectified", "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "list the ledger of claims" in done.stdout


def test_the_verdicts_to_ask_for_are_those_of_the_ledger() -> None:
    assert list(EXPECTED) == reading.EXPECTED  # typed again, so that --help does not wait for SciPy
