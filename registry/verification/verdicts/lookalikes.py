"""Finds agencies that a name resembles: now by the name index, at an earlier instant by the names stated then."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.core.clock import day_at
from registry.register.agencies import queries as agencies
from registry.register.agencies import record
from registry.register.agencies.keys import NAME, name_key
from registry.register.agencies.models import PublicRecord
from registry.register.names.queries import search
from registry.register.names.rules import NEAR, score
from registry.verification.verdicts.question import Lookalike

MAX_COMPARED = 20
"""How many agencies of nearly one name are compared."""


def lookalikes(session: Session, name: str, now: datetime) -> list[Lookalike]:
    """The agencies one of whose names is near to `name`, the nearest first, as they may be shown now."""
    hits = search(session, name, MAX_COMPARED, floor=NEAR)
    if not hits:
        return []
    day = day_at(now, None)
    rows = session.execute(
        select(PublicRecord.agency_id, PublicRecord.body).where(
            PublicRecord.agency_id.in_([hit.agency_id for hit in hits])
        )
    )
    records = {agency_id: record.withhold(record.read_record(body), day) for agency_id, body in rows}
    return [Lookalike(records[hit.agency_id], hit.name, hit.score, hit.how) for hit in hits if hit.agency_id in records]


def lookalikes_at(session: Session, name: str, known_at: datetime, now: datetime) -> list[Lookalike]:
    """As `lookalikes`, of what was said at `known_at`. The index holds only today's names, so names that begin alike count."""
    keyed = agencies.prefixed_at(session, NAME, name_key(name), known_at, MAX_COMPARED)
    found = []
    for agency in agencies.records_at(session, list(keyed), known_at, day_at(now, None)).values():
        scored = [(score(name, one.name), one.name) for one in agency.names]
        near = [(match, matched) for match, matched in scored if match.score >= NEAR]
        if near:
            match, matched = max(near, key=lambda pair: pair[0].score)
            found.append(Lookalike(agency, matched, round(match.score, 2), match.how))
    return sorted(found, key=lambda one: (-one.score, one.agency.agency_id))
