"""What the registry holds against what a worker was told: whom it names, and what that agency registered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.agencies import models
from registry.authorities.facts import Ground
from registry.checks.advert import picked, readable
from registry.checks.rules import Checked, Noted, Registered, Told, check, papers_in, summary
from registry.codes import CheckSummary
from registry.terms import Answer, ChannelKind, CheckKind
from registry.verdicts.queries import VerdictReader
from registry.verdicts.question import Question, SubjectKind, Verdict
from registry.verdicts.subjects import chosen, guess


@dataclass(frozen=True, slots=True)
class Given:
    """What a worker was told. What he states himself goes before what stands in the advert."""

    told: tuple[Told, ...] = ()
    advert: str = ""
    agency_id: str | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer. `verdict` is None where nothing told names an agency."""

    checked: tuple[Checked, ...]
    papers: tuple[Noted, ...]
    summary: CheckSummary
    verdict: Verdict | None
    ground: Ground


def outcome_of(session: Session, reader: VerdictReader, given: Given, now: datetime) -> Outcome:
    """Everything told, checked against the agency it names. Nothing of it is written anywhere."""
    told = given.told
    if given.advert:
        stated = {one.kind for one in told}
        told += tuple(one for one in picked(given.advert, given.country) if one.kind not in stated)
    verdict, ground = _named(reader, given, told, now)
    agency = verdict.agency if verdict is not None else None
    registered = Registered(agency, _changed_on(session, agency.agency_id)) if agency is not None else None
    checked = tuple(check(one, registered, now.date()) for one in told)
    papers = papers_in(readable(given.advert))
    whole = summary(
        checked,
        papers,
        verdict.verdict if verdict is not None else Answer.UNKNOWN,
        has_agency=agency is not None,
        has_candidates=verdict is not None and bool(verdict.candidates),
    )
    return Outcome(checked, papers, whole, verdict, ground)


def _named(reader: VerdictReader, given: Given, told: Sequence[Told], now: datetime) -> tuple[Verdict | None, Ground]:
    """The verdict on whoever is named: by reference, else by number, else by name."""
    if given.agency_id is not None:
        answered = reader.answered(Question(SubjectKind.AGENCY_ID, given.agency_id), now)
        return answered.verdict, answered.ground
    first: Verdict | None = None
    for kind in (CheckKind.NUMBER, CheckKind.NAME):
        for one in told:
            if one.kind is not kind:
                continue
            readings = guess(one.value, given.country)
            if kind is CheckKind.NAME:
                readings = tuple(reading for reading in readings if reading.kind is SubjectKind.NAME)
            found = chosen([(reading, reader.answered(reading.question(), now).verdict) for reading in readings])
            if found is None:
                continue
            verdict = found[1]
            if verdict.agency is not None:
                return verdict, reader.current_ground()
            if first is None or (verdict.candidates and not first.candidates):
                first = verdict
    return first, reader.current_ground()


def _changed_on(session: Session, reference: str) -> dict[tuple[ChannelKind, str], date]:
    """On which day a channel was first said after the agency had already registered one of its kind."""
    rows = session.execute(
        select(models.Channel.kind, models.Channel.value, models.Channel.said_at)
        .join(models.Agency, models.Agency.id == models.Channel.agency_id)
        .where(models.Agency.reference == reference)
        .order_by(models.Channel.said_at, models.Channel.id)
    ).all()
    begun: dict[ChannelKind, datetime] = {}
    first_said: dict[tuple[ChannelKind, str], datetime] = {}
    for kind, value, said_at in rows:
        begun.setdefault(kind, said_at)
        first_said.setdefault((kind, value), said_at)
    return {key: said_at.date() for key, said_at in first_said.items() if said_at > begun[key[0]]}
