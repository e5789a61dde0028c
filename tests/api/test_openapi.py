import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from registry.api.examples import PUBLIC, Example, examples_of
from registry.api.namespaces import NAMESPACES
from registry.api.openapi import document as document_writer
from registry.api.openapi.audiences import Audience
from registry.api.openapi.descriptions import STREAMS
from registry.api.openapi.document import document, views_of
from registry.api.openapi.fields import describe_fields
from registry.core.settings import Edge, Settings
from registry.vocabulary.register import Answer
from registry.watches import stream
from tests.api.recording import answer_in, ask
from tests.api.shapes import assert_as_documented
from tests.proofs.wallets.making import with_wallets
from tools import contract

ROOT = Path(__file__).parents[2]


def operations() -> dict[str, dict[str, Any]]:
    return {
        operation["operationId"]: operation
        for methods in document()["paths"].values()
        for operation in methods.values()
    }


def test_the_committed_document_is_what_the_code_would_write() -> None:
    checked = subprocess.run(
        [sys.executable, "-m", "registry.cli", "openapi", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr


def test_the_served_document_is_the_committed_one(client: FlaskClient) -> None:
    response = client.get("/openapi.json")
    assert response.json == json.loads((ROOT / "openapi" / "openapi.json").read_text(encoding="utf-8"))
    existing = client.get("/openapi.json", headers={"If-None-Match": response.headers["ETag"]})
    assert existing.status_code == 304


def test_every_address_under_api_is_documented(settings: Settings, make_app: Callable[[Settings], Flask]) -> None:
    app = make_app(replace(settings, edges=frozenset(Edge)))
    served = {
        re.sub(r"<(?:[^<>]+:)?(\w+)>", r"{\1}", rule.rule)
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/")
    }
    # The stream is answered by a process of its own, at the address that the document names.
    assert set(STREAMS) == {stream.PATH, stream.CHANGES_PATH}
    assert served | {stream.PATH} == {path for path in document()["paths"] if path.startswith("/api/v1/")}


def test_every_address_of_wallets_is_documented(settings: Settings, make_app: Callable[[Settings], Flask]) -> None:
    app = make_app(with_wallets(settings))
    served = {
        (method, re.sub(r"<(\w+)>", r"{\1}", rule.rule))
        for rule in app.url_map.iter_rules()
        if rule.endpoint.partition(".")[0] in ("wallets", "presentations") and rule.methods
        for method in rule.methods & {"GET", "POST"}
    }
    assert served == {
        (method.upper(), path)
        for path, methods in document()["paths"].items()
        for method, operation in methods.items()
        if operation["tags"] == ["wallets"]
    }


def test_every_view_says_what_it_takes_and_gives() -> None:
    for namespace in NAMESPACES:
        for path, method, view in views_of(namespace):
            assert hasattr(view, "request_spec"), (path, method)
            assert hasattr(view, "response_spec"), (path, method)
            assert view.__doc__, (path, method)


def test_every_operation_has_examples_and_its_own_name() -> None:
    named = [view.response_spec.operation for namespace in NAMESPACES for _, _, view in views_of(namespace)]  # type: ignore[attr-defined]
    assert len(named) == len(set(named))
    assert {example.operation for example in examples_of(PUBLIC)} == set(named)


def test_every_example_is_what_the_registry_answers(client: FlaskClient, example_world: Session) -> None:
    for example in examples_of(PUBLIC):
        response = ask(client, example)
        assert response.status_code == example.status, example.request_line()
        assert_as_documented(response, example.operation)
        assert answer_in(response) == example.answer, example.request_line()


@pytest.mark.parametrize("example", examples_of(PUBLIC), ids=lambda example: f"{example.operation}-{example.name}")
def test_every_example_asks_for_what_is_documented(example: Example) -> None:
    operation = operations()[example.operation]
    parameters = {parameter["name"] for parameter in operation["parameters"] if parameter.get("in") == "query"}
    assert set(example.query) <= parameters


def test_errors_lead_to_an_explanation_of_their_code(client: FlaskClient) -> None:
    problem = client.get("/api/v1/verify").json
    path, _, anchor = problem["type"].removeprefix("http://127.0.0.1:8000").partition("#")
    assert f'id="{anchor}"' in client.get(path).get_data(as_text=True)


def test_the_plain_list_shows_every_endpoint_without_a_script(client: FlaskClient) -> None:
    page = client.get("/docs/endpoints").get_data(as_text=True)
    assert "<script" not in page
    assert all(f'id="{name}"' in page for name in operations())


def test_nothing_else_than_the_documentation_is_served_as_a_file(client: FlaskClient) -> None:
    for name in ("start.js", "docs.css", "swagger-ui.css", "swagger-ui-bundle.js"):
        assert client.get(f"/docs/files/{name}").status_code == 200
    for name in ("swagger-ui.js", "..%2f__init__.py", "%2e%2e/views.py", "openapi.py"):
        assert client.get(f"/docs/files/{name}").status_code == 404


def test_every_field_has_a_description_and_every_text_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    used: set[tuple[str, str]] = set()
    monkeypatch.setattr(document_writer, "describe_fields", lambda schemas: used.update(describe_fields(schemas)))
    schemas = document_writer.Writer().written()["components"]["schemas"]
    bare = [
        (name, field)
        for name, schema in schemas.items()
        for field, shape in schema.get("properties", {}).items()
        if not shape.get("description", "").strip()
    ]
    assert bare == []
    texts = tomllib.loads(files("registry.api.openapi").joinpath("field_texts.toml").read_text(encoding="utf-8"))
    stated = {("", field) for field in texts["fields"]}
    stated |= {(schema, field) for schema, fields in texts["schemas"].items() for field in fields}
    assert stated - used == set()


def test_the_parts_of_the_description_hold_every_operation_once_and_all_that_they_refer_to(client: FlaskClient) -> None:
    parts = {audience: client.get(f"/openapi/{audience}.json").json for audience in Audience}
    found = [
        operation["operationId"]
        for part in parts.values()
        for operations in part["paths"].values()
        for operation in operations.values()
    ]
    assert sorted(found) == sorted(operations())
    for part in parts.values():
        for section, name in re.findall(r'"#/components/(\w+)/(\w+)"', json.dumps(part)):
            assert name in part["components"][section]
    assert [audience for audience, part in parts.items() if part.get("webhooks")] == [Audience.ORGANISATIONS]
    public = json.dumps(parts[Audience.PUBLIC])
    assert "verifyCorridor" in public
    assert "CaseSummary" not in public
    assert client.get("/openapi/everyone.json").status_code == 404


def enums_of(node: Any, schemas: dict[str, Any]) -> list[Any]:
    """Sets that stand bare somewhere: not beside "or any text"."""
    if isinstance(node, list):
        return [found for one in node for found in enums_of(one, schemas)]
    if not isinstance(node, dict) or {"type": "string"} in node.get("anyOf", ()):
        return []
    name = str(node.get("$ref", "")).rpartition("/")[2]
    found = [name] if "enum" in schemas.get(name, ()) else [node["enum"]] if "enum" in node else []
    return found + [one for value in node.values() for one in enums_of(value, schemas)]


def test_each_set_in_an_answer_may_grow_and_those_of_requests_stay() -> None:
    whole = document()
    schemas = whole["components"]["schemas"]
    answered = [name for name, schema in schemas.items() if "properties" in schema]
    requested = contract.reached(whole)["request"]
    closed = {str(one) for name in set(answered) - requested for one in enums_of(schemas[name], schemas)}
    assert closed == {"Answer", str(list(Answer))}
    assert not any(name.endswith("OrOther") for name in requested)
    assert "ReasonCodeOrOther" in json.dumps(schemas["Reason"])


def test_every_value_of_a_set_has_its_sentence() -> None:
    schemas = document()["components"]["schemas"]
    for name in [name for name, schema in schemas.items() if "enum" in schema and name != "CountryCode"]:
        for value in schemas[name]["enum"]:
            assert re.search(rf"^- `{re.escape(value)}`: .", schemas[name]["description"], re.M), (
                f"say in registry/api/openapi/enum_texts.toml what {name} and its value {value} mean"
            )
