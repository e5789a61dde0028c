"""The law as it stood at an instant: the shipped law with the overlays that were in force then; overlays as all may see them."""

from datetime import date, datetime
from functools import lru_cache
from typing import Any

import structlog
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from registry.core import clock, errors, ids
from registry.log.queries import logged_keys
from registry.register.law.loading import BadLaw, Law, shipped_law
from registry.register.law.overlays.models import LawOverlay, OverlayState
from registry.register.law.overlays.rules import Overlay, overlaid, read_overlay
from registry.register.law.overlays.signatures import read_signature, require_signed

log = structlog.get_logger()

IN_FORCE_ONCE = (OverlayState.APPROVED, OverlayState.WITHDRAWN)


def law_at(session: Session, known_at: datetime | None = None) -> Law:
    """The law now, or as it was known at `known_at`. An overlay whose signature does not hold is left out, and logged."""
    rows = overlays_in_force(session, known_at)
    if not rows:
        return shipped_law()
    keys = logged_keys(session)
    valid: list[tuple[bytes, date]] = []
    for row in rows:
        try:
            signature = read_signature(row.reference, f"{row.kid} {row.signature}")
            require_signed(row.reference, row.body, signature, keys, index=row.log_index)
            read_overlay(row.reference, row.body)
        except BadLaw as trouble:
            log.error("law_overlay_left_out", trouble=str(trouble))
            continue
        assert row.decided_at is not None
        valid.append((row.body, clock.day_at(row.decided_at, None)))
    return _law_with(tuple(valid))


@lru_cache(maxsize=16)
def _law_with(overlays: tuple[tuple[bytes, date], ...]) -> Law:
    """The same overlays are the same law, one object: what is made of it is remembered by it."""
    return overlaid(shipped_law(), [(read_overlay("overlay", body), day) for body, day in overlays])


def overlays_in_force(session: Session, known_at: datetime | None = None) -> list[LawOverlay]:
    """Overlays in force now or at an instant, in the order of their versions."""
    query = select(LawOverlay).where(LawOverlay.state.in_(IN_FORCE_ONCE))
    if known_at is None:
        query = query.where(LawOverlay.state == OverlayState.APPROVED)
    else:
        is_not_over = or_(LawOverlay.withdrawn_at.is_(None), LawOverlay.withdrawn_at > known_at)
        query = query.where(LawOverlay.decided_at <= known_at, is_not_over)
    return list(session.execute(query.order_by(LawOverlay.number)).scalars())


def last_version(session: Session) -> int:
    """The highest version that was ever in force; 0 where none was. A withdrawn version is not used again."""
    query = select(LawOverlay.number).where(LawOverlay.state.in_(IN_FORCE_ONCE)).order_by(LawOverlay.number.desc())
    return session.execute(query.limit(1)).scalar_one_or_none() or 0


def all_overlays(session: Session) -> list[LawOverlay]:
    """Every overlay that was ever proposed, the newest first."""
    return list(session.execute(select(LawOverlay).order_by(LawOverlay.id.desc())).scalars())


def published_overlays(session: Session) -> list[LawOverlay]:
    """Overlays that are or were in force, the newest first."""
    return [row for row in all_overlays(session) if row.state in IN_FORCE_ONCE]


def overlay_named(session: Session, reference: str) -> LawOverlay:
    """Raises NotFound."""
    query = select(LawOverlay).where(LawOverlay.reference == ids.read_reference(reference))
    found = session.execute(query).scalar_one_or_none()
    if found is None:
        raise errors.NotFound(f"there is no overlay {reference}")
    return found


def stated_in(row: LawOverlay) -> Overlay:
    """What the file of an overlay states."""
    return read_overlay(f"overlay {row.number}", row.body)


def overlay_payload(row: LawOverlay) -> dict[str, Any]:
    """Of an overlay that is or was in force. One that this release can no longer read has no rows."""
    try:
        stated = stated_in(row)
        facts = {"made_on": stated.made_on, "reason": stated.reason, "rows": list(stated.touched)}
        facts["withdrawn"] = [{"row": one.row, "reason": one.reason} for one in stated.withdrawn]
    except BadLaw:
        facts = {"made_on": row.proposed_at.date(), "reason": "", "rows": [], "withdrawn": []}
    return facts | {
        "version": row.number,
        "in_force_from": row.decided_at,
        "withdrawn_at": row.withdrawn_at,
        "withdrawal_reason": row.reason if row.withdrawn_at is not None else None,
        "log_index": row.log_index,
        "kid": row.kid,
        "signature": row.signature,
        "file": row.body.decode(),
    }
