"""What is collected of each page when it is read, and kept in Sphinx's environment."""

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.environment.collectors import EnvironmentCollector


class PerPage(EnvironmentCollector):
    """A collector of one thing a page; a subclass says what, and under which name it is kept."""

    name: str  # of the environment's attribute

    def collect(self, doctree: nodes.document) -> Any:
        """Return what is kept of a page; nothing is, if it is empty."""
        raise NotImplementedError

    @classmethod
    def kept(cls, env: BuildEnvironment) -> dict[str, Any]:
        """Return it by page."""
        return env.__dict__.setdefault(cls.name, {})

    def clear_doc(self, app: Sphinx, env: BuildEnvironment, docname: str) -> None:
        """Forget a page that is removed or read again."""
        self.kept(env).pop(docname, None)

    def merge_other(
        self, app: Sphinx, env: BuildEnvironment, docnames: set[str], other: BuildEnvironment
    ) -> None:
        """Take what another process has read."""
        read = self.kept(other)
        self.kept(env).update({name: read[name] for name in docnames & set(read)})

    def process_doc(self, app: Sphinx, doctree: nodes.document) -> None:
        """Collect from a page that was read."""
        if found := self.collect(doctree):
            self.kept(app.env)[app.env.docname] = found
