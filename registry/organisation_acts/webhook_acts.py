"""Acts on webhooks: made, changed, rotated, tested, sent again, ended. No request calls them: the worker does."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from registry.core.errors import InvalidInput, LiveKey, NotNow
from registry.http.act_tables import calling
from registry.http.modes import is_test
from registry.http.transaction import keyring, services
from registry.organisation_acts.acts import OrganisationAct, OrganisationCall, acts_of, calling_with_keyring
from registry.vocabulary.organisations import Scope
from registry.vocabulary.watches import EventType
from registry.watches import feed, models, webhooks
from schemas import watches


def _make(call: OrganisationCall, url: str, label: str, types: Sequence[EventType] = ()) -> webhooks.Made:
    return webhooks.make(call, keyring(), url, label, is_unsafe=_is_unsafe(), types=types)


def _change(call: OrganisationCall, **changes: Any) -> models.Webhook:
    return webhooks.change(call, call.reference, **changes, is_unsafe=_is_unsafe())


def _is_unsafe() -> bool:
    return services().settings.has_unsafe_webhooks


def _test(call: OrganisationCall, type: EventType = EventType.WEBHOOK_TEST) -> webhooks.Logged:
    if type is not EventType.WEBHOOK_TEST and not is_test():
        raise LiveKey("a test event that looks real needs a test key (rrk_test_): others are told by webhook.test")
    return webhooks.ask_for_test(call, call.reference, type)


def _replay(call: OrganisationCall, cursor: str | None = None, since: datetime | None = None) -> int:
    """Programs name a cursor, people an instant."""
    position = 0
    if cursor is not None:
        position = feed.position_of_cursor(call.session, keyring(), call.actor.id, cursor)
    elif since is not None:
        position = feed.position_before(call.session, call.actor.id, since)
    return webhooks.replay(call, call.reference, position)


WEBHOOKS = acts_of(
    OrganisationAct(
        "make", Scope.WATCHES, _make, "createWebhook",
        """Create a webhook.

        Deliveries are signed by Standard Webhooks with the secret that is shown in this answer alone. They come at least once
        each, under one webhook-id, for each agency in the order of the log, and are tried for three days. Answer with a 2xx.
        """,
        watches.WebhookMakeSchema, path="", page="", once="webhook", is_versioned=False, statuses=(409, 413, 415),
        needs_password=True,
        faults={"url": "bad_webhook", InvalidInput: "bad_watch_label", NotNow: "too_many_webhooks"},
    ),
)  # fmt: skip

ONE_WEBHOOK = acts_of(
    OrganisationAct(
        "change", Scope.WATCHES, _change, "updateWebhook",
        "Change the URL, name or types of events of a webhook, or switch it off and on.",
        watches.WebhookChangeSchema, method="patch", path="", statuses=(404, 413, 415),
    ),
    OrganisationAct(
        "end", Scope.WATCHES, calling(webhooks.end), "deleteWebhook",
        "Delete a webhook with its log of deliveries; your events stay.",
        method="delete", path="", statuses=(404,),
    ),
    OrganisationAct(
        "secret", Scope.WATCHES, calling_with_keyring(webhooks.rotate), "rotateWebhookSecret",
        """Rotate the secret of a webhook.

        For 24 hours every delivery bears the signatures of both, so that you can change over without losing one.
        """,
        statuses=(404,), needs_password=True,
    ),
    OrganisationAct(
        "test", Scope.WATCHES, _test, "testWebhook",
        """Send a test event: `webhook.test`, or with a test key one of any type, about an agency of the demo.

        Its result appears in the deliveries a moment later, and nothing happens beside it.
        """,
        watches.WebhookTestSchema, is_body_optional=True, is_versioned=False, faults={NotNow: "webhook_is_off"},
    ),
    OrganisationAct(
        "replay", Scope.WATCHES, _replay, "replayToWebhook",
        "Replay all events after a cursor to a webhook, in order, with the same ids.",
        watches.ReplaySchema, is_versioned=False, statuses=(404, 409, 410, 413, 415),
        faults={webhooks.SwitchedOff: "webhook_is_off", NotNow: "too_much_to_replay"},
    ),
)  # fmt: skip

ONE_DELIVERY = acts_of(
    OrganisationAct(
        "resend", Scope.WATCHES, calling(webhooks.send_again), "resendEvent", "Send one event again, with the same id.",
        path="", page="", is_versioned=False, faults={NotNow: "webhook_is_off"},
    ),
)  # fmt: skip
