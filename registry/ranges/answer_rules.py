"""What a range file says of an agency: the facts a verdict needs, and the answers to the plain worker's question. Pure.

Names and numbers of natural persons, free texts, channels and the names of third parties are not among the facts.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from registry.core.clock import day_at
from registry.ranges.calendar_rules import ORIGIN, Calendar
from registry.ranges.rules import MAX_RECORD
from registry.register.agencies import record
from registry.verification.verdicts.question import Finding, Holder, Question, SubjectKind, VerdictFacts
from registry.verification.verdicts.verdict import decide, suits_every_number
from registry.vocabulary.register import (
    EU_STATES,
    STATUSES,
    Activity,
    Answer,
    ConditionCode,
    HolderKind,
    LicenceKind,
    LicenceStatus,
    NameKind,
    Role,
    SanctionKind,
    Script,
    Weight,
)

MAX_SHARED = 16_384
"""Answers of about a kilobyte each that are kept, while files are written, for who is alike."""


class _Facts(msgspec.Struct, omit_defaults=True, kw_only=True, gc=False, rename={"from_": "from"}):
    """A part of a record in a file: of the record's fields those that are named here, under the same names."""


class _NameFacts(_Facts):
    name: str
    script: Script
    kind: NameKind
    from_: date | None = None
    to: date | None = None


class _StatusFacts(_Facts):
    status: LicenceStatus | None = None
    from_: date | None = None
    to: date | None = None
    until: date | None = None
    is_stayed: bool = False
    publish_until: date | None = None
    withheld: str | None = None


class _ConditionFacts(_Facts):
    code: ConditionCode
    sectors: tuple[record.Sector, ...] = ()
    destinations: tuple[str, ...] = ()


class _LicenceFacts(_Facts):
    licence_id: str
    authority: str
    country: str
    kind: LicenceKind
    source: str
    retrieved_at: datetime
    number: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    corridors: tuple[record.Corridor, ...] | None = None
    sectors: tuple[record.Sector, ...] | None = None
    activities: tuple[Activity, ...] | None = None
    conditions: tuple[_ConditionFacts, ...] | None = None
    status_history: tuple[_StatusFacts, ...] = ()


class _SanctionFacts(_Facts):
    kind: SanctionKind | None = None
    from_: date | None = None
    to: date | None = None
    licence_id: str | None = None
    is_stayed_by_appeal: bool = False
    publish_until: date | None = None
    withheld: str | None = None


class _WarningFacts(_Facts):
    from_: date | None = None
    to: date | None = None


class _AgencyFacts(_Facts):
    """`is_identifier_under_review` alone is no field of a record: it says so of any of the numbers."""

    agency_id: str
    country: str
    role: Role
    holder_kind: HolderKind
    dissolved_on: date | None = None
    is_correction_requested: bool = False
    withheld: str | None = None
    names: tuple[_NameFacts, ...] = ()
    is_identifier_under_review: bool = False
    clone_warnings: tuple[_WarningFacts, ...] = ()
    licences: tuple[_LicenceFacts, ...] = ()
    sanctions: tuple[_SanctionFacts, ...] = ()


def facts_of(agency: record.Agency) -> bytes:
    """What stands in a file of an agency, as JSON; without names and numbers where it may be a natural person."""
    facts = msgspec.convert(agency, _AgencyFacts, from_attributes=True)
    facts.is_identifier_under_review = any(one.is_under_review for one in agency.identifiers)
    if agency.holder_kind is not HolderKind.LEGAL_PERSON:
        facts.names = ()
        for licence in facts.licences:
            licence.number = None
    stated = record.canonical(facts)
    if len(stated) > MAX_RECORD:
        return record.canonical({"agency_id": agency.agency_id, "country": agency.country, "is_too_long": True})
    return stated


class LookupNumber(NamedTuple):
    """The key a holder is found by: its kind, and the number as the registry knows it."""

    kind: str
    value: str
    has_failed_check: bool = False


class Answers(NamedTuple):
    """The answers to a number as JSON, and the last day on which all of them hold (None: no end is known).

    `suit_every_number`: any other number that leads to the same licences of the same agency has the same answers.
    """

    stated: bytes
    last_day: date | None
    suit_every_number: bool


def answers_on(number: LookupNumber, holders: Sequence[Holder], facts: VerdictFacts, calendar: Calendar) -> Answers:
    """The answers to the plain worker's question, one for each destination and one for none, with the last day each holds.

    `until` is a day in UTC+8, the easternmost zone that the registry answers for; absent where nothing known changes it.
    """
    country, _, value = number.value.rpartition(":") if number.kind == "registration_number" else ("", "", number.value)
    question = Question(
        SubjectKind(number.kind), value, country or None, origin=ORIGIN, has_failed_check=number.has_failed_check
    )
    here = replace(facts, holders=holders)
    own = calendar.own_days(holders, facts)
    found, lasts, suit_every_number = [], [], not number.has_failed_check
    for destination in (None, *destinations_of([holder.agency for holder in holders])):
        verdict = decide(replace(question, destination=destination), here)
        suit_every_number = suit_every_number and suits_every_number(verdict)
        last = calendar.last_day(own, destination)
        lasts += [last] if last is not None else []
        found.append(
            {"origin": ORIGIN, "verdict": verdict.verdict, "reasons": _reasons(verdict.reasons)}
            | ({"destination": destination} if destination is not None else {})
            | ({"until": last.isoformat()} if last is not None else {})
        )
    return Answers(record.canonical(found), min(lasts, default=None), suit_every_number)


class Unnamed(NamedTuple):
    """A record without names, numbers and references, which no rule reads; its digest, and what its licences are called in it."""

    agency: record.Agency
    digest: bytes
    licence_ids: Mapping[str, str]


LONG_PAST = date.min
"""Stands in a record that is judged for any beginning that no law counts from any more."""


def unnamed(agency: record.Agency, counted_from: date = date.min) -> Unnamed:
    """The record as it is judged: agencies that are alike in all that the rules read have one.

    Its days stay, but for beginnings before `counted_from`: of those no rule reads more than that they are past. Licences
    that are then alike are one, for a licence answers by itself alone.

    Agreements are read by the agencies they name, so of a record with any nothing is left out.
    """
    if agency.agreements:
        own_ids = {one.licence_id: one.licence_id for one in agency.licences}
        return Unnamed(agency, hashlib.sha256(record.canonical(agency)).digest(), own_ids)
    places: dict[record.Licence, str] = {}
    licence_ids = {}
    for one in agency.licences:
        alike = _unnamed_licence(one, counted_from)
        licence_ids[one.licence_id] = places.setdefault(alike, str(len(places)))
    bare = replace(
        agency,
        agency_id="",
        place=None,
        # Of a name only its days count, as all days do until they are long past.
        names=tuple([replace(one, name="") for one in agency.names if max(_days_of_name(one)) >= counted_from]),
        identifiers=tuple([replace(one, value="") for one in agency.identifiers]),
        licences=tuple([replace(alike, licence_id=place) for alike, place in places.items()]),
    )
    return Unnamed(bare, hashlib.sha256(record.canonical(bare)).digest(), licence_ids)


def _days_of_name(name: record.Name) -> tuple[date, date]:
    return name.from_ or date.min, name.to or date.min


def _unnamed_licence(licence: record.Licence, counted_from: date) -> record.Licence:
    valid_from, history = licence.valid_from, licence.status_history
    if valid_from is not None and valid_from < counted_from:
        valid_from = LONG_PAST
    # Of several periods the order counts, and since when a status refuses is told.
    if len(history) == 1 and _permits(period := history[0]) and (period.from_ or date.max) < counted_from:
        history = (replace(period, from_=LONG_PAST),)
    return replace(licence, licence_id="", number=None, status_place=0, valid_from=valid_from, status_history=history)


def _permits(period: record.StatusPeriod) -> bool:
    return period.status is not None and STATUSES[period.status].recruit is Answer.YES


class SharedAnswers:
    """Answers that are judged once for all numbers, and all agencies, that are alike in all that the rules read.

    `counted_from` is the day from which on all days of a record matter to them.
    """

    def __init__(self, facts: VerdictFacts, calendar: Calendar) -> None:
        self._facts, self._calendar = facts, calendar
        self.counted_from = calendar.counted_from(day_at(facts.as_of, None))
        self._known: dict[tuple[bytes, frozenset[str], datetime | None], Answers] = {}

    def to(
        self, number: LookupNumber, holder: Unnamed, licences: Iterable[str] | None, confirmed_at: datetime | None
    ) -> Answers:
        """The answers to a number that names these licences of its one holder, or any of them."""
        ids = holder.licence_ids
        judged = frozenset(ids.values() if licences is None else [ids[one] for one in licences if one in ids])
        key = (holder.digest, judged, confirmed_at)
        known = self._known.get(key)
        if known is not None and not number.has_failed_check:
            return known
        answers = answers_on(number, [Holder(holder.agency, judged, confirmed_at)], self._facts, self._calendar)
        if answers.suit_every_number:
            if len(self._known) >= MAX_SHARED:
                self._known.clear()
            self._known[key] = answers
        return answers


def _reasons(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Code, weight and values of each; the ids of rows of law stay out."""
    return [
        {"code": one.code}
        | ({"informs": True} if one.weight is Weight.INFORMS else {})
        | ({"values": values} if (values := {k: v for k, v in one.values.items() if k != "rows"}) else {})
        for one in findings
    ]


def destinations_of(agencies: Iterable[record.Agency]) -> list[str]:
    """The countries of work that records speak of: of corridors, agreements and conditions, and an agency's own in the EU."""
    found: set[str | None] = set()
    for agency in agencies:
        found.add(agency.country)
        found.update(one.destination for one in agency.agreements)
        for licence in agency.licences:
            found.add(licence.country)
            found.update(one.destination for one in licence.corridors or ())
            found.update(place for one in licence.conditions or () for place in one.destinations)
    return sorted(place for place in found if place in EU_STATES)
