"""How fast a network trains in a reader's browser, while its page draws; beside Node and NumPy.

    python benchmarks/labs.py [--rows 20,32,128,relu ...] [--seconds S] [--rounds R]
                              [--json FILE] [--markdown FILE]

A row is layers, units, examples, activation: two circles, softmax cross-entropy, gradient descent
in float64. The page is that of a lab: training runs in its worker, and whenever the display takes
a frame, histograms of all layers are asked for and drawn. All engines share one core, browser
included, take turns in each round, and must come to the same loss. Ratios travel between
machines; steps a second do not, nor do they on a machine that has other things to do.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from common import machine, report
from engines import measure
from engines.measure import Workload
from engines.tables import tables
from rectified.activations import ELEMENTWISE

sys.path.append(str(Path(__file__).resolve().parents[1] / "tools"))
import browser

ROWS = [
    Workload(layers, width, 128, f)
    for layers, width in ((20, 32), (30, 64))
    for f in ("relu", "tanh", "sigmoid", "gelu")
]


def workload(text: str) -> Workload:
    """Return the workload that an option names."""
    *sizes, f = text.split(",")
    try:
        layers, width, batch = map(int, sizes)
    except ValueError:
        layers = width = batch = 0
    if min(layers, width, batch) < 1 or f not in ELEMENTWISE:
        raise argparse.ArgumentTypeError(
            f"must be layers,units,examples,activation, as 20,32,128,relu, got {text!r}"
        )
    return Workload(layers, width, batch, f)


def duration(text: str) -> float:
    """Return the seconds that an option names."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < 60:
        raise argparse.ArgumentTypeError(f"must be seconds, up to 60, got {text!r}")
    return seconds


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
        metavar="L,U,B,F",
        help="rows of the table (those that labs promise)",
    )
    parser.add_argument(
        "--seconds", type=duration, default=1.0, help="that each training is timed (1)"
    )
    report.add_options(parser, "labs")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str]) -> None:
    """Measure, print, and write both files."""
    options = parse(arguments)
    chromium = browser.find()
    if chromium is None:
        print("The page is left out: there is no browser.", file=sys.stderr)
    rows = measure.measure_rows(options.rows, chromium, options.rounds, options.seconds)
    figures = {"machine": machine.describe(), "rounds": options.rounds, "rows": rows}
    report.write(figures, tables(figures), options)


if __name__ == "__main__":
    main(sys.argv[1:])
