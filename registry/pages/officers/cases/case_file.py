"""The case file as one bundle, for courts and appeals: a PDF/A-3 with all that was written, and the files inside it.

Inside are the clean copies of the complainant's files, of the agency's papers and of the evidence, the lines of the audit trail,
and a manifest with the hash of each. What is not in it, is listed with the reason. Making one is a line of the audit trail.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

import msgspec
from flask import Blueprint, Response
from sqlalchemy.orm import Session

from registry.audit.actions import record
from registry.complaints.attachments.storage import FileStore, store_of
from registry.complaints.case.models import Case
from registry.complaints.casework.actions import Officer
from registry.complaints.casework.claims import claims_of
from registry.complaints.casework.decisions.queries import decisions_of
from registry.complaints.casework.events import ShownEvent, events_of
from registry.complaints.casework.evidence import read_file
from registry.complaints.casework.firms import firms_of
from registry.complaints.casework.queries import CleanFile, case_view, clean_copy
from registry.complaints.parties.hearings.files import read_clean_copy
from registry.complaints.parties.hearings.queries import HearingView, hearing_view
from registry.complaints.parties.hearings.rules import answer_digest
from registry.complaints.parties.models import Hearing, Referral
from registry.complaints.parties.referrals.queries import referral_view
from registry.complaints.parties.steps import fetch_of_case
from registry.core.calls import Call
from registry.core.clock import day_at, now
from registry.http.complaint_services import sealer
from registry.http.transaction import services
from registry.officer_acts.acting import acting, names_in
from registry.officer_acts.agency_picker import names_of_agencies
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.oversight.trail import Wanted, exported
from registry.pages.files import sent_file
from registry.pages.officers.audit import detail_in
from registry.pages.officers.cases.showing import agency_view, box_view, happened
from registry.pages.officers.cases.tabs import head_of
from registry.pages.officers.guard import Afterwards, form_at
from registry.pages.officers.referrals import answers_in
from registry.pages.officers.rendering import language, rendered
from registry.proofs.papers.making import pdf_at_once
from registry.proofs.papers.rendering import Attachment, Draft
from registry.register.agencies.queries import public_record
from registry.register.authorities.queries import authority_days
from registry.supervision.sanctions.queries import moves_of, resting_on
from registry.vocabulary.cases import AttachmentState, EventKind, EventState, NoCopy

pages = Blueprint("console_case_file", __name__)

MAX_INSIDE = 60 * 1024 * 1024
"""Bytes of attachments in one bundle; what goes beyond is listed in the manifest with its hash, and not inside."""

VARIANT = "pdf/a-3a"


class Part(NamedTuple):
    """A file of the bundle. `body` is None where it is too large to be inside."""

    name: str
    about: str
    size: int
    sha256: str
    body: bytes | None


class LeftOut(NamedTuple):
    """A file that has no clean copy, and why, if that is known."""

    name: str
    why: NoCopy | None


@form_at(pages, "/cases/<reference>/file", Resource.CASE, Act.EXPORT)
def make_file(session: Session, me: AuthenticatedOfficer, reference: str) -> Afterwards:
    at = now()
    html, parts = _content(session, me, acting(me, Resource.CASE, Act.EXPORT), reference, at)
    inside = [Attachment(one.name, one.about, one.body) for one in parts if one.body is not None]

    def file() -> Response:
        made = pdf_at_once(Draft(html, tuple(inside), variant=VARIANT))
        return sent_file(made, f"case-{reference}-{me.day(at)}.pdf")

    return Afterwards(file)


def _content(
    session: Session, me: AuthenticatedOfficer, officer: Officer, reference: str, at: datetime
) -> tuple[str, list[Part]]:
    today, spoken = me.day(at), language()
    view = case_view(Call(session, officer, at), sealer(), reference, into=spoken)
    head = head_of(me, view.case, view.clocks)
    agency = None if head.agency is None else public_record(session, head.agency, day_at(at, None))
    _, decided = decisions_of(session, sealer(), officer, reference, today)
    rows, call = fetch_of_case(session, Hearing, officer, reference), Call(session, officer, now())
    heard = [hearing_view(call, sealer(), one.reference) for one in reversed(rows)]
    referred = fetch_of_case(session, Referral, officer, reference)
    handed = [referral_view(call, sealer(), one.reference) for one in reversed(referred)]
    events = [one for one in events_of(session, sealer(), officer, view.case) if one.row.state is EventState.HELD]
    found_firms = firms_of(session, sealer(), officer.unit, view.case)
    record(session, "case.exported", reference, on=today, actor=officer.name, detail=officer.role, unit=officer.unit)
    parts, left_out = _files(call, view, heard, events)
    trail = b"".join(exported(session, me.standing.unit, Wanted(subject=reference)))
    parts.append(_part("audit.jsonl", "Lines of the audit trail", trail))
    parts.append(_part("manifest.json", "Manifest", _manifest(me, reference, parts, events, at)))
    html = rendered(
        "cases/file.html",
        case=view.case,
        view=view,
        at=at,
        boxes=[box_view(spoken, box, agency) for box in view.boxes],
        agency=None if agency is None else agency_view(spoken, agency, authority_days(session, at)),
        happened=list(reversed(happened(session, me, view))),
        detail_of=partial(detail_in, spoken),
        decisions=list(reversed(decided)),
        events=events,
        firms=found_firms,
        claims=claims_of(session, sealer(), officer, view.case),
        agency_names=names_of_agencies(session, set(head.agencies), spoken, today),
        hearings=heard,
        referrals=handed,
        answers_of=partial(answers_in, spoken),
        sanctions=[
            (sanction, moves_of(session, sanction))
            for one in decided
            for sanction in resting_on(session, one.decision.reference)
        ],
        left_out=left_out,
        answer_digest=answer_digest,
        parts=parts,
        names=names_in(session, me.standing.unit),
        unit=me.standing.unit,
        me=me,
    )
    return html, parts


def _files(
    call: Call[Officer], view: Any, heard: Sequence[HearingView], events: Sequence[ShownEvent]
) -> tuple[list[Part], list[LeftOut]]:
    """The clean copies, under names that no two share, and what has none or finds no room."""
    store, room = store_of(services().settings), MAX_INSIDE
    parts: list[Part] = []
    left_out: list[LeftOut] = []
    sent = [(one, partial(clean_copy, call, sealer(), view.case.reference)) for box in view.boxes for one in box.files]
    sent += [
        (one, partial(_paper, call, view.case, hearing.hearing.reference)) for hearing in heard for one in hearing.files
    ]
    sent += [(one, partial(_evidence, call, view.case, taken.row.reference)) for taken in events for one in taken.files]
    for one, open_copy in sent:
        if one.state is not AttachmentState.CLEAN:
            left_out.append(LeftOut(one.name, one.no_copy))
            continue
        name, body = open_copy(one.reference, store)
        part = _part(f"{len(parts) + 1:02}-{name}", f"Clean copy of {one.name}", body)
        room -= len(body)
        parts.append(part if room >= 0 else part._replace(body=None))
    return parts, left_out


def _paper(call: Call[Officer], case: Case, hearing: str, attachment: str, store: FileStore) -> CleanFile:
    return read_clean_copy(call, sealer(), store, case, hearing, attachment)


def _evidence(call: Call[Officer], case: Case, event: str, attachment: str, store: FileStore) -> CleanFile:
    return read_file(call, sealer(), store, case.reference, event, attachment)


def _part(name: str, about: str, body: bytes) -> Part:
    return Part(name, about, len(body), hashlib.sha256(body).hexdigest(), body)


def _manifest(
    me: AuthenticatedOfficer, reference: str, parts: Sequence[Part], events: Sequence[ShownEvent], at: datetime
) -> bytes:
    stated = {
        "case": reference,
        "unit": me.standing.unit,
        "made_by": me.officer.reference,
        "made_at": at.isoformat(timespec="seconds"),
        "files": [
            {"name": one.name, "bytes": one.size, "sha256": one.sha256, "is_inside": one.body is not None}
            for one in parts
        ],
        "evidence": [
            {
                "event": one.row.reference,
                "taken_by": one.row.officers,
                "taken_on": one.row.on_day.isoformat(),
                "at_time": one.details.at_time or None,
                "sha256": one.details.sha256 or None,
                "entry_sha256": one.digest,
                "files": [{"name": file.name, "bytes": file.size, "sha256": file.sha256} for file in one.files],
            }
            for one in events
            if one.row.kind is EventKind.EVIDENCE
        ],
    }
    return msgspec.json.format(msgspec.json.encode(stated), indent=2)
