"""The day that it is for the officers of a unit: where their authority sits, or else in their country's capital."""

from datetime import date, datetime
from typing import Protocol

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from registry.core.calls import Call
from registry.core.clock import day_at
from registry.officers.models import Unit

_UNIT = select(Unit).where(Unit.reference == bindparam("unit"))
_KNOWN = "time_zones_of_units"


class OfUnit(Protocol):
    """Someone who acts for a unit, given by its reference."""

    @property
    def unit(self) -> str: ...


def zone_of(session: Session, unit: str) -> str | None:
    """The time zone of a unit, as `Unit.time_zone` has it; None is UTC. A session asks once."""
    known: dict[str, str | None] = session.info.setdefault(_KNOWN, {})
    if unit not in known:
        found = session.scalars(_UNIT, {"unit": unit}).one_or_none()
        known[unit] = None if found is None else found.time_zone
    return known[unit]


def day_in(session: Session, unit: str, at: datetime) -> date:
    """The day that it is at an instant for a unit."""
    return day_at(at, zone_of(session, unit))


def today_of(call: Call[OfUnit]) -> date:
    """The day on which an officer acts."""
    return day_in(call.session, call.actor.unit, call.at)
