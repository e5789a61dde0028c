"""Answers to many items, one after another: each as a request of its own would be answered."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple

from registry.bulk.answering.items import Item
from registry.core.codes import Problem
from registry.core.errors import Fault
from registry.verification.verdicts.corridor import CorridorVerdict, Employer, decide_corridor
from registry.verification.verdicts.many import AT_ONCE, Asked, ManyReader, OneOfMany
from registry.verification.verdicts.question import Question
from registry.vocabulary.register import Answer


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
            yield Given(item, answered.answer, answered, None, answered.ground)


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
            whole = decide_corridor(
                (first.question, first.facts),
                second if isinstance(second, Employer) else (second.question, second.facts),
                asked.destination,
            )
            yield Given(item, whole.verdict, whole=whole, ground=first.facts.ground)


def chunks(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    left = iter(items)
    while chunk := list(islice(left, size)):
        yield chunk


def _unreadable(parameter: str) -> Fault:
    # Digits after a plus are a telephone, and a hundred of them are no number of anything.
    detail = "must be a number, a name or a reference; telephones are looked up by POST /api/v1/checks"
    return Fault(parameter, Problem.INVALID_VALUE, detail)
