"""Numbers of an uploaded list: which agency each leads to, and what is stored of one that leads to none yet."""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.core.keyring import Keyring
from registry.register.agencies.keys import LICENCE_NUMBER, NAME, number_key
from registry.register.agencies.models import LookupKey
from registry.vocabulary.register import EU_STATES, SENDING_COUNTRIES, IdentifierScheme

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
            LookupKey.kind.in_([LICENCE_NUMBER, *IdentifierScheme]),
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
    key = number_key(number.text)
    countries = [number.country] if number.country else sorted(EU_STATES | SENDING_COUNTRIES)
    return [key, *(f"{country}:{key}" for country in countries)]


def _significant(number: Number) -> str:
    key = number_key(number.text)
    return f"{number.country}:{key}" if number.country else key


def digests_of_key(keyring: Keyring, kind: str, value: str) -> list[str]:
    """Under which digests a key of an agency may be waited for."""
    if kind == NAME:
        return []
    forms = {value, value.partition(":")[2]} if kind == IdentifierScheme.REGISTRATION_NUMBER else {value}
    return [digest_of(keyring, form) for form in sorted(forms)]


def digest_of(keyring: Keyring, text: str) -> str:
    return keyring.digest(PURPOSE, text)
