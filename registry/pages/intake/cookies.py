"""The browser's side of a visit: cookies that no script reads, that no other site sends, and that go with the browser."""

import hashlib
import hmac

from flask import Response, request

from registry.complaints.intake.rules import Purpose
from registry.http.transaction import services

VISIT = "notes"
ABOUT = "notes_about"
"""The agency that somebody came from, until there is a draft to write it into: a public reference, and nothing else."""
DOORS = {Purpose.START: "notes_new", Purpose.OPEN: "notes_open"}
"""The ticket that waits while somebody reads or types. It also ties the forms before a visit to this browser."""


def value_of(name: str) -> str:
    return request.cookies.get(_full(name), "")


def set_cookie(response: Response, name: str, value: str) -> None:
    is_secure = services().settings.is_https
    response.set_cookie(_full(name), value, secure=is_secure, httponly=True, samesite="Strict", path="/")


def drop(response: Response, *names: str) -> None:
    is_secure = services().settings.is_https
    for name in names:
        if _full(name) in request.cookies:
            response.delete_cookie(_full(name), secure=is_secure, httponly=True, samesite="Strict", path="/")


def entrance_token(cookie: str) -> str:
    """What the forms before a visit carry, so that no other site can post one into this browser."""
    return hashlib.sha256(b"form " + cookie.encode("utf-8", "surrogatepass")).hexdigest()


def is_token(given: str, wanted: str) -> bool:
    return bool(wanted) and hmac.compare_digest(given.encode("utf-8", "surrogatepass"), wanted.encode())


def _full(name: str) -> str:
    # With this prefix a browser takes no such cookie from a neighbouring host, nor without encryption.
    return f"__Host-{name}" if services().settings.is_https else name
