"""Webhooks by the API: made, changed, tested, rotated, sent again. No request calls them: the worker does."""

from http import HTTPStatus
from typing import Any

from registry.api.api_keys import current_organisation, needs_scope
from registry.api.cursors import USUAL, ItemsPage, page_at
from registry.api.organisations.endpoints import Answered, serve_acts
from registry.api.restx import Namespace, Resource
from registry.core.calls import Call
from registry.core.clock import day_at, now
from registry.http.responses import Answer
from registry.http.schemas import request_schema, response_schema, written_answer
from registry.http.transaction import reading
from registry.organisation_acts.webhook_acts import ONE_DELIVERY, ONE_WEBHOOK, WEBHOOKS
from registry.organisations.models import OrganisationActor
from registry.vocabulary.organisations import Scope
from registry.vocabulary.watches import DeliveryState
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


@ns.route("/<webhook_id>")
class OneWebhook(Resource):
    @needs_scope(Scope.WATCHES)
    @response_schema(_WEBHOOK, "getWebhook", (404,), cacheable=False)
    def get(self, webhook_id: str) -> models.Webhook:
        """Read one webhook."""
        return webhooks.webhook_named(reading(), current_organisation().id, webhook_id)


def _answer_made(_call: Call[OrganisationActor], made: webhooks.Made) -> Answer:
    return written_answer(_WEBHOOK_MADE, made.webhook, secret=made.secret)


_DELIVERED = Answered(watches.DeliverySchema(), lambda _, logged: Answer(_delivery_payload(logged)))
_MADE = Answered(watches.WebhookMadeSchema(), _answer_made)

serve_acts(
    ns, "", WEBHOOKS,
    {"make": _MADE._replace(status=HTTPStatus.CREATED, location="/api/v1/webhooks/{webhook_id}")},
)  # fmt: skip
serve_acts(
    ns, "/<webhook_id>", ONE_WEBHOOK,
    {
        "change": Answered(_WEBHOOK),
        "secret": _MADE,
        "test": _DELIVERED,
        "replay": Answered(watches.ReplayedSchema(), lambda _, count: Answer({"events": count})),
    },
)  # fmt: skip


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


def _delivery_payload(logged: webhooks.Logged) -> dict[str, Any]:
    delivery, event = logged
    return _DELIVERY.write(
        logged,
        event_id=f"evt_{event.reference}",
        type=feed.type_on(event, day_at(now(), None)),
        next_at=delivery.due_at if delivery.state is DeliveryState.WAITING else None,
    )


serve_acts(ns, "/<webhook_id>/deliveries/<event_id>", ONE_DELIVERY, {"resend": _DELIVERED})
