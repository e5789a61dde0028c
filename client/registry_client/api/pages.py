"""Lists of the API: in one answer, or page after page."""

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from registry_client.api.errors import UnexpectedAnswer
from registry_client.api.questions import as_query
from registry_client.api.reading import read
from registry_client.api.transport import Transport

T = TypeVar("T")

PAGE = 100
"""Items of one page: the most that the API gives."""


def items_of(kind: type[T], answer: object, where: str) -> tuple[T, ...]:
    """The items of an answer that is a list."""
    items = answer.get("items") if isinstance(answer, Mapping) else None
    if not isinstance(items, list):
        raise UnexpectedAnswer(f"{where}.items must be a list")
    return tuple(read(kind, one, f"{where}.items[{place}]") for place, one in enumerate(items))


def paged(
    transport: Transport, kind: type[T], path: str, question: Mapping[str, Any] | None = None, page: int = PAGE
) -> Iterator[T]:
    """All items, following `next_cursor`; a page is asked for when it is reached."""
    query = as_query(question or {}) | {"limit": str(page)}
    while True:
        answered = transport.ask("GET", path, query=query)
        answer = answered.json()
        yield from items_of(kind, answer, answered.where)
        cursor = answer.get("next_cursor")
        if cursor is None:
            return
        if not isinstance(cursor, str) or cursor == query.get("cursor"):
            # One that leads back would never end.
            raise UnexpectedAnswer(f"{answered.where}.next_cursor leads nowhere")
        query["cursor"] = cursor
