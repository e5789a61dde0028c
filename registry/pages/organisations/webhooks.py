"""The organisation's webhooks on a page: made, tested, switched off and on, with what became of each delivery."""

from datetime import UTC, date, datetime, time
from functools import partial
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from registry.core.clock import day_at, now
from registry.core.db.reading import Page
from registry.core.errors import ActRefused
from registry.organisation_acts.webhook_acts import ONE_DELIVERY, ONE_WEBHOOK, WEBHOOKS
from registry.organisations.sessions import MemberPresent
from registry.pages.organisations.forms import Form, ListPage
from registry.pages.organisations.guard import page_for_members
from registry.pages.organisations.rendering import language, page, trouble_text
from registry.vocabulary.watches import EventType, WebhookState
from registry.watches import webhooks
from registry.watches.feed import type_on

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


def _fields_of_new(_session: Session, _me: MemberPresent) -> dict[str, Any]:
    return {"url": request.form.get("url", ""), "label": request.form.get("label", ""), "types": _chosen_types()}


def _other_state(session: Session, me: MemberPresent, reference: str) -> dict[str, Any]:
    is_on = webhooks.webhook_named(session, me.organisation.id, reference).state is WebhookState.ENABLED
    return {"state": WebhookState.DISABLED if is_on else WebhookState.ENABLED}


def _first_day(session: Session, me: MemberPresent, reference: str) -> dict[str, Any]:
    """The beginning of a day, in UTC: everything that happened since is sent again."""
    webhooks.webhook_named(session, me.organisation.id, reference)
    try:
        return {"since": datetime.combine(date.fromisoformat(request.form.get("since", "")), time(), UTC)}
    except ValueError:
        raise ActRefused("bad_replay_day", "say from which day on") from None


def _chosen_types() -> list[EventType]:
    """The types of events that are marked; of a value that is none, as no page sends it, nothing is taken."""
    marked = set(request.form.getlist("types"))
    return [kind for kind in EventType if kind in marked]


def _show_secret(session: Session, me: MemberPresent, made: webhooks.Made) -> Response:
    return list_webhooks(session, me, made=made.secret)


PAGE = ListPage(pages, "webhooks", list_webhooks)
PAGE.serve("/webhooks", WEBHOOKS, make=Form(_fields_of_new, _show_secret))
PAGE.serve(
    "/webhooks/<reference>", ONE_WEBHOOK, exclude=("change",),
    secret=Form(after=_show_secret),
    replay=Form(_first_day, lambda session, me, count: list_webhooks(session, me, replayed=count)),
)  # fmt: skip
PAGE.serve_form("/webhooks/<reference>/switch", ONE_WEBHOOK["change"], Form(_other_state), "switch")
PAGE.serve_form(
    "/webhooks/<reference>/types", ONE_WEBHOOK["change"], Form(lambda *_: {"types": _chosen_types()}), "choose_types"
)
PAGE.serve("/webhooks/<reference>/deliveries/<event>", ONE_DELIVERY)
