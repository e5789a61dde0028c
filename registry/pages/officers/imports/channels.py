"""Changes of registered channels that wait: proposed by a list or an officer, approved by another, published after 72 hours."""

from collections.abc import Callable

from flask import Blueprint, Response, redirect, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from registry.core.clock import now
from registry.core.codes import Problem
from registry.core.errors import Fault, InvalidInput, NotFound
from registry.core.keyring import Keyring
from registry.http.transaction import services
from registry.officer_desk.acting import names_of
from registry.officer_desk.acts import OfficerAct
from registry.officer_desk.licence_acts import CHANNEL_CHANGES
from registry.officer_desk.licensing import change_opened
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.pages.officers.act_pages import Place, serve_acts
from registry.pages.officers.agencies import agency_in, suggestions
from registry.pages.officers.guard import allowed
from registry.pages.officers.licences.opening import official, require_no_interest
from registry.pages.officers.licences.showing import name_of
from registry.pages.officers.refusals import Refusal, attempt
from registry.pages.officers.rendering import page
from registry.register.agencies.channels import notification_addresses
from registry.supervision.licensing import related_acts
from registry.supervision.licensing.queries import agency_of_authority
from registry.vocabulary.register import ChannelKind

pages = Blueprint("console_channels", __name__)


@pages.get("/channels")
@allowed(Resource.CHANNEL, Act.READ)
def channels(session: Session, me: AuthenticatedOfficer) -> Response:
    return _list(session, me)


@pages.post("/channels")
@allowed(Resource.CHANNEL, Act.PROPOSE)
def propose(session: Session, me: AuthenticatedOfficer) -> BaseResponse:
    form = request.form

    def act() -> object:
        agency = agency_in(session, form)
        require_no_interest(me, agency)
        try:
            agency_of_authority(session, official(me).authority, agency)
        except NotFound:
            raise InvalidInput([Fault.of("agency", Problem.INVALID_VALUE, "agency_not_yours")]) from None
        return related_acts.propose_change(
            session, official(me), Keyring(services().settings.keys), agency, _kind(form.get("kind", "")),
            form.get("value", ""), now(), instead_of=form.get("instead_of", "").strip() or None,
        )  # fmt: skip

    return _done(session, me, act)


def _kind(word: str) -> ChannelKind:
    if word not in list(ChannelKind):
        raise InvalidInput([Fault.of("kind", Problem.INVALID_VALUE, "one_of", choices=", ".join(ChannelKind))])
    return ChannelKind(word)


def _done(session: Session, me: AuthenticatedOfficer, act: Callable[[], object]) -> BaseResponse:
    refusal = attempt(session, act)
    return redirect("/console/channels", 303) if refusal is None else _list(session, me, refusal)


def _opened(session: Session, me: AuthenticatedOfficer, _: OfficerAct, /, reference: str) -> Place:
    change = change_opened(session, me, reference)
    return Place(change.reference, "/console/channels", lambda refusal: _list(session, me, refusal))


serve_acts(pages, "/channels/<reference>", CHANNEL_CHANGES, _opened, is_versioned=False)


def _list(session: Session, me: AuthenticatedOfficer, refusal: Refusal | None = None) -> Response:
    authority = official(me).authority
    found = related_acts.changes_waiting(session, authority)
    return page(
        "imports/channels.html",
        here="imports",
        tab="channels",
        status=refusal.status if refusal else 200,
        refusal=refusal,
        typed=request.form,
        suggested=suggestions(session, refusal, request.form),
        found=[
            (change, agency, notification_addresses(session, change))
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
