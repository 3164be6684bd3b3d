"""Files that are there whole or not at all; for any room, so it imports none."""

import os
import secrets
from pathlib import Path


def write_whole(path: Path, raw: bytes) -> None:
    """Write a file so that its name never stands for less than all of it, whatever happens."""
    part = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        with part.open("xb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
