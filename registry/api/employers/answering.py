"""Answers to many items: as JSON, or as a table that spreadsheets open."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple

from registry.api.corridor import corridor_shown
from registry.api.employers.items import Item, Writer
from registry.api.shapes import Frame, frame_of, framed, verdict_shown
from registry.codes import Problem
from registry.errors import Fault
from registry.terms import Answer, Language
from registry.verdicts.corridor import CorridorVerdict, Employer, decide_corridor
from registry.verdicts.many import AT_ONCE, MOST_JUDGED, Asked, ManyReader, OneOfMany
from registry.verdicts.question import Question
from registry.web.answers import encode


class Given(NamedTuple):
    """An item and its answer: the verdict, and what it was given as (`answered` or `whole`)."""

    item: Item
    answer: Answer | None = None
    answered: OneOfMany | None = None
    whole: CorridorVerdict | None = None
    ground: Any = None


class CorridorAsked(NamedTuple):
    """Both ends of a corridor as they stand in a list."""

    sending: Asked
    receiving: Asked | Employer
    destination: str


def answers(items: Iterable[Item], reader: ManyReader, at: datetime) -> Iterator[Given]:
    """Each item with its verdict, in order."""
    for chunk in chunks(items, AT_ONCE):
        asked = [item for item in chunk if not item.faults]
        questions: list[Question] = [item.question for item in asked]
        found = iter(reader.answered(questions, at))
        for item in chunk:
            if item.faults:
                yield Given(item)
                continue
            answered = next(found)
            yield Given(item, answered.verdict.verdict, answered, ground=answered.ground)


def corridor_answers(items: Iterable[Item], reader: ManyReader, at: datetime) -> Iterator[Given]:
    """Each corridor with its verdict, in order."""
    for chunk in chunks(items, AT_ONCE // 4):
        ends = [item.question for item in chunk if not item.faults]
        texts = [one.sending for one in ends] + [one.receiving for one in ends if isinstance(one.receiving, Asked)]
        read = reader.read(texts, at)
        for item in chunk:
            if item.faults:
                yield Given(item)
                continue
            asked: CorridorAsked = item.question
            first = read[asked.sending]
            second = read[asked.receiving] if isinstance(asked.receiving, Asked) else asked.receiving
            missing = "sending" if first is None else "receiving"
            if first is None or second is None:
                yield Given(item._replace(faults=(_unreadable(missing),)))
                continue
            whole = decide_corridor(first, second, asked.destination)
            yield Given(item, whole.verdict, whole=whole, ground=first[1].ground)


def chunks(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    left = iter(items)
    while chunk := list(islice(left, size)):
        yield chunk


class Writing:
    """Writes items as JSON: what is said of several, and the words that many answers share, once.

    Both are known by the object that is the same, which is held here, so that no id comes twice.
    """

    def __init__(self, writer: Writer, language: Language) -> None:
        self._writer = writer
        self._language = language
        self._shared: dict[int, tuple[Any, bytes]] = {}
        self._frames: dict[int, tuple[Any, Frame]] = {}

    def item(self, one: Given) -> bytes:
        answered = one.answered
        if one.answer is None:
            return self._writer.refused(one.item)
        if answered is None or not answered.is_shared:
            return self._writer.answered(one.item, one.answer, self._encoded(one))
        held = self._shared.get(id(answered))
        if held is None:
            if len(self._shared) >= AT_ONCE:
                self._shared.clear()
            held = self._shared[id(answered)] = (answered, self._encoded(one))
        return self._writer.answered(one.item, one.answer, held[1])

    def _encoded(self, one: Given) -> bytes:
        answered = one.answered
        if answered is None or answered.like is None:
            return encode(shown(one, self._language))
        agency, licence = answered.verdict.agency, answered.verdict.licence
        if agency is None or licence is None:
            return encode(shown(one, self._language))
        held = self._frames.get(id(answered.like))
        if held is None:
            if len(self._frames) >= MOST_JUDGED:
                self._frames.clear()
            frame = frame_of(answered.like, one.ground, self._language)
            held = self._frames[id(answered.like)] = (answered.like, frame)
        return framed(held[1], agency, licence)


def shown(one: Given, language: Language) -> Any:
    if one.answered is not None:
        return verdict_shown(one.answered.verdict, one.ground, language)
    assert one.whole is not None
    return corridor_shown(one.whole, one.ground, language)


def _unreadable(parameter: str) -> Fault:
    # Digits after a plus are a telephone, and a hundred of them are no number of anything.
    detail = "must be a number, a name or a reference; telephones are looked up by POST /api/v1/checks"
    return Fault(parameter, Problem.INVALID_VALUE, detail)
