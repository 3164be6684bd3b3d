"""The ledger: what it refuses, and which verdict follows from which measurement."""

import copy
import json
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import claims_samples
from rectified import claims
from rectified.claims import Criterion, Outcome, Verdict, conclude, derive
from rectified.claims.reading import parse
from rectified.claims.references import references

S, R, U = Outcome.SUPPORTED, Outcome.REFUTED, Outcome.UNDECIDED
GOOD = {
    "id": "relu-keeps",
    "topic": "gradients",
    "claim": "ReLU keeps the size of the gradient.",
    "source": {"key": "he2015delving", "place": "§ 2.2"},
    "expected": "holds-if",
    "condition": "the weights have variance 2/fan_in",
    "why": "Half of the units pass.",
    "tests": {
        "he": {"quantity": "factor", "criterion": {"between": [0.95, 1.05]}},
        "lecun": {"quantity": "factor", "criterion": {"above": 1}, "outside": True},
    },
}

numbers = st.floats(-1e6, 1e6)


@st.composite
def criteria(draw: st.DrawFn, numbers: st.SearchStrategy[float] = numbers) -> Criterion:
    kind = draw(st.sampled_from(["at_least", "at_most", "above", "below", "between", "equals"]))
    first, second = draw(numbers), draw(numbers)
    if kind == "between":
        return Criterion(kind, (min(first, second), max(first, second)))
    return Criterion(kind, (first, abs(second)) if kind == "equals" else (first,))


@st.composite
def estimates(draw: st.DrawFn) -> claims.Estimate:
    low, value, high = sorted(draw(st.tuples(numbers, numbers, numbers)))
    return claims.Estimate(value, low, high, 20, "t")


def estimate(low: float, high: float) -> claims.Estimate:
    return claims.Estimate((low + high) / 2, low, high, 20, "t")


def changed(path: str, value: Any) -> dict[str, Any]:
    """Return a good entry with one field changed; an ellipsis takes the field away."""
    entry = copy.deepcopy(GOOD)
    *parents, name = path.split("/")
    target = entry
    for parent in parents:
        target = target[parent]
    if value is ...:
        del target[name]
    else:
        target[name] = value
    return entry


@pytest.mark.parametrize(
    ("kind", "value", "low", "high", "outcome"),
    [
        ("at_least", [4], 4.0, 4.3, S),
        ("at_least", [4], 3.9, 4.3, U),
        ("at_least", [4], 3.0, 3.9, R),
        ("above", [4], 4.0, 4.3, U),
        ("above", [4], 3.0, 4.0, R),
        ("at_most", [4], 3.0, 4.0, S),
        ("at_most", [4], 4.1, 4.3, R),
        ("below", [4], 3.0, 4.0, U),
        ("below", [4], 4.0, 4.0, R),
        ("between", [1, 2], 1.0, 2.0, S),
        ("between", [1, 2], 0.0, 3.0, U),
        ("between", [1, 2], 2.1, 3.0, R),
        ("between", [1, 2], 0.0, 0.9, R),
        ("equals", [5, 0.5], 4.5, 5.5, S),
        ("equals", [5, 0.5], 5.4, 5.6, U),
        ("equals", [5, 0.5], 0.0, 0.0, R),
        ("equals", [0, 0], 0.0, 0.0, S),
    ],
)
def test_an_interval_is_held_against_its_criterion(
    kind: str, value: list[float], low: float, high: float, outcome: Outcome
) -> None:
    assert derive(Criterion(kind, tuple(value)), estimate(low, high)) is outcome


@settings(deadline=None)
@given(criteria(), estimates(), st.data())
def test_a_narrower_interval_says_at_least_as_much(
    criterion: Criterion, wide: claims.Estimate, data: st.DataObject
) -> None:
    inside = st.floats(wide.low, wide.high)
    low, value, high = sorted(data.draw(st.tuples(inside, inside, inside)))
    narrow = derive(criterion, claims.Estimate(value, low, high, 20, "t"))
    assert derive(criterion, wide) in (narrow, U)


@settings(deadline=None)
@given(criteria(), estimates())
def test_an_interval_around_a_bound_is_undecided(
    criterion: Criterion, measured: claims.Estimate
) -> None:
    length = measured.high - measured.low
    for bound in criterion.bounds:
        if abs(bound) < float("inf"):
            assume(bound - length < bound < bound + length)
            assert derive(criterion, estimate(bound - length, bound + length)) is U


@settings(deadline=None)
@given(criteria(st.floats(-10, 10)), st.floats(0.5, 5))
def test_a_sliding_interval_is_undecided_between_supported_and_refuted(
    criterion: Criterion, length: float
) -> None:
    outcomes = [derive(criterion, estimate(x, x + length)) for x in np.arange(-30, 30, 0.125)]
    assert all({S, R} != {one, following} for one, following in pairwise(outcomes))
    if criterion.kind in ("at_least", "above"):
        assert outcomes == sorted(outcomes, key=[R, U, S].index)
    if criterion.kind in ("at_most", "below"):
        assert outcomes == sorted(outcomes, key=[S, U, R].index)


@pytest.mark.parametrize(
    ("condition", "inside", "outside", "verdict"),
    [
        (None, [S], [], Verdict.HOLDS),
        (None, [S, S], [], Verdict.HOLDS),
        (None, [R], [], Verdict.WRONG),
        (None, [R, R], [], Verdict.WRONG),
        (None, [S, R], [], Verdict.MIXED),
        (None, [S, U], [], Verdict.OPEN),
        (None, [R, U], [], Verdict.OPEN),
        ("c", [S], [R], Verdict.HOLDS_IF),
        ("c", [S, S], [R, R], Verdict.HOLDS_IF),
        ("c", [S], [], Verdict.HOLDS_IF),
        ("c", [S], [S], Verdict.HOLDS),
        ("c", [R], [R], Verdict.WRONG),
        ("c", [R], [], Verdict.WRONG),
        ("c", [R], [S], Verdict.MIXED),
        ("c", [S, R], [R], Verdict.MIXED),
        ("c", [S], [S, R], Verdict.MIXED),
        ("c", [S], [U], Verdict.OPEN),
    ],
)
def test_the_verdict_follows_from_all_outcomes(
    condition: str | None, inside: list[Outcome], outside: list[Outcome], verdict: Verdict
) -> None:
    criterion = Criterion("at_least", (1.0,))
    places = [*product(["in"], inside), *product(["out"], outside)]
    tests = tuple(
        claims.Test(name=str(n), quantity="q", criterion=criterion, outside=place == "out")
        for n, (place, _) in enumerate(places)
    )
    claim = claims.Claim(
        id="a",
        topic="t",
        claim="c",
        source=None,
        expected=verdict,
        condition=condition,
        why="w",
        tests=tests,
    )
    assert conclude(claim, {str(n): outcome for n, (_, outcome) in enumerate(places)}) is verdict


def test_an_entry_becomes_a_typed_claim() -> None:
    claim = parse(GOOD, "claim number 1")
    assert claim.source == claims.Source("he2015delving", "§ 2.2")
    assert claim.expected is Verdict.HOLDS_IF
    assert [test.outside for test in claim.tests] == [False, True]
    assert claim.tests[0].criterion == Criterion("between", (0.95, 1.05))


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("id", ..., "claim number 1: id must be a slug"),
        ("id", "No Slug", "claim number 1: id must be a slug .* got 'No Slug'"),
        ("topic", ..., "field 'topic' is missing"),
        ("why", "", "why: must be text, got ''"),
        ("claim", ["a"], "claim: must be text"),
        ("claim", "it is $x$", "claim: write mathematics in Unicode"),
        ("source", ..., "field 'source' is missing"),
        ("source", "he2015delving", "source: must be a mapping of fields"),
        ("source/key", 2015, "source, key: must be text, got 2015"),
        ("source/page", "3", "source: unknown field 'page'"),
        ("expected", "true", "expected: must be one of holds, holds-if, wrong, open, got 'true'"),
        ("expected", "mixed", "expected: must be one of"),
        ("expected", [], "expected: must be one of"),
        ("expected", "holds", "condition: needed if expected is holds-if, and only then"),
        ("condition", ..., "condition: needed if expected is holds-if, and only then"),
        ("conditon", "x", "unknown field 'conditon'; is 'condition' meant"),
        ("tests", {}, "tests: must be a mapping of at least one name to a test"),
        ("tests", ["he"], "tests: must be a mapping"),
        ("tests/he", None, "tests, he: must be a mapping of fields"),
        ("tests/he/outside", True, "tests: at least one must be measured inside"),
        ("tests/he/outside", "no", "tests, he, outside: must be true or false, got 'no'"),
        ("tests/he/quantity", ..., "tests, he: field 'quantity' is missing"),
        ("tests/he/criterion", 4, "he, criterion: must be one of at_least, .* got 4"),
        ("tests/he/criterion", {"atleast": 4}, "criterion: must be one of at_least"),
        ("tests/he/criterion", {"above": 1, "below": 2}, "criterion: must be one of"),
        ("tests/he/criterion", {"equals": 4}, "criterion: must be one of .* or equals with within"),
        ("tests/he/criterion", {"equals": 4, "within": -1}, "within: must not be negative"),
        ("tests/he/criterion", {"between": [1, 2, 3]}, r"between: must be 2 number\(s\)"),
        ("tests/he/criterion", {"between": 1}, r"between: must be 2 number\(s\)"),
        ("tests/he/criterion", {"between": [2, 1]}, "between: must go from low to high"),
        ("tests/he/criterion", {"at_most": "1e-12"}, "number, got '1e-12' .*write 1.0e-12"),
        ("tests/he/criterion", {"at_most": float("nan")}, "at_most must be finite"),
        ("tests/he/criterion", {"at_most": True}, "at_most must be a number"),
    ],
)
def test_a_broken_entry_is_refused_with_claim_and_field(
    path: str, value: Any, message: str
) -> None:
    with pytest.raises(claims.LedgerError, match=message) as caught:
        parse(changed(path, value), "claim number 1")
    assert path == "id" or "claim 'relu-keeps'" in str(caught.value)


def test_a_test_outside_belongs_to_a_condition() -> None:
    entry = changed("expected", "holds")
    del entry["condition"]
    with pytest.raises(claims.LedgerError, match="`outside` makes sense only if"):
        parse(entry, "claim number 1")


def test_an_entry_that_is_no_mapping_is_refused() -> None:
    with pytest.raises(claims.LedgerError, match="claim number 3: must be a mapping"):
        parse("relu", "claim number 3")


def test_the_ledger_is_a_mapping_in_the_order_of_its_files(tmp_path: Path) -> None:
    ledger = claims_samples.ledger(tmp_path)
    assert list(ledger) == ["sigmoid-shrinks", "relu-keeps", "cannot-vanish", "six-times"]
    assert len(ledger) == 4
    assert ledger["six-times"].topic == "speed"
    with pytest.raises(TypeError):
        ledger["six-times"] = ledger["relu-keeps"]
    with pytest.raises(AttributeError):
        ledger["six-times"].expected = Verdict.HOLDS


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1", "samples.yaml must be a list of claims"),
        (claims_samples.TEXT * 2, "claim 'sigmoid-shrinks': id stands twice"),
        (
            claims_samples.TEXT.replace("lecun:", "he:"),
            "samples.yaml, mapping at line 18: field 'he' stands twice",
        ),
    ],
)
def test_a_broken_file_is_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "samples.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(claims.LedgerError, match=f"(?s){message}"):
        len(claims.Ledger(tmp_path))


def test_a_folder_without_a_ledger_is_refused(tmp_path: Path) -> None:
    with pytest.raises(claims.LedgerError, match="holds no file of claims"):
        len(claims.Ledger(tmp_path / "nowhere"))


def test_an_id_that_stands_in_two_files_is_refused(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / f"{name}.yaml").write_text(claims_samples.TEXT, encoding="utf-8")
    with pytest.raises(claims.LedgerError, match=r"two.yaml, claim 'sigmoid-shrinks': id stands"):
        len(claims.Ledger(tmp_path))


def test_every_topic_of_the_books_ledger_has_a_file_of_its_own() -> None:
    for path in claims.LEDGER.folder.glob("*.yaml"):
        held = yaml.safe_load(path.read_text(encoding="utf-8"))
        assert {entry["topic"] for entry in held} == {path.stem}


@settings(deadline=None)
@given(st.tuples(estimates(), estimates()), st.sampled_from(["key", None]), criteria())
def test_records_come_back_from_json_as_they_were(
    measured: tuple[claims.Estimate, claims.Estimate], place: str | None, criterion: Criterion
) -> None:
    entry = changed("source/place", place)
    entry["tests"]["he"]["criterion"] = criterion.entry()
    finding = claims.Finding(parse(entry, "x"), dict(zip(("he", "lecun"), measured, strict=True)))
    record = json.loads(json.dumps(finding.record()))
    assert claims.Finding.from_record(record) == finding
    assert record["verdict"] == finding.verdict
    assert [test["verdict"] for test in record["tests"]] == list(finding.outcomes.values())


def test_the_books_ledger_is_sound_and_its_sources_are_in_the_bibliography() -> None:
    assert claims.LEDGER
    missing = [
        (claim.id, claim.source.key)
        for claim in claims.LEDGER.values()
        if claim.source and claim.source.key not in references()
    ]
    assert missing == []
