"""Watches of invented organisations on published agencies, and what their feeds hold."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from registry.core.clock import day_at, now
from registry.core.ids import new_reference
from registry.core.keyring import Keyring
from registry.organisations.models import Organisation
from registry.watches import fan_out, watches
from registry.watches.feed import events_after
from registry.watches.models import FeedRow, Watch, WatchEvent
from tests.make import organisation_call

BRAND, OTHER = 900_001, 900_002
"""Two organisations, of numbers that no other has."""


def today() -> date:
    return day_at(now(), None)


def make_brands(session: Session) -> None:
    """The two organisations, once."""
    for row_id, name in ((BRAND, "Invented Brand"), (OTHER, "Invented Other")):
        if session.get(Organisation, row_id) is None:
            facts = {"name": name, "country": "IT", "language": "en", "since_on": today()}
            session.add(Organisation(id=row_id, reference=new_reference(), **facts))
    session.flush()


def make_watch(session: Session, agency: str, organisation: int = BRAND) -> Watch:
    make_brands(session)
    return watches.watch_agency(organisation_call(session, organisation), agency, "Our supplier's agency")


def fan_out_committed(session: Session, keyring: Keyring) -> int:
    """Fan out what was published, as the worker does."""
    session.commit()
    done = fan_out.fan_out_log_entries(sessionmaker(session.get_bind()), keyring, now())
    session.expire_all()
    return done


def feed_of(session: Session, organisation: int = BRAND, after: int = 0) -> list[WatchEvent]:
    return [place.event for place in events_after(session, organisation, after, 1000, today=today()).events]


def types_of(session: Session, organisation: int = BRAND, after: int = 0) -> list[str]:
    return [str(event.type) for event in feed_of(session, organisation, after)]


def positions_of(session: Session, organisation: int) -> Sequence[int]:
    query = select(FeedRow.position).where(FeedRow.organisation_id == organisation).order_by(FeedRow.position)
    return session.execute(query).scalars().all()
