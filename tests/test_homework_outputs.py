"""What grading writes: right numbers, and nothing of a stranger's that could act."""

import csv
import io
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup
from playwright.sync_api import Browser, Page, expect

from rectified.homework import feedback, report, scores, written
from rectified.homework.alike import COMMON, LONG, alike, form
from rectified.homework.marks import Flag, Graded, Mark
from rectified.homework.pages import NAME, QUOTE, TEXT, file_name, page
from rectified.homework.plain import one_line, plain

HARMS = {
    "script": "<script>window.harmed = 1</script>",
    "attribute": '"><img src=x onerror="window.harmed = 1">',
    "address": "javascript:window.harmed=1",
    "template": "{{7*7}}{% for x in y %}{{ config }}",
    "end of text": "</pre></details></style></script><h1>I am the page</h1>",
    "ANSI": "\x1b[31mred\x1b[0m\x1b]0;title\x07",
    "backwards": "\u202egnp.exe\u2066",
    "controls": "a\x00b\x08c\ud800d",
    "lines": "one\r\ntwo\rthree\n" * 3,
    "formula": '=HYPERLINK("http://evil.example","click")',
    "folders": "../../etc/passwd\\..\\x",
    "long": "x" * 300_000,
}
each_harm = pytest.mark.parametrize("harm", HARMS.values(), ids=HARMS)


def mark(points: float | None = 1, possible: float = 1, **more: str) -> Mark:
    about = {
        "grade_id": "larger-test",
        "exercise": "Exercise 1. The larger of two",
        "kind": "function",
        "message": "",
        "answer": "def larger(a, b):\n    return b",
    }
    return Mark(**(about | more), points=points, possible=possible)


def essay(points: float | None = None, answer: str = "Because.") -> Mark:
    about = {"grade_id": "proof", "exercise": "Exercise 2. A proof", "kind": "written"}
    return mark(points, 3, answer=answer, **about)


def graded(student: str, *marks: Mark, file: str = "", **more: object) -> Graded:
    about = {"digest": "0" * 64, "chapter": "relu", "flags": (), "output": "", "seconds": 1.0}
    return Graded(student, file or f"{student}/relu.ipynb", marks=marks, **(about | more))


def harmful(harm: str) -> Graded:
    """Return a submission that says the same thing wherever a student can say something."""
    marks = (mark(0, message=harm, answer=harm), essay(answer=harm))
    return graded(harm, *marks, file=harm, flags=(Flag("renamed", harm),), output=harm)


def read(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


# ---- records and text
def test_record_survives_json() -> None:
    record = harmful(HARMS["script"] + HARMS["backwards"])
    assert Graded.from_json(record.to_json()) == record
    assert "\n" not in record.to_json()


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"marks": [1], "flags": []}', "null"])
def test_what_is_no_record_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"record|Expecting"):
        Graded.from_json(text)


def test_text_is_made_plain() -> None:
    assert plain(HARMS["ANSI"], 100) == "red"
    assert plain(HARMS["backwards"], 100) == "gnp.exe"
    assert plain(HARMS["controls"], 100) == "abcd"
    assert plain("a\r\nb\tc", 100) == "a\nb\tc"
    assert plain("Zoë Østergård 李", 100) == "Zoë Østergård 李"
    assert one_line(" a\nb\u2028c ") == "a b c"
    assert plain("x" * 50, 50) == "x" * 50
    assert plain("x" * 51, 50) == "x" * 46 + " […]"


def test_long_text_costs_no_time() -> None:
    start = time.process_time()
    for text in ("\x1b[" * 500_000, "\x1b]" * 500_000, " " * 1_000_000):
        assert len(plain(text, TEXT)) <= TEXT
        assert len(one_line(text)) <= 200
    assert time.process_time() - start < 2  # seconds of the processor; it takes hundredths


# ---- scores
def test_scores_have_a_column_for_each_cell_and_empty_where_a_mark_waits(tmp_path: Path) -> None:
    class_ = [
        graded("Anna", mark(0.5, 2), essay(), flags=(Flag("late", "It came late."),)),
        graded("Bob", mark(2, 2), essay(3)),
    ]
    assert scores.write(tmp_path, class_, {}) == [tmp_path / "scores.csv"]
    raw = (tmp_path / "scores.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert read(raw.decode("utf-8")) == [
        ["student", "file", "chapter", "larger-test", "proof", "total", "possible", "flags"],
        ["Anna", "Anna/relu.ipynb", "relu", "0.5", "", "0.5", "5", "late: It came late."],
        ["Bob", "Bob/relu.ipynb", "relu", "2", "3", "5", "5", ""],
    ]


def test_columns_of_several_chapters_say_which() -> None:
    two = [graded("Anna", mark()), graded("Anna", mark(), chapter="benefits", file="b.ipynb")]
    header, first, second = scores.scores(two)
    assert header[3:5] == ["relu/larger-test", "benefits/larger-test"]
    assert (first[3:5], second[3:5]) == ([1, None], [None, 1])


def test_platforms_get_what_they_import(tmp_path: Path) -> None:
    class_ = [graded("Anna", mark(1.5, 2)), graded("Bob", mark(2, 2), essay())]
    who = {
        "Anna/relu.ipynb": {"canvas": "11", "moodle": "901"},
        "Bob/relu.ipynb": {"canvas": "12", "moodle": "902"},
    }
    scores.write(tmp_path, class_, who)
    assert read((tmp_path / "canvas.csv").read_text("utf-8")) == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "relu"],
        ["Points Possible", "", "", "", "", "5"],
        ["Anna", "11", "", "", "", "1.5"],
        ["Bob", "12", "", "", "", ""],  # a part waits
    ]
    assert read((tmp_path / "moodle.csv").read_text("utf-8")) == [
        ["Identifier", "Full name", "Grade", "Last modified (grade)", "Feedback comments"],
        ["Participant 901", "Anna", "1.5", "", "Exercise 1. The larger of two: 1.5 of 2"],
        [
            "Participant 902",
            "Bob",
            "",
            "",
            "Exercise 1. The larger of two: 2 of 2<br>"
            "Exercise 2. A proof: waits for your teacher, of 3",
        ],
    ]
    assert not any(path.read_bytes()[:1] == b"\xef" for path in tmp_path.glob("[cm]*.csv"))


def test_titles_are_escaped_where_moodle_takes_html() -> None:
    record = graded("Anna", mark(exercise="Exercise 1. a < b & c"))
    (_, row) = scores.moodle([record], {record.file: {"moodle": "1"}})
    assert row[-1] == "Exercise 1. a &lt; b &amp; c: 1 of 1"


def test_student_with_two_chapters_has_one_row_in_canvas_and_two_files_for_moodle(
    tmp_path: Path,
) -> None:
    two = [
        graded("Anna", mark(), file="a"),
        graded("Anna", mark(0), chapter="benefits", file="b"),
    ]
    who = {"a": {"canvas": "1", "moodle": "7"}, "b": {"canvas": "1", "moodle": "8"}}
    names = [path.name for path in scores.write(tmp_path, two, who)]
    assert names == ["scores.csv", "canvas.csv", "moodle-benefits.csv", "moodle-relu.csv"]
    assert read((tmp_path / "canvas.csv").read_text())[2] == ["Anna", "1", "", "", "", "0", "1"]


@pytest.mark.parametrize(
    "sign", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", " =", "\x00=", "\u200b="]
)
def test_no_cell_is_a_formula(sign: str) -> None:
    text = f"{sign}1+1"
    assert scores.cell(text).startswith("'")
    for row in read(scores.table(scores.scores([harmful(text)]))):
        assert not any(value.startswith(tuple("=+-@\t\r\n＝＋－＠")) for value in row)


def test_numbers_stay_numbers_and_names_stay_readable() -> None:
    assert [scores.cell(value) for value in (-1.5, 2.0, 1 / 3, 10, 0, None)] == [
        "-1.5",
        "2",
        "0.33",
        "10",
        "0",
        "",
    ]
    for name in ("O'Brien", "Zoë, Ph.D.", 'Ann "A" Lee', "李"):
        assert read(scores.table([[name]])) == [[name]]


@each_harm
def test_tables_stay_tables(harm: str) -> None:
    record = harmful(harm)
    who = {record.file: {"canvas": "1", "moodle": "1"}}
    tables = [
        scores.scores([record]),
        scores.canvas([record], who),
        scores.moodle([record], who),
    ]
    for rows in tables:
        text = scores.table(rows)
        back = read(text)
        assert len({len(row) for row in back}) == 1
        assert len(back) == len(rows) == text.count("\n")
        assert not re.search(r"[\x00-\x09\x0b-\x1f\u202a-\u202e]", text)
        assert len(text) < 10_000
        text.encode()
    assert "window" not in scores.table([row[4:] for row in tables[2]])  # Moodle takes HTML there


# ---- pages
@each_harm
def test_names_of_pages_are_safe_and_never_meet(harm: str) -> None:
    assert re.fullmatch(r"[a-z0-9-]{1,60}-[0-9a-f]{8}\.html", file_name(harm, harm, "relu"))
    names = {file_name(who, where, "relu").lower() for who in ("Ann", "ann", "") for where in "Aa"}
    assert len(names) == 6


def test_two_students_of_one_name_have_two_pages(tmp_path: Path) -> None:
    class_ = [graded("Ann", mark(), file=f"{n}.ipynb") for n in range(2)]
    assert len(set(feedback.write(tmp_path / "feedback", class_))) == 2
    assert len(list((tmp_path / "feedback").iterdir())) == 2


def pages_of(record: Graded) -> dict[str, str]:
    return {
        "feedback": feedback.feedback(record, title="ReLU", solutions="https://a.example/r.html"),
        "report": report.report([record, graded("Bob", mark())]),
        "written": written.written([record], {"proof": "**Rubric.** A reason."}),
    }


@each_harm
def test_pages_hold_no_element_that_a_student_wrote(harm: str) -> None:
    calm = {
        name: BeautifulSoup(text, "html.parser") for name, text in pages_of(harmful("x")).items()
    }
    for name, text in pages_of(harmful(harm)).items():
        soup = BeautifulSoup(text, "html.parser")
        shape, expected = ([tag.name for tag in one.find_all()] for one in (soup, calm[name]))
        assert shape == expected
        links = [tag.get("href", "") for tag in soup.find_all("a")]
        assert all(
            re.match(r"feedback/[a-z0-9-]+\.html$|https://|written\.html$", a) for a in links
        )
        assert not any(
            attribute.startswith("on") for tag in soup.find_all() for attribute in tag.attrs
        )
        assert "49" not in soup.find("main").get_text()  # 7*7 was not computed
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x1b\u202a-\u202e\u2066-\u2069]", text)
        assert len(text) < 80_000
        text.encode()


def test_lengths_are_those_that_are_named() -> None:
    long = pages_of(harmful("x" * 100_000))
    blocks = [pre.get_text() for pre in BeautifulSoup(long["feedback"], "html.parser")("pre")]
    assert {len(text) for text in blocks} == {TEXT}
    soup = BeautifulSoup(long["report"], "html.parser")
    assert {len(pre.get_text()) for pre in soup("pre")} == {QUOTE}
    assert max(len(name.get_text()) for name in soup("bdi")) == NAME


def test_page_says_for_each_exercise_what_was_expected_and_what_came() -> None:
    record = graded(
        "Anna",
        mark(1, 1),
        mark(0, 2, grade_id="larger-test-2", message="expected 2, got 3"),
        mark(0, 4, exercise="Exercise 3. <b>", message="expected nan", answer=""),
        essay(),
    )
    text = feedback.feedback(record, title="What is ReLU?", solutions="https://a.example/relu.html")
    soup = BeautifulSoup(text, "html.parser")
    assert soup.h1.get_text() == "What is ReLU?"
    assert soup.select_one(".score").get_text(" ", strip=True).startswith("1 of 10 points")
    assert "3 wait for your teacher" in soup.select_one(".score").get_text()
    states = [tag.get_text(" ", strip=True) for tag in soup.select(".state")]
    assert states == ["In part 1 of 3", "Not yet 0 of 4", "Waits for your teacher of 3"]
    assert [pre.get_text() for pre in soup.select(".message")] == [
        "expected 2, got 3",
        "expected nan",
    ]
    assert soup.select(".exercise")[1].find("p", string="There was no answer.")
    assert [a["href"] for a in soup("a")][:2] == [
        "https://a.example/relu.html#exercise-1-the-larger-of-two",
        "https://a.example/relu.html#exercise-3-b",
    ]


def test_address_of_the_book_must_be_one(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"book must be an address .*javascript"):
        feedback.write(tmp_path, [], book="javascript:alert(1)")


def test_value_that_a_template_lacks_is_an_error() -> None:
    with pytest.raises(Exception, match="undefined"):
        page("feedback.html", title="x")


# ---- the class report
def test_report_ranks_exercises_and_counts_messages() -> None:
    easy, hard = "Exercise 1. Easy", "Exercise 2. Hard"
    class_ = [
        graded(
            f"s{n}",
            mark(1, exercise=easy),
            mark(float(n == 0), exercise=hard, message="" if n == 0 else f"got {n % 3}"),
        )
        for n in range(10)
    ]
    chapter = report.ChapterReport("ReLU", tuple(class_))
    first, second = chapter.exercises
    assert (first.title, first.share, first.right, first.graded) == (hard, 0.1, 1, 10)
    assert first.messages == (("got 0", 3), ("got 1", 3), ("got 2", 3))
    assert (second.title, second.share, second.messages) == (easy, 1, ())
    assert [bar.count for bar in chapter.bars] == [0, 0, 0, 0, 0, 9, 0, 0, 0, 1]
    assert chapter.message == "Half of the class has 1 of 2 points or more"
    assert "9 submissions from 50 to 60 percent" in report.report(class_)


def test_points_that_wait_are_not_counted_as_lost() -> None:
    chapter = report.ChapterReport("ReLU", (graded("a", mark(2, 2), essay()),))
    assert (chapter.possible, chapter.mean, chapter.waiting) == (2, 2, {"Exercise 2. A proof": 1})
    assert chapter.bars[-1].count == 1
    assert "before written answers count" in chapter.message


@pytest.mark.parametrize("class_", [[], [graded("a")], [graded("a", chapter="")]])
def test_report_of_hardly_anything_is_written(class_: list[Graded]) -> None:
    assert "Class report" in report.report(class_)


ANSWER = """
def multiplied_out(layers, x):
    a, c = np.eye(len(x)), np.zeros(len(x))
    for number, (w, b) in enumerate(layers, start=1):
        a, c = a @ w, c @ w + b
        if number < len(layers):
            on = x @ a + c > 0
            a, c = a * on, c * on
    return a, c
"""
DISGUISED = '''
def multiplied_out(net: list, point) -> tuple:
    """My very own words."""
    m, v = np.eye(len(point)), np.zeros(len(point))  # mine
    pass
    for i, (weight, bias) in enumerate(net, start=1):
        m, v = (m @ weight), v @ weight + bias
        if i < len(net):
            mask = point @ m + v > 0

            m, v = m * mask, v * mask
    return m, v
'''


def answered(student: str, answer: str) -> Graded:
    return graded(student, mark(answer=answer, exercise="Exercise 5. Multiply"))


def test_answers_equal_but_for_names_and_comments_are_found() -> None:
    class_ = [
        answered("anna", ANSWER),
        answered("bob", DISGUISED),
        answered("carl", ANSWER.replace("> 0", ">= 0")),
        answered("dora", ANSWER.replace("a @ w", "w @ a")),
    ]
    (found,) = alike(class_)
    assert found.files == ("anna/relu.ipynb", "bob/relu.ipynb")
    assert found.exercises == ("Exercise 5. Multiply",)
    assert "question to ask" in report.report(class_)


def test_short_answers_and_what_everybody_writes_say_nothing() -> None:
    short = "def larger(a, b):\n    return b + relu(a - b)"
    assert form(short)[1] < LONG < form(ANSWER)[1]
    assert alike([answered(name, short) for name in "ab"]) == []
    assert len(alike([answered(f"s{n}", ANSWER) for n in range(COMMON)])) == 1
    assert alike([answered(f"s{n}", ANSWER) for n in range(COMMON + 1)]) == []


@pytest.mark.parametrize(
    "source", ["def", "\x00", "(" * 4000, "-" * 4000 + "1", "a" + ".a" * 2000, "'\\d'", "\ud800"]
)
def test_answer_that_is_hard_to_parse_stops_nothing(source: str) -> None:
    digest, nodes = form(source)
    assert isinstance(digest, str)
    assert nodes >= 0


def test_class_of_500_is_compared_in_seconds() -> None:
    class_ = [answered(f"s{n}", ANSWER.replace("> 0", f"> {n // 2}")) for n in range(500)]
    start = time.process_time()
    assert len(alike(class_)) == 250
    assert time.process_time() - start < 10  # seconds of the processor; it takes one


# ---- points by hand
@pytest.fixture
def class_() -> list[Graded]:
    return [
        graded("Anna", mark(), essay()),
        graded("=Bob", mark(), essay()),
        graded("Zoë", mark()),
    ]


def filled(path: Path, class_: list[Graded], *points: str) -> Path:
    header, *rows = read(written.template(class_))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows([*row[:-1], value] for row, value in zip(rows, points, strict=True))
    return path


def by_hand(class_: list[Graded]) -> list[float | None]:
    return [m.points for record in class_ for m in record.marks if m.kind == "written"]


def test_points_by_hand_are_merged(tmp_path: Path, class_: list[Graded]) -> None:
    merged = written.merge(class_, filled(tmp_path / "w.csv", class_, "2.5", ""))
    assert by_hand(merged) == [2.5, None]
    assert merged[2] == class_[2]
    again = written.merge(merged, filled(tmp_path / "w.csv", class_, "", "0"))
    assert by_hand(again) == [2.5, 0]
    assert scores.final(again[0]) == 3.5


def test_spreadsheets_of_other_languages_are_read(tmp_path: Path, class_: list[Graded]) -> None:
    path = filled(tmp_path / "w.csv", class_, "2,5", "1")
    rows = read(path.read_text("utf-8"))
    for sign in ";\t":
        text = "\r\n".join(sign.join(row) for row in rows) + "\r\n" + sign * 5 + "\r\n"
        path.write_bytes(b"\xef\xbb\xbf" + text.encode())
        assert by_hand(written.merge(class_, path)) == [2.5, 1]


@pytest.mark.parametrize(
    ("points", "reason"),
    [
        ("4", r"w\.csv, line 2: points must be from 0 to 3, got '4'"),
        ("-1", "from 0 to 3"),
        ("nan", "from 0 to 3"),
        ("inf", "from 0 to 3"),
        ("good", "points must be a number, got 'good'"),
    ],
)
def test_points_that_cannot_be_are_refused(
    tmp_path: Path, class_: list[Graded], points: str, reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        written.merge(class_, filled(tmp_path / "w.csv", class_, points, ""))


def test_rows_that_do_not_fit_are_refused(tmp_path: Path, class_: list[Graded]) -> None:
    path = filled(tmp_path / "w.csv", class_, "1", "1")
    good = path.read_text("utf-8")
    for bad, reason in (
        (good.replace("Anna/relu", "Eve/relu"), "line 2: there is no written answer 'proof' of"),
        (good.replace("grade_id", "id", 1), "must have the columns .* it has no grade_id"),
        (good + good.split("\n")[1] + "\n", "line 4: 'proof' of 'Anna' comes twice"),
        (good.replace("proof", "larger-test"), "no written answer 'larger-test'"),
        ("", "must have the columns"),
    ):
        path.write_text(bad, "utf-8")
        with pytest.raises(ValueError, match=reason):
            written.merge(class_, path)
    path.write_bytes(good.encode("utf-16"))
    with pytest.raises(ValueError, match="no UTF-8"):
        written.merge(class_, path)


def test_table_that_the_teacher_has_begun_is_left_alone(
    tmp_path: Path, class_: list[Graded]
) -> None:
    assert written.write(tmp_path, [graded("Zoë", mark())], {}) == []
    assert len(written.write(tmp_path, class_, {})) == 2
    (tmp_path / "written.csv").write_text("mine")
    written.write(tmp_path, class_, {})
    assert (tmp_path / "written.csv").read_text() == "mine"


# ---- in a browser
@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("graded")
    class_ = [harmful(harm) for harm in HARMS.values()]
    flags = (Flag("late", "The platform says that it came late."),)
    class_.append(graded("Anna", mark(), mark(0, 2, message="no"), essay(), flags=flags))
    class_ += [replace(answered(name, ANSWER), output="hello") for name in ("Bob", "Carl")]
    feedback.write(out / "feedback", class_, titles={"relu": "What is ReLU?"})
    report.write(out, class_, titles={"relu": "What is ReLU?"})
    written.write(out, class_, {"proof": "**Rubric.** A reason."})
    return out


@pytest.fixture
def open_page(chromium: Browser) -> Iterator:
    """Yield a function that opens a page; it may ask for nothing, and complain of nothing."""
    complaints: list[str] = []
    contexts = []

    def opened(path: Path, scheme: str = "light", width: int = 1280) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": 800}, color_scheme=scheme, accept_downloads=True
        )
        contexts.append(context)
        tab = context.new_page()
        tab.on("console", lambda message: complaints.append(message.text))
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        tab.on("dialog", lambda dialog: (complaints.append("dialog"), dialog.dismiss()))
        tab.on(
            "request",
            lambda request: (
                request.url.startswith(("file:", "blob:")) or complaints.append(request.url)
            ),
        )
        tab.goto(path.as_uri())
        return tab

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def all_pages(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.html"))


def test_nothing_of_a_students_runs_or_loads(folder: Path, open_page) -> None:
    tab = open_page(folder / "report.html")
    assert len(all_pages(folder)) == len(HARMS) + 5
    for path in all_pages(folder):
        tab.goto(path.as_uri())
        assert tab.evaluate("window.harmed") is None
        assert tab.locator("h1").count() == 1
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_policy_of_a_page_lets_no_script_of_others_run(folder: Path, chromium: Browser) -> None:
    for name in ("report.html", "written.html"):
        text = (folder / name).read_text("utf-8")
        forged = text.replace("</main>", HARMS["script"] + HARMS["attribute"] + "</main>")
        open_to_all = re.sub(r"<meta http-equiv[^>]*>", "", forged)
        for content, harmed in ((forged, None), (open_to_all, 1)):
            tab = chromium.new_page()  # a policy stays with a page
            tab.set_content(content)
            assert tab.evaluate("window.harmed") == harmed
            tab.close()


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_pages_are_accessible(folder: Path, open_page, scheme: str, width: int) -> None:
    anna = next(path for path in all_pages(folder) if path.name.startswith("anna-"))
    for path in (anna, folder / "report.html", folder / "written.html"):
        tab = open_page(path, scheme, width)
        tab.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        found = Axe().run(tab).response["violations"]
        assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found] == []
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
        levels = tab.evaluate("[...document.querySelectorAll('h1,h2,h3')].map(h => +h.tagName[1])")
        assert levels[0] == 1
        assert all(b - a <= 1 for a, b in pairwise(levels))


def test_report_leads_to_every_page_of_feedback(folder: Path) -> None:
    soup = BeautifulSoup((folder / "report.html").read_text("utf-8"), "html.parser")
    links = {a["href"] for a in soup("a") if a["href"].startswith("feedback/")}
    assert links == {f"feedback/{path.name}" for path in (folder / "feedback").iterdir()}


def test_points_are_kept_saved_and_read(tmp_path: Path, open_page) -> None:
    names = ("Anna", '=A"B', HARMS["script"], "Zoë, ü")
    class_ = [graded(name, mark(), essay()) for name in names]
    written.write(tmp_path, class_, {})
    tab = open_page(tmp_path / "written.html")
    expect(tab.get_by_role("status")).to_have_text("0 of 4 entered")
    first = tab.get_by_role("spinbutton", name="Anna of 3 points")
    first.fill("2.5")
    tab.get_by_role("spinbutton").nth(3).fill("9")
    expect(tab.get_by_role("status")).to_have_text("2 of 4 entered; 1 not from 0 to its most")
    tab.reload()
    expect(first).to_have_value("2.5")
    for n, points in enumerate(("3", "0", "1"), start=1):
        tab.get_by_role("spinbutton").nth(n).fill(points)
    with tab.expect_download() as download:
        tab.get_by_role("button", name="Save written.csv").click()
    assert download.value.suggested_filename == "written.csv"
    download.value.save_as(tmp_path / "saved.csv")
    assert by_hand(written.merge(class_, tmp_path / "saved.csv")) == [2.5, 3, 0, 1]
    header, *rows = read((tmp_path / "saved.csv").read_text("utf-8"))
    assert header == list(written.COLUMNS)
    assert rows[1][0] == "'=A\"B"
