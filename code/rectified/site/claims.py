"""Executed claims: rows on their pages, the page of all of them, and claims.json.

Everything shown comes from records that chapters produced when they were executed, never from
the ledger alone. The page of all claims is filled when it is written, so it is never stale.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator

from rectified.claims import LEDGER, Checked, Claim, Finding
from rectified.site.per_page import PerPage

logger = logging.getLogger(__name__)
PAGE = "chapters/claims"
ORIGINS = "chapters/where-it-is-from"  # filled by origins.py
ANCHOR = re.compile(r'data-claim="([^"]+)"')
WORDS = {  # verdict -> what the tally says after the number
    "holds": "supported",
    "holds-if": "true under a condition",
    "wrong": "refuted",
    "open": "open",
}
# Of topics that a capital letter alone does not make a title.
TITLES = {"relu": "ReLU", "dying-relu": "Dying ReLU"}
Record = dict[str, Any]


class claim_rows(nodes.General, nodes.Element):
    """The rows of one output; `records` has one for each claim.

    `places` is set on the page of all claims only: id -> (title, address) of where it is measured.
    """

    def sources(self) -> list[str]:
        """Return the bibliography's keys of who says so."""
        return [record["source"]["key"] for record in self["records"] if record["source"]]


class NameAnchors(SphinxTransform):
    """Tells MyST the rows' anchors, so that any page can link to `#claim-<id>`."""

    default_priority = 400

    def apply(self) -> None:
        """Add them to the anchors of headings."""
        for node in self.document.findall(claim_rows):
            for record in node["records"]:
                anchor = f"claim-{record['id']}"
                self.document.myst_slugs[anchor] = (node.line, anchor, record["claim"])


class ClaimCollector(PerPage):
    """Keeps each page's records."""

    name = "rectified_claims"

    def collect(self, doctree: nodes.document) -> list[Record]:
        """Return a page's records; the anchors need each claim to stand there once."""
        found: dict[str, Record] = {}
        for node in doctree.findall(claim_rows):
            for record in node["records"]:
                if record["id"] in found:
                    logger.warning("claim %s is checked twice", record["id"], location=node)
                found[record["id"]] = record
        return list(found.values())

    def get_updated_docs(self, app: Sphinx, env: BuildEnvironment) -> list[str]:
        """Have the pages that are filled from records written again when any record changed."""
        seen = getattr(env, "rectified_claims_seen", None)
        env.rectified_claims_seen = dict(records(env))
        changed = seen != env.rectified_claims_seen
        return [page for page in (PAGE, ORIGINS) if changed and page in env.all_docs]


def records(env: BuildEnvironment) -> dict[str, list[Record]]:
    """Return the records by page."""
    return ClaimCollector.kept(env)


def measured(env: BuildEnvironment) -> Iterator[tuple[str, Record]]:
    """Yield each record with its page, in the order of the book."""
    for page in env.collect_relations():
        for record in records(env).get(page, []):
            yield page, record


class FillClaimsPage(SphinxPostTransform):
    """Writes the page of all claims, when it is written: nothing of it is ever stored."""

    default_priority = 5

    def run(self, **_: Any) -> None:
        """Append tally, topics and what no page has measured."""
        if self.env.docname != PAGE:
            return
        found = list(measured(self.env))
        known = {record["id"] for _, record in found}
        waiting = [claim for claim in LEDGER.values() if claim.id not in known]
        top = next(self.document.findall(nodes.section))
        top += tally([record for _, record in found], len(waiting))
        for topic in dict.fromkeys(record["topic"] for _, record in found):
            title = TITLES.get(topic, topic.replace("-", " ").capitalize())
            section = _section(title, f"topic-{nodes.make_id(topic)}")
            section += self.rows([item for item in found if item[1]["topic"] == topic])
            top += section
        if waiting:
            top += unmeasured(waiting)

    def rows(self, found: Sequence[tuple[str, Record]]) -> claim_rows:
        """Return the rows of one topic, each with the place where it was measured."""
        places = {
            record["id"]: (
                self.env.titles[page].astext(),
                self.app.builder.get_relative_uri(PAGE, page) + f"#claim-{record['id']}",
            )
            for page, record in found
        }
        return claim_rows(records=[record for _, record in found], places=places)


def tally(found: Sequence[Record], waiting: int) -> nodes.paragraph:
    """Say how many claims were measured, with which verdicts, and how many were not."""
    counts = Counter(record["verdict"] for record in found)
    parts = [f"{len(found)} measured"]
    parts += [f"{counts[name]} {word}" for name, word in WORDS.items() if counts[name]]
    parts += [f"{waiting} not measured yet"] if waiting else []
    return nodes.paragraph("", " · ".join(parts), classes=["rc-tally"])


def unmeasured(claims: Sequence[Claim]) -> nodes.section:
    """List the ledger's claims that no executed page checks."""
    section = _section("In the ledger, not measured yet", "not-measured")
    items = nodes.bullet_list()
    for claim in claims:
        items += nodes.list_item("", nodes.paragraph("", claim.claim))
    section += items
    return section


def _section(title: str, name: str) -> nodes.section:
    return nodes.section("", nodes.title("", title), ids=[name])


def visit_claim_rows(self: HTML5Translator, node: claim_rows) -> None:
    """Write the rows as `claims.Checked` does, each with an anchor, and a place where asked."""
    html = Checked(tuple(map(Finding.from_record, node["records"]))).html()
    html = ANCHOR.sub(r'id="claim-\1" \g<0>', html)
    if "places" in node:  # the page of all claims says once what the drawings mean
        html = re.sub(r'<p class="rc-legend">.*?</p>', "", html)
    for claim_id, (title, address) in node.get("places", {}).items():
        link = f'<p class="rc-how">Measured in <a href="{escape(address)}">{escape(title)}</a></p>'
        html = re.sub(rf'(data-claim="{claim_id}".*?)(<details)', rf"\1{link}\2", html, count=1)
    self.body.append(f'<div class="rc-output">{html}</div>\n')
    raise nodes.SkipNode


def write_json(app: Sphinx, error: Exception | None) -> None:
    """Write claims.json: all records with the page and anchor where they were measured."""
    if error or app.builder.format != "html":
        return
    found = [
        record | {"page": f"{app.builder.get_target_uri(page)}#claim-{record['id']}"}
        for page, record in measured(app.env)
    ]
    text = json.dumps({"claims": found}, indent=1, ensure_ascii=False)
    Path(app.outdir, "claims.json").write_text(text + "\n", encoding="utf-8")


def setup(app: Sphinx) -> None:
    """Register node, collector, page and file."""
    app.add_node(claim_rows, html=(visit_claim_rows, None))
    app.add_transform(NameAnchors)
    app.add_env_collector(ClaimCollector)
    app.add_post_transform(FillClaimsPage)
    app.connect("build-finished", write_json)
