"""What one licence answers to one question. Each rule gives the findings it has; the gravest answer stands.

A licence alone must satisfy the whole question: nothing here looks at another licence. Status and time come first: what the
authority stated for a day, what the term makes of it, and what of existing placements.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

import msgspec

from registry.core.clock import day_at
from registry.register.agencies import record
from registry.register.authorities.sources import SourceFacts
from registry.register.law.rows import Regime
from registry.register.law.rules import may_wind_down
from registry.verification.verdicts.law_rules import CorridorLaw, corridor_law
from registry.verification.verdicts.question import GRAVITY, INFORMING, Finding, Judged, Question, VerdictFacts
from registry.verification.verdicts.regime_rules import of_region
from registry.verification.verdicts.scope_rules import of_conditions, of_corridor, of_kind, of_permission, of_sector
from registry.vocabulary.codes import Reason
from registry.vocabulary.register import (
    KINDS,
    SENDING_COUNTRIES,
    STATUSES,
    Answer,
    Continuation,
    LicenceStatus,
    Territory,
)


class StatusOnDay(msgspec.Struct, frozen=True, gc=False):
    """How a licence stands on a day: its status (None: nothing may be or was said), the first day on which it no longer
    let recruit, and the stated period behind it."""

    status: LicenceStatus | None
    ended_on: date | None = None
    period: record.StatusPeriod | None = None


def standing_on(licence: record.Licence, agency: record.Agency, day: date) -> StatusOnDay:
    """The gravest stated status of the day counts; the end of the term turns what would answer `yes` into expired, unless
    the law deems the licence valid until its renewal is decided."""
    if agency.dissolved_on is not None and day >= agency.dissolved_on:
        return StatusOnDay(LicenceStatus.ANNULLED_ENTITY_DISSOLVED, agency.dissolved_on)
    covering = [p for p in licence.status_history if _covers(p, day)]
    period = max(covering, key=_gravity_of) if len(covering) > 1 else covering[0] if covering else None
    has_run_out = licence.valid_to is not None and day > licence.valid_to
    if period is None:
        return StatusOnDay(LicenceStatus.EXPIRED, day_after(licence.valid_to)) if has_run_out else StatusOnDay(None)
    status = _effective(period)
    if status is None:
        return StatusOnDay(None, None, period)
    if status is LicenceStatus.WINDING_DOWN and period.until is not None and day > period.until:
        return StatusOnDay(LicenceStatus.EXPIRED, period.from_, period)
    outlives_its_term = STATUSES[status].recruit is Answer.NO or status is LicenceStatus.RENEWAL_PENDING_DEEMED_VALID
    if has_run_out and not outlives_its_term:
        return StatusOnDay(LicenceStatus.EXPIRED, day_after(licence.valid_to), period)
    return StatusOnDay(status, period.from_ if STATUSES[status].recruit is Answer.NO else None, period)


def _covers(period: record.StatusPeriod, day: date) -> bool:
    return (period.from_ is None or period.from_ <= day) and (period.to is None or day <= period.to)


def day_after(day: date | None) -> date | None:
    return None if day is None or day == date.max else day + timedelta(days=1)


def _effective(period: record.StatusPeriod) -> LicenceStatus | None:
    """The stated status; an appeal that stays nothing leaves the revocation in force. None: withheld by law."""
    if period.withheld:
        return None
    if period.status is LicenceStatus.REVOCATION_PENDING_APPEAL and not period.is_stayed:
        return LicenceStatus.REVOKED
    return period.status


def _gravity_of(period: record.StatusPeriod) -> tuple[int, date]:
    status = _effective(period)
    answer = Answer.NO if status is None else STATUSES[status].recruit
    return GRAVITY[answer], period.from_ or date.min


_REASONS = {status: Reason(f"licence_{status}") for status in LicenceStatus}


def of_status(licence: record.Licence, standing: StatusOnDay, day: date) -> Iterator[Judged]:
    status, ended_on, period = standing.status, standing.ended_on, standing.period
    if status is None and period is not None:
        # An open period without a statement leaves no licence in force; a closed one says nothing either way.
        if period.to is None:
            yield Judged(Answer.NO, Finding(Reason.NO_LICENCE_IN_FORCE))
        yield Judged(Answer.UNKNOWN, Finding(Reason.WITHHELD_BY_LAW))
        return
    if status is None:
        if licence.valid_from is None or day >= licence.valid_from:
            yield Judged(Answer.UNKNOWN, Finding(Reason.STATUS_NOT_STATED, {"date": day.isoformat()}))
        return
    values = {"status": status.value}
    if status is LicenceStatus.EXPIRED and licence.valid_to is not None:
        values["date"] = licence.valid_to.isoformat()
    elif ended_on is not None:
        values["date"] = ended_on.isoformat()
    elif licence.valid_to is not None:
        values["until"] = licence.valid_to.isoformat()
    if period is not None:
        if period.until is not None:
            values["until"] = period.until.isoformat()
        if period.ground is not None:
            values["ground"] = period.ground
    yield Judged(STATUSES[status].recruit, Finding(_REASONS[status], values))


def of_time(
    licence: record.Licence, source: SourceFacts | None, day: date, today: date, zone: str | None
) -> Iterator[Judged]:
    if zone is None:
        yield Judged(Answer.YES, Finding(Reason.DAY_IN_UTC, {"date": day.isoformat()}))
    if day > today:
        yield Judged(Answer.UNKNOWN, Finding(Reason.FUTURE_DATE, {"date": day.isoformat(), "today": today.isoformat()}))
    began = day_at(source.first_retrieved_at, zone) if source and source.first_retrieved_at else None
    opened = _opened_on(licence)
    if opened is None:
        if began is None or day < began:
            yield Judged(Answer.UNKNOWN, Finding(Reason.BEFORE_REGISTRY, {"date": (began or today).isoformat()}))
        return
    if day < opened and (began is None or day < began):
        # Earlier permits may have existed that today's list no longer shows.
        yield Judged(Answer.UNKNOWN, Finding(Reason.BEFORE_REGISTRY, {"date": opened.isoformat()}))
    elif day < opened:
        yield Judged(Answer.NO, Finding(Reason.NOT_YET_VALID, {"date": opened.isoformat()}))
    elif began is not None and day < began:
        yield Judged(Answer.YES, Finding(Reason.HISTORY_BEFORE_FIRST_RETRIEVAL, {"date": began.isoformat()}))


def _opened_on(licence: record.Licence) -> date | None:
    """The first day the licence is known for; None when its beginning is open."""
    if licence.valid_from is not None:
        return licence.valid_from
    beginnings = [period.from_ for period in licence.status_history]
    stated = [beginning for beginning in beginnings if beginning is not None]
    return min(stated) if stated and len(stated) == len(beginnings) else None


_DOUBTS = frozenset(
    {
        # What is known is too old, too early or about the future.
        Reason.SOURCE_STALE,
        Reason.FUTURE_DATE,
        Reason.BEFORE_REGISTRY,
        Reason.NOT_YET_VALID,
        # The paper, or its holder, may be another than the placements were made under.
        Reason.NOT_A_RECRUITMENT_LICENCE,
        Reason.LEGACY_LICENCE_KIND,
        Reason.IDENTIFIER_CHANGE_UNDER_REVIEW,
        # Placements outside what the licence ever permitted do not stand on it.
        Reason.ACTIVITY_NOT_PERMITTED,
        Reason.ACTIVITY_PROHIBITED,
        Reason.LAW_BARS,
        Reason.OUT_OF_CORRIDOR,
        Reason.FOREIGN_LICENCE_NOT_SUFFICIENT,
        Reason.OUT_OF_SECTOR,
        Reason.OUT_OF_REGION,
    }
)


def continuation(standing: StatusOnDay, regime: Regime | None, day: date, judged: Sequence[Judged]) -> Answer:
    """What may go on with workers already placed: the status table, and the regime where the table leaves it to the law."""
    status, ended_on, period = standing.status, standing.ended_on, standing.period
    if status is None or not _DOUBTS.isdisjoint([one.finding.code for one in judged]):
        return Answer.UNKNOWN
    if period is not None and period.status is LicenceStatus.WINDING_DOWN and period.until is not None:
        return Answer.YES if day <= period.until else Answer.NO
    answer = STATUSES[status].continue_placements
    if answer is Continuation.BY_REGIME:
        # What a suspension leaves of existing placements, no regime we hold says.
        if status is LicenceStatus.SUSPENDED or ended_on is None or ended_on == date.min:
            return Answer.UNKNOWN
        return may_wind_down(regime, ended_on - timedelta(days=1), day, status)
    return _BY_STATUS[answer]


_BY_STATUS = {
    Continuation.YES: Answer.YES,
    Continuation.NO: Answer.NO,
    Continuation.UNKNOWN: Answer.UNKNOWN,
    Continuation.UNTIL_DATE: Answer.UNKNOWN,
}
"""What the status table alone leaves of existing placements."""

SOON = timedelta(days=30)
"""A licence that ends within it is said to end soon."""


class Judgement(msgspec.Struct, frozen=True, gc=False):
    """What one licence answers: the gravest of its findings, and what of existing placements."""

    licence: record.Licence
    day: date
    judged: tuple[Judged, ...]
    answer: Answer
    status: LicenceStatus | None
    may_continue: Answer
    stale_at: datetime | None
    retrieved_at: datetime | None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The gravest first; those of one gravity in the order the rules found them."""
        gravest = self.answer
        return tuple(
            [
                one.finding if gravity is gravest and one.finding.code not in INFORMING else one.finding.informing()
                for gravity in _GRAVEST_FIRST
                for one in self.judged
                if one.answer is gravity
            ]
        )


_GRAVEST_FIRST = sorted(GRAVITY, key=lambda answer: -GRAVITY[answer])


def _gravest(judged: Sequence[Judged]) -> Answer:
    answers = {one.answer for one in judged}
    if Answer.NO in answers:
        return Answer.NO
    return Answer.UNKNOWN if Answer.UNKNOWN in answers or not answers else Answer.YES


def judge(
    licence: record.Licence,
    agency: record.Agency,
    question: Question,
    facts: VerdictFacts,
    confirmed_at: datetime | None,
) -> Judgement:
    """Apply every rule to one licence of one agency."""
    zone = facts.snapshot.time_zone(licence.authority)
    today = day_at(facts.as_of, zone)
    day = question.on or today
    source = facts.snapshot.sources.get(licence.source)
    standing = standing_on(licence, agency, day)
    law = corridor_law(licence, agency, question, day, today, facts)
    first_read_at = licence.retrieved_at
    seen, stale_from = _last_seen(first_read_at, source, confirmed_at), stale_at(first_read_at, source, confirmed_at)
    judged = (
        *of_kind(licence, question, is_licence_needed=law.is_licence_needed),
        *of_status(licence, standing, day),
        *_of_headlines(licence, agency, question, day, today),
        *of_time(licence, source, day, today, zone),
        *_of_plan(licence, question, law, day, facts),
        *of_conditions(licence, question, standing.status),
        *_of_holder(agency, day),
        *_of_freshness(seen, stale_from, facts.as_of, zone),
        *of_permission(licence),
    )
    return Judgement(
        licence,
        day,
        judged,
        _gravest(judged),
        standing.status,
        continuation(standing, law.regime, day, judged),
        stale_from,
        seen,
    )


def refuses_plan(licence: record.Licence, agency: record.Agency, question: Question, facts: VerdictFacts) -> bool:
    """Whether a licence is refused for what a question states of the work alone, whatever is known of its status and time.

    Of a licence that may answer `yes` to one plan the rest need not be judged again for another.
    """
    today = day_at(facts.as_of, facts.snapshot.time_zone(licence.authority))
    day = question.on or today
    law = corridor_law(licence, agency, question, day, today, facts)
    judged = (
        *of_kind(licence, question, is_licence_needed=law.is_licence_needed),
        *_of_plan(licence, question, law, day, facts),
        *of_conditions(licence, question, None),
    )
    return any(one.answer is Answer.NO for one in judged)


def _of_plan(
    licence: record.Licence, question: Question, law: CorridorLaw, day: date, facts: VerdictFacts
) -> Sequence[Judged]:
    """What the law of both ends and the licence's own scope make of the corridor, the place and the sector."""
    return (
        *law.at_home,
        *of_corridor(licence, question),
        *of_region(licence, question, law.regions, day, facts.regimes),
        *law.at_destination,
        *of_sector(licence, question),
    )


def _of_headlines(
    licence: record.Licence, agency: record.Agency, question: Question, day: date, today: date
) -> Iterator[Judged]:
    """What the reader of a `yes` must hear at once: that it ends soon, is about another day, or lacks a contract abroad."""
    if licence.valid_to is not None and day <= licence.valid_to <= day + SOON:
        yield Judged(Answer.YES, Finding(Reason.LICENCE_EXPIRES_SOON, {"until": licence.valid_to.isoformat()}))
    if day < today:
        values = {"date": day.isoformat(), "today": today.isoformat()}
        yield Judged(Answer.YES, Finding(Reason.PAST_DATE, values))
    destination = question.destination
    if destination is None or licence.country not in SENDING_COUNTRIES:
        return
    rule = KINDS[licence.kind]
    if rule.territory is not Territory.ABROAD or not rule.permits or destination == licence.country:
        return
    if not any(
        one.sending == agency.agency_id and one.destination == destination and record.holds_on(one, day)
        for one in agency.agreements
    ):
        yield Judged(Answer.YES, Finding(Reason.NO_AGREEMENT_ON_RECORD, {"destination": destination}))


def _of_holder(agency: record.Agency, day: date) -> Iterator[Judged]:
    if any(identifier.is_under_review for identifier in agency.identifiers):
        yield Judged(Answer.UNKNOWN, Finding(Reason.IDENTIFIER_CHANGE_UNDER_REVIEW))
    if any(identifier.has_failed_check for identifier in agency.identifiers):
        yield Judged(Answer.YES, Finding(Reason.USCC_CHECK_FAILED))
    if agency.withheld:
        yield Judged(Answer.UNKNOWN, Finding(Reason.WITHHELD_BY_LAW))
    if agency.is_correction_requested:
        yield Judged(Answer.YES, Finding(Reason.CORRECTION_REQUESTED))
    if any(record.holds_on(warning, day) for warning in agency.clone_warnings):
        yield Judged(Answer.YES, Finding(Reason.CLONE_WARNING))


def _last_seen(first_read_at: datetime, source: SourceFacts | None, confirmed_at: datetime | None) -> datetime | None:
    """When a licence was last seen on its list: a full list's last reading counts for all that is on it."""
    if source is None:
        return first_read_at
    if source.is_full or source.fresh_for_days == 0:
        return source.retrieved_at
    return max(first_read_at, confirmed_at) if confirmed_at else first_read_at


def stale_at(first_read_at: datetime, source: SourceFacts | None, confirmed_at: datetime | None) -> datetime | None:
    """The instant from which what a list says of a licence, first read there at `first_read_at`, may no longer be relied on.

    None if it never goes stale.
    """
    if source is None:
        # A fact whose list we do not know cannot be called fresh.
        return first_read_at
    if source.fresh_for_days == 0:
        return None
    seen = _last_seen(first_read_at, source, confirmed_at)
    return seen + timedelta(days=source.fresh_for_days) if seen else first_read_at


def _of_freshness(
    seen: datetime | None, stale_from: datetime | None, as_of: datetime, zone: str | None
) -> Sequence[Judged]:
    """That the list is too old. `seen` is when the licence was last on it."""
    if stale_from is None or as_of < stale_from:
        return ()
    date_seen = day_at(seen, zone).isoformat() if seen else ""
    return (Judged(Answer.UNKNOWN, Finding(Reason.SOURCE_STALE, {"date": date_seen})),)
