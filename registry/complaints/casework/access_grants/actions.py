"""Access grants: ask for what a role does not open, approve it as a second person, end it.

Nothing here gives a key: keys stay with the unit and its custodian. What is granted is that the registry uses them for
one officer, on record each time, until an instant that every look checks again.
"""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from registry.audit.actions import record
from registry.complaints.attachments.actions import attachments_of, one_of_them
from registry.complaints.attachments.models import Attachment
from registry.complaints.case import access, messages, moves
from registry.complaints.case.models import Case
from registry.complaints.case.units import day_of_case
from registry.complaints.casework import actions as casework
from registry.complaints.casework.access_grants import rules
from registry.complaints.casework.models import AccessGrant
from registry.complaints.casework.queries import evidence_boxes
from registry.complaints.parties.hearings.files import sent_files
from registry.complaints.sealing.envelopes import place_of
from registry.complaints.sealing.sealer import Sealer
from registry.core.calls import Call
from registry.core.db.locking import lock
from registry.core.errors import Fault, IllegalMove, InvalidInput, NotFound, NotNow
from registry.core.ids import new_reference
from registry.officers import days, notices
from registry.officers.models import NoticeKind, Unit
from registry.officers.rights import Act, Resource
from registry.vocabulary import codes, register
from registry.vocabulary.cases import AccessKind, AccessState, CaseState


class AccessRequest(NamedTuple):
    """What an officer asks for: for `hours` where it is break-glass, of an attachment where it is an original."""

    kind: AccessKind
    reason: str
    hours: int | None = None
    attachment: str = ""


def ask(call: Call[casework.Officer], sealer: Sealer, reference: str, request: AccessRequest) -> AccessGrant:
    """Ask for access to something of a case of one's own unit, with reasons that the second person reads.

    Raises NotFound, NotNow, StaleVersion, InvalidInput.
    """
    session, officer, at = call.session, call.actor, call.at
    kind, attachment = request.kind, request.attachment
    case = casework.lock_case(session, officer, reference, call.version)
    unit = session.execute(select(Unit).where(Unit.reference == officer.unit)).scalar_one()
    if unit.country in register.SENDING_COUNTRIES:
        raise NotNow("nothing of a complaint is ever opened to a unit of a sending country", "opening.sending_country")
    end_over_in(session, case, at)
    text = messages.read_text("reason", request.reason, casework.MAX_REASON)
    hours = _checked_hours(request)
    if kind is AccessKind.ORIGINAL and one_of_them(files_of_case(session, case), attachment).original_name is None:
        raise NotNow("of this paper the copy alone was kept: there is no original", "opening.no_original")
    if any(one.kind is kind and one.attachment == attachment for one in _live(session, case, officer.name)):
        raise NotNow(
            "you have asked for this already: it waits for a second person, or is open to you", "opening.asked_already"
        )
    grant = AccessGrant(
        reference=new_reference(),
        case_id=case.id,
        kind=kind,
        attachment=attachment,
        state=AccessState.ASKED,
        hours=hours,
        asked_by=officer.name,
        asked_at=at,
        ends_at=at + rules.WAITS,
    )
    box = access.open_case_box(session, sealer, officer.unit, case)
    grant.reason_sealed = box.seal(text, place_of(case, grant, "reason_sealed"))
    session.add(grant)
    session.flush()
    notices.notify_unit(
        session, officer.unit, rules.RIGHT_TO[kind], Act.APPROVE, NoticeKind.SECOND_PERSON, at, but=[officer.name]
    )  # fmt: skip
    casework.record_reading(call, case, f"{kind}.asked")
    return grant


def decide(
    call: Call[casework.UnitOfficer], sealer: Sealer, reference: str, answer: str = "", *, is_granted: bool
) -> AccessGrant:
    """Grant or refuse a request, by another officer than asked; `answer` says why not. A grant's time begins.

    The unit's auditors and supervisors are notified of a break-glass grant.
    Raises NotFound, IllegalMove, StaleVersion, InvalidInput.
    """
    session, (who, unit), at = call.session, call.actor, call.at
    case, grant = lock_grant(session, unit, reference, call.version)
    known = grant_facts(grant)
    why_not = rules.why_not_decided(known, who, at)
    if why_not is not None:
        state = rules.standing(known, at)
        lack = "own_request" if state is AccessState.ASKED else "decided"
        raise IllegalMove(why_not, f"opening.{lack}", state=state)
    if not is_granted:
        text = messages.read_text("answer", answer, casework.MAX_REASON)
        box = access.open_case_box(session, sealer, unit, case)
        grant.answer_sealed = box.seal(text, place_of(case, grant, "answer_sealed"))
    grant.state = AccessState.GRANTED if is_granted else AccessState.REFUSED
    grant.decided_by, grant.decided_at = who, at
    grant.ends_at = rules.end_of(grant.kind, grant.hours, at) if is_granted else at
    grant.version += 1
    session.flush()
    notices.notify_named(session, grant.asked_by, NoticeKind.DECIDED, at)
    if is_granted and grant.kind is AccessKind.BREAK_GLASS:
        _notify_break_glass(session, unit, grant, at)
    record(session, f"{grant.kind}.{grant.state}", case.reference, on=days.today_of(call), actor=who, unit=unit)
    return grant


def end(call: Call[casework.UnitOfficer], reference: str, *, is_own: bool = False) -> AccessGrant:
    """End an access grant early: the officer who asked ends their own (`is_own`), one who may grant it ends any.

    Raises NotFound, IllegalMove, StaleVersion.
    """
    session, (who, unit), at = call.session, call.actor, call.at
    case, grant = lock_grant(session, unit, reference, call.version)
    if is_own and grant.asked_by != who:
        raise NotFound("there is no such opening of yours")
    if rules.standing(grant_facts(grant), at) not in rules.LIVE:
        raise IllegalMove("this is closed already", "opening.closed")
    grant.state, grant.ended_by, grant.ends_at = AccessState.ENDED, who, at
    grant.version += 1
    session.flush()
    if not is_own:
        notices.notify_named(session, grant.asked_by, NoticeKind.DECIDED, at)
    record(session, f"{grant.kind}.ended", case.reference, on=days.today_of(call), actor=who, unit=unit)
    return grant


def end_due(sessions: sessionmaker[Session], at: datetime) -> int:
    """The worker's task that ends access grants past their time, one case a transaction. Gives how many."""
    with sessions() as session:
        over = select(AccessGrant.case_id).where(AccessGrant.state.in_(sorted(rules.LIVE)), AccessGrant.ends_at <= at)
        case_ids = session.execute(over.distinct().order_by(AccessGrant.case_id)).scalars().all()
    count = 0
    for case_id in case_ids:
        with sessions.begin() as session:
            count += end_over_in(session, moves.lock_case_by_id(session, case_id), at)
    return count


def end_over_in(session: Session, case: Case, at: datetime) -> int:
    """End the access grants of a locked case that are past their time."""
    over = (AccessGrant.case_id == case.id, AccessGrant.state.in_(sorted(rules.LIVE)), AccessGrant.ends_at <= at)
    found = session.execute(select(AccessGrant).where(*over).order_by(AccessGrant.id)).scalars().all()
    for one in found:
        one.state = rules.standing(grant_facts(one), at)
        one.version += 1
    session.flush()
    for one in found:
        record(session, f"{one.kind}.{one.state}", case.reference, on=day_of_case(session, case, at), actor="registry")
    return len(found)


def lock_grant(session: Session, unit: str, reference: str, version: int | None = None) -> tuple[Case, AccessGrant]:
    """An access grant of a unit and its case, both locked. Raises NotFound, StaleVersion."""
    found = session.execute(
        select(AccessGrant.id, AccessGrant.case_id)
        .join(Case, Case.id == AccessGrant.case_id)
        .where(casework.in_unit(unit), AccessGrant.reference == reference)
    ).one_or_none()
    if found is None:
        raise NotFound("there is no such opening in this unit")
    case = moves.lock_case_by_id(session, found.case_id)
    if case.state is CaseState.PURGED:
        raise NotFound("there is no such opening in this unit")
    return case, lock(session, AccessGrant, AccessGrant.id == found.id, version=version)


def grant_facts(grant: AccessGrant) -> rules.AccessGrantFacts:
    return rules.AccessGrantFacts(grant.kind, grant.state, grant.asked_by, grant.ends_at)


def files_of_case(session: Session, case: Case) -> list[Attachment]:
    """The files of those who wrote, what agencies sent when they were heard, and what officers took as evidence."""
    boxes = [*casework.opened_boxes(session, case), *session.scalars(evidence_boxes(case))]
    return [*attachments_of(session, boxes), *sent_files(session, case)]


def _live(session: Session, case: Case, who: str) -> list[AccessGrant]:
    theirs = (AccessGrant.case_id == case.id, AccessGrant.asked_by == who, AccessGrant.state.in_(sorted(rules.LIVE)))
    return list(session.execute(select(AccessGrant).where(*theirs)).scalars())


def _checked_hours(request: AccessRequest) -> int:
    if request.kind is not AccessKind.BREAK_GLASS:
        return rules.LOOK_HOURS
    if request.hours is None or not 1 <= request.hours <= rules.MAX_HOURS:
        raise InvalidInput([Fault.of("hours", codes.Problem.INVALID_VALUE, "hours", most=rules.MAX_HOURS)])
    return request.hours


def _notify_break_glass(session: Session, unit: str, grant: AccessGrant, at: datetime) -> None:
    """Notify the unit's overseers of a break-glass grant. The mail says only that there is something."""
    known = [grant.asked_by, grant.decided_by or ""]
    for resource in (Resource.AUDIT, Resource.TRAIL):
        notices.notify_unit(session, unit, resource, Act.READ, NoticeKind.DECIDED, at, but=known)
