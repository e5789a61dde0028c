"""Officers' acts on what agencies ask: decide with a reason, warn of a clone, show a reply and take it down.

An entry is claimed by invitation alone: the authority invites an agency's people, by two of its officers.

An officer reaches only agencies that hold a licence of the officer's authority.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from registry.audit.actions import record
from registry.complaints.case.messages import read_text
from registry.core.calls import Call
from registry.core.errors import NotFound
from registry.officers import accounts
from registry.officers.models import ChangeState, NoticeKind, OfficerChange, Unit
from registry.officers.notices import notify_named
from registry.officers.rights import Role
from registry.register.agencies.clone_warnings import MAX_TEXT, warn_of_clone
from registry.register.agencies.models import Agency, Licence
from registry.register.agencies.rules import tidy_line
from registry.supervision.entries.models import EntryRequest
from registry.supervision.entries.requests import day_of, end, lock_request, move, record_act, unmark
from registry.vocabulary.licensing import EntryRequestKind, EntryRequestState

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
    words = tidy_line("warning", warning, MAX_TEXT) if is_warned else ""
    if is_accepted and entry_request.kind is EntryRequestKind.REPLY:
        _end_earlier_reply(session, entry_request, call.at)
    move(entry_request, EntryRequestState.ACCEPTED if is_accepted else EntryRequestState.REFUSED)
    entry_request.answer, entry_request.decided_by, entry_request.decided_on = reason, call.actor.name, today
    session.flush()
    notify_named(session, entry_request.asked_by, NoticeKind.DECIDED, call.at)
    # Last, for these hold the log.
    unmark(session, entry_request)
    if is_warned:
        warn_of_clone(session, entry_request.agency, words, OURSELVES)
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
        accounts.Invitation(unit.reference, name, email, [Role.AGENCY_REP], language),
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
