"""What happened, read from two records of one thing; whether a saved search finds it; when a webhook that failed is tried again.

Pure. The records are those of two entries of the public log (docs/users/entry-format.md) with their digests opened:
what is told to watchers is what everybody could have read.
"""

import math
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple

from registry.supervision.licensing.deposit_rules import required_of
from registry.vocabulary.register import STATUSES, Answer, LicenceKind, LicenceStatus
from registry.vocabulary.watches import EXPIRY_DAYS, EventType

RecordMapping = Mapping[str, Any]

PUBLISH_UNTIL = "publish_until"
"""Beside former values: the last day on which they may be shown."""


class Happening(NamedTuple):
    """One event, with the details that may be disclosed and the last day on which they may be.

    Among the details `before` has the former values of what changed. No name, number or address stands in it: what a
    natural person erases must not stand in events.
    """

    type: EventType
    data: Mapping[str, Any] = {}
    publish_until: str | None = None


_ENDED_AS: Mapping[LicenceStatus, EventType] = {
    LicenceStatus.SUSPENDED: EventType.LICENCE_SUSPENDED,
    LicenceStatus.REVOKED: EventType.LICENCE_REVOKED,
    LicenceStatus.REVOKED_IMMEDIATE: EventType.LICENCE_REVOKED,
    LicenceStatus.RENEWAL_REFUSED: EventType.LICENCE_REVOKED,
    LicenceStatus.BANNED: EventType.LICENCE_REVOKED,
    LicenceStatus.ANNULLED_ENTITY_DISSOLVED: EventType.LICENCE_ENDED,
    LicenceStatus.SURRENDERED: EventType.LICENCE_ENDED,
    LicenceStatus.EXPIRED: EventType.LICENCE_ENDED,
    LicenceStatus.WINDING_DOWN: EventType.LICENCE_WINDING_DOWN,
    LicenceStatus.DELISTED: EventType.LICENCE_DELISTED,
    LicenceStatus.REVOCATION_PENDING_APPEAL: EventType.LICENCE_REVOCATION_PENDING,
}
_NOT_GRANTED = frozenset({LicenceStatus.APPLIED, LicenceStatus.REFUSED})
_SCOPE = ("corridors", "sectors", "activities")


def licence_events(old: RecordMapping | None, new: RecordMapping) -> list[Happening]:
    """What became of a licence: its status first, then its conditions, scope and term."""
    found = [*_status_events(old, new)]
    if old is None:
        return found
    if old.get("conditions") != new.get("conditions"):
        data = {"conditions": _codes(new), "before": {"conditions": _codes(old)}}
        found.append(Happening(EventType.LICENCE_CONDITIONS_CHANGED, data))
    scope = [field for field in _SCOPE if old.get(field) != new.get(field)]
    if scope:
        data = _fields(new, scope) | {"before": _fields(old, scope)}
        found.append(Happening(EventType.LICENCE_SCOPE_CHANGED, data))
    term, former_term = (_fields(stated, ("valid_from", "valid_to")) for stated in (new, old))
    if term != former_term:
        found.append(Happening(EventType.LICENCE_TERM_CHANGED, term | {"before": former_term}))
    return found


def _codes(stated: RecordMapping) -> list[str]:
    return sorted({one["code"] for one in stated.get("conditions") or ()})


def _status_events(old: RecordMapping | None, new: RecordMapping) -> Iterable[Happening]:
    before, after = _latest(old), _latest(new)
    if after is None or (
        before is not None and all(before.get(one) == after.get(one) for one in ("status", "from", "to"))
    ):
        return
    status = LicenceStatus(after["status"])
    was = None if before is None else LicenceStatus(before["status"])
    word = _ENDED_AS.get(status)
    if word is None:
        may = STATUSES[status].recruit is Answer.YES
        if old is None or was in _NOT_GRANTED:
            word = EventType.LICENCE_ISSUED if may else EventType.LICENCE_STATUS_CHANGED
        elif may and was in _ENDED_AS:
            word = EventType.LICENCE_BACK_IN_ORDER
        else:
            word = EventType.LICENCE_STATUS_CHANGED
    names = ("status", "from", "to")
    former = {} if before is None else {"before": _fields(before, (*names, PUBLISH_UNTIL))}
    yield Happening(word, _fields(after, names) | former, after.get(PUBLISH_UNTIL))


def _latest(stated: RecordMapping | None) -> RecordMapping | None:
    """The latest period with a stated status; None where none is stated or it may not be shown."""
    periods = (stated or {}).get("status_history") or ()
    return periods[-1] if periods and "status" in periods[-1] else None


def agency_events(
    old: RecordMapping | None, new: RecordMapping, kinds: Collection[LicenceKind], today: date
) -> list[Happening]:
    """What became of an agency itself. `kinds` are those of the licences it holds, for what its deposit has to be."""
    if old is None:
        return [Happening(EventType.AGENCY_REGISTERED)]
    if "withheld" in new or "withheld" in old:
        # Its holder's name was erased, here or before: nothing can be compared, and nothing more is told.
        return []
    found: list[Happening] = []
    if _values(old, "identifiers", "scheme", "value") != _values(new, "identifiers", "scheme", "value"):
        schemes, former = (sorted({one["scheme"] for one in part.get("identifiers") or ()}) for part in (new, old))
        data = {"schemes": schemes, "before": {"schemes": former}}
        found.append(Happening(EventType.AGENCY_IDENTIFIER_CHANGED, data))
    if _values(old, "names", "kind", "name") != _values(new, "names", "kind", "name"):
        found.append(Happening(EventType.AGENCY_NAME_CHANGED))
    changed = _values(old, "channels", "kind", "value", "to") ^ _values(new, "channels", "kind", "value", "to")
    if changed:
        found.append(Happening(EventType.AGENCY_CHANNEL_CHANGED, {"kinds": sorted({one[0] for one in changed})}))
    if new.get("dissolved_on") and not old.get("dissolved_on"):
        found.append(Happening(EventType.AGENCY_DISSOLVED, {"dissolved_on": new["dissolved_on"]}))
    found += _warning_events(old, new, today)
    found += _deposit_events(old, new, kinds, today)
    found += _sanction_events(old, new)
    return found


def _values(stated: RecordMapping, family: str, *fields: str) -> set[tuple[Any, ...]]:
    return {tuple(one.get(field) for field in fields) for one in stated.get(family) or ()}


def _warning_events(old: RecordMapping, new: RecordMapping, today: date) -> Iterable[Happening]:
    before, after = (
        sum(_is_in_force(one, today) for one in stated.get("clone_warnings") or ()) for stated in (old, new)
    )
    if after > before:
        yield Happening(EventType.AGENCY_CLONE_WARNING)
    elif after < before:
        yield Happening(EventType.AGENCY_CLONE_WARNING_ENDED)


def _deposit_events(
    old: RecordMapping, new: RecordMapping, kinds: Collection[LicenceKind], today: date
) -> Iterable[Happening]:
    wanted = required_of(kinds)
    if wanted is None or old.get("deposits") == new.get("deposits"):
        return
    before, after = (_deposited(stated, wanted[1], today) for stated in (old, new))
    if after < wanted[0] and after < before:
        data = {"required": str(wanted[0]), "missing": str(wanted[0] - after), "currency": wanted[1]}
        yield Happening(EventType.AGENCY_DEPOSIT_SHORTFALL, data)
    elif before < wanted[0] <= after:
        yield Happening(EventType.AGENCY_DEPOSIT_RESTORED)


def _deposited(stated: RecordMapping, currency: str, today: date) -> Decimal:
    parts = [one for one in stated.get("deposits") or () if one["currency"] == currency and _is_in_force(one, today)]
    return sum((Decimal(one["amount"]) for one in parts), Decimal(0))


def _is_in_force(part: RecordMapping, today: date) -> bool:
    day = today.isoformat()
    return (part.get("from") or day) <= day <= (part.get("to") or day)


def _sanction_events(old: RecordMapping, new: RecordMapping) -> Iterable[Happening]:
    before = {one["sanction_id"]: one for one in old.get("sanctions") or ()}
    for one in new.get("sanctions") or ():
        past = before.get(one["sanction_id"], {})
        if "withheld" in one:
            continue
        word = _sanction_word(past, one)
        if word is not None:
            former = {"before": _fields(past, ("from", "to", PUBLISH_UNTIL))} if past and "withheld" not in past else {}
            data = _fields(one, ("sanction_id", "kind", "licence_id", "from", "to")) | former
            yield Happening(word, data, one.get(PUBLISH_UNTIL))


def _sanction_word(past: RecordMapping, one: RecordMapping) -> EventType | None:
    if one.get("ended_as") != past.get("ended_as"):
        return EventType.SANCTION_OVERTURNED if one.get("ended_as") == "overturned" else EventType.SANCTION_LIFTED
    is_stayed, was_stayed = (bool(stated.get("is_stayed_by_appeal")) for stated in (one, past))
    if is_stayed and not was_stayed:
        return EventType.SANCTION_STAYED
    return EventType.SANCTION_IN_FORCE if not past or (was_stayed and not is_stayed) else None


def agreement_events(old: RecordMapping | None, new: RecordMapping) -> list[Happening]:
    data = _fields(new, ("agreement_id", "origin", "destination", "from", "to"))
    if old is None:
        return [Happening(EventType.AGREEMENT_REGISTERED, data)]
    is_ended = new.get("to") is not None and new.get("to") != old.get("to")
    data["before"] = _fields(old, ("origin", "destination", "from", "to"))
    return [Happening(EventType.AGREEMENT_ENDED if is_ended else EventType.AGREEMENT_CHANGED, data)]


def _fields(stated: RecordMapping, names: Iterable[str]) -> dict[str, Any]:
    return {name: stated[name] for name in names if stated.get(name) is not None}


class Ending(NamedTuple):
    """A licence whose last day is `last_day`, told of `days` before; 0 stands for the day after it."""

    last_day: date
    days: int


def endings_between(told_through: date, today: date) -> list[Ending]:
    """Which last days are told of on the days after `told_through` up to today, the nearest end last for each day."""
    days = [told_through + timedelta(days=number + 1) for number in range((today - told_through).days)]
    return [Ending(day + timedelta(days=left), left) for day in days for left in EXPIRY_DAYS] + [
        Ending(day - timedelta(days=1), 0) for day in days
    ]


class SearchCriteria(NamedTuple):
    """What a saved search asks of an agency and its licences; None asks nothing."""

    country: str | None = None
    role: str | None = None
    authority: str | None = None
    kind: str | None = None
    origin: str | None = None
    destination: str | None = None
    sector: str | None = None


def matches_search(search: SearchCriteria, agency: RecordMapping, licences: Iterable[RecordMapping]) -> bool:
    """Whether an agency answers to a search: itself, and one licence of it that satisfies all that is asked of licences.

    A scope that was not stated matches any corridor or sector: one event too many is better than one missed.
    """
    if search.country not in (None, agency.get("country")) or search.role not in (None, agency.get("role")):
        return False
    conditions = (search.authority, search.kind, search.origin, search.destination, search.sector)
    if all(one is None for one in conditions):
        return True
    return any(_licence_matches(search, licence) for licence in licences)


def _licence_matches(search: SearchCriteria, licence: RecordMapping) -> bool:
    if search.authority not in (None, licence.get("authority")) or search.kind not in (None, licence.get("kind")):
        return False
    corridors, sectors = licence.get("corridors"), licence.get("sectors")
    if corridors and not any(
        (search.origin is None or one.get("origin") in (None, search.origin))
        and (search.destination is None or one.get("destination") in (None, search.destination))
        for one in corridors
    ):
        return False
    return not (search.sector and sectors) or any(one["code"].startswith(search.sector) for one in sectors)


FIRST_PAUSE = timedelta(seconds=5)
MAX_PAUSE = timedelta(hours=6)
GIVEN_UP_AFTER = timedelta(days=3)
MAX_RETRY_AFTER = timedelta(hours=1)
NEWS_WITHIN = timedelta(minutes=1)
"""Within which a webhook is tried for something new, however long what failed before waits."""

TOLD_AFTER = timedelta(hours=1)
"""How long a webhook fails before its owners hear of it."""


def pause_after(attempts: int, retry_after: int | None = None, *, has_news: bool = False) -> timedelta:
    """How long to wait after so many attempts that failed: 5 s, 15 s, 45 s, ... at most six hours.

    `retry_after` are the seconds that the receiver asks for instead: between five seconds and an hour. `has_news`: something
    new came meanwhile and waits behind it.
    """
    if retry_after is not None:
        return max(FIRST_PAUSE, min(timedelta(seconds=retry_after), MAX_RETRY_AFTER))
    factor: int = 3 ** min(attempts - 1, 10)
    return min(FIRST_PAUSE * factor, NEWS_WITHIN if has_news else MAX_PAUSE)


def read_retry_after(text: str, at: datetime) -> int | None:
    """The seconds after `at` that `Retry-After` asks for, as a number or a date (RFC 9110); None for anything else."""
    text = text.strip()
    if text.isascii() and text.isdigit():
        return int(text[:9])
    try:
        stated = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    stated = stated if stated.tzinfo is not None else stated.replace(tzinfo=UTC)
    return max(0, math.ceil((stated - at).total_seconds()))


def is_given_up(queued_at: datetime, at: datetime) -> bool:
    return at - queued_at >= GIVEN_UP_AFTER


def is_disabled(failing_since: datetime | None, at: datetime) -> bool:
    """Whether a webhook that took nothing since then is switched off."""
    return failing_since is not None and at - failing_since >= GIVEN_UP_AFTER
