"""Compares what a worker was told with the register: which agency it names, and what that agency registered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from registry.core.keyring import Keyring
from registry.register.agencies import queries, record
from registry.register.agencies.bank_accounts import ACCOUNTS, channel_history
from registry.register.agencies.channel_rules import account_text, changed_at
from registry.register.authorities.queries import authority_days
from registry.register.authorities.sources import SourceSnapshot
from registry.register.law import loading, weights
from registry.register.law.rows import Fee, Row
from registry.register.names.queries import search
from registry.register.names.scoring import NEAR
from registry.verification.checks import red_flags, rules
from registry.verification.checks.advert import Item, country_in
from registry.verification.verdicts import context_rules, subjects
from registry.verification.verdicts.queries import VerdictReader
from registry.verification.verdicts.question import Finding, Question, SubjectKind, Verdict
from registry.verification.verdicts.verdict import decide
from registry.vocabulary import codes, register
from registry.vocabulary.checks import CheckKind

NEAR_NAMES = 5
"""Most agencies of a similar name that are shown."""


@dataclass(frozen=True, slots=True)
class CheckInput:
    """What a worker was told by a recruiter, and the advert; what the worker states is compared first.

    `is_picked`: the worker has seen what was picked out of the advert and put it right, so no more is picked.
    `nationality` is the worker's, where it is known.
    """

    stated: tuple[rules.StatedDetail, ...] = ()
    advert: str = ""
    agency_id: str | None = None
    country: str | None = None
    is_picked: bool = False
    nationality: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer. `verdict` is None where nothing names an agency; `candidates` are those that may be meant.

    `agency` is whom the comparison is with. Where a name alone names it, the verdict is that on a name: never a yes.
    `items` and `flags` are what was read in the advert, `offer` what they come to: `no` where it asks for what the law
    forbids, else `unknown`; `law` is what the law says of such a plan, for all recruiters.
    """

    checked: tuple[rules.Checked, ...]
    papers: tuple[rules.Noted, ...]
    summary: codes.CheckSummary
    verdict: Verdict | None
    agency: record.Agency | None
    candidates: tuple[record.Agency, ...]
    snapshot: SourceSnapshot
    flags: tuple[red_flags.Flagged, ...] = ()
    items: tuple[Item, ...] = ()
    offer: register.Answer = register.Answer.UNKNOWN
    law: tuple[Finding, ...] = ()


def outcome_of(session: Session, reader: VerdictReader, keyring: Keyring, given: CheckInput, now: datetime) -> Outcome:
    """Check all that was told against the agency it names. None of it is stored."""
    read = red_flags.read_advert(given.advert, given.country, (*given.stated, *_reference(given)))
    details = given.stated
    if not given.is_picked:
        details = tuple(dict.fromkeys((*details, *read.details)))
    verdict, snapshot = _named(reader, given, details, now)
    agency = verdict.agency if verdict is not None else None
    candidates = tuple(holder.agency for holder in verdict.candidates) if verdict is not None else ()
    if agency is None and (agency := rules.only_bearer(details, candidates)) is not None:
        candidates = _nearly_called(verdict, agency)
    registered = _registered(session, agency, details, keyring, now) if agency is not None else None
    checked = tuple(rules.check(one, registered, now) for one in details)
    if agency is None:
        near, bearers = _near_names(session, details, now)
        known = {one.agency_id for one in candidates}
        candidates += tuple(one for one in bearers if one.agency_id not in known)
        checked = tuple({one.stated: one for one in (*checked, *near)}.values())
    papers = rules.papers_in(read.text)
    flags = [one.flag for one in read.flags]
    offer, law = _offer(reader, given, flags, now) if given.advert else (register.Answer.UNKNOWN, ())
    whole = rules.summary(
        checked,
        papers,
        flags=flags,
        is_refused=agency is not None and verdict is not None and verdict.verdict is register.Answer.NO,
        # A check of a caller's number says nothing of the job: the licence is asked about, and not a corridor.
        is_licensed=verdict is not None
        and (verdict.verdict is register.Answer.YES or context_rules.lacks_context_alone(verdict)),
        has_agency=agency is not None,
        has_candidates=bool(candidates),
    )
    return Outcome(checked, papers, whole, verdict, agency, candidates, snapshot, read.flags, read.items, offer, law)


def _reference(given: CheckInput) -> tuple[rules.StatedDetail, ...]:
    """The agency that a lookup carried here is a company that was named."""
    return (rules.StatedDetail(CheckKind.NUMBER, given.agency_id),) if given.agency_id else ()


_OF_A_PLAN = frozenset(
    {
        codes.Reason.LAW_BARS,
        codes.Reason.LAW_MAY_BAR,
        codes.Reason.PERMITS_NOT_GIVEN,
        codes.Reason.OTHER_PERMIT_ROUTES,
        codes.Reason.PERMITS_BY_QUOTA,
        codes.Reason.VISA_DOES_NOT_ALLOW_WORK,
        codes.Reason.COUNTRY_NOT_COVERED,
    }
)


def _offer(
    reader: VerdictReader, given: CheckInput, flags: Sequence[codes.RedFlag], now: datetime
) -> tuple[register.Answer, tuple[Finding, ...]]:
    """What an advert comes to by law: its plan, and whether a flag breaks a rule whose row may decide today."""
    question = Question(
        SubjectKind.LAW,
        "",
        destination=given.country or country_in(given.advert),
        visa=red_flags.visa_in(flags),
        nationality=given.nationality,
    )
    facts = reader.facts(question, now)
    verdict = decide(question, facts)
    law = tuple(one for one in verdict.reasons if one.code in _OF_A_PLAN)
    known = (facts.snapshot.law or loading.shipped_law()).rows
    rows = [known.get(row_id) for flag in flags for row_id in red_flags.ROWS[flag]]
    is_broken = any(row is not None and _is_a_decided_ban(row, now.date()) for row in rows)
    return (register.Answer.NO if is_broken or verdict.verdict is register.Answer.NO else register.Answer.UNKNOWN), law


def _is_a_decided_ban(row: Row, today: date) -> bool:
    """Whether a row forbids to all what a flag names, and may decide today."""
    is_for_some = isinstance(row, Fee) and row.needs_labour_contract
    return weights.is_restricting(row) and not is_for_some and weights.may_decide(row, today) in weights.DECIDING


def _nearly_called(verdict: Verdict | None, agency: record.Agency) -> tuple[record.Agency, ...]:
    """The other agencies of nearly that name, to be shown with it."""
    holders = verdict.candidates if verdict is not None else ()
    return tuple(
        one.agency
        for one in holders
        if one.agency.agency_id != agency.agency_id and one.match is not None and one.match.score >= NEAR
    )


def _named(
    reader: VerdictReader, given: CheckInput, stated: Sequence[rules.StatedDetail], now: datetime
) -> tuple[Verdict | None, SourceSnapshot]:
    """The verdict on the named agency: by reference, else by number, else by name."""
    if given.agency_id is not None:
        answered = reader.answered(Question(SubjectKind.AGENCY_ID, given.agency_id), now)
        return answered.verdict, answered.snapshot
    first: Verdict | None = None
    for kind in (CheckKind.NUMBER, CheckKind.NAME):
        for one in stated:
            if one.kind is not kind:
                continue
            is_name = True if kind is CheckKind.NAME else None
            read = subjects.read_subject(reader, one.value, given.country, {}, now, is_name=is_name)
            if read is None:
                continue
            verdict = reader.with_imitation(read.question, read.facts, read.verdict, now)
            if kind is CheckKind.NUMBER and verdict.agency is None:
                # A number of several authorities' and the name of one of its holders say together whom they mean.
                holder = rules.only_bearer(stated, [candidate.agency for candidate in verdict.candidates])
                if holder is not None:
                    verdict = reader.answered(Question(SubjectKind.AGENCY_ID, holder.agency_id), now).verdict
            if verdict.agency is not None:
                return verdict, reader.current_snapshot()
            if first is None or (verdict.candidates and not first.candidates):
                first = verdict
    return first, reader.current_snapshot()


def _registered(
    session: Session, agency: record.Agency, stated: Sequence[rules.StatedDetail], keyring: Keyring, now: datetime
) -> rules.Registered:
    """The agency with what a comparison needs and its record does not show, as it is at this instant."""
    history = channel_history(session, agency.agency_id)
    known_from = _known_from(agency, history.known_at.date())
    changes = {
        key: changed
        for key, periods in history.sayings.items()
        if (changed := changed_at(periods, history.known_at, known_from, now)) is not None
    }
    asked_digests = {}
    if any(history.digests.values()):
        accounts = {one.value: account_text(one.value) for one in stated if one.kind is CheckKind.BANK_ACCOUNT}
        asked_digests = {
            value: keyring.digest(ACCOUNTS, account) for value, account in accounts.items() if account is not None
        }
    today = authority_days(session, now).latest(licence.authority for licence in agency.licences)
    return rules.Registered(agency, changes, history.digests, asked_digests, today)


def _known_from(agency: record.Agency, first_said_on: date) -> date:
    """The first day that a record speaks of; before it the agency was not known."""
    days = [first_said_on, *(licence.valid_from for licence in agency.licences)]
    days += [name.from_ for name in agency.names] + [identifier.from_ for identifier in agency.identifiers]
    days += [period.from_ for licence in agency.licences for period in licence.status_history]
    return min(day for day in days if day is not None)


def _near_names(
    session: Session, stated: Sequence[rules.StatedDetail], now: datetime
) -> tuple[list[rules.Checked], tuple[record.Agency, ...]]:
    """Names told that no agency bears but that resemble a registered one, as mismatches; and the agencies meant."""
    checked: list[rules.Checked] = []
    references: dict[int, None] = {}
    for one in stated:
        if one.kind is not CheckKind.NAME:
            continue
        hits = search(session, one.value, NEAR_NAMES, floor=NEAR)
        if hits:
            if not rules.is_same_name(one.value, hits[0].name) and not rules.may_mean(one.value, hits[0].name):
                checked.append(rules.mismatched_name(one, hits[0].name, rules.papers_in(one.value)))
            references |= dict.fromkeys(hit.agency_id for hit in hits)
    return checked, tuple(queries.published(session, list(references), now.date()))
