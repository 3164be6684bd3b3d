"""What runs in the confined process: the student's cells, and the student's functions.

Nothing here is trusted by the side that asks. Standard input and output are the conversation;
whatever the student's code prints goes to standard error.
"""

import os
import sys
from typing import Any

import numpy as np

from rectified.homework.calls import Peer


def main() -> None:
    """Serve the grader until it goes."""
    reader = os.fdopen(os.dup(0), "rb", buffering=2**16)
    writer = os.fdopen(os.dup(1), "wb", buffering=2**16)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    sys.stdout.reconfigure(line_buffering=True)  # it is killed in the end, and flushes nothing
    notebook = Notebook()
    names = ("clear", "run", "get", "call")
    Peer(reader, writer, {name: getattr(notebook, name) for name in names}).serve()


class Notebook:
    """A notebook's names, and what can be done with them."""

    def __init__(self) -> None:
        """Start empty."""
        # An interactive shell, so that magics, `display` and `!command` do what they do elsewhere.
        from IPython.core.interactiveshell import InteractiveShell
        from traitlets.config import Config

        settings = Config()
        settings.HistoryManager.enabled = False
        settings.InteractiveShell.colors = "nocolor"
        self._shell = InteractiveShell(config=settings)
        self._shell.showtraceback = lambda *_, **__: None  # run() says what went wrong

    def clear(self) -> None:
        """Forget all names; modules stay loaded."""
        self._shell.reset(new_session=False)

    def run(self, source: str) -> str:
        """Run a cell; return "" or what went wrong, as "NameError: ..."."""
        result = self._shell.run_cell(source, store_history=False, silent=True)
        error = result.error_before_exec or result.error_in_exec
        return f"{type(error).__name__}: {error}"[:2000] if error is not None else ""

    def get(self, name: str) -> Any:
        """Return a variable."""
        return self._named(name)

    def call(self, name: str, arguments: list, named: dict, errors: dict[str, str]) -> Any:
        """Call a function with the caller's handling of floating-point errors."""
        with np.errstate(**errors):
            return self._named(name)(*arguments, **named)

    def _named(self, name: str) -> Any:
        if name not in self._shell.user_ns:
            raise NameError(f"name {name!r} is not defined")
        return self._shell.user_ns[name]
