"""The status lists, derived from the entries below the published checkpoint and the days where authorities sit.

What a list needs is kept in memory by place, only of licences that are not plainly valid, and brought up to date by the
entries appended since. Replaying the log gives the same bits for the same days.
"""

import threading
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session, aliased

from registry.core.errors import NotFound
from registry.core.keyring import Signer
from registry.log.models import Entry, LogState
from registry.proofs.credentials import queries, rules, signing
from registry.register.agencies import record
from registry.register.agencies.models import Agency, Licence
from registry.register.authorities.queries import AuthorityDays, authority_days

MAX_AGENCIES_CAUGHT_UP = 20_000
"""Beyond so many changed agencies a list is read anew: it costs less."""

_CHUNK = 400


class _LicenceLeaf(msgspec.Struct):
    record: record.Licence


class _LoggedAgency(record.Agency, frozen=True):
    """As it is logged: an official's free words are digests there, which the public record's shape does not know."""

    clone_warnings: tuple[Any, ...] = ()


class _AgencyLeaf(msgspec.Struct):
    record: _LoggedAgency


_read_licence = msgspec.json.Decoder(_LicenceLeaf).decode
_read_agency = msgspec.json.Decoder(_AgencyLeaf).decode


class _Place(NamedTuple):
    """What is logged of one place: the authority by whose days it holds, and the values with their first days."""

    authority: str
    steps: rules.Steps


class _List(NamedTuple):
    """What the first `size` entries say of the places of one list."""

    size: int
    places: dict[int, _Place]


class _Token(NamedTuple):
    text: str
    size: int
    kid: str
    at: datetime
    days: AuthorityDays


class StatusLists:
    """The status lists of one process."""

    def __init__(self, issuer: str) -> None:
        self._issuer = issuer
        self._lists: dict[int, _List] = {}
        self._tokens: dict[int, _Token] = {}
        self._lock = threading.Lock()

    def token(self, session: Session, number: int, signer: Signer, now: datetime) -> str:
        """The signed list of a number; the same until the log grew, a day began somewhere or half its time to live is over.

        Raises NotFound for a list in which no licence has a place, NotIssuing before the first checkpoint.
        """
        checkpoint = queries.published_now(session)
        days = authority_days(session, now)
        with self._lock:
            existing = self._tokens.get(number)
            if existing is not None and _serves(existing, checkpoint.size, signer, now, days):
                return existing.text
            packed = rules.packed_list(self._values(session, number, checkpoint.size, days))
            claims = rules.status_claims(
                self._issuer, number, packed, issued_at=now, origin=checkpoint.origin, size=checkpoint.size
            )
            text = signing.compact_jws(signing.STATUS_TYPE, claims, signer)
            self._tokens[number] = _Token(text, checkpoint.size, signer.key.kid, now, days)
            return text

    def _values(self, session: Session, number: int, size: int, days: AuthorityDays) -> list[tuple[int, int]]:
        known = self._lists.get(number)
        if known is None and not 0 <= number <= _last_list(session):
            raise NotFound("there is no status list of this number: no licence has a place in it")
        if known is None or known.size > size:
            known = _List(size, _places(licences_in_log(session, size, _within(number))))
        elif known.size < size:
            known = _caught_up(session, number, known, size)
        self._lists[number] = known
        return [
            (place, value)
            for place, (authority, steps) in known.places.items()
            if (value := rules.value_on(steps, days.of(authority)))
        ]


def _serves(existing: _Token, size: int, signer: Signer, now: datetime, days: AuthorityDays) -> bool:
    is_young = 0 <= (now - existing.at).total_seconds() < rules.STATUS_TTL / 2
    return existing.size == size and existing.kid == signer.key.kid and is_young and existing.days == days


def _last_list(session: Session) -> int:
    places = session.execute(select(LogState.next_status_place)).scalar_one()
    return max(0, places - 1) // rules.PLACES


def _caught_up(session: Session, number: int, known: _List, size: int) -> _List:
    """The list with the entries from `known.size` to before `size` applied."""
    changed = session.execute(
        select(Entry.agency_id)
        .where(Entry.index >= known.size, Entry.index < size, Entry.agency_id.is_not(None))
        .distinct()
    ).scalars()
    row_ids = [row_id for row_id in changed if row_id is not None]
    if len(row_ids) > MAX_AGENCIES_CAUGHT_UP:
        return _List(size, _places(licences_in_log(session, size, _within(number))))
    places = dict(known.places)
    for start in range(0, len(row_ids), _CHUNK):
        these = and_(_within(number), Licence.agency_id.in_(row_ids[start : start + _CHUNK]))
        licences = list(licences_in_log(session, size, these))
        for licence, _ in licences:
            places.pop(licence.status_place % rules.PLACES, None)
        places |= _places(licences)
    return _List(size, places)


def licences_in_log(
    session: Session, size: int, which: ColumnElement[bool]
) -> Iterator[tuple[record.Licence, record.Agency]]:
    """What the first `size` entries say last of each licence of `which`, and of its agency."""
    holders = select(Licence.agency_id).where(which)
    last_of_agency = _last_index("agency/" + Agency.reference, size)
    query = select(Agency.id, Entry.leaf).join(Entry, Entry.index == last_of_agency).where(Agency.id.in_(holders))
    agencies = {row_id: _read_agency(leaf).record for row_id, leaf in session.execute(query)}
    last_of_licence = _last_index("licence/" + Licence.reference, size)
    licences = select(Licence.agency_id, Entry.leaf).join(Entry, Entry.index == last_of_licence).where(which)
    for agency_id, leaf in session.execute(licences).all():
        yield _read_licence(leaf).record, agencies[agency_id]


def _places(licences: Iterable[tuple[record.Licence, record.Agency]]) -> dict[int, _Place]:
    found = {}
    for licence, agency in licences:
        steps = rules.status_steps(licence, agency)
        if steps:
            found[licence.status_place % rules.PLACES] = _Place(licence.authority, steps)
    return found


def _within(number: int) -> ColumnElement[bool]:
    return and_(Licence.status_place >= number * rules.PLACES, Licence.status_place < (number + 1) * rules.PLACES)


def _last_index(key: ColumnElement[str], size: int) -> Any:
    """The index of the last entry of a key among the first `size`, looked up once for each row."""
    earlier = aliased(Entry)
    return select(func.max(earlier.index)).where(earlier.key == key, earlier.index < size).scalar_subquery()
