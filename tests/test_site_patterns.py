"""What plain Markdown becomes on the site: one tiny book, built once, read by all tests."""

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag

import tiny_book
from tiny_book import code

CHAPTER = (
    "# Where does $f'$ go?",
    code("secret = 1", "remove-cell"),
    "The first paragraph says what the chapter is about. " * 6,
    "> **You will be able to**\n> - say a thing about $f$\n> - do another\n>\n"
    "> **Know first:** [the rule](one.ipynb)\n> **Time** 25 minutes",
    "## A section\n\nInline $z_i < 0$, in words, and "
    "[He](https://doi.org/10.1109/ICCV.2015.123).\n\n"
    "$$\n\\begin{aligned} f &= \\begin{cases} 0 & z < 0 \\\\ z & z \\ge 0 \\end{cases} \\\\\n"
    "A &= \\begin{pmatrix} 1 & 2 \\\\ 3 & 4 \\end{pmatrix} \\end{aligned}\n$$\n\n"
    "> A plain quote stays one.\n",
    "> **Predict.** What is $f(0)$?\n>\n> It has one answer.\n>\n"
    "> - It is $\\tfrac12$\n> - 1, as `f` says\n",
    "> **Predict.** And then?\n>\n> - this\n> - that\n> - both\n",
    "> **Note.** Not so *fast*.\n>\n> A second paragraph.",
    code("import numpy as np\nprint('printed', np.arange(3))"),
    code(
        "from rectified.display import Table\n"
        "Table(columns=('f', 'slope'), rows=[('$\\\\sigma$', 0.25), ('relu', 1.0)], caption='T')"
    ),
    code(
        "from rectified.display import show_source\nshow_source('rectified.display.output.Output')"
    ),
    code("'what came of it'  # how it was checked", "check"),
    code("'and more of it'", "more"),
    code("'and still more'", "more"),
    "## Exercises\n\n### Exercise 1. Write it\n\n*function · 5 minutes*\n\nWrite $f$.",
    code("def f(z):\n    ### BEGIN SOLUTION\n    return z\n    ### END SOLUTION", "solution"),
    code("assert f(2) == 2\n### BEGIN HIDDEN TESTS\nreason = 'unpublished'\n### END HIDDEN TESTS"),
    code("### BEGIN HIDDEN TESTS\nreason = 'unpublished'\n### END HIDDEN TESTS"),
    "### Exercise 2. Derive it\n\n*derivation · 10 minutes*\n\nDerive $f$.\n\n"
    "<details>\n<summary>Solution</summary>\n\nIt is $\\sqrt{2}$, by **rule**.\n\n</details>\n",
    code("2**0.5", "solution"),
    "## Sources\n\nMore in [the book](https://www.deeplearningbook.org/), "
    "[Glorot](https://proceedings.mlr.press/v9/glorot10a.html) and "
    "[elsewhere](https://example.org/x).",
)

ADDRESSES = {  # as a fork writes them, or nearly
    "url": "https://github.com/someone/a-fork.git",
    "jupyterhub_url": "https://hub.school.edu/",
}


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tiny_book.make(tmp_path_factory.mktemp("patterns"))
    config = root / "_config.yml"
    text = config.read_text()
    for name, address in ADDRESSES.items():
        text = re.sub(rf'(?m)^  {name}: ".*"', f'  {name}: "{address}"', text)
    config.write_text(text)
    tiny_book.write(root / "chapters/two.ipynb", *CHAPTER)
    status, messages = tiny_book.build(root)
    assert (status, messages) == (0, "")
    return root


@pytest.fixture(scope="module")
def chapter(book: Path) -> BeautifulSoup:
    return tiny_book.page(book, "chapters/two")


def only(page: BeautifulSoup, selector: str) -> Tag:
    """Return the one element that a selector finds."""
    (found,) = page.select(selector)
    return found


def words(element: Tag) -> str:
    """Return an element's text, without what is for the eye only."""
    copy = BeautifulSoup(str(element), "html.parser")
    for hidden in copy.select("[aria-hidden], annotation"):
        hidden.decompose()
    return " ".join(copy.get_text(" ").split())


def test_the_title_has_its_chapter_and_part_above_it(chapter: BeautifulSoup) -> None:
    header = only(chapter, "header.rc-title")
    assert [child.name for child in header.children] == ["p", "h1"]
    assert words(header.p) == "Chapter 1 of 1 Bends"
    assert words(header.h1) == "Where does f ′ go?"


def test_pages_without_a_number_show_their_part_or_nothing(book: Path) -> None:
    assert words(only(tiny_book.page(book, "chapters/claims"), ".rc-kicker")) == "Appendix"
    assert not tiny_book.page(book, "chapters/one").select(".rc-kicker")


def test_the_first_paragraph_is_the_lead_and_the_description(chapter: BeautifulSoup) -> None:
    lead = only(chapter, "p.rc-lead").get_text()
    assert lead.startswith("The first paragraph")
    description = only(chapter, "meta[name=description]")["content"]
    assert description.endswith("about.")
    assert lead.startswith(description.removesuffix(" …"))
    assert len(description) <= 202


def test_the_quote_of_goals_becomes_a_list_of_terms(chapter: BeautifulSoup) -> None:
    goals = only(chapter, "dl.rc-meta")
    terms = [term.get_text() for term in goals.find_all("dt")]
    assert terms == ["You will be able to", "Know first", "Time"]
    first, second, third = goals.find_all("dd")
    assert len(first.find_all("li")) == 2
    assert second.a["href"] == "one.html"
    assert words(second) == "the rule"
    assert words(third) == "25 minutes"


def test_a_prediction_is_a_group_of_radio_buttons(chapter: BeautifulSoup) -> None:
    first, second = chapter.select(".rc-predict")
    assert first.fieldset.legend.get_text().startswith("Predict")
    question = chapter.find(id=first.fieldset["aria-describedby"])
    assert words(question) == "What is f ( 0 ) ? It has one answer."
    labels = [words(label) for label in first.select("label")]
    assert labels == ["1 2", "1, as f says"] or labels == ["It is 1 2", "1, as f says"]
    names = [
        {radio["name"] for radio in block.select("input[type=radio]")} for block in (first, second)
    ]
    assert all(len(name) == 1 for name in names)
    assert names[0] != names[1]
    assert len(second.select("input")) == 3
    assert "Noted" in only(first, "[role=status]").get_text()


def test_a_note_is_an_aside_and_a_plain_quote_stays(chapter: BeautifulSoup) -> None:
    assert len(only(chapter, ".rc-note").find_all("p")) == 2
    assert words(only(chapter, "blockquote")) == "A plain quote stays one."


def test_an_exercise_is_a_block_with_kind_and_time(chapter: BeautifulSoup) -> None:
    first, second = chapter.select("section.rc-exercise")
    assert first.h3.get_text() == "Exercise 1. Write it"
    assert only(second, ".rc-effort").get_text() == "derivation · 10 minutes"


def test_solutions_are_closed_and_marks_of_graders_are_gone(chapter: BeautifulSoup) -> None:
    coded, written, also_coded = chapter.select("section.rc-exercise > details")
    summaries = [fold.summary.get_text() for fold in (coded, written, also_coded)]
    assert summaries == ["Solution", "Solution", "Solution, in code"]
    assert "return z" in coded.get_text()
    assert not coded.has_attr("open")
    assert written.select(".katex")
    assert "BEGIN" not in chapter.get_text()
    assert "END" not in chapter.get_text()


def test_hidden_tests_are_nowhere_in_what_is_published(book: Path, chapter: BeautifulSoup) -> None:
    assert "assert f(2) == 2" in chapter.get_text()
    listings = [cell.get_text().strip() for cell in chapter.select(".cell")]
    assert all(listings)  # a cell of nothing but hidden tests leaves no empty frame
    pages = [path for path in (book / "_build/html").rglob("*") if path.is_file()]
    assert [path for path in pages if b"unpublished" in path.read_bytes()] == []  # index included


def test_a_check_hides_its_code_and_shows_what_came_of_it(chapter: BeautifulSoup) -> None:
    cell = only(chapter, ".cell.tag_check")
    assert "how it was checked" in only(cell, "details").get_text()
    assert "what came of it" in only(cell, ".cell_output").get_text()
    assert not cell.select("details .cell_output")


def test_more_of_the_same_is_folded_whole(chapter: BeautifulSoup) -> None:
    block = only(chapter, "details.rc-more")
    assert block.summary.get_text() == "More sentences, measured"
    first, second = block.select(".cell.tag_more .cell_output")
    assert "and more of it" in first.get_text()
    assert "and still more" in second.get_text()


def test_the_setup_cell_is_not_shown(chapter: BeautifulSoup) -> None:
    assert "secret" not in chapter.get_text()


def test_no_line_can_begin_with_the_comma_after_a_formula(chapter: BeautifulSoup) -> None:
    formulas = chapter.select(".katex")
    after = [each.next_sibling for each in formulas if isinstance(each.next_sibling, str)]
    assert [text for text in after if text.startswith((",", ".", "?"))] == []
    bases = [each.select(".base")[-1].get_text() for each in formulas]
    assert {",", "?"} <= {base[-1] for base in bases}  # in the last box, which is never broken


def test_formulas_are_rendered_for_the_eye_and_for_assistive_technology(
    chapter: BeautifulSoup,
) -> None:
    article = chapter.article
    assert len(article.select(".katex-html")) == len(article.select("math")) >= 9
    display = only(article, "div.math")
    assert display.select(".delimsizing.size4, .delimsizing.size3, .delimsizing.mult")
    for listing in article.find_all("pre"):
        assert "katex" not in str(listing)
    prose = [words(part) for part in article.find_all(["p", "li", "td", "th", "label", "h1"])]
    assert not re.search(r"\$|\\begin|\\tfrac", " ".join(prose))
    assert not [s for s in chapter.select("script[src]") if "mathjax" in s["src"].lower()]


def test_own_outputs_are_raw_and_without_their_inline_style(chapter: BeautifulSoup) -> None:
    table = only(chapter, ".rc-output table.rc-table")
    assert table.select(".katex")
    assert only(chapter, ".rc-output .rc-source")
    assert not chapter.select(".rc-style, .text_html")


def test_printed_text_is_a_stream(chapter: BeautifulSoup) -> None:
    assert "printed [0 1 2]" in only(chapter, ".output.stream").get_text()


def test_links_to_works_get_a_tooltip_and_a_numbered_list(chapter: BeautifulSoup) -> None:
    link = only(chapter, "#a-section > p > a")
    assert link["title"].startswith("He, K., Zhang, X., Ren, S., Sun, J. (2015). Delving Deep")
    sources = only(chapter, "#sources ol.rc-sources")
    first = [item.get_text().split(",")[0] for item in sources.find_all("li")]
    assert first == ["He", "Goodfellow", "Glorot"]
    assert not chapter.find("a", href="https://example.org/x").has_attr("title")


def test_contents_and_neighbours_are_named(book: Path, chapter: BeautifulSoup) -> None:
    listed = [words(link) for link in chapter.select(".page-toc a")]
    assert listed == ["A section", "Exercises", "Sources"]
    current = only(chapter, ".bd-links .current a")
    assert words(current) == "1. Where does f ′ go?"
    following = only(tiny_book.page(book, "chapters/one"), ".right-next .prev-next-title")
    assert words(following) == "Where does f ′ go?"


def test_a_chapter_links_to_where_it_runs_once_the_book_has_an_address(book: Path) -> None:
    links = [link["href"] for link in tiny_book.page(book, "chapters/two").select(".rc-launch")]
    assert links == [
        "https://colab.research.google.com/github/someone/a-fork/blob/main/chapters/two.ipynb",
        "https://mybinder.org/v2/gh/someone/a-fork/main?urlpath=lab/tree/chapters/two.ipynb",
        "https://hub.school.edu/hub/user-redirect/git-pull?repo=https%3A%2F%2Fgithub.com%2Fsomeone"
        "%2Fa-fork&branch=main&urlpath=lab%2Ftree%2Fa-fork%2Fchapters%2Ftwo.ipynb",
    ]
    clone = tiny_book.page(book, "chapters/two").select_one(".rc-run pre").get_text()
    assert clone == "git clone https://github.com/someone/a-fork\ncd a-fork\nmake lab"
    assert not tiny_book.page(book, "chapters/claims").select(".rc-launch")


def test_the_sources_are_not_published(book: Path) -> None:
    assert not list(book.glob("_build/html/**/*.ipynb"))
    assert not (book / "_build/html/_sources").exists()


TABLE = """\
from rectified.display import Table
Table(columns=("f",), rows=[("$\\\\sqrt{2$",)], caption="A table")"""
FAULTS = {
    "[x](https://arxiv.org/abs/0000.00000)": "https://arxiv.org/abs/0000.00000 is not in",
    "[x](https://doi.org/10.1/nothing)": "https://doi.org/10.1/nothing is not in",
    "$\\frac{1}$": "formula '\\\\frac{1}'",
    "$$a \\checkmark b$$": "fonts lack the sign '✓'",
    "> **Predict.** One?\n>\n> - only": "a prediction ends in a list of 2 to 4 options",
    "> **Predict.** None?": "a prediction ends in a list of 2 to 4 options",
    TABLE: "formula in a table: Expected '}'",
    "### Exercise 3. Bare\n\nNo effort.": "below an exercise's heading stands *kind · time*",
}


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> tuple[int, str]:
    root = tiny_book.make(tmp_path_factory.mktemp("faults"))
    faults = [code(fault) if fault is TABLE else f"Text.\n\n{fault}" for fault in FAULTS]
    tiny_book.write(root / "chapters/two.ipynb", "# Two", "## Faults", *faults)
    return tiny_book.build(root)


@pytest.mark.parametrize("message", FAULTS.values())
def test_a_fault_fails_the_build_and_names_the_page(faulty: tuple[int, str], message: str) -> None:
    status, messages = faulty
    assert status == 1
    assert any("two.ipynb" in line and message in line for line in messages.splitlines()), messages
