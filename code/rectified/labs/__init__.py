"""The labs: pictures that compute in the reader's browser, and widgets where there is a kernel."""

from rectified.labs.lab import Lab, Try

ALL: dict[str, type[Lab]] = {lab.slug: lab for lab in ()}  # in the order of the chapters

__all__ = ["ALL", "Lab", "Try"]
