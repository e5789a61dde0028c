"""Endpoints of watches and events. An organisation finds only its own; no one is told who watches."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from sqlalchemy.orm import Session

from registry.api.api_keys import current_organisation, needs_scope
from registry.api.cursors import USUAL, page_at
from registry.api.officers.guard import etag
from registry.api.organisations.write_headers import claim, versioned
from registry.api.restx import Namespace, Resource
from registry.core.clock import day_at, now
from registry.http.app_services import keyring
from registry.http.modes import refuse_other_reference
from registry.http.query_reader import IdempotencyKey
from registry.http.responses import Answer
from registry.http.schemas import no_content_response, request_schema, response_schema
from registry.http.transaction import reading, writing
from registry.vocabulary.organisations import Scope
from registry.watches import actions, queries
from registry.watches.feed import cursor_of, event_payload, events_after, position_of_cursor
from registry.watches.models import Watch
from registry.watches.numbers import Number
from registry.watches.queries import WatchView
from schemas.pages import PageQuerySchema
from schemas.watches import (
    EventsQuerySchema,
    EventsSchema,
    NumbersSchema,
    WatchChangeSchema,
    WatchesSchema,
    WatchMadeSchema,
    WatchMakeSchema,
    WatchSchema,
)

ns = Namespace("watches", path="/watches")
events = Namespace("events", path="/events")

USUAL_EVENTS = 100
MAX_LIST = 4 * 1024 * 1024
"""Bytes of a list of numbers."""


@ns.route("")
class Watches(Resource):
    @needs_scope(Scope.WATCHES)
    @request_schema(PageQuerySchema())
    @response_schema(WatchesSchema(), "listWatches", cacheable=False)
    def get(self, limit: int = USUAL, cursor: str | None = None) -> Answer:
        """List your watches, the newest first."""
        ours = current_organisation().id
        found, next_cursor = page_at(
            "watches", limit, cursor, lambda page: queries.watches_of(reading(), ours, page), lambda one: one.watch.id
        )
        return Answer({"items": [_watch(one) for one in found], "next_cursor": next_cursor})

    @needs_scope(Scope.WATCHES)
    @request_schema(WatchMakeSchema(), body=True, idempotent=True, max_bytes=MAX_LIST)
    @response_schema(
        WatchMadeSchema(),
        "createWatch",
        (409, 413, 415),
        status=HTTPStatus.CREATED,
        location="/api/v1/watches/{watch_id}",
    )
    def post(
        self,
        label: str,
        idempotency_key: IdempotencyKey | None,
        agency_id: str | None = None,
        licence_id: str | None = None,
        numbers: Sequence[Mapping[str, str]] | None = None,
        search: Mapping[str, str] | None = None,
    ) -> Answer:
        """Create a watch on an agency, a licence, a list of numbers, or the results of a search.

        From now on: what happened before is in the agency's history. Of a list, the numbers themselves are not kept.
        """
        ours, today = current_organisation().id, day_at(now(), None)
        refuse_other_reference("agency_id", agency_id)
        refuse_other_reference("licence_id", licence_id)
        waiting: tuple[int, ...] = ()
        with writing() as session:
            claim(session, "watch", idempotency_key)
            if agency_id is not None:
                watch = actions.watch_agency(session, ours, agency_id, label, today)
            elif licence_id is not None:
                watch = actions.watch_licence(session, ours, licence_id, label, today)
            elif search is not None:
                watch = actions.watch_search(session, ours, search, label, today)
            else:
                watch, listed = actions.watch_list(session, keyring(), ours, _numbers(numbers or ()), label, today)
                waiting = listed.waited_for
            return _made(session, ours, watch, waiting)


@ns.route("/<watch_id>")
class OneWatch(Resource):
    @needs_scope(Scope.WATCHES)
    @request_schema()
    @response_schema(WatchSchema(), "getWatch", (404,), cacheable=False)
    def get(self, watch_id: str) -> Answer:
        """Read one watch."""
        return _payload(reading(), current_organisation().id, watch_id)

    @needs_scope(Scope.WATCHES)
    @versioned
    @request_schema(WatchChangeSchema(), body=True)
    @response_schema(WatchSchema(), "updateWatch", (404, 413, 415))
    def patch(self, version: int, watch_id: str, label: str | None = None, is_paused: bool | None = None) -> Answer:
        """Rename, pause or resume a watch."""
        ours = current_organisation().id
        with writing() as session:
            actions.change(session, ours, watch_id, label=label, is_paused=is_paused, version=version)
            return _payload(session, ours, watch_id)

    @needs_scope(Scope.WATCHES)
    @versioned
    @request_schema()
    @no_content_response("deleteWatch", (404,))
    def delete(self, version: int, watch_id: str) -> None:
        """Delete a watch. Earlier events stay in your feed."""
        with writing() as session:
            actions.end(session, current_organisation().id, watch_id, version=version)


@ns.route("/<watch_id>/numbers")
class Numbers(Resource):
    @needs_scope(Scope.WATCHES)
    @versioned
    @request_schema(NumbersSchema(), body=True, max_bytes=MAX_LIST)
    @response_schema(WatchMadeSchema(), "replaceWatchedNumbers", (404, 409, 413, 415))
    def put(self, version: int, watch_id: str, numbers: Sequence[Mapping[str, str]]) -> Answer:
        """Replace the list of numbers of a watch."""
        ours = current_organisation().id
        with writing() as session:
            watch, listed = actions.replace_list(session, keyring(), ours, watch_id, _numbers(numbers), version=version)
            return _made(session, ours, watch, listed.waited_for)


@events.route("")
class Events(Resource):
    @needs_scope(Scope.WATCHES)
    @request_schema(EventsQuerySchema())
    @response_schema(EventsSchema(), "listEvents", (410,), cacheable=False)
    def get(self, cursor: str | None = None, limit: int = USUAL_EVENTS) -> Answer:
        """List the events of your watches in order, from any cursor on.

        Keep `next_cursor` once you have acted on an answer, and ask again with it: none is lost, none comes twice.
        """
        ours, session = current_organisation().id, reading()
        position = 0 if cursor is None else position_of_cursor(session, keyring(), ours, cursor)
        found = events_after(session, ours, position, limit + 1)
        payload, today = found[:limit], day_at(now(), None)
        items = [
            event_payload(place.event, today) | {"cursor": cursor_of(keyring(), ours, place.position)}
            for place in payload
        ]
        next_cursor = cursor_of(keyring(), ours, payload[-1].position if payload else position)
        link = ("Link", f'</api/v1/events?cursor={next_cursor}&limit={limit}>; rel="next"')
        return Answer({"items": items, "next_cursor": next_cursor, "has_more": len(found) > limit}, headers=(link,))


def _numbers(sent: Sequence[Mapping[str, str]]) -> list[Number]:
    return [Number(one["number"], one.get("country")) for one in sent]


def _payload(session: Session, ours: int, watch_id: str) -> Answer:
    found = queries.watch_named(session, ours, watch_id)
    return Answer(_watch(found), headers=(etag(found.watch.version),))


def _made(session: Session, ours: int, watch: Watch, waiting: tuple[int, ...]) -> Answer:
    session.flush()
    found = queries.watch_named(session, ours, watch.reference)
    return Answer(_watch(found) | {"waiting_lines": waiting}, headers=(etag(watch.version),))


def _watch(payload: WatchView) -> dict[str, Any]:
    watch = payload.watch
    return {
        "watch_id": watch.reference,
        "label": watch.label,
        "kind": watch.kind,
        "agency_id": payload.agency,
        "licence_id": payload.licence,
        "search": watch.criteria,
        "agencies": payload.known,
        "waiting": payload.waited_for,
        "is_paused": watch.is_paused,
        "created_on": watch.made_on,
        "version": watch.version,
    }
