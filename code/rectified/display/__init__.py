"""What a cell can show: one base class, one style, the source listing and the table.

The same output appears on the site, in JupyterLab and in Colab, so this room knows nothing of
Sphinx and imports no other room.
"""

from rectified.display.output import Output
from rectified.display.source import show_source
from rectified.display.table import Table

__all__ = ["Output", "Table", "show_source"]
