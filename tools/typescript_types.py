"""Writes the TypeScript client's types from the description: what is open to all, and what organisations use.

python -m tools.typescript_types check    # the exit code is 1 if the file is not what the description gives
python -m tools.typescript_types write
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from registry.api.openapi.audiences import METHODS, Audience, part_of
from registry.api.openapi.fields import CLOSED, close_answers
from tools.generated_file import write_or_check

ROOT = Path(__file__).resolve().parents[1]
DESCRIPTION = ROOT / "openapi" / "openapi.json"
TARGET = ROOT / "client" / "typescript" / "src" / "types.ts"

Json = dict[str, Any]

HEAD = """\
// Made by `python -m tools.typescript_types write` from openapi/openapi.json: change the description, not this file.

/** One of a set that may grow: a release may add values, and a program must take those it does not know. */
export type Open<T extends string> = T | (string & {});
"""
JSON_TYPES = ("application/json",)


def types(whole: Json) -> str:
    """The whole file."""
    # Each set is `Open` here anyhow, but for the answers.
    whole = close_answers(whole)
    parts = [part_of(whole, Audience.PUBLIC), part_of(whole, Audience.ORGANISATIONS)]
    schemas = {name: schema for part in parts for name, schema in part["components"].get("schemas", {}).items()}
    blocks = [HEAD, *(_declared(name, schemas[name]) for name in sorted(schemas)), *_operations(whole, parts)]
    return "\n".join(blocks)


def _declared(name: str, schema: Json) -> str:
    comment = _comment(schema.get("description", ""), "")
    if schema.get("properties"):
        return f"{comment}export interface {name} {_members(schema, '')}\n"
    return f"{comment}export type {name} = {_type(schema, '', is_closed=name in CLOSED)};\n"


def _members(schema: Json, indent: str) -> str:
    required = set(schema.get("required", ()))
    lines = []
    for field, shape in schema["properties"].items():
        mark = "" if field in required else "?"
        key = field if re.fullmatch(r"[A-Za-z_]\w*", field) else json.dumps(field)
        lines.append(
            f"{_comment(shape.get('description', ''), indent + '  ')}{indent}  {key}{mark}: {_type(shape, indent + '  ')};"
        )
    return "{\n" + "\n".join(lines) + f"\n{indent}}}"


def _type(shape: Json, indent: str, *, is_closed: bool = False) -> str:
    if "$ref" in shape:
        return str(shape["$ref"].rpartition("/")[2])
    for choice, sign in (("anyOf", " | "), ("oneOf", " | "), ("allOf", " & ")):
        if choice in shape:
            return sign.join(dict.fromkeys(_type(one, indent) for one in shape[choice]))
    if "enum" in shape:
        words = " | ".join(json.dumps(word, ensure_ascii=False) for word in shape["enum"] if word is not None)
        kind = words if is_closed else f"Open<{words}>"
        return f"{kind} | null" if None in shape["enum"] else kind
    kinds = shape.get("type", "unknown")
    return " | ".join(_plain(kind, shape, indent) for kind in (kinds if isinstance(kinds, list) else [kinds]))


def _plain(kind: str, shape: Json, indent: str) -> str:
    if kind == "array":
        inner = _type(shape.get("items", {}), indent)
        return f"{inner}[]" if re.fullmatch(r"[\w.]+", inner) else f"({inner})[]"
    if kind == "object":
        if shape.get("properties"):
            return _members(shape, indent)
        values = shape.get("additionalProperties")
        return f"Record<string, {_type(values, indent) if isinstance(values, dict) else 'unknown'}>"
    return {"integer": "number", "number": "number", "boolean": "boolean", "string": "string", "null": "null"}.get(
        kind, "unknown"
    )


def _operations(whole: Json, parts: list[Json]) -> Iterator[str]:
    found: dict[str, tuple[str, str, Json]] = {}
    for part in parts:
        for path, operations in part["paths"].items():
            for method in METHODS:
                if method in operations:
                    found[operations[method]["operationId"]] = (method.upper(), path, operations[method])
    lines = [
        "/** What each operation takes and gives, by its name in the description. */",
        "export interface Operations {",
    ]
    for name in sorted(found):
        method, path, operation = found[name]
        lines.append(_comment(operation["summary"] + ".", "  ").rstrip("\n"))
        lines.append(f"  {name}: {{")
        lines += [f"    {key}: {value};" for key, value in _of(operation, whole)]
        lines.append("  };")
    yield "\n".join([*lines, "}\n"])
    lines = ["/** Method and path of each operation. */", "export const OPERATIONS = {"]
    lines += [f"  {name}: [{json.dumps(found[name][0])}, {json.dumps(found[name][1])}]," for name in sorted(found)]
    yield "\n".join([*lines, "} as const satisfies Record<keyof Operations, readonly [string, string]>;\n"])


def _of(operation: Json, whole: Json) -> Iterator[tuple[str, str]]:
    parameters = [_resolved(one, whole) for one in operation.get("parameters", ())]
    for place in ("path", "query"):
        chosen = [one for one in parameters if one["in"] == place]
        members = "; ".join(
            f"{one['name']}{'' if one.get('required') else '?'}: {_type(one['schema'], '      ')}" for one in chosen
        )
        yield place, f"{{ {members} }}" if chosen else "Record<string, never>"
    body = operation.get("requestBody", {})
    shape = body.get("content", {}).get("application/json", {}).get("schema")
    if shape is None:
        yield "body", "Blob | Uint8Array" if body else "undefined"
    else:
        kind = _type(shape, "    ")
        yield "body", kind if body.get("required") else f"{kind} | undefined"
    answers = [answer for status, answer in operation["responses"].items() if status.startswith("2")]
    content = _resolved(answers[0], whole).get("content", {}) if answers else {}
    given = next((content[one]["schema"] for one in JSON_TYPES if one in content), None)
    yield "answer", _type(given, "    ") if given is not None else ("string" if content else "undefined")


def _resolved(node: Json, whole: Json) -> Json:
    if "$ref" not in node:
        return node
    _, _, section, name = node["$ref"].split("/")
    found: Json = whole["components"][section][name]
    return found


def _comment(text: str, indent: str) -> str:
    """A comment of a description's first paragraph; what each value of a set means stands in the description alone."""
    words = " ".join(text.partition("\n\n")[0].split()).replace("*/", "* /")
    return f"{indent}/** {words} */\n" if words else ""


def main(arguments: list[str]) -> int:
    def made() -> str:
        return types(json.loads(DESCRIPTION.read_text(encoding="utf-8")))

    return write_or_check(arguments, TARGET, made, "tools.typescript_types", __doc__)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
