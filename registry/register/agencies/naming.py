"""Agencies by name: by what their names are like, and by how they begin, for a name may be only half typed."""

from collections.abc import Sequence

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from registry.core.db.reading import SelectAmong
from registry.register.agencies.keys import NAME, name_key
from registry.register.agencies.models import LookupKey
from registry.register.names.models import IndexedName
from registry.register.names.queries import Filter, Hit, search
from registry.register.names.query_variants import query_variants
from registry.register.names.rules import FLOOR, normalised
from registry.register.names.scoring import best_match
from registry.register.names.words import parted
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


_BEGUN = (
    select(LookupKey.agency_id)
    .where(
        LookupKey.kind == NAME,
        LookupKey.value >= bindparam("begun"),
        LookupKey.value < bindparam("end"),
        LookupKey.superseded_at.is_(None),
    )
    .order_by(LookupKey.value, LookupKey.agency_id)
    .limit(bindparam("most"))
)
_NAMES = SelectAmong(
    IndexedName.agency_id, IndexedName.agency_id, IndexedName.place, IndexedName.kind, IndexedName.name
)


def _begun(session: Session, begun: str, limit: int) -> Sequence[int]:
    """The greatest code point closes the range: keys are compared byte by byte."""
    given = {"begun": begun, "end": begun + "\U0010ffff", "most": limit}
    session.flush()
    return list(dict.fromkeys(session.connection().execute(_BEGUN, given).scalars()))


def _by_beginning(session: Session, text: str, begun: str, agency_ids: Sequence[int]) -> list[Hit]:
    if not agency_ids:
        return []
    hits: dict[int, Hit] = {}
    readings = query_variants(text)
    for agency_id, _, kind, name in sorted(_NAMES.rows(session, agency_ids), key=lambda row: row[:2]):
        if not normalised(name).startswith(begun):
            continue
        nearness = max(FLOOR, best_match(readings, parted(name)).score)
        best = hits.get(agency_id)
        if best is None or nearness > best.score:
            hits[agency_id] = Hit(agency_id, name, NameKind(kind), round(nearness, 2), Likeness.PART)
    return list(hits.values())
