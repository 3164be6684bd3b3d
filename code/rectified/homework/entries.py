"""What lies in a folder or an archive that was handed in: listed and read, never unpacked.

Students choose what is in their archives. So nothing of an archive is written to the disk, no link
is followed, a name that leads out is refused, and sizes are bounded twice: as the archive declares
them, and as bytes really come.
"""

import calendar
import io
import os
import stat
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

FILE = 20_000_000  # bytes of a notebook at most
ARCHIVE = 100_000_000  # bytes of a student's archive, packed, and of all that is in it, unpacked
MEMBERS = 2_000  # files in a student's archive
RATIO = 200  # unpacked bytes for a packed one; notebooks have 3 to 20
LISTED = 200_000  # files in what was handed in altogether
DIRECTORY = b"PK\x01\x02"  # opens each entry of an archive's directory
ENCRYPTED = 0x1
PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # LZMA may ask for gigabytes to unpack


@dataclass(frozen=True)
class Entry:
    """A file, not yet read. `parts` say where it lies; an archive counts as a folder."""

    parts: tuple[str, ...]
    changed: float  # when, in seconds
    size: int  # as declared
    fault: str  # why it is not to be read; "" if it may be
    opened: Callable[[], io.BufferedIOBase]

    @property
    def name(self) -> str:
        """The file's own name."""
        return self.parts[-1]

    @property
    def is_archive(self) -> bool:
        """Say whether the name is that of a zip archive."""
        return self.name.casefold().endswith(".zip")

    def read(self, limit: int = FILE) -> bytes:
        """Return the bytes. Raises ValueError, with a sentence that says why, if they are none."""
        if self.fault:
            raise ValueError(self.fault)
        if self.size > limit:
            raise ValueError(_too_large(limit))
        try:
            with self.opened() as file:
                data = file.read(limit + 1)
        except Exception as error:  # an archive that is not ours can go wrong in any way
            raise ValueError(f"It cannot be read: {error}.") from error
        if len(data) > limit:
            raise ValueError(_too_large(limit))
        return data


def listed(source: Path) -> list[Entry]:
    """Return what lies in a folder or a zip archive, sorted; archives in it stay closed.

    Hidden files and those that systems leave behind are passed over. Raises ValueError, naming
    `source`, if it is neither, or holds more than LISTED files.
    """
    if source.is_dir():
        found = _in_folder(source)
    elif source.is_file() and zipfile.is_zipfile(source):
        found = _in_archive(_archive(source), ())
    else:
        raise ValueError(f"source must be a folder or a zip archive, and {source} is neither")
    entries = []
    for entry in found:
        entries.append(entry)
        if len(entries) > LISTED:
            raise ValueError(f"source must hold at most {LISTED} files, and {source} holds more")
    return sorted(entries, key=lambda entry: entry.parts)


def unpacked(entry: Entry, limit: int = ARCHIVE) -> list[Entry]:
    """Return what lies in an archive, sorted. Raises ValueError, saying why, if it is refused."""
    data = entry.read(limit)
    if data.count(DIRECTORY) > MEMBERS:  # counted before the directory is read into memory
        raise ValueError(f"It is an archive of more than {MEMBERS} files.")
    archive = _archive(io.BytesIO(data))
    if sum(info.file_size for info in archive.infolist()) > limit:
        raise ValueError(_too_large(limit))
    return sorted(_in_archive(archive, entry.parts), key=lambda inner: inner.parts)


def _archive(file: Path | io.BytesIO) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(file)
    except Exception as error:  # as above
        raise ValueError(f"It is no archive that can be opened: {error}.") from error


def _too_large(limit: int) -> str:
    return f"It is larger than {limit // 1_000_000} MB."


def _in_folder(source: Path) -> Iterator[Entry]:
    """Yield the files of a folder; links, devices and the like have a fault."""
    for folder, folders, names in os.walk(source):  # follows no link
        linked = [name for name in folders if (Path(folder) / name).is_symlink()]
        folders[:] = sorted(set(folders) - set(linked))
        for name in sorted([*names, *linked]):
            path = Path(folder) / name
            parts = path.relative_to(source).parts
            if not _left_behind(parts):
                about = path.lstat()
                fault = "" if stat.S_ISREG(about.st_mode) else "It is a link or no file at all."
                yield Entry(parts, about.st_mtime, about.st_size, fault, _opener(path))


def _opener(path: Path) -> Callable[[], io.BufferedIOBase]:
    """Return what opens a file that was no link when it was listed, and must be none now."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    return lambda: os.fdopen(os.open(path, flags), "rb")


def _in_archive(archive: zipfile.ZipFile, above: tuple[str, ...]) -> Iterator[Entry]:
    """Yield the files of an archive, which stays open as long as one of them is held."""
    for info in archive.infolist():
        path = info.filename.replace("\\", "/")
        parts = tuple(part for part in path.split("/") if part not in ("", "."))
        if path.endswith("/") or not parts or _left_behind(parts):
            continue
        parts = above + parts
        year, month, *rest = info.date_time
        when = calendar.timegm((year, min(max(month, 1), 12), *rest))  # 0 and 15 can stand there
        opened = lambda info=info: archive.open(info)  # noqa: E731
        yield Entry(parts, when, info.file_size, _fault(info), opened)


def _fault(info: zipfile.ZipInfo) -> str:
    """Say why an archive's entry is not to be read; "" if it may be."""
    name = info.orig_filename
    if (
        ".." in PurePosixPath(name.replace("\\", "/")).parts
        or name[:1] in "/\\"
        or name[1:2] == ":"
    ):
        return "Its name leads out of the archive."
    if "\0" in name:
        return "Its name holds a character that no name may hold."
    mode = info.external_attr >> 16
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        return "It is a link or no file at all."
    if info.flag_bits & ENCRYPTED or info.compress_type not in PACKED:
        return "It is encrypted, or packed in an unusual way."
    if info.file_size > 1_000_000 and info.file_size > RATIO * max(info.compress_size, 1):
        return f"It unpacks to more than {RATIO} times its size."
    return ""


def _left_behind(parts: tuple[str, ...]) -> bool:
    """Say whether a system or an editor has left this file behind, or it is hidden."""
    return parts[0] == "__MACOSX" or any(part != ".." and part[0] == "." for part in parts)
