"""Receipts and lists checked again: whether the registry signed a receipt, and what is answered otherwise today."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple

import msgspec

from registry.bulk.answering import batches, statements
from registry.bulk.answering.batches import Keys, Sent, items_in, questions_in
from registry.bulk.archive import lists
from registry.bulk.models import ArchivedList
from registry.core.errors import InvalidInput
from registry.http import credentials, uploads
from registry.http.question_parser import question_of
from registry.http.request_reader import load_values
from registry.http.transaction import services, verdicts
from registry.proofs.credentials.rules import stated_verdict
from registry.proofs.credentials.signing import Checked
from registry.verification.verdicts.batch import BatchReader
from registry.verification.verdicts.queries import VerdictAnswer
from registry.verification.verdicts.question import Verdict
from registry.vocabulary.organisations import JobKind
from registry.vocabulary.register import Answer
from schemas.verify import VerifySchema

_COMPARED = ("verdict", "may_continue_existing_placements", "reasons", "records", "legs", "errors")
"""Parts of an answer, or of a line of statements, that are others where something was answered otherwise."""


class Again(NamedTuple):
    """`said` are the claims of a receipt that may be believed, or whose key was compromised; empty of what is not genuine.

    `today` is None where nothing was said, and where today's registry no longer takes the question. `changed` names the parts
    of the answer that are others now.
    """

    checked: Checked
    said: Mapping[Any, Any]
    today: VerdictAnswer | None
    changed: list[str]

    @property
    def differences(self) -> list[str]:
        """`changed`, and `genuine` of one that is no longer believed: its key was compromised, or its entries were lost."""
        return self.changed if self.checked.genuine is Answer.YES else ["genuine", *self.changed]


def checked_again(token: str, at: datetime) -> Again:
    checked = credentials.check_receipt(token)
    stated = checked.claims
    today = _answer_today(stated, at) if stated else None
    return Again(checked, stated, today, [] if today is None else changed(stated, today.verdict))


def changed(stated: Mapping[Any, Any], verdict: Verdict) -> list[str]:
    """Which parts of the answer are others than they were."""
    today = stated_verdict(verdict) | {"may_continue_existing_placements": verdict.may_continue.value}
    return [name for name in _COMPARED if name in today and stated[name] != today[name]]


def _answer_today(stated: Mapping[Any, Any], at: datetime) -> VerdictAnswer | None:
    try:
        parameters = load_values(VerifySchema(), stated["question"])
        return verdicts().answered(question_of(parameters, at), at)
    except InvalidInput:
        return None


ASKED = 1000
"""Rows that are asked at once."""

_ASKING = threading.BoundedSemaphore(2)
"""Lists that a process asks anew at the same time: a thousand names take some seconds."""


class ChangedRow(NamedTuple):
    """A row by its place, from 0, and its own name; `then` and `today` are None of one that was refused."""

    n: int
    key: str | None
    question: Mapping[str, Any]
    then: Answer | None
    today: Answer | None
    changed: list[str]


class Anew(NamedTuple):
    """Of the rows that were looked at those that are answered otherwise, and where to go on; None at the end."""

    rows: list[ChangedRow]
    asked: int
    after: int | None


def verify_again(stored: ArchivedList, start: int, limit: int, at: datetime) -> Anew:
    """Ask up to `limit` rows of an archived list again, from row `start` on.

    Raises NotFound where its statements lie on another machine, TooBusy where as many lists as may are being asked.
    """
    with uploads.one_of_few("several lists are being asked anew right now: ask again in a moment", _ASKING):
        lines = list(islice(lists.statements_of(services().settings, stored), start, start + limit + 1))
        then = [msgspec.json.decode(line) for line in lines[:limit]]
        return Anew(
            list(_find_changed(stored.kind, then, at)), len(then), start + limit if len(lines) > limit else None
        )


def _find_changed(kind: JobKind, then: Sequence[Mapping[str, Any]], at: datetime) -> Iterator[ChangedRow]:
    # A row that could not be read asks nothing: its sender has to correct it.
    wanted = [one for one in then if "verdict" in one]
    for was, given in zip(wanted, _answer_again(kind, [one["question"] for one in wanted], at), strict=True):
        # As a line of statements, so that what is compared was written alike.
        today = msgspec.json.decode(msgspec.json.encode(statements.item_statement(given, at)))
        changed = [name for name in _COMPARED if was.get(name) != today.get(name)]
        if changed:
            yield ChangedRow(was["n"], was.get("key"), was["question"], Answer(was["verdict"]), given.answer, changed)


def _answer_again(
    kind: JobKind, questions: Sequence[Mapping[str, Any]], at: datetime
) -> Iterator[batches.AnsweredItem]:
    reader = verdicts()
    many = BatchReader(reader)
    if kind is JobKind.SUPPLY_CHAIN:
        read = items_in((Sent(dict(one)) for one in questions), batches.SUPPLY_CHAINS, batches.listed_subject, Keys())
        return batches.supply_chain_answers(read, reader, many, at)
    sent = (Sent({name: one[name] for name in one if name not in ("supplier", "site")}) for one in questions)
    if kind is JobKind.CORRIDOR:
        return batches.corridor_answers(items_in(sent, batches.CORRIDORS, batches.corridor_question, Keys()), many, at)
    return batches.answers(questions_in(sent, at, reader.current_snapshot(), Keys()), many, at)
