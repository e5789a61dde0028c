"""The ground a verdict stands on: authorities, their lists, and how fresh each was at an instant. Pure values.

An authority's own list is what its officers state here by their acts. A list may hold everybody of some places in China, by
their code (GB/T 2260): a unified social credit code keeps the place where the company was first registered for life (GB
32100-2015, characters 3 to 8). It tells in which list to look first; a company that moved is licensed elsewhere.
"""

import hashlib
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files

from registry.register.law.loading import Law
from registry.vocabulary.register import Activity, LicenceKind


@dataclass(frozen=True, slots=True)
class AuthorityFacts:
    """An authority: `names` maps page languages to its name."""

    reference: str
    country: str
    time_zone: str
    names: dict[str, str]
    website: str | None = None


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """A list as it stood at some instant.

    `retrieved_at` is its last reading by then, None if it had not been read yet; `first_retrieved_at` its first. `prints`
    are the numbers it shows of everybody on it: identifier schemes and `licence_number`. `is_full` is False where the
    last reading lost rows. `territory` are the places in China whose licence holders it holds, all of them if
    it is full, whichever authority there licensed them. `activities` are those that the list is about where its kind does
    not say (`other_eu`): on any other its silence proves nothing. `region` is the part of the country whose licences it
    holds, where licences go by region.
    """

    reference: str
    authority: str
    country: str
    kinds: frozenset[LicenceKind]
    prints: frozenset[str]
    is_full: bool
    is_national: bool
    fresh_for_days: int
    first_retrieved_at: datetime | None
    retrieved_at: datetime | None
    territory: frozenset[str] = frozenset()
    activities: frozenset[Activity] = frozenset()
    region: str = ""

    def is_about(self, kind: LicenceKind, activity: Activity) -> bool:
        """Whether the list holds licences of a kind for an activity."""
        return kind in self.kinds and (kind is not LicenceKind.OTHER_EU or activity in self.activities)

    def stale_at(self) -> datetime | None:
        """The instant from which it may no longer be relied on; None if it never goes stale."""
        if self.fresh_for_days == 0:
            return None
        return (
            self.retrieved_at + timedelta(days=self.fresh_for_days)
            if self.retrieved_at
            else datetime.min.replace(tzinfo=UTC)
        )


@dataclass(frozen=True, slots=True)
class SourceSnapshot:
    """All authorities and sources by reference, as the registry knew them at one instant.

    `law`: the law with the overlays that were in force; None stands for the law as it was released.
    """

    version: int = 0
    authorities: dict[str, AuthorityFacts] = field(default_factory=dict)
    sources: dict[str, SourceFacts] = field(default_factory=dict)
    law: Law | None = None

    @property
    def law_overlay(self) -> int | None:
        """The version of the last overlay of the law; None for the law as it was released."""
        return None if self.law is None else self.law.overlay

    def time_zone(self, authority: str | None) -> str | None:
        facts = self.authorities.get(authority) if authority else None
        return facts.time_zone if facts else None

    def time_zones(self) -> set[str]:
        """Where days begin: the zones of all authorities."""
        return {facts.time_zone for facts in self.authorities.values()}

    def authorities_of(self, country: str) -> list[AuthorityFacts]:
        return [facts for facts in self.authorities.values() if facts.country == country]


_PREFIX = "desk:"
_MAX_LENGTH = 40


def desk_list(authority: str) -> str:
    """The reference of the list that an authority keeps here; no list that is read may have one of this form."""
    whole = f"{_PREFIX}{authority}"
    if len(whole) <= _MAX_LENGTH:
        return whole
    return f"{whole[: _MAX_LENGTH - 9]}-{hashlib.sha256(authority.encode()).hexdigest()[:8]}"


def is_desk_list(source: str) -> bool:
    return source.startswith(_PREFIX)


_USCC = re.compile(r"[0-9A-Z]{2}([1-9][0-9]{5})[0-9A-Z]{10}")
CODE = re.compile(r"[1-9][0-9](?:[0-9]{2}){0,2}")
"""A province (35), a city (3502) or a district (350203)."""


@cache
def provinces() -> Mapping[str, Mapping[str, str]]:
    """Names by page language, of each province by its two digits."""
    text = (files("registry.register.authorities") / "provinces.toml").read_text(encoding="utf-8")
    named: Mapping[str, Mapping[str, str]] = tomllib.loads(text)
    return named


def place_of_uscc(code: str) -> str | None:
    """The six digits of the place where a company was first registered; None at national level and for other codes."""
    match = _USCC.fullmatch(code.strip().upper())
    return match[1] if match is not None and match[1][:2] in provinces() else None


def covers(territory: Iterable[str], place: str) -> bool:
    """Whether a list that holds everybody of these places holds those of a place in one of them."""
    return any(place.startswith(code) for code in territory)


def covers_the_country(territories: Iterable[frozenset[str]]) -> bool:
    """Whether lists that each hold everybody of their places together hold everybody: no province is missing."""
    there = {code for territory in territories for code in territory}
    return provinces().keys() <= there


def chinese_name(code: str) -> str | None:
    """What a place is called there, like 福建省厦门市; None where no place has that code."""
    from stdnum import numdb

    whole = code.ljust(6, "0")
    parts = [facts for _, facts in numdb.get("cn/loc").info(whole)]
    province = next((facts["province"] for facts in parts if "province" in facts), None)
    county = next((facts["county"] for facts in parts if "county" in facts), None)
    if province is None or len(code) == 2:
        return province
    return None if county is None else province if county == province else f"{province}{county}"
