"""Officers' acts on hearings: draft the allegation, have another officer check it, serve it on the agency, close it.

The text that was checked is the text that is sent: nothing changes it after the reprisal check, and serving adds one
key.
"""

from dataclasses import replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.complaints.case import access, messages, moves, units
from registry.complaints.case.models import Case
from registry.complaints.casework import sealed_copies
from registry.complaints.casework.actions import MAX_REASON, Officer, lock_case, record_act
from registry.complaints.casework.queries import agencies_of
from registry.complaints.parties.hearings import content, rules
from registry.complaints.parties.hearings.moves import advance_hearing, end, facts, lacks_translation
from registry.complaints.parties.models import Hearing
from registry.complaints.parties.steps import lock_in_unit, open_box, record_change
from registry.complaints.sealing.envelopes import place_of
from registry.complaints.sealing.sealer import Sealer, read_sealed
from registry.core.calls import Call
from registry.core.errors import Fault, IllegalMove, InvalidInput, NotNow
from registry.core.ids import new_reference
from registry.officers.days import today_of
from registry.officers.models import NoticeKind
from registry.officers.notices import notify_named, notify_unit
from registry.officers.rights import Act, Resource
from registry.vocabulary.cases import CaseState, HearingEnd, HearingState, KeyHolder
from registry.vocabulary.codes import Problem


def draft(
    call: Call[Officer], sealer: Sealer, reference: str, written: content.Allegation, agency: str | None = None
) -> Hearing:
    """Draft the allegation that an agency is to answer, in words that do not reveal who complained.

    `agency` is one that the case names, the first where none is given; it is required where the case names none of the
    registry. Where no one at the agency reads the language of the text, it waits for a translator unless a translation is
    there. Raises NotFound, NotNow, IllegalMove, StaleVersion, InvalidInput.
    """
    session, officer, today = call.session, call.actor, today_of(call)
    case = lock_case(session, officer, reference, call.version)
    lack = rules.MOVES.lacking(rules.Guard.MAY_BE_TOLD, facts(session, case, None, today))
    if lack is not None:
        raise rules.MOVES.refused(HearingState.DRAFTED, lack)
    if find_unclosed(session, case) is not None:
        raise NotNow("this case has a hearing that is not closed yet: one at a time", "hearing.one_is_open")
    accused = _agency(sealer, case, agency)
    written = content.read_allegation(written)
    unit = units.agency_unit(session, sealer, accused, today)
    content.require_all_silent(
        call, sealer, case, accused, allegation=written.allegation, translation=written.translation or None
    )
    box = sealed_copies.new_copy_box(session, sealer, case, officer.unit, today)
    hearing = Hearing(
        reference=new_reference(),
        case_id=case.id,
        box_id=box.box.id,
        agency=accused,
        party=unit.reference,
        state=HearingState.DRAFTED,
        could_complain=written.could_complain,
        drafted_by=officer.name,
        drafted_on=today,
        language=written.language or None,
    )
    content.seal_allegation(box, officer, case, hearing, written)
    session.add(hearing)
    session.flush()
    record_act(call, case, "hearing.drafted")
    return hearing


def edit(call: Call[Officer], sealer: Sealer, reference: str, written: content.Allegation) -> Hearing:
    """Rewrite a draft; only its author may, so that the second person is another. Raises as `draft` does."""
    case, hearing = lock_hearing(call, reference)
    if hearing.state is not HearingState.DRAFTED:
        raise IllegalMove(
            f"a hearing that is {hearing.state} is not written anew: have it sent back first",
            "hearing.not_in_draft",
            state=hearing.state,
        )
    if hearing.drafted_by != call.actor.name:
        raise IllegalMove(
            "only its author changes this: otherwise it would not be known who the second person is",
            "hearing.others_draft",
        )
    written = content.read_allegation(written)
    content.require_all_silent(
        call, sealer, case, hearing.agency, allegation=written.allegation, translation=written.translation or None
    )
    box = open_box(call.session, sealer, call.actor.unit, hearing)
    if written.translation or written.allegation != read_sealed(box, case, hearing, "allegation_sealed"):
        hearing.translation_sealed = hearing.translated_by = None
    hearing.language = written.language or hearing.language
    content.seal_allegation(box, call.actor, case, hearing, written)
    hearing.could_complain = written.could_complain
    record_change(call, case, hearing, "hearing.edited")
    return hearing


def hand_in(call: Call[Officer], sealer: Sealer, reference: str) -> Hearing:
    """Submit a draft for the check by another person. Raises NotFound, IllegalMove, StaleVersion, InvalidInput."""
    case, hearing = lock_hearing(call, reference)
    _require_silent_still(call, sealer, case, hearing)
    hearing.returned_sealed = None
    session, officer, at = call.session, call.actor, call.at
    advance_hearing(call, case, hearing, HearingState.REPRISAL_CHECK, rules.By.OFFICER)
    notify_unit(
        session, officer.unit, Resource.HEARING, Act.APPROVE, NoticeKind.SECOND_PERSON, at, but=[hearing.drafted_by]
    )  # fmt: skip
    if lacks_translation(session, hearing):
        notify_unit(session, officer.unit, Resource.ACCOUNT, Act.WRITE, NoticeKind.ASSIGNED, at, but=(officer.name,))
    return hearing


def send_back(call: Call[Officer], sealer: Sealer, reference: str, reason: str) -> Hearing:
    """Send an allegation back to draft, because it could reveal who complained, or is wrong.

    Raises NotFound, IllegalMove, StaleVersion, InvalidInput.
    """
    case, hearing = lock_hearing(call, reference)
    hearing.returned_sealed = _seal_reason(call, sealer, case, hearing, "returned_sealed", reason)
    known = facts(call.session, case, hearing, today_of(call), call.actor.name)
    known = replace(known, has_reason=hearing.returned_sealed is not None)
    advance_hearing(call, case, hearing, HearingState.DRAFTED, rules.By.CHECKER, known)
    notify_named(call.session, hearing.drafted_by, NoticeKind.DECIDED, call.at)
    return hearing


def approve(call: Call[Officer], sealer: Sealer, reference: str, reason: str = "") -> Hearing:
    """Approve an allegation after the reprisal check, by another officer than its author.

    `reason` says why it may be served where few could have complained. Raises NotFound, IllegalMove, StaleVersion,
    InvalidInput.
    """
    case, hearing = lock_hearing(call, reference)
    compared = _require_silent_still(call, sealer, case, hearing)
    hearing.few_sealed = _seal_reason(call, sealer, case, hearing, "few_sealed", reason)
    known = facts(call.session, case, hearing, today_of(call), call.actor.name)
    could_complain = content.could_have(hearing, compared)
    known = replace(known, has_reason=hearing.few_sealed is not None, could_complain=could_complain)
    advance_hearing(call, case, hearing, HearingState.APPROVED, rules.By.CHECKER, known)
    hearing.checked_by, hearing.checked_on = call.actor.name, today_of(call)
    notify_named(call.session, hearing.drafted_by, NoticeKind.DECIDED, call.at)
    return hearing


def serve(call: Call[Officer], sealer: Sealer, reference: str, answer_by: date) -> Hearing:
    """Serve the approved text on the agency, with a deadline to answer; its case is `agency_hearing` from now on.

    Raises NotFound, IllegalMove, StaleVersion, InvalidInput, KeyTrouble.
    """
    case, hearing = lock_hearing(call, reference)
    session, officer, today = call.session, call.actor, today_of(call)
    least, most = rules.SHORTEST, rules.MAX_EXTENSION
    if not today + least <= answer_by <= today + most:
        fault = Fault.of("answer_by", Problem.INVALID_VALUE, "days_ahead", least=least.days, most=most.days)
        raise InvalidInput([fault])
    _require_silent_still(call, sealer, case, hearing)
    hearing.served_by, hearing.served_on, hearing.answer_by = officer.name, today, answer_by
    advance_hearing(call, case, hearing, HearingState.SERVED, rules.By.OFFICER)
    sealer.share(session, open_box(session, sealer, officer.unit, hearing), KeyHolder.UNIT, hearing.party)
    if case.state is not CaseState.AGENCY_HEARING:
        moves.advance_case(session, case, CaseState.AGENCY_HEARING, officer.role, call.at, actor=officer.name)
    notify_unit(session, hearing.party, Resource.HEARING, Act.ANSWER, NoticeKind.ASSIGNED, call.at)
    return hearing


def extend(call: Call[Officer], sealer: Sealer, reference: str, answer_by: date, reason: str) -> Hearing:
    """Extend the deadline to answer, with reasons that the agency never reads; on its request or on the officer's own.

    Raises NotFound, IllegalMove, StaleVersion, InvalidInput.
    """
    case, hearing = lock_hearing(call, reference)
    today = today_of(call)
    if hearing.answer_by is None or not rules.may_have_longer(hearing.state, hearing.answer_by, today):
        raise IllegalMove("only a hearing that may still be answered is given longer", "hearing.not_longer")
    if not rules.is_longer(hearing.answer_by, answer_by, today):
        day, days = hearing.answer_by, rules.MAX_EXTENSION.days
        raise InvalidInput([Fault.of("answer_by", Problem.INVALID_VALUE, "longer_than", day=day, days=days)])
    text = messages.read_text("reason", reason, MAX_REASON)
    own = access.open_case_box(call.session, sealer, call.actor.unit, case)
    hearing.extended_sealed = own.seal(text, place_of(case, hearing, "extended_sealed"))
    hearing.extended_by, hearing.extended_on, hearing.answer_by = call.actor.name, today, answer_by
    notify_unit(call.session, hearing.party, Resource.HEARING, Act.ANSWER, NoticeKind.DECIDED, call.at)
    record_change(call, case, hearing, "hearing.extended")
    return hearing


def close(call: Call[Officer], sealer: Sealer, reference: str) -> Hearing:
    """Close a hearing that was answered or lapsed, or cancel another. Raises NotFound, IllegalMove, StaleVersion."""
    case, hearing = lock_hearing(call, reference)
    is_heard = hearing.state in rules.HELD - {HearingState.SERVED}
    end(call, sealer, case, hearing, HearingEnd.HEARD if is_heard else HearingEnd.OFFICER, rules.By.OFFICER)
    return hearing


def lock_hearing(call: Call[Officer], reference: str) -> tuple[Case, Hearing]:
    """A hearing of the officer's unit and its case, both locked. Raises NotFound, StaleVersion."""
    return lock_in_unit(call.session, Hearing, call.actor.unit, reference, call.version)


def find_unclosed(session: Session, case: Case) -> Hearing | None:
    """The one hearing of a case that is not closed."""
    query = select(Hearing).where(Hearing.case_id == case.id, Hearing.state != HearingState.CLOSED)
    return session.execute(query).scalar_one_or_none()


def _agency(sealer: Sealer, case: Case, chosen: str | None) -> str:
    named = agencies_of(sealer, case)
    if not named and not chosen:
        raise InvalidInput([Fault.of("agency", Problem.MISSING, "agency_say")])
    if named and chosen and chosen not in named:
        raise InvalidInput([Fault.of("agency", Problem.CONTRADICTORY, "agency_other")])
    return chosen or named[0]


def _require_silent_still(call: Call[Officer], sealer: Sealer, case: Case, hearing: Hearing) -> content.ComplaintTexts:
    """Compare the text again, at each later step: the complainant may have written more since."""
    box = open_box(call.session, sealer, call.actor.unit, hearing)
    return content.require_all_silent(
        call, sealer, case, hearing.agency,
        translation=read_sealed(box, case, hearing, "translation_sealed"),
        allegation=read_sealed(box, case, hearing, "allegation_sealed"),
    )  # fmt: skip


def _seal_reason(
    call: Call[Officer], sealer: Sealer, case: Case, hearing: Hearing, column: str, reason: str
) -> str | None:
    if not reason.strip():
        return None
    text = messages.read_text("reason", reason, MAX_REASON)
    box = access.open_case_box(call.session, sealer, call.actor.unit, case)
    return box.seal(text, place_of(case, hearing, column))
