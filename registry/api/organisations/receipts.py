"""The file of receipts that an organisation keeps: its own alone, read, checked again, exported and let go.

And the lists that it keeps there: read, saved, asked anew and let go.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask import request
from sqlalchemy.orm import Session

import schemas.receipts
from registry.api.api_keys import current_organisation, needs_scope
from registry.api.cursors import USUAL, cursor_of, page_at, row_in
from registry.api.organisations.endpoints import Answered, serve_acts
from registry.api.public.credentials import check_payload
from registry.api.restx import Namespace, Resource
from registry.bulk.answering.statements import row_proof
from registry.bulk.archive import lists, receipts, stamps
from registry.bulk.archive.rechecks import ASKED, ChangedRow, checked_again, verify_again
from registry.bulk.models import ArchivedList, ArchivedReceipt
from registry.core.clock import instant_text, now
from registry.core.errors import Fault, InvalidInput
from registry.core.ids import read_reference
from registry.http.responses import BYTES, Answer, File, requested_language
from registry.http.schemas import request_schema, response_file, response_schema
from registry.http.transaction import reading, services
from registry.organisation_acts import receipt_acts
from registry.vocabulary.codes import Problem
from registry.vocabulary.organisations import Scope
from registry.vocabulary.register import Answer as Verdict
from schemas.credentials import RowProofSchema

_CHANGED = schemas.receipts.ChangedReceiptSchema.of(
    ArchivedReceipt, computed=["issued_at", "today", "log_size", "changed"]
)

ns = Namespace("receipts", path="/receipts")


@ns.route("")
class Receipts(Resource):
    @needs_scope(Scope.RECEIPTS)
    @request_schema(schemas.receipts.ArchivedReceiptsPageSchema())
    @response_schema(schemas.receipts.ArchivedReceiptsSchema(), "listReceipts", cacheable=False)
    def get(self, limit: int = USUAL, cursor: str | None = None, **which: Any) -> Answer:
        """List archived receipts, the newest first.

        One is kept when `verify` is asked with `keep=true` and a key of this scope, or with any key where the organisation keeps
        every one.
        """
        found, next_cursor = _find_receipts(which, limit, cursor)
        return Answer({"items": [receipts.receipt_payload(one) for one in found], "next_cursor": next_cursor})


@ns.route("/changes")
class Changes(Resource):
    @needs_scope(Scope.RECEIPTS)
    @request_schema(schemas.receipts.ArchivedReceiptsPageSchema())
    @response_schema(schemas.receipts.ChangedReceiptsSchema(), "listReceiptChanges", cacheable=False)
    def get(self, limit: int = USUAL, cursor: str | None = None, **which: Any) -> Answer:
        """Verify archived questions again, and list the answers that changed.

        A page asks `limit` receipts; go on with `next_cursor` until it is null, even where a page lists nothing.
        """
        found, next_cursor = _find_receipts(which, limit, cursor)
        compared = [_compare(one) for one in found]
        items = [one for one in compared if one["changed"]]
        return Answer({"items": items, "asked": len(found), "next_cursor": next_cursor})


@ns.route("/export")
class Export(Resource):
    @needs_scope(Scope.RECEIPTS)
    @request_schema(schemas.receipts.ReceiptExportSchema())
    @response_file("exportReceipts")
    def get(self, form: str, **which: Any) -> File:
        """Export archived receipts as a file, the oldest first; at most 10,000 in one.

        Each receipt in it can be checked off line, without the registry. No cell of the table is read as a formula.
        """
        return receipts.export(reading(), current_organisation().id, form, filter_of(**which))


@ns.route("/settings")
class Settings(Resource):
    @needs_scope(Scope.RECEIPTS)
    @response_schema(schemas.receipts.ReceiptSettingsSchema(), "getReceiptSettings", cacheable=False)
    def get(self) -> Answer:
        """Read for how long receipts are archived, and whether all are."""
        return Answer(_settings_payload(reading(), current_organisation().id))


_SETTINGS = Answered(
    schemas.receipts.ReceiptSettingsSchema(), lambda call, _: Answer(_settings_payload(call.session, call.actor.id))
)

serve_acts(ns, "", receipt_acts.RECEIPTS, {"settings": _SETTINGS})


# No word, so that the address where anybody checks a receipt stays what it is.
@ns.route("/<string(minlength=12):receipt_id>")
class Receipt(Resource):
    @needs_scope(Scope.RECEIPTS)
    @response_schema(schemas.receipts.ArchivedReceiptSchema(), "getReceipt", (404,), cacheable=False)
    def get(self, receipt_id: str) -> Answer:
        """Read an archived receipt."""
        return Answer(receipts.receipt_payload(_find_receipt(receipt_id)))


@ns.route("/<string(minlength=12):receipt_id>/check")
class Check(Resource):
    @needs_scope(Scope.RECEIPTS)
    @response_schema(schemas.receipts.ArchivedReceiptCheckSchema(), "recheckReceipt", (404,), cacheable=False)
    def get(self, receipt_id: str) -> Answer:
        """Check the signature of an archived receipt, and verify its question again.

        As `verifyReceipt` does for a receipt from outside.
        """
        language = requested_language(request.environ)
        return Answer(check_payload(checked_again(_find_receipt(receipt_id).token, now()), language), language=language)


def _settings_payload(session: Session, organisation_id: int) -> dict[str, Any]:
    return {
        "days": receipts.days_of(session, organisation_id),
        "is_archiving": receipts.archives_all(session, organisation_id),
    }


def _find_receipts(
    which: Mapping[str, Any], limit: int, cursor: str | None
) -> tuple[Sequence[ArchivedReceipt], str | None]:
    return page_at(
        question_of(which),
        limit,
        cursor,
        lambda page: receipts.receipts_of(reading(), current_organisation().id, filter_of(**which), *page),
        lambda one: one.id,
    )


def question_of(which: Mapping[str, Any]) -> dict[str, str]:
    """What a cursor is good for alone: days and closed words as text."""
    return {name: str(value) for name, value in which.items()}


def filter_of(
    agency_id: str | None = None,
    verdict: Verdict | None = None,
    from_on: date | None = None,
    to_on: date | None = None,
    text: str | None = None,
) -> receipts.Filter:
    agency = None if agency_id is None else read_reference(agency_id)
    if agency_id is not None and agency is None:
        detail = "is not an agency reference: twelve letters and digits, like 7KQ2-ABCD-3EFG"
        raise InvalidInput([Fault("agency_id", Problem.INVALID_ID, detail)])
    return receipts.Filter(agency, verdict, from_on, to_on, text)


def _find_receipt(receipt_id: str) -> ArchivedReceipt:
    return receipts.receipt_named(reading(), current_organisation().id, receipt_id)


def _compare(stored: ArchivedReceipt) -> dict[str, Any]:
    again = checked_again(stored.token, now())
    return _CHANGED.write(
        stored,
        issued_at=instant_text(stored.issued_at),
        today=None if again.today is None else again.today.verdict.verdict,
        log_size=again.said["log"]["size"] if again.said else None,
        changed=again.differences,
    )


_LIST = schemas.receipts.ArchivedListSchema.of(ArchivedList, computed=["is_job", "filename", "issued_at", "stamp"])
_CHANGED_ROW = schemas.receipts.ChangedRowSchema.of(ChangedRow)

archived_lists = Namespace("receipts", path="/archived-lists")


@archived_lists.route("")
class ArchivedLists(Resource):
    @needs_scope(Scope.RECEIPTS)
    @request_schema(schemas.receipts.ArchivedListsPageSchema())
    @response_schema(schemas.receipts.ArchivedListsSchema(), "listArchivedLists", cacheable=False)
    def get(self, limit: int = USUAL, cursor: str | None = None, **which: Any) -> Answer:
        """List archived lists, the newest first.

        One is kept when `verifications` or `corridor-verifications` are asked with `keep`, when a job is kept, and where the
        organisation keeps every one.
        """
        ours = current_organisation().id
        found, next_cursor = page_at(
            question_of(which), limit, cursor,
            lambda page: lists.lists_of(reading(), ours, *page, filter_of(**which)), lambda one: one.id,
        )  # fmt: skip
        return Answer({"items": [_list_payload(one) for one in found], "next_cursor": next_cursor})


@archived_lists.route("/<list_id>")
class OneList(Resource):
    @needs_scope(Scope.RECEIPTS)
    @response_schema(schemas.receipts.ArchivedListSchema(), "getArchivedList", (404,), cacheable=False)
    def get(self, list_id: str) -> Answer:
        """Read an archived list: how it was answered, and the manifest that signs its statements."""
        return Answer(_list_payload(_find_list(list_id)))


@archived_lists.route("/<list_id>/statements")
class Statements(Resource):
    @needs_scope(Scope.RECEIPTS)
    @response_file("getArchivedListStatements", (404,))
    def get(self, list_id: str) -> File:
        """Download the statements of an archived list, a line for each row, which its manifest signs."""
        stored = _find_list(list_id)
        body = list(lists.statements_of(services().settings, stored))
        return File(body, BYTES, f"{stored.reference}-statements.jsonl", sum(map(len, body)))


@archived_lists.route("/<list_id>/proofs/<row>")
class Proof(Resource):
    @needs_scope(Scope.RECEIPTS)
    @response_schema(RowProofSchema(), "getArchivedListRowProof", (404,), cacheable=False)
    def get(self, list_id: str, row: str) -> Answer:
        """Read the proof of one row of an archived list, to be shown without the others.

        As `getJobRowProof` gives it for a job. `registry-client verify-offline` reads it, saved as a file.
        """
        stored = _find_list(list_id)
        return Answer(row_proof(lists.statements_of(services().settings, stored), row, stored.manifest))


@archived_lists.route("/<list_id>/changes")
class ListChanges(Resource):
    @needs_scope(Scope.RECEIPTS)
    @request_schema(schemas.receipts.ListChangesPageSchema())
    @response_schema(schemas.receipts.ListChangesSchema(), "listArchivedListChanges", (404,), cacheable=False)
    def get(self, list_id: str, limit: int = ASKED, cursor: str | None = None) -> Answer:
        """Verify the rows of an archived list again, and list those whose answers changed.

        A page asks `limit` rows; go on with `next_cursor` until it is null, even where a page lists nothing.
        """
        stored = _find_list(list_id)
        question = {"list": stored.reference}
        start = 0 if cursor is None else row_in(question, cursor)
        found = verify_again(stored, start, limit, now())
        next_cursor = None if found.after is None else cursor_of(question, [found.after])
        items = [_CHANGED_ROW.write(one) for one in found.rows]
        return Answer({"items": items, "asked": found.asked, "next_cursor": next_cursor})


def _find_list(list_id: str) -> ArchivedList:
    return lists.list_named(reading(), current_organisation().id, list_id)


def _list_payload(stored: ArchivedList) -> dict[str, Any]:
    return _LIST.write(
        stored,
        is_job=stored.job_id is not None,
        filename=stored.name or None,
        issued_at=instant_text(stored.issued_at),
        stamp=stamps.stamp_payload(stored),
    )


serve_acts(ns, "/<string(minlength=12):receipt_id>", receipt_acts.ONE_RECEIPT, {})
serve_acts(archived_lists, "/<list_id>", receipt_acts.ONE_LIST, {})
