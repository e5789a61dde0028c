"""Purging cases: keys are destroyed first, and once that is committed no one can read what is left.

Two steps, each of which may be killed and is resumed. A case past its retention period becomes `purged` and loses its
keys and its sealed facts; then rows and files are deleted. Five years after its end the rest is deleted too, and only
its audit lines remain.

By itself a purge goes one day's cases far in a round, so that a clock that is wrong destroys little. A day's worth is what is due
by one day more than the last round. A home that was switched off for a week catches up a day each round, an hour apart; where
more is due, an operator says so (`registry cases purge`).
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, Date, Select, and_, bindparam, delete, func, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column, sessionmaker

from registry.audit.actions import forget_subject
from registry.complaints.case import access, moves, states, units
from registry.complaints.case.models import Case
from registry.complaints.casework import firms, models
from registry.complaints.intake.models import AnswerSheet, Consent, Message, PaperForm
from registry.complaints.intake.paper_forms import drop_stale
from registry.complaints.parties.models import Hearing, Referral, ReferralReport, Transfer
from registry.complaints.retention.rules import UNCONFIRMED_DRAFT, bare_before
from registry.complaints.sealing.models import EncryptedContainer, OpenVisit, WrappedKey
from registry.complaints.sealing.sealer import Sealer
from registry.complaints.triage.similarity import Shingle
from registry.core.db.engine import LARGE, Base, drop_deleted, reading_session
from registry.log.clock_check import require_right_clock
from registry.officers.models import Unit
from registry.vocabulary.cases import CaseRole, CaseState

MAX_DAYS_BEHIND = 8
"""A week without a worker, and the day it comes back."""

DAY = timedelta(days=1)


class PurgeProgress(Base):
    """One row: everything that was due by `purged_through` is destroyed, `cases` of them since they are counted."""

    __tablename__ = "purge_progress"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    purged_through: Mapped[date]
    cases: Mapped[int] = mapped_column(LARGE, default=0, server_default="0")


class PurgeBacklog(NamedTuple):
    """`waiting`: cases past their retention period that have their keys still. `trouble`: why no round will destroy them."""

    waiting: int
    trouble: str | None


def last_day_of_round(today: date, purged_through: date | None) -> date | None:
    """The day by which a round by itself destroys what is due; None where it destroys nothing without a hand."""
    if purged_through is None or today <= purged_through + DAY:
        return today
    return purged_through + DAY if today - purged_through <= MAX_DAYS_BEHIND * DAY else None


def is_due(day: date) -> ColumnElement[bool]:
    """Whether a case's retention period is over by a day, and no legal hold keeps it."""
    ended = Case.state.in_(sorted({*states.PURGEABLE, CaseState.DRAFT}))
    return and_(Case.purge_on <= day, Case.has_legal_hold.is_(False), ended)


def purged_through(session: Session) -> date | None:
    return session.execute(select(PurgeProgress.purged_through)).scalar_one_or_none()


def cases_purged(session: Session) -> int:
    return session.execute(select(PurgeProgress.cases)).scalar_one_or_none() or 0


def note_purged(session: Session, day: date, cases: int = 0) -> None:
    """Note that everything due by a day is destroyed, so many `cases` just now; two purges may do so at once."""
    session.execute(_NOTE_PURGED, {"day": day, "cases": cases})


_NOTE_PURGED = text(
    "INSERT INTO purge_progress (id, purged_through, cases) VALUES (1, :day, :cases) ON CONFLICT (id) DO UPDATE SET "
    "purged_through = excluded.purged_through, cases = purge_progress.cases + excluded.cases"
).bindparams(bindparam("day", type_=Date))


def purge_backlog(session: Session, today: date) -> PurgeBacklog:
    """What waits to be destroyed today."""
    waiting = session.execute(select(func.count()).select_from(Case).where(is_due(today))).scalar_one()
    through = purged_through(session)
    if not waiting or last_day_of_round(today, through) is not None:
        return PurgeBacklog(waiting, None)
    return PurgeBacklog(
        waiting,
        f"{waiting} cases are past their retention period, and the last purge was for {through}: look whether the clock is "
        "right, then run `registry cases purge`",
    )


AT_ONCE = 500
KEY_TABLES = ("box_wraps", "visits", "cases", "case_moves", "case_agencies", "case_employers", "employers")
EMPTIED_TABLES = (
    "messages", "answer_sheets", "consents", "clocks", "priority_changes", "case_views", "shingles", "boxes", "audit_subjects",
    "referral_reports", "referrals", "case_notes", "case_tasks", "case_events", "claim_lines", "case_translations",
    "waiting_letters", "hearings", "decisions", "openings", *KEY_TABLES,
)  # fmt: skip
"""What was deleted in these leaves the disk too."""

RemoveFiles = Callable[[Session, Case], None]
"""Deletes a case's files from the store, and their rows; done again it finds nothing to do."""


class Doomed(NamedTuple):
    """A case whose time is over. `is_draft`: nothing of it is kept."""

    reference: str
    state: CaseState
    unit: str | None
    purge_on: date
    is_draft: bool


class Purged(NamedTuple):
    """`closed` cases lost their keys, `emptied` their rows and files, `removed` all that was left."""

    closed: int
    emptied: int
    removed: int


def doomed(session: Session, today: date) -> list[Doomed]:
    """A dry run: what a purge would destroy today."""
    rows = session.execute(
        select(Case, Unit.reference)
        .join(Unit, Unit.id == Case.unit_id, isouter=True)
        .where(is_due(today))
        .order_by(Case.id)
    )
    return [
        Doomed(case.reference, case.state, unit, case.purge_on or today, case.state is CaseState.DRAFT)
        for case, unit in rows
    ]


def cases_on_hold(session: Session, today: date) -> list[str]:
    """Cases that would be destroyed today if no legal hold kept them."""
    over = select(Case.reference).where(Case.purge_on <= today, Case.has_legal_hold, Case.state != CaseState.PURGED)
    return list(session.execute(over.order_by(Case.id)).scalars())


def purge(
    sessions: sessionmaker[Session], sealer: Sealer, at: datetime, remove_files: RemoveFiles | None = None
) -> Purged:
    """Purge every case past its retention period. Safe to kill at any moment, and to run twice at once."""
    return _purge_through(sessions, sealer, at, at.date(), remove_files)


def purge_round(
    sessions: sessionmaker[Session], sealer: Sealer, at: datetime, remove_files: RemoveFiles | None = None
) -> Purged:
    """Purge what a round may destroy by itself (`last_day_of_round`). Raises ClockWrong."""
    with reading_session(sessions) as session:
        require_right_clock(session)
        day = last_day_of_round(at.date(), purged_through(session))
    if day is None:
        return Purged(0, 0, 0)
    return _purge_through(sessions, sealer, at, day, remove_files)


def _purge_through(
    sessions: sessionmaker[Session], sealer: Sealer, at: datetime, day: date, remove_files: RemoveFiles | None
) -> Purged:
    forget_offers(sessions, sealer, day)
    drop_stale(sessions, sealer, day)
    over = select(Case).where(is_due(day))
    closed = _each(sessions, over, lambda session, case: _destroy_keys(session, sealer, case, at))
    # Even when this run closed nothing: the one before may have been killed after its commit.
    drop_deleted(sessions.kw["bind"], KEY_TABLES)
    left = select(Case).where(Case.state == CaseState.PURGED, Case.purged_on.is_(None))
    emptied = _each(sessions, left, lambda session, case: _empty(session, case, at.date(), remove_files))
    removed = _remove_bare(sessions, day)
    with sessions.begin() as session:
        note_purged(session, day, closed)
    drop_deleted(sessions.kw["bind"], EMPTIED_TABLES)
    return Purged(closed, emptied, removed)


def has_overdue(session: Session, today: date) -> bool:
    """Whether a case is past its retention period and has its keys still: as after a restored backup, or without a worker."""
    return session.execute(select(Case.id).where(is_due(today)).limit(1)).first() is not None


def forget_offers(sessions: sessionmaker[Session], sealer: Sealer, today: date) -> int:
    """Delete new complaint codes that were offered but not typed back within a day."""
    with sessions.begin() as session:
        stale = session.execute(
            select(EncryptedContainer).where(
                EncryptedContainer.replaces_id.is_not(None), EncryptedContainer.made_on <= today - UNCONFIRMED_DRAFT
            )
        ).scalars()
        offers = list(stale)
        for offered in offers:
            moves.lock_case_by_id(session, offered.case_id)
            access.forget_offer(session, sealer, offered)
        return len(offers)


def _each(sessions: sessionmaker[Session], wanted: Select[Case], do: Callable[[Session, Case], None]) -> int:
    """Run one transaction for each case. Another purge that runs at once takes other cases."""
    count = 0
    while True:
        with sessions.begin() as session:
            query = wanted.order_by(Case.id).limit(1).with_for_update(skip_locked=True)
            case = session.execute(query).scalar_one_or_none()
            if case is None:
                return count
            do(session, case)
            count += 1


def _destroy_keys(session: Session, sealer: Sealer, case: Case, at: datetime) -> None:
    moves.advance_case(session, case, CaseState.PURGED, CaseRole.REGISTRY, at)
    # All of them: also the copies for other parties.
    sealer.destroy(
        session,
        session.execute(select(EncryptedContainer.id).where(EncryptedContainer.case_id == case.id)).scalars().all(),
    )
    firms.forget_firms(session, case)
    case.agency_sealed = case.employer_sealed = case.region_sealed = case.amounts_sealed = case.agency_digest = None
    session.execute(update(models.CaseMove).where(models.CaseMove.case_id == case.id).values(reason_sealed=None))


def _empty(session: Session, case: Case, today: date, remove_files: RemoveFiles | None) -> None:
    if remove_files is not None:
        remove_files(session, case)
    boxes = select(EncryptedContainer.id).where(EncryptedContainer.case_id == case.id)
    for of_box in (Message.box_id, AnswerSheet.box_id, WrappedKey.box_id, OpenVisit.box_id):
        session.execute(delete(of_box.class_).where(of_box.in_(boxes)))
    of_referrals = select(Referral.id).where(Referral.case_id == case.id)
    session.execute(delete(ReferralReport).where(ReferralReport.referral_id.in_(of_referrals)))
    for transfer in session.scalars(select(Transfer.reference).where(Transfer.case_id == case.id)).all():
        forget_subject(session, transfer)
    owned = (
        Referral.case_id,
        Transfer.case_id,
        Hearing.case_id,
        models.AccessGrant.case_id,
        models.Decision.case_id,
        models.CaseNote.case_id,
        models.CaseTask.case_id,
        models.CaseEvent.case_id,
        models.ClaimLine.case_id,
        models.Translation.case_id,
        models.WaitingLetter.case_id,
        Consent.case_id,
        models.CaseClock.case_id,
        models.PriorityChange.case_id,
        models.CaseView.case_id,
        Shingle.case_id,
        PaperForm.case_id,
    )
    for of_case in owned:
        session.execute(delete(of_case.class_).where(of_case == case.id))
    session.execute(
        delete(EncryptedContainer).where(
            EncryptedContainer.case_id == case.id, EncryptedContainer.replaces_id.is_not(None)
        )
    )
    session.execute(delete(EncryptedContainer).where(EncryptedContainer.case_id == case.id))
    case.purged_on = today
    session.flush()
    forget_subject(session, case.reference)
    if _is_uncounted(session, case):
        _remove(session, [case.id])


def _is_uncounted(session: Session, case: Case) -> bool:
    """Whether a case is left out of the counts: it was never sent, or was part of a mass filing."""
    return case.unit_id is None or moves.moves_of(session, case)[-1].from_state is CaseState.QUARANTINED


def _remove_bare(sessions: sessionmaker[Session], today: date) -> int:
    with sessions() as session:
        ends = {unit.id: bare_before(today, units.periods_of(unit)) for unit in units.all_units(session)}
    count = 0
    for unit_id, before in ends.items():
        over = select(Case.id).where(
            Case.unit_id == unit_id,
            Case.state == CaseState.PURGED,
            Case.purged_on.is_not(None),
            Case.closed_on <= before,
            Case.has_legal_hold.is_(False),
        )
        while True:
            with sessions.begin() as session:
                some = session.execute(over.order_by(Case.id).limit(AT_ONCE)).scalars().all()
                _remove(session, some)
            count += len(some)
            if len(some) < AT_ONCE:
                break
    return count


def _remove(session: Session, case_ids: Sequence[int]) -> None:
    session.execute(update(Case).where(Case.merged_into_id.in_(case_ids)).values(merged_into_id=None))
    session.execute(delete(models.CaseMove).where(models.CaseMove.case_id.in_(case_ids)))
    session.execute(delete(Case).where(Case.id.in_(case_ids)))
