"""Reports: the figures as JSON, the tables as Markdown."""

import argparse
import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "_build/benchmarks"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table whose columns line up; the first holds names, the others figures."""
    lines = [list(heads), *map(list, rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]

    def line(cells: Sequence[str]) -> str:
        first, *others = zip(cells, widths, strict=True)
        padded = [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]
        return f"| {' | '.join(padded)} |"

    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    return "\n".join(map(line, [lines[0], rule, *lines[1:]]))


def at_least(fewest: int) -> Callable[[str], int]:
    """Return what reads an option's integer, and refuses one below the fewest."""

    def read(text: str) -> int:
        if not text.isdecimal() or int(text) < fewest:
            raise argparse.ArgumentTypeError(f"must be an integer from {fewest} on, got {text!r}")
        return int(text)

    return read


def new_file(text: str) -> Path:
    """Return the path that an option names, and refuse a folder before anything is measured."""
    if Path(text).is_dir():
        raise argparse.ArgumentTypeError(f"must be a file, got the folder {text!r}")
    return Path(text)


def add_options(parser: argparse.ArgumentParser, name: str, *, fewest_rounds: int = 1) -> None:
    """Add --rounds, --json and --markdown."""
    rounds = at_least(fewest_rounds)
    parser.add_argument("--rounds", type=rounds, default=7, help="rounds that count (7)")
    for kind, suffix in (("json", "json"), ("markdown", "md")):
        parser.add_argument(
            f"--{kind}",
            type=new_file,
            metavar="FILE",
            default=FOLDER / f"{name}.{suffix}",
            help=f"file for the {kind} (_build/benchmarks/{name}.{suffix})",
        )


def write(figures: dict, tables: str, options: argparse.Namespace) -> None:
    """Print the tables, write both files, and say where they are."""
    text = json.dumps(figures, indent=1, allow_nan=False)
    print(tables)
    for path, content in ((options.json, text), (options.markdown, tables)):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content + "\n", encoding="utf-8")
        print(f"Written to {path}")
