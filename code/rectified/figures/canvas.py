"""A figure of the book: a drawing, the sentence that it shows, and what one sees, in words."""

import html
import io
import re
from dataclasses import dataclass

from matplotlib.figure import Figure as Drawing
from matplotlib.text import Text

from rectified.display import Output
from rectified.figures.style import UNIT, WIDTH, house_style
from rectified.figures.svg import themed


def blank(*, height: float = 300, width: float = WIDTH) -> Drawing:
    """Return an empty drawing; its units are those of the text in it, 480 across the column."""
    return Drawing(figsize=(width * UNIT, height * UNIT), layout="constrained")


def _markup(sentence: str) -> str:
    """Return a sentence as HTML, in which no line ends between a number and its % or power."""
    return html.escape(
        re.sub(r"(?<=\d) (?=%|· 10)|(?<=\d ·) (?=10)", "\N{NO-BREAK SPACE}", sentence)
    )


@dataclass(frozen=True, eq=False)
class Figure(Output):
    """A drawing with its message (a sentence, above), alternative and caption (below).

    Use Unicode in the drawing's text: mathematics between dollar signs falls apart in SVG text.
    Raises ValueError for a message or an alternative that is no sentence, and, when it is drawn,
    for mathematics in the text and for what cannot follow the theme (`svg.themed`).
    """

    kind = "figure"
    drawing: Drawing
    message: str
    alt: str  # says what one sees; it quotes the measurement
    caption: str = ""  # says how: what a band is, how many seeds

    def __post_init__(self) -> None:
        """Check that message and alternative are there and are sentences."""
        for name in ("message", "alt"):
            sentence = getattr(self, name)
            if len(sentence.split()) < 4 or not re.match(r"[A-Z0-9]", sentence):
                raise ValueError(f"{name} must be a sentence that begins it, got {sentence!r}")
        if not self.alt.endswith("."):
            raise ValueError(f"alt must end its sentence with a full stop, got {self.alt!r}")

    def text(self) -> str:
        """Return message, alternative and caption, a line each."""
        return "\n".join(filter(None, [self.message, self.alt, self.caption]))

    def html(self) -> str:
        """Return a `<figure>`: the message, the picture as inline SVG, the caption."""
        caption = f"<figcaption>{_markup(self.caption)}</figcaption>" if self.caption else ""
        message = _markup(self.message)
        return (
            f'<figure class="rc-figure-box"><p class="rc-message">{message}</p>'
            f"{self.svg()}{caption}</figure>"
        )

    def svg(self) -> str:
        """Return the picture alone, as an `<svg>` element that follows the page's theme."""
        out = io.StringIO()
        with house_style():
            self.drawing.savefig(out, format="svg", metadata={"Date": None})
        for text in self.drawing.findobj(Text):  # only now ticks have their text
            if "$" in text.get_text():
                raise ValueError(f"write Unicode, not mathematics, in a figure: {text.get_text()}")
        return themed(out.getvalue(), self.alt)
