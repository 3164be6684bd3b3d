"""The benchmark's figures as Markdown."""

from collections.abc import Callable, Iterator, Mapping

from common.report import table
from peers import PEERS

ROW = "seeds, hidden layers, width, steps"
BUSY = 0.95  # a smaller share of the core says that others took the rest


def spread(samples: Mapping[str, float], digits: int) -> str:
    """Return the median, with the lowest and the highest in brackets."""
    low, high = (f"{samples[name]:.{digits}f}" for name in ("low", "high"))
    return f"{samples['median']:.{digits}f} ({low}–{high})"


def name_of(row: Mapping) -> str:
    """Return what a row trains."""
    sizes = row["workload"]
    return f"{sizes['seeds']}, {sizes['hidden']}, {sizes['width']}, {sizes['steps']}"


def by_peer(rows: list[dict], title: str, cell: Callable[[dict, dict], str]) -> str:
    """Return a table with a column for each peer; `cell` takes its figures, and ours."""
    peers = list(rows[0]["peers"])
    heads = [ROW, *(PEERS[peer].title for peer in peers)]
    lines = [
        [name_of(row), *(cell(row["peers"][peer], row["peers"]["ours"]) for peer in peers)]
        for row in rows
    ]
    return f"## {title}\n\n{table(heads, lines)}"


def limits(rows: list[dict]) -> str:
    """Return how far our time is from what the machine could do."""
    heads = [ROW, "GFLOP", "large product", "own product", "MB", "copy"]
    lines = []
    for row in rows:
        large, own, copy = (
            row["limits"][name] for name in ("large product", "own product", "copy")
        )
        times = [spread(each["ours_times"], 2) for each in (large, own, copy)]
        amounts = [f"{large['amount'] / 1e9:.2f}", f"{copy['amount'] / 1e6:.0f}"]
        lines.append([name_of(row), amounts[0], *times[:2], amounts[1], times[2]])
    last = rows[-1]["limits"]
    return (
        "## Our seconds / seconds at the machine's limits\n\n"
        f"The row's matrix products at the speed of a large one "
        f"({last['large product']['rate']['median'] / 1e9:.0f} GFLOP/s) and of a stack of the "
        f"row's own size; its least traffic at the speed of a copy in memory "
        f"({last['copy']['rate']['median'] / 1e9:.1f} GB/s). What stays in a cache can beat "
        f"the last.\n\n{table(heads, lines)}"
    )


def of_rows(rows: list[dict]) -> Iterator[str]:
    """Yield what the table of the peers says."""
    ratio = "seconds / ours"
    yield by_peer(rows, "Seconds, one core", lambda peer, _: spread(peer["seconds"], 4))
    yield by_peer(
        rows, "Seconds / our seconds, of the same round", lambda peer, _: spread(peer[ratio], 2)
    )
    share = min(peer["share"] for row in rows for peer in row["peers"].values())
    if share < BUSY:
        yield (
            f"The machine was busy: in some round a peer had only {share:.0%} of the core. "
            f"What the core worked for each is told apart:"
        )
        yield by_peer(
            rows,
            "Processor seconds / ours, of the same round",
            lambda peer, _: spread(peer["processor / ours"], 2),
        )
    yield by_peer(
        rows,
        "Seconds before the first training: copies, compiling",
        lambda peer, _: f"{peer['setup']:.2f}",
    )
    yield limits(rows)


def memory_of(peer: Mapping, ours: Mapping) -> str:
    """Return a peer's memory, and the part of it that we need."""
    part = f"{ours['median'] / peer['median']:.2f}" if peer["median"] else "–"
    return f"{peer['median'] / 1e6:.1f} ({part})"


def of_memory(rows: list[dict]) -> Iterator[str]:
    """Yield what each peer needs beyond its libraries, in a process of its own."""
    yield by_peer(rows, "Peak memory, MB (and ours / it)", memory_of)
    if not all(peer["forgotten"] for row in rows for peer in row["peers"].values()):
        yield (
            "This system cannot forget the peak of loading the libraries: what is told is by how "
            "much it was exceeded, which may be too little."
        )


def of_seeds(study: dict) -> str:
    """Return our cost against the number of seeds."""
    heads = ["seeds", "seconds", "processor seconds", "ms / seed"]
    lines = [
        [
            seeds,
            *(spread(study[clock][seeds], 4) for clock in ("seconds", "processor")),
            f"{study['processor'][seeds]['median'] / int(seeds) * 1e3:.3f}",
        ]
        for seeds in study["seconds"]
    ]
    grow = [
        f"{words} grow as seeds^{e['mean']:.3f} (95 % interval {e['low']:.3f} to {e['high']:.3f})"
        for words, e in (
            ("seconds", study["exponent of seconds"]),
            ("processor seconds", study["exponent of processor"]),
        )
    ]
    return (
        f"## Cost against seeds: {study['hidden']} x {study['width']}, {study['steps']} steps\n\n"
        f"{table(heads, lines)}\n\n"
        f"From {study['fitted_from']} seeds on, {'; '.join(grow)}, over the rounds."
    )


def of_many(many: dict) -> str:
    """Return what many networks take."""
    return (
        f"## {many['seeds']:,} networks\n\n{many['hidden']} x {many['width']}, "
        f"{many['steps']} steps, a process on each of {many['cores']} cores: "
        f"{many['seconds']:.1f} seconds."
    )


def tables(figures: dict) -> str:
    """Return all that was measured, as one Markdown text."""
    parts = ["# Training many networks", machine_line(figures)]
    if "rows" in figures:
        parts += of_rows(figures["rows"])
    if "memory" in figures:
        parts += of_memory(figures["memory"])
    if "seeds" in figures:
        parts.append(of_seeds(figures["seeds"]))
    if "many" in figures:
        parts.append(of_many(figures["many"]))
    return "\n\n".join(parts)


def machine_line(figures: dict) -> str:
    """Return on what, and how often, was measured."""
    known = figures["machine"]
    words = ", ".join(f"{name} {value}" for name, value in known.items() if name != "processor")
    left_out = "".join(f" Left out, not installed: {PEERS[n].title}." for n in figures["left_out"])
    return (
        f"{known['processor']}; {words}. Median of {figures['rounds']} rounds (lowest–highest)."
        f"{left_out}"
    )
