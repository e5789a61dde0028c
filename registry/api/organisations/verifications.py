"""Endpoints that answer many questions in one request, and store none of them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import repeat
from pathlib import Path
from typing import Any, NamedTuple

from flask import g, request

from registry.api.api_keys import Caller, keeper_of, optional_api_key
from registry.api.restx import Namespace, Resource
from registry.api.write_headers import once
from registry.bulk import reading, rules
from registry.bulk.answering import batches, results
from registry.bulk.answering.statements import archive_statements, require_signed, sign_answered_list
from registry.core import processes, spreadsheets
from registry.core.clock import now
from registry.core.errors import Fault, InvalidInput, TooManyQuestions
from registry.http.answer_shapes import VerdictWriter
from registry.http.list_process import long_lists_apart
from registry.http.request_reader import CSV, LIST_FILES, XLSX, FieldChoice, IdempotencyKey, ListSent
from registry.http.responses import MEDIA_TYPE, Answer, Written, encode, requested_language
from registry.http.schemas import request_list, response_schema
from registry.http.transaction import verdicts
from registry.http.uploads import workbook_turn
from registry.register.imports.spreadsheets import AT_ONCE, WITHOUT_KEY, Allowance, Sheet
from registry.verification.verdicts.batch import BatchReader, is_searched
from registry.vocabulary.codes import Problem
from registry.vocabulary.organisations import JobKind, Scope
from registry.vocabulary.register import Language
from schemas import bulk
from schemas.base import OutSchema
from schemas.corridor import CorridorVerdictSchema
from schemas.verify import VerdictSchema

ns = Namespace("verifications", path="/verifications")
corridors = Namespace("corridor verifications", path="/corridor-verifications")

MAX_BYTES = 16 << 20
"""A body of 10,000 questions of the longest kind."""
_VARIES = (("Vary", "Accept"),)


class Listed(NamedTuple):
    """What was sent: the items, and for a file how its columns were read."""

    items: Iterable[batches.AnySent]
    columns: rules.Columns | None = None


class Form(NamedTuple):
    """How one kind of item is answered and shown as a table."""

    answers: Callable[[Iterable[batches.Item], BatchReader, datetime], Iterator[batches.AnsweredItem]]
    header: Sequence[str]
    row: Callable[[batches.AnsweredItem, Language], list[Any]]
    kind: JobKind


_QUESTIONS = Form(batches.answers, results.HEADER, results.row_of, JobKind.VERIFICATION)
_CORRIDORS = Form(batches.corridor_answers, results.CORRIDOR_HEADER, results.corridor_row_of, JobKind.CORRIDOR)


@ns.route("")
class Verifications(Resource):
    @optional_api_key(Scope.VERIFY)
    @long_lists_apart
    @request_list(bulk.ItemsSchema(), bulk.ListOptionsSchema(), MAX_BYTES)
    @response_schema(bulk.VerificationsSchema(), "verifyMany", (413, 415), other_media_types=LIST_FILES)
    def post(self, sent: ListSent, idempotency_key: IdempotencyKey | None) -> Answer:
        """Ask about many recruiters in one go.

        Up to 10,000 questions, 100 without a key, as JSON, or as CSV or XLSX with a header. Each is answered as verify answers
        it, in the order they came and with your own key; what is wrong with one is said of it and the others are answered.
        The answer is JSON, or with `Accept` CSV or XLSX. `constants` hold for every item that says nothing else. Nothing of it is
        kept, unless with a key it is asked for by `keep`, or the organisation has chosen so. More are taken by POST
        /api/v1/verification-jobs.
        """
        keeper, choice = _keeper_of(sent), _choice_of(sent, VerdictSchema())
        listed = listed_in(sent, rules.VERIFICATION, rules.question_of_row)
        reader = verdicts()
        at = now()
        with processes.gc_paused():
            items = list(batches.questions_in(listed.items, at, reader.current_snapshot(), batches.Keys()))
        searched = _searched_among(items)
        if searched > rules.MAX_SEARCHED:
            raise TooManyQuestions(
                f"{searched} of the questions are about a name or an earlier instant; at most {rules.MAX_SEARCHED} of those are "
                f"answered in one go: send the list to {rules.JOBS}"
            )
        return answered(_QUESTIONS, items, listed, at, choice, keeper, idempotency_key)


@corridors.route("")
class CorridorVerifications(Resource):
    @optional_api_key(Scope.VERIFY)
    @long_lists_apart
    @request_list(bulk.CorridorItemsSchema(), bulk.CorridorListOptionsSchema(), MAX_BYTES)
    @response_schema(
        bulk.CorridorVerificationsSchema(), "verifyManyCorridors", (413, 415), other_media_types=LIST_FILES
    )
    def post(self, sent: ListSent, idempotency_key: IdempotencyKey | None) -> Answer:
        """Ask about many corridors in one go.

        Each item is both ends of a corridor, answered as the corridor question answers it: the sending licence, the receiving
        licence, the agreement. Limits, forms and errors as for the questions of verify.
        """
        keeper, choice = _keeper_of(sent), _choice_of(sent, CorridorVerdictSchema())
        listed = listed_in(sent, rules.CORRIDOR, batches.corridor_of)
        items = list(batches.items_in(listed.items, batches.CORRIDORS, batches.corridor_question, batches.Keys()))
        return answered(_CORRIDORS, items, listed, now(), choice, keeper, idempotency_key)


def _choice_of(sent: ListSent, schema: OutSchema) -> FieldChoice | None:
    """The fields that were chosen of each answer. Raises InvalidInput."""
    chosen = sent.options.get("chosen")
    return None if chosen is None else FieldChoice(chosen, schema)


def _searched_among(items: Iterable[batches.Item]) -> int:
    """How many questions cost a search."""
    return sum(1 for item in items if not item.faults and is_searched(item.question))


def _keeper_of(sent: ListSent) -> Caller | None:
    """As `api_keys.keeper_of`. Raises NotIssuing too, where it is asked for and nothing can be signed."""
    wish = sent.options.get("keep")
    if wish:
        require_signed()
    return keeper_of(wish)


def listed_in(
    sent: ListSent, wanted: Sequence[str], question_of_cells: Callable[[Mapping[str, str]], dict[str, str]]
) -> Listed:
    """The items that were sent. Raises TooManyQuestions, UnreadableList."""
    if isinstance(sent.items, list):
        _require_few(len(sent.items))
        constants = rules.constants_as_text(sent.options.get("constants")) or {}
        fields = [_with(constants, one) for one in sent.items] if constants else sent.items
        return Listed(zip(fields, repeat(None), repeat(""), repeat("")))
    with reading.memory_file(sent.items) as path:
        reading.require_small(path, _allowance().room.unpacked)
        sheet = _sheet_in(path)
        there = reading.columns_in(path, wanted, sheet)
        columns = reading.mapping_of(there, wanted)
        reading.require(columns.columns, wanted, [column.name for column in there])
        items = []
        for line in reading.lines_of(path, columns.columns, sheet):
            cells, trouble = rules.with_day_read(line.cells)
            items.append(batches.Sent(question_of_cells(cells), line.number, line.trouble, trouble))
            if len(items) > rules.MAX_AT_ONCE:
                _require_few(len(items))
        _require_few(len(items))
    if not items:
        raise InvalidInput([Fault("body", Problem.MISSING, "the file has a header and no row below it")])
    return Listed(items, columns)


def _sheet_in(path: Path) -> Sheet | None:
    """The sheet of a workbook, taken out of it by a process of its own; None of what is none."""
    if not reading.is_workbook(path):
        return None
    with workbook_turn(has_key=_has_key()):
        return reading.sheet_in(path, _allowance())


def _with(constants: Mapping[str, str], fields: Any) -> Any:
    """An item with what holds for all; one that is no object is told so of itself."""
    return rules.with_constants(constants, fields) if isinstance(fields, dict) else fields


def _has_key() -> bool:
    return g.get("organisation") is not None


def _allowance() -> Allowance:
    return AT_ONCE if _has_key() else WITHOUT_KEY


def _require_few(count: int) -> None:
    limit = rules.MAX_AT_ONCE if _has_key() else rules.MAX_WITHOUT_KEY
    if count > rules.MAX_AT_ONCE:
        raise TooManyQuestions(
            f"more than {rules.MAX_AT_ONCE} questions are not answered in one go: send the list to {rules.JOBS}, "
            "which takes a million"
        )
    if count > limit:
        raise TooManyQuestions(
            f"{count} questions were sent; without a key {limit} are answered in one go, with one {rules.MAX_AT_ONCE}: "
            "send fewer, or the key of an organisation"
        )


def answered(
    form: Form,
    items: Sequence[batches.Item],
    listed: Listed,
    at: datetime,
    choice: FieldChoice | None = None,
    keeper: Caller | None = None,
    idempotency_key: IdempotencyKey | None = None,
) -> Answer:
    """The answers in the form that Accept likes best; kept in the file of `keeper`, where there is one, once for each
    Idempotency-Key."""
    if keeper is None:
        return _write_answers(form, form.answers(items, BatchReader(verdicts()), at), listed, choice)
    with once("list", idempotency_key) as one:
        found = one.stored()
        if found is not None:
            return found
        with processes.gc_paused():
            given = list(form.answers(items, BatchReader(verdicts()), at))
            signed = sign_answered_list(form.kind, given, at)
            if signed is None:
                return _write_answers(form, given, listed, choice)
            answer = _write_answers(form, given, listed, choice, signed.reference)
            return archive_statements(keeper.id, form.kind, signed, at, one.answer, answer)


def _write_answers(
    form: Form,
    given: Iterable[batches.AnsweredItem],
    listed: Listed,
    choice: FieldChoice | None,
    stored: str | None = None,
) -> Answer:
    """The answers in the form that Accept likes best."""
    language = requested_language(request.environ)
    best = request.accept_mimetypes.best_match((MEDIA_TYPE, *LIST_FILES), default=MEDIA_TYPE)
    rows = (form.row(one, language) for one in given)
    with processes.gc_paused():
        if best == CSV:
            parts: list[bytes] = [spreadsheets.as_csv(form.header, rows)]
        elif best == XLSX:
            parts = [spreadsheets.as_xlsx([("answers", form.header, rows)])]
        else:
            parts = _as_json(given, listed, language, choice, stored)
    return Answer(Written(parts), headers=_VARIES, language=language, media_type=best or MEDIA_TYPE, is_cacheable=False)


def _as_json(
    given: Iterable[batches.AnsweredItem], listed: Listed, language: Any, choice: FieldChoice | None, stored: str | None
) -> list[bytes]:
    writing = results.Writing(VerdictWriter(language), language, choice)
    parts: list[bytes] = []
    before = b'{"items":['
    for one in given:
        parts.append(before)
        parts += writing.item(one)
        before = b","
    end: dict[str, Any] = {"counts": writing.counts}
    if listed.columns is not None:
        end["columns"] = {"fields": listed.columns.columns, "ignored": listed.columns.ignored}
    if stored is not None:
        end["list_id"] = stored
    parts.append(b"]," + encode(end)[1:])
    return parts
