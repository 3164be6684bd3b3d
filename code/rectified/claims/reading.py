"""Reading the ledger: its files and executed records become typed claims, or an error says why.

The entries are checked here by hand, because the package must read them wherever it is
installed, with nothing but its core dependencies.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from rectified.claims.ledger import Claim, Criterion, Source, Test, Verdict
from rectified.claims.statistics import finite

KINDS = {"at_least": 1, "at_most": 1, "above": 1, "below": 1, "between": 2}  # kind -> numbers
EXPECTED = [verdict.value for verdict in Verdict if verdict is not Verdict.MIXED]


class LedgerError(ValueError):
    """An entry of the ledger that cannot be read; the message names the claim and the field."""


class Ledger(Mapping[str, Claim]):
    """The claims by id, read-only, from the files of a folder in their order, one file a topic.

    They are read at the first use.
    """

    def __init__(self, folder: Path) -> None:
        """Remember where the ledger is."""
        self.folder = folder

    @cached_property
    def _claims(self) -> dict[str, Claim]:
        claims: dict[str, Claim] = {}
        paths = sorted(self.folder.glob("*.yaml"))
        if not paths:
            raise LedgerError(f"{self.folder} holds no file of claims, such as relu.yaml")
        for path in paths:
            for position, entry in enumerate(_entries(path), start=1):
                claim = parse(entry, f"{path.name}, claim number {position}")
                if claim.id in claims:
                    raise LedgerError(f"{path.name}, claim {claim.id!r}: id stands twice")
                claims[claim.id] = claim
        return claims

    def __getitem__(self, claim_id: str) -> Claim:
        """Return one claim; KeyError for an unknown id."""
        return self._claims[claim_id]

    def __iter__(self) -> Iterator[str]:
        """Go through the ids, in the order of the files."""
        return iter(self._claims)

    def __len__(self) -> int:
        """Return the number of claims."""
        return len(self._claims)


def _entries(path: Path) -> list[Any]:
    try:
        entries = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)
    except LedgerError as error:
        raise LedgerError(f"{path.name}, {error}") from None
    if not isinstance(entries, list):
        raise LedgerError(f"{path.name} must be a list of claims")
    return entries


class _Loader(yaml.SafeLoader):
    """YAML without its trap: a name that stands twice in one mapping is an error."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        names = [key.value for key, _ in node.value]
        for name in names:
            if names.count(name) > 1:
                line = node.start_mark.line + 1
                raise LedgerError(f"mapping at line {line}: field {name!r} stands twice")
        return super().construct_mapping(node, deep=deep)


def parse(entry: Any, where: str) -> Claim:
    """Return the claim that one entry describes; raise LedgerError, naming claim and field."""
    if not isinstance(entry, Mapping):
        raise LedgerError(f"{where}: must be a mapping of fields, got {entry!r}")
    slug = entry.get("id")
    if not isinstance(slug, str) or not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug):
        raise LedgerError(f"{where}: id must be a slug like 'tanh-derivative-one', got {slug!r}")
    where = f"claim {slug!r}"
    required = {"id", "topic", "claim", "source", "expected", "why", "tests"}
    _fields(entry, where, required=required, optional={"condition"})
    claim = Claim(
        id=slug,
        topic=_text(entry["topic"], f"{where}, topic"),
        claim=_text(entry["claim"], f"{where}, claim"),
        source=_source(entry["source"], f"{where}, source"),
        expected=_expected(entry["expected"], f"{where}, expected"),
        condition=_optional(entry.get("condition"), f"{where}, condition"),
        why=_text(entry["why"], f"{where}, why"),
        tests=_tests(entry["tests"], f"{where}, tests"),
    )
    _check_condition(claim, where)
    return claim


def _check_condition(claim: Claim, where: str) -> None:
    """Hold together what belongs together: holds-if, its condition, tests inside and outside."""
    conditional = claim.expected is Verdict.HOLDS_IF
    if conditional != (claim.condition is not None):
        raise LedgerError(f"{where}, condition: needed if expected is holds-if, and only then")
    if not conditional and any(test.outside for test in claim.tests):
        raise LedgerError(f"{where}, tests: `outside` makes sense only if expected is holds-if")
    if all(test.outside for test in claim.tests):
        raise LedgerError(f"{where}, tests: at least one must be measured inside the condition")


def _tests(entry: Any, where: str) -> tuple[Test, ...]:
    if not isinstance(entry, Mapping) or not entry:
        raise LedgerError(f"{where}: must be a mapping of at least one name to a test")
    return tuple(_test(name, fields, f"{where}, {name}") for name, fields in entry.items())


def _test(name: Any, entry: Any, where: str) -> Test:
    _fields(entry, where, required={"quantity", "criterion"}, optional={"outside"})
    outside = entry.get("outside", False)
    if not isinstance(outside, bool):
        raise LedgerError(f"{where}, outside: must be true or false, got {outside!r}")
    return Test(
        name=_text(name, where),
        quantity=_text(entry["quantity"], f"{where}, quantity"),
        criterion=_criterion(entry["criterion"], f"{where}, criterion"),
        outside=outside,
    )


def _criterion(entry: Any, where: str) -> Criterion:
    if isinstance(entry, Mapping) and set(entry) == {"equals", "within"}:
        value = _number(entry["equals"], f"{where}, equals")
        tolerance = _number(entry["within"], f"{where}, within")
        if tolerance < 0:
            raise LedgerError(f"{where}, within: must not be negative, got {tolerance}")
        return Criterion("equals", (value, tolerance))
    if not isinstance(entry, Mapping) or len(entry) != 1 or not set(entry) <= set(KINDS):
        message = f"must be one of {', '.join(KINDS)}, or equals with within, got {entry!r}"
        raise LedgerError(f"{where}: {message}")
    ((kind, value),) = entry.items()
    numbers = value if isinstance(value, list) else [value]
    if len(numbers) != KINDS[kind]:
        raise LedgerError(f"{where}, {kind}: must be {KINDS[kind]} number(s), got {value!r}")
    numbers = tuple(_number(number, f"{where}, {kind}") for number in numbers)
    if list(numbers) != sorted(numbers):
        raise LedgerError(f"{where}, {kind}: must go from low to high, got {value!r}")
    return Criterion(kind, numbers)


def _source(entry: Any, where: str) -> Source | None:
    if entry is None:
        return None
    _fields(entry, where, required={"key"}, optional={"place"})
    key = _text(entry["key"], f"{where}, key")
    return Source(key, _optional(entry.get("place"), f"{where}, place"))


def _expected(entry: Any, where: str) -> Verdict:
    if entry not in EXPECTED:
        raise LedgerError(f"{where}: must be one of {', '.join(EXPECTED)}, got {entry!r}")
    return Verdict(entry)


def _fields(
    entry: Any, where: str, *, required: Collection[str], optional: Collection[str]
) -> None:
    if not isinstance(entry, Mapping):
        raise LedgerError(f"{where}: must be a mapping of fields, got {entry!r}")
    for name in sorted(set(required) - set(entry)):
        raise LedgerError(f"{where}: field {name!r} is missing")
    known = [*required, *optional]
    for name in entry:
        if name not in known:
            near = get_close_matches(str(name), known, n=1)
            meant = f"; is {near[0]!r} meant?" if near else ""
            raise LedgerError(f"{where}: unknown field {name!r}{meant}")


def _optional(entry: Any, where: str) -> str | None:
    return None if entry is None else _text(entry, where)


def _text(entry: Any, where: str) -> str:
    if not isinstance(entry, str) or not entry.strip():
        raise LedgerError(f"{where}: must be text, got {entry!r}")
    if "$" in entry:  # a badge is also shown where nothing typesets mathematics
        raise LedgerError(f"{where}: write mathematics in Unicode, not between $ signs: {entry!r}")
    return entry.strip()


def _number(entry: Any, where: str) -> float:
    try:
        return finite(entry, where)
    except (TypeError, ValueError) as error:
        hint = " (YAML reads 1e-12 as text: write 1.0e-12)" if isinstance(entry, str) else ""
        raise LedgerError(f"{error}{hint}") from None
