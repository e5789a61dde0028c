"""Moves of a hearing between its states: by its table, with the agency's key made or destroyed, and an audit line."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.complaints.case import moves as moving
from registry.complaints.case.consents import is_consented
from registry.complaints.case.models import Case
from registry.complaints.case.moves import changed, lock_case_by_id, same_person
from registry.complaints.casework import sealed_copies
from registry.complaints.parties.hearings.models import Hearing
from registry.complaints.parties.hearings.rules import (
    ENDED_BY_WORKER,
    HELD,
    MOVES,
    By,
    HearingFacts,
    is_outcome_open,
    why_over,
)
from registry.complaints.sealing.models import EncryptedContainer
from registry.complaints.sealing.sealer import Sealer
from registry.core import moves
from registry.core.db.locking import lock
from registry.officers.models import Officer, OfficerState
from registry.vocabulary.cases import CaseRole, CaseState, ConsentKind, HearingEnd, HearingState


def facts(
    session: Session,
    case: Case,
    hearing: Hearing | None,
    today: date,
    *,
    actor: str = "",
    has_reason: bool = False,
    could_complain: int | None = None,
) -> HearingFacts:
    """The facts that the rules look at. Without a hearing: whether one may be drafted."""
    return HearingFacts(
        today=today,
        case_state=case.state,
        is_consented=is_consented(session, case, ConsentKind.AGENCY),
        drafted_by=same_person(hearing.drafted_by) if hearing else "",
        actor=same_person(actor),
        could_complain=could_complain,
        has_reason=has_reason,
        has_reader=hearing is not None and has_reader(session, hearing.desk),
        is_readable=hearing is None or not lacks_translation(session, hearing),
        translated_by=same_person(hearing.translated_by) if hearing and hearing.translated_by else "",
        answer_by=hearing.answer_by if hearing else None,
    )


def has_reader(session: Session, unit: str) -> bool:
    """Whether an agency has a user who can sign in and read what it is served."""
    active = select(Officer.id).where(Officer.unit == unit, Officer.state == OfficerState.ACTIVE)
    return session.execute(active.limit(1)).first() is not None


def languages_read(session: Session, unit: str) -> Sequence[str]:
    """The languages of an agency's people, that of most of them first."""
    query = select(Officer.language).where(Officer.unit == unit, Officer.state == OfficerState.ACTIVE)
    return [language for language, _ in Counter(sorted(session.scalars(query))).most_common()]


def is_foreign(session: Session, unit: str, language: str | None) -> bool:
    """Whether no one at an agency reads a text in this language; False where no one said which it is."""
    read = languages_read(session, unit) if language else []
    return bool(read) and language not in read


def lacks_translation(session: Session, hearing: Hearing) -> bool:
    return hearing.translation_sealed is None and is_foreign(session, hearing.desk, hearing.language)


def advance(
    session: Session,
    case: Case,
    hearing: Hearing,
    target: HearingState,
    by: By,
    at: datetime,
    *,
    actor: str = "",
    role: CaseRole = CaseRole.REGISTRY,
    has_reason: bool = False,
    could_complain: int | None = None,
) -> None:
    """Move a locked hearing of a locked case. Raises IllegalMove when the table, or what must hold, does not let it."""

    def known(_: object) -> HearingFacts:
        return facts(
            session, case, hearing, at.date(), actor=actor, has_reason=has_reason, could_complain=could_complain
        )  # fmt: skip

    moves.advance(MOVES, hearing, target, by, known)
    hearing.version += 1
    session.flush()
    changed(session, case, f"hearing.{target}", at.date(), role=role, actor=actor, detail=by)


def end(
    session: Session,
    sealer: Sealer,
    case: Case,
    hearing: Hearing,
    because: HearingEnd,
    at: datetime,
    *,
    by: By = By.REGISTRY,
    actor: str = "",
    role: CaseRole = CaseRole.REGISTRY,
) -> None:
    """Close a hearing and delete the agency's key. A case that only waited for it is investigated again."""
    was_served = hearing.state is HearingState.SERVED
    if hearing.told_on is None or because in ENDED_BY_WORKER:
        sealed_copies.take_back(session, sealer, session.get_one(EncryptedContainer, hearing.box_id), hearing.desk)
    hearing.ended_on, hearing.ended_because = at.date(), because
    advance(session, case, hearing, HearingState.CLOSED, by, at, actor=actor, role=role)
    if was_served and case.state is CaseState.AGENCY_HEARING:
        moving.advance(session, case, CaseState.INVESTIGATING, role, at, actor=actor)


def end_what_is_over(session: Session, sealer: Sealer, case: Case, at: datetime) -> int:
    """Close the hearings of a locked case whose consent or complaint is over, told ones too. Gives how many."""
    count = close_notified_outcomes(session, sealer, case, at)
    hearing = session.execute(
        select(Hearing).where(Hearing.case_id == case.id, Hearing.state != HearingState.CLOSED).with_for_update()
    ).scalar_one_or_none()
    if hearing is None:
        return count
    because = why_over(facts(session, case, hearing, at.date()))
    if because is None:
        return count
    end(session, sealer, case, hearing, because, at)
    return count + 1


def close_notified_outcomes(session: Session, sealer: Sealer, case: Case, at: datetime) -> int:
    """Revoke the agency's keys to decisions of a locked case that it may no longer read. Gives how many."""
    given = select(Hearing).where(
        Hearing.case_id == case.id, Hearing.state == HearingState.CLOSED, Hearing.told_on.is_not(None)
    )
    count = 0
    for hearing in session.execute(given.order_by(Hearing.id).with_for_update()).scalars().all():
        box = session.get_one(EncryptedContainer, hearing.box_id)
        if is_outcome_readable(session, case, hearing, at.date()) or not sealed_copies.is_readable_by(
            session, box, hearing.desk
        ):
            continue
        sealed_copies.take_back(session, sealer, box, hearing.desk)
        because = why_over(facts(session, case, hearing, at.date()))
        if because in ENDED_BY_WORKER:
            # A later consent of the worker does not bring back what has no key any more.
            hearing.ended_because = because
        hearing.version += 1
        session.flush()
        changed(session, case, "hearing.outcome_closed", at.date(), role=CaseRole.REGISTRY, detail=By.REGISTRY)
        count += 1
    return count


def is_open_to_agency(session: Session, case: Case, hearing: Hearing, today: date) -> bool:
    """Whether the agency may read a hearing today. Its key says so too; this holds before the worker has run."""
    return is_outcome_readable(session, case, hearing, today) or is_being_heard(session, case, hearing, today)


def is_outcome_readable(session: Session, case: Case, hearing: Hearing, today: date) -> bool:
    """Whether the agency may read what was decided: while the worker consents to its being told, and for a while."""
    consented = is_consented(session, case, ConsentKind.AGENCY)
    return is_outcome_open(
        hearing.told_on, hearing.object_until, today,
        is_consented=consented, state=case.state, ended_because=hearing.ended_because,
    )  # fmt: skip


def is_being_heard(session: Session, case: Case, hearing: Hearing, today: date) -> bool:
    return hearing.state in HELD and why_over(facts(session, case, hearing, today)) is None


def lock_hearing_by_id(session: Session, hearing_id: int, version: int | None) -> tuple[Case, Hearing]:
    """A hearing and its case, both locked, the case first. Raises StaleVersion."""
    case_id = session.execute(select(Hearing.case_id).where(Hearing.id == hearing_id)).scalar_one()
    case = lock_case_by_id(session, case_id)
    return case, lock(session, Hearing, Hearing.id == hearing_id, version=version)
