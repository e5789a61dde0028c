"""Finding agencies by name: candidates that share keys, then exact scoring. The same on both databases, in bounded time."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from math import log2
from typing import Any, NamedTuple

from rapidfuzz import fuzz
from rapidfuzz.process import extract
from sqlalchemy import Select, String, select, type_coerce
from sqlalchemy.sql.selectable import TableValuedAlias

from registry.core.db.reading import SelectAmong, SelectBeside, Source
from registry.register.names import postings, scoring, spelling, words
from registry.register.names.keys import Evidence, keys_of_readings
from registry.register.names.models import FreshPosting, IndexedName, NameBucket
from registry.register.names.query_variants import query_variants
from registry.vocabulary.register import Likeness, NameKind

POSTINGS = 3000
"""Postings that are counted for one question, those under the rarest keys first."""

_WORTH = {
    Evidence.WORD: 1.5,
    Evidence.SLIP: 0.7,
    Evidence.ALL_BUT_A_CHARACTER: 1.2,
    Evidence.NEIGHBOURS: 1.0,
    Evidence.WHOLE: 1.0,
}
"""A whole word that thousands share still tells more than a piece of one that few do; place and trade with all but one
character of a Chinese word tell more than a place and the length of the whole, which hundreds share."""


def _buckets_of(keys: TableValuedAlias) -> Select[tuple[int, bytes | None]]:
    """Each key with its bucket, None where there is none. An outer join, so that no database begins with the buckets."""
    bucket = NameBucket.bucket == postings.bucket_in_sql(keys.c.value)
    return select(keys.c.value, NameBucket.postings).select_from(keys).outerjoin(NameBucket, bucket)


_BUCKETS = SelectBeside(_buckets_of)
_FRESH = SelectAmong(FreshPosting.key, select(FreshPosting.key, FreshPosting.agency_id))


def weights(source: Source, keys: Mapping[int, Evidence]) -> dict[int, float]:
    """Candidates, each with how telling the keys are that it shares: a key of few agencies tells more."""
    given: dict[Evidence, dict[int, float]] = {evidence: {} for evidence in Evidence}
    neighbours = given[Evidence.NEIGHBOURS]
    counted = list(_counted(_agencies_by_key(source, keys)))
    for key, agencies in counted:
        if keys[key] is Evidence.NEIGHBOURS:
            _add(neighbours, dict.fromkeys(agencies, _worth(Evidence.NEIGHBOURS, len(agencies))))
    # The rarest key tells the most: it comes last and stays.
    for key, agencies in reversed(counted):
        evidence = keys[key]
        if evidence is not Evidence.NEIGHBOURS:
            weighed, worth = given[evidence], _worth(evidence, len(agencies))
            for agency_id in agencies:
                weighed[agency_id] = worth
    total, *others = given.values()
    for some in others:
        _add(total, some)
    return total


def _add(total: dict[int, float], more: dict[int, float]) -> None:
    """Add weights to others, of thousands of agencies; few have a weight in both."""
    sums = {agency_id: total[agency_id] + more[agency_id] for agency_id in total.keys() & more.keys()}
    total.update(more)
    total.update(sums)


def heaviest(weighed: Mapping[int, float], count: int) -> list[int]:
    """The agencies that weigh most; of those that weigh the same the first."""
    some = [*weighed]
    if len(some) > count:
        least = _least_of(weighed, count)
        some = [agency_id for agency_id, weight in weighed.items() if weight >= least]
    some.sort()
    # A sort keeps the order of equals, also in reverse.
    some.sort(key=weighed.__getitem__, reverse=True)
    return some[:count]


def _least_of(weighed: Mapping[Any, float], count: int) -> float:
    """The weight of the last of the `count` that weigh most: few of many need to be put in order by more than that."""
    return sorted(weighed.values(), reverse=True)[count - 1]


def _worth(evidence: Evidence, count: int) -> float:
    return _WORTH[evidence] * (21.0 - log2(count))


def _counted(found: Mapping[int, Collection[int]]) -> Iterator[tuple[int, Collection[int]]]:
    """Keys with their agencies, the rarest first, until enough postings are counted."""
    counted = 0
    for key in sorted(found, key=lambda key: (len(found[key]), key)):
        yield key, found[key]
        counted += len(found[key])
        if counted > POSTINGS:
            break


def _agencies_by_key(source: Source, keys: Collection[int]) -> dict[int, Collection[int]]:
    """The agencies under each key that has any.

    The fresh postings are read before the buckets: one that is folded between the two reads is found in both, not in neither.
    """
    fresh = _FRESH.rows(source, list(keys))
    found: dict[int, Collection[int]] = {}
    for key, body in _BUCKETS.rows(source, list(keys)):
        if body is not None and (agencies := postings.agencies_under(key, body)):
            found[key] = agencies
    for key, agency_id in fresh:
        # Few are fresh at any time. What is in the bucket as well counts once.
        found[key] = {*found.get(key, ()), agency_id}
    return found


CANDIDATES = 300
"""Agencies whose names are read for one question. More than that of one name are not told apart by it."""
FIRSTS, LIKES = 2, 8
"""Names found whose likes are looked for, and how many of each."""
ALIKE = 85.0
"""How much of their letters such names share at least: a character of ten, a word of one letter more."""
FILTERED = 3000
"""Candidates handed to a filter before the best of them are read."""


class _Look(NamedTuple):
    """How far is looked: up to which candidate, and how many names that share the most keys are scored in full.

    As many of the nearest letters are scored as well, of those that share at least `alike` of theirs.
    """

    candidates: int
    finalists: int
    alike: float


LOOKS = (_Look(100, 20, 60.0), _Look(CANDIDATES, 30, 0.0))
"""The second is taken where the first finds no name that can be taken for what is asked (`NEAR`), or where there may be more of
them: so many are found, or one among the lighter half of its candidates."""


class NameHit(NamedTuple):
    """An agency, the name by which it was found, how, and how well (0 to 100)."""

    agency_id: int
    name: str
    kind: NameKind
    score: float
    how: Likeness


Filter = Callable[[Sequence[int]], Collection[int]]
"""From row ids of agencies to those that are wanted."""


_Row = tuple[int, str, str, str]
"""An agency, the kind of a name of it, the name, and its plain letters."""

_NAMES = SelectAmong(
    IndexedName.agency_id,
    select(IndexedName.agency_id, type_coerce(IndexedName.kind, String), IndexedName.name, IndexedName.plain),
)


def search(
    source: Source, text: str, limit: int = 20, *, floor: float = scoring.FLOOR, wanted: Filter | None = None
) -> list[NameHit]:
    """Agencies whose name may be what is asked, the best first, each once by its best name; at most `limit`.

    Legal, trade, short and former names all count; names near to those of the first hits are there too. Order is the
    same for the same index: by score, then by agency. `wanted` filters before names are read, so that a filter costs no
    hits.
    """
    readings = query_variants(text)
    if not readings:
        return []
    weighed = weights(source, keys_of_readings(readings))
    if wanted is not None:
        some = heaviest(weighed, FILTERED)
        stored = set(wanted(some)) if some else set()
        weighed = {agency: weighed[agency] for agency in some if agency in stored}
    if not weighed:
        return []
    plain = spelling.folded(readings[0].normal)
    rows: list[_Row] = []
    finalists: set[str] = set()
    parts = _Parts()
    matches: dict[str, scoring.Match] = {}
    resembling = scoring.Resemblances()
    read = 0
    for look in LOOKS:
        candidates = heaviest(weighed, look.candidates)
        if others := candidates[read:]:
            rows += _NAMES.rows(source, others)
        read = look.candidates
        finalists |= _finalists(plain, rows, weighed, look)
        able = _by_characters(rows) if readings[0].is_chinese else rows
        for _, _, name, its_plain in able:
            if name in finalists and name not in matches:
                matches[name] = scoring.best_match(readings, parts.of(name, its_plain), floor, resembling)
        hits = sorted(_best(able, matches, floor), key=_order)
        near = {hit.agency_id for hit in hits if hit.score >= scoring.NEAR}
        if 0 < len(near) < look.finalists // 2 and near.isdisjoint(candidates[read // 2 : read]):
            break
    if floor < scoring.NEAR:
        hits = sorted([*hits, *_companions(hits, able, parts, floor)], key=_order)
    return hits[:limit]


def _order(hit: NameHit) -> tuple[float, int]:
    return -hit.score, hit.agency_id


class _Parts:
    """The names that one search compares, each taken apart once."""

    def __init__(self) -> None:
        self._known: dict[str, words.Parted] = {}

    def of(self, name: str, plain: str) -> words.Parted:
        part = self._known.get(name)
        if part is None:
            part = self._known[name] = words.part_stored(name, plain)
        return part


def _companions(hits: Sequence[NameHit], rows: Sequence[_Row], parts: _Parts, floor: float) -> Iterable[NameHit]:
    """Agencies whose name can be confused with that of one of the first hits: both must be shown together."""
    known = {hit.agency_id for hit in hits}
    letters = {name: plain for _, _, name, plain in rows}
    rows = [row for row in rows if row[0] not in known]
    others = {name: plain for _, _, name, plain in rows}
    near: dict[str, scoring.Match] = {}
    firsts = dict(reversed([(hit.name, hit.score) for hit in hits]))
    for name in list(dict.fromkeys(hit.name for hit in hits))[:FIRSTS]:
        first, resembling = parts.of(name, letters[name]), scoring.Resemblances()
        for _, _, other in extract(letters[name], others, scorer=fuzz.ratio, score_cutoff=ALIKE, limit=LIKES):
            match = scoring.best_match((first,), parts.of(other, others[other]), scoring.NEAR, resembling)
            if match.score >= scoring.NEAR and other not in near:
                near[other] = scoring.Match(max(floor, firsts[name] * match.score / 100.0), match.how)
    return _best(rows, near, floor)


def _finalists(plain: str, rows: Sequence[_Row], weighed: Mapping[int, float], look: _Look) -> set[str]:
    """Names worth scoring in full; many agencies of one name count once."""
    letters: dict[str, str] = {}
    weight_of: dict[str, float] = {}
    for agency_id, _, name, its_plain in rows:
        weight = weighed[agency_id]
        if name not in letters:
            letters[name] = its_plain
            weight_of[name] = weight
        elif weight > weight_of[name]:
            weight_of[name] = weight
    least = _least_of(weight_of, look.finalists) if len(weight_of) > look.finalists else 0.0
    heavy = [(weight, name) for name, weight in weight_of.items() if weight >= least]
    by_keys = sorted(heavy, reverse=True)[: look.finalists]
    by_letters = extract(plain, letters, scorer=fuzz.token_sort_ratio, score_cutoff=look.alike, limit=look.finalists)
    return {*(name for _, name in by_keys), *(name for _, _, name in by_letters)}


def _by_characters(rows: Sequence[_Row]) -> list[_Row]:
    """The names that can answer a question in Chinese: of an agency whose characters are known, its Chinese ones alone.

    Dozens of names sound alike: had its characters been meant, they would have matched.
    """
    are_chinese = [spelling.has_chinese(plain) for _, _, _, plain in rows]
    known = {row[0] for row, is_chinese in zip(rows, are_chinese, strict=True) if is_chinese}
    return [row for row, is_chinese in zip(rows, are_chinese, strict=True) if is_chinese or row[0] not in known]


def _best(rows: Iterable[_Row], matches: Mapping[str, scoring.Match], floor: float) -> Iterable[NameHit]:
    """Each agency by its best name; of equal names the legal one."""
    best: dict[int, tuple[float, bool, str, str, Likeness]] = {}
    for agency_id, kind, name, _ in rows:
        match = matches.get(name)
        if match is None or match.score < floor:
            continue
        score, how = match
        is_legal = kind == NameKind.LEGAL
        known = best.get(agency_id)
        if known is None or (score, is_legal) > known[:2]:
            best[agency_id] = (score, is_legal, kind, name, how)
    return [
        NameHit(agency_id, name, NameKind(kind), round(score, 2), how)
        for agency_id, (score, _, kind, name, how) in best.items()
    ]
