"""The Postman collection as a folder of Bruno's: a text file for each request, which reads and differs well in a repository."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

Object = Mapping[str, Any]

ENVIRONMENT = "environments/local.bru"
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9 ,()-]+")


def folder_of(collection: Object) -> dict[str, str]:
    """The text of each file by its path within the folder; it follows from the collection alone."""
    info = {
        "version": "1",
        "name": collection["info"]["name"],
        "type": "collection",
        "ignore": ["node_modules", ".git"],
    }
    files = {
        "bruno.json": json.dumps(info, ensure_ascii=False, indent=2) + "\n",
        "collection.bru": _blocks([("auth", ["mode: none"]), ("docs", _lines(collection["info"]["description"]))]),
        ENVIRONMENT: _environment(collection["variable"]),
    }
    for place, folder in enumerate(collection["item"], start=1):
        name = _file_name(folder["name"])
        stated = [f"name: {folder['name']}", f"seq: {place}"]
        files[f"{name}/folder.bru"] = _blocks([("meta", stated), ("docs", _lines(folder["description"]))])
        for seq, item in enumerate(folder["item"], start=1):
            path = f"{name}/{_file_name(item['name'])}.bru"
            if path in files:
                path = f"{name}/{_file_name(item['name'])} {seq}.bru"
            files[path] = _blocks(_request(item, seq))
    return files


def _environment(variables: list[Object]) -> str:
    payload = [f"{one['key']}: {one['value']}" for one in variables if one["value"]]
    # Keys of organisations: kept by the program on its own machine, and never in this file.
    secret = [str(one["key"]) for one in variables if not one["value"]]
    body = "\n".join(f"  {name}," for name in secret)[:-1]
    return _blocks([("vars", payload)]) + (f"vars:secret [\n{body}\n]\n" if secret else "")


def _request(item: Object, seq: int) -> Iterator[tuple[str, list[str]]]:
    request, url = item["request"], item["request"]["url"]
    body, token = request.get("body", {}).get("mode"), request.get("auth", {}).get("bearer")
    query = [_pair(one) for one in url.get("query", [])]
    query_string = "&".join(f"{one['key']}={one['value']}" for one in url.get("query", []) if not one["disabled"])
    address = "{{baseUrl}}/" + "/".join(url["path"]) + (f"?{query_string}" if query_string else "")
    yield "meta", [f"name: {item['name']}", "type: http", f"seq: {seq}"]
    yield (
        request["method"].lower(),
        [
            f"url: {address}",
            f"body: {'json' if body == 'raw' else 'file' if body else 'none'}",
            f"auth: {'bearer' if token else 'none'}",
        ],
    )
    yield "params:query", query
    yield "params:path", [_pair(one) for one in url.get("variable", [])]
    yield "headers", [_pair(one) for one in request["header"]]
    yield "auth:bearer", [f"token: {token[0]['value']}"] if token else []
    yield "body:json", _lines(request["body"]["raw"]) if body == "raw" else []
    yield "docs", _lines(request["description"])


def _pair(one: Object) -> str:
    value = str(one["value"]).replace("\n", " ")
    return f"{'~' if one.get('disabled') else ''}{one['key']}: {value}"


def _blocks(blocks: Any) -> str:
    written = []
    for name, lines in blocks:
        if lines:
            body = "\n".join(f"  {line}" if line else "" for line in lines)
            written.append(f"{name} {{\n{body}\n}}\n")
    return "\n".join(written)


def _lines(text: str) -> list[str]:
    # A line that closes a block stands at its very beginning; within one all are set in.
    return text.strip().splitlines()


def _file_name(name: str) -> str:
    first = re.split(r"[:;.]", name)[0]
    return _NOT_IN_NAMES.sub("-", first).strip(" -")[:80].rstrip()
