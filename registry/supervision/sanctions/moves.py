"""Moves of a sanction between its states by its table, and the audit trail of what officers do to it."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.audit.actions import record as write_audit
from registry.core import clock, moves, outbox
from registry.core.calls import Call
from registry.core.db.locking import lock
from registry.log.actions import Appended
from registry.register.authorities.models import Authority
from registry.supervision.sanctions.models import Sanction, SanctionMove, WorkersInPlace
from registry.supervision.sanctions.rules import MOVES, By, Looked, SanctionFacts
from registry.vocabulary import cases, supervision

TOLD: Mapping[supervision.SanctionState, outbox.OutboxType] = {
    supervision.SanctionState.IN_FORCE: outbox.OutboxType.SANCTION_IN_FORCE,
    supervision.SanctionState.STAYED_BY_APPEAL: outbox.OutboxType.SANCTION_STAYED,
    supervision.SanctionState.LIFTED: outbox.OutboxType.SANCTION_LIFTED,
    supervision.SanctionState.OVERTURNED: outbox.OutboxType.SANCTION_OVERTURNED,
}
"""Of these the complainants are told; of what is only prepared they are not."""


class SanctionOfficial(NamedTuple):
    """The acting officer: reference, role, unit and authority, to which what they may reach is scoped."""

    name: str
    role: cases.CaseRole
    unit: str
    authority: str


def today_at(session: Session, authority: str, at: datetime) -> date:
    """The day where the authority sits."""
    zone = session.execute(select(Authority.time_zone).where(Authority.reference == authority)).scalar_one_or_none()
    return clock.day_at(at, zone)


def lock_sanction(call: Call[SanctionOfficial], reference: str) -> Sanction:
    """A sanction of the officer's authority, locked. Raises NotFound for any other's, StaleVersion."""
    missing = f"there is no sanction {reference} of this authority"
    its = (Sanction.reference == reference, Sanction.authority == call.actor.authority)
    return lock(call.session, Sanction, *its, version=call.version, missing=missing)


def workers_of(session: Session, sanction: Sanction) -> WorkersInPlace | None:
    return session.execute(select(WorkersInPlace).where(WorkersInPlace.sanction_id == sanction.id)).scalar_one_or_none()


def facts(
    session: Session, sanction: Sanction, today: date, *, actor: str = "", has_ground: bool = False
) -> SanctionFacts:
    looked = workers_of(session, sanction)
    return SanctionFacts(
        today=today,
        kind=sanction.kind,
        effective_from=sanction.effective_from,
        until=sanction.until,
        is_urgent=sanction.is_urgent,
        rests_on_decision=sanction.decision is not None,
        looked=None
        if looked is None
        else Looked(timing=looked.timing, filled_by=looked.filled_by, has_teller=bool(looked.teller)),
        proposed_by=sanction.proposed_by,
        ending_by=sanction.ending_by,
        actor=actor,
        has_ground=has_ground,
    )


def advance(
    call: Call[SanctionOfficial],
    sanction: Sanction,
    target: supervision.SanctionState,
    by: By,
    *,
    ground: str | None = None,
    publish: Callable[[date], Appended | None] | None = None,
) -> SanctionMove:
    """Move a locked sanction. Raises IllegalMove if its table, or a guard of the move, does not allow it.

    `publish` publishes what follows, once the move is known to be allowed; its log entry is kept with the move.
    """
    today = today_at(call.session, sanction.authority, call.at)
    source, actor = sanction.state, call.actor.name

    def known(_: object) -> SanctionFacts:
        return facts(call.session, sanction, today, actor=actor, has_ground=bool(ground))

    moves.advance(MOVES, sanction, target, by, known)
    appended = publish(today) if publish is not None else None
    row = SanctionMove(
        sanction_id=sanction.id,
        from_state=source,
        to_state=target,
        on_day=today,
        actor=actor,
        ground=ground,
        # The entry of the licence comes behind that of its agency.
        entry=None if appended is None else appended.last_index,
    )
    call.session.add(row)
    record_change(call, sanction, f"sanction.{target}", today, f"{sanction.kind} {source}")
    if target in TOLD:
        outbox.enqueue(call.session, TOLD[target], sanction.reference)
    return row


def record_change(call: Call[SanctionOfficial], sanction: Sanction, what: str, today: date, detail: str = "") -> None:
    """Record a change of a locked sanction in the audit trail, and raise its version."""
    sanction.version += 1
    call.session.flush()
    actor = call.actor.name or By.REGISTRY
    write_audit(call.session, what, sanction.reference, on=today, actor=actor, detail=detail, unit=sanction.unit)
