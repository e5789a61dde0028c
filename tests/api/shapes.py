"""Holds answers to the document: the documented shape, and not a field more."""

import re
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator
from werkzeug.test import TestResponse

from registry.api.openapi.document import document
from registry.api.openapi.fields import close_answers


@cache
def _strict_components() -> dict[str, Any]:
    """The documented components, with objects and sets closed: an answer must not hold what the document does not tell of."""
    components = close_answers(document()["components"])
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
    if "content" not in answer:
        assert response.data == b""
        return
    assert response.mimetype in answer["content"]
    schema = close_answers(answer["content"][response.mimetype]["schema"]) | {"components": _strict_components()}
    is_json = response.mimetype.endswith("json")
    Draft202012Validator(schema).validate(response.get_json(force=True) if is_json else response.get_data(as_text=True))


def assert_as_any_documents(method: str, path: str, response: TestResponse) -> None:
    """As `assert_as_documented` for the operation that the document has at a method and path; what it has not, is refused."""
    if method in ("OPTIONS", "HEAD"):
        return
    name = operation_at(method, path)
    if name is None:
        assert response.status_code in (308, 404, 405), f"{method} {path} is not documented"
    elif response.status_code not in (405, 421) and not (response.mimetype == BYTES and response.status_code == 200):
        assert_as_documented(response, name)


BYTES = "application/octet-stream"


@cache
def operation_at(method: str, path: str) -> str | None:
    """The name of the operation at a method and path without its query; what is written out goes before a pattern."""
    for template in sorted(document()["paths"], key=lambda template: template.count("{")):
        pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(template))
        operation = document()["paths"][template].get(method.lower())
        if operation is not None and re.fullmatch(pattern, path):
            return str(operation["operationId"])
    return None


@cache
def _operation(name: str) -> dict[str, Any]:
    for methods in document()["paths"].values():
        for operation in methods.values():
            if operation["operationId"] == name:
                return operation  # type: ignore[no-any-return]
    raise AssertionError(f"there is no operation {name}")
