"""The API as a Postman collection (v2.1), made from the OpenAPI document; Bruno, Insomnia and Hoppscotch read it too.

It has what is open to all and what an organisation's key opens. Complaints and officers' work are left out: such programs keep
what is typed on servers of their own, and there it must not be.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl

Object = Mapping[str, Any]

SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
IDENTITY = "6b0f2a52-6f0e-4d7e-9a57-0c2d1f3b8e11"
"""Fixed, so that importing it again takes the place of the older one."""

ADDRESS = "http://127.0.0.1:8000"
KEPT_OUT = frozenset({"visit", "officerToken"})
"""Schemes of what does not belong in such programs."""
OUTSIDE = frozenset({"complaints", "ranges", "wallets"})
"""What such programs would store and upload, files that are asked for by hashes out of other files, and what wallets prove."""
FORM = "application/x-www-form-urlencoded"
FILES = ("/dataset", "/log/timestamps/{size}")
"""What lies there has names that stand in the newest manifest, or in a list beside it."""


def collection(document: Object) -> dict[str, Any]:
    """The whole collection; it follows from the document alone."""
    writer = _Writer(document)
    folders = [
        {"name": tag["name"], "description": tag["description"], "item": items}
        for tag in document["tags"]
        if (items := list(writer.items_of(tag["name"])))
    ]
    return {
        "info": {
            "_postman_id": IDENTITY,
            "name": document["info"]["title"],
            "description": f"{document['info']['summary']}\n\n{document['info']['description']}",
            "schema": SCHEMA,
        },
        "item": folders,
        "auth": {"type": "noauth"},
        "variable": [
            {"key": "baseUrl", "value": ADDRESS, "type": "string"},
            *({"key": scheme, "value": "", "type": "string"} for scheme in sorted(writer.schemes)),
        ],
    }


class _Writer:
    def __init__(self, document: Object) -> None:
        self.document = document
        self.schemes: set[str] = set()

    def items_of(self, tag: str) -> Iterator[dict[str, Any]]:
        for path, methods in self.document["paths"].items():
            for method, operation in methods.items():
                security = operation.get("security", [])
                is_kept_out = any(KEPT_OUT & set(one) for one in security)
                # Where a key may be left out, an empty one must not be sent: the request comes without.
                needed = [] if {} in security else security
                is_outside = tag in OUTSIDE or path.startswith(FILES) or is_kept_out or _is_endless(operation)
                if operation["tags"][0] == tag and not is_outside:
                    yield self._item(path, method, operation, next((name for one in needed for name in one), None))

    def _item(self, path: str, method: str, operation: Object, scheme: str | None) -> dict[str, Any]:
        parameters = [self._whole(one) for one in operation.get("parameters", [])]
        request: dict[str, Any] = {
            "method": method.upper(),
            "description": operation["description"],
            "header": list(self._headers(parameters, operation)),
            "url": _url(path, parameters, _example_query(operation)),
        }
        if "requestBody" in operation:
            request |= self._body(operation["requestBody"])
        if scheme is not None:
            self.schemes.add(scheme)
            request["auth"] = {
                "type": "bearer",
                "bearer": [{"key": "token", "value": f"{{{{{scheme}}}}}", "type": "string"}],
            }
        return {"name": operation["summary"], "request": request, "response": []}

    def _headers(self, parameters: list[Object], operation: Object) -> Iterator[dict[str, Any]]:
        body = operation.get("requestBody", {}).get("content", {})
        if body:
            yield {"key": "Content-Type", "value": next(iter(body))}
        for one in parameters:
            if one["in"] == "header":
                is_once = one["name"] == "Idempotency-Key"
                yield {
                    "key": one["name"],
                    "value": "{{$guid}}" if is_once else _value_of(one),
                    "description": one.get("description", ""),
                    "disabled": not is_once and not one.get("required", False),
                }

    def _body(self, body: Object) -> dict[str, Any]:
        media, content = next(iter(body["content"].items()))
        if media == FORM:
            fields = content["schema"]["properties"]
            named = [
                {"key": name, "value": one["example"], "type": "text"}
                for name, one in fields.items()
                if "example" in one
            ]
            return {"body": {"mode": "urlencoded", "urlencoded": named}}
        if not media.endswith("json"):
            return {"body": {"mode": "file", "file": {}}}
        examples = content.get("examples", {})
        payload: object = next((example["value"] for example in examples.values() if "value" in example), {})
        return {
            "body": {
                "mode": "raw",
                "raw": json.dumps(payload, ensure_ascii=False, indent=2),
                "options": {"raw": {"language": "json"}},
            }
        }

    def _whole(self, parameter: Object) -> Object:
        reference = parameter.get("$ref")
        if reference is None:
            return parameter
        found: Object = self.document["components"]["parameters"][reference.rpartition("/")[2]]
        return found


def _is_endless(operation: Object) -> bool:
    """A stream of events: a run of the whole collection would wait for its end, and it stands at another process."""
    return "text/event-stream" in operation["responses"].get("200", {}).get("content", {})


def _value_of(parameter: Object) -> str:
    """Something that may stand there: an example, or the first of the words it takes where one is needed."""
    schema = parameter["schema"]
    words = schema.get("enum", [""]) if parameter.get("required", False) else [""]
    return str(parameter.get("example", schema.get("minimum", words[0])))


def _example_query(operation: Object) -> dict[str, str]:
    """The query of the operation's first example, which its description holds as `GET /path?query`."""
    for content in operation["responses"].get("200", {}).get("content", {}).values():
        for example in content.get("examples", {}).values():
            query = example.get("description", "").strip("`").partition("?")[2]
            return dict(parse_qsl(query))
    return {}


def _url(path: str, parameters: list[Object], payload: Mapping[str, str]) -> dict[str, Any]:
    parts = [f":{part[1:-1]}" if part.startswith("{") else part for part in path.strip("/").split("/")]
    query = [
        {
            "key": one["name"],
            "value": payload.get(one["name"], _value_of(one)),
            "description": one.get("description", ""),
            "disabled": one["name"] not in payload and not one.get("required", False),
        }
        for one in parameters
        if one["in"] == "query"
    ]
    query_string = "&".join(f"{one['key']}={one['value']}" for one in query if not one["disabled"])
    url: dict[str, Any] = {
        "raw": "{{baseUrl}}/" + "/".join(parts) + (f"?{query_string}" if query_string else ""),
        "host": ["{{baseUrl}}"],
        "path": parts,
    }
    if query:
        url["query"] = query
    variables = [
        {"key": one["name"], "value": _value_of(one), "description": one.get("description", "")}
        for one in parameters
        if one["in"] == "path"
    ]
    if variables:
        url["variable"] = variables
    return url
