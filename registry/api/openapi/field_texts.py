"""Descriptions of fields whose schemas have none of their own, by the name of the field: field_texts.toml."""

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from typing import Any


def describe_fields(schemas: Mapping[str, Any]) -> set[tuple[str, str]]:
    """Add what is missing to the components in place; gives the texts that were used, by schema (or "") and field."""
    texts = tomllib.loads(files("registry.api.openapi").joinpath("field_texts.toml").read_text(encoding="utf-8"))
    own: Mapping[str, Mapping[str, str]] = texts["schemas"]
    used: set[tuple[str, str]] = set()
    for schema, component in schemas.items():
        for field, shape in component.get("properties", {}).items():
            if "description" in shape:
                continue
            text = own.get(schema, {}).get(field)
            used.add((schema if text else "", field))
            text = text or texts["fields"].get(field)
            if text is not None:
                shape["description"] = text
    return used


def stated() -> set[tuple[str, str]]:
    """Every text that stands in the file, by schema (or "") and field."""
    texts = tomllib.loads(files("registry.api.openapi").joinpath("field_texts.toml").read_text(encoding="utf-8"))
    return {("", field) for field in texts["fields"]} | {
        (schema, field) for schema, fields in texts["schemas"].items() for field in fields
    }
