"""What we use of Flask, Werkzeug and Flask-RESTX beyond their documented use, each by its name.

A new release of theirs may change any of it without a word. Then one of these tests fails and says where we stand on
it.
"""

import inspect
from collections.abc import Callable
from http import HTTPStatus
from io import BytesIO
from typing import Any

import pytest
from flask import Flask, Request, Response
from flask_restx import Api
from werkzeug.datastructures import Headers
from werkzeug.routing import Map, MapAdapter, Rule

from registry.api.edge import Router
from registry.app import RegistryApp
from registry.http.errors import RegistryRequest
from registry.http.responses import Sent

OVERRIDDEN: list[tuple[type, type, str, list[str]]] = [
    (RegistryApp, Flask, "create_url_adapter", ["self", "request"]),
    (RegistryApp, Flask, "ensure_sync", ["self", "func"]),
    (RegistryApp, Flask, "preprocess_request", ["self"]),
    (RegistryApp, Flask, "log_exception", ["self", "exc_info"]),
    (
        RegistryRequest, Request, "_get_file_stream",
        ["self", "total_content_length", "content_type", "filename", "content_length"],
    ),
    (RegistryRequest, Request, "get_data", ["self", "cache", "as_text", "parse_form_data"]),
    (RegistryRequest, Request, "on_json_loading_failed", ["self", "e"]),
    (Router, Api, "output", ["self", "resource"]),
    (Router, Api, "error_router", ["self", "original_handler", "e"]),
    (Router, Api, "_register_doc", ["self", "app_or_blueprint"]),
    (Router, Api, "_register_apidoc", ["self", "app"]),
]  # fmt: skip
"""Ours, theirs, what ours replaces, and the parameters that theirs is called with."""

BUILT_IN = {"__init__", "__call__", "__module__", "__doc__", "__qualname__", "__firstlineno__", "__static_attributes__"}


@pytest.mark.parametrize(
    ("ours", "theirs", "name", "parameters"), OVERRIDDEN, ids=lambda one: getattr(one, "__name__", one)
)
def test_what_we_override_is_called_as_before(ours: type, theirs: type, name: str, parameters: list[str]) -> None:
    base: Callable[..., Any] | None = getattr(theirs, name, None)
    assert base is not None, f"{theirs.__name__}.{name} is gone: {ours.__name__} overrides it for nothing"
    found = list(inspect.signature(base).parameters)
    assert found == parameters, f"{theirs.__name__}.{name} takes {found} now: look at {ours.__module__}.{ours.__name__}"
    assert name in vars(ours), f"{ours.__name__} overrides {name} no more: take it from this list"


@pytest.mark.parametrize("ours", [RegistryApp, RegistryRequest, Router], ids=lambda one: one.__name__)
def test_nothing_else_of_theirs_is_overridden(ours: type) -> None:
    theirs = set().union(*(vars(base) for base in ours.__mro__[1:-1]))
    named = {name for one, _, name, _ in OVERRIDDEN if one is ours} | {"request_class"}
    replaced = {name for name in vars(ours) if name in theirs} - BUILT_IN - named
    replaced = {name for name in replaced if not name.startswith("__")}
    assert replaced == set(), f"{ours.__name__} overrides {sorted(replaced)}: name it in OVERRIDDEN"


def test_flask_still_asks_what_the_application_replaces() -> None:
    source = inspect.getsource(Flask)
    for requested in (
        "self.create_url_adapter(",
        "self.preprocess_request(",
        "self.log_exception(",
    ):
        assert requested in source, f"Flask does not call {requested}...) itself any more: see registry.app.RegistryApp"
    assert Flask.request_class is Request


def test_the_adapter_of_addresses_is_made_as_we_make_it() -> None:
    expected = [
        "self", "map", "server_name", "script_name", "subdomain", "url_scheme", "path_info", "default_method", "query_args",
    ]  # fmt: skip
    found = list(inspect.signature(MapAdapter.__init__).parameters)
    assert found == expected, f"MapAdapter takes {found} now: see RegistryApp.create_url_adapter"


def test_a_response_made_by_hand_has_all_that_werkzeugs_has() -> None:
    theirs, ours = vars(Response(b"x")), vars(Sent(b"x", HTTPStatus.OK, []))
    assert theirs.keys() == ours.keys(), "Response sets other attributes now: see registry.http.responses.Sent.__init__"
    known = {"headers", "_status", "_status_code", "response", "direct_passthrough", "_on_close"}
    assert ours.keys() == known, "name each attribute that Sent sets here"
    for name in ("_status", "_status_code", "direct_passthrough", "_on_close"):
        assert type(theirs[name]) is type(ours[name]), f"Response.{name} is of another type now: see Sent"
    assert (theirs["_status"], theirs["_status_code"]) == ("200 OK", 200), "the status is kept otherwise: see Sent"


def test_headers_are_kept_as_the_list_that_sent_replaces() -> None:
    headers = Headers([("A", "1")])
    assert headers._list == [("A", "1")], "Headers._list is no list of pairs any more: see registry.http.responses.Sent"
    headers._list = [("B", "2")]
    assert headers.to_wsgi_list() == [("B", "2")], (
        "Headers do not read _list any more: see registry.http.responses.Sent"
    )
    sent = Sent(b"x", HTTPStatus.CREATED, [("A", "1")])
    sent.headers["B"] = "2"
    began: list[Any] = []
    assert b"".join(sent({"REQUEST_METHOD": "GET"}, lambda *given: began.append(given))) == b"x"
    assert began == [("201 Created", [("A", "1"), ("B", "2")])]
    assert (sent.status, sent.status_code, sent.get_data()) == ("201 Created", 201, b"x")


def test_files_of_a_form_are_still_kept_where_we_say() -> None:
    """A larger file would lie on a disk in clear if Werkzeug took its stream from elsewhere."""
    body = b"\r\n".join(
        [b"--b", b'Content-Disposition: form-data; name="file"; filename="a.png"', b"", b"x" * 2_000_000, b"--b--", b""]
    )
    request = RegistryRequest(
        {
            "REQUEST_METHOD": "POST",
            "CONTENT_TYPE": "multipart/form-data; boundary=b",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": BytesIO(body),
        }
    )
    stream = request.files["file"].stream
    assert type(stream) is BytesIO, f"files are kept in {type(stream)}: Request._get_file_stream is not asked any more"


def test_what_builds_addresses_is_made_where_the_tests_make_it_once() -> None:
    rule = Map([Rule("/a/<int:number>", endpoint="a")])._rules[0]
    built = rule._build.__func__  # type: ignore[attr-defined]
    assert built is rule._compile_builder(False), "see _compile_builder_once in tests/little_work.py"
