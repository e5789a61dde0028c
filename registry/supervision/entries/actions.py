"""What an agency's people ask of their entry, and what officers decide about it.

An agency asks for a correction, reports a clone, replies to what is shown, or withdraws; of the record itself that changes one
mark: that a correction was asked for. Officers decide with a reason, warn of a clone, show a reply and take it down. An entry is
claimed by invitation alone: the authority invites an agency's people, by two of its officers.

An officer reaches only agencies that hold a licence of the officer's authority.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple, Protocol

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from registry.audit.actions import record
from registry.complaints.case.messages import read_text
from registry.core import clock, ids
from registry.core.calls import Call
from registry.core.db.locking import lock
from registry.core.errors import IllegalMove, NotFound, NotNow
from registry.officers import accounts, notices, rights
from registry.officers.models import ChangeState, NoticeKind, OfficerChange, Unit
from registry.register.agencies import clone_warnings
from registry.register.agencies.actions import mark_correction
from registry.register.agencies.models import Agency, Licence
from registry.register.agencies.queries import public_record
from registry.register.agencies.rules import tidy_line
from registry.register.authorities.queries import authority_days
from registry.supervision.entries.models import EntryRequest
from registry.supervision.entries.rules import MAX_CLONE_REPORTS, due_day, is_answerable, may_ask_again, may_become
from registry.vocabulary.supervision import EntryPart, EntryRequestKind, EntryRequestState

MAX_TEXT = 4000
MAX_REPLY = 1000


class Named(Protocol):
    """The person who acts on a request, as the audit trail names them."""

    @property
    def name(self) -> str: ...


class Rep(NamedTuple):
    """A user of an agency: the user's reference and the agency's."""

    name: str
    agency: str


def ask(call: Call[Rep], kind: EntryRequestKind, text: str, part: EntryPart | None = None) -> EntryRequest:
    """Ask for a correction of a part of the entry, report that another business imitates the agency, or propose a reply.

    A correction marks the entry until it is decided. A reply is one line, shown beside a sanction or warning once the
    authority accepts it. Raises InvalidInput, NotFound, and NotNow where the entry says nothing to reply to, or where
    what was asked before waits.
    """
    today = day_of(call.session, call.actor.agency, call.at)
    if kind is EntryRequestKind.REPLY:
        agency = public_record(call.session, call.actor.agency, clock.day_at(call.at, None))
        if agency is None or not is_answerable(agency, today):
            raise NotNow(
                "a reply is shown beside a sanction or a warning, and your entry has none", "entry.nothing_beside"
            )
        text = tidy_line("text", text, MAX_REPLY)
    else:
        text = read_text("text", text, MAX_TEXT)
    _require_room(call, kind)
    is_correction = kind is EntryRequestKind.CORRECTION
    entry_request = EntryRequest(
        reference=ids.new_reference(),
        agency=call.actor.agency,
        kind=kind,
        state=EntryRequestState.OPEN,
        part=part if is_correction else None,
        text=text,
        asked_by=call.actor.name,
        asked_on=today,
        due_on=due_day(today),
    )
    call.session.add(entry_request)
    call.session.flush()
    if is_correction:
        # Behind all that may still be refused, for it holds the log.
        mark_correction(call.session, call.actor.agency, is_requested=True)
    record_act(call, f"entry.{kind}_asked", entry_request)
    return entry_request


def day_of(session: Session, agency: str, at: datetime) -> date:
    """The day where those sit who license an agency; where it is two days, the later one."""
    licensed_by = (
        select(Licence.authority).join(Agency, Agency.id == Licence.agency_id).where(Agency.reference == agency)
    )
    return authority_days(session, at).latest(session.scalars(licensed_by.distinct()))


def take_back(call: Call[Rep], reference: str) -> EntryRequest:
    """Withdraw a request, or have a shown reply removed. Raises NotFound, IllegalMove, StaleVersion."""
    entry_request = lock_request(call.session, call.actor.agency, reference, call.version)
    end(call.session, entry_request, call.at)
    record_act(call, f"entry.{entry_request.kind}_withdrawn", entry_request)
    return entry_request


def record_act(call: Call[Named], act: str, entry_request: EntryRequest) -> None:
    """Record in the audit trail what was done to a request."""
    detail, actor = entry_request.reference, call.actor.name
    today = day_of(call.session, entry_request.agency, call.at)
    record(call.session, act, entry_request.agency, on=today, actor=actor, detail=detail)


def lock_request(session: Session, agency: str, reference: str, version: int | None = None) -> EntryRequest:
    """A request about that agency's entry, locked. Raises NotFound, StaleVersion."""
    its = (EntryRequest.agency == agency, EntryRequest.reference == reference)
    return lock(session, EntryRequest, *its, version=version, missing="there is no such request")


def move(entry_request: EntryRequest, target: EntryRequestState) -> None:
    """Move a request to another state. Raises IllegalMove."""
    if not may_become(entry_request.kind, entry_request.state, target):
        raise IllegalMove(
            f"what is {entry_request.state} does not become {target}",
            "entry.no_such_move",
            source=entry_request.state,
            target=target,
        )
    entry_request.state = target
    entry_request.version += 1


def end(session: Session, entry_request: EntryRequest, at: datetime) -> None:
    """Withdraw a locked request, and the mark with it. Raises IllegalMove."""
    move(entry_request, EntryRequestState.WITHDRAWN)
    entry_request.ended_on = day_of(session, entry_request.agency, at)
    session.flush()
    unmark(session, entry_request)


def unmark(session: Session, entry_request: EntryRequest) -> None:
    """Remove the mark of a correction that is no longer open: an agency has one open at a time."""
    if entry_request.kind is EntryRequestKind.CORRECTION:
        mark_correction(session, entry_request.agency, is_requested=False)


def _require_room(call: Call[Rep], kind: EntryRequestKind) -> None:
    own = (EntryRequest.agency == call.actor.agency, EntryRequest.kind == kind)
    open_ = select(func.count(EntryRequest.id)).where(*own, EntryRequest.state == EntryRequestState.OPEN)
    limit = MAX_CLONE_REPORTS if kind is EntryRequestKind.CLONE_REPORT else 1
    if call.session.execute(open_).scalar_one() >= limit:
        raise NotNow(
            "what you asked before is not decided yet: take it back, or wait for the authority", "entry.one_waits"
        )
    query = select(func.max(EntryRequest.decided_on)).where(*own, EntryRequest.state == EntryRequestState.REFUSED)
    refused_on = call.session.execute(query).scalar_one()
    if kind is EntryRequestKind.CORRECTION and not may_ask_again(
        refused_on, day_of(call.session, call.actor.agency, call.at)
    ):
        raise NotNow(
            "a correction was refused less than 30 days ago: write to the authority if that was wrong",
            "entry.refused_lately",
        )


MAX_ANSWER = 2000
OURSELVES = "registry"
"""The source of a warning that no list of ours stated."""


class EntryOfficial(NamedTuple):
    """A licensing officer: the officer's reference and the authority's."""

    name: str
    authority: str


def within(authority: str) -> ColumnElement[bool]:
    """Scoping to an authority, as a condition on EntryRequest."""
    stored = (
        select(Agency.reference).join(Licence, Licence.agency_id == Agency.id).where(Licence.authority == authority)
    )
    return EntryRequest.agency.in_(stored)


def require_own(session: Session, official: EntryOfficial, agency: str) -> None:
    """Raise NotFound unless the agency holds a licence of the officer's authority."""
    query = select(Licence.id).join(Agency, Agency.id == Licence.agency_id)
    own = query.where(Agency.reference == agency, Licence.authority == official.authority)
    if session.execute(own.limit(1)).first() is None:
        raise NotFound("there is no agency of that reference with a licence of your authority")


def decide(
    call: Call[EntryOfficial], reference: str, answer: str, is_accepted: bool, warning: str = ""
) -> EntryRequest:
    """Decide an agency's request; `answer` is the reason, which the agency reads.

    A correction is made by the acts of licensing; deciding about it removes the mark. A clone report that is accepted
    puts `warning`, in the officer's words, on the entry. A reply that is accepted is shown, in place of the one before.
    Raises NotFound, IllegalMove, StaleVersion, InvalidInput.
    """
    session = call.session
    entry_request = _lock_request_of_authority(call, reference)
    today = day_of(session, entry_request.agency, call.at)
    reason = read_text("answer", answer, MAX_ANSWER)
    is_warned = is_accepted and entry_request.kind is EntryRequestKind.CLONE_REPORT
    words = tidy_line("warning", warning, clone_warnings.MAX_TEXT) if is_warned else ""
    if is_accepted and entry_request.kind is EntryRequestKind.REPLY:
        _end_earlier_reply(session, entry_request, call.at)
    move(entry_request, EntryRequestState.ACCEPTED if is_accepted else EntryRequestState.REFUSED)
    entry_request.answer, entry_request.decided_by, entry_request.decided_on = reason, call.actor.name, today
    session.flush()
    notices.notify_named(session, entry_request.asked_by, NoticeKind.DECIDED, call.at)
    # Last, for these hold the log.
    unmark(session, entry_request)
    if is_warned:
        clone_warnings.warn_of_clone(session, entry_request.agency, words, OURSELVES)
    record_act(call, f"entry.{entry_request.kind}_{entry_request.state}", entry_request)
    return entry_request


def take_down(call: Call[EntryOfficial], reference: str, answer: str) -> EntryRequest:
    """Take down a reply that is shown, with a reason. Raises NotFound, IllegalMove, StaleVersion, InvalidInput."""
    entry_request = _lock_request_of_authority(call, reference)
    if entry_request.state is EntryRequestState.OPEN:
        raise NotFound("there is no reply of that reference that is shown")
    entry_request.answer = read_text("answer", answer, MAX_ANSWER)
    end(call.session, entry_request, call.at)
    record_act(call, "entry.reply_taken_down", entry_request)
    return entry_request


def _end_earlier_reply(session: Session, entry_request: EntryRequest, at: datetime) -> None:
    """End the agency's earlier reply: only one is shown."""
    before = select(EntryRequest).where(
        EntryRequest.agency == entry_request.agency,
        EntryRequest.kind == EntryRequestKind.REPLY,
        EntryRequest.state == EntryRequestState.ACCEPTED,
    )
    for one in session.execute(before.with_for_update()).scalars():
        end(session, one, at)


def _lock_request_of_authority(call: Call[EntryOfficial], reference: str) -> EntryRequest:
    query = select(EntryRequest.agency).where(within(call.actor.authority), EntryRequest.reference == reference)
    agency = call.session.execute(query).scalar_one_or_none()
    if agency is None:
        raise NotFound("there is no such request")
    return lock_request(call.session, agency, reference, call.version)


def invite(call: Call[EntryOfficial], unit: Unit, name: str, email: str, language: str) -> OfficerChange:
    """Propose an account for a person of an agency, whose unit is `unit`. Raises NotFound, ActRefused, InvalidInput."""
    session, official, agency = call.session, call.actor, unit.agency or ""
    require_own(session, official, agency)
    change = accounts.propose_invitation(
        session,
        accounts.Invitation(unit.reference, name, email, [rights.Role.AGENCY_REP], language),
        by=official.name,
        at=call.at,
    )
    record(session, "entry.claim_proposed", agency, on=day_of(session, agency, call.at), actor=official.name)
    return change


def approve_invitation(call: Call[EntryOfficial], reference: str) -> str | None:
    """Approve an invitation, by another officer. Gives the part of the join code to hand over. Raises NotFound, ActRefused."""
    change, agency = invitation_named(call.session, call.actor, reference)
    today = day_of(call.session, agency, call.at)
    code = accounts.approve(call.session, change, by=call.actor.name, at=call.at, today=today)
    record(call.session, "entry.claimed", agency, on=today, actor=call.actor.name)
    return code


def refuse_invitation(call: Call[EntryOfficial], reference: str) -> None:
    """Refuse an invitation that waits. Raises NotFound, ActRefused."""
    change, _ = invitation_named(call.session, call.actor, reference)
    accounts.refuse(call.session, change, by=call.actor.name, at=call.at)


def invitation_named(session: Session, official: EntryOfficial, reference: str) -> tuple[OfficerChange, str]:
    """An invitation to an agency of this authority, decided or not, and the agency. Raises NotFound."""
    found = session.execute(_INVITATIONS.where(OfficerChange.reference == reference)).one_or_none()
    if found is None:
        raise NotFound("there is no such invitation")
    change, agency = found[0], found[1] or ""
    require_own(session, official, agency)
    return change, agency


def invitations(session: Session, official: EntryOfficial) -> Sequence[tuple[OfficerChange, str]]:
    """The invitations that wait for a second officer of this authority, each with its agency."""
    own = select(Agency.reference).join(Licence, Licence.agency_id == Agency.id)
    query = _INVITATIONS.where(
        OfficerChange.state == ChangeState.OPEN, Unit.agency.in_(own.where(Licence.authority == official.authority))
    )
    return [(change, agency or "") for change, agency in session.execute(query.order_by(OfficerChange.id))]


_INVITATIONS = (
    select(OfficerChange, Unit.agency).join(Unit, Unit.reference == OfficerChange.unit).where(Unit.agency.is_not(None))
)
