"""What a page shows of claims: a row for each, with its verdict, its numbers and its source."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Any, ClassVar

from rectified.claims.finding import Finding
from rectified.claims.interval import interval
from rectified.claims.ledger import Claim, Source, Test, Verdict
from rectified.claims.numerals import PLAIN, POWER, measured, words
from rectified.claims.references import reference
from rectified.display.output import Output

BOX = 'x=".75" y=".75" width="11.5" height="11.5" rx="1.5" fill="none" stroke="currentColor"'
SIGNS = {  # verdict -> (its name in the style sheet, its word, its shape in a box of 13 by 13)
    Verdict.HOLDS: (
        "supported",
        "Supported",
        '<rect width="13" height="13" rx="2" fill="currentColor"/>'
        '<path class="rc-tick" d="M3 6.8 5.6 9.4 10.2 3.8"/>',
    ),
    Verdict.HOLDS_IF: (
        "holds",
        "Holds if…",
        f'<rect {BOX} stroke-width="1.5"/>'
        '<path d="M.75 12.25V.75L12.25 12.25Z" fill="currentColor"/>',
    ),
    Verdict.WRONG: (
        "refuted",
        "Refuted",
        '<path d="M1.5 1.5 11.5 11.5M11.5 1.5 1.5 11.5" stroke="currentColor" stroke-width="2.6"/>',
    ),
    Verdict.OPEN: ("open", "Open", f'<rect {BOX} stroke-width="1.5" stroke-dasharray="2.6 2"/>'),
}
LEGEND = (
    "Thick line: where the sentence would be true. "
    "Dot and bar: what was measured, and its interval."
)


@dataclass(frozen=True)
class Checked(Output):
    """Claims that were checked against their measurements, and agree with the ledger."""

    kind: ClassVar[str] = "claims"
    findings: tuple[Finding, ...]

    def html(self) -> str:
        """Return a row for each claim and, under several, what the drawings mean."""
        legend = f'<p class="rc-legend">{LEGEND}</p>' if len(self.findings) > 1 else ""
        return f'<div class="rc-claims">{"".join(map(row, self.findings))}{legend}</div>'

    def text(self) -> str:
        """Return the same rows as plain text."""
        return "\n".join(map(plain_row, self.findings))

    def records(self) -> list[dict[str, Any]]:
        """Return a record of each claim, ready for JSON."""
        return [finding.record() for finding in self.findings]


def row(finding: Finding) -> str:
    """Return one claim as HTML, without ids: the same claim may stand on a page twice."""
    claim = finding.claim
    name, word, shape = SIGNS[finding.verdict]
    parts = [
        f'<div class="rc-claim" data-claim="{escape(claim.id)}" data-verdict="{name}">',
        f'<div class="rc-verdict"><svg viewBox="0 0 13 13" aria-hidden="true">{shape}</svg>',
        f'{word}</div><p class="rc-sentence">{_marked(claim.claim)}</p>',
    ]
    if common := _common(finding):
        parts.append(f'<p class="rc-how rc-common">{_line(common, _linked)}</p>')
    for test in claim.tests:
        parts.append(f'<p class="rc-how">{_line(_measurement(finding, test), _linked)}</p>')
        parts.append(interval(finding.estimates[test.name], test.criterion))
    return "".join([*parts, "</div>"])


def plain_row(finding: Finding) -> str:
    """Return one claim as plain text, the prediction in words instead of the drawing."""
    lines = [f"[{SIGNS[finding.verdict][1]}] {finding.claim.claim}"]
    if common := _common(finding):
        lines.append(_line(common, _cited))
    for test in finding.claim.tests:
        said = [*_measurement(finding, test), f"predicted {words(test.criterion)}"]
        lines.append(_line(said, _cited))
    return "\n    ".join(lines)


def _common(finding: Finding) -> list[str | Source]:
    """Return what the tests of a claim share, if anything has to be said before them."""
    claim = finding.claim
    said: list[str | Source] = []
    if len(claim.tests) > 1:
        said += [f"if {claim.condition}"] if claim.condition else []
    if finding.verdict is Verdict.OPEN:
        said.append(claim.why.removesuffix("."))
    return [*said, claim.source] if claim.source and (said or len(claim.tests) > 1) else said


def _measurement(finding: Finding, test: Test) -> list[str | Source]:
    """Return the parts of a test's line: what was measured, how often, and who says otherwise."""
    estimate, claim = finding.estimates[test.name], finding.claim
    value, low, high = measured(estimate, test.criterion)
    count = f"{estimate.n:,} {estimate.counted}"
    counted = [count] if estimate.n > 1 else []
    if estimate.low < estimate.high:
        value += f", {100 * estimate.level:g}\N{NO-BREAK SPACE}% {low} to {high}"
    elif estimate.method != "exact":
        counted = [f"the same in all {count}"]
    source = [claim.source] if claim.source and not _common(finding) else []
    return [f"{_when(claim, test)}{test.quantity}: {value}", *counted, *source]


def _when(claim: Claim, test: Test) -> str:
    if test.outside:
        return "otherwise, "
    return f"if {claim.condition}, " if claim.condition and len(claim.tests) == 1 else ""


def _line(parts: list[str | Source], written: Callable[[str | Source], str]) -> str:
    return " · ".join(written(part) for part in parts)


def _cited(part: str | Source) -> str:
    """Return a part of a line as plain text; a source as its short citation."""
    if isinstance(part, str):
        return part
    return ", ".join(filter(None, [reference(part.key).short, part.place]))


def _linked(part: str | Source) -> str:
    """Return a part of a line as HTML; a source as a link, if it can be read online."""
    text = _marked(_cited(part))
    url = None if isinstance(part, str) else reference(part.key).url
    return f'<a href="{escape(url)}">{text}</a>' if url else text


def _marked(text: str) -> str:
    """Return plain text as HTML: escaped, with powers raised and `code` marked."""
    text = re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))
    return POWER.sub(lambda power: f"10<sup>{power[1].translate(PLAIN)}</sup>", text)
