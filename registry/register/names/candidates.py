"""Candidates of a search: which agencies share keys with a question, and how telling those keys are."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from math import log2

from sqlalchemy.orm import Session

from registry.core.db.reading import SelectAmong
from registry.register.names.keys import Evidence
from registry.register.names.models import FreshPosting, NameBucket
from registry.register.names.postings import agencies_under, bucket_of, unpacked

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

_BUCKETS = SelectAmong(NameBucket.bucket, NameBucket.bucket, NameBucket.postings)
_FRESH = SelectAmong(FreshPosting.key, FreshPosting.key, FreshPosting.agency_id)


def weights(session: Session, keys: Mapping[int, Evidence]) -> dict[int, float]:
    """Candidates, each with how telling the keys are that it shares: a key of few agencies tells more."""
    given: dict[Evidence, dict[int, float]] = {evidence: {} for evidence in Evidence}
    neighbours = given[Evidence.NEIGHBOURS]
    counted = list(_counted(_found(session, keys)))
    for key, agencies in counted:
        if keys[key] is Evidence.NEIGHBOURS:
            worth = _worth(Evidence.NEIGHBOURS, len(agencies))
            for agency_id in agencies:
                neighbours[agency_id] = neighbours.get(agency_id, 0.0) + worth
    # The rarest key tells the most: it comes last and stays.
    for key, agencies in reversed(counted):
        evidence = keys[key]
        if evidence is not Evidence.NEIGHBOURS:
            given[evidence].update(dict.fromkeys(agencies, _worth(evidence, len(agencies))))
    total, *others = given.values()
    for some in others:
        for agency_id, worth in some.items():
            total[agency_id] = total.get(agency_id, 0.0) + worth
    return total


def heaviest(weighed: Mapping[int, float], count: int) -> list[int]:
    """The agencies that weigh most; of those that weigh the same the first."""
    # A sort keeps the order of equals, also in reverse.
    return sorted(sorted(weighed), key=weighed.__getitem__, reverse=True)[:count]


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


def _found(session: Session, keys: Collection[int]) -> dict[int, Collection[int]]:
    """The agencies under each key that has any."""
    by_bucket: dict[int, list[int]] = defaultdict(list)
    for key in keys:
        by_bucket[bucket_of(key)].append(key)
    found: dict[int, Collection[int]] = {}
    for bucket, body in _BUCKETS.rows(session, list(by_bucket)):
        postings = unpacked(body)
        for key in by_bucket[bucket]:
            if agencies := agencies_under(key, postings):
                found[key] = agencies
    for key, agency_id in _FRESH.rows(session, list(keys)):
        # Few are fresh at any time. What is in the bucket as well counts once.
        found[key] = {*found.get(key, ()), agency_id}
    return found
