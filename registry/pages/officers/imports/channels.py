"""Changes of registered channels that wait: proposed by a list or an officer, approved by another, published after 72 hours."""

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from registry.officer_desk.acting import names_of
from registry.officer_desk.acts import OfficerAct
from registry.officer_desk.licence_acts import CHANNEL_CHANGES, CHANNELS
from registry.officer_desk.licensing import change_opened
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.pages.officers.act_pages import Place, serve_acts
from registry.pages.officers.agencies import suggestions
from registry.pages.officers.guard import allowed
from registry.pages.officers.licences.opening import official
from registry.pages.officers.licences.showing import name_of
from registry.pages.officers.refusals import Refusal
from registry.pages.officers.rendering import page
from registry.register.agencies.channels import notification_addresses
from registry.supervision.licensing import related_acts
from registry.vocabulary.register import ChannelKind

pages = Blueprint("console_channels", __name__)


@pages.get("/channels")
@allowed(Resource.CHANNEL, Act.READ)
def channels(session: Session, me: AuthenticatedOfficer) -> Response:
    return _list(session, me)


def _new(session: Session, me: AuthenticatedOfficer, _: OfficerAct, /) -> Place:
    return Place(me.standing.authority or "", "/console/channels", lambda refusal: _list(session, me, refusal))


serve_acts(pages, "/channels", CHANNELS, _new)


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
