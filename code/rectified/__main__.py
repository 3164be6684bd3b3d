"""The command line: `rectified claims` tells how the ledger stands; `rectified homework` grades."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rectified.homework import command

if TYPE_CHECKING:
    from rectified.claims.standing import Standing

RECORDS = Path("_build/html/claims.json")
EXPECTED = ("holds", "holds-if", "wrong", "open")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one subcommand and return its exit status."""
    options = _parser().parse_args(arguments)
    return options.run(options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="rectified", description="Tools of the book Rectified.")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    claims = commands.add_parser(
        "claims",
        help="list the ledger of claims, and what the executed pages found",
        description="List the ledger of claims with what the pages of the built book found.",
        epilog="Exit status: 0 if all that was checked agrees with the ledger, 1 if something "
        "does not, 2 if the book is not built or cannot be read.",
    )
    claims.add_argument("--topic", help="only claims of this topic")
    claims.add_argument(
        "--verdict", choices=EXPECTED, help="only this verdict (of an unchecked claim: expected)"
    )
    claims.add_argument("--unchecked", action="store_true", help="only what no page has checked")
    claims.add_argument("--json", action="store_true", help="write JSON instead of text")
    claims.add_argument(
        "--all-checked", action="store_true", help="let an unchecked claim count as a failure"
    )
    claims.add_argument(
        "--records", type=Path, default=RECORDS, help="what the build wrote (default: %(default)s)"
    )
    claims.set_defaults(run=_claims)
    command.add(commands)
    return parser


def _claims(options: argparse.Namespace) -> int:
    """List the claims that were asked for; the status is that of all."""
    from rectified.claims import LEDGER  # here, so that --help does not wait for SciPy
    from rectified.claims.standing import read_records, standings

    built = options.records.exists()
    try:
        records = read_records(options.records) if built else []
        found = standings(LEDGER, records)
    except (ValueError, KeyError, TypeError) as error:
        return _failed(f"cannot read {options.records}: {error!r}")
    topics = sorted({standing.claim.topic for standing in found})
    if options.topic not in (None, *topics):
        return _failed(f"no claim has the topic {options.topic!r}, only {', '.join(topics)}")
    _show(found, options)
    if not built:
        return _failed(f"no {options.records} here: run `make book` in the repository first")
    accepted = {"agrees"} if options.all_checked else {"agrees", "unchecked"}
    return int(any(standing.status not in accepted for standing in found))


def _failed(message: str) -> int:
    print(f"rectified: {message}", file=sys.stderr)
    return 2


def _show(found: Sequence["Standing"], options: argparse.Namespace) -> None:
    from rectified.claims.standing import summary

    shown = [
        standing
        for standing in found
        if options.topic in (None, standing.claim.topic)
        and options.verdict in (None, standing.verdict)
        and (standing.finding is None or not options.unchecked)
    ]
    if options.json:
        records = [standing.record() for standing in shown]
        print(json.dumps(records, indent=1, ensure_ascii=False))
    else:
        print("\n".join([*(standing.text() for standing in shown), summary(found)]))


if __name__ == "__main__":
    sys.exit(main())
