"""Who may see what is the operator's: requests of this very machine, and those that carry the token."""

from hmac import compare_digest
from ipaddress import ip_address

from flask import Request

# What proxies add: a request that carries one comes from elsewhere, whatever address the connection has.
_FORWARDED = ("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP")


def is_own(request: Request, token: str | None) -> bool:
    """Whether the request is the operator's. The token is compared in constant time."""
    if "Authorization" in request.headers:
        given = request.headers.get("Authorization", "")
        scheme, _, secret = given.partition(" ")
        right = token is not None and compare_digest(secret.strip().encode(), token.encode())
        return right and scheme.lower() == "bearer"
    if any(name in request.headers for name in _FORWARDED):
        return False
    try:
        return ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False
