"""The picture that goes with a link to a page: its question, its part, and the book's mark.

Others load it by its full address, so there are none while the site's address is not known.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from functools import cached_property
from pathlib import Path
from textwrap import wrap

from matplotlib.figure import Figure
from sphinx.application import Sphinx

from rectified.display.tokens import LIGHT
from rectified.figures.style import house_style
from rectified.site.about import book
from rectified.site.address import INDEX
from rectified.site.reading import chapters
from rectified.site.theme import parts

WIDTH, HEIGHT = 1200, 630  # pixels
LINE = 23  # characters: a third line still stands above the mark
LEFT, BEND = 80, 1000
FOLDER = "_static/cards"


@dataclass(frozen=True)
class Card:
    """What a picture shows."""

    question: str
    place: str  # "Chapter 2 · Bends", or ""
    project: str

    @cached_property
    def path(self) -> str:
        """Where it lies on the site; another picture lies elsewhere."""
        shown = "\0".join(astuple(self)).encode()
        return (
            f"{FOLDER}/{hashlib.sha256(Path(__file__).read_bytes() + shown).hexdigest()[:12]}.png"
        )

    def draw(self, path: Path) -> None:
        """Draw it into a file: place, question, and the line that is flat, then rises."""
        lines = "\n".join(balanced(self.question))
        with house_style():
            figure = Figure(figsize=(WIDTH / 100, HEIGHT / 100), dpi=100)
            axes = figure.add_axes((0, 0, 1, 1), xlim=(0, WIDTH), ylim=(0, HEIGHT))
            axes.axis("off")
            for y, text, size, colour in (
                (556, self.place, 25, "muted"),
                (492 if self.place else 540, lines, 64, "text"),
                (84, self.project, 25, "text"),
            ):
                style = {"size": size, "color": LIGHT[colour], "weight": 600, "va": "top"}
                axes.text(LEFT, y, text, **style, linespacing=0.95)
            for xs, ys, colour in (
                ((LEFT, BEND), (128, 128), "rule-strong"),
                ((BEND, WIDTH - LEFT), (128, 198), "accent"),
            ):
                axes.plot(xs, ys, color=LIGHT[colour], linewidth=5, solid_capstyle="round")
            figure.savefig(path, format="png", transparent=False, facecolor=LIGHT["bg"])


def balanced(text: str) -> list[str]:
    """Break a text into as few lines as fit, of lengths as even as can be."""
    widths = range(max(map(len, text.split())), LINE + 1)
    fewest = len(wrap(text, LINE))
    return next(lines for width in widths if len(lines := wrap(text, width)) == fewest)


def card(app: Sphinx, page: str) -> Card:
    """Return what the picture of a page shows."""
    project = app.config.project
    if page == INDEX:
        title = book(Path(app.srcdir)).title.removeprefix(f"{project}: ")
        return Card(title[:1].upper() + title[1:], "", project)
    number = chapters(app.env).get(page)
    places = (f"Chapter {number}" if number else "", parts(app.config).get(page, ""))
    return Card(app.env.titles[page].astext(), " · ".join(filter(None, places)), project)


def cards(app: Sphinx) -> Iterator[Card]:
    """Yield the picture of each page."""
    yield from (card(app, page) for page in (INDEX, *app.env.collect_relations()))


def draw_cards(app: Sphinx, error: Exception | None) -> None:
    """Draw the pictures that are not there yet, and remove those that no page has any more."""
    if error or not app.config.html_baseurl or app.builder.format != "html":
        return
    folder = Path(app.outdir, FOLDER)
    folder.mkdir(exist_ok=True)
    wanted = {Path(app.outdir, one.path): one for one in cards(app)}
    for path, one in wanted.items():
        if not path.exists():
            one.draw(path)
    for path in set(folder.iterdir()) - set(wanted):
        path.unlink()


def setup(app: Sphinx) -> None:
    """Register the handler."""
    app.connect("build-finished", draw_cards)
