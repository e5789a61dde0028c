"""One's own organisation by the API, its people and keys. A key gives and ends no more than it has itself."""

from datetime import timedelta
from http import HTTPStatus

from registry.api.api_keys import Caller, current_organisation, needs_scope, usage_counts
from registry.api.cursors import USUAL, ItemsPage, page_at
from registry.api.organisations.endpoints import Answered, serve_acts
from registry.api.restx import Namespace, Resource
from registry.core.calls import Call
from registry.core.clock import day_at, now
from registry.http.responses import Answer
from registry.http.schemas import request_schema, response_schema, written_answer
from registry.http.transaction import reading
from registry.organisation_acts.key_acts import KEYS, ONE_KEY
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


def _answer_made(_call: Call[models.OrganisationActor], made: keys.MadeKey) -> Answer:
    return written_answer(_KEY_MADE, made.key, key=made.text)


_MADE = Answered(organisations.KeyMadeSchema(), _answer_made, HTTPStatus.CREATED)

serve_acts(ns, "/keys", KEYS, {"make": _MADE})
serve_acts(ns, "/keys/<key_id>", ONE_KEY, {"exchange": _MADE})


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
