"""Note which versions Colab has of what the package needs: ``python tools/colab.py FREEZE``.

FREEZE is the ``pip-freeze.txt`` of github.com/googlecolab/backend-info. A test holds the ranges of
pyproject.toml open for these versions, so that Colab keeps its own and installs in seconds.
"""

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CONSTRAINTS = ROOT / ".github/colab-constraints.txt"
HEADER = "# What Colab has installed; written by tools/colab.py from its public list.\n"


def pins(freeze: str, names: list[str]) -> list[str]:
    """Return ``name==version`` for each name that Colab has.

    A wheel's address counts as well: ``torch @ https://…/torch-2.11.0%2Bcpu-cp313-….whl``.
    Raises ValueError for a text that is no such list: it has no NumPy.
    """
    found = []
    for name in names:
        line = re.search(
            rf"(?im)^{re.escape(name)}(?:==| @ \S*/{re.escape(name)}-)(\d+(?:\.\d+)*)", freeze
        )
        found += [f"{name}=={line[1]}"] if line else []
    if not any(pin.startswith("numpy==") for pin in found):
        raise ValueError("this is not Colab's list: it has no NumPy")
    return found


def main(freeze: str) -> str | None:
    """Write the constraints; return a sentence if that cannot be done."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = [re.match(r"[\w.-]+", line)[0] for line in project["dependencies"]]
    try:
        lines = pins(Path(freeze).read_text(encoding="utf-8"), names)
    except (OSError, ValueError) as error:
        return str(error)
    CONSTRAINTS.write_text(HEADER + "\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    return None


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
