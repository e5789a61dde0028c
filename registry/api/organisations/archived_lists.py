"""Lists that an organisation keeps in its file of receipts: read, saved, asked anew and let go."""

from typing import Any

from registry.api.api_keys import current_organisation, needs_scope
from registry.api.cursors import USUAL, cursor_of, page_at, row_in
from registry.api.organisations.receipts import filter_of, question_of
from registry.api.restx import Namespace, Resource
from registry.bulk.answering.statements import row_proof
from registry.bulk.archive import lists
from registry.bulk.archive.rechecks import ASKED, ChangedRow, verify_again
from registry.bulk.archive.stamps import stamp_payload
from registry.bulk.models import ArchivedList
from registry.core.clock import instant_text, now
from registry.http.responses import Answer, File
from registry.http.schemas import BYTES, no_content_response, request_schema, response_file, response_schema
from registry.http.transaction import reading, services, writing
from registry.vocabulary.organisations import Scope
from schemas.credentials import RowProofSchema
from schemas.receipts import (
    ArchivedListSchema,
    ArchivedListsPageSchema,
    ArchivedListsSchema,
    ChangedRowSchema,
    ListChangesPageSchema,
    ListChangesSchema,
)

_LIST = ArchivedListSchema.of(ArchivedList, computed=["is_job", "filename", "issued_at", "stamp"])
_CHANGED_ROW = ChangedRowSchema.of(ChangedRow)

ns = Namespace("receipts", path="/archived-lists")


@ns.route("")
class ArchivedLists(Resource):
    @needs_scope(Scope.RECEIPTS)
    @request_schema(ArchivedListsPageSchema())
    @response_schema(ArchivedListsSchema(), "listArchivedLists", cacheable=False)
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


@ns.route("/<list_id>")
class OneList(Resource):
    @needs_scope(Scope.RECEIPTS)
    @response_schema(ArchivedListSchema(), "getArchivedList", (404,), cacheable=False)
    def get(self, list_id: str) -> Answer:
        """Read an archived list: how it was answered, and the manifest that signs its statements."""
        return Answer(_list_payload(_find_list(list_id)))

    @needs_scope(Scope.RECEIPTS)
    @no_content_response("deleteArchivedList", (404,))
    def delete(self, list_id: str) -> None:
        """Delete an archived list for good. A job that was archived is removed after its usual time."""
        with writing() as session:
            lists.let_list_go(session, current_organisation().id, list_id)


@ns.route("/<list_id>/statements")
class Statements(Resource):
    @needs_scope(Scope.RECEIPTS)
    @response_file("getArchivedListStatements", (404,))
    def get(self, list_id: str) -> File:
        """Download the statements of an archived list, a line for each row, which its manifest signs."""
        stored = _find_list(list_id)
        body = list(lists.statements_of(services().settings, stored))
        return File(body, BYTES, f"{stored.reference}-statements.jsonl", sum(map(len, body)))


@ns.route("/<list_id>/proofs/<row>")
class Proof(Resource):
    @needs_scope(Scope.RECEIPTS)
    @response_schema(RowProofSchema(), "getArchivedListRowProof", (404,), cacheable=False)
    def get(self, list_id: str, row: str) -> Answer:
        """Read the proof of one row of an archived list, to be shown without the others.

        As `getJobRowProof` gives it for a job. `registry-client verify-offline` reads it, saved as a file.
        """
        stored = _find_list(list_id)
        return Answer(row_proof(lists.statements_of(services().settings, stored), row, stored.manifest))


@ns.route("/<list_id>/changes")
class Changes(Resource):
    @needs_scope(Scope.RECEIPTS)
    @request_schema(ListChangesPageSchema())
    @response_schema(ListChangesSchema(), "listArchivedListChanges", (404,), cacheable=False)
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
        stamp=stamp_payload(stored),
    )
