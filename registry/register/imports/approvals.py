"""Lists that wait for an official: ordered to be applied, or rejected. The worker does it, for a list may take minutes.

No request waits for it, and nothing here reaches out to any other server: see ordered.py for the worker's part.
"""

from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.core.errors import ImportRefused, NotFound, NotNow
from registry.core.ids import read_reference
from registry.register.authorities.models import Authority, Source
from registry.register.imports.held_lists import let_go
from registry.register.imports.models import PendingImport
from registry.register.imports.queries import mapping_of


def lock_held_list(session: Session, authority: str, reference: str) -> tuple[PendingImport, Source]:
    """A held list of an authority, locked. Raises NotFound for any other, NotNow where it was decided."""
    query = (
        select(PendingImport, Source)
        .join(Source, Source.id == PendingImport.source_id)
        .join(Authority, Authority.id == Source.authority_id)
        .where(PendingImport.reference == read_reference(reference), Authority.reference == authority)
        .with_for_update(of=PendingImport)
    )
    found = session.execute(query).one_or_none()
    if found is None:
        raise NotFound(f"no list of this authority waits under {reference}: a newer one may have taken its place")
    pending, source = found
    if pending.decided_at is not None or pending.ordered_at is not None:
        raise NotNow("this list waits no more: somebody has decided it", "imports.decided")
    return pending, source


def order(session: Session, authority: str, reference: str, by: str, at: datetime, home: Path) -> Source:
    """Have a held list applied: its good rows, and whatever it delists.

    Raises as `lock_held_list`, and NotNow where no list can be read by the mapping that its source has in `home`.
    """
    pending, source = lock_held_list(session, authority, reference)
    try:
        mapping_of(session, source.reference, source.mapping, home)
    except ImportRefused as refusal:
        text = f"no list can be read by its mapping, so it was not approved; an operator has to mend it: {refusal.text}"
        raise NotNow(text, "imports.mapping", reason=refusal.text) from None
    pending.ordered_by, pending.ordered_at, pending.trouble = by, at, None
    session.flush()
    return source


def reject(session: Session, authority: str, reference: str, by: str, at: datetime) -> Source:
    """Do not apply a held list, and destroy it. Raises as `lock_held_list`."""
    pending, source = lock_held_list(session, authority, reference)
    pending.ordered_by, pending.decided_at, pending.is_approved, pending.overview = by, at, False, None
    let_go(session, pending)
    session.flush()
    return source
