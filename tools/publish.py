"""Gather what a server gives out: ``python tools/publish.py`` fills _build/public.

That is the site with the PDF and the archive beside it. Only here do its pages link the two: a site
that is built and not published has neither.
"""

import re
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

import archive

ROOT = Path(__file__).resolve().parent.parent
TARGET = "_build/public"
PLACE = re.compile(r"<!-- downloads (\S*?) ?-->")  # in the layout, with the way to the site's root
FILES = {"rectified.pdf": "PDF, {} MB", "rectified.zip": "Archive to read offline, {} MB"}
LINKS = '<p class="caption"><span class="caption-text">The whole book</span></p><ul>{}</ul>'


def publish(root: Path) -> Path:
    """Fill the folder anew. Raises FileNotFoundError, with a sentence, for what is not made yet."""
    site, target = root / archive.SITE, root / TARGET
    for path in (site / "index.html", *(root / "_build" / name for name in FILES)):
        if not path.is_file():
            raise FileNotFoundError(f"{path.name} is not made yet: make publish")
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(site, target, ignore=shutil.ignore_patterns(*archive.LEFT_OUT))
    sizes = {}
    for name in FILES:
        path = Path(shutil.copy(root / "_build" / name, target))
        sizes[name] = path.stat().st_size / 1e6
    for page in target.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        linked = PLACE.sub(lambda place: links(place[1], sizes), text)
        page.write_text(linked, encoding="utf-8", newline="\n")
    return target


def links(up: str, sizes: Mapping[str, float]) -> str:
    """Return the links to the files; `up` leads from a page to them, sizes are in MB."""
    items = (
        f'<li><a href="{up}{name}" download>{FILES[name].format(f"{size:.1f}")}</a></li>'
        for name, size in sizes.items()
    )
    return LINKS.format("".join(items))


def main() -> str | None:
    """Fill the folder; return a sentence if it cannot be done."""
    try:
        target = publish(ROOT)
    except FileNotFoundError as error:
        return str(error)
    print(f"What to publish is in {target.relative_to(ROOT)}")
    return None


if __name__ == "__main__":
    sys.exit(main())
