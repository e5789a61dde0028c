"""Answers to many items, one after another: questions, corridors, and rows of a supply chain."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple

from registry.bulk.answering.items import Item
from registry.bulk.rules import CONSTANTS, OF_CORRIDOR
from registry.core.errors import Fault, InvalidInput
from registry.http.question_parser import has_letters_or_digits, unreadable
from registry.verification.verdicts.batch import AT_ONCE, BatchAnswer, BatchReader, ListedSubject
from registry.verification.verdicts.corridor import CorridorVerdict, Employer, decide_corridor
from registry.verification.verdicts.queries import VerdictReader
from registry.verification.verdicts.question import Question
from registry.vocabulary.codes import Problem
from registry.vocabulary.register import SENDING_COUNTRIES, Answer
from schemas.bulk import CorridorItemSchema, SupplyItemSchema


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


CORRIDORS = CorridorItemSchema()


def corridor_question(parameters: dict[str, Any]) -> CorridorAsked:
    """Both ends of a corridor. Raises InvalidInput for an end that holds nothing to look up."""
    context = tuple((name, parameters[name]) for name in OF_CORRIDOR if parameters.get(name) is not None)
    for name in ("sending", "receiving", "receiving_employer"):
        if name in parameters and not has_letters_or_digits(parameters[name]):
            raise InvalidInput([Fault(name, Problem.INVALID_VALUE, "holds no letter and no digit")])
    destination = parameters["destination"]
    receiving: ListedSubject | Employer
    if "receiving_employer" in parameters:
        receiving = Employer(parameters["receiving_employer"])
    else:
        receiving = ListedSubject(parameters["receiving"], destination, context, parameters.get("receiving_scheme"))
    sending = ListedSubject(parameters["sending"], min(SENDING_COUNTRIES), context, parameters.get("sending_scheme"))
    return CorridorAsked(sending, receiving, destination)


def corridor_of(cells: Mapping[str, str]) -> dict[str, str]:
    """The corridor of a row, without `supplier` and `site`, which are only for the caller."""
    return {name: text for name, text in cells.items() if name not in ("supplier", "site")}


SUPPLY_CHAINS = SupplyItemSchema()


def listed_subject(fields: dict[str, Any]) -> ListedSubject:
    """Which recruiter is asked about. Raises InvalidInput where a supplier declares none, or the field says nothing."""
    provider = fields.get("provider")
    if provider is None:
        detail = "this supplier declares no one who recruits for it: ask who brought the workers, and on what terms"
        raise InvalidInput([Fault("provider", Problem.NO_PROVIDER, detail)])
    if not has_letters_or_digits(provider):
        raise InvalidInput([Fault("provider", Problem.INVALID_VALUE, "holds no letter and no digit")])
    context = tuple((name, fields[name]) for name in CONSTANTS if name in fields)
    country = fields.get("country") or fields.get("destination") or ""
    return ListedSubject(provider, country, context, fields.get("provider_scheme"))


def supply_chain_answers(
    items: Iterable[Item], reader: VerdictReader, many: BatchReader, at: datetime
) -> Iterator[AnsweredItem]:
    """Each row with the verdict on its provider, in order."""
    for chunk in chunks(items, AT_ONCE // 2):
        read = many.read([item.question for item in chunk if not item.faults], at)
        found: dict[ListedSubject, BatchAnswer] = {}
        for item in chunk:
            if item.faults:
                yield AnsweredItem(item)
                continue
            one = read[item.question]
            if one is None:
                yield AnsweredItem(item._replace(faults=(unreadable("provider", item.question.scheme),)))
                continue
            answered = found.get(item.question)
            if answered is None:
                verdict = reader.with_imitation(one.question, one.facts, one.verdict, at)
                answered = found[item.question] = BatchAnswer(one.question, verdict, one.facts.snapshot, is_shared=True)
            yield AnsweredItem(item, answered.answer, answered, snapshot=answered.snapshot)
