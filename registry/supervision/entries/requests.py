"""What an agency's people do with their entry: ask for a correction, report a clone, reply to what stands on it, take that back.

They change nothing of the record themselves but one mark: that a correction was asked for.
"""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.audit.actions import record
from registry.complaints.case.messages import read_text
from registry.core.codes import Problem
from registry.core.db.locking import lock
from registry.core.errors import Fault, IllegalMove, InvalidInput, NotNow
from registry.core.ids import new_reference
from registry.register.agencies.actions import mark_correction
from registry.register.agencies.queries import public_record
from registry.register.agencies.texts import tidy_line
from registry.supervision.entries.models import EntryRequest
from registry.supervision.entries.rules import MOST_CLONE_REPORTS, due_day, is_answerable, may_ask_again, may_become
from registry.vocabulary.licensing import EntryRequestKind, EntryRequestState
from registry.vocabulary.register import EntryPart

MOST_TEXT = 4000
MOST_REPLY = 1000


class Rep(NamedTuple):
    """Somebody of an agency: his reference and the agency's."""

    name: str
    agency: str


def ask_correction(session: Session, rep: Rep, part: EntryPart, text: str, at: datetime) -> EntryRequest:
    """Ask that the entry be corrected; it says so until that is decided. Raises InvalidInput, NotNow, NotFound."""
    asked = _asked(session, rep, EntryRequestKind.CORRECTION, read_text("text", text, MOST_TEXT), at, part=part)
    # Last, for it holds the log: what stands before may still be refused.
    mark_correction(session, rep.agency, is_requested=True)
    return _recorded(session, rep, asked, at)


def report_clone(session: Session, rep: Rep, text: str, at: datetime) -> EntryRequest:
    """Report that somebody imitates the agency. Raises InvalidInput, NotNow, NotFound."""
    text = read_text("text", text, MOST_TEXT)
    return _recorded(session, rep, _asked(session, rep, EntryRequestKind.CLONE_REPORT, text, at), at)


def propose_reply(session: Session, rep: Rep, text: str, at: datetime) -> EntryRequest:
    """Write a reply to a sanction or warning, to be shown beside it once the authority lets it. One line of text.

    Raises InvalidInput, NotFound, and NotNow where the entry says nothing to reply to.
    """
    agency = public_record(session, rep.agency, at.date())
    if agency is None or not is_answerable(agency, at.date()):
        raise NotNow("a reply is shown beside a sanction or a warning, and your entry has none", "entry.nothing_beside")
    text = tidy_line("text", text, MOST_REPLY)
    return _recorded(session, rep, _asked(session, rep, EntryRequestKind.REPLY, text, at), at)


def take_back(session: Session, rep: Rep, reference: str, at: datetime, *, version: int | None = None) -> EntryRequest:
    """Take back what was asked, or have a reply shown no longer. Raises NotFound, IllegalMove, StaleVersion."""
    asked = lock_request(session, rep.agency, reference, version)
    end(session, asked, at)
    record(session, f"entry.{asked.kind}_withdrawn", asked.agency, on=at.date(), actor=rep.name, detail=reference)
    return asked


def lock_request(session: Session, agency: str, reference: str, version: int | None) -> EntryRequest:
    """A request about that agency's entry, locked. Raises NotFound, StaleVersion."""
    its = (EntryRequest.agency == agency, EntryRequest.reference == reference)
    return lock(session, EntryRequest, *its, version=version, missing="there is no such request")


def move(asked: EntryRequest, target: EntryRequestState) -> None:
    """Raises IllegalMove."""
    if not may_become(asked.kind, asked.state, target):
        raise IllegalMove(
            f"what is {asked.state} does not become {target}", "entry.no_such_move", source=asked.state, target=target
        )
    asked.state = target
    asked.version += 1


def end(session: Session, asked: EntryRequest, at: datetime) -> None:
    """Withdraw a locked request, and the mark with it. Raises IllegalMove."""
    move(asked, EntryRequestState.WITHDRAWN)
    asked.ended_on = at.date()
    session.flush()
    unmark(session, asked)


def unmark(session: Session, asked: EntryRequest) -> None:
    """A correction that is open no longer leaves no mark: an agency has one open at a time."""
    if asked.kind is EntryRequestKind.CORRECTION:
        mark_correction(session, asked.agency, is_requested=False)


def _asked(
    session: Session, rep: Rep, kind: EntryRequestKind, text: str, at: datetime, *, part: EntryPart | None = None
) -> EntryRequest:
    _require_room(session, rep, kind, at)
    asked = EntryRequest(
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
    session.add(asked)
    session.flush()
    return asked


def _recorded(session: Session, rep: Rep, asked: EntryRequest, at: datetime) -> EntryRequest:
    record(
        session, f"entry.{asked.kind}_asked", asked.agency, on=at.date(), actor=rep.name, detail=asked.reference
    )  # fmt: skip
    return asked


def _require_room(session: Session, rep: Rep, kind: EntryRequestKind, at: datetime) -> None:
    own = (EntryRequest.agency == rep.agency, EntryRequest.kind == kind)
    open_ = select(func.count(EntryRequest.id)).where(*own, EntryRequest.state == EntryRequestState.OPEN)
    most = MOST_CLONE_REPORTS if kind is EntryRequestKind.CLONE_REPORT else 1
    if session.execute(open_).scalar_one() >= most:
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
    """Raises InvalidInput."""
    try:
        return EntryPart(typed)
    except ValueError:
        raise InvalidInput([Fault.of("part", Problem.INVALID_VALUE, "one_of_list")]) from None
