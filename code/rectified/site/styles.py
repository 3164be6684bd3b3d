"""The style of a page: it stands in the page, so that no second answer is waited for.

Nor are the faces: they are a style of their own, which holds on paper and where no script runs.
Elsewhere rectified.js lets it hold when there is something to read; until then, and in the same
lines, the system's faces stand in (tokens.css).
"""

import re
from functools import cache
from pathlib import Path

import rectified
from rectified import display
from rectified.display.output import minified

HERE = Path(__file__).parent
DISPLAY = Path(display.__file__).parent
LABS = Path(rectified.__file__).with_name("labs")  # not imported: it would bring all of SciPy
KATEX = HERE / "vendor/katex.min.css"
LAB = LABS / "lab.css"
# style sheet -> what a page that needs it has in it
SHEETS = {
    DISPLAY / "tokens.css": "",
    KATEX: 'class="katex',
    DISPLAY / "outputs.css": "",
    HERE / "style/book.css": "",
    LAB: "data-lab=",
}
# template -> what else its pages need
FURTHER = {
    "landing.html": (LAB, HERE / "style/landing.css"),
    "search.html": (HERE / "style/search.css",),
    "404.html": (HERE / "style/search.css",),
}
FACE = re.compile(r"@font-face\{[^}]*\burl\([^}]*\}")
AT = {KATEX: "katex/"}  # where a sheet's files lie below the static folder


def style(body: str, template: str = "", *, static: str) -> tuple[str, str]:
    """Return a page's rules, and its faces, whose files lie below the address `static`."""
    needed = [path for path, sign in SHEETS.items() if sign in body]
    parts = [_split(path) for path in (*needed, *FURTHER.get(template, ()))]
    rules = "".join(rules for rules, _ in parts)
    faces = "".join(faces for _, faces in parts)
    return rules, faces.replace("url(", f"url({static}")


@cache
def _split(path: Path) -> tuple[str, str]:
    """Return a sheet's rules, and its faces that are loaded."""
    text = minified(path.read_text(encoding="utf-8"))
    faces = "".join(FACE.findall(text))
    return FACE.sub("", text), faces.replace("url(", f"url({AT.get(path, '')}")
