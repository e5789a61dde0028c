"""What a release promises to programs, one promise a line, and whether the API as it stands still keeps it.

    python tools/contract.py check    # says what is broken; the exit code is 1 if anything is
    python tools/contract.py write    # at a release: the promises are those of the present description

openapi/contract.txt holds the promises of the last release. What counts as a break is said for users in
docs/users/compatibility.md; schemas, operations and fields may be added at any time without writing it anew.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from registry.api.openapi.fields import close_answers

ROOT = Path(__file__).resolve().parent.parent
DESCRIPTION = ROOT / "openapi" / "openapi.json"
CONTRACT = ROOT / "openapi" / "contract.txt"

METHODS = ("get", "put", "post", "patch", "delete")
DEMANDS = " demands "

Json = dict[str, Any]


def promises(description: Json) -> set[str]:
    """The lines of a description: what is there to rely on, and what requests must hold (` demands `)."""
    # A set of an answer may always grow, so it is promised by the name that it has among requests.
    description = close_answers(description)
    lines = set(_of_operations(description))
    for side, names in reached(description).items():
        for name in names:
            lines.update(_of_schema(side, name, description["components"]["schemas"][name]))
    return lines


def breaks(old: set[str], new: set[str]) -> list[str]:
    """What is promised in `old` and not kept by `new`, in words; empty where a program of `old` can go on."""
    gone = [
        f"no longer so: {line}" for line in sorted(old - new) if DEMANDS not in line and not _is_said_closer(line, new)
    ]
    subjects = {line.partition(" ")[0] for line in old}
    demanded = [
        f"newly asked: {line}" for line in sorted(new - old) if DEMANDS in line and line.partition(" ")[0] in subjects
    ]
    return gone + demanded


def _is_said_closer(line: str, new: set[str]) -> bool:
    """Whether an answer that was promised as an object of any fields is now one whose fields are named."""
    start, _, kind = line.rpartition(" as ")
    return kind == "object" and " answers " in start and any(one.startswith(f"{start} as ") for one in new)


def _of_operations(description: Json) -> Iterator[str]:
    for path, operations in description["paths"].items():
        for method in METHODS:
            if method in operations:
                yield from _of_operation(f"{method.upper()}:{path}", operations[method], description)


def _of_operation(subject: str, operation: Json, description: Json) -> Iterator[str]:
    yield f"{subject} is {operation['operationId']}"
    for given in operation.get("parameters", ()):
        parameter = _resolved(given, description)
        yield f"{subject} takes {parameter['in']} {parameter['name']} as {_kind(parameter['schema'])}"
        if parameter.get("required"):
            yield f"{subject}{DEMANDS}{parameter['in']} {parameter['name']}"
    body = operation.get("requestBody", {})
    for media_type, content in body.get("content", {}).items():
        yield f"{subject} takes a body {media_type} as {_kind(content.get('schema', {}))}"
    if body.get("required"):
        yield f"{subject}{DEMANDS}a body"
    for status, answer in operation["responses"].items():
        if status.startswith("2"):
            yield f"{subject} answers {status}"
            for media_type, content in answer.get("content", {}).items():
                yield f"{subject} answers {status} {media_type} as {_kind(content.get('schema', {}))}"


def _of_schema(side: str, name: str, schema: Json) -> Iterator[str]:
    subject = f"{side}:{name}"
    required = set(schema.get("required", ()))
    for field, shape in schema.get("properties", {}).items():
        yield f"{subject} has {field} as {_kind(shape)}"
        if side == "request":
            yield from (f"{subject} knows {field} {value}" for value in shape.get("enum", ()))
        if field in required:
            yield f"{subject}{DEMANDS}{field}" if side == "request" else f"{subject} always has {field}"
    if side == "request":
        # A program sends values of a release for ever; of an answer it has to expect values that are new.
        yield from (f"{subject} knows the value {value}" for value in schema.get("enum", ()))
        if not schema.get("properties"):
            yield f"{subject} is {schema.get('type')}"


def _kind(shape: Json) -> str:
    """The type of a value in one word: what a generated client would call it, without limits, examples and texts."""
    if "$ref" in shape:
        return str(shape["$ref"].rpartition("/")[2])
    for choice in ("anyOf", "oneOf", "allOf"):
        if choice in shape:
            return "|".join(_kind(one) for one in shape[choice])
    if shape.get("type") == "array":
        return f"[{_kind(shape.get('items', {}))}]"
    kinds = shape.get("type", "any")
    return "|".join(kinds) if isinstance(kinds, list) else str(kinds)


def reached(description: Json) -> dict[str, set[str]]:
    """The names of the schemas that requests hold, and of those that answers and webhooks hold."""
    found: dict[str, set[str]] = {"request": set(), "response": set()}
    for operations in description["paths"].values():
        for method in METHODS:
            operation = operations.get(method, {})
            _reach([operation.get("parameters", ()), operation.get("requestBody", {})], description, found["request"])
            _reach(operation.get("responses", {}), description, found["response"])
    _reach(description.get("webhooks", {}), description, found["response"])
    return found


def _reach(node: Any, description: Json, found: set[str]) -> None:
    if isinstance(node, dict):
        reference = node.get("$ref")
        if isinstance(reference, str):
            _, _, section, name = reference.split("/")
            if section != "schemas":
                _reach(description["components"][section][name], description, found)
            elif name not in found:
                found.add(name)
                _reach(description["components"]["schemas"][name], description, found)
        for value in node.values():
            _reach(value, description, found)
    elif isinstance(node, list | tuple):
        for value in node:
            _reach(value, description, found)


def _resolved(node: Json, description: Json) -> Json:
    if "$ref" not in node:
        return node
    _, _, section, name = node["$ref"].split("/")
    resolved: Json = description["components"][section][name]
    return resolved


def main(act: str) -> int:
    new = promises(json.loads(DESCRIPTION.read_text(encoding="utf-8")))
    if act == "write":
        CONTRACT.write_text("\n".join(sorted(new)) + "\n", encoding="utf-8")
        print(f"Wrote {CONTRACT.relative_to(ROOT)}: {len(new)} promises.")
        return 0
    broken = breaks(set(CONTRACT.read_text(encoding="utf-8").splitlines()), new)
    for line in broken:
        print(line)
    if broken:
        print(f"{len(broken)} promises of the last release are broken: docs/users/compatibility.md says what to do.")
    return 1 if broken else 0


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in ("check", "write"):
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
