"""Claiming an entry: the authority invites an agency's people, by two of its officers. There is no other way."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.audit.actions import record
from registry.core.calls import Call
from registry.core.errors import NotFound
from registry.officers import accounts
from registry.officers.models import ChangeState, OfficerChange, Unit
from registry.officers.rights import Role
from registry.register.agencies.models import Agency, Licence
from registry.supervision.entries.decisions import EntryOfficial, require_own
from registry.supervision.entries.requests import day_of


def invite(call: Call[EntryOfficial], unit: Unit, name: str, email: str, language: str) -> OfficerChange:
    """Propose an account for a person of an agency, whose unit is `unit`. Raises NotFound, ActRefused, InvalidInput."""
    session, official, agency = call.session, call.actor, unit.agency or ""
    require_own(session, official, agency)
    change = accounts.propose_invitation(
        session,
        accounts.Invitation(unit.reference, name, email, [Role.AGENCY_REP], language),
        by=official.name,
        at=call.at,
    )
    record(session, "entry.claim_proposed", agency, on=day_of(session, agency, call.at), actor=official.name)
    return change


def approve(call: Call[EntryOfficial], reference: str) -> str | None:
    """Approve an invitation, by another officer. Gives the part of the join code to hand over. Raises NotFound, ActRefused."""
    change, agency = invitation_named(call.session, call.actor, reference)
    today = day_of(call.session, agency, call.at)
    code = accounts.approve(call.session, change, by=call.actor.name, at=call.at, today=today)
    record(call.session, "entry.claimed", agency, on=today, actor=call.actor.name)
    return code


def refuse(call: Call[EntryOfficial], reference: str) -> None:
    """Refuse an invitation that waits. Raises NotFound, ActRefused."""
    change, _ = invitation_named(call.session, call.actor, reference)
    accounts.refuse(call.session, change, by=call.actor.name, at=call.at)


def invitation_named(session: Session, official: EntryOfficial, reference: str) -> tuple[OfficerChange, str]:
    """An invitation to an agency of this authority, decided or not, and the agency. Raises NotFound."""
    found = session.execute(_INVITATIONS.where(OfficerChange.reference == reference)).one_or_none()
    if found is None:
        raise NotFound("there is no such invitation")
    change, agency = found[0], found[1] or ""
    require_own(session, official, agency)
    return change, agency


def invitations(session: Session, official: EntryOfficial) -> Sequence[tuple[OfficerChange, str]]:
    """The invitations that wait for a second officer of this authority, each with its agency."""
    own = select(Agency.reference).join(Licence, Licence.agency_id == Agency.id)
    query = _INVITATIONS.where(
        OfficerChange.state == ChangeState.OPEN, Unit.agency.in_(own.where(Licence.authority == official.authority))
    )
    return [(change, agency or "") for change, agency in session.execute(query.order_by(OfficerChange.id))]


_INVITATIONS = (
    select(OfficerChange, Unit.agency).join(Unit, Unit.reference == OfficerChange.unit).where(Unit.agency.is_not(None))
)
