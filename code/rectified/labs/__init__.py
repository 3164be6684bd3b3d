"""The labs: pictures that compute in the reader's browser, and widgets where there is a kernel."""

from rectified.labs.hinge_composer import HingeComposer
from rectified.labs.initialization import Initialization
from rectified.labs.lab import Lab, Try

ALL: dict[str, type[Lab]] = {  # in the order of the chapters
    lab.slug: lab for lab in (HingeComposer, Initialization)
}

__all__ = ["ALL", "HingeComposer", "Initialization", "Lab", "Try"]
