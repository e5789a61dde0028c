"""Reads many items, each like a request of its own: a fault is reported for its item, and the others are answered."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from registry.bulk.answering.context import QuestionContext, Read
from registry.core.errors import Fault, InvalidInput
from registry.http.request_reader import load_item
from registry.register.authorities.sources import SourceSnapshot
from registry.vocabulary.codes import Problem
from schemas.base import InSchema
from schemas.bulk import ItemSchema

QUESTIONS = ItemSchema()


class Sent(NamedTuple):
    """An item as it came: its fields, in a file its line, what is wrong with the row as a whole, and with its day."""

    fields: Any
    line: int | None = None
    trouble: str = ""
    day: str = ""


AnySent = Sent | tuple[Any, None, str, str]
"""As it is, or as plain values: of thousands that stand in no file."""


class Item(NamedTuple):
    """An item read: what is asked, or what is wrong.

    `asked` are the loaded fields, which a receipt states; `extra` what of the
    row is no part of the question: supplier, site, provider."""

    key: str | None
    line: int | None
    question: Any = None
    asked: Mapping[str, Any] | None = None
    faults: tuple[Fault, ...] = ()
    extra: Mapping[str, str] = {}


class Keys:
    """The row keys seen so far. A key used twice would give two answers one key, and no way to look them up."""

    def __init__(self) -> None:
        self._seen: dict[str, int] = {}
        self._place = 0

    def place(self) -> int:
        self._place += 1
        return self._place

    def pass_over(self, key: str | None) -> None:
        """An item that was answered before."""
        place = self.place()
        if key is not None:
            self._seen.setdefault(key, place)

    def require_new(self, key: str, place: int) -> None:
        first = self._seen.setdefault(key, place)
        if first != place:
            detail = f"item {first} has this key already: an answer is found by it, so give each item one of its own"
            raise InvalidInput([Fault("key", Problem.DOUBLED_KEY, detail)])


Ask = Callable[[dict[str, Any]], Any]
"""From loaded fields to what is asked. Raises InvalidInput."""


def items_in(sent: Iterable[AnySent], schema: InSchema, ask: Ask, keys: Keys) -> Iterator[Item]:
    """Each item, read or refused."""

    def read(fields: Any) -> Read:
        parameters = load_item(schema, fields)
        key = parameters.pop("key", None)
        return key, ask(parameters), parameters

    return _read(sent, read, keys)


def questions_in(sent: Iterable[AnySent], at: datetime, snapshot: SourceSnapshot, keys: Keys) -> Iterator[Item]:
    """As `items_in`, for questions of verify asked at `at`; an authority must be in the snapshot."""
    return _read(sent, QuestionContext(at, snapshot, QUESTIONS).read, keys)


def _read(sent: Iterable[AnySent], read: Callable[[Any], Read], keys: Keys) -> Iterator[Item]:
    for one in sent:
        place = keys.place()
        key: str | None = None
        fields, line, trouble, day = one
        try:
            if trouble:
                raise InvalidInput([Fault("row", Problem.BROKEN_ROW, trouble)])
            if day:
                raise InvalidInput([Fault("on", Problem.NOT_A_DATE, day)])
            key, question, parameters = read(fields)
            if key is not None:
                keys.require_new(key, place)
            yield Item(key, line, question, parameters)
        except InvalidInput as error:
            yield Item(key or _key_in(fields), line, faults=error.faults)


def _key_in(fields: Any) -> str | None:
    """The key of an item that may not be read, so that its sender finds it; none that could be anything."""
    key = fields.get("key") if isinstance(fields, Mapping) else None
    return key if isinstance(key, str) and len(key) <= 200 and key.isprintable() else None
