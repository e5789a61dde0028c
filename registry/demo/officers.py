"""Invented officers of the demonstration: one for each role, a second supervisor, and two in a region's unit, to which cases can
be transferred. They join with codes as real ones do."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.complaints.parties import accounts as parties
from registry.complaints.sealing.sealer import Sealer
from registry.core.errors import NotFound
from registry.officers import accounts
from registry.officers.models import Officer, Unit
from registry.officers.rights import OUTSIDERS, Role
from registry.register.agencies.models import Agency, Licence
from registry.vocabulary.cases import PartnerKind

UNIT = "it-demo-labour"
REGION = "it-demo-region"
PARTNER = "it-demo-union"


class Joining(NamedTuple):
    """An officer and the code to join with; None for one that was added before."""

    role: Role
    unit: str
    email: str
    code: str | None


def add_officers(session: Session, sealer: Sealer, at: datetime) -> list[Joining]:
    """One officer for each role in the demonstration's Italian unit, two in its region's, outsiders in units of their own.

    Raises NotFound.
    """
    unit = session.scalars(select(Unit).where(Unit.reference == UNIT)).one_or_none()
    if unit is None:
        raise NotFound("the demonstration is not loaded: run `registry demo load` first")
    wanted = [(role, UNIT, f"{role}@{UNIT}.example") for role in Role if role not in OUTSIDERS]
    wanted.insert(3, (Role.SUPERVISOR, UNIT, f"supervisor-2@{UNIT}.example"))
    if session.scalars(select(Unit.id).where(Unit.reference == REGION)).first() is not None:
        wanted += [(role, REGION, f"{role}@{REGION}.example") for role in (Role.TRIAGE, Role.SUPERVISOR)]
    wanted.append((Role.PARTNER, _partner(session, sealer, at), f"partner@{PARTNER}.example"))
    agency = _agency(session, unit.authority)
    if agency is not None:
        desk = parties.agency_unit(session, sealer, agency, at.date()).reference
        wanted.append((Role.AGENCY_REP, desk, f"agency@{desk}.example"))
    return [_added(session, role, of, email, at) for role, of, email in wanted]


def _added(session: Session, role: Role, unit: str, email: str, at: datetime) -> Joining:
    there = session.scalars(select(Officer.id).where(Officer.email == email)).first()
    if there is not None:
        return Joining(role, unit, email, None)
    name = f"Demo {email.partition('@')[0].replace('_', ' ').replace('-', ' ')}"
    _, code = accounts.add_first(session, accounts.Invitation(unit, name, email, [role], "en"), at, at.date())
    return Joining(role, unit, email, code)


def _partner(session: Session, sealer: Sealer, at: datetime) -> str:
    there = session.scalars(select(Unit.reference).where(Unit.reference == PARTNER)).first()
    if there is None:
        names = {"en": "Union of workers (fictitious)"}
        partner = parties.NewPartner(PARTNER, PartnerKind.UNION, "IT", names)
        parties.add_partner(session, sealer, partner, at.date())
    return PARTNER


def _agency(session: Session, authority: str) -> str | None:
    licensed = select(Licence.agency_id).where(Licence.authority == authority)
    query = select(Agency.reference).where(Agency.id.in_(licensed)).order_by(Agency.id).limit(1)
    return session.execute(query).scalar_one_or_none()
