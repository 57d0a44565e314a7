"""What is rendered when it is asked for, pages and archive documents, kept in memory until the next edition."""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import TypeVar

from feedsvc.codings import weight
from feedsvc.model import Representation
from feedsvc.web.assets import represent_bytes
from feedsvc.web.edition import Edition

T = TypeVar("T")
BUDGET = 16 * 1024 * 1024  # bytes of bodies


class Shelf:
    """Renders each once for each edition; what was asked longest ago makes room."""

    def __init__(self, edition: Edition, budget: int = BUDGET) -> None:
        self._edition = edition
        self._budget = budget
        self._lock = Lock()
        self._revision = 0
        self._pages: OrderedDict[str, Representation] = OrderedDict()
        self._weight = 0

    def page(self, path: str, render: Callable[[], str | T]) -> Representation | T:
        """The page at ``path``; what ``render`` returns instead of HTML is handed on and not kept."""

        def make() -> Representation | T:
            made = render()
            if not isinstance(made, str):
                return made
            modified, max_age = self._edition.last_modified(), self._edition.max_age()
            return represent_bytes(path, "text/html", made.encode(), modified, max_age)

        return self.document(path, make)

    def document(self, path: str, make: Callable[[], Representation | T]) -> Representation | T:
        """The document at ``path``; what ``make`` returns instead of one is handed on and not kept."""
        revision = self._edition.revision()
        if (kept := self._kept(path, revision)) is not None:
            return kept
        made = make()
        # An edition that arrives while a page is made could leave half of each on it.
        while (current := self._edition.revision()) != revision:
            revision, made = current, make()
        if isinstance(made, Representation):
            self._keep(made, revision)
        return made

    def _kept(self, path: str, revision: int) -> Representation | None:
        with self._lock:
            if revision != self._revision:
                self._pages.clear()
                self._revision, self._weight = revision, 0
            if path in self._pages:
                self._pages.move_to_end(path)
            return self._pages.get(path)

    def _keep(self, page: Representation, revision: int) -> None:
        with self._lock:
            if revision != self._revision or page.path in self._pages:
                return
            self._pages[page.path] = page
            self._weight += weight(page.bodies)
            while self._weight > self._budget:
                self._weight -= weight(self._pages.popitem(last=False)[1].bodies)
