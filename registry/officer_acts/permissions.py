"""What the officers' console and API share: the right that a view requires, and the role in which an officer acts."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from registry.complaints.casework import actions as casework
from registry.complaints.parties.models import Transfer
from registry.complaints.parties.steps import PartyMember
from registry.core.calls import Call
from registry.core.clock import now
from registry.core.errors import Forbidden
from registry.core.ids import read_reference
from registry.officers.models import Officer, Unit
from registry.officers.rights import RIGHTS, Act, Resource, Role
from registry.officers.sessions import AuthenticatedOfficer
from registry.vocabulary.cases import CaseRole, TransferState

_AS = (
    (Role.TRIAGE, CaseRole.TRIAGE),
    (Role.INVESTIGATOR, CaseRole.INVESTIGATOR),
    (Role.SUPERVISOR, CaseRole.SUPERVISOR),
    (Role.DECIDER, CaseRole.DECIDER),
    (Role.LICENSING, CaseRole.LICENSING),
)
"""The roles that case work knows, the humblest first: an act is done in no higher role than it needs."""


@dataclass(frozen=True, slots=True)
class ViewPolicy:
    """The right that a view requires. Without `resource` it is open to all, and says so on purpose."""

    resource: Resource | None
    act: Act | None


def require_right(me: AuthenticatedOfficer, resource: Resource, act: Act) -> None:
    """Raise Forbidden unless one of the officer's roles has the right. Whose the thing is must be checked as well."""
    if not me.standing.may(resource, act):
        raise Forbidden("your role does not allow this; ask your supervisor who may")


def require_no_interest(me: AuthenticatedOfficer, *agencies: str | None) -> None:
    """Raise Forbidden where the officer declared an interest in one of the agencies, given by their public references."""
    if any(me.has_conflict(agency) for agency in agencies):
        raise Forbidden("you declared an interest in this agency: a colleague has to act on it", "conflict_of_interest")


def acting(me: AuthenticatedOfficer, resource: Resource, act: Act) -> casework.Officer:
    """The signed-in officer for case work: by reference, since two may have the same name. Raises Forbidden."""
    trusted = RIGHTS.get((resource, act), frozenset()) & me.standing.roles
    for role, case_role in _AS:
        if role in trusted:
            return casework.Officer(me.officer.reference, case_role, me.standing.unit)
    raise Forbidden("your role does not allow this; ask your supervisor who may")


def acting_for_unit(me: AuthenticatedOfficer) -> casework.UnitOfficer:
    """The signed-in officer of a unit, for what is done in no role of case work."""
    return casework.UnitOfficer(me.officer.reference, me.standing.unit)


def acting_for_party(me: AuthenticatedOfficer) -> PartyMember:
    """The signed-in person of an agency or partner, at its portal."""
    return PartyMember(me.officer.reference, me.standing.unit)


def officer_call(session: Session, me: AuthenticatedOfficer, resource: Resource, act: Act) -> Call[casework.Officer]:
    """The call of what the signed-in officer reads now, by a right of case work. Raises Forbidden."""
    return Call(session, acting(me, resource, act), now())


def party_call(session: Session, me: AuthenticatedOfficer) -> Call[PartyMember]:
    """As `officer_call`, at the portal of an agency or partner."""
    return Call(session, acting_for_party(me), now())


def custodian_call(
    session: Session, me: AuthenticatedOfficer, version: int | None = None
) -> Call[casework.UnitOfficer]:
    """As `officer_call`, for custodians, who have no role in case work."""
    return Call(session, acting_for_unit(me), now(), version)


def roles_of(me: AuthenticatedOfficer) -> list[CaseRole]:
    """Every role in which the officer may move a case, least first; the table of moves says which one a move needs."""
    return [case_role for role, case_role in _AS if role in me.standing.roles]


def reference_in(text: str) -> str:
    """A reference of an address in its stored form. What can be none is kept: nothing is found by it."""
    return read_reference(text) or text


def names_in(session: Session, unit: str) -> Mapping[str, str]:
    """The names of a unit's officers by reference, of those who left too: what they did keeps their name.

    So do the officers of units from which cases came.
    """
    former = select(Transfer.former).where(Transfer.party == unit, Transfer.state == TransferState.ACCEPTED)
    theirs = or_(Officer.unit == unit, Officer.unit.in_(former))
    rows = session.execute(select(Officer.reference, Officer.name).where(theirs))
    return {row.reference: row.name for row in rows}


def names_of(session: Session, authority: str) -> Mapping[str, str]:
    """As `names_in`, for the officers of every unit of an authority."""
    query = select(Officer.reference, Officer.name).join(Unit, Unit.reference == Officer.unit)
    rows = session.execute(query.where(Unit.authority == authority)).all()
    return {row.reference: row.name for row in rows}
