"""The cache key of an answer about a number, known before the question is judged.

Two answers with the same key have the same bytes. It covers the records found, byte for byte, the question, the lists and
the law, the days that it is where authorities sit, and which lists and licences are too old by now; the caller adds the
language and the release. A question whose answer depends on more has no key: a name is searched, an earlier instant is
read from the log, and a partner is told by the name in another record.
"""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple

import msgspec
from msgspec.structs import astuple

from registry.core.clock import day_at, end_of_day
from registry.register.agencies import record
from registry.register.agencies.lookup import KeyMatch, Stored
from registry.register.authorities.sources import SourceSnapshot
from registry.register.law.loading import Law, shipped_law
from registry.verification.verdicts.licence_rules import stale_at
from registry.verification.verdicts.question import Question, SubjectKind

_encode = msgspec.msgpack.Encoder(order="deterministic").encode
"""Sets and keys in one order, so that every process makes the same digest."""

_APART = frozenset({SubjectKind.NAME, SubjectKind.LAW})

_NEVER = datetime.max.replace(tzinfo=UTC)


class Moment(NamedTuple):
    """A time in which neither a day begins where an authority sits, nor a list becomes too old, of one state of the lists."""

    snapshot: SourceSnapshot | None
    begin: datetime
    end: datetime
    digest: bytes


NO_MOMENT = Moment(None, _NEVER, _NEVER, b"")


def moment_at(snapshot: SourceSnapshot, at: datetime, last: Moment = NO_MOMENT) -> Moment:
    """The moment that an instant lies in: `last`, where it still does."""
    if last.snapshot is snapshot and last.begin <= at < last.end:
        return last
    zones = sorted(snapshot.time_zones())
    stale = [source.stale_at() for source in snapshot.sources.values()]
    ends = [end_of_day(at, name) for name in (None, *zones)]
    ends += [one for one in stale if one is not None and one > at]
    days = [day_at(at, name).isoformat() for name in (None, *zones)]
    are_stale = [one is not None and at >= one for one in stale]
    whole = hashlib.blake2b(_of_snapshot(snapshot), digest_size=16)
    whole.update(_of_law(snapshot.law or shipped_law()))
    whole.update(_encode((days, are_stale)))
    return Moment(snapshot, at, min(ends), whole.digest())


def _of_snapshot(snapshot: SourceSnapshot) -> bytes:
    return hashlib.blake2b(_encode((snapshot.authorities, snapshot.sources)), digest_size=16).digest()


@lru_cache(4)
def _of_law(law: Law) -> bytes:
    """Two laws are the same only if they are one object, so each is read once."""
    return hashlib.blake2b(_encode((law.countries, law.overlaid, law.overlay, law.withdrawn)), digest_size=16).digest()


class LicenceOnList(msgspec.Struct, frozen=True, gc=False):
    """Of a licence, on which list it stands and when it was first read there."""

    source: str
    retrieved_at: datetime


class RecordInShort(msgspec.Struct, frozen=True, gc=False):
    """What a cache key reads of a record; the whole takes three times as long to decode."""

    licences: tuple[LicenceOnList, ...] = ()
    agreements: tuple[msgspec.Raw, ...] = ()


read_in_short = msgspec.json.Decoder(RecordInShort).decode


class CacheKey(msgspec.Struct, frozen=True, gc=False):
    """What determines an answer but for its language, to be digested, and the first instant at which it may be another."""

    determinants: bytes
    until: datetime


def cache_key_of(
    question: Question,
    found: KeyMatch,
    records: Sequence[record.Agency | RecordInShort],
    now: datetime,
    moment: Moment,
) -> CacheKey | None:
    """The cache key of an answer given at `now`; None where it depends on more than is read here.

    `records` are those found, whole or in short, and `moment` the one that `now` lies in.
    """
    if question.kind in _APART or question.known_at is not None or question.claimed_name is not None:
        return None
    assert moment.snapshot is not None
    sources = moment.snapshot.sources
    until, are_stale = moment.end, []
    for stored, one in zip(found.records, records, strict=True):
        if one.agreements:
            return None
        for licence in one.licences:
            # A list of which each licence grows old by itself.
            end = stale_at(licence.retrieved_at, sources.get(licence.source), stored.confirmed_at)
            is_stale = end is not None and now >= end
            are_stale.append(is_stale)
            if end is not None and not is_stale:
                until = min(until, end)
    records_read = [_of_record(stored) for stored in found.records]
    return CacheKey(moment.digest + _encode((astuple(question), found.is_more, records_read, are_stale)), until)


def _of_record(stored: Stored) -> tuple[object, ...]:
    licences = None if stored.licences is None else sorted(stored.licences)
    return stored.body, stored.withhold_on, stored.confirmed_at, licences
