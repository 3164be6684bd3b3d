"""Pages that need nothing but themselves: one file, no request, and everything escaped."""

import base64
import hashlib
import re
import unicodedata
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from rectified.display import tokens
from rectified.display.output import minified
from rectified.homework.plain import one_line, plain
from rectified.homework.scores import number

TEMPLATES = Path(__file__).with_name("templates")
NAME = 80  # characters of a student's or a file's name that are shown
TEXT = 4_000  # characters of a message, an answer or an output that are shown
QUOTE = 600  # characters of a message that is one among many


def page(template: str, *, script: str = "", **values: object) -> str:
    """Return a page from a template of `templates/`; values are escaped, always.

    The page's own policy lets nothing run and nothing load but its style, known by its digest, and
    `script`, the name of a file beside the templates, if it has one. In templates the filters
    `short`, `short_text`, `block` and `number` show names, sentences, strangers' text and points.
    """
    code = (TEMPLATES / script).read_text(encoding="utf-8") if script else ""
    policy = (
        f"default-src 'none'; style-src {_digest(style())}; base-uri 'none'; form-action 'none'"
    )
    if code:
        policy += f"; script-src {_digest(code)}"
    own = {"policy": policy, "style": Markup(style()), "script": Markup(code)}
    return _environment().get_template(template).render(own | values)


@cache
def style() -> str:
    """Return the rules of all pages and the tokens that they use, light and dark."""
    rules = minified((TEMPLATES / "page.css").read_text(encoding="utf-8"))
    names = tokens.used(rules)
    light = ";".join(f"--rc-{name}:{tokens.ALL[name]}" for name in names)
    dark = ";".join(f"--rc-{name}:{tokens.DARK[name]}" for name in names if name in tokens.DARK)
    return (
        f":root{{color-scheme:light;{light}}}@media screen and (prefers-color-scheme:dark)"
        f"{{:root{{color-scheme:dark;{dark}}}}}{rules}"
    )


def file_name(student: str, file: str, chapter: str) -> str:
    """Return a name for a submission's page: safe on every system, and of this submission only."""
    ascii_only = unicodedata.normalize("NFKD", student[:200]).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", ascii_only.lower())[:40].strip("-") or "student"
    digest = hashlib.sha256(f"{student}\0{file}".encode("utf-8", "replace")).hexdigest()
    return f"{slug}-{re.sub('[^a-z0-9-]', '', chapter)[:40]}-{digest[:8]}.html"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["short"] = lambda text: one_line(text, NAME) or "(no name)"
    environment.filters["short_text"] = lambda text: one_line(text, 400)
    environment.filters["quote"] = lambda text: plain(text, QUOTE)
    environment.filters["block"] = lambda text: plain(text, TEXT)
    environment.filters["number"] = number
    return environment


def _digest(text: str) -> str:
    raw = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(raw).decode()}'"
