"""The details of a test event of any type, about an agency of the invented registry: what a real one would hold."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.register.agencies.models import Agency, Licence
from registry.register.authorities.models import Source
from registry.vocabulary.licensing import PresentationEnd
from registry.vocabulary.register import LicenceStatus
from registry.vocabulary.watches import EventType


class Sample(NamedTuple):
    """What an event is about, as references, and its details. `agency` and the others are None where it names none."""

    agency: str | None
    licence: str | None
    source: str | None
    data: Mapping[str, Any]


_STATUSES: Mapping[EventType, LicenceStatus] = {
    EventType.LICENCE_ISSUED: LicenceStatus.ACTIVE,
    EventType.LICENCE_SUSPENDED: LicenceStatus.SUSPENDED,
    EventType.LICENCE_REVOKED: LicenceStatus.REVOKED,
    EventType.LICENCE_ENDED: LicenceStatus.SURRENDERED,
    EventType.LICENCE_WINDING_DOWN: LicenceStatus.WINDING_DOWN,
    EventType.LICENCE_DELISTED: LicenceStatus.DELISTED,
    EventType.LICENCE_REVOCATION_PENDING: LicenceStatus.REVOCATION_PENDING_APPEAL,
    EventType.LICENCE_BACK_IN_ORDER: LicenceStatus.ACTIVE,
    EventType.LICENCE_STATUS_CHANGED: LicenceStatus.UNDER_SURVEILLANCE,
}


def sample(session: Session, kind: EventType, today: date) -> Sample:
    """A test event of that type. The session is that of a registry with agencies, licences and lists."""
    if kind is EventType.WITHHELD:
        return Sample(None, None, None, {})
    if kind is EventType.PRESENTATION_FINISHED:
        return Sample(None, None, None, {"presentation_id": _REFERENCE, "state": PresentationEnd.SHOWN})
    if kind in (EventType.SOURCE_STALE, EventType.SOURCE_FRESH):
        source = session.scalars(select(Source).order_by(Source.id).limit(1)).one()
        return Sample(None, None, source.reference, {})
    agency, licence = session.execute(
        select(Agency.reference, Licence.reference)
        .join(Licence, Licence.agency_id == Agency.id)
        .order_by(Agency.id, Licence.id)
        .limit(1)
    ).one()
    of_licence = kind.value.startswith("licence.")
    return Sample(agency, licence if of_licence else None, None, _details(kind, today))


def _details(kind: EventType, today: date) -> dict[str, Any]:
    day, year = today.isoformat(), (today + timedelta(days=365)).isoformat()
    if kind in _STATUSES:
        return {"status": _STATUSES[kind].value, "from": day}
    if kind.value.startswith("agreement."):
        return {"agreement_id": _REFERENCE, "origin": "CN", "destination": "IT"}
    if kind.value.startswith("sanction."):
        return {"sanction_id": _REFERENCE, "kind": "warning"}
    details: dict[EventType, dict[str, Any]] = {
        EventType.LICENCE_CONDITIONS_CHANGED: {"conditions": ["no_new_placements"]},
        EventType.LICENCE_TERM_CHANGED: {"valid_from": day, "valid_to": year},
        EventType.LICENCE_EXPIRING: {"days": 30, "valid_to": (today + timedelta(days=30)).isoformat()},
        EventType.LICENCE_EXPIRED: {"valid_to": (today - timedelta(days=1)).isoformat()},
        EventType.AGENCY_IDENTIFIER_CHANGED: {"schemes": ["uscc"]},
        EventType.AGENCY_CHANNEL_CHANGED: {"kinds": ["phone"]},
        EventType.AGENCY_DISSOLVED: {"dissolved_on": day},
        EventType.AGENCY_DEPOSIT_SHORTFALL: {"required": "3000000", "missing": "250000", "currency": "CNY"},
    }
    return details.get(kind, {})


_REFERENCE = "TESTTESTTEST"
"""In place of an agreement, sanction or presentation that does not exist; its check character is wrong, so nothing is found."""
