"""The operations of addresses whose bodies are files, tiles and feeds."""

import re
from collections.abc import Iterator
from typing import Any

from registry.api.openapi.descriptions import (
    ALWAYS,
    CHANGES_FROM,
    DATASET,
    DATASET_PARAMETERS,
    RANGE_PARAMETERS,
    RANGES,
    STATUSES,
)


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
