"""Finding agencies by name: candidates by key, then exact scoring. The same on both databases, in bounded time."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from math import log2
from typing import NamedTuple

from rapidfuzz import fuzz
from rapidfuzz.process import extract
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from registry.register.names.keys import Evidence, keys_of_readings
from registry.register.names.models import FreshPosting, IndexedName, NameBucket
from registry.register.names.postings import agencies_under, bucket_of, unpacked
from registry.register.names.query_variants import query_variants
from registry.register.names.scoring import FLOOR, NEAR, Match, best_match
from registry.register.names.spelling import folded, has_chinese
from registry.register.names.words import parted
from registry.vocabulary.register import Likeness, NameKind

CANDIDATES = 300
"""Agencies whose names are read for one question. More than that of one name are not told apart by it."""
FINALISTS = 30
"""Different names that are scored in full: this many that share the most keys, and as many of the nearest letters."""
FIRSTS, LIKES = 2, 8
"""Names found whose likes are looked for, and how many of each."""
ALIKE = 85.0
"""How much of their letters such names share at least: a character of ten, a word of one letter more."""
POSTINGS = 6000
"""Postings that are counted for one question, those under the rarest keys first."""
FILTERED = 3000
"""Candidates handed to a filter before the best of them are read."""


_WORTH = {
    Evidence.WORD: 1.5,
    Evidence.SLIP: 0.7,
    Evidence.ALL_BUT_A_CHARACTER: 1.2,
    Evidence.NEIGHBOURS: 1.0,
    Evidence.WHOLE: 1.0,
}
"""A whole word that thousands share still tells more than a piece of one that few do; place and trade with all but one
character of a Chinese word tell more than a place and the length of the whole, which hundreds share."""


class Hit(NamedTuple):
    """An agency, the name by which it was found, how, and how well (0 to 100)."""

    agency_id: int
    name: str
    kind: NameKind
    score: float
    how: Likeness


Filter = Callable[[Sequence[int]], Collection[int]]
"""From row ids of agencies to those that are wanted."""


class _Row(NamedTuple):
    agency_id: int
    kind: NameKind
    name: str
    plain: str


# Built once: the parts of a statement cost more to put together than to run.
_BUCKETS = select(NameBucket.bucket, NameBucket.postings).where(
    NameBucket.bucket.in_(bindparam("buckets", expanding=True))
)
_FRESH = select(FreshPosting.key, FreshPosting.agency_id).where(FreshPosting.key.in_(bindparam("keys", expanding=True)))
_NAMES = select(IndexedName.agency_id, IndexedName.kind, IndexedName.name, IndexedName.plain).where(
    IndexedName.agency_id.in_(bindparam("agencies", expanding=True))
)


def search(
    session: Session, text: str, limit: int = 20, *, floor: float = FLOOR, wanted: Filter | None = None
) -> list[Hit]:
    """Agencies whose name may be what is asked, the best first, each once by its best name; at most `limit`.

    Legal, trade, short and former names all count; names near to those of the first hits are there too. Order is the
    same for the same index: by score, then by agency. `wanted` filters before names are read, so that a filter costs no
    hits.
    """
    readings = query_variants(text)
    if not readings:
        return []
    weights = _weights(session, keys_of_readings(readings))
    if wanted is not None:
        some = _heaviest(weights, FILTERED)
        stored = set(wanted(some)) if some else set()
        weights = {agency: weights[agency] for agency in some if agency in stored}
    candidates = _heaviest(weights, CANDIDATES)
    if not candidates:
        return []
    rows = [_Row(*row) for row in session.execute(_NAMES, {"agencies": candidates})]
    finalists = _finalists(folded(readings[0].normal), rows, weights)
    matches = {name: best_match(readings, parted(name)) for name in finalists}
    if readings[0].is_chinese:
        rows = _by_characters(rows)
    hits = sorted(_best(rows, matches, floor), key=_order)
    if floor < NEAR:
        hits = sorted([*hits, *_companions(hits, rows, floor)], key=_order)
    return hits[:limit]


def _heaviest(weights: dict[int, float], count: int) -> list[int]:
    """The agencies that weigh most; of those that weigh the same the first."""
    # A sort keeps the order of equals, also in reverse.
    return sorted(sorted(weights), key=weights.__getitem__, reverse=True)[:count]


def _order(hit: Hit) -> tuple[float, int]:
    return -hit.score, hit.agency_id


def _companions(hits: Sequence[Hit], rows: Sequence[_Row], floor: float) -> Iterable[Hit]:
    """Agencies whose name can be confused with that of one of the first hits: both must be shown together."""
    known = {hit.agency_id for hit in hits}
    others = {row.name: row.plain for row in rows if row.agency_id not in known}
    near: dict[str, Match] = {}
    firsts = dict(reversed([(hit.name, hit.score) for hit in hits]))
    for name in list(dict.fromkeys(hit.name for hit in hits))[:FIRSTS]:
        first = parted(name)
        for _, _, other in extract(folded(first.normal), others, scorer=fuzz.ratio, score_cutoff=ALIKE, limit=LIKES):
            match = best_match((first,), parted(other))
            if match.score >= NEAR and other not in near:
                near[other] = Match(max(floor, firsts[name] * match.score / 100.0), match.how)
    return _best([row for row in rows if row.agency_id not in known], near, floor)


def _weights(session: Session, keys: dict[int, Evidence]) -> dict[int, float]:
    """Candidates, each with how telling the keys are that it shares: a key of few agencies tells more."""
    by_bucket: dict[int, list[int]] = defaultdict(list)
    for key in keys:
        by_bucket[bucket_of(key)].append(key)
    found: dict[int, set[int]] = defaultdict(set)
    for bucket, body in session.execute(_BUCKETS, {"buckets": list(by_bucket)}):
        postings = unpacked(body)
        for key in by_bucket[bucket]:
            found[key].update(agencies_under(key, postings))
    for key, agency_id in session.execute(_FRESH, {"keys": list(keys)}):
        found[key].add(agency_id)
    given: dict[Evidence, dict[int, float]] = {evidence: {} for evidence in Evidence}
    counted = 0
    for key, agencies in sorted(found.items(), key=lambda item: len(item[1])):
        if not agencies:
            continue
        evidence = keys[key]
        worth = _WORTH[evidence] * (21.0 - log2(len(agencies)))
        weights = given[evidence]
        if evidence is Evidence.NEIGHBOURS:
            for agency_id in agencies:
                weights[agency_id] = weights.get(agency_id, 0.0) + worth
        else:
            # The rarest key came first and tells the most.
            weights.update(dict.fromkeys(agencies.difference(weights), worth))
        counted += len(agencies)
        if counted > POSTINGS:
            break
    total: dict[int, float] = defaultdict(float)
    for weights in given.values():
        for agency_id, worth in weights.items():
            total[agency_id] += worth
    return total


def _finalists(plain: str, rows: Sequence[_Row], weights: dict[int, float]) -> set[str]:
    """Names worth scoring in full; many agencies of one name count once."""
    weight_of: dict[str, float] = {}
    letters: dict[str, str] = {}
    for row in rows:
        weight_of[row.name] = max(weights[row.agency_id], weight_of.get(row.name, 0.0))
        letters[row.name] = row.plain
    by_keys = sorted([(weight, name) for name, weight in weight_of.items()], reverse=True)[:FINALISTS]
    by_letters = extract(plain, letters, scorer=fuzz.token_sort_ratio, limit=FINALISTS)
    return {*(name for _, name in by_keys), *(name for _, _, name in by_letters)}


def _by_characters(rows: Sequence[_Row]) -> list[_Row]:
    """The names that can answer a question in Chinese: of an agency whose characters are known, its Chinese ones alone.

    Dozens of names sound alike: had its characters been meant, they would have matched.
    """
    are_chinese = [has_chinese(row.plain) for row in rows]
    known = {row.agency_id for row, is_chinese in zip(rows, are_chinese, strict=True) if is_chinese}
    return [row for row, is_chinese in zip(rows, are_chinese, strict=True) if is_chinese or row.agency_id not in known]


def _best(rows: Iterable[_Row], matches: dict[str, Match], floor: float) -> Iterable[Hit]:
    """Each agency by its best name; of equal names the legal one."""
    best: dict[int, Hit] = {}
    for row in rows:
        match = matches.get(row.name)
        if match is None or match.score < floor:
            continue
        known = best.get(row.agency_id)
        if known is None or (match.score, row.kind is NameKind.LEGAL) > (known.score, known.kind is NameKind.LEGAL):
            best[row.agency_id] = Hit(row.agency_id, row.name, row.kind, round(match.score, 2), match.how)
    return best.values()
