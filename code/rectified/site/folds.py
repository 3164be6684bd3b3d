"""Code that a page keeps closed until it is asked for: solutions, and how claims are checked."""

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.writers.html5 import HTML5Translator

from rectified.site.markers import without_hidden, without_marks


class fold(nodes.container):
    """What stays closed behind its `summary` until the reader opens it."""


class more(fold):
    """Sentences of the same kind as those before; neighbours share one fold."""


class FoldCells(SphinxTransform):
    """Fold cells tagged `solution` or `more` whole, and the code alone of those tagged `check`.

    Hidden tests are dropped, and the lines that mark solutions, which graders need.
    """

    default_priority = 400

    def apply(self) -> None:
        """Mend the source of cells, and wrap what is folded."""
        for cell in list(self.document.findall(_is_code_cell)):
            for source in cell.findall(nodes.literal_block):
                _show_to_readers(source)
            if not cell.astext().strip():  # nothing but hidden tests
                cell.parent.remove(cell)
                continue
            if "tag_solution" in cell["classes"]:
                summary = "Solution, in code" if _follows_solution(cell) else "Solution"
                cell.replace_self(fold("", cell.deepcopy(), summary=summary))
            if "tag_more" in cell["classes"]:
                _put_away(cell)
            if "tag_check" in cell["classes"]:
                code = cell.children[0]  # the input; what comes back stays open
                cell.replace(code, fold("", code.deepcopy(), summary="The check, as code"))


def _is_code_cell(node: nodes.Node) -> bool:
    return isinstance(node, nodes.container) and node.get("nb_element") == "cell_code"


def _show_to_readers(source: nodes.literal_block) -> None:
    """Take out of a listing what is for graders only."""
    code = without_marks(without_hidden(source.astext()))
    if code != source.astext():
        source.rawsource, source.children = code, []
        source += nodes.Text(code)


def _put_away(cell: nodes.Element) -> None:
    """Move the cell into the fold of the cell above, or into one of its own."""
    place = cell.parent.index(cell)
    if place and isinstance(above := cell.parent[place - 1], more):
        above += cell.deepcopy()
        cell.parent.remove(cell)
    else:
        cell.replace_self(more("", cell.deepcopy(), summary="More sentences, measured"))


def _follows_solution(cell: nodes.Element) -> bool:
    """Say whether a solution in words, folded by the chapter's own HTML, stands just above."""
    place = cell.parent.index(cell)
    above = cell.parent[place - 1]
    return place > 0 and isinstance(above, nodes.raw) and "</details>" in above.astext()


def visit_fold(self: HTML5Translator, node: fold) -> None:
    """Open the fold."""
    name = ' class="rc-more"' if isinstance(node, more) else ""
    self.body.append(f"<details{name}><summary>{self.encode(node['summary'])}</summary>\n")


def depart_fold(self: HTML5Translator, node: fold) -> None:
    """Close the fold."""
    self.body.append("</details>\n")


def setup(app: Sphinx) -> None:
    """Register node and transform."""
    app.add_node(fold, html=(visit_fold, depart_fold))
    app.add_node(more, html=(visit_fold, depart_fold))
    app.add_transform(FoldCells)
