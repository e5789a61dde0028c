"""The OpenAPI operation of the event stream, which a process of its own serves, beside Flask."""

from typing import Any

from registry.api.api_keys import NEEDS
from registry.api.openapi.descriptions import opened_by
from registry.vocabulary.organisations import Scope

PATH = "/api/v1/events/stream"

_EXAMPLE = (
    "retry: 3000\n\n"
    "id: AAAAAAAAAAF3c3RhbmRpbi1jdXJzb3I\n"
    "event: licence.suspended\n"
    'data: {"id":"evt_EVENTXX2222F","type":"licence.suspended","timestamp":"2026-11-24T10:00:00.000001Z",'
    '"data":{"agency_id":"WATCHED2222A","licence_id":"WATCHEDL222B","log_index":2,"from":"2026-11-24","status":"suspended"}}\n\n'
    ": still here\n\n"
)


def stream_operation() -> dict[str, Any]:
    """The OpenAPI operation of the stream. Its refusals look like those of every other path, in English."""
    cursor = {"type": "string", "minLength": 1, "maxLength": 80}
    return {
        "operationId": "streamEvents",
        "tags": ["events"],
        "summary": "Stream events for your watches, as server-sent events",
        "description": (
            "Answered by a process of its own (`registry stream`), to which a proxy leads this path unbuffered. Each event "
            "has its cursor as `id`, its type as `event` and, as `data`, what `GET /api/v1/events` tells of it. Without a cursor "
            "the stream begins now. A comment every 15 seconds says that it lives; after an hour it ends: ask again with the "
            "last `id`, as `Last-Event-ID`, and none is lost. An organisation may hold five.\n\n"
            + opened_by(Scope.WATCHES)
        ),
        "parameters": [
            {
                "name": "cursor",
                "in": "query",
                "required": False,
                "description": "The cursor of the last event that was acted on.",
                "schema": cursor,
            },
            {
                "name": "Last-Event-ID",
                "in": "header",
                "required": False,
                "description": "The last `id` of a stream that was broken off; it goes before `after`.",
                "schema": cursor,
            },
        ],
        "responses": {
            "200": {
                "description": "Events, for as long as you listen.",
                "content": {
                    "text/event-stream": {
                        "schema": {"type": "string"},
                        "examples": {"suspended": {"summary": "A licence is suspended", "value": _EXAMPLE}},
                    }
                },
            }
        }
        | {str(status): f"Problem{status}" for status in (400, 401, 403, 410, 503)},
        "security": [{NEEDS: []}],
    }
