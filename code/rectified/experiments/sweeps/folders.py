"""A folder of results: a file for each point, written whole or not at all, and never deleted."""

import hashlib
import os
import secrets
import warnings
from collections.abc import Iterable
from pathlib import Path

from rectified.experiments.sweeps import storage
from rectified.experiments.sweeps.points import Point
from rectified.files import write_whole


class SweepWarning(UserWarning):
    """What a sweep found in its folder and did not use."""


class ResultFolder:
    """The results that are kept in a folder, for code of one mark."""

    def __init__(self, path: str | os.PathLike, mark: str) -> None:
        """Make the folder if need be. Raises OSError, naming it, if it cannot be written to."""
        self.path, self.mark = Path(path), mark
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            probe = self.path / f".{secrets.token_hex(8)}.part"
            probe.write_bytes(b"")
            probe.unlink()
        except OSError as error:
            raise OSError(f"folder {self.path} cannot be written to: {error}") from error

    def file(self, point: Point) -> Path:
        """Return where a point's result is kept."""
        return self.path / f"{point.key}.npz"

    def load(self, points: Iterable[Point]) -> dict[Point, object]:
        """Return the results that are there; warn of files that cannot be used."""
        results, outdated = {}, 0
        for point in points:
            try:
                raw = self.file(point).read_bytes()
            except FileNotFoundError:
                continue
            try:
                if made_by(raw, point) == self.mark:
                    results[point] = storage.unpack(raw, "result")
                else:
                    outdated += 1
            except ValueError as error:
                self._set_aside(point, raw, error)
        if outdated:
            message = f"{outdated} results in {self.path} were made by other code; computing again"
            warnings.warn(message, SweepWarning, stacklevel=3)
        return results

    def save(self, point: Point, raw: bytes) -> None:
        """Keep a point's result. Raises OSError, naming the point, if that fails."""
        try:
            write_whole(self.file(point), raw)
        except OSError as error:
            raise OSError(f"the result of {point} cannot be kept: {error}") from error

    def _set_aside(self, point: Point, raw: bytes, error: ValueError) -> None:
        """Rename a file that cannot be used, and say so."""
        path = self.file(point)
        aside = path.with_suffix(f".{hashlib.sha256(raw).hexdigest()[:8]}.damaged")
        message = f"{path} is set aside as {aside.name}, and computed again: {error}"
        try:
            path.replace(aside)
        except FileNotFoundError:  # another sweep in this folder has set it aside
            return
        warnings.warn(message, SweepWarning, stacklevel=4)


def made_by(raw: bytes, point: Point) -> str:
    """Return the mark of the code that made a file; ValueError unless it is the point's."""
    settings = storage.pack(settings=storage.unpack(raw, "settings"))
    found = Point(experiment=storage.unpack(raw, "experiment"), packed=settings)
    if found != point:
        raise ValueError(f"it holds {found}, not {point}")
    return storage.unpack(raw, "mark")
