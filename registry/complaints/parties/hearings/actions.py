"""Officers' acts on hearings: draft the allegation, have another officer check it, serve it on the agency, close it.

The text that was checked is the text that is sent: nothing changes it after the reprisal check, and serving adds one
key.
"""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.complaints.case import moves as moving
from registry.complaints.case.messages import read_text
from registry.complaints.case.models import Case
from registry.complaints.case.moves import changed
from registry.complaints.casework import sealed_copies
from registry.complaints.casework.actions import MAX_REASON, Officer, in_unit, lock_case
from registry.complaints.casework.queries import named_agency_id
from registry.complaints.parties.accounts import agency_unit
from registry.complaints.parties.hearings import content
from registry.complaints.parties.hearings.models import Hearing
from registry.complaints.parties.hearings.moves import advance, end, facts, lacks_translation, lock_hearing_by_id
from registry.complaints.parties.hearings.rules import HELD, MAX_EXTENSION, MOVES, SHORTEST, By, Guard
from registry.complaints.sealing.models import KeyHolder
from registry.complaints.sealing.sealer import OpenContainer, Sealer
from registry.core.errors import Fault, IllegalMove, InvalidInput, NotFound, NotNow
from registry.core.ids import new_reference
from registry.officers.models import NoticeKind
from registry.officers.notices import notify_named, notify_unit
from registry.officers.rights import Act, Resource
from registry.vocabulary.cases import CaseState, HearingEnd, HearingState
from registry.vocabulary.codes import Problem


def draft(
    session: Session,
    sealer: Sealer,
    officer: Officer,
    reference: str,
    allegation: str,
    at: datetime,
    *,
    agency: str | None = None,
    could_complain: int | None = None,
    language: str = "",
    translation: str = "",
    version: int | None = None,
) -> Hearing:
    """Draft the allegation that an agency is to answer, in words that do not reveal who complained.

    `agency` is required where the case names none of the registry. `could_complain`: how many people could have, by the
    officer's estimate. `language` is that of the text; where no one at the agency reads it, it waits for a translator unless
    its `translation` is there. Raises NotFound, NotNow, IllegalMove, StaleVersion, InvalidInput.
    """
    case = lock_case(session, officer, reference, version)
    lack = MOVES.lacking(Guard.MAY_BE_TOLD, facts(session, case, None, at.date()))
    if lack is not None:
        raise MOVES.refused(HearingState.DRAFTED, lack)
    if open_hearing(session, case) is not None:
        raise NotNow("this case has a hearing that is not closed yet: one at a time", "hearing.one_is_open")
    accused = _agency(sealer, case, agency)
    text, estimate = content.read_allegation(allegation), content.read_estimate(could_complain)
    spoken = content.read_language(language)
    unit = agency_unit(session, sealer, accused, at.date())
    content.require_silent(session, sealer, officer, case, accused, text, at.date())
    box = sealed_copies.new_copy_box(session, sealer, case, officer.unit, at.date())
    name = new_reference()
    hearing = Hearing(
        reference=name,
        case_id=case.id,
        box_id=box.box.id,
        agency=accused,
        desk=unit.reference,
        state=HearingState.DRAFTED,
        could_complain=estimate,
        drafted_by=officer.name,
        drafted_on=at.date(),
        allegation_sealed=box.seal(text, content.place(case, name, "allegation_sealed")),
        language=spoken,
    )
    _translate(session, sealer, officer, case, hearing, box, translation, at.date())
    session.add(hearing)
    session.flush()
    changed(session, case, "hearing.drafted", at.date(), role=officer.role, actor=officer.name)
    return hearing


def edit(
    session: Session,
    sealer: Sealer,
    officer: Officer,
    reference: str,
    allegation: str,
    at: datetime,
    *,
    could_complain: int | None = None,
    language: str = "",
    translation: str = "",
    version: int | None = None,
) -> Hearing:
    """Rewrite a draft; only its author may, so that the second person is another. Raises as `draft` does."""
    case, hearing = lock_hearing(session, officer, reference, version)
    if hearing.state is not HearingState.DRAFTED:
        raise IllegalMove(
            f"a hearing that is {hearing.state} is not written anew: have it sent back first",
            "hearing.not_in_draft",
            state=hearing.state,
        )
    if hearing.drafted_by != officer.name:
        raise IllegalMove(
            "only its author changes this: otherwise it would not be known who the second person is",
            "hearing.others_draft",
        )
    text, estimate = content.read_allegation(allegation), content.read_estimate(could_complain)
    content.require_silent(session, sealer, officer, case, hearing.agency, text, at.date())
    spoken, box = content.read_language(language), content.opened(session, sealer, officer.unit, hearing)
    if translation.strip() or text != content.words(box, case, hearing, "allegation_sealed"):
        hearing.translation_sealed = hearing.translated_by = None
    hearing.language = spoken or hearing.language
    _translate(session, sealer, officer, case, hearing, box, translation, at.date())
    hearing.allegation_sealed = box.seal(text, content.place(case, hearing.reference, "allegation_sealed"))
    hearing.could_complain = estimate
    hearing.version += 1
    session.flush()
    changed(session, case, "hearing.edited", at.date(), role=officer.role, actor=officer.name)
    return hearing


def hand_in(
    session: Session, sealer: Sealer, officer: Officer, reference: str, at: datetime, *, version: int | None = None
) -> Hearing:
    """Submit a draft for the check by another person. Raises NotFound, IllegalMove, StaleVersion, InvalidInput."""
    case, hearing = lock_hearing(session, officer, reference, version)
    _require_silent_still(session, sealer, officer, case, hearing, at.date())
    hearing.returned_sealed = None
    advance(
        session, case, hearing, HearingState.REPRISAL_CHECK, By.OFFICER, at, actor=officer.name, role=officer.role
    )  # fmt: skip
    notify_unit(
        session, officer.unit, Resource.HEARING, Act.APPROVE, NoticeKind.SECOND_PERSON, at, but=[hearing.drafted_by]
    )  # fmt: skip
    if lacks_translation(session, hearing):
        notify_unit(session, officer.unit, Resource.ACCOUNT, Act.WRITE, NoticeKind.ASSIGNED, at, but=(officer.name,))
    return hearing


def send_back(
    session: Session,
    sealer: Sealer,
    officer: Officer,
    reference: str,
    reason: str,
    at: datetime,
    *,
    version: int | None = None,
) -> Hearing:
    """Send an allegation back to draft, because it could reveal who complained, or is wrong.

    Raises NotFound, IllegalMove, StaleVersion, InvalidInput.
    """
    case, hearing = lock_hearing(session, officer, reference, version)
    hearing.returned_sealed = _sealed_reason(session, sealer, officer, case, hearing, "returned_sealed", reason)
    advance(
        session, case, hearing, HearingState.DRAFTED, By.CHECKER, at,
        actor=officer.name, role=officer.role, has_reason=hearing.returned_sealed is not None,
    )  # fmt: skip
    notify_named(session, hearing.drafted_by, NoticeKind.DECIDED, at)
    return hearing


def approve(
    session: Session,
    sealer: Sealer,
    officer: Officer,
    reference: str,
    at: datetime,
    *,
    reason: str = "",
    version: int | None = None,
) -> Hearing:
    """Approve an allegation after the reprisal check, by another officer than its author.

    `reason` says why it may be served where few could have complained. Raises NotFound, IllegalMove, StaleVersion,
    InvalidInput.
    """
    case, hearing = lock_hearing(session, officer, reference, version)
    compared = _require_silent_still(session, sealer, officer, case, hearing, at.date())
    hearing.few_sealed = _sealed_reason(session, sealer, officer, case, hearing, "few_sealed", reason)
    advance(
        session, case, hearing, HearingState.APPROVED, By.CHECKER, at,
        actor=officer.name, role=officer.role, has_reason=hearing.few_sealed is not None,
        could_complain=content.could_have(hearing, compared),
    )  # fmt: skip
    hearing.checked_by, hearing.checked_on = officer.name, at.date()
    notify_named(session, hearing.drafted_by, NoticeKind.DECIDED, at)
    return hearing


def serve(
    session: Session,
    sealer: Sealer,
    officer: Officer,
    reference: str,
    answer_by: date,
    at: datetime,
    *,
    version: int | None = None,
) -> Hearing:
    """Serve the approved text on the agency, with a deadline to answer; its case is `agency_hearing` from now on.

    Raises NotFound, IllegalMove, StaleVersion, InvalidInput, KeyTrouble.
    """
    case, hearing = lock_hearing(session, officer, reference, version)
    today = at.date()
    if not today + SHORTEST <= answer_by <= today + MAX_EXTENSION:
        raise InvalidInput(
            [Fault.of("answer_by", Problem.INVALID_VALUE, "days_ahead", least=SHORTEST.days, most=MAX_EXTENSION.days)]
        )
    _require_silent_still(session, sealer, officer, case, hearing, today)
    hearing.served_by, hearing.served_on, hearing.answer_by = officer.name, today, answer_by
    advance(session, case, hearing, HearingState.SERVED, By.OFFICER, at, actor=officer.name, role=officer.role)
    sealed_copies.share_with(
        session, sealer, content.opened(session, sealer, officer.unit, hearing), hearing.desk, (KeyHolder.UNIT,)
    )  # fmt: skip
    if case.state is not CaseState.AGENCY_HEARING:
        moving.advance(session, case, CaseState.AGENCY_HEARING, officer.role, at, actor=officer.name)
    notify_unit(session, hearing.desk, Resource.HEARING, Act.ANSWER, NoticeKind.ASSIGNED, at)
    return hearing


def close(
    session: Session, sealer: Sealer, officer: Officer, reference: str, at: datetime, *, version: int | None = None
) -> Hearing:
    """Close a hearing that was answered or lapsed, or cancel another. Raises NotFound, IllegalMove, StaleVersion."""
    case, hearing = lock_hearing(session, officer, reference, version)
    is_heard = hearing.state in HELD - {HearingState.SERVED}
    because = HearingEnd.HEARD if is_heard else HearingEnd.OFFICER
    end(
        session, sealer, case, hearing, because, at, by=By.OFFICER, actor=officer.name, role=officer.role
    )  # fmt: skip
    return hearing


def lock_hearing(
    session: Session, officer: Officer, reference: str, version: int | None = None
) -> tuple[Case, Hearing]:
    """A hearing of the officer's unit and its case, both locked. Raises NotFound, StaleVersion."""
    found = session.execute(
        select(Hearing.id)
        .join(Case, Case.id == Hearing.case_id)
        .where(in_unit(officer.unit), Hearing.reference == reference)
    ).scalar_one_or_none()
    if found is None:
        raise NotFound(f"there is no hearing {reference} in this unit")
    return lock_hearing_by_id(session, found, version)


def open_hearing(session: Session, case: Case) -> Hearing | None:
    """The one hearing of a case that is not closed."""
    query = select(Hearing).where(Hearing.case_id == case.id, Hearing.state != HearingState.CLOSED)
    return session.execute(query).scalar_one_or_none()


def _agency(sealer: Sealer, case: Case, chosen: str | None) -> str:
    named = named_agency_id(sealer, case)
    if named is None and not chosen:
        raise InvalidInput([Fault.of("agency", Problem.MISSING, "agency_say")])
    if named is not None and chosen and chosen != named:
        raise InvalidInput([Fault.of("agency", Problem.CONTRADICTORY, "agency_other")])
    return named or chosen or ""


def _translate(
    session: Session,
    sealer: Sealer,
    officer: Officer,
    case: Case,
    hearing: Hearing,
    box: OpenContainer,
    translation: str,
    today: date,
) -> None:
    if not translation.strip():
        return
    text = read_text("translation", translation, content.MAX_ALLEGATION)
    content.require_silent(session, sealer, officer, case, hearing.agency, text, today, field="translation")
    hearing.translation_sealed = box.seal(text, content.place(case, hearing.reference, "translation_sealed"))
    hearing.translated_by = officer.name


def _require_silent_still(
    session: Session, sealer: Sealer, officer: Officer, case: Case, hearing: Hearing, today: date
) -> content.ComplaintTexts:
    """Compare the text again, at each later step: the complainant may have written more since."""
    box = content.opened(session, sealer, officer.unit, hearing)
    translation = content.words(box, case, hearing, "translation_sealed")
    if translation is not None:
        content.require_silent(
            session, sealer, officer, case, hearing.agency, translation, today, field="translation"
        )  # fmt: skip
    text = content.words(box, case, hearing, "allegation_sealed") or ""
    return content.require_silent(session, sealer, officer, case, hearing.agency, text, today)


def _sealed_reason(
    session: Session, sealer: Sealer, officer: Officer, case: Case, hearing: Hearing, column: str, reason: str
) -> str | None:
    if not reason.strip():
        return None
    text = read_text("reason", reason, MAX_REASON)
    box = content.own(session, sealer, officer.unit, case)
    return box.seal(text, content.place(case, hearing.reference, column))
