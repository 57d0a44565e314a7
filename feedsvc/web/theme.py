"""An operator's own templates and files, in the publication's folder: they stand before ours, block by block.

``templates/article.html`` takes the place of our template of that name; ``{% extends "feedsvc/article.html" %}`` keeps
what it does not say. ``static/style.css`` is loaded after our stylesheet; what else lies in ``static/`` may be used by
both. A template that fails is said, and ours is used.
"""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PackageLoader,
    PrefixLoader,
    StrictUndefined,
    TemplateSyntaxError,
)

from feedsvc.model import Finding, Representation
from feedsvc.text import shown
from feedsvc.web.answers import DAY
from feedsvc.web.assets import represent_bytes

# What may lie in ``static/``; nothing else is served.
_MEDIA_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".webp": "image/webp",
    ".ico": "image/vnd.microsoft.icon",
    ".woff2": "font/woff2",
}
_LARGEST = 5 * 1024 * 1024  # bytes of a file
_OURS = "feedsvc"

_log = logging.getLogger("feedsvc")


@dataclass(frozen=True, slots=True)
class Theme:
    """The folder of the publication, as far as its pages go. None: there is nothing of the operator's."""

    folder: Path | None = None

    @property
    def _templates(self) -> Path | None:
        found = self.folder / "templates" if self.folder else None
        return found if found is not None and found.is_dir() else None

    def environments(self) -> "Environments":
        """The templates, ours and the operator's."""
        ours = PackageLoader("feedsvc.web")
        if self._templates is None:
            return Environments(_environment(ours), None)
        own = ChoiceLoader([FileSystemLoader(self._templates), PrefixLoader({_OURS: ours}), ours])
        return Environments(_environment(ours), _environment(own))

    def files(self, since: datetime) -> Mapping[str, Representation]:
        """The files of ``static/`` by their path. ``since`` stands for when they changed: the process's start."""
        folder = self.folder / "static" if self.folder else None
        if folder is None or not folder.is_dir():
            return {}
        found = {}
        for file in sorted(folder.iterdir()):
            media_type = _MEDIA_TYPES.get(file.suffix.lower())
            if media_type is not None and file.is_file() and file.stat().st_size <= _LARGEST:
                path = f"/own/{file.name}"
                found[path] = represent_bytes(path, media_type, file.read_bytes(), since, DAY)
        return found

    def findings(self) -> Iterator[tuple[str, Finding]]:
        """What is wrong with the operator's templates and files, by name; found without rendering any."""
        if self._templates is not None:
            environment = self.environments().own
            for file in sorted(self._templates.glob("*.html")):
                name = f"templates/{shown(file.name)}"
                try:
                    text = file.read_text("utf-8")
                    if environment is not None:
                        environment.compile(text, filename=file.name)
                except TemplateSyntaxError as error:
                    message = f"{error.message}; ours is used until it is mended."
                    yield name, Finding("template-broken", "error", message, line=error.lineno)
                except (OSError, UnicodeDecodeError) as error:
                    message = f"It cannot be read as UTF-8 text ({error}); ours is used until it is mended."
                    yield name, Finding("template-broken", "error", message)
        folder = self.folder / "static" if self.folder else None
        for file in sorted(folder.iterdir()) if folder is not None and folder.is_dir() else ():
            if file.suffix.lower() not in _MEDIA_TYPES:
                known = ", ".join(sorted(_MEDIA_TYPES))
                message = f"A file of this kind is not served; convert it to one of {known}, or take it out."
                yield f"static/{shown(file.name)}", Finding("file-not-served", "warning", message)
            elif file.is_file() and file.stat().st_size > _LARGEST:
                message = f"It has more than {_LARGEST // 1024**2} MiB and is not served; make it smaller."
                yield f"static/{shown(file.name)}", Finding("file-not-served", "warning", message)


@dataclass(slots=True)
class Environments:
    """Our templates, and the operator's before ours."""

    ours: Environment
    own: Environment | None

    def each(self) -> Iterator[Environment]:
        """All there are, to be given the same filters."""
        yield self.ours
        if self.own is not None:
            yield self.own

    def render(self, template: str, values: Mapping[str, object]) -> str:
        """The page; by our template when the operator's fails, whatever way it does."""
        if self.own is not None:
            try:
                return self.own.get_template(template).render(values)
            except Exception as error:  # noqa: BLE001 - anything may happen in a template
                where = f", line {error.lineno}" if isinstance(error, TemplateSyntaxError) else ""
                kind = type(error).__name__
                _log.warning("templates: %s fails%s (%s: %r); ours is used", template, where, kind, str(error))
        return self.ours.get_template(template).render(values)


def _environment(loader: BaseLoader) -> Environment:
    return Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
