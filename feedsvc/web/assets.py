"""The files that ship with the pages: the stylesheets, the script of the copy buttons, the icons."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from importlib.resources import files

from feedsvc.codings import encode
from feedsvc.model import Representation
from feedsvc.web.answers import DAY

_MEDIA_TYPES = {
    "/static/style.css": "text/css",
    "/static/feed.css": "text/css",
    "/static/copy.js": "text/javascript",
    "/static/favicon.svg": "image/svg+xml",
    "/favicon.ico": "image/vnd.microsoft.icon",
}


def load_assets(since: datetime) -> Mapping[str, Representation]:
    """Each shipped file by its path. ``since`` stands for when they changed: the process's start."""
    folder = files("feedsvc.web") / "static"
    return {
        path: represent_bytes(path, media_type, (folder / path.rpartition("/")[2]).read_bytes(), since, DAY)
        for path, media_type in _MEDIA_TYPES.items()
    }


def represent_bytes(path: str, media_type: str, data: bytes, last_modified: datetime, max_age: int) -> Representation:
    """``data`` as a document in every coding that is worth while."""
    digest = hashlib.sha256(data).hexdigest()[:32]
    return Representation(path, media_type, digest, last_modified, max_age, encode(data))
