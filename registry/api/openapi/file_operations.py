"""The operations of addresses that no view of Flask-RESTX serves: files, tiles and feeds, and the event stream.

A process of its own serves the stream, beside Flask.
"""

import re
from collections.abc import Iterator
from typing import Any

from registry.api.api_keys import NEEDS_KEY
from registry.api.openapi.descriptions import (
    ALWAYS,
    CHANGES_FROM,
    DATASET,
    DATASET_PARAMETERS,
    RANGE_PARAMETERS,
    RANGES,
    STATUSES,
    opened_by,
)
from registry.vocabulary.organisations import Scope


def file_operations() -> Iterator[tuple[str, dict[str, Any]]]:
    """Path and operation of each, all asked by GET: docs/users/range-files.md, docs/users/dataset.md."""
    for path, (operation_id, summary, media_type) in RANGES.items():
        operation = _file_operation("ranges", operation_id, summary, media_type, has_etag=path == "/ranges/current")
        operation["description"] = "Not found while no epoch is published."
        operation["parameters"] = [RANGE_PARAMETERS[name] for name in re.findall(r"{(\w+)}", path)]
        yield path, operation
    for path, (operation_id, summary, media_type) in DATASET.items():
        operation = _file_operation("dataset", operation_id, summary, media_type, has_etag=True)
        operation["description"] = "Not found while none is published."
        operation["parameters"] = [*(DATASET_PARAMETERS[name] for name in re.findall(r"{(\w+)}", path)), "IfNoneMatch"]
        operation["responses"]["304"] = not_modified()
        if path.startswith("/changes"):
            operation["parameters"].append(CHANGES_FROM)
            operation["responses"]["400"] = "Problem400"
        yield path, operation


def header_ref(name: str) -> dict[str, str]:
    """A header by its name among the components."""
    return {"$ref": f"#/components/headers/{name}"}


def not_modified() -> dict[str, Any]:
    """The answer to a caller who holds these very bytes."""
    return {
        "description": STATUSES[304],
        "headers": {name: header_ref(name) for name in (*ALWAYS, "ETag", "Cache-Control", "Vary")},
    }


def _file_operation(tag: str, operation_id: str, summary: str, media_type: str, *, has_etag: bool) -> dict[str, Any]:
    """The operation of an address whose body is a file, without description and parameters."""
    shape = {"type": "object", "additionalProperties": True} if media_type.endswith("json") else {"type": "string"}
    answer = {
        "description": summary,
        "headers": {name: header_ref(name) for name in (*ALWAYS, "Cache-Control", *(["ETag"] if has_etag else []))},
        "content": {media_type: {"schema": shape}},
    }
    return {
        "operationId": operation_id,
        "tags": [tag],
        "summary": summary.rstrip("."),
        "responses": {"200": answer} | {str(status): f"Problem{status}" for status in (404, 405, 429, 503)},
    }


STREAM_PATH = "/api/v1/events/stream"

_STREAM_EXAMPLE = (
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
            "Answered by a process of its own (`registry stream`), to which a proxy leads this path unbuffered: with `make run` "
            "it listens on the port after the registry's, and the registry itself answers 404. Each event "
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
                "description": "The last `id` of a stream that was broken off; it goes before `cursor`.",
                "schema": cursor,
            },
        ],
        "responses": {
            "200": {
                "description": "Events, for as long as you listen.",
                "content": {
                    "text/event-stream": {
                        "schema": {"type": "string"},
                        "examples": {"suspended": {"summary": "A licence is suspended", "value": _STREAM_EXAMPLE}},
                    }
                },
            }
        }
        | {str(status): f"Problem{status}" for status in (400, 401, 403, 404, 410, 503)},
        "security": [{NEEDS_KEY: []}],
    }
