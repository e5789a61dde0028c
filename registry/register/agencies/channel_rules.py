"""Rules on channels: when two spellings are one, what of an account may be shown, since when one has held. Pure.

Telephone numbers are compared in E.164, so that two ways of writing one number are one number.
"""

import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

import phonenumbers

from registry.core.faults import Message, message
from registry.vocabulary.register import ChannelKind

MAX_PHONE = 60


def e164(text: str, countries: Sequence[str]) -> frozenset[str]:
    """The numbers that a text may mean: as written with its country, or as dialled in one of the countries."""
    tidy = unicodedata.normalize("NFKC", text).strip()[:MAX_PHONE]
    if tidy.startswith("00"):
        tidy = f"+{tidy[2:]}"
    found = set()
    for country in countries:
        try:
            number = phonenumbers.parse(tidy, country)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_possible_number(number):
            found.add(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    return frozenset(found)


RECENT = timedelta(days=30)
"""How long a changed channel is not called a match: a stolen or bought channel is used at once."""

MAX_CHANNEL = 200

_SHOWN = re.compile(r"(?:[A-Z]{2} )?…?[0-9A-Z]{4}")
_ACCOUNT = re.compile(r"[0-9A-Z]{8,34}")


def account_text(number: str) -> str | None:
    """An account number in the one form that is digested: NFKC, upper case, letters and digits alone.

    None: it is none.
    """
    folded = unicodedata.normalize("NFKC", number).upper()
    stored = "".join(character for character in folded if character.isalnum())
    stored = stored.removeprefix("IBAN")
    is_one = _ACCOUNT.fullmatch(stored) is not None and sum(character.isdigit() for character in stored) >= 6
    return stored if is_one else None


def masked_account(account: str) -> str:
    """The public form of an account (`account_text`): the country of an IBAN and the last four characters."""
    is_iban = re.fullmatch(r"[A-Z]{2}[0-9]{2}[0-9A-Z]{11,30}", account) is not None
    return f"{account[:2]} …{account[-4:]}" if is_iban else f"…{account[-4:]}"


def is_masked_account(value: str) -> bool:
    """Whether a value is already what may be shown of an account, so that nothing is left to hide."""
    return _SHOWN.fullmatch(value) is not None


def channel_key(kind: ChannelKind, value: str) -> str:
    """Two values of one key are one channel, written in two ways."""
    folded = "".join(unicodedata.normalize("NFKC", value).casefold().split())
    if kind is ChannelKind.PHONE:
        digits = "".join(character for character in folded if character.isdigit() or character == "+")
        return f"+{digits[2:]}" if digits.startswith("00") else digits
    if kind is ChannelKind.WEBSITE:
        return re.sub(r"^https?://", "", folded).rstrip("/")
    return folded


def trouble_with(kind: ChannelKind, value: str) -> Message | None:
    """Why a value cannot be a channel of its kind, without repeating it; None when it can. Accounts apart."""
    if not value.strip() or len(value) > MAX_CHANNEL:
        return message("channel_length", most=MAX_CHANNEL)
    if any(unicodedata.category(character)[0] == "C" for character in value):
        return message("channel_unseen")
    if kind is ChannelKind.PHONE and not 6 <= sum(character.isdigit() for character in value) <= 15:
        return message("channel_phone")
    if kind is ChannelKind.EMAIL and re.fullmatch(r"[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;.]{2,}", value) is None:
        return message("channel_email")
    if (
        kind is ChannelKind.WEBSITE
        and re.fullmatch(r"(?i)(?:https?://)?[^\s/@.]+(?:\.[^\s/@.]+)+(?:/\S*)?", value) is None
    ):
        return message("channel_website")
    return None


class ChannelPeriod(NamedTuple):
    """A statement about a channel: from when until when the registry made it, and the days for which."""

    recorded_at: datetime
    superseded_at: datetime | None
    held_from: date | None
    held_to: date | None


def begun_at(periods: Sequence[ChannelPeriod], now: datetime) -> datetime | None:
    """Since when the registry has said without a gap that the channel holds; None when it did not.

    `periods` are all of one channel. One that was already over when it was said tells only of the past.
    """
    begun: datetime | None = None
    ended: datetime | None = None
    for period in sorted(periods, key=lambda one: one.recorded_at):
        last = _end_of(period.held_to)
        if period.recorded_at > now or (last is not None and last <= period.recorded_at):
            continue
        if begun is None or (ended is not None and period.recorded_at > ended):
            begun, ended = period.recorded_at, period.recorded_at
        ends = [end for end in (period.superseded_at, last) if end is not None]
        if ended is not None:
            ended = max(ended, min(ends)) if ends else None
    return begun


def changed_at(
    periods: Sequence[ChannelPeriod], known_at: datetime, known_from: date, now: datetime
) -> datetime | None:
    """When a channel became one of an agency that was known before; None for those with which it came.

    `known_at` is when the registry first recorded the agency, `known_from` the first day its record speaks of: a new
    agency's first channels replaced no others, unless they are stated to have begun later than it did.
    """
    began = begun_at(periods, now)
    changes = [began] if began is not None and began > known_at else []
    days = [one.held_from for one in periods if one.held_from is not None and one.superseded_at is None]
    changes += [datetime.combine(day, time(), UTC) for day in days if day > known_from]
    return max(changes, default=None)


def is_recent(changed: datetime | None, now: datetime) -> bool:
    """Whether a change is too fresh for its channel to be called a match."""
    return changed is not None and now - changed < RECENT


def _end_of(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), UTC) + timedelta(days=1)
