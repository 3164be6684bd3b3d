"""Pages that hold one lab each, as the site would make them, for tests in a browser."""

import os
import shutil
from pathlib import Path
from unittest import mock

import pytest

from rectified import display, labs
from rectified.display.place import PAGE
from rectified.labs import Lab
from rectified.labs import lab as frame
from rectified.site import theme
from sample_lab import Sample

LABS: dict[str, type[Lab]] = {Sample.slug: Sample, **labs.ALL}
each_lab = pytest.mark.parametrize("slug", LABS)

SHEETS = ("tokens.css", "outputs.css", "book.css", "labs.css")
TEMPLATE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">{links}
<script type="module" src="labs/hydrate.mjs"></script></head>
<body><main class="bd-main"><article class="bd-article"><section><h1>{title}</h1>
<div class="cell"><div class="cell_output"><div class="rc-output">{lab}</div></div></div>
<p>What follows.</p></section></article></main></body></html>
"""


def write_site(folder: Path, labs: dict[str, Lab]) -> None:
    """Write `NAME.html` for each lab, and what the pages load."""
    display_folder, labs_folder = Path(display.__file__).parent, Path(frame.__file__).parent
    shutil.copytree(labs_folder / "joined", folder / "labs")
    shutil.copytree(display_folder / "fonts", folder / "fonts")
    for path in (display_folder / "tokens.css", display_folder / "outputs.css"):
        shutil.copy(path, folder)
    shutil.copy(labs_folder / "lab.css", folder / "labs.css")
    shutil.copy(Path(theme.__file__).parent / "static/book.css", folder)
    links = "".join(f'<link rel="stylesheet" href="{name}">' for name in SHEETS)
    for name, lab in labs.items():
        page = TEMPLATE.format(title=lab.question, links=links, lab=lab.placeholder())
        (folder / f"{name}.html").write_text(page, encoding="utf-8")


def on_page(make: type[Lab], **state: object) -> Lab:
    """Make a lab as a chapter that is executed for the site makes it."""
    with mock.patch.dict(os.environ, {PAGE: "1"}):
        return make(**state)
