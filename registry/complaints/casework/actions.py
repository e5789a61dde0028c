"""The officers' work on cases: moves, messages to the complainant, and which agency is meant. Every act is by an officer of one
unit and finds that unit's cases alone.

Unit scoping is by `Officer.unit`: `lock_case` is the one way to a case, and another unit's case answers as one that
does not exist.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from sqlalchemy import BindParameter, ColumnElement, Select, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.base import ExecutableOption

from registry.audit.actions import record
from registry.complaints.case import access, clocks, messages, units
from registry.complaints.case.models import Case
from registry.complaints.case.moves import advance_case, changed, facts_of, lock_case_where, moves_of
from registry.complaints.case.states import OPEN_STATES, Way, way_to, ways
from registry.complaints.casework.models import CaseMove
from registry.complaints.sealing.envelopes import Place, place_of
from registry.complaints.sealing.models import EncryptedContainer
from registry.complaints.sealing.sealer import Sealer
from registry.core.calls import Call
from registry.core.db.locking import require_version
from registry.core.errors import Fault, IllegalMove, InvalidInput, NotFound, NotNow
from registry.officers.days import today_of
from registry.officers.models import Unit
from registry.vocabulary.cases import Author, CaseRole, CaseState, MailboxRole, MailboxState
from registry.vocabulary.codes import Problem

MAX_REASON = 4000


class Officer(NamedTuple):
    """An officer at work on a case: name, the role in which they act, and the reference of their unit."""

    name: str
    role: CaseRole
    unit: str


class UnitOfficer(NamedTuple):
    """An officer of a unit where no role in a case counts: their reference, and that of the unit."""

    name: str
    unit: str


def lock_case(
    session: Session,
    officer: Officer,
    reference: str,
    version: int | None = None,
    *,
    also: Sequence[ExecutableOption] = (),
) -> Case:
    """A case of the officer's own unit, locked. Raises NotFound for any other, StaleVersion."""
    case = lock_case_where(session, in_unit(officer.unit), Case.reference == reference, also=also)
    if case is None or case.state in (CaseState.DRAFT, CaseState.PURGED):
        raise NotFound(f"there is no case {reference} in this unit")
    require_version(case.version, version)
    return case


def move(call: Call[Officer], sealer: Sealer, reference: str, target: CaseState, *, reason: str | None = None) -> Case:
    """Move a case to another state. Raises NotFound, IllegalMove, StaleVersion, InvalidInput."""
    if target is CaseState.MERGED:
        raise InvalidInput([Fault.of("to", Problem.INVALID_VALUE, "merge_elsewhere")])
    session, officer = call.session, call.actor
    case = lock_case(session, officer, reference, call.version)
    sealed = seal_reason(session, sealer, officer, case, reason)
    advance_case(session, case, target, officer.role, call.at, actor=officer.name, reason_sealed=sealed)
    return case


def merge(call: Call[Officer], sealer: Sealer, reference: str, into: str, *, reason: str) -> Case:
    """Merge a case into another of the same unit, which goes on for both. Its complainant keeps their mailbox.

    Raises NotFound, IllegalMove, StaleVersion, InvalidInput.
    """
    if reference == into:
        raise InvalidInput([Fault.of("into", Problem.CONTRADICTORY, "another_case")])
    session, officer = call.session, call.actor
    # In the order of their ids, so that two officers who merge crosswise do not wait for each other for ever.
    existing = {one: lock_case(session, officer, one) for one in sorted((reference, into))}
    case, other = existing[reference], existing[into]
    require_version(case.version, call.version)
    if other.state not in OPEN_STATES:
        raise InvalidInput([Fault.of("into", Problem.CONTRADICTORY, "takes_only_open", state=other.state)])
    sealed = seal_reason(session, sealer, officer, case, reason)
    danger_since = case.in_danger_since
    advance_case(
        session, case, CaseState.MERGED, officer.role, call.at,
        actor=officer.name, reason_sealed=sealed, is_same_unit=True,
    )  # fmt: skip
    case.merged_into_id = other.id
    if danger_since is not None:
        other.in_danger_since = min(danger_since, other.in_danger_since or danger_since)
    session.flush()
    return case


def find_ways(case: Case, history: Sequence[CaseMove], actor: str, roles: Sequence[CaseRole], today: date) -> list[Way]:
    """Where an officer with these roles may move a case now, and why not elsewhere."""
    return ways(case.state, roles, facts_of(case, history, actor, today, has_reason=True, is_same_unit=True))


class MoveRequest(NamedTuple):
    """The move that an officer asks for; `into` names the other case where two become one."""

    to: CaseState
    reason: str = ""
    into: str = ""


def move_in_humblest_role(
    call: Call[Officer], sealer: Sealer, reference: str, request: MoveRequest, roles: Sequence[CaseRole]
) -> Case:
    """Move a case in the humblest of the officer's `roles` that may; they are all that the officer has, the humblest first.

    Raises NotFound, IllegalMove, StaleVersion, InvalidInput.
    """
    session, officer, target = call.session, call.actor, request.to
    case = lock_case(session, officer, reference, call.version)
    facts = facts_of(case, moves_of(session, case), officer.name, today_of(call), has_reason=True, is_same_unit=True)
    way = way_to(case.state, target, roles, facts)
    if way is None:
        raise IllegalMove(
            f"what is {case.state} does not become {target}", "case.no_such_move", source=case.state, target=target
        )
    if way.place is not None:
        raise IllegalMove(
            f"what is {case.state} becomes {target} on the tab of its {way.place}, with all that belongs to it",
            "case.other_tab",
            target=target,
            tab=way.place,
        )
    if way.role is None:
        raise IllegalMove(
            f"what is {case.state} does not become {target} by you: {' or '.join(way.by)} may do it",
            "case.others_move",
            target=target,
            roles=way.by,
        )
    if way.needs_reason and not request.reason.strip():
        raise InvalidInput([Fault.of("reason", Problem.MISSING, "must_say_why")])
    as_mover = replace(call, actor=officer._replace(role=way.role))
    if target is not CaseState.MERGED:
        return move(as_mover, sealer, reference, target, reason=request.reason)
    other = "".join(request.into.split()).upper()
    try:
        return merge(as_mover, sealer, reference, other, reason=request.reason)
    except NotFound:
        # This case was found a moment ago: it is the other that is not there.
        raise InvalidInput([Fault.of("into", Problem.INVALID_VALUE, "case_not_here")]) from None


def reply(
    call: Call[Officer],
    sealer: Sealer,
    reference: str,
    text: str,
    *,
    to_helper: bool = False,
    idempotency_key: str | None = None,
) -> int:
    """Write to the complainant. Gives the number of mailboxes it went to.

    It goes to the worker's own mailbox, and to a helper's where the worker allows it. While the worker has no mailbox,
    nothing goes to a helper unless `to_helper` says that the helper may read it. Raises NotFound, NotNow, StaleVersion,
    InvalidInput.
    """
    session, officer, today = call.session, call.actor, today_of(call)
    case = lock_case(session, officer, reference, call.version)
    if case.state is CaseState.WITHDRAWN:
        raise NotNow("this was withdrawn: write nothing more", "case.withdrawn")
    boxes = opened_boxes(session, case)
    chosen = [box for box in boxes if box.role is MailboxRole.WORKER and box.state is not MailboxState.CUT_OFF]
    has_worker = bool(chosen)
    chosen += [
        box
        for box in boxes
        if box.role is MailboxRole.HELPER
        and box.state is MailboxState.OPEN
        and (box.answers_allowed or (to_helper and not has_worker))
    ]
    if not chosen:
        raise NotNow(
            "the worker has no mailbox of their own yet: say with --to-helper that the helper may read this",
            "case.no_mailbox",
        )
    for box in chosen:
        opened = sealer.open_as_unit(session, box, officer.unit)
        messages.write_message(
            session,
            sealer,
            case,
            opened,
            Author.OFFICER,
            text,
            today,
            idempotency_key=idempotency_key,
            by=None if officer.role is CaseRole.REGISTRY else officer.name,
        )
    clocks.mark_acknowledged(session, case, today)
    if officer.role is not CaseRole.REGISTRY:
        # What the service writes by itself is no officer's look at what came.
        clocks.mark_helped(session, case, today)
    record_act(call, case, "case.answered")
    return len(chosen)


def seal_reason(session: Session, sealer: Sealer, officer: Officer, case: Case, reason: str | None) -> str | None:
    """An officer's reason, sealed to the case's first mailbox like everything else that tells of what was written."""
    if reason is None or not reason.strip():
        return None
    text = messages.read_text("reason", reason, MAX_REASON)
    place = Place("case_moves", "reason_sealed", case.reference, case.reference)
    return access.open_case_box(session, sealer, officer.unit, case).seal(text, place)


def record_act(call: Call[Officer], case: Case, what: str, detail: str = "") -> None:
    """Record an officer's change of a locked case, and raise its version. `detail` holds closed words alone."""
    today = units.day_of_case(call.session, case, call.at)
    changed(call.session, case, what, today, role=call.actor.role, actor=call.actor.name, detail=detail)


def record_reading(call: Call[Officer], case: Case, what: str) -> None:
    """Record that an officer read something of a case."""
    today = units.day_of_case(call.session, case, call.at)
    record(call.session, what, case.reference, on=today, actor=call.actor.name, detail=call.actor.role)


def link_agency(call: Call[Officer], sealer: Sealer, reference: str, agency: str) -> Case:
    """Say which agency of the registry (its public reference, known to be there) is meant by the one that was typed.

    What was typed stays beside it. Raises NotFound, StaleVersion, and NotNow where the case names one of the registry already.
    """
    session, officer = call.session, call.actor
    case = lock_case(session, officer, reference, call.version)
    place = place_of(case, case, "agency_sealed")
    typed = {} if case.agency_sealed is None else json.loads(sealer.open_field(case.agency_sealed, place))
    if typed.get("agency_id") and case.agency_is_registered:
        raise NotNow("this case names an agency of the registry already", "desk.agency_linked")
    case.agency_sealed = sealer.seal_field(json.dumps(typed | {"agency_id": agency}, ensure_ascii=False), place)
    case.agency_digest = sealer.digest("agency", f"agency {agency}")
    case.agency_is_registered = True
    session.flush()
    record_act(call, case, "case.agency_linked")
    return case


def in_unit(unit: str | BindParameter[str]) -> ColumnElement[bool]:
    """Unit scoping, as a condition on Case."""
    return Case.unit_id == select(Unit.id).where(Unit.reference == unit).scalar_subquery()


def in_unit_of_few(unit: str | BindParameter[str]) -> ColumnElement[bool]:
    """As `in_unit`, for a few cases that something else leads to, worded so that no index of the queue fits.

    SQLite would else read the whole queue in its order.
    """
    return Case.unit_id + 0 == select(Unit.id).where(Unit.reference == unit).scalar_subquery()


def opened_boxes(session: Session, case: Case) -> list[EncryptedContainer]:
    """The mailboxes that the unit can open, without those replaced before they were first opened."""
    return list(session.execute(opened_mailboxes(case)).scalars())


def opened_mailboxes(case: Case) -> Select[EncryptedContainer]:
    return access.mailboxes(case).where(
        or_(EncryptedContainer.role != MailboxRole.WORKER, EncryptedContainer.state != MailboxState.CUT_OFF)
    )
