"""The benchmark's figures as Markdown."""

from collections.abc import Iterator, Mapping

from common.report import table
from engines import ENGINES

BUSY = 0.95  # a smaller share of the core says that others took the rest
ROW = "layers x units x batch, activation"


def name_of(row: Mapping) -> str:
    """Return what a row trains."""
    sizes = row["workload"]
    return f"{sizes['layers']} x {sizes['width']} x {sizes['batch']}, {sizes['f']}"


def spread(samples: Mapping[str, float], digits: int) -> str:
    """Return the median, with the lowest and the highest in brackets."""
    low, high = (f"{samples[name]:.{digits}f}" for name in ("low", "high"))
    return f"{samples['median']:.{digits}f} ({low}–{high})"


def by_engine(rows: list[dict], title: str, figure: str, digits: int) -> str:
    """Return a table with a column for each engine."""
    names = list(rows[0]["engines"])
    lines = [
        [name_of(row), *(spread(row["engines"][name][figure], digits) for name in names)]
        for row in rows
    ]
    return f"## {title}\n\n{table([ROW, *(ENGINES[name] for name in names)], lines)}"


def of_page(rows: list[dict]) -> str:
    """Return what was seen of the page besides."""
    lines = [
        [name_of(row), row["products"], spread(row["frames"], 0), str(len(row["long tasks"]))]
        for row in rows
    ]
    heads = [ROW, "products", "frames a second", "tasks over 50 ms"]
    return f"## The page meanwhile\n\n{table(heads, lines)}"


def tables(figures: Mapping) -> str:
    """Return the report."""
    return "\n\n".join(parts(figures))


def parts(figures: Mapping) -> Iterator[str]:
    """Yield what the report consists of."""
    machine, rows = figures["machine"], figures["rows"]
    yield f"# Labs\n\n{machine['processor']}, one core; {figures['rounds']} rounds."
    yield by_engine(rows, "Training steps a second", "steps", 0)
    yield by_engine(rows, "Training steps / NumPy's, of the same round", "steps / numpy", 2)
    share = min(engine["share"] for row in rows for engine in row["engines"].values())
    if share < BUSY:
        yield (
            f"The machine was busy: in some round an engine had only {share:.0%} of the core. "
            f"What it did with a second of the core's work is told apart:"
        )
        work = "steps for its work"
        yield by_engine(rows, "Training steps for a second of work", work, 0)
        yield by_engine(rows, "The same / NumPy's", f"{work} / numpy", 2)
    if "frames" in rows[0]:
        yield of_page(rows)
    else:
        yield "No browser was found, so there is no page."
