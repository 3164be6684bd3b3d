"""A bar that shows how far a sweep has come, where somebody can see it move."""

import warnings

from tqdm import TqdmWarning
from tqdm.std import tqdm as text_bar

with warnings.catch_warnings():  # that ipywidgets is not installed: then no bar is shown
    warnings.simplefilter("ignore", TqdmWarning)
    from tqdm.auto import tqdm


def progress_bar(total: int, done: int, *, shown: bool) -> text_bar:
    """Return a bar that is gone when it is closed: a widget in notebooks, text on a terminal.

    Where neither is, as in a log or an executed chapter, it writes nothing.
    """
    return tqdm(total=total, initial=done, disable=None if shown else True, leave=False)
