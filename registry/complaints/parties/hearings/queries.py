"""Reads of hearings for officers: those of a case, one with all that its agency reads, facts for the reprisal check."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.audit.actions import record
from registry.complaints.case.models import Case
from registry.complaints.casework.actions import Officer, in_unit, lock_case
from registry.complaints.parties.hearings import content
from registry.complaints.parties.hearings.actions import lock_hearing
from registry.complaints.parties.hearings.files import HandedFile, handed_in
from registry.complaints.parties.hearings.models import Hearing
from registry.complaints.parties.hearings.moves import facts, languages_read
from registry.complaints.parties.hearings.rules import MOVES, By, Guard, is_few
from registry.complaints.sealing.sealer import Sealer
from registry.core.errors import NotFound
from registry.vocabulary.cases import HearingState


class Reprisal(NamedTuple):
    """How easily the agency could guess who complained.

    `could_complain` is the lowest number that officer or complainant gave, None where there is none;
    `days_since_filing` is about the timing; `others` are further cases about the same agency.
    """

    could_complain: int | None
    is_few: bool
    days_since_filing: int
    others: int


class HearingView(NamedTuple):
    """A hearing as its unit reads it. `allegation` is exactly what the agency reads, or would.

    `translation` and `outcome_translation` go beside those texts; `reads` are the languages of the agency's people.
    `files` came with the answer or the objection. `returned`: why it was sent back; `few`: why it may go though few could have
    complained. `ways`: to which state these roles may take it now, None, or the code of what is lacking beside the words that
    a form brings along.
    """

    case: Case
    hearing: Hearing
    allegation: str
    translation: str | None
    answer: str | None
    returned: str | None
    few: str | None
    longer: str | None
    extended: str | None
    outcome: str | None
    outcome_translation: str | None
    objection: str | None
    files: Sequence[HandedFile]
    reprisal: Reprisal
    reads: Sequence[str]
    ways: Mapping[HearingState, str | None]


def hearings_of(session: Session, officer: Officer, reference: str) -> tuple[Case, list[Hearing]]:
    """The hearings of a case, the latest first. Raises NotFound."""
    case = lock_case(session, officer, reference)
    rows = session.execute(select(Hearing).where(Hearing.case_id == case.id).order_by(Hearing.id.desc()))
    return case, list(rows.scalars())


def why_none(session: Session, case: Case, today: date) -> str | None:
    """Why no hearing of this case may be drafted now, as a code; None when one may."""
    open_ = select(Hearing.id).where(Hearing.case_id == case.id, Hearing.state != HearingState.CLOSED)
    if session.execute(open_).first() is not None:
        return "one_is_open"
    return MOVES.lacking(Guard.MAY_BE_TOLD, facts(session, case, None, today))


def hearing_view(
    session: Session, sealer: Sealer, officer: Officer, reference: str, today: date, by: Sequence[By] = (By.OFFICER,)
) -> HearingView:
    """One hearing with what its agency reads. Audited like every reading. Raises NotFound."""
    case, hearing = lock_hearing(session, officer, reference)
    box, own = content.opened(session, sealer, officer.unit, hearing), content.own(session, sealer, officer.unit, case)
    reprisal = _reprisal(session, sealer, officer.unit, case, hearing, today)
    found = HearingView(
        case=case,
        hearing=hearing,
        allegation=content.words(box, case, hearing, "allegation_sealed") or "",
        translation=content.words(box, case, hearing, "translation_sealed"),
        answer=content.words(box, case, hearing, "answer_sealed"),
        returned=content.words(own, case, hearing, "returned_sealed"),
        few=content.words(own, case, hearing, "few_sealed"),
        longer=content.words(box, case, hearing, "longer_sealed"),
        extended=content.words(own, case, hearing, "extended_sealed"),
        outcome=content.words(box, case, hearing, "outcome_sealed"),
        outcome_translation=content.words(box, case, hearing, "outcome_translation_sealed"),
        objection=content.words(box, case, hearing, "objection_sealed"),
        files=handed_in(session, box, case, hearing),
        reprisal=reprisal,
        reads=languages_read(session, hearing.desk),
        ways=_ways(session, case, hearing, officer, today, by, reprisal),
    )
    record(session, "hearing.previewed", case.reference, on=today, actor=officer.name, detail=officer.role)
    return found


def case_behind(session: Session, unit: str, reference: str) -> Case:
    """The case of a hearing of a unit. Raises NotFound."""
    query = select(Case).join(Hearing, Hearing.case_id == Case.id)
    found = session.execute(query.where(in_unit(unit), Hearing.reference == reference)).scalar_one_or_none()
    if found is None:
        raise NotFound(f"there is no hearing {reference} in this unit")
    return found


def accused(session: Session, case: Case, reference: str) -> str:
    """The agency that a hearing of this case is about. Raises NotFound where the hearing is none of it."""
    of_case = (Hearing.case_id == case.id, Hearing.reference == reference)
    found = session.execute(select(Hearing.agency).where(*of_case)).scalar_one_or_none()
    if found is None:
        raise NotFound(f"there is no hearing {reference} in this case")
    return found


def _reprisal(session: Session, sealer: Sealer, unit: str, case: Case, hearing: Hearing, today: date) -> Reprisal:
    could = content.could_have(hearing, content.complaint_texts(session, sealer, unit, case))
    return Reprisal(could, is_few(could), (today - case.filed_on).days, _others(session, case))


def _others(session: Session, case: Case) -> int:
    """Further cases of the same unit about the same agency: behind them one complainant stands out less."""
    if case.agency_digest is None:
        return 0
    query = select(func.count(Case.id)).where(
        Case.agency_digest == case.agency_digest, Case.unit_id == case.unit_id, Case.id != case.id
    )
    return session.execute(query).scalar_one()


def _ways(
    session: Session, case: Case, hearing: Hearing, officer: Officer, today: date, by: Sequence[By], reprisal: Reprisal
) -> dict[HearingState, str | None]:
    # What a form will bring along, the reason, is asked for there.
    now = facts(
        session, case, hearing, today,
        actor=officer.name, has_reason=True, could_complain=reprisal.could_complain,
    )  # fmt: skip
    return MOVES.ways(hearing.state, by, now)
