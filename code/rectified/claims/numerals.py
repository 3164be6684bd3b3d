"""Numbers as a person writes them: 4.28, 1.7 × 10⁻¹⁶, 12,000; always from the measurement."""

import re
from dataclasses import replace
from decimal import Decimal

from rectified.claims.ledger import Criterion, derive
from rectified.claims.statistics import Estimate

DIGITS = 3  # significant ones, of a number that has no interval to say how many are meant
SMALL, LARGE = 1e-4, 1e7  # outside of these, a power of ten is easier to read
SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
PLAIN = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "−0123456789")
TIMES = "\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}"
SPOKEN = str.maketrans(
    {"×": "times", "±": "plus or minus", "−": "minus ", "\N{NO-BREAK SPACE}": " "}
)
POWER = re.compile("10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)")


def given(value: float) -> str:
    """Return a number of the ledger with all the digits that were written there."""
    digits = len(Decimal(repr(value)).normalize().as_tuple().digits)
    return _trimmed(_written(value, digits - 1 - _exponent(value), _is_plain(value)))


def measured(estimate: Estimate, criterion: Criterion) -> tuple[str, str, str]:
    """Return (value, low, high), rounded to the first digit of the interval's half length.

    More digits are given where the rounded interval would say another thing of the criterion than
    the measured one: 0.9996 does not become 1.00 where the sentence says "below 1".
    """
    for decimals in range(_decimals(estimate), _decimals(estimate) + 17):
        numbers = [_round(x, decimals) for x in (estimate.value, estimate.low, estimate.high)]
        rounded = replace(estimate, value=numbers[0], low=numbers[1], high=numbers[2])
        if derive(criterion, rounded) is derive(criterion, estimate):
            break
    else:  # a bound that is far smaller than the interval, or than the number
        return given(estimate.value), given(estimate.low), given(estimate.high)
    plain = _is_plain(max(numbers, key=abs))
    value, low, high = (_written(number, decimals, plain) for number in numbers)
    if estimate.low < estimate.high:
        return value, low, high
    return _trimmed(value), _trimmed(low), _trimmed(high)


def words(criterion: Criterion) -> str:
    """Return the criterion as a phrase: at least 4, 0.95 to 1.05, 1 ± 10⁻¹²."""
    first, last = given(criterion.numbers[0]), given(criterion.numbers[-1])
    if criterion.kind == "between":
        return f"{first} to {last}"
    if criterion.kind == "equals":
        return f"{first} ± {last}" if criterion.numbers[1] else f"exactly {first}"
    return f"{criterion.kind.replace('_', ' ')} {first}"


def spoken(text: str) -> str:
    """Return `text` with its powers of ten in words, for those who hear it."""
    said = POWER.sub(lambda power: f"10 to the power {power[1].translate(PLAIN)}", text)
    return said.translate(SPOKEN)


def _decimals(estimate: Estimate) -> int:
    """Return how many decimals the interval's half length gives a meaning; negative for tens."""
    spread = (estimate.high - estimate.low) / 2
    if spread:
        largest = max(abs(estimate.low), abs(estimate.high))
        return max(-_exponent(spread), 1 - _exponent(largest))  # 4.1 ± 2 keeps its 1
    if estimate.value.is_integer() and abs(estimate.value) < LARGE:
        return 0
    return DIGITS - 1 - _exponent(estimate.value)


def _round(value: float, decimals: int) -> float:
    return value if abs(value) > 1e300 else round(value, decimals)  # beyond, round may overflow


def _written(value: float, decimals: int, plain: bool) -> str:
    """Return `value` to that many decimals, as a plain number or with a power of ten."""
    if value == 0:
        return "0"
    shortest = Decimal(repr(value))  # the digits that a person would write, not those of the double
    if plain:
        return f"{shortest:,.{max(decimals, 0)}f}".replace("-", "−")
    mantissa, power = f"{shortest:.{max(decimals + _exponent(value), 0)}e}".split("e")
    raised = str(int(power)).translate(SUPERSCRIPT)
    return f"{mantissa.replace('-', '−')}{TIMES}10{raised}"


def _trimmed(text: str) -> str:
    """Return a number without zeros at the end of its decimals, and without a mantissa of 1."""
    mantissa, times, power = text.partition(TIMES)
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    if times and mantissa in ("1", "−1"):
        return mantissa.replace("1", power)
    return mantissa + times + power


def _is_plain(value: float) -> bool:
    return value == 0 or SMALL <= abs(value) < LARGE


def _exponent(value: float) -> int:
    """Return the power of ten of the leading digit; 0 for 0."""
    return Decimal(repr(value)).adjusted() if value else 0
