"""A claim and what was measured of it: outcomes, verdict, and the record that the site keeps."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from functools import cached_property
from typing import Any

from rectified.claims.ledger import Claim, Outcome, Test, Verdict, conclude, derive
from rectified.claims.reading import parse
from rectified.claims.statistics import Estimate

CLAIM_FIELDS = {"id", "topic", "claim", "source", "expected", "condition", "why"}
TEST_FIELDS = ("quantity", "criterion", "outside")
ESTIMATE_FIELDS = tuple(field.name for field in fields(Estimate))


@dataclass(frozen=True)
class Finding:
    """One claim with an estimate for each of its tests, by name."""

    claim: Claim
    estimates: Mapping[str, Estimate]

    @cached_property
    def outcomes(self) -> dict[str, Outcome]:
        """Return what each measurement says, by name of the test."""
        return {
            test.name: derive(test.criterion, self.estimates[test.name])
            for test in self.claim.tests
        }

    @cached_property
    def verdict(self) -> Verdict:
        """Return what all measurements together say."""
        return conclude(self.claim, self.outcomes)

    @property
    def agrees(self) -> bool:
        """Return whether the verdict is the one that the ledger expects."""
        return self.verdict is self.claim.expected

    def record(self) -> dict[str, Any]:
        """Return all of it, ready for JSON."""
        claim = self.claim
        return {
            "id": claim.id,
            "topic": claim.topic,
            "claim": claim.claim,
            "source": claim.source and asdict(claim.source),
            "verdict": str(self.verdict),
            "expected": str(claim.expected),
            "condition": claim.condition,
            "why": claim.why,
            "tests": [self._test_record(test) for test in claim.tests],
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Finding":
        """Return the finding that `record` was made of.

        Raises KeyError for a field that is missing, ValueError or TypeError for one that is wrong.
        """
        tests = {test["name"]: test for test in record["tests"]}
        entry = {name: record[name] for name in CLAIM_FIELDS}
        entry["tests"] = {
            name: {field: test[field] for field in TEST_FIELDS} for name, test in tests.items()
        }
        estimates = {
            name: Estimate(**{field: test[field] for field in ESTIMATE_FIELDS})
            for name, test in tests.items()
        }
        return cls(parse(entry, "record"), estimates)

    def _test_record(self, test: Test) -> dict[str, Any]:
        return {
            "name": test.name,
            "quantity": test.quantity,
            "criterion": test.criterion.entry(),
            **asdict(self.estimates[test.name]),
            "verdict": str(self.outcomes[test.name]),
            "outside": test.outside,
        }
