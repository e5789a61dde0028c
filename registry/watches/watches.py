"""Watches of organisations: made, changed, paused, ended and read; and where the numbers of an uploaded list lead.

Each sees its own alone; another's is not there.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from registry.core import calls, clock, errors, ids
from registry.core.db import engine, locking, reading
from registry.core.keyring import Keyring
from registry.log.models import LogState
from registry.organisations.models import OrganisationActor
from registry.register.agencies import keys, queries
from registry.register.agencies.models import Agency, LookupKey
from registry.vocabulary import codes, register
from registry.vocabulary.watches import EventType, WatchKind
from registry.watches.models import Watch, WatchTarget
from registry.watches.rules import SearchCriteria

PURPOSE = "watch-numbers"

MAX_HOLDERS = 20
"""Most holders of one number that are watched for it; a number with more identifies none."""


class Number(NamedTuple):
    """One line of a list: a licence number or an identifier of any scheme, and the country if it says one."""

    text: str
    country: str | None = None


class Leads(NamedTuple):
    """Where a line leads: row ids of agencies, with the licence that a licence number named."""

    line: int
    to: tuple[tuple[int, str | None], ...]
    digest: str


def find_leads(session: Session, keyring: Keyring, numbers: Sequence[Number]) -> list[Leads]:
    """Where each line leads now, in their order; lines count from 1."""
    wanted: dict[str, list[int]] = defaultdict(list)
    for line, number in enumerate(numbers, start=1):
        for value in _values(number):
            wanted[value].append(line)
    found: dict[int, set[tuple[int, str | None]]] = defaultdict(set)
    values = list(wanted)
    for first in range(0, len(values), 500):
        query = select(LookupKey.kind, LookupKey.value, LookupKey.agency_id, LookupKey.licence).where(
            LookupKey.kind.in_([keys.LICENCE_NUMBER, *register.IdentifierScheme]),
            LookupKey.value.in_(values[first : first + 500]),
            LookupKey.superseded_at.is_(None),
        )
        for _kind, value, agency_id, licence in session.execute(query):
            for line in wanted[value]:
                found[line].add((agency_id, licence))
    return [
        Leads(line, tuple(sorted(found[line], key=str)[:MAX_HOLDERS]), digest_of(keyring, _significant(number)))
        for line, number in enumerate(numbers, start=1)
    ]


def _values(number: Number) -> list[str]:
    key = keys.number_key(number.text)
    countries = [number.country] if number.country else sorted(register.EU_STATES | register.SENDING_COUNTRIES)
    return [key, *(f"{country}:{key}" for country in countries)]


def _significant(number: Number) -> str:
    key = keys.number_key(number.text)
    return f"{number.country}:{key}" if number.country else key


def digests_of_key(keyring: Keyring, kind: str, value: str) -> list[str]:
    """Under which digests a key of an agency may be waited for."""
    if kind == keys.NAME:
        return []
    forms = {value, value.partition(":")[2]} if kind == register.IdentifierScheme.REGISTRATION_NUMBER else {value}
    return [digest_of(keyring, form) for form in sorted(forms)]


def digest_of(keyring: Keyring, text: str) -> str:
    return keyring.digest(PURPOSE, text)


MAX_WATCHES = 1000
MAX_NUMBERS = 20_000
"""Numbers in one list."""


class Listed(NamedTuple):
    """Result of an uploaded list: how many lines lead to an agency, and which lines do not yet."""

    known: int
    waited_for: tuple[int, ...]


def watch_agency(call: calls.Call[OrganisationActor], agency: str, label: str) -> Watch:
    """Watch an agency with all its licences. Raises InvalidInput when there is no such agency."""
    row = queries.agency_row(call.session, ids.read_reference(agency) or "")
    if row is None:
        raise errors.InvalidInput(
            [errors.Fault("agency_id", codes.Problem.INVALID_VALUE, "is no agency of this registry")]
        )
    watch = _add_watch(call, WatchKind.AGENCY, label)
    call.session.add(WatchTarget(watch_id=watch.id, agency_id=row.id))
    call.session.flush()
    return watch


def watch_licence(call: calls.Call[OrganisationActor], licence: str, label: str) -> Watch:
    """Watch one licence, and its holder. Raises InvalidInput when there is no such licence."""
    row = queries.licence_row(call.session, ids.read_reference(licence) or "")
    if row is None:
        raise errors.InvalidInput(
            [errors.Fault("licence_id", codes.Problem.INVALID_VALUE, "is no licence of this registry")]
        )
    watch = _add_watch(call, WatchKind.LICENCE, label)
    call.session.add(WatchTarget(watch_id=watch.id, agency_id=row.agency_id, licence=row.reference))
    call.session.flush()
    return watch


def watch_list(
    call: calls.Call[OrganisationActor], keyring: Keyring, numbers: Sequence[Number], label: str
) -> tuple[Watch, Listed]:
    """Watch the agencies that the numbers lead to, now or once they are entered.

    The numbers themselves are not stored.
    """
    leads = _leads(call.session, keyring, numbers)
    watch = _add_watch(call, WatchKind.LIST, label)
    return watch, _save_targets(call.session, watch, leads)


def replace_list(
    call: calls.Call[OrganisationActor], keyring: Keyring, reference: str, numbers: Sequence[Number]
) -> tuple[Watch, Listed]:
    """Put another list in the place of the former. Raises NotFound, NotNow, StaleVersion, InvalidInput."""
    watch = lock_watch(call, reference)
    if watch.kind is not WatchKind.LIST:
        raise errors.NotNow("this watch is no list: end it, and make one of a list")
    leads = _leads(call.session, keyring, numbers)
    call.session.execute(delete(WatchTarget).where(WatchTarget.watch_id == watch.id))
    watch.version += 1
    return watch, _save_targets(call.session, watch, leads)


def watch_search(call: calls.Call[OrganisationActor], criteria: Mapping[str, str], label: str) -> Watch:
    """Watch whatever answers to a search.

    Raises InvalidInput when it asks nothing: that would be the whole registry.
    """
    search = SearchCriteria(**criteria)
    stated = {name: value for name, value in search._asdict().items() if value is not None}
    if not stated:
        detail = f"must ask for at least one of {', '.join(SearchCriteria._fields)}"
        raise errors.InvalidInput([errors.Fault("criteria", codes.Problem.MISSING, detail)])
    return _add_watch(call, WatchKind.SEARCH, label, criteria=stated)


def change(
    call: calls.Call[OrganisationActor],
    reference: str,
    *,
    label: str | None = None,
    is_paused: bool | None = None,
    types: Sequence[EventType] | None = None,
) -> Watch:
    """Rename, pause or resume a watch, or choose its types of events; what came meanwhile is never delivered later.

    Raises NotFound, StaleVersion.
    """
    watch = lock_watch(call, reference)
    if label is not None:
        watch.label = read_label(label)
    if is_paused is not None:
        watch.is_paused = is_paused
    if types is not None:
        watch.types = chosen_types(types)
    watch.version += 1
    call.session.flush()
    return watch


def end(call: calls.Call[OrganisationActor], reference: str) -> None:
    """Delete a watch; only events already in the feed remain. Raises NotFound, StaleVersion."""
    watch = lock_watch(call, reference)
    call.session.execute(delete(WatchTarget).where(WatchTarget.watch_id == watch.id))
    call.session.delete(watch)
    call.session.flush()


def lock_watch(call: calls.Call[OrganisationActor], reference: str) -> Watch:
    """Lock a watch of the organisation that acts. Raises NotFound for any other's, StaleVersion."""
    its = (Watch.reference == ids.read_reference(reference), Watch.organisation_id == call.actor.id)
    return locking.lock(
        call.session, Watch, *its, version=call.version, missing="there is no such watch of your organisation"
    )


def _add_watch(
    call: calls.Call[OrganisationActor], kind: WatchKind, label: str, criteria: dict[str, Any] | None = None
) -> Watch:
    count = call.session.execute(
        select(func.count()).select_from(Watch).where(Watch.organisation_id == call.actor.id)
    ).scalar_one()
    if count >= MAX_WATCHES:
        raise errors.NotNow(f"you have {count} watches, the most there may be: put agencies into one list, or end some")
    watch = Watch(
        reference=ids.new_reference(),
        organisation_id=call.actor.id,
        label=read_label(label),
        kind=kind,
        criteria=criteria,
        is_paused=False,
        made_on=clock.day_at(call.at, None),
        from_index=call.session.execute(select(LogState.size)).scalar_one_or_none() or 0,
        version=0,
    )
    call.session.add(watch)
    call.session.flush()
    return watch


def _leads(session: Session, keyring: Keyring, numbers: Sequence[Number]) -> list[Leads]:
    if not 1 <= len(numbers) <= MAX_NUMBERS:
        detail = f"must be 1 to {MAX_NUMBERS:,} numbers; make several lists of more"
        raise errors.InvalidInput([errors.Fault("numbers", codes.Problem.INVALID_VALUE, detail)])
    blank = next((line for line, number in enumerate(numbers, start=1) if not number.text.strip()), None)
    if blank is not None:
        raise errors.InvalidInput(
            [errors.Fault(f"numbers[{blank - 1}]", codes.Problem.MISSING, "is empty: leave the line out")]
        )
    return find_leads(session, keyring, numbers)


def _save_targets(session: Session, watch: Watch, leads: Sequence[Leads]) -> Listed:
    rows: list[tuple[Any, ...]] = []
    for one in leads:
        rows += [(watch.id, agency_id, licence, one.line, None) for agency_id, licence in one.to]
        if not one.to:
            rows.append((watch.id, None, None, one.line, one.digest))
    engine.bulk_insert(session, WatchTarget, ("watch_id", "agency_id", "licence", "line", "digest"), rows)
    waited_for = tuple(one.line for one in leads if not one.to)
    return Listed(len(leads) - len(waited_for), waited_for)


def chosen_types(types: Sequence[EventType]) -> list[str] | None:
    """A choice of types as it is stored; None, for all, of an empty one."""
    return sorted(set(types)) or None


MAX_LABEL = 120


def read_label(text: str) -> str:
    """One tidy line. Raises InvalidInput."""
    tidy = " ".join(text.split())
    if not 1 <= len(tidy) <= MAX_LABEL or not tidy.isprintable():
        detail = f"must be 1 to {MAX_LABEL} characters on one line"
        raise errors.InvalidInput([errors.Fault("label", codes.Problem.INVALID_VALUE, detail)])
    return tidy


class WatchView(NamedTuple):
    """A watch, with how many lines of a list lead to an agency and how many to none yet; of any other, the agency."""

    watch: Watch
    known: int
    waited_for: int
    agency: str | None = None
    licence: str | None = None


def watches_of(session: Session, organisation_id: int, page: reading.Page | None = None) -> list[WatchView]:
    """The watches of an organisation, the newest first: a page of them, or all."""
    query = reading.newest_first(select(Watch).where(Watch.organisation_id == organisation_id), Watch.id, page)
    return _watch_views(session, session.execute(query).scalars().all())


def watch_named(session: Session, organisation_id: int, reference: str) -> WatchView:
    """Raises NotFound for another organisation's, in the same words."""
    its = Watch.reference == ids.read_reference(reference), Watch.organisation_id == organisation_id
    found = locking.find(session, Watch, *its, missing="there is no such watch of your organisation")
    return _watch_views(session, [found])[0]


def _watch_views(session: Session, watches: Sequence[Watch]) -> list[WatchView]:
    watch_ids = [watch.id for watch in watches]
    query = (
        select(
            WatchTarget.watch_id,
            func.count(WatchTarget.agency_id.distinct()),
            func.count(WatchTarget.digest),
            func.min(Agency.reference),
            func.min(WatchTarget.licence),
        )
        .outerjoin(Agency, Agency.id == WatchTarget.agency_id)
        .where(WatchTarget.watch_id.in_(watch_ids))
        .group_by(WatchTarget.watch_id)
    )
    counted = {row[0]: row for row in session.execute(query)}
    views = []
    for watch in watches:
        _, known, waits, agency, licence = counted.get(watch.id, (watch.id, 0, 0, None, None))
        is_one = known + waits == 1 and watch.kind in ("agency", "licence")
        views.append(WatchView(watch, known, waits, agency if is_one else None, licence if is_one else None))
    return views
