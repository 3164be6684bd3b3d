"""Holding measurements against the ledger: the build fails where they disagree."""

from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import TypeAlias

from rectified.claims.badge import Checked
from rectified.claims.finding import Finding
from rectified.claims.ledger import Claim, Test, Verdict
from rectified.claims.numerals import measured as shown
from rectified.claims.numerals import words
from rectified.claims.reading import Ledger
from rectified.claims.statistics import Estimate, exact

Measured: TypeAlias = float | Estimate | Mapping[str, float | Estimate]

LEDGER = Ledger(Path(__file__).with_name("topics"))


class ClaimError(Exception):
    """A measurement that does not lead to the verdict that the ledger expects."""


def check(claim_id: str, measured: Measured, *, ledger: Mapping[str, Claim] = LEDGER) -> Checked:
    """Return what a page shows of a claim once it is measured.

    `measured` is a number or an Estimate, or one of these for each test, by the test's name. A
    plain number counts as exact. Raises ClaimError if the verdict that follows is not the one
    expected, ValueError for an unknown claim or test and for one that is missing, TypeError for
    what is no measurement.
    """
    return check_all({claim_id: measured}, ledger=ledger)


def check_all(measured: Mapping[str, Measured], *, ledger: Mapping[str, Claim] = LEDGER) -> Checked:
    """Return what a page shows of several claims, a row for each, in the order given.

    All are checked before a ClaimError tells all disagreements. Raises as `check` does.
    """
    if not isinstance(measured, Mapping) or not measured:
        raise ValueError("measured must map at least one claim's id to what was measured")
    findings = tuple(_find(claim_id, value, ledger) for claim_id, value in measured.items())
    wrong = [finding for finding in findings if not finding.agrees]
    if wrong:
        raise ClaimError("\n\n".join(_disagreement(finding) for finding in wrong))
    return Checked(findings)


def _find(claim_id: str, measured: Measured, ledger: Mapping[str, Claim]) -> Finding:
    """Return the finding, or raise ValueError or TypeError for a measurement that does not fit."""
    if claim_id not in ledger:
        raise ValueError(f"no claim {claim_id!r} in the ledger{_nearest(claim_id, ledger)}")
    claim = ledger[claim_id]
    names = [test.name for test in claim.tests]
    if not isinstance(measured, Mapping):
        if len(names) > 1:
            wanted = "{" + ", ".join(f"{name!r}: ..." for name in names) + "}"
            raise ValueError(f"claim {claim_id!r} has several tests: measured must be {wanted}")
        measured = {names[0]: measured}
    for name in measured:
        if name not in names:
            raise ValueError(f"claim {claim_id!r} has no test {name!r}{_nearest(name, names)}")
    for name in names:
        if name not in measured:
            raise ValueError(f"claim {claim_id!r}: test {name!r} is not measured")
    return Finding(claim, {name: _estimate(claim_id, name, measured[name]) for name in names})


def _estimate(claim_id: str, name: str, value: float | Estimate) -> Estimate:
    """Return a plain number as an exact estimate; an error tells which test it was for."""
    if isinstance(value, Estimate):
        return value
    try:
        return exact(value)
    except (TypeError, ValueError) as error:
        raise type(error)(f"claim {claim_id!r}, test {name!r}: {error}") from None


def _nearest(name: object, names: Mapping[str, Claim] | list[str]) -> str:
    near = get_close_matches(str(name), list(names), n=3, cutoff=0.5)
    return f"; the nearest: {', '.join(near)}" if near else f"; there are: {', '.join(names)}"


def _disagreement(finding: Finding) -> str:
    """Return what an author needs to know to find out which side is at fault."""
    claim = finding.claim
    lines = [
        f"claim {claim.id!r}: the ledger expects {claim.expected}, "
        f"the measurement says {finding.verdict}.",
        f'  "{claim.claim}"' + (f" (if {claim.condition})" if claim.condition else ""),
        *(_line(finding, test) for test in claim.tests),
    ]
    if finding.verdict is Verdict.MIXED:
        lines.append("  Some of its predictions hold and others fail: make them two claims.")
    lines.append("  Find the fault in the measurement or in `expected`; the criterion stays.")
    return "\n".join(lines)


def _line(finding: Finding, test: Test) -> str:
    estimate, outcome = finding.estimates[test.name], finding.outcomes[test.name]
    value, low, high = shown(estimate, test.criterion)
    interval = f", {100 * estimate.level:g} % {low} to {high}" if low != high else ""
    where = ", outside the condition" if test.outside else ""
    count = f"{estimate.n:,} {estimate.counted}, " if estimate.n > 1 else ""
    return (
        f"  test {test.name!r}{where}: {test.quantity}: {value}{interval} "
        f"({count}{estimate.method}), predicted {words(test.criterion)}: {outcome}"
    )
