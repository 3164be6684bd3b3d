"""A small drawing: the measured interval against the values for which the sentence would hold."""

import math
from collections.abc import Callable
from html import escape

from rectified.claims.ledger import Criterion, Outcome, derive
from rectified.claims.numerals import PLAIN, POWER, measured, spoken, words
from rectified.claims.statistics import Estimate

WIDTH, HEIGHT = 152, 36
LEFT, RIGHT, AXIS = 4, 148, 14  # ends and height of the axis, in the drawing's units
ROOM = 0.2  # beside the outermost mark, as a share of what lies between the marks
DECADES = 50  # positive numbers that differ more than this are drawn by their logarithms
CHARACTER = 5.6  # about the width of one, to keep the label inside
RELATION = {
    Outcome.SUPPORTED: "inside",
    Outcome.REFUTED: "outside",
    Outcome.UNDECIDED: "partly inside, partly outside",
}


def interval(estimate: Estimate, criterion: Criterion) -> str:
    """Return the drawing as SVG, without ids, colours or fonts: outputs.css gives those.

    The thick part of the axis is the criterion, the dot the value, the bar its interval.
    """
    place = _scale(estimate, criterion)
    low, high = (min(max(place(bound), LEFT), RIGHT) for bound in criterion.bounds)
    ticks = [place(bound) for bound in criterion.bounds if math.isfinite(bound)]
    paths = [_path("rc-axis", LEFT, RIGHT), _path("rc-zone", low, high)]
    paths += [f'<path class="rc-bound" d="M{x:.1f} {AXIS - 8}v14"/>' for x in ticks]
    if estimate.low < estimate.high:
        ends = f"M{place(estimate.low):.1f} {AXIS}H{place(estimate.high):.1f}m0-4v8"
        paths.append(f'<path class="rc-bar" d="M{place(estimate.low):.1f} {AXIS - 4}v8{ends}"/>')
    dot = f'<circle class="rc-dot" cx="{place(estimate.value):.1f}" cy="{AXIS}" r="4.5"/>'
    outcome = derive(criterion, estimate)
    return (
        f'<svg class="rc-interval" data-outcome="{outcome}" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'role="img" aria-label="{escape(alternative(estimate, criterion))}">'
        f"{''.join(paths)}{dot}{_label(words(criterion), sum(ticks) / len(ticks))}</svg>"
    )


def alternative(estimate: Estimate, criterion: Criterion) -> str:
    """Return the drawing in words."""
    value, low, high = measured(estimate, criterion)
    what = f"Interval {low} to {high}" if estimate.low < estimate.high else f"Value {value}"
    relation = RELATION[derive(criterion, estimate)]
    return spoken(f"{what}: {relation} the criterion, {words(criterion)}.")


def _scale(estimate: Estimate, criterion: Criterion) -> Callable[[float], float]:
    """Return the function from a number to its place on the axis; infinities go beyond its ends."""
    marks = [estimate.low, estimate.high, *filter(math.isfinite, criterion.bounds)]
    by_decades = min(marks) > 0 and max(marks) / min(marks) > DECADES
    transform = math.log10 if by_decades else float
    first, last = transform(min(marks)), transform(max(marks))
    room = ROOM * (last - first) or 0.5 * abs(first) or 1.0
    first, length = first - room, last - first + 2 * room

    def place(number: float) -> float:
        if math.isinf(number):
            return math.copysign(math.inf, number)
        return LEFT + (RIGHT - LEFT) * (transform(number) - first) / length

    return place


def _path(name: str, start: float, end: float) -> str:
    return f'<path class="{name}" d="M{start:.1f} {AXIS}H{end:.1f}"/>'


def _label(text: str, x: float) -> str:
    """Return the label, under `x` but inside the drawing."""
    half = min(len(text) * CHARACTER, WIDTH) / 2
    x = min(max(x, half), WIDTH - half)
    written, *rest = POWER.split(escape(text))
    for power, after in zip(rest[::2], rest[1::2], strict=True):
        written += f'10<tspan class="rc-power" dy="-4">{power.translate(PLAIN)}</tspan>'
        written += f'<tspan dy="4">{after}</tspan>' if after else ""
    return f'<text x="{x:.1f}" y="33">{written}</text>'
