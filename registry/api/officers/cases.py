"""Cases by the API: the queue, one case, and what is done with it, by the same actions as on the console's pages.

Decisions are written by one officer, made or sent back by another; their versions are the case's. Forms of paper (`papers`) are
begun by their number, typed in as far as one likes, and become cases when they are sent.
"""

import hashlib
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from registry.api.cursors import cursor_of, place_of, refuse
from registry.api.officers.endpoints import Answered, act_view, officer_may, serve_acts
from registry.api.restx import Namespace, Resource, created_response
from registry.complaints.attachments import actions, file_kinds
from registry.complaints.case import messages, models, questions, states
from registry.complaints.casework import events, evidence, notes
from registry.complaints.casework.actions import find_ways, record_reading
from registry.complaints.casework.decisions import queries
from registry.complaints.casework.models import CaseClock, CaseEvent, CaseMove
from registry.complaints.casework.queries import CaseView, ContainerView, FileInCase, case_view, require_readable
from registry.complaints.casework.queue.listing import PAGE, Listed, Place, list_cases
from registry.complaints.intake import paper_forms
from registry.core.calls import Call
from registry.core.clock import now
from registry.core.db.engine import EPOCH, microseconds
from registry.http.complaint_services import build_sent_file, sealer, store, upload_services
from registry.http.request_reader import IdempotencyKey
from registry.http.responses import Answer, File, etag, file_of
from registry.http.schemas import (
    no_content_response,
    request_file,
    request_schema,
    response_file,
    response_schema,
    written_answer,
)
from registry.http.transaction import writing
from registry.http.uploads import one_of_few
from registry.officer_acts import case_acts, case_filters, decision_acts
from registry.officer_acts.paper_acts import PAPER_FORMS, PAPERS
from registry.officer_acts.permissions import acting, reference_in, roles_of
from registry.officers import rights
from registry.officers.sessions import AuthenticatedOfficer
from registry.supervision.sanctions.queries import resting_on
from registry.vocabulary.cases import Priority
from schemas import cases
from schemas.complaints import PaperFormSchema, PaperFormsSchema, PaperFormSummarySchema, PaperSentSchema
from schemas.sanctions import DecisionSchema, DecisionsSchema

_SUMMARY = cases.CaseSummarySchema.of(Listed)
_CASE = cases.CaseSchema.of(CaseView, inherited="case", computed=["due_at", "clocks", "mailboxes", "moves", "ways"])
_CLOCK = cases.CaseClockSchema.of(CaseClock)
_MOVE = cases.CaseMoveSchema.of(CaseMove, computed=["by"])
_WAY = cases.CaseWaySchema.of(states.Way)
MAILBOX = cases.CaseMailboxSchema.of(ContainerView, messages=messages.ShownMessage)
_NOTE = cases.CaseNoteSchema.of(notes.Noted)
_EVENT = cases.CaseEventSchema.of(
    CaseEvent,
    computed=[
        "by", "on", "at_time", "place", "attendees", "purpose", "record", "was_reached", "sha256", "digest", "files",
    ],
)  # fmt: skip
_FILE = cases.EvidenceFileSchema.of(FileInCase)

ns = Namespace("cases", path="/cases")
ADDRESS = "/<case_id>"

CASE, MESSAGE, ACCOUNT = rights.Resource.CASE, rights.Resource.MESSAGE, rights.Resource.ACCOUNT


@ns.route("")
class Cases(Resource):
    @officer_may(CASE, rights.Act.READ)
    @request_schema(cases.CasesQuerySchema())
    @response_schema(cases.CasesSchema(), "listCases", (400,), cacheable=False)
    def get(
        self, session: Session, me: AuthenticatedOfficer, limit: int = PAGE, cursor: str | None = None, **said: Any
    ) -> Answer:
        """List the cases of your unit, the most urgent first and of these what is due first.

        No word of what was written is in it, and reading it is not on record.
        """
        parameters = {name: str(value) for name, value in said.items()}
        filters = case_filters.read_filters(parameters, me.officer.reference, sealer().digest)
        found = list_cases(session, me.standing.unit, filters, now(), after=_place(parameters, cursor), limit=limit + 1)
        following = cursor_of(parameters, _mark(found[limit - 1])) if len(found) > limit else None
        return Answer({"items": [_SUMMARY.write(one) for one in found[:limit]], "next_cursor": following})


@ns.route("/<case_id>")
class OneCase(Resource):
    @officer_may(CASE, rights.Act.READ)
    @response_schema(cases.CaseSchema(), "getCase", (404, 409), cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer, case_id: str) -> Answer:
        """Read a case with its answers, and the states to which you may move it.

        Each reading is a line of the audit. Who wrote is not in it.
        """
        officer, case = case_acts.lock_case_for(session, me, ACCOUNT, rights.Act.READ, case_id)
        view = case_view(Call(session, officer, now()), sealer(), case.reference)
        return _case_answer(me, view)


serve_acts(ns, ADDRESS, case_acts.ACTS, exclude=("notes", "tasks", "events", "claims"))


@ns.route("/<case_id>/notes")
class Notes(Resource):
    @officer_may(CASE, rights.Act.WRITE)
    @response_schema(cases.CaseNotesSchema(), "listCaseNotes", (404, 409), cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer, case_id: str) -> Answer:
        """List the unit's notes and tasks of a case. The reading is recorded in the audit trail."""
        officer, case = case_acts.lock_case_for(session, me, CASE, rights.Act.WRITE, case_id)
        require_readable(case)
        written, tasks = notes.notes_and_tasks(session, sealer(), officer, case)
        record_reading(Call(session, officer, now()), case, "case.notes_read")
        payload = {
            "notes": [_NOTE.write(note) for note in written],
            "tasks": [_task_payload(task) for task in tasks],
            "version": case.version,
        }
        return Answer(payload, headers=(etag(case.version),))

    post = act_view(ADDRESS, case_acts.ACTS, "notes")


@ns.route("/<case_id>/tasks")
class Tasks(Resource):
    post = act_view(ADDRESS, case_acts.ACTS, "tasks")


serve_acts(ns, "/<case_id>/tasks/<task_id>", case_acts.TASKS)
serve_acts(ns, "/<case_id>/notes/<note_id>", case_acts.NOTES)


@ns.route("/<case_id>/events")
class Events(Resource):
    @officer_may(CASE, rights.Act.READ)
    @response_schema(cases.CaseEventsSchema(), "listCaseEvents", (404, 409), cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer, case_id: str) -> Answer:
        """List visits, interviews, calls and evidence of a case. The reading is recorded in the audit trail.

        Who decides on cases without working on them reads the evidence alone.
        """
        officer, case = case_acts.lock_case_for(session, me, CASE, rights.Act.READ, case_id)
        require_readable(case)
        found = events.events_of(session, sealer(), officer, case, case_acts.events_read_by(me))
        record_reading(Call(session, officer, now()), case, "case.events_read")
        payload = {"events": [_event_payload(one) for one in found], "version": case.version}
        return Answer(payload, headers=(etag(case.version),))

    post = act_view(ADDRESS, case_acts.ACTS, "events")


serve_acts(ns, "/<case_id>/events/<case_event_id>", case_acts.EVENTS)


@ns.route("/<case_id>/events/<case_event_id>/files")
class EvidenceFiles(Resource):
    # Its own transactions, for none is held while the store is waited for.
    @one_of_few()
    @officer_may(CASE, rights.Act.WRITE, reads=True)
    @request_file(file_kinds.MAX_BYTES)
    @created_response(cases.EvidenceSentSchema(), "addEvidenceFile", (404, 409, 413))
    def post(
        self,
        session: Session,
        me: AuthenticatedOfficer,
        case_id: str,
        case_event_id: str,
        body: bytes,
        name: str,
        idempotency_key: IdempotencyKey | None,
    ) -> Answer:
        """Upload a file to an entry of evidence that you wrote: a photograph, scan or recording.

        JPEG, PNG, WebP, HEIC, PDF, MP4, plain text, or sound (M4A, MP3, AMR, AAC, OGG, WebM, WAV, 3GP), told from
        the bytes; 20 MB, ten files and 80 MB for each entry. Where the entry states a SHA-256, the file must have it.
        Officers read a copy without place and device; the original is the custodian's. Idempotent with an Idempotency-Key.
        """
        with writing() as own:
            officer, case = case_acts.lock_case_for(own, me, CASE, rights.Act.WRITE, case_id)
        sent = build_sent_file(body, name, idempotency_key)
        entry = reference_in(case_event_id)
        added = evidence.add_file(upload_services(), sealer(), officer, case.reference, entry, sent, now())
        payload = {"attachment_id": added.reference, "kind": added.kind, "kept_on": added.stored_on}
        return Answer(payload | {"sha256": hashlib.sha256(body).hexdigest()})


@ns.route("/<case_id>/events/<case_event_id>/files/<attachment_id>")
class EvidenceFile(Resource):
    @officer_may(CASE, rights.Act.READ)
    @response_file("getEvidenceFileCopy", (404, 409))
    def get(
        self, session: Session, me: AuthenticatedOfficer, case_id: str, case_event_id: str, attachment_id: str
    ) -> File:
        """Download the clean copy of a file of evidence, without place and device. Not found while there is none."""
        officer, case = case_acts.lock_case_for(session, me, CASE, rights.Act.READ, case_id)
        call, reference = Call(session, officer, now()), reference_in(attachment_id)
        entry = reference_in(case_event_id)
        file = evidence.read_file(call, sealer(), store(), case.reference, entry, reference)
        return file_of(file.body, f"{reference}.{file.ending}")

    @officer_may(CASE, rights.Act.WRITE)
    @no_content_response("removeEvidenceFile", (404, 409))
    def delete(
        self, session: Session, me: AuthenticatedOfficer, case_id: str, case_event_id: str, attachment_id: str
    ) -> None:
        """Remove a file of evidence that you added today, unless the case is under legal hold."""
        officer, case = case_acts.lock_case_for(session, me, CASE, rights.Act.WRITE, case_id)
        call, entry = Call(session, officer, now()), reference_in(case_event_id)
        names = evidence.remove_file(call, case.reference, entry, reference_in(attachment_id))
        actions.discard_if_possible(store(), names)


def _task_payload(task: notes.Task) -> dict[str, Any]:
    given = task._asdict()
    return {"task_id": given.pop("reference"), **given}


def _event_payload(shown: events.ShownEvent) -> dict[str, Any]:
    row, stated = shown.row, shown.details
    return _EVENT.write(
        row,
        by=row.written_by,
        on=row.written_on,
        at_time=stated.at_time or None,
        place=stated.place or None,
        attendees=stated.attendees,
        purpose=stated.purpose or None,
        record=stated.record or None,
        was_reached=stated.was_reached,
        sha256=stated.sha256 or None,
        files=[_FILE.write(one) for one in shown.files],
        digest=shown.digest,
    )


def _place(parameters: dict[str, str], cursor: str | None) -> Place | None:
    if cursor is None:
        return None
    match place_of(parameters, cursor):
        case [str(priority), int(due), str(reference)] if priority in set(Priority):
            return Place(Priority(priority), EPOCH + timedelta(microseconds=due), reference)
        case _:
            refuse()


def _mark(one: Listed) -> list[Any]:
    return [one.place.priority.value, microseconds(one.place.due_at), one.reference]


def _case_answer(me: AuthenticatedOfficer, view: CaseView) -> Answer:
    ways = find_ways(view.case, view.moves, me.officer.reference, roles_of(me), me.day(now()))
    return written_answer(
        _CASE,
        view,
        due_at=view.due_at,
        clocks=[_CLOCK.write(clock) for clock in view.clocks.values()],
        mailboxes=[MAILBOX.write(box) for box in view.boxes],
        moves=[_MOVE.write(move, by=move.actor or move.role.value) for move in view.moves],
        ways=[_WAY.write(way) for way in ways],
    )


decisions = Namespace("decisions", path="/cases/<case_id>/decisions")

DECISION = rights.Resource.DECISION
_DECISION = DecisionSchema.of(queries.ShownDecision, computed=["sanctions", "case_version"])


@decisions.route("")
class Decisions(Resource):
    @officer_may(DECISION, rights.Act.READ)
    @response_schema(DecisionsSchema(), "listDecisions", (404,), cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer, case_id: str) -> Answer:
        """List the decisions of a case, with their texts.

        Reading them is on record. The ETag is the case's version: a draft is made the decision of the case as you read it.
        """
        officer, case = case_acts.lock_case_for(session, me, DECISION, rights.Act.READ, case_id)
        _, found = queries.decisions_of(session, sealer(), officer, case.reference, me.day(now()))
        items = [_decision_payload(session, case, one) for one in found]
        return Answer({"items": items}, headers=(etag(case.version),))

    post = act_view(
        decisions.path, decision_acts.IN_CASE, "decision",
        Answered(DecisionSchema(), lambda session, me, made, _: _decision_answer(session, me, rights.Act.PROPOSE, made)),
    )  # fmt: skip


serve_acts(
    decisions, "/<decision_id>", decision_acts.ACTS,
    Answered(DecisionSchema(), lambda session, me, reference, _: _decision_answer(session, me, rights.Act.APPROVE, reference)),
)  # fmt: skip


def _decision_answer(session: Session, me: AuthenticatedOfficer, act: rights.Act, reference: str) -> Answer:
    officer = acting(me, DECISION, act)
    case, payload = queries.decision_view(session, sealer(), officer, reference, me.day(now()))
    return Answer(_decision_payload(session, case, payload), headers=(etag(case.version),))


def _decision_payload(session: Session, case: models.Case, payload: queries.ShownDecision) -> dict[str, Any]:
    sanctions = [sanction.reference for sanction in resting_on(session, payload.decision.reference)]
    return _DECISION.write(payload, sanctions=sanctions, case_version=case.version)


_PAPER_SUMMARY = PaperFormSummarySchema.of(paper_forms.Listed)
_PAPER_FORM = PaperFormSchema.of(paper_forms.Typed, computed=["received_on", "saved_on", "questionnaire", "hidden"])

papers = Namespace("papers", path="/paper-forms")

PAPER = rights.Resource.PAPER


def _form_answer(session: Session, me: AuthenticatedOfficer, reference: str, _: object = None) -> Answer:
    typed = paper_forms.typed_so_far(session, sealer(), acting(me, PAPER, rights.Act.WRITE), reference)
    return written_answer(
        _PAPER_FORM,
        typed,
        received_on=typed.form.received_on,
        saved_on=typed.form.saved_on,
        questionnaire=questions.QUESTIONNAIRE.version,
        hidden=sorted(typed.hidden),
    )


FORM_ANSWERED = Answered(PaperFormSchema(), _form_answer, "/api/v1/paper-forms/{form_id}")


@papers.route("")
class PaperForms(Resource):
    @officer_may(PAPER, rights.Act.WRITE)
    @response_schema(PaperFormsSchema(), "listPaperForms", cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer) -> Answer:
        """List your unfinished paper forms, the oldest first. They are deleted 14 days after the last change."""
        found = paper_forms.unfinished(session, acting(me, PAPER, rights.Act.WRITE))
        return Answer({"items": [_PAPER_SUMMARY.write(one) for one in found]})

    post = act_view("/paper-forms", PAPERS, "begin", FORM_ANSWERED)


@papers.route("/<form_id>")
class OnePaperForm(Resource):
    @officer_may(PAPER, rights.Act.WRITE)
    @response_schema(PaperFormSchema(), "getPaperForm", (404, 409), cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer, form_id: str) -> Answer:
        """Read a paper form so far. Identity is not read back: `hidden` says which of it was written."""
        return _form_answer(session, me, reference_in(form_id))

    patch = act_view("/paper-forms/<form_id>", PAPER_FORMS, "save", FORM_ANSWERED)
    delete = act_view("/paper-forms/<form_id>", PAPER_FORMS, "discard")


serve_acts(
    papers, "/<form_id>", PAPER_FORMS,
    Answered(PaperSentSchema(), lambda _session, _me, _, case: Answer({"case_id": case.reference})), exclude=("save", "discard"),
)  # fmt: skip
