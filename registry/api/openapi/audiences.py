"""The description split by audience: each part is a whole document, with what its operations refer to and nothing else."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any


class Audience(StrEnum):
    """Whom an operation is for. Each is stated by `x-audience` in the joined description."""

    PUBLIC = "public"
    ORGANISATIONS = "organisations"
    COMPLAINTS = "complaints"
    OFFICERS = "officers"


TITLES: Mapping[Audience, str] = {
    Audience.PUBLIC: "open to all",
    Audience.ORGANISATIONS: "organisations with a key",
    Audience.COMPLAINTS: "apps that file complaints",
    Audience.OFFICERS: "officers' programs",
}

METHODS = ("get", "post", "put", "patch", "delete")
"""What a path of a description may have operations for."""


def part_of(whole: Mapping[str, Any], audience: Audience) -> dict[str, Any]:
    """The operations of one audience, as a document of its own. Webhooks belong to organisations."""
    paths: dict[str, Any] = {}
    for path, operations in whole["paths"].items():
        chosen = {
            name: value
            for name, value in operations.items()
            if name not in METHODS or value["x-audience"] == audience.value
        }
        if any(name in METHODS for name in chosen):
            paths[path] = chosen
    part = {name: value for name, value in whole.items() if name not in ("components", "paths", "tags", "webhooks")}
    part["info"] = {**whole["info"], "title": f"{whole['info']['title']}: {TITLES[audience]}"}
    part["paths"] = paths
    if audience is Audience.ORGANISATIONS:
        part["webhooks"] = whole["webhooks"]
    content = [paths, part.get("webhooks", {})]
    used = set(_tags(content))
    part["tags"] = [tag for tag in whole["tags"] if tag["name"] in used]
    part["components"] = _components(content, whole["components"])
    return part


def _tags(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if "operationId" in node:
            yield from node["tags"]
        for value in node.values():
            yield from _tags(value)
    elif isinstance(node, list):
        for value in node:
            yield from _tags(value)


def _components(content: Any, every: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """What is referred to from the content, directly or by another component, in the order of the whole."""
    found = find_reached(content, every)
    chosen = {
        section: {name: value for name, value in parts.items() if (section, name) in found}
        for section, parts in every.items()
    }
    return {section: parts for section, parts in chosen.items() if parts}


def find_reached(content: Any, every: Mapping[str, Mapping[str, Any]]) -> set[tuple[str, str]]:
    """Section and name of each component that the content refers to, directly or by another component."""
    found: set[tuple[str, str]] = set()
    open_ = list(references_in(content))
    while open_:
        one = open_.pop()
        if one not in found:
            found.add(one)
            open_ += references_in(every[one[0]][one[1]])
    return found


def references_in(node: Any) -> Iterator[tuple[str, str]]:
    """Section and name of each component that a part of a description names itself."""
    if isinstance(node, dict):
        reference = node.get("$ref")
        if isinstance(reference, str):
            _, _, section, name = reference.split("/")
            yield section, name
        for scheme in (name for need in node.get("security", ()) if isinstance(need, dict) for name in need):
            yield "securitySchemes", scheme
        for value in node.values():
            yield from references_in(value)
    elif isinstance(node, list):
        for value in node:
            yield from references_in(value)
