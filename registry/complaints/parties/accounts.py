"""Units that stand for others than officers: partner organisations, and agencies that are heard or claim their entry.

They have keys like any unit and take no complaint. Their people have accounts like officers, with the one role that fits.
"""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.complaints.case.units import UnitDetails, check
from registry.complaints.sealing.sealer import Sealer
from registry.complaints.sealing.unit_keys import make_unit_keys
from registry.core.errors import Fault, InvalidInput, NotFound
from registry.officers.models import Unit
from registry.register.agencies import record
from registry.register.agencies.queries import public_record
from registry.vocabulary.cases import PartnerKind
from registry.vocabulary.codes import Problem


class NewPartner(NamedTuple):
    """An organisation to which cases may be referred; `names` by language, `email` hears that something waits."""

    reference: str
    kind: PartnerKind
    country: str
    names: Mapping[str, str]
    email: str | None = None


def add_partner(session: Session, sealer: Sealer, partner: NewPartner, today: date) -> Unit:
    """Add a partner organisation, and make its keys. Raises InvalidInput."""
    reference, kind, country, names, email = partner
    check(UnitDetails(reference, country, reference, names, email))
    if session.execute(select(Unit.id).where(Unit.reference == reference)).first() is not None:
        raise InvalidInput([Fault("reference", Problem.INVALID_VALUE, "is a unit's already")])
    unit = Unit(
        reference=reference,
        authority=reference,
        country=country,
        names=dict(names),
        email=email,
        is_default=False,
        partner_kind=kind,
    )
    return _with_keys(session, sealer, unit, today)


def partners(session: Session) -> list[Unit]:
    """Every organisation to which cases may be referred, closed ones too, by country and reference."""
    query = select(Unit).where(Unit.partner_kind.is_not(None)).order_by(Unit.country, Unit.reference)
    return list(session.execute(query).scalars())


def partner_named(session: Session, reference: str) -> Unit:
    """An open partner organisation. Raises InvalidInput."""
    found = session.execute(select(Unit).where(Unit.reference == reference)).scalar_one_or_none()
    if found is None or found.partner_kind is None or found.closed_on is not None:
        raise InvalidInput([Fault("partner", Problem.INVALID_VALUE, "must be a partner organisation of the list")])
    return found


def agency_unit(session: Session, sealer: Sealer, agency: str, today: date) -> Unit:
    """The unit that stands for an agency of the registry, made with its keys where there is none. Raises NotFound."""
    found = unit_of_agency(session, agency)
    if found is not None:
        return found
    known = agency_record(session, agency, today)
    unit = Unit(
        reference=f"agency-{agency.lower()}",
        authority=agency,
        country=known.country,
        names={"en": known.names[0].name if known.names else agency},
        email=None,
        is_default=False,
        agency=agency,
    )
    return _with_keys(session, sealer, unit, today)


def unit_of_agency(session: Session, agency: str) -> Unit | None:
    return session.execute(select(Unit).where(Unit.agency == agency)).scalar_one_or_none()


def agency_record(session: Session, agency: str, today: date) -> record.Agency:
    """The public record of an agency. Raises NotFound where the registry has none with this reference."""
    found = public_record(session, agency, today)
    if found is None:
        raise NotFound("there is no agency of that reference in the registry")
    return found


def _with_keys(session: Session, sealer: Sealer, unit: Unit, today: date) -> Unit:
    session.add(unit)
    session.flush()
    make_unit_keys(session, sealer.keyring, unit.reference, today)
    return unit
