"""Numbers as a person writes them: 4.28, 1.7 × 10⁻¹⁶, 12,000; always from the measurement."""

import math
import re
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
    rounded, decimals = _rounded(estimate, criterion)
    numbers = (rounded.value, rounded.low, rounded.high)
    plain = _is_plain(max(numbers, key=abs))
    texts = tuple(_written(number, decimals, plain) for number in numbers)
    return texts if estimate.low < estimate.high else tuple(map(_trimmed, texts))


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


def _rounded(estimate: Estimate, criterion: Criterion) -> tuple[Estimate, int]:
    """Return the estimate, rounded as little as it takes to be read right, and its decimals."""
    spread = (estimate.high - estimate.low) / 2
    outcome, largest = derive(criterion, estimate), max(abs(estimate.low), abs(estimate.high))
    start = max(-_exponent(spread), 1 - _exponent(largest))  # 4.1 ± 2 keeps its 1
    if spread == 0:
        whole = estimate.value.is_integer() and abs(estimate.value) < LARGE
        start = 0 if whole else DIGITS - 1 - _exponent(estimate.value)
    for decimals in range(start, start + 17):
        numbers = (_round(x, decimals) for x in (estimate.value, estimate.low, estimate.high))
        rounded = Estimate(*numbers, estimate.n, estimate.method)
        if derive(criterion, rounded) is outcome:
            return rounded, decimals
    return estimate, start + 17


def _round(value: float, decimals: int) -> float:
    return value if abs(value) > 1e300 else round(value, decimals)  # beyond, round may overflow


def _written(value: float, decimals: int, plain: bool) -> str:
    """Return `value` to that many decimals, as a plain number or with a power of ten."""
    if value == 0:
        return "0"
    if plain:
        return f"{value:,.{max(decimals, 0)}f}".replace("-", "−")
    mantissa, power = f"{value:.{max(decimals + _exponent(value), 0)}e}".split("e")
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
    return math.floor(math.log10(abs(value))) if value else 0
