"""Triage of a case: what the rules need beside the answers, and what follows for other cases and mass filings.

`patterns` finds the agencies with several independent complaints to one unit: by digest, copies told apart by similarity.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from registry.complaints.attachments.models import Attachment
from registry.complaints.case import clocks, moves, states, units
from registry.complaints.case.models import Case
from registry.complaints.casework import queries
from registry.complaints.casework.actions import in_unit
from registry.complaints.sealing.sealer import Sealer
from registry.complaints.triage import rules
from registry.complaints.triage.similarity import alike, bands, independent, remember
from registry.register.agencies.queries import agency_row
from registry.register.names.spelling import normalised
from registry.vocabulary.cases import RECORDINGS, CaseRole, CaseState
from registry.vocabulary.codes import TriageReason

MAX_COMPARED = 50
"""Complaints about one agency that are compared: far more than are needed to raise them."""

COMPARED_AT_ONCE = 8

MAX_AGENCIES = 20
"""How many agencies `patterns` gives at most."""

COUNTED = frozenset({*states.OPEN_STATES, CaseState.CLOSED})
"""Quarantined, withdrawn or merged cases say nothing more about an agency."""


class NamedAgency(NamedTuple):
    """The agency that a complaint names: `key` is the same for the same agency, `stated` what is sealed."""

    key: str
    is_registered: bool
    stated: Mapping[str, str]


# Built once: building such a statement costs more than running it.
_RECORDINGS = (
    select(Attachment.id)
    .where(Attachment.case_id == bindparam("case_id"), Attachment.kind.in_(sorted(RECORDINGS)))
    .limit(1)
)
_ABOUT_AGENCY = (
    select(Case.id, Case.state, Case.priority, Case.reasons)
    .where(
        Case.agency_digest == bindparam("agency"),
        Case.filed_on > bindparam("since"),
        Case.state.in_(sorted(COUNTED)),
        Case.id != bindparam("case_id"),
    )
    .order_by(Case.id)
    .limit(MAX_COMPARED)
)


class Others(NamedTuple):
    """Independent complaints about the same agency: how many, and those that are to be raised once they are enough, by id.

    Of more than `INDEPENDENT_COMPLAINTS` only some may have been counted.
    """

    number: int
    waiting: list[int]


def named_agency(session: Session, answers: Mapping[str, Any]) -> NamedAgency | None:
    """The agency as it was picked from the registry or typed. One that was picked but is not there counts by its name."""
    given = answers.get("agency")
    if not isinstance(given, Mapping):
        return None
    reference = given.get("agency_id")
    if reference is not None and agency_row(session, reference) is not None:
        return NamedAgency(f"agency {reference}", True, given)
    name = given.get("name")
    return (
        None
        if name is None and reference is None
        else NamedAgency(f"name {normalised(name or reference or '')}", False, given)
    )


def judge(session: Session, case: Case, answers: Mapping[str, Any], others: Others) -> rules.Triaged:
    """The triage of a case, which is itself one of the complaints that count beside the `independent_others`."""
    has_recording = session.execute(_RECORDINGS, {"case_id": case.id}).first() is not None
    return rules.triage(
        answers, rules.TriageFacts(independent_complaints=1 + others.number, has_recording=has_recording)
    )


def others_to_raise(session: Session, others: Others) -> list[Case]:
    """Of the `independent_others` those that a third complaint about the same agency raises too, locked; each once."""
    if 1 + others.number < rules.INDEPENDENT_COMPLAINTS:
        return []
    return [other for one in others.waiting if _is_to_be_raised(other := moves.lock_case_by_id(session, one))]


def _is_to_be_raised(case: Any) -> bool:
    is_raised = TriageReason.INDEPENDENT_COMPLAINTS in case.reasons
    return case.state in states.OPEN_STATES and case.priority is not None and not is_raised


def raise_others(session: Session, others: Sequence[Case], at: datetime) -> None:
    """Raise by one the priority of the cases that `others_to_raise` gave."""
    for other in others:
        if other.priority is not None:
            moves.set_case_priority(other, rules.raised(other.priority), at)
        other.reasons = [*other.reasons, TriageReason.INDEPENDENT_COMPLAINTS]
        clocks.reschedule_first_look(session, other, at)
        moves.changed(
            session,
            other,
            "case.priority",
            units.day_of_case(session, other, at),
            role=CaseRole.REGISTRY,
            detail="independent complaints",
        )


def remember_words(session: Session, sealer: Sealer, case: Case, answers: Mapping[str, Any]) -> tuple[str, ...]:
    """Keep what a complaint says as keyed digests, and give them."""
    account = answers.get("account")
    of_text = bands(sealer.digest, account) if isinstance(account, str) else ()
    remember(session, case.id, of_text)
    return of_text


def is_part_of_flood(session: Session, case: Case, of_text: Sequence[str], today: date) -> bool:
    """Whether a case that was just judged is quarantined because of the number of its like."""
    if case.priority is None or case.priority not in rules.NOT_URGENT:
        return False
    since = today - timedelta(days=rules.DUPLICATES_WITHIN_DAYS)
    near = [one for one in alike(session, of_text, without=case.id, since=since) if one.shared >= rules.NEAR_BANDS]
    filed_today = select(func.count(Case.id)).where(
        Case.unit_id == case.unit_id,
        Case.state.in_(sorted(states.OPEN_STATES)),
        Case.priority.in_(sorted(rules.NOT_URGENT)),
        Case.filed_on == today,
        Case.id != case.id,
    )
    return rules.is_flood(case.priority, len(near), session.execute(filed_today).scalar_one())


def independent_others(session: Session, case: Case, today: date) -> Others:
    """The other cases about the same agency within the days that count, each in words of its own: of copies the first.

    The agency and the words of the case are known already.
    """
    if case.agency_digest is None:
        return Others(0, [])
    since = today - timedelta(days=rules.INDEPENDENT_DAYS)
    about = {"agency": case.agency_digest, "since": since, "case_id": case.id}
    others = session.execute(_ABOUT_AGENCY, about).all()
    # Most were raised long ago. Where none waits, it counts alone whether there are enough, and the first few say so.
    waiting = {row.id for row in others if _is_to_be_raised(row)}
    last = max((place for place, row in enumerate(others) if row.id in waiting), default=-1)
    stored = [case.id]
    for start in range(0, len(others), COMPARED_AT_ONCE):
        if start > last and len(stored) >= rules.INDEPENDENT_COMPLAINTS:
            break
        stored = independent(session, [[*stored, *(row.id for row in others[start : start + COMPARED_AT_ONCE])]])[0]
    return Others(len(stored) - 1, sorted(waiting.intersection(stored)))


class Pattern(NamedTuple):
    """`agency` as the first of its complaints names it (`agency_id` where it was picked from the registry, `name`)."""

    agency: dict[str, str]
    independent: int
    complaints: int
    last_on: date


def patterns(session: Session, sealer: Sealer, unit: str, from_on: date, to_on: date) -> list[Pattern]:
    """Agencies with three or more independent complaints to this unit, most first: at most 20, 50 compared of each.

    Complaints to other units are not counted: unit scoping holds for counts too.
    """
    within = (in_unit(unit), Case.state.in_(sorted(COUNTED)), Case.filed_on.between(from_on, to_on))
    often = (
        select(Case.agency_digest, func.count(), func.max(Case.filed_on))
        .where(*within, Case.agency_digest.is_not(None))
        .group_by(Case.agency_digest)
        .having(func.count() >= rules.INDEPENDENT_COMPLAINTS)
        .order_by(func.count().desc(), Case.agency_digest)
        .limit(MAX_AGENCIES)
    )
    rows = session.execute(often).all()
    cases = _first_of(session, within, [row[0] for row in rows])
    alone = independent(session, [[case.id for case in found] for found in cases.values()])
    found = []
    for (digest, complaints, last_on), stored in zip(rows, alone, strict=True):
        given = queries.named_agency(sealer, cases[digest][0])
        if len(stored) >= rules.INDEPENDENT_COMPLAINTS and given is not None:
            found.append(Pattern(given, len(stored), complaints, last_on))
    return sorted(found, key=lambda one: -one.independent)


def _first_of(
    session: Session, within: Sequence[object], digests: Sequence[str | None]
) -> dict[str | None, list[Case]]:
    """The first 50 cases about each agency, in one query."""
    place = func.row_number().over(partition_by=Case.agency_digest, order_by=Case.id).label("place")
    numbered = select(Case.id, place).where(*within, Case.agency_digest.in_(digests)).subquery()  # type: ignore[arg-type]
    rows = session.scalars(
        select(Case).join(numbered, numbered.c.id == Case.id).where(numbered.c.place <= MAX_COMPARED).order_by(Case.id)
    )
    found: dict[str | None, list[Case]] = {digest: [] for digest in digests}
    for case in rows:
        found[case.agency_digest].append(case)
    return found
