"""Code cells of exercises: solutions are folded, and the marks of graders are not shown."""

import re

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.writers.html5 import HTML5Translator

MARK = re.compile(r"^[ \t]*### (BEGIN|END) (SOLUTION|HIDDEN TESTS)[ \t]*\n?", re.MULTILINE)


class solution(nodes.container):
    """A cell that is closed until the reader opens it."""


class FoldSolutions(SphinxTransform):
    """Fold each code cell with the tag `solution`, and drop lines such as `### BEGIN SOLUTION`."""

    default_priority = 400

    def apply(self) -> None:
        """Wrap the cells and mend their source."""
        for cell in list(self.document.findall(_is_code_cell)):
            for source in cell.findall(nodes.literal_block):
                if MARK.search(source.astext()):
                    code = MARK.sub("", source.astext())
                    source.rawsource, source.children = code, []
                    source += nodes.Text(code)
            if "tag_solution" in cell["classes"]:
                cell.replace_self(solution("", cell.deepcopy()))


def _is_code_cell(node: nodes.Node) -> bool:
    return isinstance(node, nodes.container) and node.get("nb_element") == "cell_code"


def visit_solution(self: HTML5Translator, node: solution) -> None:
    """Open the fold."""
    self.body.append("<details><summary>Solution</summary>\n")


def depart_solution(self: HTML5Translator, node: solution) -> None:
    """Close the fold."""
    self.body.append("</details>\n")


def setup(app: Sphinx) -> None:
    """Register node and transform."""
    app.add_node(solution, html=(visit_solution, depart_solution))
    app.add_transform(FoldSolutions)
