"""Cursors: a place in a list, opaque, and good only for the question it was given for."""

import base64
import binascii
import hashlib
from collections.abc import Callable, Sequence
from typing import Any, Generic, NamedTuple, NoReturn, TypeVar

import msgspec

from registry.core.db.reading import Page
from registry.core.errors import Fault, InvalidInput
from registry.vocabulary.codes import Problem

_CHECK = 8

USUAL = 50
"""Items of a page where the question says no `limit`."""

Row = TypeVar("Row")


class ItemsPage(NamedTuple, Generic[Row]):
    """A page of a list, and the cursor of the next one, None at the end."""

    items: Sequence[Row]
    next_cursor: str | None


def page_at(
    question: Any, limit: int, cursor: str | None, read: Callable[[Page], Sequence[Row]], id_of: Callable[[Row], int]
) -> ItemsPage[Row]:
    """A page of a list by row ids. `read` gives the rows of a Page.

    Raises InvalidInput for a cursor of another question.
    """
    found = read(Page(limit + 1, None if cursor is None else row_in(question, cursor)))
    next_cursor = cursor_of(question, [id_of(found[limit - 1])]) if len(found) > limit else None
    return ItemsPage(found[:limit], next_cursor)


def row_in(question: Any, cursor: str) -> int:
    """The row id that a cursor of the same question marks. Raises InvalidInput for any other."""
    place = place_of(question, cursor)
    if len(place) != 1 or not isinstance(place[0], int) or not 0 <= place[0] < 2**31:
        refuse()
    return place[0]


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
