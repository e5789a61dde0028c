"""Asks an archived list again: which of its rows have another answer now."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple

import msgspec

from registry.bulk.answering import supply_chains
from registry.bulk.answering.batches import AnsweredItem, answers, corridor_answers
from registry.bulk.answering.corridors import CORRIDORS, corridor_question
from registry.bulk.answering.items import Keys, Sent, items_in, questions_in
from registry.bulk.answering.statements import item_statement
from registry.bulk.archive import lists
from registry.bulk.models import ArchivedList
from registry.http.app_services import verdicts
from registry.http.transaction import services
from registry.http.uploads import one_of_few
from registry.verification.verdicts.batch import BatchReader
from registry.vocabulary.bulk import JobKind
from registry.vocabulary.register import Answer

ASKED = 1000
"""Rows that are asked at once."""

_ASKING = threading.BoundedSemaphore(2)
"""Lists that a process asks anew at the same time: a thousand names take some seconds."""

_COMPARED = ("verdict", "may_continue_existing_placements", "reasons", "records", "legs", "errors")


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
    with one_of_few("several lists are being asked anew right now: ask again in a moment", _ASKING):
        return _verify_again(stored, start, limit, at)


def _verify_again(stored: ArchivedList, start: int, limit: int, at: datetime) -> Anew:
    lines = list(islice(lists.statements_of(services().settings, stored), start, start + limit + 1))
    then = [msgspec.json.decode(line) for line in lines[:limit]]
    return Anew(list(_changed(stored.kind, then, at)), len(then), start + limit if len(lines) > limit else None)


def _changed(kind: JobKind, then: Sequence[Mapping[str, Any]], at: datetime) -> Iterator[ChangedRow]:
    # A row that could not be read asks nothing: its sender has to correct it.
    wanted = [one for one in then if "verdict" in one]
    for was, given in zip(wanted, _given(kind, [one["question"] for one in wanted], at), strict=True):
        # As a line of statements, so that what is compared was written alike.
        today = msgspec.json.decode(msgspec.json.encode(item_statement(given, at)))
        changed = [name for name in _COMPARED if was.get(name) != today.get(name)]
        if changed:
            yield ChangedRow(was["n"], was.get("key"), was["question"], Answer(was["verdict"]), given.answer, changed)


def _given(kind: JobKind, questions: Sequence[Mapping[str, Any]], at: datetime) -> Iterator[AnsweredItem]:
    reader = verdicts()
    many = BatchReader(reader)
    if kind is JobKind.SUPPLY_CHAIN:
        read = items_in(
            (Sent(dict(one)) for one in questions), supply_chains.ITEMS, supply_chains.listed_subject, Keys()
        )
        return supply_chains.answers(read, reader, many, at)
    sent = (Sent({name: one[name] for name in one if name not in ("supplier", "site")}) for one in questions)
    if kind is JobKind.CORRIDOR:
        return corridor_answers(items_in(sent, CORRIDORS, corridor_question, Keys()), many, at)
    return answers(questions_in(sent, at, reader.current_snapshot(), Keys()), many, at)
