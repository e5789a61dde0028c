"""One act on the cases that were ticked in the queue, what came of each, and taking it back."""

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from registry.complaints.casework.actions import Officer
from registry.complaints.casework.models import BulkAct
from registry.complaints.casework.queue import bulk
from registry.complaints.casework.queue.bulk import BulkRequest, Outcome, Wanted
from registry.core.calls import Call
from registry.core.clock import now
from registry.core.errors import Fault, InvalidInput
from registry.http.complaint_services import sealer
from registry.officer_acts.acting import acting, roles_of
from registry.officer_acts.case_filters import UNASSIGNED, set_filters
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.pages.officers.cases.queue import QueueRequest, queue_page
from registry.pages.officers.cases.tabs import require_no_conflict
from registry.pages.officers.guard import allowed
from registry.pages.officers.rendering import attempt, page
from registry.vocabulary.cases import BulkKind
from registry.vocabulary.codes import Problem

pages = Blueprint("console_bulk", __name__)


@pages.post("/cases/bulk/assign")
@allowed(Resource.CASE, Act.ASSIGN)
def assign(session: Session, me: AuthenticatedOfficer) -> Response:
    return _act(session, me, acting(me, Resource.CASE, Act.ASSIGN), BulkKind.ASSIGN)


@pages.post("/cases/bulk/triage")
@allowed(Resource.CASE, Act.MOVE)
def triage(session: Session, me: AuthenticatedOfficer) -> Response:
    return _act(session, me, acting(me, Resource.CASE, Act.MOVE), BulkKind.TRIAGE)


@pages.post("/cases/bulk/quarantine")
@allowed(Resource.CASE, Act.MOVE)
def quarantine(session: Session, me: AuthenticatedOfficer) -> Response:
    return _act(session, me, acting(me, Resource.CASE, Act.MOVE), BulkKind.QUARANTINE)


@pages.post("/cases/bulk/<done>/undo")
@allowed(Resource.CASE, Act.READ)
def undo(session: Session, me: AuthenticatedOfficer, done: str) -> Response:
    """Undo a bulk act. Only the officer who did it may, with the right that it needs."""
    act = bulk.bulk_act(session, me.officer.reference, done)
    officer = acting(me, Resource.CASE, Act.ASSIGN if act.kind is BulkKind.ASSIGN else Act.MOVE)
    outcomes = bulk.undo(
        Call(session, officer, now()),
        sealer(),
        done,
        roles_of(me),
        lambda case: require_no_conflict(me, sealer(), case),
    )
    return _view(act, outcomes, is_undone=True)


def _act(session: Session, me: AuthenticatedOfficer, officer: Officer, kind: BulkKind) -> Response:
    came: list[tuple[BulkAct, list[Outcome]]] = []

    def act() -> None:
        request = BulkRequest(kind, _wanted(), _to() if kind is BulkKind.ASSIGN else None)
        call = Call(session, officer, now())
        came.append(
            bulk.act_on(call, sealer(), request, roles_of(me), lambda case: require_no_conflict(me, sealer(), case))
        )

    refusal = attempt(session, act)
    if refusal is not None:
        return queue_page(session, me, QueueRequest(set_filters(request.form)), refusal)
    return _view(*came[0], is_undone=False)


def _to() -> str | None:
    """The officer to assign to; None: no one. Raises InvalidInput where none was chosen: that unassigns no case."""
    chosen = request.form.get("to", "")
    if not chosen:
        raise InvalidInput([Fault.of("to", Problem.MISSING, "choose_to_whom")])
    return None if chosen == UNASSIGNED else chosen


def _wanted() -> list[Wanted]:
    """Each box that was ticked says the case and the version that was on the page."""
    wanted = []
    for ticked in dict.fromkeys(request.form.getlist("case")):
        reference, _, version = ticked.partition(":")
        if not version.isascii() or not version.isdigit() or len(version) > 9:
            raise InvalidInput([Fault.of("case", Problem.INVALID_VALUE, "from_page")])
        wanted.append(Wanted(reference, int(version)))
    return wanted


def _view(act: BulkAct, outcomes: list[Outcome], *, is_undone: bool) -> Response:
    return page(
        "cases/bulk.html",
        here="cases",
        act=act,
        outcomes=outcomes,
        done=sum(one.refusal is None for one in outcomes),
        is_undone=is_undone,
        until=act.done_at + bulk.UNDO_WITHIN if bulk.can_be_undone(act, now()) else None,
    )
