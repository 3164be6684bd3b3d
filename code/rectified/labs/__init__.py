"""The labs: pictures that compute in the reader's browser, and widgets where there is a kernel."""

from rectified.labs.lab import Lab, Try

__all__ = ["Lab", "Try"]
