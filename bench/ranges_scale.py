"""Range files of a registry that is too large to be built for a bench as one is in life: what is left out, and what it cost.

Most agencies are stored as the public records that range files are made from, without tables of names and licences.
"""

import hashlib
import itertools
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session, sessionmaker

from bench import invented
from registry.core.db.engine import bulk_insert
from registry.core.ids import new_references
from registry.ranges import actions, rules
from registry.register.agencies import record
from registry.register.agencies.models import Agency, PublicRecord
from registry.register.agencies.prerendered import packed, prerender

BUILT_AT_MOST = 100_000
"""Agencies up to which all is done as in life."""

ADMITTED = invented.BATCH
"""So many agencies are admitted as in life, so that changes of them can be published."""

_COLUMNS = ("agency_id", "reference", "body", "etag", "withhold_on", "confirmed_at", "told")


def store_records(sessions: sessionmaker[Session], size: int) -> None:
    """Agencies 0 to `size` - 1; of those behind `ADMITTED` the reference and the record alone."""
    retrieved_at = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
    with sessions.begin() as session:
        invented.keep_ground(session)
        invented.admit_all(session, ADMITTED)
    for start in range(ADMITTED, size, invented.BATCH):
        numbers = range(start, min(start + invented.BATCH, size))
        references = iter(new_references(3 * len(numbers)))
        agencies = [invented.agency(n, references, retrieved_at) for n in numbers]
        with sessions.begin() as session:
            bulk_insert(
                session,
                Agency,
                ("id", "reference"),
                [(n + 1, a.agency_id) for n, a in zip(numbers, agencies, strict=True)],
            )
            bulk_insert(
                session, PublicRecord, _COLUMNS, [_row(n + 1, a) for n, a in zip(numbers, agencies, strict=True)]
            )


def _row(row_id: int, agency: record.Agency) -> tuple[Any, ...]:
    body = record.canonical(agency)
    digest = hashlib.sha256(body).digest()
    etag = digest.hex()[:16]
    return row_id, agency.agency_id, body, etag, None, None, packed(prerender(agency, etag, digest))


def asked_of_the_origin(
    sessions: sessionmaker[Session],
    questions: int,
    chance: random.Random,
    change: Callable[[], object],
    of_current: float,
) -> tuple[int, int]:
    """Requests that reach the registry and all that are sent, for a trace whose cache is counted and not run.

    nginx keeps tiles and files for good under their paths (`proxy_cache_key $uri`): the first request of each path reaches the
    registry; `of_current` do for the epoch. In the middle `change` is called, and its epoch is the one from there on.
    """
    seen: set[bytes] = set()
    sent = 0
    for half in range(2):
        with sessions() as session:
            epoch = actions.newest_epoch(session)
            assert epoch is not None
            stated = actions.record_of(epoch)
            ways = dict(_ways(session, stated))
        for prefix in itertools.islice(prefixes_asked(int(stated["p"]), int(stated["keys"]), chance), questions // 2):
            way = ways[prefix]
            seen.update(way)
            sent += 1 + len(way)
        if not half:
            change()
    return len(seen) + round(of_current), sent


def _ways(session: Session, stated: dict[str, Any]) -> Iterator[tuple[int, tuple[bytes, ...]]]:
    """Of each prefix the hashes that are fetched: tiles from the root on, then the file."""
    from registry.ranges.queries import stored_object

    def below(hash_: bytes, left: int, first: int, way: tuple[bytes, ...]) -> Iterator[tuple[int, tuple[bytes, ...]]]:
        if not left:
            yield first, (*way, hash_)
            return
        tile = stored_object(session, hash_.hex())
        rest = left - rules.top_bits(left)
        for place in range(len(tile) // 32):
            yield from below(tile[32 * place : 32 * place + 32], rest, first + (place << rest), (*way, hash_))

    yield from below(bytes.fromhex(stated["root"]), int(stated["p"]), 0, ())


UNKNOWN = 0.1
"""Share of questions about a number that no one holds: any file is as likely."""


def prefixes_asked(bits: int, keys: int, chance: random.Random) -> Iterator[int]:
    """Prefixes of questions without end, drawn as numbers of a register are: the n-th most asked for 1/n times as often."""
    weights = list(itertools.accumulate(1 / rank for rank in range(1, keys + 1)))
    while True:
        for rank in chance.choices(range(keys), cum_weights=weights, k=1000):
            number = rank if chance.random() > UNKNOWN else keys + chance.randrange(keys)
            yield rules.prefix_of(rules.key_hash(f"licence_number:{number}"), bits)
