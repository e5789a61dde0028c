"""The organisation's webhooks on a page: made, tested, switched off and on, with what became of each delivery."""

from datetime import UTC, date, datetime, time
from functools import partial

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from registry.core.clock import day_at, now
from registry.core.db.reading import Page
from registry.core.errors import InvalidInput, NotNow
from registry.http.transaction import keyring, services
from registry.organisations.sessions import MemberPresent
from registry.pages.forms import fault_on
from registry.pages.organisations.guard import form_for_members, page_for_members
from registry.pages.organisations.rendering import language, page, to, trouble_text
from registry.pages.organisations.sign_in import acting, require_password
from registry.vocabulary.watches import EventType, WebhookState
from registry.watches import webhooks
from registry.watches.feed import position_before, type_on

pages = Blueprint("account_webhooks", __name__)

MAX_SHOWN = 20


@page_for_members(pages, "/webhooks")
def list_webhooks(
    session: Session,
    me: MemberPresent,
    *,
    fault: str | None = None,
    made: str | None = None,
    replayed: int | None = None,
) -> Response:
    found, today = webhooks.webhooks_of(session, me.organisation.id), day_at(now(), None)
    return page(
        "webhooks.html",
        here="webhooks",
        fault=fault,
        made=made,
        replayed=replayed,
        webhooks=[
            (one, [(log, type_on(log.event, today)) for log in webhooks.deliveries_of(session, one, Page(MAX_SHOWN))])
            for one in found
        ],
        trouble=partial(trouble_text, language()),
        event_types=[kind for kind in EventType if kind is not EventType.WEBHOOK_TEST],
        said={name: request.form.get(name, "") if fault else "" for name in ("label", "url")},
        said_types=_chosen_types() if fault else [],
    )


@form_for_members(pages, "/webhooks")
@fault_on(list_webhooks)
def make(session: Session, me: MemberPresent) -> Response:
    url, label = request.form.get("url", "")[:2000], request.form.get("label", "")[:200]
    is_unsafe = services().settings.has_unsafe_webhooks
    require_password(session, me)
    try:
        made = webhooks.make(acting(session, me), keyring(), url, label, is_unsafe=is_unsafe, types=_chosen_types())
    except NotNow:
        return list_webhooks(session, me, fault="too_many_webhooks")
    except InvalidInput as invalid:
        is_of_url = invalid.faults[0].parameter == "url"
        return list_webhooks(session, me, fault="bad_webhook" if is_of_url else "bad_watch_label")
    return list_webhooks(session, me, made=made.secret)


@form_for_members(pages, "/webhooks/<reference>/secret")
@fault_on(list_webhooks)
def rotate(session: Session, me: MemberPresent, reference: str) -> Response:
    require_password(session, me)
    made = webhooks.rotate(acting(session, me), keyring(), reference)
    return list_webhooks(session, me, made=made.secret)


@form_for_members(pages, "/webhooks/<reference>/test")
def ask_for_test(session: Session, me: MemberPresent, reference: str) -> Response:
    try:
        webhooks.ask_for_test(acting(session, me), reference)
    except NotNow:
        return list_webhooks(session, me, fault="webhook_is_off")
    return to("webhooks")


@form_for_members(pages, "/webhooks/<reference>/switch")
def switch(session: Session, me: MemberPresent, reference: str) -> Response:
    call = acting(session, me)
    is_on = webhooks.lock_webhook(call, reference).state is WebhookState.ENABLED
    webhooks.change(call, reference, state=WebhookState.DISABLED if is_on else WebhookState.ENABLED)
    return to("webhooks")


@form_for_members(pages, "/webhooks/<reference>/types")
def choose_types(session: Session, me: MemberPresent, reference: str) -> Response:
    webhooks.change(acting(session, me), reference, types=_chosen_types())
    return to("webhooks")


@form_for_members(pages, "/webhooks/<reference>/deliveries/<event>")
def again(session: Session, me: MemberPresent, reference: str, event: str) -> Response:
    try:
        webhooks.send_again(acting(session, me), reference, event)
    except NotNow:
        return list_webhooks(session, me, fault="webhook_is_off")
    return to("webhooks")


@form_for_members(pages, "/webhooks/<reference>/replay")
def replay(session: Session, me: MemberPresent, reference: str) -> Response:
    """Send everything again that happened since a day, in UTC."""
    call = acting(session, me)
    webhook = webhooks.lock_webhook(call, reference)
    try:
        day = datetime.combine(date.fromisoformat(request.form.get("since", "")), time(), UTC)
    except ValueError:
        return list_webhooks(session, me, fault="bad_replay_day")
    try:
        count = webhooks.replay(call, reference, position_before(session, call.actor.id, day))
    except NotNow:
        is_off = webhook.state is not WebhookState.ENABLED
        return list_webhooks(session, me, fault="webhook_is_off" if is_off else "too_much_to_replay")
    return list_webhooks(session, me, replayed=count)


@form_for_members(pages, "/webhooks/<reference>/end")
def end(session: Session, me: MemberPresent, reference: str) -> Response:
    webhooks.end(acting(session, me), reference)
    return to("webhooks")


def _chosen_types() -> list[EventType]:
    """The types of events that are marked; of a value that is none, as no page sends it, nothing is taken."""
    marked = set(request.form.getlist("types"))
    return [kind for kind in EventType if kind in marked]
