"""Reading what imports remember."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.core.errors import NotFound
from registry.register.authorities.models import Authority, Retrieval, Source
from registry.register.authorities.sources import is_desk_list
from registry.register.imports.models import FetchState, PendingImport


def last_retrieval(session: Session, source: Source) -> Retrieval | None:
    """The last reading of a source that was applied; None before the first."""
    query = select(Retrieval).where(Retrieval.source_id == source.id).order_by(Retrieval.retrieved_at.desc()).limit(1)
    return session.execute(query).scalar_one_or_none()


def source_named(session: Session, reference: str) -> Source:
    source = session.execute(select(Source).where(Source.reference == reference)).scalar_one_or_none()
    if source is None:
        raise NotFound(f"no list of the source {reference} has been imported yet")
    return source


def pending_imports(session: Session) -> list[tuple[PendingImport, str]]:
    """Lists that wait for a decision, the oldest first, each with its source's reference."""
    query = (
        select(PendingImport, Source.reference)
        .join(Source, Source.id == PendingImport.source_id)
        .where(PendingImport.decided_at.is_(None))
        .order_by(PendingImport.fetched_at)
    )
    return [(pending, reference) for pending, reference in session.execute(query)]


class SourceAtDesk(NamedTuple):
    """A list of an authority: how fetching it fares, and its latest readings that were applied."""

    source: Source
    state: FetchState | None
    runs: Sequence[Retrieval]


def sources_of(session: Session, authority: str, limit: int = 10) -> list[SourceAtDesk]:
    """The lists of an authority that are read from elsewhere, each with at most so many readings."""
    query = (
        select(Source, FetchState)
        .join(Authority, Authority.id == Source.authority_id)
        .outerjoin(FetchState, FetchState.source_id == Source.id)
        .where(Authority.reference == authority)
        .order_by(Source.reference)
    )
    found = []
    for source, state in session.execute(query).all():
        if is_desk_list(source.reference):
            continue
        runs = select(Retrieval).where(Retrieval.source_id == source.id).order_by(Retrieval.retrieved_at.desc())
        found.append(SourceAtDesk(source, state, session.execute(runs.limit(limit)).scalars().all()))
    return found


def lists_on_hold(session: Session, authority: str) -> list[tuple[PendingImport, str]]:
    """Lists of an authority that wait, or are about to be applied, the oldest first, with their source's reference."""
    query = (
        select(PendingImport, Source.reference)
        .join(Source, Source.id == PendingImport.source_id)
        .join(Authority, Authority.id == Source.authority_id)
        .where(PendingImport.decided_at.is_(None), Authority.reference == authority)
        .order_by(PendingImport.fetched_at)
    )
    return [(pending, reference) for pending, reference in session.execute(query)]
