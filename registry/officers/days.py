"""The day that it is for the officers of a unit: where their authority sits, whatever day it is in UTC."""

from datetime import date, datetime
from typing import Protocol

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from registry.core.calls import Call
from registry.core.clock import day_at
from registry.officers.models import Unit

_ZONE = select(Unit.time_zone).where(Unit.reference == bindparam("unit"))
_KNOWN = "time_zones_of_units"


class OfUnit(Protocol):
    """Someone who acts for a unit, given by its reference."""

    @property
    def unit(self) -> str: ...


def zone_of(session: Session, unit: str) -> str | None:
    """The time zone of a unit's authority; None, which is UTC, while the authority is not known. A session asks once."""
    known: dict[str, str | None] = session.info.setdefault(_KNOWN, {})
    if unit not in known:
        known[unit] = session.scalar(_ZONE, {"unit": unit})
    return known[unit]


def day_in(session: Session, unit: str, at: datetime) -> date:
    """The day that it is at an instant for a unit."""
    return day_at(at, zone_of(session, unit))


def today_of(call: Call[OfUnit]) -> date:
    """The day on which an officer acts."""
    return day_in(call.session, call.actor.unit, call.at)
