"""Rules on scope: what a licence kind permits, and the activities, corridors, sectors and conditions that it states."""

from collections.abc import Iterator, Sequence
from functools import cache

from registry.register.agencies import record
from registry.verification.verdicts.question import Finding, Judged, Question
from registry.vocabulary.codes import Reason
from registry.vocabulary.register import (
    KINDS,
    RECRUITING,
    Activity,
    Answer,
    ConditionCode,
    LicenceKind,
    LicenceStatus,
    Territory,
    territory_of,
)


def permitted_activities(licence: record.Licence) -> frozenset[Activity]:
    """What the kind permits, as far as the licence does not state less."""
    permits = KINDS[licence.kind].permits
    return permits if licence.activities is None else permits & frozenset(licence.activities)


def of_kind(licence: record.Licence, question: Question, *, is_licence_needed: bool = True) -> Iterator[Judged]:
    """What the kind of licence says.

    `is_licence_needed`: for the activity asked about, where the licence was issued; what needs
    none, or is not known to need one, is not refused for want of it."""
    permits = KINDS[licence.kind].permits
    if licence.kind is LicenceKind.CN_OVERSEAS_EMPLOYMENT_INTERMEDIARY_LEGACY:
        yield Judged(Answer.NO, Finding(Reason.LEGACY_LICENCE_KIND, {"kind": licence.kind}))
        return
    if not permits & RECRUITING:
        yield Judged(Answer.NO, Finding(Reason.NOT_A_RECRUITMENT_LICENCE, {"kind": licence.kind}))
        return
    if licence.activities is None and KINDS[licence.kind].territory is Territory.NOT_STATED:
        # A kind without a legal default of its own: the list would have had to say.
        yield Judged(Answer.UNKNOWN, Finding(Reason.SCOPE_NOT_STATED, {"scope": "activity"}))
        return
    permitted = permitted_activities(licence)
    words = _recruiting(permitted)
    if question.activity is not None:
        if question.activity not in permitted:
            values = {"activity": question.activity, "activities": words}
            answer = Answer.NO if is_licence_needed else Answer.UNKNOWN
            yield Judged(answer, Finding(Reason.ACTIVITY_NOT_PERMITTED, values))
        elif question.activity not in RECRUITING:
            # Counselling may be permitted, and still does not recruit anyone.
            values = {"country": licence.country, "activities": question.activity}
            yield Judged(Answer.UNKNOWN, Finding(Reason.REGIME_UNKNOWN, values))
    elif not permitted & RECRUITING:
        yield Judged(Answer.NO, Finding(Reason.ACTIVITY_NOT_PERMITTED, {"activity": "", "activities": words}))
    elif permitted & RECRUITING < permits & RECRUITING:
        yield Judged(Answer.UNKNOWN, Finding(Reason.CONTEXT_NEEDED, {"parameter": "activity", "activities": words}))


def of_permission(licence: record.Licence) -> Sequence[Judged]:
    """States, last, what the licence permits: a licence to place workers must not be taken for one to hire them out."""
    return _permitting(permitted_activities(licence))


@cache
def _permitting(permitted: frozenset[Activity]) -> Sequence[Judged]:
    words = _recruiting(permitted)
    return [Judged(Answer.YES, Finding(Reason.PERMITS_ONLY, {"activities": words}))] if words else ()


@cache
def _recruiting(permitted: frozenset[Activity]) -> str:
    """Which of the activities recruit, as a finding says them. Of four words there are sixteen sets."""
    return " ".join(sorted(permitted & RECRUITING))


def of_corridor(licence: record.Licence, question: Question) -> Iterator[Judged]:
    """The corridors the licence states, within the territory that its kind has by law.

    What a home licence is worth in another country is that country's business (see `regime_rules.of_foreign_licence`).
    """
    territory = territory_of(licence.kind, licence.country)
    destination = question.destination
    if territory is Territory.ABROAD and destination == licence.country:
        values = {"destination": destination, "country": licence.country}
        yield Judged(Answer.NO, Finding(Reason.OUT_OF_CORRIDOR, values))
    elif licence.corridors is not None:
        # A licence to send workers abroad is used in its own country, so its origin need not be asked.
        origin = question.origin or (licence.country if territory is Territory.ABROAD else None)
        yield from _of_stated_corridors(licence.corridors, origin, destination)
    elif territory is Territory.NOT_STATED:
        if destination is None:
            values = {"parameter": "destination", "likely": licence.country}
            yield Judged(Answer.UNKNOWN, Finding(Reason.CONTEXT_NEEDED, values))
        yield Judged(Answer.UNKNOWN, Finding(Reason.SCOPE_NOT_STATED, {"scope": "destination"}))


def _of_stated_corridors(
    corridors: Sequence[record.Corridor], origin: str | None, destination: str | None
) -> Iterator[Judged]:
    values = {key: value for key, value in (("origin", origin), ("destination", destination)) if value}
    possible = [
        corridor
        for corridor in corridors
        if (origin is None or corridor.origin in (None, origin))
        and (destination is None or corridor.destination in (None, destination))
    ]
    if not possible:
        yield Judged(Answer.NO, Finding(Reason.OUT_OF_CORRIDOR, values))
        return
    # One corridor alone must hold whatever the asker left open.
    lacking = [_lacking(corridor, origin, destination) for corridor in possible]
    if all(lacking):
        parameter = "destination" if all("destination" in missing for missing in lacking) else "origin"
        countries = " ".join(sorted({missing[parameter] for missing in lacking if parameter in missing}))
        yield Judged(Answer.UNKNOWN, Finding(Reason.CONTEXT_NEEDED, {"parameter": parameter, "countries": countries}))


def _lacking(corridor: record.Corridor, origin: str | None, destination: str | None) -> dict[str, str]:
    """The ends that a corridor is bound to and the caller did not name."""
    ends = (("origin", corridor.origin, origin), ("destination", corridor.destination, destination))
    return {parameter: bound for parameter, bound, named in ends if bound is not None and named is None}


# By law these work only in the sectors their authorisation names.
_SECTOR_MUST_BE_STATED = frozenset({LicenceKind.IT_SOMMINISTRAZIONE_SPECIALISTA})


def of_sector(licence: record.Licence, question: Question) -> Iterator[Judged]:
    if licence.sectors is not None:
        yield from _within_sectors(licence.sectors, question, Reason.OUT_OF_SECTOR)
    elif licence.kind in _SECTOR_MUST_BE_STATED:
        yield Judged(Answer.UNKNOWN, Finding(Reason.SCOPE_NOT_STATED, {"scope": "sector"}))


def _within_sectors(sectors: Sequence[record.Sector], question: Question, out: Reason) -> Iterator[Judged]:
    words = " ".join(sector.code for sector in sectors)
    if sectors and question.sector is None:
        yield Judged(Answer.UNKNOWN, Finding(Reason.CONTEXT_NEEDED, {"parameter": "sector", "sectors": words}))
        return
    comparable = _comparable(sectors, question)
    code = question.sector or ""
    if any(is_within(code, sector.code) for sector in comparable):
        return
    values = {"sector": code, "sectors": words}
    if any(is_within(sector.code, code) for sector in comparable):
        # The asker named a whole division; the licence holds a part of it.
        yield Judged(Answer.UNKNOWN, Finding(Reason.CONTEXT_NEEDED, {"parameter": "sector", "sectors": words}))
    elif len(comparable) < len(sectors):
        # A code of another revision may or may not mean the same work.
        yield Judged(Answer.UNKNOWN, Finding(Reason.SECTOR_REVISION_DIFFERS, values))
    else:
        yield Judged(Answer.NO, Finding(out, values))


def _comparable(sectors: Sequence[record.Sector], question: Question) -> list[record.Sector]:
    """The sectors of the caller's revision. Section letters span divisions and cannot be compared by their digits."""
    return [
        sector
        for sector in sectors
        if sector.nace_revision == question.nace_revision and len(sector.code) > 1 and sector.code[:2].isdecimal()
    ]


def is_within(code: str, scope: str) -> bool:
    """Whether a NACE code lies in a division, group or class: 14.10 lies in 14, 14.1 and 14.10."""
    return code.replace(".", "").startswith(scope.replace(".", ""))


def of_conditions(licence: record.Licence, question: Question, status: LicenceStatus | None) -> Iterator[Judged]:
    if not licence.conditions and status is LicenceStatus.ACTIVE_WITH_CONDITIONS:
        yield Judged(Answer.UNKNOWN, Finding(Reason.CONDITION_NOT_JUDGED))
    for condition in licence.conditions or ():
        yield from _of_condition(condition, question)


def _of_condition(condition: record.Condition, question: Question) -> Iterator[Judged]:
    code = condition.code
    values = {"condition": code.value}
    if code is ConditionCode.NO_NEW_RECRUITMENT:
        yield Judged(Answer.NO, Finding(Reason.OUT_OF_CONDITION, values))
    elif code is ConditionCode.ONLY_SECTORS:
        yield from _within_sectors(condition.sectors, question, Reason.OUT_OF_CONDITION)
    elif code is ConditionCode.NOT_SECTORS:
        yield from _outside_sectors(condition.sectors, question)
    elif code in (ConditionCode.ONLY_DESTINATIONS, ConditionCode.NOT_DESTINATIONS):
        if question.destination is None:
            yield Judged(Answer.UNKNOWN, Finding(Reason.CONTEXT_NEEDED, {"parameter": "destination"}))
        elif (question.destination in condition.destinations) is not (code is ConditionCode.ONLY_DESTINATIONS):
            yield Judged(Answer.NO, Finding(Reason.OUT_OF_CONDITION, values))
    else:
        yield Judged(Answer.UNKNOWN, Finding(Reason.CONDITION_NOT_JUDGED))


def _outside_sectors(sectors: Sequence[record.Sector], question: Question) -> Iterator[Judged]:
    words = " ".join(sector.code for sector in sectors)
    if question.sector is None:
        yield Judged(Answer.UNKNOWN, Finding(Reason.CONTEXT_NEEDED, {"parameter": "sector"}))
        return
    comparable = _comparable(sectors, question)
    if any(is_within(question.sector, sector.code) for sector in comparable):
        yield Judged(Answer.NO, Finding(Reason.OUT_OF_CONDITION, {"condition": ConditionCode.NOT_SECTORS.value}))
    elif any(is_within(sector.code, question.sector) for sector in comparable):
        yield Judged(Answer.UNKNOWN, Finding(Reason.CONTEXT_NEEDED, {"parameter": "sector", "sectors": words}))
    elif len(comparable) < len(sectors):
        values = {"sector": question.sector, "sectors": words}
        yield Judged(Answer.UNKNOWN, Finding(Reason.SECTOR_REVISION_DIFFERS, values))
