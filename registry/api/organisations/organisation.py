"""One's own organisation by the API, its people and keys. A key gives and ends no more than it has itself."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from registry.api.api_keys import Caller, current_organisation, needs_scope, usage_counts
from registry.api.cursors import USUAL, ItemsPage, page_at
from registry.api.restx import Namespace, Resource, created_response
from registry.api.write_headers import act_once, acting
from registry.core.calls import Call
from registry.core.clock import day_at, now
from registry.http.request_reader import IdempotencyKey
from registry.http.responses import Answer
from registry.http.schemas import no_content_response, request_schema, response_schema, written_answer
from registry.http.transaction import reading
from registry.organisations import keys, members, models, second_steps
from registry.vocabulary.organisations import Scope
from schemas import organisations
from schemas.parameters import PageQuerySchema

ns = Namespace("organisation", path="/organisation")

_MEMBER = organisations.MemberSchema.of(models.Member, computed=["has_second_step"])
USUAL_DAYS = 90
_KEY_DAY = organisations.KeyDaySchema.of(models.ApiKeyUsage)
_KEY_MADE = organisations.KeyMadeSchema.of(models.ApiKey, computed=["key"])


@ns.route("")
class OwnOrganisation(Resource):
    @needs_scope(Scope.ORGANISATION)
    @response_schema(organisations.OrganisationSchema.of(Caller), "getOrganisation", cacheable=False)
    def get(self) -> Caller:
        """Read the organisation and the scopes of your API key."""
        return current_organisation()


@ns.route("/members")
class Members(Resource):
    @needs_scope(Scope.ORGANISATION)
    @response_schema(organisations.MembersSchema(), "listMembers", cacheable=False)
    def get(self) -> Answer:
        """List the people of your organisation.

        They are invited and removed on the pages at /account, by an owner, who may also require a second step of all.
        """
        ours = current_organisation().id
        found, steps = members.members_of(reading(), ours), second_steps.who_have_apps(reading(), ours)
        return Answer({"items": [_MEMBER.write(one, has_second_step=one.id in steps) for one in found]})


@ns.route("/keys")
class Keys(Resource):
    @needs_scope(Scope.ORGANISATION)
    @request_schema(PageQuerySchema())
    @response_schema(organisations.KeysSchema.of(ItemsPage, items=models.ApiKey), "listKeys", cacheable=False)
    def get(self, limit: int = USUAL, cursor: str | None = None) -> ItemsPage[models.ApiKey]:
        """List active API keys, the newest first."""
        ours, today = current_organisation().id, day_at(now(), None)
        return page_at(
            "keys", limit, cursor, lambda page: keys.keys_of(reading(), ours, today, page), lambda key: key.id
        )

    @needs_scope(Scope.ORGANISATION)
    @request_schema(organisations.KeyMakeSchema(), body=True, idempotent=True)
    @created_response(organisations.KeyMadeSchema(), "createKey", (409, 413, 415))
    def post(
        self, label: str, scopes: Sequence[Scope], idempotency_key: IdempotencyKey | None, **limits: Any
    ) -> Answer:
        """Create an API key; its text is in this answer alone.

        It has no scope that the key you come with has not, and never `organisation`; it opens for no more days and from
        no more networks, and ends when that key is revoked.
        """

        def act(call: Call[models.OrganisationActor]) -> Answer:
            made = keys.make(call, label, scopes, **limits)
            return written_answer(_KEY_MADE, made.key, key=made.text)

        return act_once("key", idempotency_key, act)


@ns.route("/keys/<key_id>/exchange")
class KeyExchange(Resource):
    @needs_scope(Scope.ORGANISATION)
    @request_schema(organisations.KeyExchangeSchema(), body=True, idempotent=True)
    @created_response(organisations.KeyMadeSchema(), "rotateKey", (404, 409, 413, 415))
    def post(
        self, key_id: str, idempotency_key: IdempotencyKey | None, overlap_days: int = keys.OVERLAP_DAYS
    ) -> Answer:
        """Replace an API key by a new one of the same label, scopes, networks and validity.

        The old one stays good for `overlap_days`, so that programs can change over; with 0 it ends at once.
        """

        def act(call: Call[models.OrganisationActor]) -> Answer:
            made = keys.rotate(call, key_id, overlap_days)
            return written_answer(_KEY_MADE, made.key, key=made.text)

        return act_once(f"key instead of {key_id}", idempotency_key, act)


@ns.route("/keys/<key_id>")
class OneKey(Resource):
    @needs_scope(Scope.ORGANISATION)
    @no_content_response("revokeKey", (404,))
    def delete(self, key_id: str) -> None:
        """Revoke a key immediately, also the one of this request, and the keys that it made."""
        with acting() as call:
            keys.revoke(call, key_id)


@ns.route("/keys/<key_id>/usage")
class Usage(Resource):
    @needs_scope(Scope.ORGANISATION)
    @request_schema(organisations.KeyUsageQuerySchema())
    @response_schema(organisations.KeyUsageSchema(), "getKeyUsage", (404,), cacheable=False)
    def get(self, key_id: str, days: int = USUAL_DAYS) -> Answer:
        """Read how many requests a key made on each day, also one that has ended."""
        usage_counts().flush()
        session, since = reading(), day_at(now(), None) - timedelta(days=days - 1)
        key = keys.key_named(session, current_organisation().id, key_id)
        return Answer({"items": [_KEY_DAY.write(one) for one in keys.usage_of(session, key.id, since)]})
