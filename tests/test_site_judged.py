"""What others' tools say of every page: Lighthouse on a phone, html-validate on the markup.

Lighthouse has its preset for phones: a slow network (1.6 Mbit/s, 150 ms) and a slow processor are
simulated. Its times depend on the machine a little, and a lot on one that is busy: it prints how
fast it found the machine, and means its slow processor for one of 1500 to 2000.
"""

from collections.abc import Iterator
from statistics import median
from typing import Any

import pytest

import judges
from built_site import ALL, SITE, each_page, up_to_date  # noqa: F401
from serving import served

pytestmark = pytest.mark.audit
RUNS = 5
SCORES = {"performance": 0.95, "accessibility": 1, "best-practices": 1, "seo": 1}  # at least
LIMITS = {  # at most: ms, ms, a share of the screen, bytes
    "largest-contentful-paint": 1500,
    "total-blocking-time": 50,
    "cumulative-layout-shift": 0.02,
    "total-byte-weight": 350_000,
}
# Rules that we do not follow, each with its reason.
RULES = {
    "void-style": "off",  # Sphinx closes <meta />; the standard allows it
    "attribute-boolean-style": "off",  # Sphinx writes defer="defer"
    "no-trailing-whitespace": "off",
    "no-inline-style": "off",  # KaTeX and Matplotlib place what they draw by it
    "require-sri": "off",  # all files come from the page's own site
    "no-redundant-role": "off",  # Sphinx's search looks for role="main"
    "wcag/h32": "off",  # Enter sends the search; its key is on a phone's keyboard
    # Sphinx's captions of the contents; what scrolls is named by the page's script
    "prefer-native-element": ["error", {"exclude": ["heading", "region"]}],
}


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Install the judges, serve the site compressed, and yield its address."""
    judges.install()
    with served(SITE) as at:
        yield at


@each_page
def test_lighthouse_is_content(address: str, name: str) -> None:
    reports = [judges.lighthouse(address + name) for _ in range(RUNS)]
    scores = {key: median(_score(report, key) for report in reports) for key in SCORES}
    figures = {key: median(_figure(report, key) for report in reports) for key in LIMITS}
    found = [f"{key} {value:.4g}" for key, value in (scores | figures).items()]
    speed = median(report["environment"]["benchmarkIndex"] for report in reports)
    print(f"\n{name:34}", *found, f"this machine's speed {speed:.0f}", sep="  ")
    low = [key for key, least in SCORES.items() if scores[key] < least]
    high = [key for key, most in LIMITS.items() if figures[key] > most]
    assert low + high == [], _complaints(reports[-1])


def _score(report: dict[str, Any], category: str) -> float:
    return report["categories"][category]["score"]


def _figure(report: dict[str, Any], audit: str) -> float:
    return report["audits"][audit]["numericValue"]


def _complaints(report: dict[str, Any]) -> list[str]:
    """Return the titles of all audits that are not passed."""
    audits = report["audits"].values()
    return [audit["title"] for audit in audits if audit["score"] is not None and audit["score"] < 1]


def test_the_markup_is_valid(address: str) -> None:
    pages = [SITE / name for name in (*ALL, "index.html")]
    reports = judges.html_validate(pages, RULES)
    faults = [
        f"{report['filePath']}:{fault['line']} {fault['ruleId']}: {fault['message']}"
        for report in reports
        for fault in report["messages"]
    ]
    print(f"\nhtml-validate: {len(pages)} pages, {len(faults)} faults")
    assert faults == []
