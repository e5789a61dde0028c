"""What officers do with a case on its page: moves, words to the complainant, its priority, whose it is, and a legal hold."""

from collections.abc import Callable

from flask import Blueprint, redirect, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from registry.complaints.casework import actions as casework
from registry.complaints.casework import holds
from registry.complaints.casework.queue import assignment as assigning
from registry.complaints.casework.queue import taking
from registry.complaints.triage import priorities
from registry.core.clock import now
from registry.core.codes import Problem
from registry.core.errors import Fault, InvalidInput
from registry.officers.rights import Act, Resource
from registry.officers.sessions import Present
from registry.pages.officers.acting import acting, roles_of, sealer, version_sent
from registry.pages.officers.cases.case import case_told
from registry.pages.officers.cases.tabs import open_case
from registry.pages.officers.guard import allowed
from registry.pages.officers.refusals import attempt
from registry.vocabulary.cases import CaseState, Priority

pages = Blueprint("console_case_acts", __name__)


@pages.post("/cases/<reference>/move")
@allowed(Resource.CASE, Act.MOVE)
def move(session: Session, me: Present, reference: str) -> BaseResponse:
    officer, form = acting(me, Resource.CASE, Act.MOVE), request.form
    return _done(
        session, me, reference,
        lambda version: taking.take(
            session, sealer(), officer, roles_of(me), reference, _state(form.get("to", "")), now(),
            reason=form.get("reason", ""), into=form.get("into", ""), version=version,
        ),
    )  # fmt: skip


@pages.post("/cases/<reference>/reply")
@allowed(Resource.MESSAGE, Act.WRITE)
def reply(session: Session, me: Present, reference: str) -> BaseResponse:
    officer, form = acting(me, Resource.MESSAGE, Act.WRITE), request.form
    return _done(
        session, me, reference,
        lambda version: casework.reply(
            session, sealer(), officer, reference, form.get("text", ""), now(),
            to_helper="to_helper" in form, version=version,
        ),
    )  # fmt: skip


@pages.post("/cases/<reference>/priority")
@allowed(Resource.CASE, Act.WRITE)
def priority(session: Session, me: Present, reference: str) -> BaseResponse:
    officer, form = acting(me, Resource.CASE, Act.WRITE), request.form
    return _done(
        session, me, reference,
        lambda version: priorities.set_priority(
            session, sealer(), officer, reference, _priority(form.get("priority", "")), now(),
            reason=form.get("reason", ""), version=version,
        ),
    )  # fmt: skip


@pages.post("/cases/<reference>/lowering")
@allowed(Resource.CASE, Act.WRITE)
def lowering(session: Session, me: Present, reference: str) -> BaseResponse:
    """The second person about a lowering that somebody asked for."""
    officer, is_approved = acting(me, Resource.CASE, Act.WRITE), request.form.get("decision") == "approve"
    return _done(
        session, me, reference,
        lambda version: priorities.decide_lowering(
            session, officer, reference, now(), is_approved=is_approved, version=version
        ),
    )  # fmt: skip


@pages.post("/cases/<reference>/assignee")
@allowed(Resource.CASE, Act.ASSIGN)
def assignee(session: Session, me: Present, reference: str) -> BaseResponse:
    officer, to = acting(me, Resource.CASE, Act.ASSIGN), request.form.get("assignee") or None
    return _done(
        session, me, reference,
        lambda version: assigning.assign(session, sealer(), officer, reference, to, now().date(), version=version),
    )  # fmt: skip


@pages.post("/cases/<reference>/hold")
@allowed(Resource.CASE, Act.HOLD)
def hold(session: Session, me: Present, reference: str) -> BaseResponse:
    officer, form = acting(me, Resource.CASE, Act.HOLD), request.form
    return _done(
        session, me, reference,
        lambda version: holds.hold(
            session, sealer(), officer, reference, now().date(),
            is_held=form.get("is_held") == "yes", reason=form.get("reason", ""), version=version,
        ),
    )  # fmt: skip


def _done(session: Session, me: Present, reference: str, act: Callable[[int], object]) -> BaseResponse:
    open_case(session, me, reference)
    refusal = attempt(session, lambda: act(version_sent()))
    if refusal is not None:
        return case_told(session, me, reference, refusal)
    return redirect(f"/console/cases/{reference}", 303)


def _state(typed: str) -> CaseState:
    if typed not in set(CaseState):
        raise InvalidInput([Fault.of("to", Problem.INVALID_VALUE, "state_of_case")])
    return CaseState(typed)


def _priority(typed: str) -> Priority:
    if typed not in set(Priority):
        raise InvalidInput([Fault.of("priority", Problem.INVALID_VALUE, "choose_priority")])
    return Priority(typed)
