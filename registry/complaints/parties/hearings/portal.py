"""The agency's portal of hearings: it sees those it was served, and nothing else, for as long as they are open to it.

It reads what an officer wrote and its own answers: no number of a case, no day before that of service, no name of a
person. What it may no longer read answers as if it had never existed. Every reading is audited.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from registry.audit.actions import record
from registry.complaints.case import clocks, units
from registry.complaints.case.messages import read_text
from registry.complaints.case.models import Case
from registry.complaints.casework.queries import FileInCase
from registry.complaints.casework.sealed_copies import keeps_originals
from registry.complaints.parties.hearings import moves, rules
from registry.complaints.parties.hearings.files import files_in
from registry.complaints.parties.models import Hearing
from registry.complaints.parties.steps import PartyMember, fetch_open, find_open, lock_open, open_box, record_change
from registry.complaints.sealing.envelopes import place_of
from registry.complaints.sealing.sealer import Sealer, read_sealed
from registry.core.calls import Call
from registry.core.errors import IllegalMove
from registry.officers.models import NoticeKind, Unit
from registry.officers.notices import notify_named, notify_unit
from registry.officers.rights import Act, Resource
from registry.vocabulary.cases import HearingState

MAX_ANSWER = 20_000
MAX_LONGER = 2000


class Listed(NamedTuple):
    """A hearing in an agency's list. `unit` are the names of the authority's unit that asks."""

    reference: str
    state: HearingState
    served_on: date
    answer_by: date
    unit: Mapping[str, str]


class Served(NamedTuple):
    """All that an agency reads. `draft` is its answer as far as it is written, `answer` what it sent, `files` go with that
    or with its objection.

    `translation` is the allegation in a language of the agency's people, None where it needs none; `language` is the original's.
    `keeps_originals`: papers are kept as they were sent too, and not as copies alone.
    """

    listed: Listed
    version: int
    allegation: str
    draft: str
    answer: str | None
    answered_on: date | None
    may_answer: bool
    longer: str | None = None
    outcome: str | None = None
    object_until: date | None = None
    objection: str | None = None
    may_object: bool = False
    files: Sequence[FileInCase] = ()
    keeps_originals: bool = True
    language: str | None = None
    translation: str | None = None
    outcome_language: str | None = None
    outcome_translation: str | None = None


def fetch_served(session: Session, unit: str, at: datetime) -> list[Listed]:
    """The hearings that an agency was served and can read, latest first."""
    return [_list(hearing, names) for hearing, names in fetch_open(session, Hearing, unit, at, moves.is_open_to_agency)]


def read(call: Call[PartyMember], sealer: Sealer, reference: str) -> Served:
    """Read one hearing. Raises NotFound for another agency's, an unknown or a closed one."""
    session, unit = call.session, call.actor.unit
    case, hearing = find_open(session, Hearing, unit, reference, call.at, moves.is_open_to_agency)
    today = units.day_of_case(session, case, call.at)
    box = open_box(session, sealer, unit, hearing)

    def words(column: str) -> str | None:
        return read_sealed(box, case, hearing, column)

    # An outcome that waits for its translation is not the agency's yet.
    is_told = hearing.told_on is not None
    of_case = session.get_one(Unit, case.unit_id)
    served = Served(
        _list(hearing, of_case.names),
        hearing.version,
        words("allegation_sealed") or "",
        words("draft_sealed") or "",
        words("answer_sealed"),
        hearing.answered_on,
        hearing.state is HearingState.SERVED and not moves.is_late(hearing, today),
        words("longer_sealed"),
        words("outcome_sealed") if is_told else None,
        hearing.object_until,
        words("objection_sealed"),
        moves.may_object(hearing, today),
        files_in(session, box, case),
        keeps_originals(session, sealer, hearing.box_id, of_case.reference),
        hearing.language,
        words("translation_sealed"),
        hearing.outcome_language,
        words("outcome_translation_sealed") if is_told else None,
    )
    record(session, "hearing.read", case.reference, on=today, actor=call.actor.name, detail=rules.By.AGENCY)
    return served


def save_draft_answer(call: Call[PartyMember], sealer: Sealer, reference: str, text: str) -> Hearing:
    """Save an unfinished answer. Raises NotFound, IllegalMove, StaleVersion, InvalidInput."""
    case, hearing = _lock_answerable(call, reference)
    hearing.draft_sealed = _seal(call, sealer, case, hearing, "draft_sealed", read_text("text", text, MAX_ANSWER))
    hearing.version += 1
    call.session.flush()
    today, who = units.day_of_case(call.session, case, call.at), call.actor.name
    record(call.session, "hearing.answer_kept", case.reference, on=today, actor=who, detail=rules.By.AGENCY)
    return hearing


def answer(call: Call[PartyMember], sealer: Sealer, reference: str, text: str) -> Hearing:
    """Send the answer, once and for good. Raises NotFound, IllegalMove, StaleVersion, InvalidInput."""
    case, hearing = _lock_answerable(call, reference)
    hearing.answer_sealed = _seal(call, sealer, case, hearing, "answer_sealed", read_text("text", text, MAX_ANSWER))
    hearing.draft_sealed = None
    hearing.answered_by, hearing.answered_on = call.actor.name, units.day_of_case(call.session, case, call.at)
    moves.advance_hearing(call, case, hearing, HearingState.ANSWERED, rules.By.AGENCY)
    notify_named(call.session, hearing.served_by or "", NoticeKind.DECIDED, call.at)
    return hearing


def request_extension(call: Call[PartyMember], sealer: Sealer, reference: str, text: str) -> Hearing:
    """Request a longer deadline to answer, with a reason; the deadline stays until an officer sets another.

    Raises NotFound, IllegalMove, StaleVersion, InvalidInput.
    """
    case, hearing = _lock_answerable(call, reference)
    hearing.longer_sealed = _seal(call, sealer, case, hearing, "longer_sealed", read_text("text", text, MAX_LONGER))
    hearing.longer_asked_on = units.day_of_case(call.session, case, call.at)
    notify_named(call.session, hearing.served_by or "", NoticeKind.ASSIGNED, call.at)
    record_change(call, case, hearing, "hearing.longer_asked", rules.By.AGENCY)
    return hearing


def object_to(call: Call[PartyMember], sealer: Sealer, reference: str, text: str) -> Hearing:
    """Object to a decision, once and until the deadline that was stated.

    Raises NotFound, IllegalMove, StaleVersion, InvalidInput.
    """
    case, hearing = lock_open(call, Hearing, reference, moves.is_open_to_agency)
    session, today = call.session, units.day_of_case(call.session, case, call.at)
    if not moves.may_object(hearing, today):
        raise IllegalMove(
            "there is nothing to object to: it was not decided yet, you objected already, or the day is past",
            "hearing.nothing_to_object_to",
        )
    hearing.objection_sealed = _seal(
        call, sealer, case, hearing, "objection_sealed", read_text("text", text, MAX_ANSWER)
    )
    hearing.objected_by, hearing.objected_on = call.actor.name, today
    # The officer who told the outcome may be on leave, and an objection has its own deadline: notify approvers too.
    told_by, unit = hearing.told_by or "", session.get_one(Unit, case.unit_id).reference
    notify_named(session, told_by, NoticeKind.ASSIGNED, call.at)
    notify_unit(session, unit, Resource.HEARING, Act.APPROVE, NoticeKind.ASSIGNED, call.at, but=[told_by])
    clocks.start_objection(session, case, today)
    record_change(call, case, hearing, "hearing.objected", rules.By.AGENCY)
    return hearing


def _seal(call: Call[PartyMember], sealer: Sealer, case: Case, hearing: Hearing, column: str, text: str) -> str:
    return open_box(call.session, sealer, call.actor.unit, hearing).seal(text, place_of(case, hearing, column))


def _lock_answerable(call: Call[PartyMember], reference: str) -> tuple[Case, Hearing]:
    case, hearing = lock_open(call, Hearing, reference, moves.is_open_to_agency)
    moves.require_answerable(hearing, units.day_of_case(call.session, case, call.at))
    return case, hearing


def _list(hearing: Hearing, unit: Mapping[str, str]) -> Listed:
    # Both days are set with the move to `served`.
    assert hearing.served_on is not None
    assert hearing.answer_by is not None
    return Listed(hearing.reference, hearing.state, hearing.served_on, hearing.answer_by, unit)
