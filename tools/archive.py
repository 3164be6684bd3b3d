"""Pack the built site to be read offline: ``python tools/archive.py`` makes _build/rectified.zip.

The same site gives the same bytes: files lie in order, and none has a date or an owner of its own.
"""

import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SITE, TARGET = "_build/html", "_build/rectified.zip"
FOLDER = "rectified"  # what an unpacked archive is one folder of
LEFT_OUT = {".buildinfo", "objects.inv"}  # what Sphinx keeps for itself and for other books
DATE = (1980, 1, 1, 0, 0, 0)  # the first that a zip can have
READ_ME = """\
Rectified, to be read offline
=============================

Open index.html in a browser: the whole book is there. A browser runs the labs only if the pages
come from a server, even one on your own machine. Python brings one; type in this folder

    python3 -m http.server

and open http://localhost:8000
"""


def entries(site: Path) -> dict[str, bytes]:
    """Return the files of the archive by name. Raises FileNotFoundError for a site not built."""
    if not (site / "index.html").is_file():
        raise FileNotFoundError("The site is not built yet: make book")
    paths = [path for path in site.rglob("*") if path.is_file() and path.name not in LEFT_OUT]
    names = {path.relative_to(site).as_posix(): path for path in paths}
    found = {f"{FOLDER}/{name}": names[name].read_bytes() for name in sorted(names)}
    return {f"{FOLDER}/READ-ME.txt": READ_ME.encode(), **found}


def write(site: Path, target: Path) -> None:
    """Write the archive of a site."""
    found = entries(site)
    with zipfile.ZipFile(target, "w") as archive:
        for name, raw in found.items():
            entry = zipfile.ZipInfo(name, DATE)
            entry.create_system = 3  # the same on every system
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, raw, zipfile.ZIP_DEFLATED, compresslevel=9)


def main() -> str | None:
    """Make the archive; return a sentence if it cannot be made."""
    try:
        write(ROOT / SITE, ROOT / TARGET)
    except FileNotFoundError as error:
        return str(error)
    print(f"The archive is at {TARGET}: {(ROOT / TARGET).stat().st_size / 1e6:.1f} MB")
    return None


if __name__ == "__main__":
    sys.exit(main())
