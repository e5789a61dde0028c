"""What an agency's people do with their entry: ask for a correction, report a clone, reply to what is shown, withdraw.

Of the record itself they change only one mark: that a correction was asked for.
"""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.audit.actions import record
from registry.complaints.case.messages import read_text
from registry.core.db.locking import lock
from registry.core.errors import Fault, IllegalMove, InvalidInput, NotNow
from registry.core.ids import new_reference
from registry.register.agencies.actions import mark_correction
from registry.register.agencies.queries import public_record
from registry.register.agencies.texts import tidy_line
from registry.supervision.entries.models import EntryRequest
from registry.supervision.entries.rules import MAX_CLONE_REPORTS, due_day, is_answerable, may_ask_again, may_become
from registry.vocabulary.codes import Problem
from registry.vocabulary.entries import EntryPart
from registry.vocabulary.licensing import EntryRequestKind, EntryRequestState

MAX_TEXT = 4000
MAX_REPLY = 1000


class Rep(NamedTuple):
    """A user of an agency: the user's reference and the agency's."""

    name: str
    agency: str


def ask_correction(session: Session, rep: Rep, part: EntryPart, text: str, at: datetime) -> EntryRequest:
    """Request a correction of the entry, marked until that is decided. Raises InvalidInput, NotNow, NotFound."""
    entry_request = _create_request(
        session, rep, EntryRequestKind.CORRECTION, read_text("text", text, MAX_TEXT), at, part=part
    )
    # Last, for it holds the log: what stands before may still be refused.
    mark_correction(session, rep.agency, is_requested=True)
    return _recorded(session, rep, entry_request, at)


def report_clone(session: Session, rep: Rep, text: str, at: datetime) -> EntryRequest:
    """Report that another business imitates the agency. Raises InvalidInput, NotNow, NotFound."""
    text = read_text("text", text, MAX_TEXT)
    return _recorded(session, rep, _create_request(session, rep, EntryRequestKind.CLONE_REPORT, text, at), at)


def propose_reply(session: Session, rep: Rep, text: str, at: datetime) -> EntryRequest:
    """Propose a reply to a sanction or warning, to be shown beside it once the authority accepts it. One line of text.

    Raises InvalidInput, NotFound, and NotNow where the entry says nothing to reply to.
    """
    agency = public_record(session, rep.agency, at.date())
    if agency is None or not is_answerable(agency, at.date()):
        raise NotNow("a reply is shown beside a sanction or a warning, and your entry has none", "entry.nothing_beside")
    text = tidy_line("text", text, MAX_REPLY)
    return _recorded(session, rep, _create_request(session, rep, EntryRequestKind.REPLY, text, at), at)


def take_back(session: Session, rep: Rep, reference: str, at: datetime, *, version: int | None = None) -> EntryRequest:
    """Withdraw a request, or have a shown reply removed. Raises NotFound, IllegalMove, StaleVersion."""
    entry_request = lock_request(session, rep.agency, reference, version)
    end(session, entry_request, at)
    record(
        session,
        f"entry.{entry_request.kind}_withdrawn",
        entry_request.agency,
        on=at.date(),
        actor=rep.name,
        detail=reference,
    )
    return entry_request


def lock_request(session: Session, agency: str, reference: str, version: int | None) -> EntryRequest:
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
    entry_request.ended_on = at.date()
    session.flush()
    unmark(session, entry_request)


def unmark(session: Session, entry_request: EntryRequest) -> None:
    """Remove the mark of a correction that is no longer open: an agency has one open at a time."""
    if entry_request.kind is EntryRequestKind.CORRECTION:
        mark_correction(session, entry_request.agency, is_requested=False)


def _create_request(
    session: Session, rep: Rep, kind: EntryRequestKind, text: str, at: datetime, *, part: EntryPart | None = None
) -> EntryRequest:
    _require_room(session, rep, kind, at)
    entry_request = EntryRequest(
        reference=new_reference(),
        agency=rep.agency,
        kind=kind,
        state=EntryRequestState.OPEN,
        part=part,
        text=text,
        asked_by=rep.name,
        asked_on=at.date(),
        due_on=due_day(at.date()),
    )
    session.add(entry_request)
    session.flush()
    return entry_request


def _recorded(session: Session, rep: Rep, entry_request: EntryRequest, at: datetime) -> EntryRequest:
    record(
        session,
        f"entry.{entry_request.kind}_asked",
        entry_request.agency,
        on=at.date(),
        actor=rep.name,
        detail=entry_request.reference,
    )
    return entry_request


def _require_room(session: Session, rep: Rep, kind: EntryRequestKind, at: datetime) -> None:
    own = (EntryRequest.agency == rep.agency, EntryRequest.kind == kind)
    open_ = select(func.count(EntryRequest.id)).where(*own, EntryRequest.state == EntryRequestState.OPEN)
    limit = MAX_CLONE_REPORTS if kind is EntryRequestKind.CLONE_REPORT else 1
    if session.execute(open_).scalar_one() >= limit:
        raise NotNow(
            "what you asked before is not decided yet: take it back, or wait for the authority", "entry.one_waits"
        )
    refused = select(func.max(EntryRequest.decided_on)).where(*own, EntryRequest.state == EntryRequestState.REFUSED)
    if kind is EntryRequestKind.CORRECTION and not may_ask_again(session.execute(refused).scalar_one(), at.date()):
        raise NotNow(
            "a correction was refused less than 30 days ago: write to the authority if that was wrong",
            "entry.refused_lately",
        )


def read_part(typed: str) -> EntryPart:
    """The part of an entry that was typed. Raises InvalidInput."""
    try:
        return EntryPart(typed)
    except ValueError:
        raise InvalidInput([Fault.of("part", Problem.INVALID_VALUE, "one_of_list")]) from None
