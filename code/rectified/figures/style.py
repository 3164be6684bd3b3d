"""The house style: which colour, dash and marker a function has, in every figure of the book."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from types import MappingProxyType
from typing import Any

from matplotlib import cycler, font_manager, style

from rectified.display.tokens import LIGHT

UNIT = 1 / 72  # Matplotlib's inch in units of the picture: 480 units fill the text column
WIDTH = 480
GRADIENT_DASH = (0, (2.5, 1.5))  # in line widths: 5 on, 3 off. Dashed is a slope or a gradient
BAND = 0.18  # opacity of an interval, in the line's own colour
ROLES = ("relu", "leaky", "sigmoid", "tanh", "smooth", "linear")
FAMILY_ROLES = MappingProxyType(
    {
        "linear": "linear",
        "step": "linear",
        "saturating": "sigmoid",
        "piecewise linear": "relu",
        "piecewise quadratic": "smooth",
        "smooth": "smooth",
    }
)
NAMED_ROLES = ("leaky", "prelu", "rrelu"), ("tanh", "hard_tanh", "softsign", "arctan")

# The page's own face, so that Matplotlib measures the text that the reader's browser will set
for _face in sorted(Path(__file__).with_name("fonts").glob("*.ttf")):
    font_manager.fontManager.addfont(_face)

HOUSE: Mapping[str, Any] = MappingProxyType(
    {
        "figure.facecolor": "none",
        "axes.facecolor": "none",
        "savefig.transparent": True,
        "svg.fonttype": "none",  # text stays text
        "svg.hashsalt": "rectified",  # the same drawing gives the same bytes
        "font.family": ["Rectified Sans"],
        "font.size": 12.5,
        "text.color": LIGHT["text"],
        "axes.labelcolor": LIGHT["muted"],
        "axes.labelsize": 12.5,
        "axes.edgecolor": LIGHT["rule-strong"],
        "axes.linewidth": 0.8,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.axisbelow": True,
        "grid.color": LIGHT["rule"],
        "grid.linewidth": 0.6,
        "axes.prop_cycle": cycler("color", [LIGHT[role] for role in ROLES]),
        "axes.titlelocation": "left",
        "axes.titlesize": 12.5,
        "axes.titleweight": "normal",
        "axes.titlecolor": LIGHT["muted"],
        "axes.titlepad": 9,
        "axes.unicode_minus": True,
        "xtick.color": LIGHT["rule-strong"],
        "xtick.labelcolor": LIGHT["muted"],
        "ytick.color": LIGHT["rule-strong"],
        "ytick.labelcolor": LIGHT["muted"],
        "xtick.labelsize": 12,
        "ytick.labelsize": 12,
        "xtick.major.size": 3,
        "ytick.major.size": 3,
        "patch.edgecolor": LIGHT["text"],
        "hatch.color": LIGHT["rule-strong"],
        "lines.linewidth": 2,
        "lines.solid_capstyle": "round",
        "legend.frameon": False,
    }
)


def house_style() -> AbstractContextManager[None]:
    """Return a context, or a decorator, in which Matplotlib draws in the house style.

    It starts from Matplotlib's defaults, so what a reader has set in the notebook does not show
    in our figures; and it puts everything back, so that ours do not show in the reader's.
    """
    return style.context(["default", dict(HOUSE)])


def role(name: str, family: str = "") -> str:
    """Return the token that colours an activation, whatever the figure: ROLES are the choices.

    The leaky ReLUs and tanh's kin have colours of their own, the others that of their family.
    Raises ValueError when neither name nor family is known.
    """
    leaky, tanh_like = NAMED_ROLES
    if name.startswith(leaky):
        return "leaky"
    if name.startswith(tanh_like):
        return "tanh"
    if name in ROLES:
        return name
    if family not in FAMILY_ROLES:
        raise ValueError(f"no colour for {name!r} of family {family!r}: {list(FAMILY_ROLES)}")
    return FAMILY_ROLES[family]


def colour(name: str, family: str = "") -> str:
    """Return the light theme's colour of an activation; the page puts in its own theme's."""
    return LIGHT[role(name, family)]
