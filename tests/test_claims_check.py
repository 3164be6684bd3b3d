"""Checking: agreement is shown, disagreement stops the build and says what an author must know."""

import dataclasses
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bs4 import BeautifulSoup
from hypothesis import example, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser

import claims_samples
from rectified import claims
from rectified.claims import Criterion, Estimate, Verdict, derive, references
from rectified.claims.badge import Checked, row
from rectified.claims.interval import interval
from rectified.claims.numerals import given as as_given
from rectified.claims.numerals import measured as as_measured
from rectified.claims.numerals import spoken, words
from rectified.display import tokens
from test_claims_ledger import criteria, estimates

MEASURED = claims_samples.MEASURED


@pytest.fixture(autouse=True)
def bibliography(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    path = tmp_path / "references.bib"
    path.write_text(claims_samples.REFERENCES, encoding="utf-8")
    monkeypatch.setattr(references, "PLACES", (path,))
    references.references.cache_clear()
    yield
    references.references.cache_clear()


@pytest.fixture
def ledger(tmp_path: Path) -> claims.Ledger:
    return claims_samples.ledger(tmp_path)


def test_measurements_that_agree_are_shown_and_recorded(ledger: claims.Ledger) -> None:
    shown = claims.check_all(MEASURED, ledger=ledger)
    records = shown.records()
    assert [record["verdict"] for record in records] == ["holds", "holds-if", "wrong", "open"]
    assert shown.html().count('class="rc-claim"') == 4
    data, metadata = shown._repr_mimebundle_()
    assert json.loads(json.dumps(data["application/vnd.rectified.claims+json"])) == {
        "records": records
    }
    assert metadata == {"rectified": {"kind": "claims"}}


def test_a_record_has_what_the_site_needs(ledger: claims.Ledger) -> None:
    (record,) = claims.check(
        "sigmoid-shrinks", MEASURED["sigmoid-shrinks"], ledger=ledger
    ).records()
    assert record == {
        "id": "sigmoid-shrinks",
        "topic": "gradients",
        "claim": "Each sigmoid layer shrinks the gradient at least 4-fold.",
        "source": {"key": "nielsen2015neural", "place": "ch. 5"},
        "verdict": "holds",
        "expected": "holds",
        "condition": None,
        "why": "Its slope is at most 1/4.",
        "tests": [
            {
                "name": "shrinkage",
                "quantity": "shrinkage per layer",
                "criterion": {"at_least": 4.0},
                "value": 4.2783,
                "low": 4.2531,
                "high": 4.3012,
                "n": 20,
                "method": "t",
                "level": 0.95,
                "counted": "seeds",
                "verdict": "supported",
                "outside": False,
            }
        ],
    }


@pytest.mark.parametrize(
    ("claim_id", "measured", "verdict"),
    [
        ("sigmoid-shrinks", Estimate(4.0, 3.8, 4.2, 20, "t"), "open"),
        ("sigmoid-shrinks", 3.9, "wrong"),
        ("cannot-vanish", 1.0, "holds"),
        ("cannot-vanish", Estimate(1.1, 1.0, 1.2, 20, "t"), "open"),
        ("six-times", 6.1, "holds"),
        ("six-times", 1, "wrong"),
        ("relu-keeps", {"he": 1.0, "lecun": 1.0}, "holds"),
        ("relu-keeps", {"he": 0.7, "lecun": 0.7}, "wrong"),
        ("relu-keeps", {"he": 0.7, "lecun": 1.0}, "mixed"),
        ("relu-keeps", {"he": Estimate(1, 0.9, 1.1, 20, "t"), "lecun": 0.7}, "open"),
    ],
)
def test_a_measurement_that_disagrees_stops_the_build(
    ledger: claims.Ledger, claim_id: str, measured: Any, verdict: str
) -> None:
    expected = ledger[claim_id].expected
    message = f"claim '{claim_id}': the ledger expects {expected}, the measurement says {verdict}"
    with pytest.raises(claims.ClaimError, match=message):
        claims.check(claim_id, measured, ledger=ledger)


def test_the_error_tells_an_author_all_that_is_needed(ledger: claims.Ledger) -> None:
    with pytest.raises(claims.ClaimError) as caught:
        claims.check(
            "relu-keeps", {"he": Estimate(0.9, 0.8, 0.94, 20, "t"), "lecun": 1}, ledger=ledger
        )
    assert str(caught.value).splitlines() == [
        "claim 'relu-keeps': the ledger expects holds-if, the measurement says mixed.",
        '  "ReLU keeps the size of the gradient." (if the weights have variance 2/fan_in)',
        "  test 'he': factor per layer: 0.90, 95 % 0.80 to 0.94 (20 seeds, t), "
        "predicted 0.95 to 1.05: refuted",
        "  test 'lecun', outside the condition: the same with 1/fan_in: 1 (exact), "
        "predicted 0.95 to 1.05: supported",
        "  Some of its predictions hold and others fail: make them two claims.",
        "  Find the fault in the measurement or in `expected`; the criterion stays.",
    ]


def test_all_disagreements_are_told_at_once(ledger: claims.Ledger) -> None:
    measured = {**MEASURED, "sigmoid-shrinks": 1.0, "cannot-vanish": 1.0}
    with pytest.raises(claims.ClaimError) as caught:
        claims.check_all(measured, ledger=ledger)
    assert str(caught.value).count("the ledger expects") == 2
    assert "relu-keeps" not in str(caught.value)


@pytest.mark.parametrize(
    ("claim_id", "measured", "error", "message"),
    [
        ("sigmoid-shrink", 4.2, ValueError, "no claim 'sigmoid-shrink' .*nearest: sigmoid-shrinks"),
        ("zzz", 1, ValueError, "no claim 'zzz' in the ledger; there are: sigmoid-shrinks, relu-"),
        (
            "relu-keeps",
            1.0,
            ValueError,
            "several tests: measured must be {'he': ..., 'lecun': ...}",
        ),
        ("relu-keeps", {"he": 1.0}, ValueError, "'relu-keeps': test 'lecun' is not measured"),
        ("sigmoid-shrinks", {}, ValueError, "test 'shrinkage' is not measured"),
        ("relu-keeps", {"he": 1, "lecum": 1}, ValueError, "no test 'lecum'; the nearest: lecun"),
        ("six-times", np.nan, ValueError, "'six-times', test 'speed': value must be finite"),
        ("six-times", np.inf, ValueError, "'six-times', test 'speed': value must be finite"),
        ("six-times", True, TypeError, "test 'speed': value must be a number, got True"),
        ("six-times", None, TypeError, "test 'speed': value must be a number, got None"),
        ("six-times", np.ones(3), TypeError, "test 'speed': value must be a number"),
        ("six-times", "7", TypeError, "test 'speed': value must be a number, got '7'"),
    ],
)
def test_what_fits_no_claim_is_refused(
    ledger: claims.Ledger, claim_id: str, measured: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        claims.check(claim_id, measured, ledger=ledger)


@pytest.mark.parametrize("measured", [{}, None, ["six-times"]])
def test_nothing_to_check_is_refused(measured: Any) -> None:
    with pytest.raises(ValueError, match="at least one claim's id"):
        claims.check_all(measured)


def test_numbers_of_numpy_count_as_exact(ledger: claims.Ledger) -> None:
    shown = claims.check("sigmoid-shrinks", np.float32(4.5), ledger=ledger)
    assert shown.records()[0]["tests"][0]["method"] == "exact"


# ---- numbers


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (4.0, "4"),
        (-0.2785, "−0.2785"),
        (0.95, "0.95"),
        (1e-12, "10⁻¹²"),
        (-1e-12, "−10⁻¹²"),
        (5e-7, "5 × 10⁻⁷"),
        (1234567.5, "1,234,567.5"),
        (2.5e9, "2.5 × 10⁹"),
        (100.0, "100"),
    ],
)
def test_a_number_of_the_ledger_keeps_its_digits(value: float, text: str) -> None:
    assert as_given(value).replace("\N{NO-BREAK SPACE}", " ") == text


@pytest.mark.parametrize(
    ("numbers", "criterion", "text"),
    [
        ((4.2783, 4.2531, 4.3012), ("at_least", 4), "4.28 4.25 4.30"),
        ((1.0073, 1.0012, 1.0134), ("at_least", 0), "1.007 1.001 1.013"),
        ((4.1, 1.9, 7.2), ("at_least", 6), "4.1 1.9 7.2"),
        ((0.9996, 0.9993, 0.9999), ("below", 1), "0.9996 0.9993 0.9999"),
        ((0.99996, 0.9, 0.99999), ("below", 1), "0.99996 0.90000 0.99999"),
        ((12345.0, 12012.0, 12678.0), ("at_least", 0), "12,300 12,000 12,700"),
        ((-1e-9, -2.04e-9, 0.0), ("at_least", 1), "−1.0 × 10⁻⁹ −2.0 × 10⁻⁹ 0"),
        ((1 / 3,), ("at_least", 0), "0.333"),
        ((0.25,), ("at_least", 0), "0.25"),
        ((1.7347e-16,), ("at_most", 1e-12), "1.73 × 10⁻¹⁶"),
        ((1e-15,), ("at_most", 1e-12), "10⁻¹⁵"),
        ((1000003.0,), ("at_least", 0), "1,000,003"),
        ((3.9999,), ("below", 4), "3.9999"),
        ((0.0,), ("at_most", 0), "0"),
        ((1e308,), ("at_least", 0), "10³⁰⁸"),
    ],
)
def test_a_measurement_is_rounded_to_what_its_interval_says(
    numbers: tuple[float, ...], criterion: tuple[str, float], text: str
) -> None:
    value, low, high = numbers * 3 if len(numbers) == 1 else numbers
    kind, bound = criterion
    texts = as_measured(Estimate(value, low, high, 2, "t"), Criterion(kind, (bound,)))
    assert " ".join(texts[: len(numbers)]).replace("\N{NO-BREAK SPACE}", " ") == text


def number(text: str) -> float:
    """Return the number that a reader reads."""
    mantissa, _, power = text.replace("−", "-").replace(",", "").partition("\N{NO-BREAK SPACE}×")
    if "⁰" <= mantissa[-1:] <= "⁹" or mantissa[-1:] in "¹²³":
        mantissa, power = ("-1" if mantissa[0] == "-" else "1"), mantissa.lstrip("-")
    plain = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
    return float(f"{mantissa}e{power.strip()[2:].translate(plain) or 0}")


@settings(deadline=None)
@example(5.960464477539063e-08)  # its double, written out, rounds to another last digit
@given(st.floats(-1e300, 1e300))
def test_a_number_of_the_ledger_can_be_read_back(value: float) -> None:
    assert number(as_given(value)) == value


@settings(deadline=None)
@given(criteria(), estimates())
def test_displayed_numbers_say_what_the_measured_ones_say(
    criterion: Criterion, measured: Estimate
) -> None:
    value, low, high = map(number, as_measured(measured, criterion))
    assert derive(criterion, Estimate(value, low, high, 2, "t")) is derive(criterion, measured)


@settings(deadline=None)
@given(criteria(), st.floats(-1e300, 1e300))
def test_an_exact_number_is_displayed_on_its_side_of_the_criterion(
    criterion: Criterion, measured: float
) -> None:
    text, _, _ = as_measured(claims.exact(measured), criterion)
    assert criterion.side(number(text)) == criterion.side(measured)


@pytest.mark.parametrize(
    ("kind", "numbers", "text"),
    [
        ("at_least", (4.0,), "at least 4"),
        ("below", (1.0,), "below 1"),
        ("between", (0.95, 1.05), "0.95 to 1.05"),
        ("equals", (1.0, 1e-12), "1 ± 10⁻¹²"),
        ("equals", (5.0, 0.0), "exactly 5"),
    ],
)
def test_a_criterion_is_said_in_words(kind: str, numbers: tuple[float, ...], text: str) -> None:
    assert words(Criterion(kind, numbers)) == text


def test_powers_and_signs_are_spoken() -> None:
    text = "−1.7\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}10⁻¹⁶ ± 2"
    assert spoken(text) == "minus 1.7 times 10 to the power minus 16 plus or minus 2"


# ---- drawing


def drawn(estimate: Estimate, criterion: Criterion) -> BeautifulSoup:
    return BeautifulSoup(interval(estimate, criterion), "html.parser").svg


def ends(svg: BeautifulSoup, name: str) -> tuple[float, float]:
    """Return where the horizontal stroke of a path starts and ends."""
    start, end = re.search(r"M([-\d.]+) 14H([-\d.]+)", svg.select_one(f".{name}")["d"]).groups()
    return float(start), float(end)


@settings(deadline=None)
@given(criteria(), st.floats(-1e9, 1e9))
def test_the_dot_lies_on_the_thick_line_where_the_sentence_holds(
    criterion: Criterion, value: float
) -> None:
    svg = drawn(claims.exact(value), criterion)
    low, high = ends(svg, "rc-zone")
    x = float(svg.circle["cx"])
    if criterion.side(value) == 0:
        assert low - 0.1 <= x <= high + 0.1  # two coordinates, rounded to a tenth
        assert svg["data-outcome"] == "supported"
    else:
        assert (x <= low + 0.1) if criterion.side(value) < 0 else (x >= high - 0.1)
        assert svg["data-outcome"] == "refuted"


@settings(deadline=None)
@given(criteria(), estimates())
def test_all_marks_lie_on_the_axis(criterion: Criterion, measured: Estimate) -> None:
    svg = drawn(measured, criterion)
    xs = [*ends(svg, "rc-zone"), float(svg.circle["cx"])]
    if measured.low < measured.high:
        xs += ends(svg, "rc-bar")
    assert all(4 <= x <= 148 for x in xs)
    label = svg.find("text")
    half = min(5.6 * len(label.get_text()), 152) / 2  # 5.6: about the width of a character
    assert half - 0.05 <= float(label["x"]) <= 152 - half + 0.05


@pytest.mark.parametrize(
    ("value", "criterion", "apart"),
    [
        (1.7e-16, Criterion("at_most", (1e-12,)), 60),  # by decades
        (0.0, Criterion("at_most", (1e-12,)), 60),  # zero has no logarithm
        (0.0, Criterion("equals", (5.0, 1e-12)), 60),
        (5e6, Criterion("between", (0.95, 1.05)), 60),
        (0.0, Criterion("at_most", (0.0,)), 0),
    ],
)
def test_huge_ranges_are_drawn_with_room(value: float, criterion: Criterion, apart: float) -> None:
    svg = drawn(claims.exact(value), criterion)
    bound = svg.select(".rc-bound")[-1]["d"]
    distance = abs(float(bound.removeprefix("M").split()[0]) - float(svg.circle["cx"]))
    assert distance >= apart
    assert svg.select_one(".rc-bar") is None  # exact: a dot alone


@pytest.mark.parametrize(
    ("measured", "text"),
    [
        (Estimate(5, 4.5, 5.5, 9, "t"), "Interval 4.5 to 5.5: inside the criterion, at least 4."),
        (Estimate(3, 2.5, 3.5, 9, "t"), "Interval 2.5 to 3.5: outside the criterion, at least 4."),
        (
            Estimate(4, 3.5, 4.5, 9, "t"),
            "Interval 3.5 to 4.5: partly inside, partly outside the criterion, at least 4.",
        ),
        (claims.exact(5), "Value 5: inside the criterion, at least 4."),
    ],
)
def test_the_drawing_is_told_in_words(measured: Estimate, text: str) -> None:
    svg = drawn(measured, Criterion("at_least", (4.0,)))
    assert svg["aria-label"] == text
    assert svg["role"] == "img"


# ---- rows


def finding(**changes: Any) -> claims.Finding:
    """Return a finding of the small ledger's first claim, with fields of the claim changed."""
    entry = claims.Claim(
        id="some-claim",
        topic="t",
        claim="A sentence.",
        source=claims.Source("he2015delving", "§ 2.2"),
        expected=Verdict.HOLDS,
        why="A reason.",
        tests=(claims.Test(name="a", quantity="q", criterion=Criterion("at_least", (4.0,))),),
    )
    claim = dataclasses.replace(entry, **changes)
    return claims.Finding(claim, {test.name: claims.exact(5) for test in claim.tests})


def test_a_row_has_verdict_sentence_numbers_and_source(ledger: claims.Ledger) -> None:
    shown = claims.check("sigmoid-shrinks", MEASURED["sigmoid-shrinks"], ledger=ledger)
    html = BeautifulSoup(shown.html(), "html.parser")
    (claim,) = html.select(".rc-claim")
    assert claim["data-verdict"] == "supported"
    assert claim["data-claim"] == "sigmoid-shrinks"
    assert claim.select_one(".rc-verdict").get_text() == "Supported"
    assert claim.select_one(".rc-sentence").get_text() == ledger["sigmoid-shrinks"].claim
    how = claim.select_one(".rc-how").get_text().replace("\N{NO-BREAK SPACE}", " ")
    assert how == "shrinkage per layer: 4.28 · 95 % 4.25 to 4.30 · 20 seeds · Nielsen 2015, ch. 5"
    assert claim.a["href"] == "http://neuralnetworksanddeeplearning.com/chap5.html"
    assert html.select_one(".rc-legend") is None


def test_plain_text_says_the_same(ledger: claims.Ledger) -> None:
    assert claims.check_all(MEASURED, ledger=ledger).text().splitlines()[:7] == [
        "[Supported] Each sigmoid layer shrinks the gradient at least 4-fold.",
        "    shrinkage per layer: 4.28 · 95 % 4.25 to 4.30 · 20 seeds · Nielsen 2015, ch. 5"
        " · predicted at least 4",
        "    Its slope is at most 1/4.",
        "[Holds if…] ReLU keeps the size of the gradient.",
        "    if the weights have variance 2/fan_in · He et al. 2015, § 2.2",
        "    factor per layer: 1.007 · 95 % 1.001 to 1.013 · 20 seeds · predicted 0.95 to 1.05",
        "    otherwise, the same with 1/fan_in: 0.704 · 95 % 0.700 to 0.708 · 20 seeds"
        " · predicted 0.95 to 1.05",
    ]


def test_a_condition_with_one_test_stands_in_its_line() -> None:
    shown = Checked((finding(condition="it rains", expected=Verdict.HOLDS_IF, source=None),))
    assert "if it rains, q: 5 · predicted" in shown.text()


def test_an_interval_of_length_zero_over_seeds_is_said_in_words() -> None:
    same = finding(source=None)
    same.estimates["a"] = claims.t_interval([5.0, 5.0, 5.0])
    assert "q: 5 · the same in all 3 seeds · predicted at least 4" in Checked((same,)).text()


@pytest.mark.parametrize(
    ("key", "place", "html"),
    [
        (
            "krizhevsky2012imagenet",
            None,
            '"https://doi.org/10.1145/3065386">Krizhevsky &amp; Hinton',
        ),
        ("he2015delving", "§ 2.2", '"https://arxiv.org/abs/1502.01852">He et al. 2015, § 2.2</a>'),
        ("accents1999", "p. 3", "· van der Höld 1999, p. 3</p>"),
        ("nobody2020", None, "· A Page 2020</p>"),
    ],
)
def test_a_source_is_cited_and_linked(key: str, place: str | None, html: str) -> None:
    found = row(finding(source=claims.Source(key, place))).replace("\N{NO-BREAK SPACE}", " ")
    assert html in found


def test_a_source_without_an_entry_is_refused() -> None:
    with pytest.raises(ValueError, match=r"references\.bib has no entry 'nowhere1900'"):
        row(finding(source=claims.Source("nowhere1900", None)))


@settings(deadline=None)
@given(*[st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1)] * 3)
def test_hostile_text_stays_text(sentence: str, quantity: str, why: str) -> None:
    criterion = Criterion("at_least", (4.0,))
    tests = (claims.Test(name="a", quantity=f"{quantity}<b>", criterion=criterion),)
    changes = {"claim": f"<script>{sentence}", "why": f'"><img>{why}', "tests": tests}
    html = BeautifulSoup(row(finding(**changes)), "html.parser")
    names = {tag.name for tag in html.find_all()}
    known = {"div", "svg", "rect", "path", "p", "b", "a", "circle", "text", "details", "summary"}
    assert names <= known | {"code", "sup"}
    assert html.select_one(".rc-sentence").get_text().replace("`", "").startswith("<script>")
    assert not html.select("[id]")
    assert not [name for tag in html.find_all() for name in tag.attrs if name.startswith("on")]


def test_code_and_powers_are_marked() -> None:
    html = row(finding(claim="`relu` & 10⁻¹²"))
    assert "<code>relu</code> &amp; 10<sup>−12</sup>" in html


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [592, 360])
def test_rows_fit_the_page_and_their_drawings_can_be_seen(
    chromium: Browser, ledger: claims.Ledger, theme: str, width: int
) -> None:
    data, _ = claims.check_all(MEASURED, ledger=ledger)._repr_mimebundle_()
    page = chromium.new_page(viewport={"width": width, "height": 800})
    page.set_content(f'<!doctype html><html data-theme="{theme}">{data["text/html"]}')
    try:
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        boxes = page.locator(".rc-interval").all()
        assert [box.bounding_box()["width"] for box in boxes] == [152] * 5
        text = page.locator(".rc-how").first.bounding_box()
        beside = boxes[0].bounding_box()["x"] >= text["x"] + text["width"]
        below = boxes[0].bounding_box()["x"] == text["x"]
        assert (below, beside) == ((True, False) if width == 360 else (False, True))
        colours = page.eval_on_selector_all(".rc-dot", "e => e.map(x => getComputedStyle(x).fill)")
    finally:
        page.close()
    roles = ("div-p2", "div-p2", "div-n2", "div-n2", "text")
    palette = tokens.LIGHT if theme == "light" else tokens.DARK
    found = ["#" + "".join(f"{int(part):02x}" for part in c[4:-1].split(",")) for c in colours]
    assert found == [palette[role] for role in roles]
