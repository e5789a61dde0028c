"""Reading the ground a verdict stands on."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.authorities.facts import AuthorityFacts, Ground, SourceFacts
from registry.authorities.models import Authority, GroundState, Retrieval, Source
from registry.terms import LicenceKind


def ground_version(session: Session) -> int:
    return session.execute(select(GroundState.version)).scalar_one()


def ground_at(session: Session, known_at: datetime | None = None) -> Ground:
    """The ground now, or as it was known at `known_at`."""
    authorities = {
        row.reference: AuthorityFacts(row.reference, row.country, row.time_zone, row.names, row.website)
        for row in session.execute(select(Authority).order_by(Authority.reference)).scalars()
    }
    readings = select(
        Retrieval.source_id,
        func.min(Retrieval.retrieved_at).label("first"),
        func.max(Retrieval.retrieved_at).label("last"),
    ).group_by(Retrieval.source_id)
    if known_at is not None:
        readings = readings.where(Retrieval.retrieved_at <= known_at)
    latest = readings.subquery()
    rows = session.execute(
        select(Source, Authority.reference, Authority.country, latest.c.first, latest.c.last)
        .join(Authority, Authority.id == Source.authority_id)
        .outerjoin(latest, latest.c.source_id == Source.id)
        .order_by(Source.reference)
    )
    sources = {
        source.reference: SourceFacts(
            source.reference,
            authority,
            country,
            frozenset(LicenceKind(kind) for kind in source.kinds),
            source.is_full,
            source.is_national,
            source.fresh_for_days,
            first,
            last,
        )
        for source, authority, country, first, last in rows
    }
    return Ground(ground_version(session), authorities, sources)
