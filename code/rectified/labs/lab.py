"""The base class of the labs: a widget where there is a kernel, a placeholder on a static page."""

import html
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import anywidget
import traitlets
from latex2mathml.converter import convert

from rectified.display import tokens
from rectified.display.output import minified
from rectified.display.place import on_page
from rectified.figures import Figure
from rectified.labs.controls import Control

HERE = Path(__file__).parent
JOINED = HERE / "joined"
STILL = "This is a picture of the lab, which computes in your browser: it needs JavaScript."
AS_FILE = (
    "This page was opened as a file, where labs stay pictures. They come alive when the page comes "
    "from a server, such as the one that <code>make serve</code> starts."
)


@dataclass(frozen=True)
class Try:
    """One thing to try: what to do, the state that it leads to, and what one should see."""

    say: str
    see: str
    state: Mapping[str, Any]


class Lab(anywidget.AnyWidget):
    """A lab: its state as traits, and all words that the page shows around the picture.

    A subclass sets the class variables below and has a `Control` for each entry of its state, in
    the order in which the page shows them. The front end, `joined/SLUG.mjs`, is the same file in
    JupyterLab, in Colab and on the site. Python reads and sets the state as attributes:

        lab = GradientFlow(depth=20)
        lab.activation = "relu"

    Raises StateError, a ValueError, for a value that an entry cannot have.
    """

    slug: ClassVar[str]  # names the module, and the lab in an address
    question: ClassVar[str]
    description: ClassVar[str]  # what a reader who cannot see the picture should know of it
    formula: ClassVar[str] = ""  # LaTeX; what the picture shows
    tries: ClassVar[Sequence[Try]]  # three

    _schema = traitlets.Dict().tag(sync=True)
    _words = traitlets.Dict().tag(sync=True)

    def __init_subclass__(cls, **settings: Any) -> None:
        """Give the subclass its style, and its front end if it brings none."""
        if "slug" in cls.__dict__:
            cls._esm = cls.__dict__.get("_esm", JOINED / f"{cls.slug}.mjs")
            cls._css = style()
        super().__init_subclass__(**settings)

    def __init__(self, **state: Any) -> None:
        """Take entries of the state that shall differ from the initial ones, by name."""
        unknown = set(state) - set(self.schema())
        if unknown:
            known = ", ".join(self.schema())
            raise TypeError(f"{type(self).__name__} has no {min(unknown)}, only {known}")
        super().__init__(_schema=self.schema(), _words=self.words(), **state)

    @classmethod
    def schema(cls) -> dict[str, dict[str, Any]]:
        """Return what the page needs to know of each entry of the state, in order."""
        found = [pair for base in reversed(cls.__mro__) for pair in vars(base).items()]
        return {name: trait.described for name, trait in found if isinstance(trait, Control)}

    @property
    def state(self) -> dict[str, Any]:
        """Return the state: a value for each entry, ready for JSON."""
        return {name: getattr(self, name) for name in self.schema()}

    def words(self) -> dict[str, Any]:
        """Return what the page says around the picture, ready for JSON; formulas as MathML."""
        return {
            "id": f"lab-{self.slug}",
            "place": "page" if on_page() else "kernel",
            "python": f"labs.{type(self).__name__}",
            "question": self.question,
            "description": self.description,
            "formula": mathml(self.formula) if self.formula else "",
            "tries": [asdict(item) for item in self.tries],
        }

    def poster(self) -> Figure:
        """Return what one sees before, or without, a script: a figure that has the message."""
        raise NotImplementedError

    def open(self) -> None:
        """Connect to the page that a kernel serves; on a static page there is none."""
        if not on_page():
            super().open()

    def _repr_mimebundle_(self, **options: Any) -> Any:
        """Return the widget for a kernel's front end, or the placeholder for the site."""
        if not on_page():
            return super()._repr_mimebundle_(**options)
        data = f'<div class="rc-output">{self.placeholder()}</div>'
        text = f"{self.question} {self.description}"
        return {"text/html": data, "text/plain": text}, {"rectified": {"kind": "lab"}}

    def placeholder(self) -> str:
        """Return the section that the site's shim, hydrate.mjs, brings to life."""
        model = {**self.state, "_schema": self._schema, "_words": self._words}
        data = json.dumps(model, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
        tries = "".join(
            f"<li><b>{html.escape(item.say)}</b> {html.escape(item.see)}</li>"
            for item in self.tries
        )
        return (
            f'<div class="rc-lab-place" id="lab-{self.slug}" data-lab="{self.slug}">'
            f'<script type="application/json">{data}</script><div class="rc-lab rc-lab-still">'
            f'<p class="rc-label">Lab</p><p class="rc-question">{html.escape(self.question)}</p>'
            f'{self.poster().html()}<p class="rc-served" hidden>{AS_FILE}</p>'
            f'<noscript><p>{STILL}</p></noscript><ol class="rc-tries">{tries}</ol></div></div>'
        )


@cache
def mathml(latex: str) -> str:
    """Return a formula as MathML, which browsers set by themselves."""
    return convert(latex)


@cache
def style() -> str:
    """Return the labs' style with all tokens, for a page that has none: pictures use them, too."""
    rules = minified((HERE / "lab.css").read_text(encoding="utf-8"))
    return tokens.scoped(".rc-lab", tokens.ALL) + rules
