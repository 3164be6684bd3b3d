"""How the ledger stands: which claims an executed page has checked, and whether they agree."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from textwrap import wrap
from typing import Any

from rectified.claims.badge import SIGNS
from rectified.claims.finding import Finding
from rectified.claims.ledger import Claim, Verdict


class Status(StrEnum):
    """How the record of an executed page compares with the ledger."""

    AGREES = "agrees"
    DISAGREES = "disagrees"
    OUTDATED = "outdated"  # the ledger's entry is not the one that the page was executed with
    UNCHECKED = "unchecked"


@dataclass(frozen=True)
class Standing:
    """A claim, and what an executed page found of it."""

    claim: Claim
    status: Status
    finding: Finding | None = None
    page: str | None = None

    @property
    def verdict(self) -> Verdict:
        """Return the measured verdict; for a claim that is unchecked, the expected one."""
        return self.finding.verdict if self.finding else self.claim.expected

    def record(self) -> dict[str, Any]:
        """Return the standing, ready for JSON."""
        return {
            "id": self.claim.id,
            "topic": self.claim.topic,
            "claim": self.claim.claim,
            "expected": str(self.claim.expected),
            "verdict": str(self.finding.verdict) if self.finding else None,
            "status": str(self.status),
            "page": self.page,
        }

    def text(self) -> str:
        """Return the standing as lines for a terminal."""
        word = SIGNS[self.finding.verdict].word if self.finding else "Unchecked"
        note = {
            Status.DISAGREES: f": the ledger expects {self.claim.expected}",
            Status.OUTDATED: ": the ledger has changed since, build the book again",
            Status.UNCHECKED: f": expected {self.claim.expected}",
        }.get(self.status, "")
        sentence = wrap(self.claim.claim, 88)
        return "\n    ".join(
            [f"[{word}] {self.claim.id}{note}", *sentence, self.page or ""]
        ).rstrip()


def read_records(path: Path) -> list[Mapping[str, Any]]:
    """Return the records that a build of the site left in its claims.json.

    Raises FileNotFoundError if there is none, ValueError if it is something else.
    """
    content = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(content, dict) or not isinstance(content.get("claims"), list):
        raise ValueError("it holds no list of executed claims")
    return content["claims"]


def standings(
    ledger: Mapping[str, Claim], records: Iterable[Mapping[str, Any]]
) -> tuple[Standing, ...]:
    """Return how each claim of the ledger stands, in its order, and then what is not in it.

    A claim that two pages checked stands there twice. Raises ValueError for a broken record.
    """
    found: dict[str, list[Standing]] = {}
    for record in records:
        finding = Finding.from_record(record)
        claim = finding.claim
        status = _status(ledger.get(claim.id), finding)
        found.setdefault(claim.id, []).append(Standing(claim, status, finding, record.get("page")))
    listed = [found.pop(claim.id, [Standing(claim, Status.UNCHECKED)]) for claim in ledger.values()]
    return tuple(standing for group in [*listed, *found.values()] for standing in group)


def summary(all_standings: Sequence[Standing]) -> str:
    """Return one line that says how many claims there are, and how they stand."""
    counts = Counter(standing.status for standing in all_standings)
    told = [f"{counts[status]} {status.removesuffix('s')}" for status in Status if counts[status]]
    return f"{len(all_standings)} claims: {', '.join(told) or 'none'}"


def _status(claim: Claim | None, finding: Finding) -> Status:
    if claim != finding.claim:
        return Status.OUTDATED
    return Status.AGREES if finding.agrees else Status.DISAGREES
