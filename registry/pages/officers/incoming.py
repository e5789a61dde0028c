"""What waits at the licensing desk from outside: lists that were read, changes of channels, and what looks like a clone."""

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from registry.core.clock import now
from registry.http.transaction import services
from registry.i18n.faults import found as stored_sentence
from registry.i18n.languages import text
from registry.officer_acts import licence_acts
from registry.officer_acts.acts import OfficerAct
from registry.officer_acts.permissions import names_of
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.pages.officers.forms import Place, serve_acts, suggestions
from registry.pages.officers.guard import page_at
from registry.pages.officers.licences.showing import name_of, status_word, tone
from registry.pages.officers.rendering import Refusal, language, page
from registry.register.agencies.channel_changes import registered_addresses
from registry.register.imports import queries
from registry.supervision.collisions.rules import Sign, findings
from registry.supervision.licensing import drafting, related_acts
from registry.vocabulary.register import ChannelKind, Language

pages = Blueprint("console_imports", __name__)


def _find_list(session: Session, me: AuthenticatedOfficer, _: OfficerAct, /, reference: str) -> Place:
    return Place(reference, "/console/imports", lambda refusal: lists(session, me, refusal))


serve_acts(pages, "/imports/<reference>", licence_acts.HELD_LISTS, _find_list)


@page_at(pages, "/imports", Resource.IMPORT, Act.READ)
def lists(session: Session, me: AuthenticatedOfficer, refusal: Refusal | None = None) -> Response:
    authority = licence_acts.official(me).authority
    sources = queries.sources_of(session, authority)
    return page(
        "imports/lists.html",
        here="imports",
        tab="lists",
        refusal=refusal,
        held=queries.lists_on_hold(session, authority),
        sources=sources,
        last_of={one.source.id: one.runs[0] for one in sources if one.runs},
        names=names_of(session, authority),
        may_approve=me.standing.may(Resource.IMPORT, Act.APPROVE),
        reason_of=_reason_text,
    )


def _reason_text(reason: str) -> tuple[str, Language]:
    """Why a list is held, and in which language: in English, as it is stored, where the reader's has no words for it."""
    spoken = language()
    match = None if spoken is Language.EN else stored_sentence(reason, "incoming.reason")
    if match is None:
        return reason, Language.EN
    key, values = match
    return text(spoken, key, **values), spoken


def _find_place(session: Session, me: AuthenticatedOfficer, _: OfficerAct, /) -> Place:
    return Place(me.standing.authority or "", "/console/channels", lambda refusal: channels(session, me, refusal))


serve_acts(pages, "/channels", licence_acts.CHANNELS, _find_place)


def _find_change(session: Session, me: AuthenticatedOfficer, _: OfficerAct, /, reference: str) -> Place:
    change = licence_acts.find_channel_change(session, me, reference)
    return Place(change.reference, "/console/channels", lambda refusal: channels(session, me, refusal))


serve_acts(pages, "/channels/<reference>", licence_acts.CHANNEL_CHANGES, _find_change, is_versioned=False)


@page_at(pages, "/channels", Resource.CHANNEL, Act.READ)
def channels(session: Session, me: AuthenticatedOfficer, refusal: Refusal | None = None) -> Response:
    authority = licence_acts.official(me).authority
    found = related_acts.changes_waiting(session, authority)
    return page(
        "imports/channels.html",
        here="imports",
        tab="channels",
        refusal=refusal,
        typed=request.form,
        suggested=suggestions(session, refusal, request.form),
        found=[
            (change, agency, registered_addresses(session, change.agency_id))
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


CLONES = "/console/clones"


def _find_collision(session: Session, me: AuthenticatedOfficer, _: OfficerAct, /, reference: str) -> Place:
    found, _both = licence_acts.find_collision(session, me, reference)
    return Place(found.reference, CLONES, lambda refusal: clones(session, me, refusal))


def _find_agency(session: Session, me: AuthenticatedOfficer, _: OfficerAct, /, agency: str) -> Place:
    _row, known = licence_acts.find_agency(session, me, agency)
    return Place(known.agency_id, CLONES, lambda refusal: clones(session, me, refusal))


serve_acts(pages, "/clones/<reference>", licence_acts.COLLISIONS, _find_collision, is_versioned=False)
serve_acts(pages, "/clones/agencies/<agency>", licence_acts.CLONE_WARNINGS, _find_agency, is_versioned=False)


@page_at(pages, "/clones", Resource.CLONE, Act.READ)
def clones(session: Session, me: AuthenticatedOfficer, refusal: Refusal | None = None) -> Response:
    authority = licence_acts.official(me).authority
    today, _ = drafting.today_of(session, authority, now())
    return page(
        "imports/clones.html",
        here="imports",
        tab="clones",
        refusal=refusal,
        typed=request.form,
        found=[
            (
                one,
                both,
                findings(both[0], both[1], [Sign(word) for word in one.signs]),
                [agency for agency in both if drafting.is_of(agency, authority)],
            )
            for one, both in related_acts.collisions_open(session, authority)
            if not any(me.has_conflict(agency.agency_id) for agency in both)
        ],
        # A bank account is kept as a digest alone: it is compared in a sign, and not shown.
        kinds=[kind for kind in ChannelKind if kind is not ChannelKind.BANK_ACCOUNT],
        authority=authority,
        site=services().settings.public_url,
        today=today,
        status_on=drafting.status_on,
        status_word=status_word,
        tone=tone,
        warned=[one for one in related_acts.warned(session, authority) if not me.has_conflict(one.agency_id)],
        name_of=name_of,
        may_approve=me.standing.may(Resource.CLONE, Act.APPROVE),
    )
