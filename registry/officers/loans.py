"""Roles that officers lend to colleagues of their unit, for leave."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from registry.audit.actions import record
from registry.core.calls import Call
from registry.core.db.locking import find
from registry.core.errors import ActRefused
from registry.core.ids import new_reference
from registry.officers import accounts, days, models, notices, sessions
from registry.officers.rights import Role

MAX_LOAN = timedelta(days=92)


def lend(call: Call[models.Officer], deputy: models.Officer, role: Role, from_on: date, to_on: date) -> models.RoleLent:
    """Lend one of one's own roles to a colleague of the same unit, for leave. Raises ActRefused."""
    session, officer, today = call.session, call.actor, days.today_of(call)
    if deputy.id == officer.id or deputy.unit != officer.unit or deputy.state is not models.OfficerState.ACTIVE:
        raise ActRefused("bad_deputy", "a role is lent to another active officer of the same unit")
    if role not in accounts.own_roles(session, officer):
        raise ActRefused("not_yours", "only a role of your own can be lent, and none that was lent to you")
    if not (today <= to_on and from_on <= to_on and to_on - from_on <= MAX_LOAN):
        raise ActRefused("bad_days", "a role is lent from a day to a later one, for 92 days at most")
    together = sessions.roles_on(session, deputy, today) | {role}
    accounts.require_fit(session, deputy.unit, together)
    lent = models.RoleLent(
        reference=new_reference(), officer_id=officer.id, deputy_id=deputy.id, role=role, from_on=from_on, to_on=to_on
    )
    session.add(lent)
    session.flush()
    notices.notify(session, deputy, models.NoticeKind.LENT, call.at)
    record(session, "officer.role_lent", deputy.reference, on=today, actor=officer.reference, detail=role)
    return lent


def find_loan(session: Session, officer: models.Officer, reference: str) -> tuple[models.RoleLent, models.Officer]:
    """A loan of a role by this officer, current or over, and its deputy. Raises NotFound."""
    its = models.RoleLent.officer_id == officer.id, models.RoleLent.reference == reference
    lent = find(session, models.RoleLent, *its, missing="you lend nothing of this reference")
    return lent, session.get_one(models.Officer, lent.deputy_id)


def list_loans(
    session: Session, officer: models.Officer, today: date
) -> Sequence[tuple[models.RoleLent, models.Officer]]:
    """The officer's loans of roles that are current or still to come, with their deputies."""
    found = session.execute(
        select(models.RoleLent, models.Officer)
        .join(models.Officer, models.Officer.id == models.RoleLent.deputy_id)
        .where(
            models.RoleLent.officer_id == officer.id, models.RoleLent.to_on >= today, models.RoleLent.ended_on.is_(None)
        )
        .order_by(models.RoleLent.from_on, models.RoleLent.id)
    )
    return [(lent, deputy) for lent, deputy in found]


def end_loan(session: Session, officer: models.Officer, reference: str, today: date) -> bool:
    """End the loan of a role immediately; False when the officer has lent nothing of that reference."""
    ended = session.execute(
        update(models.RoleLent)
        .where(
            models.RoleLent.officer_id == officer.id,
            models.RoleLent.reference == reference,
            models.RoleLent.ended_on.is_(None),
        )
        .values(ended_on=today)
    )
    return bool(ended.rowcount)  # type: ignore[attr-defined]
