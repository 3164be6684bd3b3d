"""The links to other sites, and when each was last seen to lead where it says.

`links.csv` lists them. How one was seen: it `answered` (the audit asked it), a stored copy of its
page was `read`, or it was found `named` in public documents with the same title. Of one that was
not seen, both columns are empty.
"""

import csv
import urllib.error
import urllib.request
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from built_site import ALL, soup

LIST = Path(__file__).with_name("links.csv")
HOW = ("answered", "read", "named", "")
AGENT = {"User-Agent": "Mozilla/5.0 (compatible; a check of a book's links)"}
SECONDS = 20
# Walls against robots: somebody is at home
SHY = {401, 403, 405, 406, 418, 429, 503, 999}


class Link(NamedTuple):
    """A line of the list."""

    address: str
    seen: str  # the day, as 2026-11-30
    how: str


def listed(path: Path = LIST) -> list[Link]:
    """Read the list."""
    with path.open(newline="", encoding="utf-8") as file:
        return [Link(**row) for row in csv.DictReader(file)]


def write(links: list[Link], path: Path = LIST) -> None:
    """Write the list, in order of the addresses."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([Link._fields, *sorted(links)])


def external() -> set[str]:
    """Return the addresses of other sites that the book's pages link."""
    links = (tag["href"] for name in ALL for tag in soup(name).find_all("a", href=True))
    return {link for link in links if urlsplit(link).scheme}


def answer(url: str) -> str:
    """Ask an address; return "" where something is there, else what came back."""
    request = urllib.request.Request(url, headers=AGENT)
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as response:
            response.read(1)
    except urllib.error.HTTPError as error:
        return "" if error.code in SHY else f"{error.code} {error.reason}"
    except (OSError, ValueError) as error:
        return str(getattr(error, "reason", error))
    return ""
