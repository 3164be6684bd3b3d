"""What the ledger asks of measurements, by claim and by the claim's tests."""

from collections.abc import Mapping
from dataclasses import replace

from rectified import claims

Measured = Mapping[str, Mapping[str, object]]


def touchy(measured: Measured) -> list[str]:
    """Return the tests whose outcome another machine's last digits could change."""
    found = []
    for name, values in measured.items():
        for test in claims.LEDGER[name].tests:
            value = values[test.name]
            estimate = value if isinstance(value, claims.Estimate) else claims.exact(value)
            outcome = claims.derive(test.criterion, estimate)
            is_exact = estimate.value.is_integer() or estimate.value == test.criterion.numbers[0]
            for factor in (1 - 1e-6, 1 + 1e-6):  # far more than any library's rounding
                ends = {end: factor * getattr(estimate, end) for end in ("low", "value", "high")}
                near = claims.derive(test.criterion, replace(estimate, **ends))
                if not is_exact and near != outcome:
                    found.append(f"{name}, {test.name}")
    return found
