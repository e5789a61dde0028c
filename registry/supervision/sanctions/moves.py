"""Moves of a sanction between its states: by its table, with all that follows in the public record, in one transaction.

Locks are always taken in one order: the sanction, the log, the audit trail. So there is no deadlock.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.audit.actions import record as write_audit
from registry.core import moves
from registry.core.clock import day_at
from registry.core.db.locking import lock
from registry.core.errors import IllegalMove, NotFound
from registry.core.outbox import OutboxType, enqueue
from registry.log.actions import Appended, lock_log
from registry.register.agencies import models as agencies
from registry.register.agencies import record, storage
from registry.register.agencies.publishing import Event
from registry.register.agencies.queries import licence_row
from registry.register.authorities.models import Authority
from registry.supervision.licensing.actions import state
from registry.supervision.licensing.statements import Statement
from registry.supervision.sanctions import rules
from registry.supervision.sanctions.models import Sanction, SanctionMove, WorkersInPlace
from registry.supervision.sanctions.rules import MOVES, STATUS_OF, UNPUBLISHED, By, InForce, Looked, SanctionFacts
from registry.verification.verdicts.status_rules import standing_on
from registry.vocabulary.licensing import SanctionState
from registry.vocabulary.register import LicenceStatus, SanctionEnd

TOLD: Mapping[SanctionState, OutboxType] = {
    SanctionState.IN_FORCE: OutboxType.SANCTION_IN_FORCE,
    SanctionState.STAYED_BY_APPEAL: OutboxType.SANCTION_STAYED,
    SanctionState.LIFTED: OutboxType.SANCTION_LIFTED,
    SanctionState.OVERTURNED: OutboxType.SANCTION_OVERTURNED,
}
"""Of these the complainants are told; of what is only prepared they are not."""


def today_at(session: Session, authority: str, at: datetime) -> date:
    """The day where the authority sits."""
    zone = session.execute(select(Authority.time_zone).where(Authority.reference == authority)).scalar_one_or_none()
    return day_at(at, zone)


def lock_sanction(session: Session, authority: str, reference: str, version: int | None = None) -> Sanction:
    """A sanction of an authority, locked. Raises NotFound for any other's, StaleVersion."""
    missing = f"there is no sanction {reference} of this authority"
    its = (Sanction.reference == reference, Sanction.authority == authority)
    return lock(session, Sanction, *its, version=version, missing=missing)


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
    session: Session,
    sanction: Sanction,
    target: SanctionState,
    by: By,
    at: datetime,
    *,
    actor: str = "",
    ground: str | None = None,
    publish: Callable[[date], Appended | None] | None = None,
) -> SanctionMove:
    """Move a locked sanction. Raises IllegalMove if its table, or a guard of the move, does not allow it.

    `publish` publishes what follows, once the move is known to be allowed; its log entry is kept with the move.
    """
    today = today_at(session, sanction.authority, at)
    source = sanction.state

    def known(_: object) -> SanctionFacts:
        return facts(session, sanction, today, actor=actor, has_ground=bool(ground))

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
    session.add(row)
    changed(session, sanction, f"sanction.{target}", today, actor=actor, detail=f"{sanction.kind} {source}")
    if target in TOLD:
        enqueue(session, TOLD[target], sanction.reference)
    return row


def changed(session: Session, sanction: Sanction, what: str, today: date, *, actor: str, detail: str = "") -> None:
    """Record a change of a locked sanction in the audit trail, and raise its version."""
    sanction.version += 1
    session.flush()
    write_audit(
        session, what, sanction.reference, on=today, actor=actor or By.REGISTRY, detail=detail, unit=sanction.unit
    )


def lock_public(session: Session, sanction: Sanction) -> None:
    """Lock the log, if something will be published: before the first line of the audit trail."""
    if sanction.kind not in UNPUBLISHED:
        lock_log(session)


def put_in_force(
    session: Session,
    sanction: Sanction,
    at: datetime,
    *,
    by: By = By.REGISTRY,
    actor: str = "",
    ground: str | None = None,
) -> SanctionMove:
    """Put a sanction in force today: licence, log, status list, public record and outbox. Raises IllegalMove."""
    lock_public(session, sanction)
    agency = _agency_of(session, sanction)

    def publish(today: date) -> Appended | None:
        sanction.in_force_on = sanction.in_force_on or today
        others = _others_in_force(session, sanction)
        if sanction.kind in STATUS_OF and sanction.own_status is None:
            known = [other.own_status for other in others if other.own_status is not None]
            sanction.own_status = known[0] if known else _stated(sanction, agency(), today)
        statements = rules.begun(_as_rule(sanction), [_as_rule(other) for other in others], today)
        return _publish(session, sanction, statements, at, actor, agency)

    return advance(session, sanction, SanctionState.IN_FORCE, by, at, actor=actor, ground=ground, publish=publish)


def end(
    session: Session, sanction: Sanction, target: SanctionState, at: datetime, *, actor: str, ground: str
) -> SanctionMove:
    """Stay, lift or overturn a sanction: the licence is as without it, and the public reads why. Raises IllegalMove."""
    lock_public(session, sanction)
    agency = _agency_of(session, sanction)
    held_before = sanction.state is SanctionState.IN_FORCE

    def publish(today: date) -> Appended | None:
        statements = (_without if held_before else _with_ground)(session, sanction, agency, ground, today)
        return _publish(session, sanction, statements, at, actor, agency)

    return advance(session, sanction, target, By.APPROVER, at, actor=actor, ground=ground, publish=publish)


def _without(
    session: Session, sanction: Sanction, agency: Callable[[], record.Agency], ground: str, today: date
) -> list[Statement]:
    """The statements once a sanction no longer holds; none where licensing has stated something else since."""
    if sanction.kind not in STATUS_OF:
        return []
    others = _others_in_force(session, sanction)
    stated = _stated(sanction, agency(), today)
    if stated not in {STATUS_OF[one.kind] for one in (sanction, *others) if one.kind in STATUS_OF}:
        return []
    if sanction.own_status is None:
        raise IllegalMove(
            "what the licence was before is not known: its status has to be stated at the licensing desk",
            "sanction.status_unknown",
        )
    return rules.ended(sanction.own_status, ground, [_as_rule(other) for other in others], today)


def _with_ground(
    session: Session, sanction: Sanction, agency: Callable[[], record.Agency], ground: str, today: date
) -> list[Statement]:
    """The status that a stay left, stated anew on the ground of what ended the sanction.

    Nothing where other sanctions still hold, or where licensing has stated something else since.
    """
    if sanction.kind not in STATUS_OF or sanction.own_status is None:
        return []
    if sanction.own_status is not _stated(sanction, agency(), today) or _others_in_force(session, sanction):
        return []
    return rules.ended(sanction.own_status, ground, [], today)


def _publish(
    session: Session,
    sanction: Sanction,
    statements: list[Statement],
    at: datetime,
    actor: str,
    agency: Callable[[], record.Agency],
) -> Appended | None:
    if sanction.kind in UNPUBLISHED:
        return None
    return state(
        session,
        _licence(session, sanction),
        statements,
        _published(sanction, at, today_at(session, sanction.authority, at)),
        by=actor or By.REGISTRY,
        at=at,
        event=Event(f"licence.{statements[-1].status}" if statements else "agency.sanctioned"),
        detail=f"{sanction.kind} {sanction.reference}",
        agency=agency(),
    )


_ENDED_AS = {SanctionState.LIFTED: SanctionEnd.LIFTED, SanctionState.OVERTURNED: SanctionEnd.OVERTURNED}


def _published(sanction: Sanction, at: datetime, today: date) -> record.Sanction:
    """A sanction as the public reads it. Nothing leads to a decision or a case, or says how many complained."""
    ended_as = _ENDED_AS.get(sanction.state)
    return record.Sanction(
        sanction_id=sanction.reference,
        kind=sanction.kind,
        legal_ground=sanction.legal_ground,
        published_on=sanction.in_force_on,
        from_=sanction.in_force_on,
        to=sanction.until if ended_as is None else today,
        licence_id=sanction.licence,
        is_stayed_by_appeal=sanction.state is SanctionState.STAYED_BY_APPEAL,
        appeal_deadline=sanction.appeal_deadline,
        publish_until=sanction.publish_until,
        ended_as=ended_as,
        source="",
        retrieved_at=at,
    )


def _others_in_force(session: Session, sanction: Sanction) -> list[Sanction]:
    """The other sanctions in force on this licence. With the log locked, none of them changes meanwhile."""
    beside = select(Sanction).where(
        Sanction.licence == sanction.licence,
        Sanction.state == SanctionState.IN_FORCE,
        Sanction.id != sanction.id,
    )
    return list(session.execute(beside.order_by(Sanction.id).execution_options(populate_existing=True)).scalars())


def _agency_of(session: Session, sanction: Sanction) -> Callable[[], record.Agency]:
    """A function that loads the agency's record at its first call, once. With the log locked it does not change."""

    @cache
    def load() -> record.Agency:
        row = _licence(session, sanction)
        return storage.loaded_records(session, [row.agency_id])[row.agency_id]

    return load


def _stated(sanction: Sanction, agency: record.Agency, today: date) -> LicenceStatus | None:
    """The status stated for the licence today, whatever its term makes of it."""
    licence = next(one for one in agency.licences if one.licence_id == sanction.licence)
    period = standing_on(licence, agency, today).period
    return None if period is None else period.status


def _licence(session: Session, sanction: Sanction) -> agencies.Licence:
    found = licence_row(session, sanction.licence)
    if found is None:
        raise NotFound(f"there is no licence {sanction.licence}")
    return found


def _as_rule(sanction: Sanction) -> InForce:
    return InForce(sanction.kind, sanction.legal_ground, sanction.until, sanction.public_text, sanction.publish_until)
