"""Answers to many items, one after another: each as a request of its own would be answered."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple

from registry.bulk.answering.items import Item
from registry.http.question_parser import unreadable
from registry.verification.verdicts.batch import AT_ONCE, BatchAnswer, BatchReader, ListedSubject
from registry.verification.verdicts.corridor import CorridorVerdict, Employer, decide_corridor
from registry.verification.verdicts.question import Question
from registry.vocabulary.register import Answer


class AnsweredItem(NamedTuple):
    """An item and its answer: the verdict, and what it was given as (`answered` or `whole`)."""

    item: Item
    answer: Answer | None = None
    answered: BatchAnswer | None = None
    whole: CorridorVerdict | None = None
    snapshot: Any = None


class CorridorAsked(NamedTuple):
    """Both ends of a corridor as they stand in a list."""

    sending: ListedSubject
    receiving: ListedSubject | Employer
    destination: str


def answers(items: Iterable[Item], reader: BatchReader, at: datetime) -> Iterator[AnsweredItem]:
    """Each item with its verdict, in order."""
    for chunk in chunks(items, AT_ONCE):
        wanted = [item for item in chunk if not item.faults]
        questions: list[Question] = [item.question for item in wanted]
        found = iter(reader.answered(questions, at))
        for item in chunk:
            if item.faults:
                yield AnsweredItem(item)
                continue
            answered = next(found)
            yield AnsweredItem(item, answered.answer, answered, None, answered.snapshot)


def corridor_answers(items: Iterable[Item], reader: BatchReader, at: datetime) -> Iterator[AnsweredItem]:
    """Each corridor with its verdict, in order."""
    for chunk in chunks(items, AT_ONCE // 4):
        ends = [item.question for item in chunk if not item.faults]
        texts = [one.sending for one in ends] + [
            one.receiving for one in ends if isinstance(one.receiving, ListedSubject)
        ]
        read = reader.read(texts, at)
        for item in chunk:
            if item.faults:
                yield AnsweredItem(item)
                continue
            question: CorridorAsked = item.question
            first = read[question.sending]
            second = read[question.receiving] if isinstance(question.receiving, ListedSubject) else question.receiving
            if first is None or second is None:
                end, of = ("sending", question.sending) if first is None else ("receiving", question.receiving)
                scheme = of.scheme if isinstance(of, ListedSubject) else None
                yield AnsweredItem(item._replace(faults=(unreadable(end, scheme),)))
                continue
            whole = decide_corridor(
                (first.question, first.facts),
                second if isinstance(second, Employer) else (second.question, second.facts),
                question.destination,
            )
            yield AnsweredItem(item, whole.verdict, whole=whole, snapshot=first.facts.snapshot)


def chunks(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    left = iter(items)
    while chunk := list(islice(left, size)):
        yield chunk
