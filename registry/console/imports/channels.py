"""Changes of registered channels that wait: proposed by a list or an officer, approved by another, published after 72 hours."""

from collections.abc import Callable

from flask import Blueprint, Response, redirect, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from registry.agencies.channels import addresses_to_tell
from registry.clock import now
from registry.codes import Problem
from registry.console.guard import allowed
from registry.console.licences.opening import official, require_no_interest
from registry.console.licences.showing import name_of
from registry.console.refusals import Refusal, attempt
from registry.console.rendering import page
from registry.errors import Fault, InvalidInput
from registry.keyring import Keyring
from registry.licensing import neighbours
from registry.officers.rights import Act, Resource
from registry.officers.sessions import Present
from registry.terms import ChannelKind
from registry.web.desk import names_of
from registry.web.licensing import change_opened
from registry.web.transaction import services

pages = Blueprint("console_channels", __name__)


@pages.get("/channels")
@allowed(Resource.CHANNEL, Act.READ)
def channels(session: Session, me: Present) -> Response:
    return _list(session, me)


@pages.post("/channels")
@allowed(Resource.CHANNEL, Act.PROPOSE)
def propose(session: Session, me: Present) -> BaseResponse:
    form = request.form
    agency = form.get("agency", "").strip()
    require_no_interest(me, agency)
    return _done(
        session, me,
        lambda: neighbours.propose_change(
            session, official(me), Keyring(services().settings.keys), agency, _kind(form.get("kind", "")),
            form.get("value", ""), now(), instead_of=form.get("instead_of", "").strip() or None,
        ),
    )  # fmt: skip


@pages.post("/channels/<reference>/approve")
@allowed(Resource.CHANNEL, Act.APPROVE)
def approve(session: Session, me: Present, reference: str) -> BaseResponse:
    change_opened(session, me, reference)
    return _done(session, me, lambda: neighbours.approve_change(session, official(me), reference, now()))


@pages.post("/channels/<reference>/refuse")
@allowed(Resource.CHANNEL, Act.APPROVE)
def refuse(session: Session, me: Present, reference: str) -> BaseResponse:
    change_opened(session, me, reference)
    return _done(session, me, lambda: neighbours.refuse_change(session, official(me), reference, now()))


def _kind(word: str) -> ChannelKind:
    if word not in list(ChannelKind):
        raise InvalidInput([Fault.of("kind", Problem.INVALID_VALUE, "one_of", choices=", ".join(ChannelKind))])
    return ChannelKind(word)


def _done(session: Session, me: Present, act: Callable[[], object]) -> BaseResponse:
    refusal = attempt(session, act)
    return redirect("/console/channels", 303) if refusal is None else _list(session, me, refusal)


def _list(session: Session, me: Present, refusal: Refusal | None = None) -> Response:
    authority = official(me).authority
    found = neighbours.changes_waiting(session, authority)
    return page(
        "imports/channels.html",
        here="imports",
        tab="channels",
        status=refusal.status if refusal else 200,
        refusal=refusal,
        typed=request.form,
        found=[
            (change, agency, addresses_to_tell(session, change))
            for change, agency in found
            if not me.has_conflict(agency.agency_id)
        ],
        kinds=list(ChannelKind),
        names=names_of(session, authority),
        name_of=name_of,
        own=me.officer.reference,
        may_propose=me.standing.may(Resource.CHANNEL, Act.PROPOSE),
        may_approve=me.standing.may(Resource.CHANNEL, Act.APPROVE),
    )
