"""Write the repository's address into the few places that need one.

``python tools/repository.py https://github.com/OWNER/NAME`` writes it, ``none`` takes it out.
Without an argument the address stays, and all places are brought into line with it: a new
chapter gets its set-up cell. The address lives in ``_config.yml``; a test compares the others.
"""

import re
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parent.parent
ADDRESS = re.compile(r"https://github\.com/([A-Za-z0-9][A-Za-z0-9-]{0,38})/([A-Za-z0-9._-]{1,100})")
CONFIG_LINE = re.compile(r"(?m)^(repository:\n(?:[ #].*\n)*?  url:)[ ]*(.*?)[ ]*$")
CITATION_LINE = re.compile(r"(?m)^repository-code:.*\n")
BADGES = re.compile(r"(?s)(<!-- badges -->\n).*?(<!-- end of badges -->)")

SETUP_CELL = """\
# Colab and hubs install the book's package here; where it is, nothing is installed.
import os
from importlib.util import find_spec

os.environ.setdefault("OMP_NUM_THREADS", "1")  # more threads slow down networks this small
if find_spec("rectified") is None:
    %pip install --quiet "git+ADDRESS"
if find_spec("rectified") is None:
    raise ModuleNotFoundError("WHY")
"""
INSTALL = re.compile(r"(?m)^if .*\n    %pip .*\n")
NOT_HERE = "This kernel lacks the book's package; in its folder, run make lab"
NOT_INSTALLED = "pip says above what is wrong. Is Python older than 3.11?"


def checked(address: str) -> str:
    """Return an address as it is written; raise ValueError if it is not that of a repository."""
    address = address.strip().removesuffix("/").removesuffix(".git")
    if address and not ADDRESS.fullmatch(address):
        raise ValueError(f"URL must read https://github.com/OWNER/NAME, got {address!r}")
    return address


def current(root: Path = ROOT) -> str:
    """Return the address that _config.yml has, "" where it has none."""
    found = CONFIG_LINE.search((root / "_config.yml").read_text(encoding="utf-8"))
    if not found:
        raise ValueError("_config.yml needs a key `repository` with a line `  url:`")
    return found[2].strip("\"'")


def setup_cell(address: str) -> str:
    """Return the source of the first cell of every chapter."""
    if address:
        cell = SETUP_CELL.replace("ADDRESS", address).replace("WHY", NOT_INSTALLED)
    else:
        cell = INSTALL.sub("", SETUP_CELL).replace("WHY", NOT_HERE)
    return cell.rstrip("\n")


def badges(address: str) -> str:
    """Return README's badges: tests, Binder and Colab; none without an address."""
    if not address:
        return ""
    owner_and_name = address.removeprefix("https://github.com/")
    workflow = f"{address}/actions/workflows/tests.yml"
    binder = f"https://mybinder.org/v2/gh/{owner_and_name}/HEAD?urlpath=lab/tree/chapters"
    colab = (
        f"https://colab.research.google.com/github/{owner_and_name}/blob/HEAD/chapters/intro.ipynb"
    )
    return (
        f"[![tests]({workflow}/badge.svg)]({workflow})\n"
        f"[![open in Binder](https://mybinder.org/badge_logo.svg)]({binder})\n"
        f"[![open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]({colab})\n"
    )


def _config(text: str, address: str) -> str:
    return CONFIG_LINE.sub(lambda line: f'{line[1]} "{address}"', text)


def _citation(text: str, address: str) -> str:
    text = CITATION_LINE.sub("", text)
    return text + f'repository-code: "{address}"\n' if address else text


def _readme(text: str, address: str) -> str:
    return BADGES.sub(lambda block: block[1] + badges(address) + block[2], text)


def _chapter(text: str, address: str) -> str:
    notebook = nbformat.reads(text, as_version=4)
    for cell in notebook.cells:
        if "setup" in cell.metadata.get("tags", ()):
            cell.source = setup_cell(address)
    return nbformat.writes(notebook) + "\n"


def places(root: Path = ROOT) -> dict[Path, Callable[[str, str], str]]:
    """Return every file that holds the address, with what writes it into the file's text."""
    chapters = sorted((root / "chapters").glob("*.ipynb"))
    return {
        root / "_config.yml": _config,
        root / "README.md": _readme,
        root / "CITATION.cff": _citation,
        **dict.fromkeys(chapters, _chapter),
    }


def write(address: str, root: Path = ROOT) -> list[Path]:
    """Write the address everywhere, and return the files that changed."""
    changed = []
    for path, rewritten in places(root).items():
        before = path.read_text(encoding="utf-8")
        after = rewritten(before, address)
        if after != before:
            path.write_text(after, encoding="utf-8", newline="\n")
            changed.append(path)
    return changed


def main(arguments: list[str]) -> str | None:
    """Do what the command line asks for; return a sentence if it cannot be done."""
    try:
        asked = arguments[0] if arguments else current()
        address = "" if asked == "none" else checked(asked)
        changed = write(address)
    except ValueError as error:
        return str(error)
    names = ", ".join(path.relative_to(ROOT).as_posix() for path in changed) or "nothing to change"
    print(f"{address or 'no address'}: {names}")
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
