"""The ledger of claims: what is said of rectifiers, and whether the measurement agrees."""

from rectified.claims.badge import Checked
from rectified.claims.check import LEDGER, ClaimError, check, check_all
from rectified.claims.finding import Finding
from rectified.claims.ledger import (
    Claim,
    Criterion,
    Outcome,
    Source,
    Test,
    Verdict,
    conclude,
    derive,
)
from rectified.claims.reading import Ledger, LedgerError
from rectified.claims.statistics import (
    Estimate,
    bootstrap_interval,
    difference,
    exact,
    paired_difference,
    t_interval,
    wilson_interval,
)

__all__ = [
    "LEDGER",
    "Checked",
    "Claim",
    "ClaimError",
    "Criterion",
    "Estimate",
    "Finding",
    "Ledger",
    "LedgerError",
    "Outcome",
    "Source",
    "Test",
    "Verdict",
    "bootstrap_interval",
    "check",
    "check_all",
    "conclude",
    "derive",
    "difference",
    "exact",
    "paired_difference",
    "t_interval",
    "wilson_interval",
]
