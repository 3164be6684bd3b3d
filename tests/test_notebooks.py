"""Every chapter keeps the rules of notebook_rules.py; each rule is shown to fail."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path

import nbformat
import pytest
import yaml
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from nbformat.v4.rwbase import split_lines
from pybtex.database import parse_file

import notebook_rules as rules
import repository
from notebook_rules import RULES, Chapter
from rectified import claims

ROOT = Path(__file__).resolve().parent.parent
TOC = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
CHAPTERS = sorted((ROOT / "chapters").glob("*.ipynb"))


@cache
def sources() -> frozenset[str]:
    """Return the addresses of everything in references.bib."""
    found = set()
    for entry in parse_file(ROOT / "references.bib").entries.values():
        fields = entry.fields
        found |= {fields["url"]} if "url" in fields else set()
        found |= {f"https://doi.org/{fields['doi']}"} if "doi" in fields else set()
        found |= {f"https://arxiv.org/abs/{fields['eprint']}"} if "eprint" in fields else set()
    return frozenset(found)


def place(name: str) -> str:
    """Return where _toc.yml has a chapter: "root", "appendix" or "body"."""
    if name == TOC["root"]:
        return "root"
    (caption,) = {part["caption"] for part in TOC["parts"] if {"file": name} in part["chapters"]}
    return "appendix" if caption == "Appendix" else "body"


def chapter(path: Path) -> Chapter:
    """Return a chapter of the book with all that it may refer to."""
    return Chapter(
        path,
        path.read_text(encoding="utf-8"),
        address=repository.current(),
        place=place(f"chapters/{path.stem}"),
        sources=sources(),
        claim_ids=frozenset(claims.LEDGER),
    )


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_chapter_keeps_the_rule(path: Path, rule: Callable, request: pytest.FixtureRequest) -> None:
    assert list(rule(chapter(path))) == []


def test_toc_lists_every_chapter_and_nothing_else() -> None:
    listed = [TOC["root"]]
    listed += [entry["file"] for part in TOC["parts"] for entry in part["chapters"]]
    there = [f"chapters/{path.stem}" for path in (ROOT / "chapters").iterdir() if path.is_file()]
    assert sorted(listed) == sorted(there)


def test_no_claim_is_checked_in_two_chapters() -> None:
    checked = Counter(
        claim_id for path in CHAPTERS for claim_id in set(rules.checked_claims(chapter(path)))
    )
    assert [claim_id for claim_id, chapters in checked.items() if chapters > 1] == []


# ---- each rule finds the faults that it is there for
GOALS = """\
> **You will be able to**
>
> - see a rule fail
>
> **Know first** nothing
>
> **Time** 1 minute

> **Predict.** Does it?
>
> - yes
> - no

[Glorot](https://proceedings.mlr.press/v15/glorot11a.html) and [itself](tiny.ipynb#top),
and a [claim](#claim-known)."""
EXERCISES = "## Folklore, tested\n\nNone.\n\n## Exercises\n\n" + "\n\n".join(
    f"### Exercise {number}. Again\n\n*function · {number} minutes*\n\n"
    "<details>\n<summary>Solution</summary>\n\nDone.\n\n</details>"
    for number in range(1, 6)
)
LAST_EXERCISE = "### Exercise 6. Once more\n\n*function · graded · 1 minute*"
BY_HAND = {"grade": True, "solution": True, "points": 3}
SUMMARY = "## Summary\n\nShort.\n\n**Next:** nothing."


def tiny() -> nbformat.NotebookNode:
    """Return a notebook that keeps every rule."""
    grade = {"nbgrader": {"grade": True, "grade_id": "one", "locked": True, "points": 1}}
    set_up = {"tags": ["remove-cell", "setup"]}
    return new_notebook(
        metadata={"kernelspec": dict(rules.KERNEL)},
        cells=[
            new_code_cell(repository.setup_cell(""), id="set-up", metadata=set_up),
            new_markdown_cell("# Does a rule fail?", id="title"),
            new_markdown_cell(GOALS, id="goals"),
            new_code_cell('claims.check("known", 1)', id="claim"),
            new_markdown_cell(EXERCISES, id="exercises"),
            new_markdown_cell(LAST_EXERCISE, id="last"),
            new_code_cell("def f():\n    pass", id="answer", metadata={"tags": ["solution"]}),
            *(
                new_code_cell("f()", id=f"test-{n}", metadata=grade)
                for n in ("one", "two", "three")
            ),
            new_markdown_cell(SUMMARY, id="summary"),
        ],
    )


def as_chapter(notebook: nbformat.NotebookNode, folder: Path) -> Chapter:
    """Return a notebook as a chapter that lies in `folder`."""
    path = folder / "tiny.ipynb"
    lines = split_lines(notebook)  # json, because `nbformat.writes` mends some of the faults
    text = json.dumps(lines, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    path.write_text(text, encoding="utf-8")
    return Chapter(
        path,
        text,
        sources=frozenset({"https://proceedings.mlr.press/v15/glorot11a.html"}),
        claim_ids=frozenset({"known"}),
    )


def put(position: int, source: str) -> Callable[[nbformat.NotebookNode], None]:
    """Return a fault: the cell at `position` reads `source`."""
    return lambda notebook: notebook.cells[position].update(source=source)


def swap(position: int, old: str, new: str) -> Callable[[nbformat.NotebookNode], None]:
    """Return a fault: in the cell at `position`, `old` became `new`."""

    def fault(notebook: nbformat.NotebookNode) -> None:
        cell = notebook.cells[position]
        assert old in cell.source
        cell.source = cell.source.replace(old, new)

    return fault


SET_UP, TITLE, TEXT, CODE, TASKS, LAST, ANSWER, GRADED, *_, END = range(len(tiny().cells))
FAULTS: list[tuple[Callable, Callable[[nbformat.NotebookNode], object]]] = [
    (
        rules.has_no_outputs,
        lambda nb: nb.cells[CODE].outputs.append(new_output("stream", text="1")),
    ),
    (rules.has_no_outputs, lambda nb: nb.cells[CODE].update(execution_count=1)),
    (rules.is_valid_and_canonical, lambda nb: nb.cells[CODE].update(surplus=1)),
    (rules.is_valid_and_canonical, lambda nb: nb.metadata.kernelspec.update(name="other")),
    (rules.has_stable_ids, lambda nb: nb.cells[CODE].update(id="title")),
    (rules.has_stable_ids, lambda nb: nb.cells[CODE].update(id="Cell_1")),
    (rules.has_stable_ids, lambda nb: nb.cells[CODE].update(id="ab12cd34")),
    (rules.has_short_cells, put(CODE, "\n".join("%time 1" for _ in range(11)))),
    (rules.has_short_cells, put(CODE, "x = 1\n" + "\n" * 9 + "y = 1")),
    (rules.defines_nothing, put(CODE, "%time 1\nclass A:\n    pass")),
    (rules.defines_nothing, put(CODE, "if True:\n    async def f(): pass")),
    (rules.names_no_colour, put(CODE, "plot(color='#0072b2')")),
    (rules.is_plain_markdown, put(TITLE, "# A title\n\n```{note}\nno\n```")),
    (rules.is_plain_markdown, put(TITLE, "# A title\n\n:::{tip}\nno\n:::")),
    (rules.is_plain_markdown, put(TITLE, "# A title\n\nsee {ref}`there`")),
    (rules.is_plain_markdown, put(TITLE, "(label)=\n# A title")),
    (rules.is_plain_markdown, put(TITLE, "# A title\n\n<div>no</div>")),
    (rules.is_plain_markdown, put(TITLE, "# A title\n\nno <b>bold</b>")),
    (rules.has_one_title, put(TITLE, "No title")),
    (rules.has_one_title, put(TITLE, "# One\n\n# Two")),
    (rules.has_one_title, put(TITLE, "# One\n\n### Three")),
    (rules.has_working_links, swap(TEXT, "tiny.ipynb", "gone.ipynb")),
    (rules.has_working_links, swap(TEXT, "v15", "v16")),
    (rules.has_working_links, swap(TEXT, "#claim-known", "#claim-unknown")),
    (rules.has_working_links, put(TITLE, "# A title\n\n![a picture](gone.png)")),
    (rules.has_the_parts_of_a_chapter, swap(TEXT, "You will", "You may")),
    (rules.has_the_parts_of_a_chapter, swap(TEXT, "**Know first** nothing", "")),
    (rules.has_the_parts_of_a_chapter, swap(TEXT, "**Time** 1 minute", "")),
    (rules.has_the_parts_of_a_chapter, swap(TEXT, "> - no", ">")),
    (rules.has_the_parts_of_a_chapter, swap(TEXT, "> - no", "> - no\n> - 3\n> - 4\n> - 5")),
    (rules.has_the_parts_of_a_chapter, swap(TASKS, "## Folklore, tested", "## Folklore")),
    (rules.has_the_parts_of_a_chapter, swap(TASKS, "## Exercises", "## Tasks")),
    (rules.has_the_parts_of_a_chapter, swap(END, "## Summary", "## End")),
    (rules.has_the_parts_of_a_chapter, swap(END, "**Next:**", "Then")),
    (rules.has_exercises_with_solutions, swap(TASKS, "Exercise 3.", "Exercise 4.")),
    (rules.has_exercises_with_solutions, swap(LAST, "*function · graded · 1 minute*", "function")),
    (rules.has_exercises_with_solutions, swap(TASKS, "<summary>Solution", "<summary>Hint")),
    (rules.has_exercises_with_solutions, lambda nb: nb.cells[ANSWER].metadata.update(tags=[])),
    (rules.has_exercises_with_solutions, lambda nb: nb.cells[GRADED].metadata.pop("nbgrader")),
    (rules.grades_as_it_says, swap(LAST, "graded · ", "")),
    (rules.grades_as_it_says, swap(TASKS, "*function · 5", "*function · graded · 5")),
    (rules.grades_as_it_says, swap(LAST, "1 minute", "1 minute · 3 points by hand")),
    (rules.grades_as_it_says, put(GRADED, "rng = np.random.default_rng(0)\nf(rng)")),
    (rules.grades_as_it_says, lambda nb: nb.cells[END].metadata.update(nbgrader=BY_HAND)),
    (rules.starts_with_the_set_up_cell, swap(SET_UP, "rectified", "another")),
    (rules.starts_with_the_set_up_cell, lambda nb: nb.cells[SET_UP].metadata.pop("tags")),
    (rules.starts_with_the_set_up_cell, lambda nb: nb.cells.pop(SET_UP)),
    (rules.checks_known_claims_once, put(CODE, 'claims.check("unknown", 1)')),
    (rules.checks_known_claims_once, put(GRADED, 'found = {"known": 1}')),
    (rules.checks_known_claims_once, put(GRADED, 'claims.check("known", 1)')),
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_rule_passes_a_notebook_without_fault(rule: Callable, tmp_path: Path) -> None:
    assert list(rule(as_chapter(tiny(), tmp_path))) == []


@pytest.mark.parametrize(("rule", "fault"), FAULTS)
def test_rule_finds_the_fault(rule: Callable, fault: Callable, tmp_path: Path) -> None:
    notebook = tiny()
    fault(notebook)
    assert list(rule(as_chapter(notebook, tmp_path)))


@pytest.mark.parametrize(
    ("told", "rubric", "faults"),
    [
        (" · 3 points by hand", "**Rubric.** 3 points: right.", 0),
        (" · 2 points by hand", "**Rubric.** 3 points: right.", 1),
        ("", "**Rubric.** 3 points: right.", 1),
        (" · 3 points by hand", "3 points: right.", 1),
    ],
)
def test_points_by_hand_are_told_and_have_a_rubric(
    told: str, rubric: str, faults: int, tmp_path: Path
) -> None:
    notebook = tiny()
    swap(LAST, "1 minute", f"1 minute{told}")(notebook)
    written = new_markdown_cell(rubric, id="words", metadata={"nbgrader": BY_HAND})
    notebook.cells.insert(LAST + 1, written)
    assert len(list(rules.grades_as_it_says(as_chapter(notebook, tmp_path)))) == faults


def test_every_rule_has_a_fault_that_it_finds() -> None:
    assert {rule for rule, _ in FAULTS} == set(RULES)


def test_form_that_nbformat_does_not_write_is_a_fault(tmp_path: Path) -> None:
    good = as_chapter(tiny(), tmp_path)
    tabbed = Chapter(good.path, good.text.replace("\n ", "\n\t"))
    assert list(rules.is_valid_and_canonical(tabbed))


@pytest.mark.parametrize("command", [["check"], ["format", "--check"]], ids=" ".join)
def test_ruff_reads_notebooks(command: list[str], tmp_path: Path) -> None:
    notebook = tiny()
    notebook.cells[CODE].source = "import os\nx =  1"  # unused, and two blanks
    as_chapter(notebook, tmp_path)
    config = ROOT / "pyproject.toml"
    ruff = [sys.executable, "-m", "ruff", *command, "--no-cache", "--config", str(config)]
    result = subprocess.run([*ruff, str(tmp_path)], capture_output=True, text=True, check=False)
    assert result.returncode == 1, result.stderr
    assert "tiny.ipynb" in result.stdout + result.stderr
