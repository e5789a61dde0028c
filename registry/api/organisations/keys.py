"""An organisation's people and keys by the API. A key gives and ends no more than it has itself."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from sqlalchemy.orm import Session

from registry.api.api_keys import current_organisation, needs_scope
from registry.api.cursors import USUAL, page_at
from registry.api.organisations.write_headers import claim
from registry.api.restx import Namespace, Resource
from registry.core.clock import day_at, now
from registry.core.ids import read_reference
from registry.http.query_reader import IdempotencyKey
from registry.http.responses import Answer
from registry.http.schemas import no_content_response, request_schema, response_schema
from registry.http.transaction import reading, writing
from registry.organisations import actions as organisations
from registry.organisations import authenticators, keys, members
from registry.organisations.models import ApiKey, Organisation
from registry.vocabulary.organisations import Scope
from schemas.organisations import KeyExchangeSchema, KeyMadeSchema, KeyMakeSchema, KeysSchema, MembersSchema
from schemas.pages import PageQuerySchema

ns = Namespace("organisation", path="/organisation")


@ns.route("/members")
class Members(Resource):
    @needs_scope(Scope.ORGANISATION)
    @request_schema()
    @response_schema(MembersSchema(), "listMembers", cacheable=False)
    def get(self) -> Answer:
        """List the people of your organisation.

        They are invited and removed on the pages at /account, by an owner, who may also require a second step of all.
        """
        ours = current_organisation().id
        found, steps = members.members_of(reading(), ours), authenticators.who_have_apps(reading(), ours)
        items = [
            {
                "member_id": one.reference,
                "name": one.name,
                "email": one.email,
                "role": one.role,
                "has_second_step": one.id in steps,
            }
            for one in found
        ]
        return Answer({"items": items})


@ns.route("/keys")
class Keys(Resource):
    @needs_scope(Scope.ORGANISATION)
    @request_schema(PageQuerySchema())
    @response_schema(KeysSchema(), "listKeys", cacheable=False)
    def get(self, limit: int = USUAL, cursor: str | None = None) -> Answer:
        """List active API keys, the newest first."""
        ours, today = current_organisation().id, day_at(now(), None)
        found, next_cursor = page_at(
            "keys", limit, cursor, lambda page: keys.keys_of(reading(), ours, today, page), lambda key: key.id
        )
        return Answer({"items": [_payload(one) for one in found], "next_cursor": next_cursor})

    @needs_scope(Scope.ORGANISATION)
    @request_schema(KeyMakeSchema(), body=True, idempotent=True)
    @response_schema(KeyMadeSchema(), "createKey", (409, 413, 415), status=HTTPStatus.CREATED)
    def post(
        self,
        label: str,
        scopes: Sequence[Scope],
        idempotency_key: IdempotencyKey | None,
        days: int = keys.DAYS,
        is_archiving: bool | None = None,
        is_test: bool = False,
    ) -> Answer:
        """Create an API key; its text is in this answer alone.

        It has no scope that the key you come with has not.
        """
        caller = current_organisation()
        with writing() as session:
            claim(session, "key", idempotency_key)
            made = keys.make(
                session,
                _ours(session),
                label,
                scopes,
                days,
                today=day_at(now(), None),
                within=caller.scopes,
                keeps_every=is_archiving,
                is_test=is_test,
            )
        return Answer(_made(*made))


@ns.route("/keys/<key_id>/exchange")
class KeyExchange(Resource):
    @needs_scope(Scope.ORGANISATION)
    @request_schema(KeyExchangeSchema(), body=True, idempotent=True)
    @response_schema(KeyMadeSchema(), "rotateKey", (404, 409, 413, 415), status=HTTPStatus.CREATED)
    def post(
        self, key_id: str, idempotency_key: IdempotencyKey | None, overlap_days: int = keys.OVERLAP_DAYS
    ) -> Answer:
        """Replace an API key by a new one of the same label, scopes and validity.

        The old one stays good for `overlap_days`, so that programs can change over; with 0 it ends at once.
        """
        at, caller = now(), current_organisation()
        with writing() as session:
            claim(session, "key", idempotency_key)
            made = keys.rotate(
                session,
                _ours(session),
                _read(key_id),
                overlap_days,
                at=at,
                today=day_at(at, None),
                within=caller.scopes,
            )
        return Answer(_made(*made))


@ns.route("/keys/<key_id>")
class OneKey(Resource):
    @needs_scope(Scope.ORGANISATION)
    @request_schema()
    @no_content_response("revokeKey", (404,))
    def delete(self, key_id: str) -> None:
        """Revoke a key immediately, also the one of this request."""
        at, caller = now(), current_organisation()
        with writing() as session:
            keys.revoke(session, caller.id, _read(key_id), at=at, today=day_at(at, None), within=caller.scopes)


def _ours(session: Session) -> Organisation:
    return organisations.organisation_named(session, current_organisation().reference)


def _read(key_id: str) -> str:
    return read_reference(key_id) or key_id


def _made(key: ApiKey, text: str) -> dict[str, Any]:
    return {**_payload(key), "key": text}


def _payload(key: ApiKey) -> dict[str, Any]:
    return {
        "key_id": key.reference,
        "label": key.name,
        "prefix": key.prefix,
        "scopes": key.scopes,
        "created_on": key.made_on,
        "expires_on": key.ends_on,
        "last_used_on": key.last_used_on,
        "replaced_by": key.replaced_by,
        "is_archiving": key.keeps_every,
        "is_test": key.is_test,
    }
