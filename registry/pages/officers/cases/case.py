"""The page of a case: what was told, by whom it is about, what happened, and what is due. Reading it is on record."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from registry.complaints.attachments.storage import store_of
from registry.complaints.case.models import Case
from registry.complaints.casework import unread
from registry.complaints.casework.actions import find_ways, record_reading
from registry.complaints.casework.claims import claims_of
from registry.complaints.casework.letters import letters_waiting
from registry.complaints.casework.models import ReplyTemplate
from registry.complaints.casework.queries import case_view, clean_copy
from registry.complaints.casework.queue.assignment import is_free, workers
from registry.complaints.casework.queue.listing import related
from registry.complaints.casework.reply_templates import filled, offered
from registry.complaints.triage.priorities import TWO_PERSONS
from registry.complaints.triage.rules import triage
from registry.core.calls import Call
from registry.core.clock import day_at, now
from registry.core.errors import NotNow
from registry.http.complaint_services import sealer
from registry.http.transaction import services
from registry.i18n.names import name_in
from registry.i18n.wording import by_day_text, date_text
from registry.officer_acts.acting import acting, officer_call, roles_of
from registry.officer_acts.agency_picker import Suggestion, suggested_agencies
from registry.officers.accounts import translators_of
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.oversight.trail import readers_of
from registry.pages.files import sent_file
from registry.pages.officers.audit import detail_in
from registry.pages.officers.cases.showing import agency_view, box_view, claims_text, happened
from registry.pages.officers.cases.tabs import case_page, head_of, open_case
from registry.pages.officers.guard import KNOWN_FOR, page_at, written_cookie
from registry.pages.officers.rendering import Refusal, language
from registry.register.agencies.queries import public_record
from registry.register.authorities.queries import authority_days
from registry.vocabulary.cases import Priority
from registry.vocabulary.register import Language

pages = Blueprint("console_case", __name__)


@page_at(pages, "/cases/<reference>/files/<attachment>", Resource.ATTACHMENT, Act.READ)
def download_file(session: Session, me: AuthenticatedOfficer, reference: str, attachment: str) -> Response:
    """The clean copy, to be saved and never shown in a page."""
    open_case(session, me, reference)
    call = Call(session, acting(me, Resource.ATTACHMENT, Act.READ), now())
    name, body = clean_copy(call, sealer(), reference, attachment, store_of(services().settings))
    return sent_file(body, name)


def _alike(session: Session, typed: Mapping[str, str] | None, *, has_agency: bool) -> Sequence[Suggestion]:
    """The agencies of the registry that may be meant by the one that was typed."""
    if has_agency or not typed:
        return ()
    return suggested_agencies(session, typed.get("name", ""), language(), day_at(now(), None))


def _template(me: AuthenticatedOfficer, case: Case, among: Sequence[ReplyTemplate]) -> str:
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
    claims = claims_of(session, sealer(), call.actor, case)
    record_reading(call, case, "case.claims_read")
    return claims_text(_reads(case), claims)


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
    of_unit = workers(session, me.standing.unit, today)
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
        related=related(session, view.case),
        alike=_alike(session, view.agency, has_agency=agency is not None),
        ways=find_ways(view.case, view.moves, me.officer.reference, roles_of(me), today),
        workers=of_unit,
        may_take=me.standing.may(Resource.CASE, Act.WRITE) and is_free(session, view.case, today),
        names=names,
        seen=seen,
        readers=[one for one in readers if one not in {other.name for other in seen}],
        letters=letters_waiting(session, sealer(), officer, view.case),
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
