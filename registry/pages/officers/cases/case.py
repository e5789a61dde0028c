"""The page of a case: what was told, by whom it is about, what happened, and what is due. Reading it is on record.

And the case file as one bundle, for courts and appeals: a PDF/A-3 with all that was written, and the files inside it. Inside are
the clean copies of the complainant's files, of the agency's papers and of the evidence, the lines of the audit trail, and a
manifest with the hash of each. What is not in it, is listed with the reason. Making one is a line of the audit trail.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

import msgspec
from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from registry.audit.actions import record
from registry.complaints.attachments.file_store import FileStore
from registry.complaints.case.models import Case
from registry.complaints.casework import actions, claims, events, evidence, firms, letters, models, unread
from registry.complaints.casework.decisions.queries import decisions_of
from registry.complaints.casework.queries import CleanFile, case_view, clean_copy
from registry.complaints.casework.queue import assignment, listing
from registry.complaints.casework.reply_templates import filled, offered
from registry.complaints.parties.hearings import files, queries, rules
from registry.complaints.parties.models import Hearing, Referral
from registry.complaints.parties.referrals.queries import referral_view
from registry.complaints.parties.steps import fetch_of_case
from registry.complaints.triage.priorities import TWO_PERSONS
from registry.complaints.triage.rules import triage
from registry.core.calls import Call
from registry.core.clock import day_at, now
from registry.core.errors import NotNow
from registry.http.complaint_services import sealer, store
from registry.http.transaction import services
from registry.i18n.names import name_in
from registry.i18n.wording import by_day_text, date_text
from registry.officer_acts.agency_picker import Suggestion, names_of_agencies, suggested_agencies
from registry.officer_acts.permissions import acting, names_in, officer_call, roles_of
from registry.officers.accounts import translators_of
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.oversight.trail import Wanted, exported, readers_of
from registry.pages.files import sent_file
from registry.pages.officers.audit import detail_in
from registry.pages.officers.cases.showing import agency_view, box_view, claims_text, happened
from registry.pages.officers.cases.tabs import case_page, head_of, open_case
from registry.pages.officers.guard import KNOWN_FOR, Afterwards, form_at, page_at, written_cookie
from registry.pages.officers.referrals import answers_in
from registry.pages.officers.rendering import Refusal, language, rendered
from registry.proofs.papers import making, rendering
from registry.register.agencies.queries import public_record
from registry.register.authorities.queries import authority_days
from registry.supervision.sanctions.queries import moves_of, resting_on
from registry.vocabulary.cases import AttachmentState, EventKind, EventState, NoCopy, Priority
from registry.vocabulary.register import Language

pages = Blueprint("console_case", __name__)


@page_at(pages, "/cases/<reference>/files/<attachment>", Resource.ATTACHMENT, Act.READ)
def download_file(session: Session, me: AuthenticatedOfficer, reference: str, attachment: str) -> Response:
    """The clean copy, to be saved and never shown in a page."""
    open_case(session, me, reference)
    call = officer_call(session, me, Resource.ATTACHMENT, Act.READ)
    name, body = clean_copy(call, sealer(), reference, attachment, store())
    return sent_file(body, name)


def _alike(session: Session, typed: Mapping[str, str] | None, *, has_agency: bool) -> Sequence[Suggestion]:
    """The agencies of the registry that may be meant by the one that was typed."""
    if has_agency or not typed:
        return ()
    return suggested_agencies(session, typed.get("name", ""), language(), day_at(now(), None))


def _template(me: AuthenticatedOfficer, case: Case, among: Sequence[models.ReplyTemplate]) -> str:
    """The text of the reply template that was chosen, in the complainant's language; empty where none was."""
    wanted = request.args.get("template", "")
    chosen = next((one for one in among if one.reference == wanted), None)
    if chosen is None:
        return ""
    reads = _reads(case)
    today = me.day(now())
    values = {
        "unit": name_in(reads, me.unit_names) or me.standing.unit,
        "today": date_text(reads, today),
        "in_14_days": date_text(reads, today + timedelta(days=14)),
        "by_14_days": by_day_text(reads, today + timedelta(days=14)),
    }
    return filled(chosen, reads, values)


def _reads(case: Case) -> Language:
    """The complainant's language."""
    return Language(case.language) if case.language in set(Language) else Language.EN


def _claims(session: Session, me: AuthenticatedOfficer, case: Case) -> str:
    """What the worker is owed, for a reply in the complainant's language, where the officer asked for it."""
    if request.args.get("claims") != "yes" or not me.standing.may(Resource.CASE, Act.WRITE):
        return ""
    call = officer_call(session, me, Resource.CASE, Act.WRITE)
    owed = claims.claims_of(session, sealer(), call.actor, case)
    actions.record_reading(call, case, "case.claims_read")
    return claims_text(_reads(case), owed)


def _seen(session: Session, me: AuthenticatedOfficer, case: Case) -> Sequence[unread.Seen]:
    """Who else has the case open; and this officer has it from now on."""
    at = now()
    unread.note_view(session, case, me.officer.id, at)
    return unread.seen_by(session, case, at, but=me.officer.id)


def wrote_in(me: AuthenticatedOfficer) -> str:
    """The language of the officer's last letter to a complainant from this browser; empty where it is not known."""
    officer, _, spoken = written_cookie().sent().partition(".")
    return spoken if officer == me.officer.reference else ""


def remember_language(me: AuthenticatedOfficer, response: Response) -> Response:
    """The answer to a letter that was sent: an officer who writes Chinese is not asked in each case again."""
    spoken = request.form.get("language", "")
    if spoken not in set(Language):
        return response
    return written_cookie().give(response, f"{me.officer.reference}.{spoken}", KNOWN_FOR)


@page_at(pages, "/cases/<reference>", Resource.CASE, Act.READ)
def show_case(session: Session, me: AuthenticatedOfficer, reference: str, refusal: Refusal | None = None) -> Response:
    """The whole page, again with what was typed where a form of it was refused."""
    officer = acting(me, Resource.ACCOUNT, Act.READ)
    try:
        view = case_view(Call(session, officer, now()), sealer(), reference, into=language())
    except NotNow:
        # Withdrawn: that it is there may be seen, what was written may not.
        return case_page("cases/withheld.html", me, open_case(session, me, reference), "case")
    head = head_of(me, view.case, view.clocks)
    today, spoken = me.day(now()), language()
    agency = None if head.agency is None else public_record(session, head.agency, day_at(now(), None))
    of_unit = assignment.workers(session, me.standing.unit, today)
    templates = offered(session, me.standing.unit, view.case.state, _reads(view.case))
    seen = _seen(session, me, view.case)
    readers = readers_of(session, reference, today, but=me.officer.reference)
    names = {one.reference: one.name for one in of_unit}
    return case_page(
        "cases/statements.html",
        me,
        head,
        "case",
        refusal=refusal,
        view=view,
        boxes=[box_view(spoken, box, agency) for box in view.boxes],
        agency=None if agency is None else agency_view(spoken, agency, authority_days(session, now())),
        happened=happened(session, me, view),
        detail_of=partial(detail_in, spoken),
        suggested=sorted({sign for box in view.boxes for sign in triage(box.answers).suggested}),
        related=listing.related(session, view.case),
        alike=_alike(session, view.agency, has_agency=agency is not None),
        ways=actions.find_ways(view.case, view.moves, me.officer.reference, roles_of(me), today),
        workers=of_unit,
        may_take=me.standing.may(Resource.CASE, Act.WRITE) and assignment.is_free(session, view.case, today),
        names=names,
        seen=seen,
        readers=[one for one in readers if one not in {other.name for other in seen}],
        letters=letters.letters_waiting(session, sealer(), officer, view.case),
        translators=[one.name for one in translators_of(session, me.standing.unit)],
        languages=list(Language),
        reads=view.case.language,
        wrote_in=wrote_in(me),
        templates=templates,
        template_text=_template(me, view.case, templates) or _claims(session, me, view.case),
        may=me.standing.may,
        has_translator=services().settings.translator_url is not None,
        priorities=list(Priority),
        two_persons=TWO_PERSONS,
    )


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
    inside = [rendering.Attachment(one.name, one.about, one.body) for one in parts if one.body is not None]

    def file() -> Response:
        made = making.pdf_at_once(rendering.Draft(html, tuple(inside), variant=VARIANT))
        return sent_file(made, f"case-{reference}-{me.day(at)}.pdf")

    return Afterwards(file)


def _content(
    session: Session, me: AuthenticatedOfficer, officer: actions.Officer, reference: str, at: datetime
) -> tuple[str, list[Part]]:
    today, spoken = me.day(at), language()
    view = case_view(Call(session, officer, at), sealer(), reference, into=spoken)
    head = head_of(me, view.case, view.clocks)
    agency = None if head.agency is None else public_record(session, head.agency, day_at(at, None))
    _, decided = decisions_of(session, sealer(), officer, reference, today)
    rows, call = fetch_of_case(session, Hearing, officer, reference), Call(session, officer, now())
    heard = [queries.hearing_view(call, sealer(), one.reference) for one in reversed(rows)]
    referred = fetch_of_case(session, Referral, officer, reference)
    handed = [referral_view(call, sealer(), one.reference) for one in reversed(referred)]
    held = [one for one in events.events_of(session, sealer(), officer, view.case) if one.row.state is EventState.HELD]
    found_firms = firms.firms_of(session, sealer(), officer.unit, view.case)
    record(session, "case.exported", reference, on=today, actor=officer.name, detail=officer.role, unit=officer.unit)
    parts, left_out = _files(call, view, heard, held)
    trail = b"".join(exported(session, me.standing.unit, Wanted(subject=reference)))
    parts.append(_part("audit.jsonl", "Lines of the audit trail", trail))
    parts.append(_part("manifest.json", "Manifest", _manifest(me, reference, parts, held, at)))
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
        events=held,
        firms=found_firms,
        claims=claims.claims_of(session, sealer(), officer, view.case),
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
        answer_digest=rules.answer_digest,
        parts=parts,
        names=names_in(session, me.standing.unit),
        unit=me.standing.unit,
        me=me,
    )
    return html, parts


def _files(
    call: Call[actions.Officer], view: Any, heard: Sequence[queries.HearingView], held: Sequence[events.ShownEvent]
) -> tuple[list[Part], list[LeftOut]]:
    """The clean copies, under names that no two share, and what has none or finds no room."""
    room = MAX_INSIDE
    parts: list[Part] = []
    left_out: list[LeftOut] = []
    sent = [(one, partial(clean_copy, call, sealer(), view.case.reference)) for box in view.boxes for one in box.files]
    sent += [
        (one, partial(_paper, call, view.case, hearing.hearing.reference)) for hearing in heard for one in hearing.files
    ]
    sent += [(one, partial(_evidence, call, view.case, taken.row.reference)) for taken in held for one in taken.files]
    for one, open_copy in sent:
        if one.state is not AttachmentState.CLEAN:
            left_out.append(LeftOut(one.name, one.no_copy))
            continue
        name, body = open_copy(one.reference, store())
        part = _part(f"{len(parts) + 1:02}-{name}", f"Clean copy of {one.name}", body)
        room -= len(body)
        parts.append(part if room >= 0 else part._replace(body=None))
    return parts, left_out


def _paper(call: Call[actions.Officer], case: Case, hearing: str, attachment: str, store: FileStore) -> CleanFile:
    return files.read_clean_copy(call, sealer(), store, case, hearing, attachment)


def _evidence(call: Call[actions.Officer], case: Case, event: str, attachment: str, store: FileStore) -> CleanFile:
    return evidence.read_file(call, sealer(), store, case.reference, event, attachment)


def _part(name: str, about: str, body: bytes) -> Part:
    return Part(name, about, len(body), hashlib.sha256(body).hexdigest(), body)


def _manifest(
    me: AuthenticatedOfficer, reference: str, parts: Sequence[Part], held: Sequence[events.ShownEvent], at: datetime
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
            for one in held
            if one.row.kind is EventKind.EVIDENCE
        ],
    }
    return msgspec.json.format(msgspec.json.encode(stated), indent=2)
