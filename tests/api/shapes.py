"""Holds answers to the document: the documented shape, and not a field more."""

import copy
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator
from werkzeug.test import TestResponse

from registry.api.openapi import document


@cache
def _strict_components() -> dict[str, Any]:
    """The documented components, with objects closed: an answer must not hold what the document does not tell of."""
    components = copy.deepcopy(document()["components"])
    for schema in components["schemas"].values():
        if "properties" in schema:
            schema["additionalProperties"] = False
    return components  # type: ignore[no-any-return]


def assert_as_documented(response: TestResponse, operation: str) -> None:
    """The status is documented for the operation, and the body has exactly its shape."""
    answers = _operation(operation)["responses"]
    assert str(response.status_code) in answers, f"{operation} does not document {response.status_code}"
    answer = answers[str(response.status_code)]
    if "$ref" in answer:
        answer = document()["components"]["responses"][answer["$ref"].rpartition("/")[2]]
    assert response.mimetype in answer["content"]
    schema = answer["content"][response.mimetype]["schema"] | {"components": _strict_components()}
    is_json = response.mimetype.endswith("json")
    Draft202012Validator(schema).validate(response.get_json(force=True) if is_json else response.get_data(as_text=True))


@cache
def _operation(name: str) -> dict[str, Any]:
    for methods in document()["paths"].values():
        for operation in methods.values():
            if operation["operationId"] == name:
                return operation  # type: ignore[no-any-return]
    raise AssertionError(f"there is no operation {name}")
