"""The agency's portal of hearings: it sees those it was served, and nothing else, for as long as they are open to it.

It reads what an officer wrote and its own answers: no number of a case, no day before that of service, no name of a
person. What it may no longer read answers as if it had never existed. Every reading is audited.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from registry.audit.actions import record
from registry.complaints.case import clocks
from registry.complaints.case.messages import read_text
from registry.complaints.case.models import Case
from registry.complaints.case.moves import changed
from registry.complaints.parties.hearings import content
from registry.complaints.parties.hearings.files import HandedFile, files_in, keeps_originals
from registry.complaints.parties.hearings.models import Hearing
from registry.complaints.parties.hearings.moves import advance, is_open_to_agency, lock_hearing_by_id
from registry.complaints.parties.hearings.rules import HELD, MOVES, By
from registry.complaints.parties.opening import open_to_party
from registry.complaints.sealing.sealer import Sealer
from registry.core.errors import IllegalMove
from registry.officers.models import NoticeKind, Unit
from registry.officers.notices import notify_named, notify_unit
from registry.officers.rights import Act, Resource
from registry.vocabulary.cases import CaseRole, HearingState

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
    files: Sequence[HandedFile] = ()
    keeps_originals: bool = True
    language: str | None = None
    translation: str | None = None
    outcome_language: str | None = None
    outcome_translation: str | None = None


def served(session: Session, unit: str, today: date) -> list[Listed]:
    """The hearings that an agency was served and can read, latest first."""
    rows = session.execute(
        select(Hearing, Case, Unit)
        .join(Case, Case.id == Hearing.case_id)
        .join(Unit, Unit.id == Case.unit_id)
        .where(Hearing.desk == unit, or_(Hearing.state.in_(sorted(HELD)), Hearing.told_on.is_not(None)))
        .order_by(Hearing.id.desc())
    )
    return [
        _listed(hearing, unit) for hearing, case, unit in rows if is_open_to_agency(session, case, hearing, today)
    ]  # fmt: skip


def read(session: Session, sealer: Sealer, unit: str, who: str, reference: str, today: date) -> Served:
    """Read one hearing. Raises NotFound for another agency's, an unknown or a closed one."""
    case, hearing = open_to(session, unit, reference, today)
    box = content.opened(session, sealer, unit, hearing)
    served = Served(
        _listed(hearing, session.get_one(Unit, case.unit_id)),
        hearing.version,
        content.words(box, case, hearing, "allegation_sealed") or "",
        content.words(box, case, hearing, "draft_sealed") or "",
        content.words(box, case, hearing, "answer_sealed"),
        hearing.answered_on,
        hearing.state is HearingState.SERVED and not _is_late(hearing, today),
        content.words(box, case, hearing, "longer_sealed"),
        _if_sent(hearing, content.words(box, case, hearing, "outcome_sealed")),
        hearing.object_until,
        content.words(box, case, hearing, "objection_sealed"),
        may_object(hearing, today),
        files_in(session, box, case),
        keeps_originals(session, sealer, case, hearing),
        hearing.language,
        content.words(box, case, hearing, "translation_sealed"),
        hearing.outcome_language,
        _if_sent(hearing, content.words(box, case, hearing, "outcome_translation_sealed")),
    )
    record(session, "hearing.read", case.reference, on=today, actor=who, detail=By.AGENCY)
    return served


def _if_sent(hearing: Hearing, text: str | None) -> str | None:
    """An outcome that waits for its translation is not the agency's yet."""
    return None if hearing.told_on is None else text


def save_draft_answer(
    session: Session,
    sealer: Sealer,
    unit: str,
    who: str,
    reference: str,
    text: str,
    at: datetime,
    *,
    version: int | None = None,
) -> Hearing:
    """Save an unfinished answer. Raises NotFound, IllegalMove, StaleVersion, InvalidInput."""
    case, hearing = _lock_answerable(session, unit, reference, at, version)
    hearing.draft_sealed = _sealed(session, sealer, case, hearing, "draft_sealed", text)
    hearing.version += 1
    session.flush()
    record(session, "hearing.answer_kept", case.reference, on=at.date(), actor=who, detail=By.AGENCY)
    return hearing


def answer(
    session: Session,
    sealer: Sealer,
    unit: str,
    who: str,
    reference: str,
    text: str,
    at: datetime,
    *,
    version: int | None = None,
) -> Hearing:
    """Send the answer, once and for good. Raises NotFound, IllegalMove, StaleVersion, InvalidInput."""
    case, hearing = _lock_answerable(session, unit, reference, at, version)
    hearing.answer_sealed = _sealed(session, sealer, case, hearing, "answer_sealed", text)
    hearing.draft_sealed = None
    hearing.answered_by, hearing.answered_on = who, at.date()
    advance(session, case, hearing, HearingState.ANSWERED, By.AGENCY, at, actor=who)
    notify_named(session, hearing.served_by or "", NoticeKind.DECIDED, at)
    return hearing


def ask_longer(
    session: Session,
    sealer: Sealer,
    unit: str,
    who: str,
    reference: str,
    text: str,
    at: datetime,
    *,
    version: int | None = None,
) -> Hearing:
    """Request a longer deadline to answer, with a reason; the deadline stays until an officer sets another.

    Raises NotFound, IllegalMove, StaleVersion, InvalidInput.
    """
    case, hearing = _lock_answerable(session, unit, reference, at, version)
    hearing.longer_sealed = _sealed(session, sealer, case, hearing, "longer_sealed", text, MAX_LONGER)
    hearing.longer_asked_on = at.date()
    hearing.version += 1
    session.flush()
    notify_named(session, hearing.served_by or "", NoticeKind.ASSIGNED, at)
    changed(session, case, "hearing.longer_asked", at.date(), role=CaseRole.REGISTRY, actor=who, detail=By.AGENCY)
    return hearing


def object_to(
    session: Session,
    sealer: Sealer,
    agency_unit: str,
    who: str,
    reference: str,
    text: str,
    at: datetime,
    *,
    version: int | None = None,
) -> Hearing:
    """Object to a decision, once and until the deadline that was stated.

    Raises NotFound, IllegalMove, StaleVersion, InvalidInput.
    """
    case, hearing = _lock_hearing(session, agency_unit, reference, at, version)
    if not may_object(hearing, at.date()):
        raise IllegalMove(
            "there is nothing to object to: it was not decided yet, you objected already, or the day is past",
            "hearing.nothing_to_object_to",
        )
    hearing.objection_sealed = _sealed(session, sealer, case, hearing, "objection_sealed", text)
    hearing.objected_by, hearing.objected_on = who, at.date()
    hearing.version += 1
    session.flush()
    # The officer who told the outcome may be on leave, and an objection has its own deadline: notify approvers too.
    notify_named(session, hearing.told_by or "", NoticeKind.ASSIGNED, at)
    unit = session.get_one(Unit, case.unit_id).reference
    notify_unit(session, unit, Resource.HEARING, Act.APPROVE, NoticeKind.ASSIGNED, at, but=[hearing.told_by or ""])
    clocks.objected(session, case, at.date())
    changed(session, case, "hearing.objected", at.date(), role=CaseRole.REGISTRY, actor=who, detail=By.AGENCY)
    return hearing


def may_object(hearing: Hearing, today: date) -> bool:
    is_in_time = hearing.object_until is not None and today <= hearing.object_until
    return is_in_time and hearing.objected_on is None


def require_answerable(hearing: Hearing, today: date) -> None:
    """Raise IllegalMove where the hearing can no longer be answered."""
    if hearing.state is not HearingState.SERVED:
        raise IllegalMove(
            f"a hearing that is {hearing.state} is not answered any more", "hearing.not_answered", state=hearing.state
        )
    if _is_late(hearing, today):
        raise MOVES.refused(HearingState.ANSWERED, "too_late")


def _is_late(hearing: Hearing, today: date) -> bool:
    return hearing.answer_by is None or hearing.answer_by < today


def _sealed(
    session: Session, sealer: Sealer, case: Case, hearing: Hearing, column: str, text: str, limit: int = MAX_ANSWER
) -> str:
    box = content.opened(session, sealer, hearing.desk, hearing)
    return box.seal(read_text("text", text, limit), content.place(case, hearing.reference, column))


def _lock_hearing(
    session: Session, unit: str, reference: str, at: datetime, version: int | None
) -> tuple[Case, Hearing]:
    _, hearing = open_to(session, unit, reference, at.date())
    return lock_hearing_by_id(session, hearing.id, version)


def _lock_answerable(
    session: Session, unit: str, reference: str, at: datetime, version: int | None
) -> tuple[Case, Hearing]:
    case, hearing = _lock_hearing(session, unit, reference, at, version)
    require_answerable(hearing, at.date())
    return case, hearing


def open_to(session: Session, unit: str, reference: str, today: date) -> tuple[Case, Hearing]:
    """A hearing that an agency may read today, its case locked. Raises NotFound."""
    return open_to_party(
        session, Hearing, Hearing.desk == unit, reference,
        lambda case, hearing: is_open_to_agency(session, case, hearing, today), "there is no such hearing",
    )  # fmt: skip


def _listed(hearing: Hearing, unit: Unit) -> Listed:
    # Both days are set with the move to `served`.
    assert hearing.served_on is not None
    assert hearing.answer_by is not None
    return Listed(hearing.reference, hearing.state, hearing.served_on, hearing.answer_by, unit.names)
