"""What the ledger of claims holds: typed records, and the verdict that measurements lead to."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from rectified.claims.statistics import Estimate

INFINITY = float("inf")


class Outcome(StrEnum):
    """What one measurement says of one prediction."""

    SUPPORTED = "supported"
    REFUTED = "refuted"
    UNDECIDED = "undecided"


class Verdict(StrEnum):
    """What all measurements together say of a claim."""

    HOLDS = "holds"
    HOLDS_IF = "holds-if"
    WRONG = "wrong"
    OPEN = "open"
    MIXED = "mixed"  # some predictions hold and others fail: never expected, two claims in one


@dataclass(frozen=True)
class Criterion:
    """The values for which the sentence would be true: an interval, closed unless `is_open`.

    `kind` is one of at_least, at_most, above, below, between and equals; `numbers` are its bound,
    its two bounds, or (value, tolerance).
    """

    kind: str
    numbers: tuple[float, ...]

    @property
    def bounds(self) -> tuple[float, float]:
        """Return the interval's ends, infinite where it has none."""
        first, last = self.numbers[0], self.numbers[-1]
        if self.kind in ("at_least", "above"):
            return first, INFINITY
        if self.kind in ("at_most", "below"):
            return -INFINITY, first
        return (first, last) if self.kind == "between" else (first - last, first + last)

    @property
    def is_open(self) -> bool:
        """Return whether a value equal to the bound fails."""
        return self.kind in ("above", "below")

    def side(self, value: float) -> int:
        """Return 0 where `value` is inside, -1 below and +1 above."""
        low, high = self.bounds
        if value < low or (self.is_open and value == low):
            return -1
        return int(value > high or (self.is_open and value == high))

    def entry(self) -> dict[str, Any]:
        """Return the criterion as it is written in the ledger."""
        if self.kind == "equals":
            return {"equals": self.numbers[0], "within": self.numbers[1]}
        return {self.kind: list(self.numbers) if self.kind == "between" else self.numbers[0]}


@dataclass(frozen=True, kw_only=True)
class Test:
    """One prediction of a claim: a quantity to measure, and what the sentence says of it."""

    name: str  # unique within the claim
    quantity: str  # a phrase: "largest slope of tanh"
    criterion: Criterion
    outside: bool = False  # measured where the claim's condition is broken


@dataclass(frozen=True)
class Source:
    """Who says it: a key of references.bib, and where in it."""

    key: str
    place: str | None = None


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A sentence that can be measured, who says it, and the verdict that the book expects."""

    id: str  # a slug, unique
    topic: str
    claim: str  # the sentence
    source: Source | None  # None: said widely
    expected: Verdict
    condition: str | None = None  # of a claim that holds-if: completes "if ..."
    why: str
    tests: tuple[Test, ...]


def derive(criterion: Criterion, estimate: Estimate) -> Outcome:
    """Return what an interval says: inside the criterion, wholly on one side of it, or neither."""
    low, high = criterion.side(estimate.low), criterion.side(estimate.high)
    if low != high:
        return Outcome.UNDECIDED
    return Outcome.REFUTED if low else Outcome.SUPPORTED


def conclude(claim: Claim, outcomes: Mapping[str, Outcome]) -> Verdict:
    """Return the verdict that the outcomes, by name of the test, lead to."""
    inside = {outcomes[test.name] for test in claim.tests if not test.outside}
    outside = {outcomes[test.name] for test in claim.tests if test.outside}
    if Outcome.UNDECIDED in inside | outside:
        return Verdict.OPEN
    if inside | outside == {Outcome.REFUTED}:
        return Verdict.WRONG
    if inside == {Outcome.SUPPORTED}:
        if outside == {Outcome.REFUTED} or (claim.condition and not outside):
            return Verdict.HOLDS_IF
        if outside <= {Outcome.SUPPORTED}:
            return Verdict.HOLDS  # a condition, if there is one, is not needed
    return Verdict.MIXED
