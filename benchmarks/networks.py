"""How long training many small networks takes: ours, beside what a reader would use instead.

    python benchmarks/networks.py [--rows 64,5,10,50 ...] [--peers NAME ...] [--rounds R]
                                  [--parts rows memory seeds many] [--json FILE] [--markdown FILE]

A row is seeds, hidden layers, width, steps: ReLU networks, float32, 64 examples, softmax
cross-entropy, plain gradient descent. Every peer starts from the same parameters, and must reach
the same losses. Each has a process of its own; all share one core, and take turns in each round.
Memory is the peak above what libraries and data need. Ratios travel between machines; seconds do
not, nor do they on a machine that has other things to do.
"""

import argparse
import sys
from collections.abc import Sequence
from importlib.util import find_spec

from common import machine, report
from peers import PEERS, measure
from peers.tables import tables
from peers.workload import Workload

ROWS = (
    Workload(seeds=64, hidden=5, width=10, steps=50),
    Workload(seeds=16, hidden=10, width=32, steps=50),
    Workload(seeds=64, hidden=20, width=32, steps=20),
    Workload(seeds=32, hidden=30, width=64, steps=10),
)
PARTS = ("rows", "memory", "seeds", "many")


def workload(text: str) -> Workload:
    """Return the workload that an option names."""
    try:
        seeds, hidden, width, steps = map(int, text.split(","))
        return Workload(seeds, hidden, width, steps)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"must be seeds,hidden layers,width,steps, as 64,5,10,50, got {text!r}"
        ) from None


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Return the options."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, usage=None
    )
    parser.add_argument(
        "--rows",
        type=workload,
        nargs="+",
        default=ROWS,
        metavar="S,L,W,T",
        help="rows of the table (those of the book)",
    )
    parser.add_argument(
        "--peers", choices=PEERS, nargs="+", default=list(PEERS), help="peers to compare with (all)"
    )
    parser.add_argument(
        "--parts",
        choices=PARTS,
        nargs="+",
        default=PARTS,
        help="seconds, memory, cost against seeds, a thousand networks (all)",
    )
    report.add_options(parser, "networks", fewest_rounds=2)  # fewer have no interval
    return parser.parse_args(arguments)


def installed(names: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the peers that can run, ours always first, and those whose library is missing."""
    wanted = [name for name in PEERS if name in names or name == "ours"]
    missing = [name for name in wanted if find_spec(PEERS[name].needs) is None]
    for name in missing:
        peer = PEERS[name]
        print(f"{peer.title} is left out: {peer.needs} is not installed.", file=sys.stderr)
    return [name for name in wanted if name not in missing], missing


def main(arguments: Sequence[str]) -> None:
    """Measure, print, and write both files."""
    options = parse(arguments)
    peers, missing = installed(options.peers)
    figures = {"machine": machine.describe(), "rounds": options.rounds, "left_out": missing}
    if "rows" in options.parts:
        figures["rows"] = measure.measure_rows(options.rows, peers, options.rounds)
    if "memory" in options.parts:
        figures["memory"] = measure.measure_memory(options.rows, peers)
    if "seeds" in options.parts:
        figures["seeds"] = measure.measure_seeds(options.rounds)
    if "many" in options.parts:
        figures["many"] = measure.measure_many()
    report.write(figures, tables(figures), options)


if __name__ == "__main__":
    main(sys.argv[1:])
