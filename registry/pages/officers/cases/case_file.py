"""The case file as one bundle, for courts and appeals: a PDF/A-3 with all that was written, and the files inside it.

Inside are the clean copies of attachments, the lines of the audit trail, and a manifest with the hash of each. Who the
complainant is, and officers' notes, are not in it. Making one is a line of the audit trail.
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
from registry.complaints.attachments.storage import store_of
from registry.complaints.casework.actions import Officer
from registry.complaints.casework.decisions.queries import decisions_of
from registry.complaints.casework.queries import case_view, clean_copy
from registry.complaints.parties.hearings.queries import hearing_view
from registry.complaints.parties.hearings.rules import answer_digest
from registry.complaints.parties.models import Hearing
from registry.complaints.parties.steps import fetch_of_case
from registry.core.calls import Call
from registry.core.clock import day_at, now
from registry.http.complaint_services import sealer
from registry.http.transaction import services
from registry.officer_acts.acting import acting, names_in
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.oversight.trail import Wanted, exported
from registry.pages.files import sent_file
from registry.pages.officers.audit import detail_in
from registry.pages.officers.cases.showing import agency_view, box_view, happened
from registry.pages.officers.cases.tabs import head_of
from registry.pages.officers.guard import Afterwards, allowed
from registry.pages.officers.rendering import language, rendered
from registry.proofs.papers.making import pdf_at_once
from registry.proofs.papers.rendering import Attachment, Draft
from registry.register.agencies.queries import public_record
from registry.register.authorities.queries import authority_days
from registry.vocabulary.cases import AttachmentState

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


@pages.post("/cases/<reference>/file")
@allowed(Resource.CASE, Act.EXPORT)
def make_file(session: Session, me: AuthenticatedOfficer, reference: str) -> Afterwards:
    at = now()
    html, parts = _content(session, me, acting(me, Resource.CASE, Act.EXPORT), reference, at)
    inside = [Attachment(one.name, one.about, one.body) for one in parts if one.body is not None]

    def file() -> Response:
        made = pdf_at_once(Draft(html, tuple(inside), variant=VARIANT))
        return sent_file(made, f"case-{reference}-{day_at(at, None)}.pdf")

    return Afterwards(file)


def _content(
    session: Session, me: AuthenticatedOfficer, officer: Officer, reference: str, at: datetime
) -> tuple[str, list[Part]]:
    today, spoken = day_at(at, None), language()
    view = case_view(Call(session, officer, at), sealer(), reference, into=spoken)
    head = head_of(me, view.case, view.clocks)
    agency = None if head.agency is None else public_record(session, head.agency, today)
    _, decided = decisions_of(session, sealer(), officer, reference, today)
    rows, call = fetch_of_case(session, Hearing, officer, reference), Call(session, officer, now())
    heard = [hearing_view(call, sealer(), one.reference) for one in reversed(rows)]
    record(session, "case.exported", reference, on=today, actor=officer.name, detail=officer.role, unit=officer.unit)
    parts = _files(session, officer, view, at)
    trail = b"".join(exported(session, me.standing.unit, Wanted(subject=reference)))
    parts.append(_part("audit.jsonl", "Lines of the audit trail", trail))
    parts.append(_part("manifest.json", "Manifest", _manifest(me, reference, parts, at)))
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
        hearings=heard,
        answer_digest=answer_digest,
        parts=parts,
        names=names_in(session, me.standing.unit),
        unit=me.standing.unit,
        me=me,
    )
    return html, parts


def _files(session: Session, officer: Officer, view: Any, at: datetime) -> list[Part]:
    """The clean copies, under names that no two share."""
    store, room = store_of(services().settings), MAX_INSIDE
    parts: list[Part] = []
    clean = [one for box in view.boxes for one in box.files if one.state is AttachmentState.CLEAN]
    for number, one in enumerate(clean, 1):
        name, body = clean_copy(Call(session, officer, at), sealer(), view.case.reference, one.reference, store)
        part = _part(f"{number:02}-{name}", f"Clean copy of {one.name}", body)
        room -= len(body)
        parts.append(part if room >= 0 else part._replace(body=None))
    return parts


def _part(name: str, about: str, body: bytes) -> Part:
    return Part(name, about, len(body), hashlib.sha256(body).hexdigest(), body)


def _manifest(me: AuthenticatedOfficer, reference: str, parts: Sequence[Part], at: datetime) -> bytes:
    stated = {
        "case": reference,
        "unit": me.standing.unit,
        "made_by": me.officer.reference,
        "made_at": at.isoformat(timespec="seconds"),
        "files": [
            {"name": one.name, "bytes": one.size, "sha256": one.sha256, "is_inside": one.body is not None}
            for one in parts
        ],
    }
    return msgspec.json.format(msgspec.json.encode(stated), indent=2)
