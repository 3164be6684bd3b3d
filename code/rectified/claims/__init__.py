"""The ledger of claims: what is said of rectifiers, and whether the measurement agrees."""

from rectified.claims.badge import Checked
from rectified.claims.bands import Band, median_band, t_band
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
    exponent_interval,
    paired_difference,
    slope_interval,
    t_interval,
    wilson_interval,
)

__all__ = [
    "LEDGER",
    "Band",
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
    "exponent_interval",
    "median_band",
    "paired_difference",
    "slope_interval",
    "t_band",
    "t_interval",
    "wilson_interval",
]
