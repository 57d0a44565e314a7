"""The feed from which an article was taken: what may be told of it."""

import re
from urllib.parse import urlsplit

from feedsvc.articles.addresses import WEB, absolute
from feedsvc.config import Publication
from feedsvc.model import Origin
from feedsvc.text import fold, one_line

_URI = re.compile(r"""[A-Za-z][A-Za-z0-9+.-]*:[^\s<>"{}|\\^`]+""")


def origin_of(stated: Origin | None, publication: Publication) -> Origin | None:
    """``stated``, cleaned. None where it has no title, and where it is the publication itself, as after a move here."""
    if stated is None or not (title := one_line(stated.title)):
        return None
    url, page = (_address(each) for each in (stated.url, stated.page))
    hosts = {urlsplit(each).hostname for each in (url, page) if each is not None}
    if fold(title) == fold(publication.title) or urlsplit(publication.url).hostname in hosts:
        return None
    id_ = one_line(stated.id or "")
    return Origin(title, id_ if _URI.fullmatch(id_) and id_.isascii() else url, url, page)


def _address(stated: str | None) -> str | None:
    address = absolute(stated, "", WEB) if stated else None
    return address if address is not None and address.isascii() else None
