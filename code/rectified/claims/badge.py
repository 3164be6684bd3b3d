"""What a page shows of claims: a row for each, with its verdict, its numbers and its source."""

import re
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


@dataclass(frozen=True)
class Sign:
    """How a verdict is shown: by a word and a shape, and by a colour last of all."""

    name: str  # in the style sheet
    word: str
    shape: str  # SVG, in a box of 13 by 13


SIGNS = {
    Verdict.HOLDS: Sign(
        "supported",
        "Supported",
        '<rect width="13" height="13" rx="2" fill="currentColor"/>'
        '<path class="rc-tick" d="M3 6.8 5.6 9.4 10.2 3.8"/>',
    ),
    Verdict.HOLDS_IF: Sign(
        "holds",
        "Holds if…",
        f'<rect {BOX} stroke-width="1.5"/>'
        '<path d="M.75 12.25V.75L12.25 12.25Z" fill="currentColor"/>',
    ),
    Verdict.WRONG: Sign(
        "refuted",
        "Refuted",
        '<path d="M1.5 1.5 11.5 11.5M11.5 1.5 1.5 11.5" stroke="currentColor" stroke-width="2.6"/>',
    ),
    Verdict.OPEN: Sign(
        "open", "Open", f'<rect {BOX} stroke-width="1.5" stroke-dasharray="2.6 2"/>'
    ),
    Verdict.MIXED: Sign("mixed", "Mixed", f'<rect {BOX} stroke-width="1.5"/>'),
}
DOT = "\N{NO-BREAK SPACE}· "  # stays with what it follows
LEGEND = (
    "Thick line: where the sentence would be true. "
    "Dot and bar: what was measured, and its interval. "
    "Each line has a scale of its own."
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
    sign = SIGNS[finding.verdict]
    parts = [
        f'<div class="rc-claim" data-claim="{escape(claim.id)}" data-verdict="{sign.name}">',
        f'<div class="rc-verdict"><svg viewBox="0 0 13 13" aria-hidden="true">{sign.shape}</svg>',
        f'{sign.word}</div><p class="rc-sentence">{_marked(claim.claim)}</p>',
    ]
    if common := _common(claim):
        parts.append(f'<p class="rc-how rc-common">{DOT.join(map(_linked, common))}</p>')
    for test in claim.tests:
        what, value, rest = _measurement(finding, test)
        said = f"{_marked(what)}: <b>{_marked(value)}</b>"
        parts.append(f'<p class="rc-how">{DOT.join([said, *map(_linked, rest)])}</p>')
        parts.append(interval(finding.estimates[test.name], test.criterion))
    why = f'<details class="rc-why"><summary>Why</summary><p>{_marked(claim.why)}</p></details>'
    return "".join([*parts, why, "</div>"])


def plain_row(finding: Finding) -> str:
    """Return one claim as plain text, the prediction in words instead of the drawing."""
    claim = finding.claim
    lines = [f"[{SIGNS[finding.verdict].word}] {claim.claim}"]
    if common := _common(claim):
        lines.append(DOT.join(map(_cited, common)))
    for test in claim.tests:
        what, value, rest = _measurement(finding, test)
        said = [f"{what}: {value}", *map(_cited, rest), f"predicted {words(test.criterion)}"]
        lines.append(DOT.join(said))
    return "\n    ".join([*lines, claim.why]).replace("\N{NO-BREAK SPACE}", " ")


def _common(claim: Claim) -> list[str | Source]:
    """Return what several tests of a claim share; a single one says it in its own line."""
    if len(claim.tests) == 1:
        return []
    condition = [f"if {claim.condition}"] if claim.condition else []
    return [*condition, claim.source] if claim.source else condition


def _measurement(finding: Finding, test: Test) -> tuple[str, str, list[str | Source]]:
    """Return what was measured, its value, and the rest: interval, how often, who said it."""
    claim, estimate = finding.claim, finding.estimates[test.name]
    value, low, high = measured(estimate, test.criterion)
    count = f"{estimate.n:,}\N{NO-BREAK SPACE}{estimate.counted}"
    rest: list[str | Source] = [count] if estimate.n > 1 else []
    if estimate.low < estimate.high:
        rest.insert(0, f"{100 * estimate.level:g}\N{NO-BREAK SPACE}% {low} to {high}")
    elif estimate.method != "exact":
        rest = [f"the same in all {count}"]
    if claim.source and len(claim.tests) == 1:
        rest.append(claim.source)
    return _when(claim, test) + test.quantity, value, rest


def _when(claim: Claim, test: Test) -> str:
    if test.outside:
        return "otherwise, "
    return f"if {claim.condition}, " if claim.condition and len(claim.tests) == 1 else ""


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
