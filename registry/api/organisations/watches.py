"""Endpoints of watches and events. An organisation finds only its own; no one is told who watches."""

from http import HTTPStatus

import schemas.watches
from registry.api.api_keys import current_organisation, needs_scope
from registry.api.cursors import USUAL, ItemsPage, page_at
from registry.api.organisations.endpoints import Answered, serve_acts
from registry.api.restx import Namespace, Resource
from registry.core.calls import Call
from registry.core.clock import day_at, now
from registry.http.responses import Answer
from registry.http.schemas import request_schema, response_schema, written_answer
from registry.http.transaction import keyring, reading
from registry.organisation_acts.watch_acts import ONE_WATCH, WATCHES, MadeWatch
from registry.organisations.models import OrganisationActor
from registry.vocabulary.organisations import Scope
from registry.watches import feed, models, watches
from schemas.parameters import PageQuerySchema

ns = Namespace("watches", path="/watches")
events = Namespace("events", path="/events")

_WATCH = schemas.watches.WatchSchema.of(watches.WatchView)
_WATCH_MADE = schemas.watches.WatchMadeSchema.of(watches.WatchView, computed=["waiting_lines"])

USUAL_EVENTS = 100


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


@ns.route("/<watch_id>")
class OneWatch(Resource):
    @needs_scope(Scope.WATCHES)
    @response_schema(_WATCH, "getWatch", (404,), cacheable=False)
    def get(self, watch_id: str) -> watches.WatchView:
        """Read one watch."""
        return watches.watch_named(reading(), current_organisation().id, watch_id)


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


def _view(call: Call[OrganisationActor], watch: models.Watch) -> watches.WatchView:
    return watches.watch_named(call.session, call.actor.id, watch.reference)


def _answer_made(call: Call[OrganisationActor], made: MadeWatch) -> Answer:
    call.session.flush()
    return written_answer(_WATCH_MADE, _view(call, made.watch), waiting_lines=made.waiting_lines)


_MADE = Answered(schemas.watches.WatchMadeSchema(), _answer_made)

serve_acts(ns, "", WATCHES, {"make": _MADE._replace(status=HTTPStatus.CREATED, location="/api/v1/watches/{watch_id}")})
serve_acts(ns, "/<watch_id>", ONE_WATCH, {"change": Answered(_WATCH, _view), "numbers": _MADE})
