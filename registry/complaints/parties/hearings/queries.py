"""Reads of hearings for officers: those of a case, one with all that its agency reads, facts for the reprisal check."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.complaints.case.access import open_case_box
from registry.complaints.case.models import Case
from registry.complaints.casework.actions import Officer, record_reading
from registry.complaints.casework.queries import FileInCase
from registry.complaints.parties.hearings import content
from registry.complaints.parties.hearings.actions import find_unclosed, lock_hearing
from registry.complaints.parties.hearings.files import handed_in
from registry.complaints.parties.hearings.moves import facts, languages_read
from registry.complaints.parties.hearings.rules import MOVES, By, Guard, is_few
from registry.complaints.parties.models import Hearing
from registry.complaints.parties.steps import open_box
from registry.complaints.sealing.sealer import OpenContainer, Sealer, read_sealed
from registry.core.calls import Call
from registry.officers.days import today_of
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
    files: Sequence[FileInCase]
    reprisal: Reprisal
    reads: Sequence[str]
    ways: Mapping[HearingState, str | None]


def why_none(session: Session, case: Case, today: date) -> str | None:
    """Why no hearing of this case may be drafted now, as a code; None when one may."""
    if find_unclosed(session, case) is not None:
        return "one_is_open"
    return MOVES.lacking(Guard.MAY_BE_TOLD, facts(session, case, None, today))


def hearing_view(call: Call[Officer], sealer: Sealer, reference: str, by: Sequence[By] = (By.OFFICER,)) -> HearingView:
    """One hearing with what its agency reads. Audited like every reading. Raises NotFound."""
    session, officer, today = call.session, call.actor, today_of(call)
    case, hearing = lock_hearing(call, reference)
    box = open_box(session, sealer, officer.unit, hearing)
    own = open_case_box(session, sealer, officer.unit, case)
    reprisal = _reprisal(session, sealer, officer.unit, case, hearing, today)

    def words(column: str, opened: OpenContainer = box) -> str | None:
        return read_sealed(opened, case, hearing, column)

    # What a form will bring along, the reason, is asked for there.
    known = replace(
        facts(session, case, hearing, today, officer.name), has_reason=True, could_complain=reprisal.could_complain
    )
    found = HearingView(
        case=case,
        hearing=hearing,
        allegation=words("allegation_sealed") or "",
        translation=words("translation_sealed"),
        answer=words("answer_sealed"),
        returned=words("returned_sealed", own),
        few=words("few_sealed", own),
        longer=words("longer_sealed"),
        extended=words("extended_sealed", own),
        outcome=words("outcome_sealed"),
        outcome_translation=words("outcome_translation_sealed"),
        objection=words("objection_sealed"),
        files=handed_in(session, box, case, hearing),
        reprisal=reprisal,
        reads=languages_read(session, hearing.party),
        ways=MOVES.ways(hearing.state, by, known),
    )
    record_reading(call, case, "hearing.previewed")
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
