"""Agencies with an entry, and the officials who keep it. All invented."""

from datetime import UTC, datetime
from typing import TypeVar

from sqlalchemy.orm import Session

from registry.core.calls import Call
from registry.register.agencies import record
from registry.supervision.entries.actions import EntryOfficial, Rep
from registry.vocabulary.register import LicenceStatus
from tests import make

AT = datetime(2026, 3, 2, 9, 31, 7, tzinfo=UTC)
"""A Monday."""

Actor = TypeVar("Actor")


def call(session: Session, actor: Actor, version: int | None = None, at: datetime = AT) -> Call[Actor]:
    return Call(session, actor, at, version)


def entry(session: Session, country: str = "CZ", status: LicenceStatus = LicenceStatus.ACTIVE) -> record.Agency:
    """An agency with a licence in force, or of another status."""
    licence = make.licence_record(status=status, country=country)
    return make.make_agency(session, country=country, licences=(licence,))


def rep_of(agency: record.Agency) -> Rep:
    return Rep("REPREPREP222", agency.agency_id)


def official_of(agency: record.Agency, name: str = "OFFICIAL222A") -> EntryOfficial:
    return EntryOfficial(name, agency.licences[0].authority)
