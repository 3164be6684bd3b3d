"""Write what Colab has installed as constraints for pip: ``python tools/colab.py FREEZE``.

FREEZE is the ``pip-freeze.txt`` of github.com/googlecolab/backend-info. A test holds the ranges of
pyproject.toml open for these versions, so that Colab keeps its own and installs in seconds; another
makes an environment of them, and runs every chapter there.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CONSTRAINTS = ROOT / ".github/colab-constraints.txt"
HEADER = "# What Colab has installed; written by tools/colab.py from its public list.\n"
# name==1.2.3, or a wheel's address: torch @ https://…/torch-2.11.0%2Bcpu-cp313-….whl
# What it has of CUDA serves another package, and PyTorch's default wheel wants other versions.
LINE = re.compile(r"(?m)^(?!nvidia-)([A-Za-z0-9][\w.-]*)(?:==| @ https://\S*/[\w.]+-)(\d[\w.]*)")


def pins(freeze: str) -> list[str]:
    """Return ``name==version`` for each package that Colab has from a registry.

    Raises ValueError for a text that is no such list: it has no NumPy.
    """
    found = [f"{name}=={version}" for name, version in LINE.findall(freeze)]
    if not any(pin.lower().startswith("numpy==") for pin in found):
        raise ValueError("this is not Colab's list: it has no NumPy")
    return found


def main(freeze: str) -> str | None:
    """Write the constraints; return a sentence if that cannot be done."""
    try:
        lines = pins(Path(freeze).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        return str(error)
    CONSTRAINTS.write_text(HEADER + "\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    return None


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
