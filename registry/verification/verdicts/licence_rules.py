"""What one licence answers to one question. Each rule gives the findings it has; the gravest answer stands.

A licence alone must satisfy the whole question: nothing here looks at another licence.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

import msgspec

from registry.core.clock import day_at
from registry.register.agencies import record
from registry.register.authorities.sources import SourceFacts
from registry.verification.verdicts.corridor_law_rules import corridor_law
from registry.verification.verdicts.findings import GRAVITY, INFORMING, Judged
from registry.verification.verdicts.question import Finding, Question, VerdictFacts
from registry.verification.verdicts.scope_rules import of_conditions, of_corridor, of_kind, of_permission, of_sector
from registry.verification.verdicts.status_rules import continuation, of_status, of_time, standing_on
from registry.vocabulary.codes import Reason
from registry.vocabulary.register import KINDS, SENDING_COUNTRIES, Answer, LicenceStatus, Territory

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
        ordered = sorted(self.judged, key=_gravest_first)
        return tuple(
            [
                finding if answer is gravest and finding.code not in INFORMING else finding.informing()
                for answer, finding in ordered
            ]
        )


def _gravest_first(judged: Judged) -> int:
    return -GRAVITY[judged.answer]


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
    judged = (
        *of_kind(licence, question, is_licence_needed=law.is_licence_needed),
        *of_status(licence, standing, day),
        *_of_headlines(licence, agency, question, day, today),
        *of_time(licence, source, day, today, zone),
        *law.at_home,
        *of_corridor(licence, question),
        *law.at_destination,
        *of_sector(licence, question),
        *of_conditions(licence, question, standing.status),
        *_of_holder(agency, day),
        *_of_freshness(licence, source, confirmed_at, facts.as_of, zone),
        *of_permission(licence),
    )
    return Judgement(
        licence,
        day,
        judged,
        _gravest(judged),
        standing.status,
        continuation(standing, law.regime, day, judged),
        stale_at(licence, source, confirmed_at),
        _retrieved_at(licence, source, confirmed_at),
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


def _retrieved_at(
    licence: record.Licence, source: SourceFacts | None, confirmed_at: datetime | None
) -> datetime | None:
    """When the licence was last seen on its list: a full list's last reading counts for all that is on it."""
    if source is None:
        return licence.retrieved_at
    if source.is_full or source.fresh_for_days == 0:
        return source.retrieved_at
    return max(licence.retrieved_at, confirmed_at) if confirmed_at else licence.retrieved_at


def stale_at(licence: record.Licence, source: SourceFacts | None, confirmed_at: datetime | None) -> datetime | None:
    """The instant from which what a list says of a licence may no longer be relied on; None if it never goes stale."""
    if source is None:
        # A fact whose list we do not know cannot be called fresh.
        return licence.retrieved_at
    if source.fresh_for_days == 0:
        return None
    seen = _retrieved_at(licence, source, confirmed_at)
    return seen + timedelta(days=source.fresh_for_days) if seen else licence.retrieved_at


def _of_freshness(
    licence: record.Licence,
    source: SourceFacts | None,
    confirmed_at: datetime | None,
    as_of: datetime,
    zone: str | None,
) -> Iterator[Judged]:
    end = stale_at(licence, source, confirmed_at)
    if end is not None and as_of >= end:
        seen = _retrieved_at(licence, source, confirmed_at)
        date_seen = day_at(seen, zone).isoformat() if seen else ""
        yield Judged(Answer.UNKNOWN, Finding(Reason.SOURCE_STALE, {"date": date_seen}))
