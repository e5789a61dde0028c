"""What an agency's people do with their entry: ask for a correction, report a clone, reply to what is shown, withdraw.

Of the record itself they change only one mark: that a correction was asked for.
"""

from datetime import date, datetime
from typing import NamedTuple, Protocol

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.audit.actions import record
from registry.complaints.case.messages import read_text
from registry.core.calls import Call
from registry.core.clock import day_at
from registry.core.db.locking import lock
from registry.core.errors import IllegalMove, NotNow
from registry.core.ids import new_reference
from registry.register.agencies.actions import mark_correction
from registry.register.agencies.models import Agency, Licence
from registry.register.agencies.queries import public_record
from registry.register.agencies.rules import tidy_line
from registry.register.authorities.queries import authority_days
from registry.supervision.entries.models import EntryRequest
from registry.supervision.entries.rules import MAX_CLONE_REPORTS, due_day, is_answerable, may_ask_again, may_become
from registry.vocabulary.licensing import EntryPart, EntryRequestKind, EntryRequestState

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
        agency = public_record(call.session, call.actor.agency, day_at(call.at, None))
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
        reference=new_reference(),
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
