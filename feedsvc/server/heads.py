"""Heads of requests (RFC 9112, section 2): what they say, in the words of WSGI (PEP 3333)."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any
from urllib.parse import unquote_to_bytes

# The head of a poll as all readers send it: whole, in origin form, in ASCII. Whatever differs is for the grammar of h11.
_PLAIN = re.compile(rb"GET (/[!-~]*) HTTP/1\.1\r\n((?:[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t -~]*\r\n)+)\r\n")
_LONGEST_PLAIN = 4096
# With one of these a request has a body, or wants another protocol.
_NOT_PLAIN = {b"content-length", b"transfer-encoding", b"expect", b"upgrade"}


def plain(data: bytes) -> tuple[bytes, list[tuple[bytes, bytes]], bool] | None:
    """Target and fields of a request that ``data`` holds whole and alone, and whether it is the connection's last.

    None for what is not plainly that.
    """
    found = _PLAIN.fullmatch(data) if len(data) <= _LONGEST_PLAIN else None
    if found is None:
        return None
    fields = []
    for line in found[2].split(b"\r\n")[:-1]:
        name, _, value = line.partition(b":")
        fields.append((name.lower(), value.strip(b" \t")))
    names = [name for name, _ in fields]
    persistence = [value.lower() for name, value in fields if name == b"connection"]
    if names.count(b"host") != 1 or not _NOT_PLAIN.isdisjoint(names):
        return None
    if persistence not in ([], [b"keep-alive"], [b"close"]):
        return None
    return found[1], fields, persistence == [b"close"]


def environ_of(
    method: bytes, target: bytes, fields: Iterable[tuple[bytes, bytes]], address: str, here: tuple[str, str]
) -> dict[str, Any]:
    """The environ of a request, but for its body. ``fields`` have lower-case names; ``here`` is host and port.

    Fields with ``_`` in their names are left out: they would pass for those with ``-``.
    """
    path, query = _split(target)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method.decode("latin-1"),
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query.decode("latin-1"),
        "REMOTE_ADDR": address,
        "SERVER_NAME": here[0],
        "SERVER_PORT": here[1],
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in fields:
        variable = _variable(name)
        if variable is None:
            continue
        text = value.decode("latin-1")
        if variable in environ:
            text = f"{environ[variable]}{'; ' if variable == 'HTTP_COOKIE' else ','}{text}"
        environ[variable] = text
    return environ


def _split(target: bytes) -> tuple[bytes, bytes]:
    """Path and query of a target in origin form, or in absolute form (RFC 9112, section 3.2.2)."""
    if not target.startswith(b"/") and b"://" in target:
        target = b"/" + target.partition(b"://")[2].partition(b"/")[2]
    path, _, query = target.partition(b"?")
    return path, query


@lru_cache(maxsize=256)
def _variable(name: bytes) -> str | None:
    """The CGI variable of a field; None when it has none."""
    if b"_" in name:
        return None
    variable = name.decode("latin-1").upper().replace("-", "_")
    return variable if variable in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{variable}"
