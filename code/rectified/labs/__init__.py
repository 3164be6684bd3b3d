"""The labs: pictures that compute in the reader's browser, and widgets where there is a kernel."""

from rectified.labs.activation_explorer import ActivationExplorer
from rectified.labs.dying_units import DyingUnits
from rectified.labs.gradient_flow import GradientFlow
from rectified.labs.hinge_composer import HingeComposer
from rectified.labs.initialization import Initialization
from rectified.labs.lab import Lab, Try

ALL: dict[str, type[Lab]] = {  # in the order of the chapters
    lab.slug: lab
    for lab in (ActivationExplorer, HingeComposer, GradientFlow, Initialization, DyingUnits)
}

__all__ = [
    "ALL",
    "ActivationExplorer",
    "DyingUnits",
    "GradientFlow",
    "HingeComposer",
    "Initialization",
    "Lab",
    "Try",
]
