"""Cursors: a place in a list, opaque, and good only for the question it was given for."""

import base64
import binascii
import hashlib
from typing import Any, NoReturn

import msgspec

from registry.core.codes import Problem
from registry.core.errors import Fault, InvalidInput

_CHECK = 8


def cursor_of(question: Any, place: list[Any]) -> str:
    """The cursor of a place in the answer to `question`, both plain JSON values."""
    body = msgspec.json.encode(place)
    return base64.urlsafe_b64encode(_check(question, body) + body).decode("ascii").rstrip("=")


def place_of(question: Any, cursor: str) -> list[Any]:
    """The place that a cursor of the same question marks. Raises InvalidInput for any other."""
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        refuse()
    body = raw[_CHECK:]
    # The check is no secret: it keeps mistakes out, and a made-up cursor only chooses where to read from.
    if not body or cursor_of(question, _read(body)) != cursor:
        refuse()
    return _read(body)


def _read(body: bytes) -> list[Any]:
    try:
        place = msgspec.json.decode(body, type=list[str | int])
    except (msgspec.DecodeError, UnicodeDecodeError):
        refuse()
    return place


def _check(question: Any, body: bytes) -> bytes:
    return hashlib.blake2b(msgspec.json.encode(question) + b"\0" + body, digest_size=_CHECK, person=b"cursor").digest()


def refuse() -> NoReturn:
    detail = "is no cursor of this question: take `next_cursor` as it was given, and keep the other parameters"
    raise InvalidInput([Fault("cursor", Problem.INVALID_CURSOR, detail)])
