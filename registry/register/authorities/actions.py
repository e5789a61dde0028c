"""Writing down authorities, their lists and each reading of them."""

from datetime import datetime
from typing import Any

from sqlalchemy import event, select, update
from sqlalchemy.orm import Session

from registry.core.errors import NotFound
from registry.officers.models import Unit
from registry.register.authorities.models import Authority, Retrieval, Source, SourceVersion
from registry.register.authorities.sources import desk_list
from registry.vocabulary.register import KINDS

_CHANGED = "coverage_changed"


def save_authority(
    session: Session, reference: str, *, country: str, time_zone: str, names: dict[str, str], website: str | None = None
) -> Authority:
    """Write the authority down, or bring what we hold of it up to date; its units' days begin and end by its time zone."""
    authority = session.execute(select(Authority).where(Authority.reference == reference)).scalar_one_or_none()
    if authority is None:
        authority = Authority(reference=reference)
        session.add(authority)
    authority.country, authority.time_zone = country, time_zone
    authority.names, authority.website = names, website
    session.execute(update(Unit).where(Unit.authority == reference).values(authority_zone=time_zone))
    coverage_changed(session)
    return authority


def save_source(session: Session, reference: str, authority: Authority, **facts: Any) -> Source:
    """Write a list down, or bring it up to date; `facts` are the other columns of Source."""
    session.flush()
    source = session.execute(select(Source).where(Source.reference == reference)).scalar_one_or_none()
    if source is None:
        source = Source(reference=reference)
        session.add(source)
    source.authority_id = authority.id
    for name, value in facts.items():
        setattr(source, name, value)
    coverage_changed(session)
    return source


def record_retrieval(
    session: Session,
    source: Source,
    *,
    retrieved_at: datetime,
    digest: str,
    counts: dict[str, int],
    is_whole: bool = True,
) -> Retrieval:
    """Write down that the list was read and applied: from now on it is as fresh as `retrieved_at`.

    `is_whole` is False for a reading that lost rows: of a full list it proves no silence.
    """
    session.flush()
    retrieval = Retrieval(
        source_id=source.id,
        retrieved_at=retrieved_at,
        is_full=source.is_full and is_whole,
        fresh_for_days=source.fresh_for_days,
        digest=digest,
        counts=counts,
    )
    session.add(retrieval)
    source.warned_at = None
    coverage_changed(session)
    return retrieval


def save_desk_reading(session: Session, authority: str, at: datetime) -> str:
    """Write down that an authority said something here at `at`. Gives the reference of its list. Raises NotFound.

    It is partial: silence on it proves nothing. `fresh_for_days` is 0, for the authority itself keeps it here.
    """
    reference = desk_list(authority)
    source = session.execute(select(Source).where(Source.reference == reference)).scalar_one_or_none()
    if source is None:
        known = session.execute(select(Authority).where(Authority.reference == authority)).scalar_one_or_none()
        if known is None:
            raise NotFound(f"the authority {authority} is not known here: import one of its lists first")
        kinds = [kind.value for kind, rule in KINDS.items() if rule.country in (known.country, None)]
        source = save_source(
            session,
            reference,
            known,
            kinds=kinds,
            prints=["licence_number"],
            is_full=False,
            is_national=False,
            fresh_for_days=0,
            mapping={},
        )
    is_read = session.execute(
        select(Retrieval.id).where(Retrieval.source_id == source.id, Retrieval.retrieved_at == at)
    ).first()
    # Several acts of one instant are one reading.
    if is_read is None:
        record_retrieval(session, source, retrieved_at=at, digest="0" * 64, counts={})
    return reference


def coverage_changed(session: Session) -> None:
    """Have every process reload authorities, lists and overlays of the law before its next answer.

    It is written as the last thing before the commit. All imports change this one row: locked earlier, it would be waited for by
    one that holds the log, while its holder waits for the log.
    """
    session.flush()
    session.info[_CHANGED] = True


@event.listens_for(Session, "before_commit")
def _write_version(session: Session) -> None:
    if not session.in_nested_transaction() and session.info.pop(_CHANGED, False):
        session.flush()
        session.execute(update(SourceVersion).values(version=SourceVersion.version + 1))
