"""Reading what imports remember."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.authorities.models import Retrieval, Source
from registry.errors import NotFound
from registry.imports.models import PendingImport


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
