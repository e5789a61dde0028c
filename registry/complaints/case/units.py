"""Units: the officers of one authority and one country. Every case belongs to one, and no other sees it.

Other units stand for partner organisations, and for agencies that are heard or claim their entry. They have keys like any unit
and take no complaint. Their people have accounts like officers, with the one role that fits.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import NamedTuple

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.complaints.case.models import Case
from registry.complaints.intake.rules import UnitFacts, is_intake_open, takes_complaints, unit_for
from registry.complaints.retention.rules import MAX_DAYS, MIN_DAYS, SHIPPED, Periods
from registry.complaints.sealing.sealer import Sealer
from registry.complaints.sealing.unit_keys import can_seal_to, make_unit_keys
from registry.core.clock import day_at, zone
from registry.core.db.locking import find
from registry.core.errors import Fault, IntakeClosed, InvalidInput, NotFound
from registry.officers.absence import staffed_units
from registry.officers.days import zone_of
from registry.officers.models import Unit
from registry.officers.rights import RIGHTS, Act, Resource
from registry.register.agencies import record
from registry.register.agencies.queries import public_record
from registry.register.authorities.models import Authority
from registry.vocabulary import cases, register
from registry.vocabulary.codes import Problem

_REFERENCE = re.compile(r"[a-z]{2}(-[a-z0-9]+)+")
_ALL = select(Unit).order_by(Unit.reference)
_STAFFED = staffed_units(RIGHTS[Resource.CASE, Act.WRITE])
_TAKE_OVER = staffed_units(RIGHTS[Resource.TRANSFER, Act.APPROVE])
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class UnitDetails(NamedTuple):
    """What is written down of a unit; its names are by language.

    `email` is told that there is something to do, never what; `supervisor_email` when it is overdue.
    """

    reference: str
    country: str
    authority: str
    names: Mapping[str, str]
    email: str | None
    supervisor_email: str | None = None
    periods: Periods | None = None


def add(session: Session, sealer: Sealer, details: UnitDetails, today: date, *, is_default: bool = False) -> Unit:
    """Add a unit and make its keys. The first that may take complaints is the default; `is_default` moves that here.

    Raises InvalidInput.
    """
    check(details)
    reference, periods = details.reference, details.periods
    everyone = _lock_all(session)
    if any(unit.reference == reference for unit in everyone):
        raise InvalidInput([Fault("reference", Problem.INVALID_VALUE, "is a unit's already")])
    unit = Unit(
        reference=reference,
        authority=details.authority,
        country=details.country,
        authority_zone=session.scalar(select(Authority.time_zone).where(Authority.reference == details.authority)),
        names=dict(details.names),
        email=details.email,
        supervisor_email=details.supervisor_email,
        is_default=False,
        periods=None if periods is None else msgspec.to_builtins(periods),
    )
    accepts = takes_complaints(facts_of(unit))
    if is_default and not accepts:
        detail = "a unit outside the EU takes no complaints, so it cannot be default"
        raise InvalidInput([Fault("default", Problem.CONTRADICTORY, detail)])
    if accepts and (is_default or not any(other.is_default for other in everyone)):
        for other in everyone:
            other.is_default = False
        unit.is_default = True
    session.add(unit)
    session.flush()
    if accepts:
        make_unit_keys(session, sealer.keyring, reference, today)
    return unit


def close(session: Session, reference: str, today: date) -> Unit:
    """A unit takes nothing new from today on; its cases stay its own. Raises NotFound, and InvalidInput for the default one."""
    _lock_all(session)
    unit = unit_named(session, reference)
    if unit.is_default:
        detail = "takes what no other unit is for: make another one the default first"
        raise InvalidInput([Fault("unit", Problem.CONTRADICTORY, detail)])
    if unit.closed_on is None:
        unit.closed_on = today
    return unit


def make_default(session: Session, reference: str) -> Unit:
    """Make this the unit for complaints that no other takes. Raises NotFound, InvalidInput if it takes none."""
    everyone = _lock_all(session)
    unit = unit_named(session, reference)
    if not takes_complaints(facts_of(unit)):
        raise InvalidInput([Fault("unit", Problem.CONTRADICTORY, "takes no complaints, so it cannot be the default")])
    for other in everyone:
        other.is_default = other is unit
    return unit


def unit_named(session: Session, reference: str) -> Unit:
    missing = f"there is no unit {reference}: see `registry units list`"
    return find(session, Unit, Unit.reference == reference, missing=missing)


def local_time(session: Session, unit: str, at: datetime) -> datetime:
    """An instant on the clock of a unit."""
    name = zone_of(session, unit)
    return at.astimezone(zone(name) if name else UTC)


def zone_of_case(session: Session, case: Case) -> str | None:
    """The time zone by which the days of a case begin and end: its unit's. None, which is UTC, of a draft."""
    unit = session.get(Unit, case.unit_id) if case.unit_id is not None else None
    return None if unit is None else unit.time_zone


def day_of_case(session: Session, case: Case, at: datetime) -> date:
    """The day that it is at an instant for the unit that has a case."""
    return day_at(at, zone_of_case(session, case))


def all_units(session: Session) -> list[Unit]:
    """Every unit, closed ones too, by reference."""
    return list(session.execute(_ALL).scalars())


def require_open_intake(session: Session) -> None:
    """Raise IntakeClosed where no unit would take a complaint that is about to be written."""
    if not is_intake_open([facts_of(unit) for unit in all_units(session)]):
        raise _closed()


def route(session: Session, country: str | None) -> Unit:
    """The unit that takes a complaint about work in a country. Raises IntakeClosed.

    One whose keys the public log is yet to show is passed over, so that no complaint waits for the log.
    """
    staffed = set(session.scalars(_STAFFED))
    among = {unit.reference: unit for unit in all_units(session)}
    while chosen := unit_for(
        country, [facts_of(unit)._replace(is_staffed=unit.reference in staffed) for unit in among.values()]
    ):
        if can_seal_to(session, chosen):
            return among[chosen]
        del among[chosen]
    raise _closed()


def receivers(session: Session, but: str) -> list[Unit]:
    """The units other than `but` to which a case can go: open, and with somebody who can take it."""
    able = set(session.scalars(_TAKE_OVER))
    return [one for one in all_units(session) if one.reference in able - {but} and takes_complaints(facts_of(one))]


def receiver_named(session: Session, reference: str, but: str) -> Unit:
    """One of `receivers`. Raises InvalidInput that says why a unit is none."""
    found = next((unit for unit in receivers(session, but) if unit.reference == reference), None)
    if found is not None:
        return found
    known = session.execute(select(Unit).where(Unit.reference == reference)).scalar_one_or_none()
    if known is None or not takes_complaints(facts_of(known)):
        raise InvalidInput([Fault.of("unit", Problem.INVALID_VALUE, "unit_takes_cases")])
    if reference == but:
        raise InvalidInput([Fault.of("unit", Problem.CONTRADICTORY, "another_unit")])
    raise InvalidInput([Fault.of("unit", Problem.CONTRADICTORY, "unit_without_officers")])


def periods_of(unit: Unit | None) -> Periods:
    """How long this unit keeps what was written."""
    return SHIPPED if unit is None or unit.periods is None else msgspec.convert(unit.periods, Periods)


def facts_of(unit: Unit) -> UnitFacts:
    """The facts about a unit that routing needs."""
    return UnitFacts(unit.reference, unit.country, unit.is_default, unit.closed_on is None, unit.is_outside)


def _closed() -> IntakeClosed:
    return IntakeClosed("complaints are not taken here now: call one of the help lines")


def _lock_all(session: Session) -> list[Unit]:
    """All units, locked against changes: there is to be one default."""
    return list(session.execute(select(Unit).order_by(Unit.id).with_for_update()).scalars())


def check(details: UnitDetails) -> None:
    """Raise InvalidInput unless these values are acceptable for a unit."""
    reference, country, authority, names, email, supervisor_email, periods = details
    faults = []
    if not _REFERENCE.fullmatch(reference) or len(reference) > 40:
        faults.append(
            Fault("reference", Problem.INVALID_VALUE, "must be like it-inl-prato: small letters, digits, hyphens")
        )
    if country not in register.EU_STATES | register.SENDING_COUNTRIES:
        faults.append(Fault("country", Problem.UNKNOWN_COUNTRY, "must be the two letters of an EU state or CN"))
    if not authority.strip() or len(authority) > 40:
        faults.append(
            Fault("authority", Problem.INVALID_VALUE, "must be an authority's reference, 40 characters at most")
        )
    if not names or any(not name.strip() or len(name) > 200 for name in names.values()):
        faults.append(Fault("name", Problem.MISSING, "must be given in one language or more, in 200 characters"))
    for parameter, address in (("email", email), ("supervisor_email", supervisor_email)):
        if address is not None and (len(address) > 200 or not _EMAIL.fullmatch(address)):
            faults.append(Fault(parameter, Problem.INVALID_VALUE, "must be an address like desk@authority.example"))
    if periods is not None and any(not MIN_DAYS <= days <= MAX_DAYS for days in msgspec.to_builtins(periods).values()):
        faults.append(Fault("periods", Problem.INVALID_VALUE, f"must be from {MIN_DAYS} to {MAX_DAYS} days"))
    if faults:
        raise InvalidInput(faults)


class NewPartner(NamedTuple):
    """An organisation to which cases may be referred; `names` by language, `email` hears that something waits."""

    reference: str
    kind: cases.PartnerKind
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
