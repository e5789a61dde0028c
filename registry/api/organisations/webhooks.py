"""Webhooks by the API: made, changed, tested, rotated, sent again. No request calls them: the worker does."""

from collections.abc import Sequence
from typing import Any

from registry.api.api_keys import current_organisation, needs_scope
from registry.api.cursors import USUAL, ItemsPage, page_at
from registry.api.restx import Namespace, Resource, created_response
from registry.api.write_headers import act_once, acting, versioned
from registry.core.calls import Call
from registry.core.clock import day_at, now
from registry.core.errors import LiveKey
from registry.http.modes import is_test
from registry.http.request_reader import IdempotencyKey
from registry.http.responses import Answer
from registry.http.schemas import no_content_response, request_schema, response_schema, written_answer
from registry.http.transaction import keyring, reading, services
from registry.organisations.models import OrganisationActor
from registry.vocabulary.organisations import Scope
from registry.vocabulary.watches import DeliveryState, EventType
from registry.watches import feed, models, webhooks
from schemas import watches
from schemas.parameters import PageQuerySchema

ns = Namespace("webhooks", path="/webhooks")

_WEBHOOK = watches.WebhookSchema.of(models.Webhook)
_WEBHOOK_MADE = watches.WebhookMadeSchema.of(models.Webhook, computed=["secret"])
_DELIVERY = watches.DeliverySchema.of(webhooks.Logged, computed=["event_id", "type", "next_at"])


@ns.route("")
class Webhooks(Resource):
    @needs_scope(Scope.WATCHES)
    @request_schema(PageQuerySchema())
    @response_schema(watches.WebhooksSchema.of(ItemsPage, items=models.Webhook), "listWebhooks", cacheable=False)
    def get(self, limit: int = USUAL, cursor: str | None = None) -> ItemsPage[models.Webhook]:
        """List your webhooks, the newest first."""
        ours = current_organisation().id
        return page_at(
            "webhooks", limit, cursor, lambda page: webhooks.webhooks_of(reading(), ours, page), lambda one: one.id
        )

    @needs_scope(Scope.WATCHES)
    @request_schema(watches.WebhookMakeSchema(), body=True, idempotent=True)
    @created_response(
        watches.WebhookMadeSchema(), "createWebhook", (409, 413, 415), location="/api/v1/webhooks/{webhook_id}"
    )
    def post(
        self, url: str, label: str, idempotency_key: IdempotencyKey | None, types: Sequence[EventType] = ()
    ) -> Answer:
        """Create a webhook.

        Deliveries are signed by Standard Webhooks with the secret that is shown in this answer alone. They come at least once
        each, under one webhook-id, for each agency in the order of the log, and are tried for three days. Answer with a 2xx.
        """

        def act(call: Call[OrganisationActor]) -> Answer:
            made = webhooks.make(call, keyring(), url, label, is_unsafe=_is_unsafe(), types=types)
            return written_answer(_WEBHOOK_MADE, made.webhook, secret=made.secret)

        return act_once("webhook", idempotency_key, act)


@ns.route("/<webhook_id>")
class OneWebhook(Resource):
    @needs_scope(Scope.WATCHES)
    @response_schema(_WEBHOOK, "getWebhook", (404,), cacheable=False)
    def get(self, webhook_id: str) -> models.Webhook:
        """Read one webhook."""
        return webhooks.webhook_named(reading(), current_organisation().id, webhook_id)

    @needs_scope(Scope.WATCHES)
    @versioned
    @request_schema(watches.WebhookChangeSchema(), body=True)
    @response_schema(_WEBHOOK, "updateWebhook", (404, 413, 415))
    def patch(self, version: int, webhook_id: str, **changes: Any) -> models.Webhook:
        """Change the URL, name or types of events of a webhook, or switch it off and on."""
        with acting(version) as call:
            return webhooks.change(call, webhook_id, **changes, is_unsafe=_is_unsafe())

    @needs_scope(Scope.WATCHES)
    @versioned
    @no_content_response("deleteWebhook", (404,))
    def delete(self, version: int, webhook_id: str) -> None:
        """Delete a webhook with its log of deliveries; your events stay."""
        with acting(version) as call:
            webhooks.end(call, webhook_id)


@ns.route("/<webhook_id>/secret")
class Secret(Resource):
    @needs_scope(Scope.WATCHES)
    @versioned
    @response_schema(watches.WebhookMadeSchema(), "rotateWebhookSecret", (404,))
    def post(self, version: int, webhook_id: str) -> Answer:
        """Rotate the secret of a webhook.

        For 24 hours every delivery bears the signatures of both, so that you can change over without losing one.
        """
        with acting(version) as call:
            made = webhooks.rotate(call, keyring(), webhook_id)
            return written_answer(_WEBHOOK_MADE, made.webhook, secret=made.secret)


@ns.route("/<webhook_id>/test")
class Testing(Resource):
    @needs_scope(Scope.WATCHES)
    @request_schema(watches.WebhookTestSchema(), body=True, is_body_optional=True)
    @response_schema(watches.DeliverySchema(), "testWebhook", (404, 409, 413, 415))
    def post(self, webhook_id: str, type: EventType = EventType.WEBHOOK_TEST) -> Answer:
        """Send a test event: `webhook.test`, or with a test key one of any type, about an agency of the demo.

        Its result appears in the deliveries a moment later, and nothing happens beside it.
        """
        if type is not EventType.WEBHOOK_TEST and not is_test():
            raise LiveKey("a test event that looks real needs a test key (rrk_test_): others are told by webhook.test")
        with acting() as call:
            return Answer(_delivery_payload(webhooks.ask_for_test(call, webhook_id, type)))


@ns.route("/<webhook_id>/replay")
class Replay(Resource):
    @needs_scope(Scope.WATCHES)
    @request_schema(watches.ReplaySchema(), body=True)
    @response_schema(watches.ReplayedSchema(), "replayToWebhook", (404, 409, 410, 413, 415))
    def post(self, webhook_id: str, cursor: str | None = None) -> Answer:
        """Replay all events after a cursor to a webhook, in order, with the same ids."""
        with acting() as call:
            position = 0 if cursor is None else feed.position_of_cursor(call.session, keyring(), call.actor.id, cursor)
            return Answer({"events": webhooks.replay(call, webhook_id, position)})


@ns.route("/<webhook_id>/deliveries")
class Deliveries(Resource):
    @needs_scope(Scope.WATCHES)
    @request_schema(PageQuerySchema())
    @response_schema(watches.DeliveriesSchema(), "listDeliveries", (404,), cacheable=False)
    def get(self, webhook_id: str, limit: int = USUAL, cursor: str | None = None) -> Answer:
        """List deliveries, the newest first: pending, failed and delivered."""
        session = reading()
        webhook = webhooks.webhook_named(session, current_organisation().id, webhook_id)
        found, next_cursor = page_at(
            f"deliveries {webhook.reference}", limit, cursor,
            lambda page: webhooks.deliveries_of(session, webhook, page), lambda one: one.delivery.id,
        )  # fmt: skip
        return Answer({"items": [_delivery_payload(one) for one in found], "next_cursor": next_cursor})


@ns.route("/<webhook_id>/deliveries/<event_id>")
class OneDelivery(Resource):
    @needs_scope(Scope.WATCHES)
    @response_schema(watches.DeliverySchema(), "resendEvent", (404, 409))
    def post(self, webhook_id: str, event_id: str) -> Answer:
        """Send one event again, with the same id."""
        with acting() as call:
            return Answer(_delivery_payload(webhooks.send_again(call, webhook_id, event_id)))


def _is_unsafe() -> bool:
    return services().settings.has_unsafe_webhooks


def _delivery_payload(logged: webhooks.Logged) -> dict[str, Any]:
    delivery, event = logged
    return _DELIVERY.write(
        logged,
        event_id=f"evt_{event.reference}",
        type=feed.type_on(event, day_at(now(), None)),
        next_at=delivery.due_at if delivery.state is DeliveryState.WAITING else None,
    )
