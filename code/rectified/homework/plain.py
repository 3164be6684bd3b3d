"""Text of strangers, made fit to be shown: without control codes, bounded. Escaping comes later."""

import re

ANSI = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])|\x9b[0-?]*[@-~]"
)
UNSEEN = re.compile(  # controls; what turns the direction of writing; what has no width; surrogates
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff"
    "\ud800-\udfff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
CUT = " […]"


def plain(text: str, limit: int) -> str:
    """Return text of at most `limit` characters; lines and tabs stay, what cannot be seen goes.

    ANSI codes, controls, turns of direction (a name that is read backwards) and halves of
    characters are left out; Windows' line ends become plain ones. What is cut off ends with `[…]`.
    """
    text = text[: 4 * limit].replace("\r\n", "\n").replace("\r", "\n")  # no more work than it shows
    text = UNSEEN.sub("", ANSI.sub("", text))
    return text if len(text) <= limit else text[: limit - len(CUT)] + CUT


def one_line(text: str, limit: int = 200) -> str:
    """Return text as `plain` does, on one line, with single spaces."""
    return " ".join(plain(re.sub(r"\s", " ", text[: 4 * limit]), limit).split())
