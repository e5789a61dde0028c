"""Agencies by name: by what their names are like, and by how they begin, for a name may be only half typed."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.register.agencies.keys import NAME, name_key
from registry.register.agencies.models import LookupKey
from registry.register.names.models import IndexedName
from registry.register.names.queries import Filter, Hit, search
from registry.register.names.rules import FLOOR, normalised, score
from registry.vocabulary.register import Likeness, NameKind

MIN_PREFIX_LENGTH = 2
"""Characters with which a name must be begun to be listed by its beginning."""


def agencies_named(session: Session, text: str, limit: int, *, wanted: Filter | None = None) -> list[Hit]:
    """Agencies that a name may mean, the best first, each by its best name; at most `limit`, filtered by `wanted`."""
    hits = {hit.agency_id: hit for hit in search(session, text, limit, wanted=wanted)}
    begun = name_key(text)
    if len(hits) < limit and len(begun) >= MIN_PREFIX_LENGTH:
        others = [agency_id for agency_id in _begun(session, begun, limit) if agency_id not in hits]
        stored = others if wanted is None else sorted(wanted(others)) if others else []
        hits |= {hit.agency_id: hit for hit in _by_beginning(session, text, begun, stored)}
    return sorted(hits.values(), key=lambda hit: (-hit.score, hit.agency_id))[:limit]


def _begun(session: Session, begun: str, limit: int) -> Sequence[int]:
    """The greatest code point closes the range: keys are compared byte by byte."""
    query = select(LookupKey.agency_id).where(
        LookupKey.kind == NAME,
        LookupKey.value >= begun,
        LookupKey.value < begun + "\U0010ffff",
        LookupKey.superseded_at.is_(None),
    )
    rows = session.execute(query.order_by(LookupKey.value, LookupKey.agency_id).limit(limit)).scalars()
    return list(dict.fromkeys(rows))


def _by_beginning(session: Session, text: str, begun: str, agency_ids: Sequence[int]) -> list[Hit]:
    query = select(IndexedName.agency_id, IndexedName.kind, IndexedName.name).where(
        IndexedName.agency_id.in_(agency_ids)
    )
    hits: dict[int, Hit] = {}
    for agency_id, kind, name in session.execute(query.order_by(IndexedName.agency_id, IndexedName.place)):
        if not normalised(name).startswith(begun):
            continue
        nearness = max(FLOOR, score(text, name).score)
        best = hits.get(agency_id)
        if best is None or nearness > best.score:
            hits[agency_id] = Hit(agency_id, name, NameKind(kind), round(nearness, 2), Likeness.PART)
    return list(hits.values())
