"""Endpoints of watches and events. An organisation finds only its own; no one is told who watches."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import schemas.watches
from registry.api.api_keys import current_organisation, needs_scope
from registry.api.cursors import USUAL, ItemsPage, page_at
from registry.api.restx import Namespace, Resource, created_response
from registry.api.write_headers import act_once, acting, versioned
from registry.core.calls import Call
from registry.core.clock import day_at, now
from registry.http.modes import refuse_other_reference
from registry.http.request_reader import IdempotencyKey
from registry.http.responses import Answer
from registry.http.schemas import no_content_response, request_schema, response_schema, written_answer
from registry.http.transaction import keyring, reading
from registry.organisations.models import OrganisationActor
from registry.vocabulary.organisations import Scope
from registry.vocabulary.watches import EventType
from registry.watches import feed, models, watches
from schemas.parameters import PageQuerySchema

ns = Namespace("watches", path="/watches")
events = Namespace("events", path="/events")

_WATCH = schemas.watches.WatchSchema.of(watches.WatchView)
_WATCH_MADE = schemas.watches.WatchMadeSchema.of(watches.WatchView, computed=["waiting_lines"])
_WATCH_MAKERS: Mapping[str, Callable[[Call[OrganisationActor], Any, str], models.Watch]] = {
    "agency_id": watches.watch_agency,
    "licence_id": watches.watch_licence,
    "search": watches.watch_search,
}

USUAL_EVENTS = 100
MAX_LIST = 4 * 1024 * 1024
"""Bytes of a list of numbers."""


@ns.route("")
class Watches(Resource):
    @needs_scope(Scope.WATCHES)
    @request_schema(PageQuerySchema())
    @response_schema(
        schemas.watches.WatchesSchema.of(ItemsPage, items=watches.WatchView), "listWatches", cacheable=False
    )
    def get(self, limit: int = USUAL, cursor: str | None = None) -> ItemsPage[watches.WatchView]:
        """List your watches, the newest first."""
        ours = current_organisation().id
        return page_at(
            "watches", limit, cursor, lambda page: watches.watches_of(reading(), ours, page), lambda one: one.watch.id
        )

    @needs_scope(Scope.WATCHES)
    @request_schema(schemas.watches.WatchMakeSchema(), body=True, idempotent=True, max_bytes=MAX_LIST)
    @created_response(
        schemas.watches.WatchMadeSchema(), "createWatch", (409, 413, 415), location="/api/v1/watches/{watch_id}"
    )
    def post(
        self, label: str, idempotency_key: IdempotencyKey | None, types: Sequence[EventType] = (), **subject: Any
    ) -> Answer:
        """Create a watch on an agency, a licence, a list of numbers, or the results of a search.

        From now on: what happened before is in the agency's history. Of a list, the numbers themselves are not kept.
        """
        # The schema lets exactly one through.
        [(kind, value)] = subject.items()
        if kind in ("agency_id", "licence_id"):
            refuse_other_reference(kind, value)

        def act(call: Call[OrganisationActor]) -> Answer:
            if kind == "numbers":
                watch, listed = watches.watch_list(call, keyring(), _numbers(value), label)
            else:
                watch, listed = _WATCH_MAKERS[kind](call, value, label), watches.Listed(1, ())
            watch.types = watches.chosen_types(types)
            return _answer_made(call, watch, listed.waited_for)

        return act_once("watch", idempotency_key, act)


@ns.route("/<watch_id>")
class OneWatch(Resource):
    @needs_scope(Scope.WATCHES)
    @response_schema(_WATCH, "getWatch", (404,), cacheable=False)
    def get(self, watch_id: str) -> watches.WatchView:
        """Read one watch."""
        return watches.watch_named(reading(), current_organisation().id, watch_id)

    @needs_scope(Scope.WATCHES)
    @versioned
    @request_schema(schemas.watches.WatchChangeSchema(), body=True)
    @response_schema(_WATCH, "updateWatch", (404, 413, 415))
    def patch(self, version: int, watch_id: str, **changes: Any) -> watches.WatchView:
        """Rename, pause or resume a watch, or choose of which types of events it tells."""
        with acting(version) as call:
            watches.change(call, watch_id, **changes)
            return watches.watch_named(call.session, call.actor.id, watch_id)

    @needs_scope(Scope.WATCHES)
    @versioned
    @no_content_response("deleteWatch", (404,))
    def delete(self, version: int, watch_id: str) -> None:
        """Delete a watch. Earlier events stay in your feed."""
        with acting(version) as call:
            watches.end(call, watch_id)


@ns.route("/<watch_id>/numbers")
class Numbers(Resource):
    @needs_scope(Scope.WATCHES)
    @versioned
    @request_schema(schemas.watches.NumbersSchema(), body=True, max_bytes=MAX_LIST)
    @response_schema(schemas.watches.WatchMadeSchema(), "replaceWatchedNumbers", (404, 409, 413, 415))
    def put(self, version: int, watch_id: str, numbers: Sequence[Mapping[str, str]]) -> Answer:
        """Replace the list of numbers of a watch."""
        with acting(version) as call:
            watch, listed = watches.replace_list(call, keyring(), watch_id, _numbers(numbers))
            return _answer_made(call, watch, listed.waited_for)


@events.route("")
class Events(Resource):
    @needs_scope(Scope.WATCHES)
    @request_schema(schemas.watches.EventsQuerySchema())
    @response_schema(schemas.watches.EventsSchema(), "listEvents", (410,), cacheable=False)
    def get(self, cursor: str | None = None, limit: int = USUAL_EVENTS, types: str = "") -> Answer:
        """List the events of your watches in order, from any cursor on.

        Keep `next_cursor` once you have acted on an answer, and ask again with it: none is lost, none comes twice.
        """
        ours, session = current_organisation().id, reading()
        position = 0 if cursor is None else feed.position_of_cursor(session, keyring(), ours, cursor)
        today = day_at(now(), None)
        reached = feed.events_after(session, ours, position, limit, feed.read_types(types), today=today)
        items = [
            feed.event_payload(place.event, today) | {"cursor": feed.cursor_of(keyring(), ours, place.position)}
            for place in reached.events
        ]
        next_cursor = feed.cursor_of(keyring(), ours, reached.position)
        return Answer({"items": items, "next_cursor": next_cursor, "has_more": reached.has_more})


def _numbers(sent: Sequence[Mapping[str, str]]) -> list[watches.Number]:
    return [watches.Number(one["number"], one.get("country")) for one in sent]


def _answer_made(call: Call[OrganisationActor], watch: models.Watch, waiting: tuple[int, ...]) -> Answer:
    call.session.flush()
    found = watches.watch_named(call.session, call.actor.id, watch.reference)
    return written_answer(_WATCH_MADE, found, waiting_lines=waiting)
