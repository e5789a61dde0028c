"""Reading what imports remember."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.core.errors import ImportRefused, NotFound, SettingsError
from registry.core.operator_texts import names_in, read_text
from registry.register.authorities.models import Authority, Retrieval, Source
from registry.register.authorities.sources import is_desk_list
from registry.register.imports import mapping
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


def sources_of(session: Session, authority: str) -> list[SourceAtDesk]:
    """The lists of an authority that are read from elsewhere, each with its last ten readings."""
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
        found.append(SourceAtDesk(source, state, session.execute(runs.limit(10)).scalars().all()))
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


def own_names(session: Session, home: Path) -> list[str]:
    """Names of the operator's own mappings."""
    return [name.removesuffix(".toml") for name in names_in(session, home, mapping.FOLDER)]


def mapping_named(session: Session, name: str, home: Path) -> mapping.SourceMapping:
    """The mapping called `name`: the operator's own, stated or in REGISTRY_HOME/sources, or a shipped one.

    ImportRefused otherwise.
    """
    own = own_names(session, home)
    if name in own:
        return mapping.read_mapping(
            read_text(session, home, f"{mapping.FOLDER}/{name}.toml") or "", f"{mapping.FOLDER}/{name}.toml"
        )
    if name in mapping.shipped_names():
        return mapping.shipped_mapping(name)
    known = sorted({*mapping.shipped_names(), *own})
    raise ImportRefused(
        f"no source is called {name!r}; there are {', '.join(known)}. "
        "Give a mapping with --mapping FILE.toml, or draft one with `registry sources new SAMPLE`"
    )


def mapping_of(session: Session, reference: str, stored: Mapping[str, Any], home: Path) -> mapping.SourceMapping:
    """The mapping of a source as it stands now, or as it was when its list was last imported with one named by file.

    ImportRefused where neither can be used.
    """
    try:
        return mapping_named(session, reference, home)
    except (ImportRefused, SettingsError):
        return mapping.from_stored(stored)
