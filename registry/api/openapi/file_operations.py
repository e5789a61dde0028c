"""The operations of addresses that no view of Flask-RESTX serves: files, tiles and feeds, name matching, and the event stream.

A process of its own serves the stream, beside Flask.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from registry.api.api_keys import NEEDS_KEY
from registry.api.openapi import descriptions
from registry.api.public.reconciliation import MAX_IN_ADDRESS
from registry.vocabulary.organisations import Scope


def file_operations() -> Iterator[tuple[str, dict[str, Any]]]:
    """Path and operation of each, all asked by GET: docs/users/range-files.md, docs/users/dataset.md."""
    for path, about in descriptions.RANGES.items():
        operation = _file_operation("ranges", about, has_etag=path == "/ranges/current")
        operation["description"] = "Not found while no epoch is published."
        operation["parameters"] = _path_parameters(path)
        yield path, operation
    for path, about in descriptions.DATASET.items():
        operation = _file_operation("dataset", about, has_etag=True)
        operation["description"] = "Not found while none is published."
        operation["parameters"] = [*_path_parameters(path), "IfNoneMatch"]
        operation["responses"]["304"] = descriptions.not_modified()
        if path.startswith("/changes"):
            operation["parameters"].append(descriptions.CHANGES_FROM)
            operation["responses"]["400"] = "Problem400"
        elif "{" in path:
            operation["parameters"].append("Range")
            if path.endswith("{file}"):
                content = operation["responses"]["200"]["content"]
                content |= {form: {"schema": _shape_of(form)} for form in descriptions.FILE_FORMS}
            operation["responses"] |= {"206": _part_of(operation["responses"]["200"]), "416": "Problem416"}
        yield path, operation


def well_known_operations() -> Iterator[tuple[str, dict[str, Any]]]:
    """Path and operation of what stands at fixed addresses beside the API, all asked by GET."""
    for path, about in descriptions.WELL_KNOWN.items():
        media_type = about["media_type"]
        shape = {"type": "object" if media_type.endswith("json") else "string"}
        answer = {
            "description": "The answer.",
            "headers": descriptions.headers_of("X-Request-Id", "ETag", "Cache-Control"),
            "content": {media_type: {"schema": shape}},
        }
        operation = {
            "operationId": about["operation"],
            "tags": [about["tag"]],
            "summary": about["summary"],
            "description": about["description"],
            "parameters": [*_path_parameters(path), "IfNoneMatch"],
            "responses": {"200": answer, "304": descriptions.not_modified()},
        }
        operation["responses"] |= {str(status): f"Problem{status}" for status in about["refusals"]}
        yield path, operation


def parameter(name: str, place: str, description: str, schema: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A parameter of an operation; one in the path is needed, any other may be left out."""
    is_needed = place == "path"
    return {"name": name, "in": place, "required": is_needed, "description": description, "schema": schema, **more}


def _path_parameters(path: str) -> list[dict[str, Any]]:
    return [descriptions.FILE_PARAMETERS[name] for name in re.findall(r"{(\w+)}", path)]


def _file_operation(tag: str, about: Mapping[str, str], *, has_etag: bool) -> dict[str, Any]:
    """The operation of an address whose body is a file, without description and parameters."""
    media_type = about["media_type"]
    answer = {
        "description": about["summary"],
        "headers": descriptions.headers_of(*descriptions.ALWAYS, "Cache-Control", *(["ETag"] if has_etag else [])),
        "content": {media_type: {"schema": _shape_of(media_type)}},
    }
    return {
        "operationId": about["operation"],
        "tags": [tag],
        "summary": about["summary"].rstrip("."),
        "responses": {"200": answer} | {str(status): f"Problem{status}" for status in (404, 405, 429, 503)},
    }


def _shape_of(media_type: str) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": True} if media_type.endswith("json") else {"type": "string"}


def _part_of(answer: dict[str, Any]) -> dict[str, Any]:
    """The answer with some bytes of a file. They are whatever stands there, and of no schema."""
    media = {one: {"schema": {"type": "string", "format": "binary"}} for one in answer["content"]}
    headers = answer["headers"] | descriptions.headers_of("Content-Range")
    return {"description": "The bytes that were asked for.", "headers": headers, "content": media}


_TEXT: dict[str, Any] = {"type": "string"}


def _text(description: str) -> dict[str, Any]:
    return _TEXT | {"description": description}


def _list(description: str, items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "description": description, "items": items}


def _object(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(required)}


_NAMES = {"id": _text("As queries have it."), "name": _text("As people read it."), "description": _text("More of it.")}
_NAMED = _object(_NAMES, "id", "name")
_FEATURE = {
    "id": _text("`name` or `number`."),
    "value": {"description": "0 to 100, or true or false.", "anyOf": [{"type": "number"}, {"type": "boolean"}]},
}
_MATCH = "Whether it is the one, by whole numbers that lead to no other. A name alone is never a match."
_OF_CANDIDATE = {
    "type": _list("What it is.", _NAMED),
    "score": {"type": "number", "description": "How near it is, 0 to 100."},
    "match": {"type": "boolean", "description": _MATCH},
    "features": _list(
        "How near the name is, and whether a number leads here.", {"type": "object", "properties": _FEATURE}
    ),
}
_CANDIDATE = _object(_NAMES | _OF_CANDIDATE, "id", "name", "score", "match")
_CANDIDATES = {
    "type": "object",
    "description": "By the key of each query its candidates, the best first.",
    "additionalProperties": _object({"result": _list("The best first.", _CANDIDATE)}, "result"),
}
_VALUES = {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "object"}}}
_BY_AGENCY = "By the agency's reference its values of each property, each as `str`."
_ROWS = _object(
    {
        "meta": _list("The properties that were asked for.", _NAMED),
        "rows": {"type": "object", "description": _BY_AGENCY, "additionalProperties": _VALUES},
    },
    "meta",
    "rows",
)
_MANIFEST = _object(
    {
        "versions": _list("Of the protocol.", _TEXT),
        "name": _text("The service's name."),
        "identifierSpace": _text("What the ids of agencies stand in."),
        "schemaSpace": _text("What the ids of properties stand in."),
        "batchSize": {"type": "integer", "format": "int32", "description": "Queries in one request, at most."},
    },
    "versions", "name", "identifierSpace", "schemaSpace", "batchSize",
)  # fmt: skip
_FOUND = _object({"result": _list("The best first.", _NAMED)}, "result")
_PROPOSED = _object(
    {
        "type": _text("The type that was asked about."),
        "properties": _list("What a row can be extended by.", _NAMED),
    },
    "type",
    "properties",
)
RECONCILE = "/api/v1/reconcile"
_PROTOCOL = "Reconciliation Service API 0.2 of the W3C's group, as OpenRefine speaks it: docs/users/reconciliation.md."


def reconciliation_operations() -> Iterator[tuple[str, dict[str, Any]]]:
    """Path and operations of name matching for analysts."""
    told = "Queries by their keys, as JSON. Send them by POST: addresses are kept in logs."
    queries = parameter("queries", "query", told, _TEXT | {"maxLength": MAX_IN_ADDRESS})
    example = '{"q0": {"query": "Agentura Smyšlená", "properties": [{"pid": "country", "v": "CZ"}]}}'
    fields = {
        "queries": _text("At most 10 queries by their keys, as JSON.") | {"example": example},
        "extend": _text("`ids` of at most 50 agencies and `properties`, as JSON."),
    }
    form = {"type": "object", "description": "One of the two.", "properties": fields}
    shown = {"anyOf": [_MANIFEST, _CANDIDATES]}
    show = _operation_of("showReconciliation", "Read what the service of name matching offers", shown, (414,))
    ask = _operation_of("reconcile", "Match rows of a table with agencies", {"anyOf": [_CANDIDATES, _ROWS]}, (413, 415))
    ask["requestBody"] = {"required": True, "content": {"application/x-www-form-urlencoded": {"schema": form}}}
    yield RECONCILE, {"get": show | {"parameters": [queries]}, "post": ask}
    prefix = parameter("prefix", "query", "What it begins with, or is like.", _TEXT | {"maxLength": 400})
    kind = parameter("kind", "path", "What is looked for.", {"type": "string", "enum": ["entity", "property", "type"]})
    suggest = _operation_of("suggestReconciliation", "Find an agency, property or type while it is typed", _FOUND)
    yield f"{RECONCILE}/suggest/{{kind}}", {"get": suggest | {"parameters": [kind, prefix]}}
    types = _TEXT | {"enum": ["agency", "sending", "receiving"]}
    type_ = parameter("type", "query", "The type of the rows.", types)
    propose = _operation_of("proposeProperties", "Read what a row can be extended by", _PROPOSED)
    yield f"{RECONCILE}/properties", {"get": propose | {"parameters": [type_]}}


def _operation_of(name: str, summary: str, shape: dict[str, Any], statuses: tuple[int, ...] = ()) -> dict[str, Any]:
    answer = {
        "description": "The answer.",
        "headers": descriptions.headers_of(*descriptions.ALWAYS, "Cache-Control", "Vary"),
        "content": {"application/json": {"schema": shape}},
    }
    return {
        "operationId": name,
        "tags": ["agencies"],
        "summary": summary,
        "description": _PROTOCOL,
        "responses": {"200": answer} | {str(status): f"Problem{status}" for status in (400, 405, *statuses, 429, 503)},
    }


_STREAM_SERVERS = [
    {"url": "/", "description": "Where a proxy leads this path to the process that answers it."},
    {
        "url": "http://127.0.0.1:{port}",
        "description": "The process itself, as `make run` and `registry stream` start it.",
        "variables": {"port": {"default": "8001", "description": "The port after the registry's."}},
    },
]


def stream_operations() -> Iterator[tuple[str, dict[str, Any]]]:
    """Path and operation of each stream of server-sent events. One needs a key, the other is open to all."""
    for path, about in descriptions.STREAMS.items():
        operation = {name: about[name] for name in ("operationId", "tags", "summary", "description", "parameters")}
        example = {"summary": "A licence is suspended", "value": about["example"]}
        content = {"schema": {"type": "string"}, "examples": {"suspended": example}}
        answer = {"description": about["answer"], "content": {"text/event-stream": content}}
        operation["responses"] = {"200": answer} | {str(status): f"Problem{status}" for status in about["refusals"]}
        operation["security"] = []
        operation["servers"] = _STREAM_SERVERS
        if "scope" in about:
            operation["description"] += f"\n\n{descriptions.opened_by(Scope(about['scope']))}"
            operation["security"] = [{NEEDS_KEY: []}]
        yield path, operation
