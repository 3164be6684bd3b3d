"""Claims on the site: the same record on its page, on the page of all, and in claims.json."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

import tiny_book
from rectified.claims import LEDGER
from tiny_book import code

ENTRY = """\
- id: {id}
  topic: {topic}
  claim: The sentence of {id} is true.
  source: {source}
  expected: {expected}
  why: It is measured.
  tests: {{peak: {{quantity: "peak of {id}", criterion: {{at_least: 1.0}}}}}}
"""
SOURCE = "{key: he2015delving, place: § 2.2}"
LEDGER_FILE = (
    ENTRY.format(
        id="alpha", topic="slopes", source="{key: he2015delving, place: § 2.2}", expected="holds"
    )
    + ENTRY.format(id="beta", topic="folklore", source="null", expected="wrong")
    + ENTRY.format(id="gamma", topic="slopes", source="null", expected="open")
)
CHECK = """\
from pathlib import Path
from rectified import claims
with open("{name}.count", "a") as file:
    file.write("x")
claims.check_all({{{measured}}}, ledger=claims.Ledger(Path("../ledger")))"""
ONE = '"alpha": 2.0'
TWO = '"beta": 0.5, "gamma": claims.Estimate(1.0, 0.5, 1.5, 20, "t")'


@dataclass(frozen=True)
class State:
    """What stands on the site after a build."""

    page: BeautifulSoup
    origins: BeautifulSoup
    records: list[dict]
    written: int  # when the page of all claims was written
    executions: str


def check(root: Path, name: str, measured: str) -> None:
    """Write a chapter that checks claims."""
    cell = code(CHECK.format(name=name, measured=measured))
    link = "It is [measured](one.ipynb#claim-alpha), and [here](#claim-beta)."
    cells = [cell, link] if name == "two" else [cell]
    tiny_book.write(root / f"chapters/{name}.ipynb", f"# Chapter {name}", *cells)


def write_ledger(root: Path) -> None:
    """Give a book a ledger of its own, as `CHECK` reads it."""
    (root / "ledger").mkdir()
    (root / "ledger/all.yaml").write_text(LEDGER_FILE)


def build(root: Path) -> State:
    """Build, and keep what matters."""
    status, messages = tiny_book.build(root)
    assert (status, messages) == (0, "")
    return State(
        page=tiny_book.page(root, "chapters/claims"),
        origins=tiny_book.page(root, "chapters/where-it-is-from"),
        records=json.loads((root / "_build/html/claims.json").read_text("utf-8"))["claims"],
        written=(root / "_build/html/chapters/claims.html").stat().st_mtime_ns,
        executions=" ".join((root / f"chapters/{n}.count").read_text() for n in ("one", "two")),
    )


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> dict[str, State]:
    """Build a book, again without a change, and after a claim was removed from a chapter."""
    root = tiny_book.make(tmp_path_factory.mktemp("claims"))
    write_ledger(root)
    check(root, "one", ONE)
    check(root, "two", TWO)
    states = {"first": build(root), "again": build(root)}
    check(root, "two", '"beta": 0.25')
    states["removed"] = build(root)
    states["chapter"] = tiny_book.page(root, "chapters/two")
    tiny_book.write(root / "chapters/two.ipynb", "# Chapter two")
    states["none"] = build(root)
    return states


def rows(page: BeautifulSoup) -> dict[str, str]:
    """Return the text of each row by its anchor."""
    return {row["id"]: row.get_text(" ") for row in page.select(".rc-claim")}


def test_all_claims_are_listed_by_topic_with_the_place_where_they_were_measured(
    history: dict[str, State],
) -> None:
    page = history["first"].page
    titles = [section.h2.get_text() for section in page.select("article section section")]
    assert titles == ["Slopes", "Folklore", "In the ledger, not measured yet"]
    assert list(rows(page)) == ["claim-alpha", "claim-gamma", "claim-beta"]
    places = [
        row.select_one(".rc-how a[href*='#claim-']")["href"] for row in page.select(".rc-claim")
    ]
    assert places == ["one.html#claim-alpha", "two.html#claim-gamma", "two.html#claim-beta"]


def test_the_tally_counts_verdicts_and_what_is_not_measured(history: dict[str, State]) -> None:
    tally = history["first"].page.select_one(".rc-tally").get_text()
    waiting = f"{len(LEDGER)} not measured yet"
    assert tally == f"3 measured · 1 supported · 1 refuted · 1 open · {waiting}"
    listed = history["first"].page.select("#not-measured li")
    assert [item.get_text() for item in listed] == [claim.claim for claim in LEDGER.values()]


def test_the_file_holds_the_same_records(history: dict[str, State]) -> None:
    records = {record["id"]: record for record in history["first"].records}
    assert list(records) == ["alpha", "beta", "gamma"]
    assert records["alpha"]["verdict"] == "holds"
    assert records["gamma"]["tests"][0]["low"] == 0.5
    assert records["beta"]["page"] == "chapters/two.html#claim-beta"


def test_a_second_build_executes_and_writes_nothing(history: dict[str, State]) -> None:
    assert history["first"].executions == history["again"].executions == "x x"
    assert history["first"].written == history["again"].written


def test_a_claim_that_is_removed_leaves_the_page_of_all(history: dict[str, State]) -> None:
    assert history["removed"].executions == "x xx"
    assert list(rows(history["removed"].page)) == ["claim-alpha", "claim-beta"]
    assert "0.25" in rows(history["removed"].page)["claim-beta"]
    assert [record["id"] for record in history["removed"].records] == ["alpha", "beta"]
    assert list(rows(history["none"].page)) == ["claim-alpha"]


def test_the_page_of_origins_lists_who_says_what_with_the_verdict_and_its_place(
    history: dict[str, State],
) -> None:
    listed = history["first"].origins.select_one(".rc-origins")
    titles = [term.get_text() for term in listed.select("dt")]
    assert titles[0].startswith("He, K., Zhang, X., Ren, S., Sun, J. (2015), Delving Deep")
    assert titles[1:] == ["Said widely, by nobody first"]
    said = [[item.get_text() for item in part.select("li")] for part in listed.select("dd")]
    alpha = "The sentence of alpha is true. Supported in Chapter one\N{NO-BREAK SPACE}· § 2.2"
    assert said[0] == [alpha]
    assert said[1] == [
        "The sentence of beta is true. Refuted in Chapter two",
        "The sentence of gamma is true. Open in Chapter two",
    ]
    links = [link["href"] for link in listed.select("dd a")]
    assert links == ["one.html#claim-alpha", "two.html#claim-beta", "two.html#claim-gamma"]


def test_a_claim_that_is_removed_leaves_the_page_of_origins(history: dict[str, State]) -> None:
    listed = history["removed"].origins.select_one(".rc-origins").get_text()
    assert "beta" in listed
    assert "gamma" not in listed


def test_text_can_link_to_a_row_of_any_page(history: dict[str, State]) -> None:
    links = history["chapter"].select("article > section > p a")
    assert [link["href"] for link in links] == ["one.html#claim-alpha", "#claim-beta"]


def test_a_row_on_its_page_is_the_row_on_the_page_of_all(history: dict[str, State]) -> None:
    (own,) = history["chapter"].select(".rc-claim")
    (same,) = history["removed"].page.select("#claim-beta")
    same.select_one(".rc-how a[href*='#claim-']").parent.extract()
    assert str(own) == str(same)


def test_a_measurement_against_the_ledger_fails_the_build_and_names_the_claim(
    tmp_path: Path,
) -> None:
    root = tiny_book.make(tmp_path)
    write_ledger(root)
    check(root, "one", '"alpha": 0.5')
    command = [sys.executable, "-m", "rectified.site", str(root), "2"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert "one.ipynb: a cell raised in code cell 1 of 1" in run.stderr
    assert "claim 'alpha': the ledger expects holds, the measurement says wrong." in run.stderr


def test_a_claim_that_a_page_checks_twice_fails_the_build(tmp_path: Path) -> None:
    root = tiny_book.make(tmp_path)
    write_ledger(root)
    cells = [code(CHECK.format(name="one", measured=ONE)) for _ in range(2)]
    tiny_book.write(root / "chapters/one.ipynb", "# One", *cells)
    status, messages = tiny_book.build(root)
    assert status == 1
    assert "claim alpha is checked twice" in messages
