"""Rows that say who supplies labour to a supplier: the provider is looked up by whatever stands there."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from registry.bulk.answering.batches import AnsweredItem, chunks
from registry.bulk.answering.items import Item
from registry.core.errors import Fault, InvalidInput
from registry.http.question_parser import has_letters_or_digits, unreadable
from registry.verification.verdicts.batch import AT_ONCE, BatchAnswer, BatchReader, ListedSubject
from registry.verification.verdicts.queries import VerdictReader
from registry.vocabulary.codes import Problem
from schemas.bulk import SupplyItemSchema

ITEMS = SupplyItemSchema()

_CONTEXT = (
    "origin", "destination", "sector", "nace_revision", "activity", "on", "visa", "recruiter_kind", "nationality", "occupation",
    "work_permit", "region",
)  # fmt: skip


def listed_subject(fields: dict[str, Any]) -> ListedSubject:
    """Which recruiter is asked about. Raises InvalidInput where a supplier declares none, or the field says nothing."""
    provider = fields.get("provider")
    if provider is None:
        detail = "this supplier declares no one who recruits for it: ask who brought the workers, and on what terms"
        raise InvalidInput([Fault("provider", Problem.NO_PROVIDER, detail)])
    if not has_letters_or_digits(provider):
        raise InvalidInput([Fault("provider", Problem.INVALID_VALUE, "holds no letter and no digit")])
    context = tuple((name, fields[name]) for name in _CONTEXT if name in fields)
    country = fields.get("country") or fields.get("destination") or ""
    return ListedSubject(provider, country, context, fields.get("provider_scheme"))


def answers(items: Iterable[Item], reader: VerdictReader, many: BatchReader, at: datetime) -> Iterator[AnsweredItem]:
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
