"""Files of public sets: looked for on this machine, fetched only when asked, always verified."""

import hashlib
import os
import shutil
import sys
import tempfile
import urllib.request
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path

TIMEOUT = 60  # seconds without an answer


class UnavailableError(OSError):
    """A file that is not here and could not be had; the text says where, why and what to do."""


@dataclass(frozen=True, kw_only=True)
class PublishedFile:
    """A file as it is published: where it is looked for, where it is fetched, how it is known."""

    name: str
    sha256: str
    folders: tuple[str, ...]  # within the data folder; a download goes to the first
    addresses: tuple[str, ...]  # whole URLs, tried in this order


def data_folder() -> Path:
    """Return the folder for public sets: RECTIFIED_DATA, or this user's cache on this system."""
    if given := os.environ.get("RECTIFIED_DATA"):
        return Path(given).expanduser()
    if sys.platform == "win32":
        caches = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData/Local"
    elif sys.platform == "darwin":
        caches = Path.home() / "Library/Caches"
    else:
        caches = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(caches) / "rectified"


def located(file: PublishedFile, *, download: bool = False) -> Path:
    """Return where the file is on this machine, its SHA-256 verified.

    If it is in none of its folders, it is fetched, but only if `download` is True. It appears
    under its name when it is complete and right, never before. Raises UnavailableError with the
    reason otherwise; a wrong file that is already there is left alone.
    """
    places = [data_folder() / folder / file.name for folder in file.folders]
    path = next((place for place in places if place.is_file()), None)
    if path is not None:
        if (found := _digest(path)) != file.sha256:
            raise UnavailableError(
                f"{path} is not {file.name} as published: its SHA-256 is {found}, not "
                f"{file.sha256}. Remove it, then ask again with download=True"
            )
        return path
    if not download:
        raise UnavailableError(
            f"{file.name} is not on this machine: looked for {', '.join(map(str, places))}. Ask "
            f"for it with download=True, or get it from {file.addresses[0]} and put it there; the "
            "environment variable RECTIFIED_DATA names another folder"
        )
    _download(file, places[0])
    return places[0]


def _digest(path: Path) -> str:
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _download(file: PublishedFile, path: Path) -> None:
    """Fetch the file from the first address that has it, and put it into place whole."""
    failures = []
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".download-") as folder:
            part = Path(folder) / file.name
            for address in file.addresses:
                if failure := _fetch(address, part, file.sha256):
                    failures.append(f"{address}: {failure}")
                else:
                    os.replace(part, path)
                    return
    except OSError as error:
        raise UnavailableError(
            f"{path.parent} cannot be written to ({error}); let the environment variable "
            "RECTIFIED_DATA name a folder that can"
        ) from error
    raise UnavailableError(
        f"{file.name} could not be downloaded ({'; '.join(failures)}). Try again later, or get it "
        f"by another way and put it at {path}"
    )


def _fetch(address: str, part: Path, sha256: str) -> str:
    """Write what is at the address to a file; return what went wrong, nothing if nothing did."""
    try:
        with urllib.request.urlopen(address, timeout=TIMEOUT) as answer, part.open("wb") as opened:
            shutil.copyfileobj(answer, opened)
    except (OSError, HTTPException) as error:
        return f"{type(error).__name__}: {error}"
    found = _digest(part)
    return "" if found == sha256 else f"what arrived is not the file (its SHA-256 is {found})"
