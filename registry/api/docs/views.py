"""The documentation, readable offline: the document itself, a page to try it out, and a plain list of the endpoints."""

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec
from flask import Blueprint, Flask, abort, redirect, render_template, request
from markupsafe import Markup, escape
from werkzeug import Response

from registry.api.docs.advice import problems, reasons
from registry.api.openapi.audiences import Audience, part_of
from registry.api.openapi.document import document
from registry.http.responses import content_policy, respond_with_file_of_ours

KEPT = 3600
"""Seconds a browser may keep these pages: they change with a release."""

MAX_WORDS = 20
"""Values of a closed set that are listed; a list of all countries would be too long to read."""

SITE = Path(str(files("registry.api.docs"))) / "site"
"""Where `make docs` puts the developer site."""

STYLE, SCRIPT, PAGE = (f"text/{kind}; charset=utf-8" for kind in ("css", "javascript", "html"))

FILES = {
    "swagger-ui.css": ("flask_swagger_ui", "dist/swagger-ui.css", STYLE),
    "swagger-ui-bundle.js": ("flask_swagger_ui", "dist/swagger-ui-bundle.js", SCRIPT),
    "start.js": ("registry.api.docs", "static/start.js", SCRIPT),
    "docs.css": ("registry.api.docs", "static/docs.css", STYLE),
}
"""What the pages load, and where it lies. Nothing comes from another host."""

pages = Blueprint("docs", __name__, template_folder="templates")


def register(app: Flask) -> None:
    app.register_blueprint(pages)


@pages.app_template_filter("with_code")
def with_code(words: str) -> Markup:
    """Text with what stands between backticks shown as code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(words))))


@pages.app_template_filter("at_underscores")
def at_underscores(code: str) -> Markup:
    """A code that may be broken after each underscore, and nowhere else."""
    return escape(code).replace("_", Markup("_<wbr>"))


@pages.get("/openapi.json")
def show_document() -> Response:
    return respond_with_file_of_ours(_document_bytes(), "application/json", KEPT, request.environ)


@pages.get("/openapi/<audience>.json")
def show_part(audience: str) -> Response:
    """The description of one audience's operations."""
    if audience not in tuple(Audience):
        abort(404)
    return respond_with_file_of_ours(_part_bytes(Audience(audience)), "application/json", KEPT, request.environ)


@pages.get("/docs")
def show_docs() -> Response:
    return _docs_page("docs.html", problems=problems(), reasons=reasons())


@pages.get("/developers")
@pages.get("/developers/")
@pages.get("/developers/<path:name>")
def show_site(name: str = "") -> Response:
    """A page or file of the developer site, which `make docs` builds; a page that says so where it was not built."""
    if request.path == "/developers":
        # Links in the pages are relative.
        return redirect("/developers/", 308)
    body = _site().get(name or "index.html")
    if body is None:
        if _site():
            abort(404)
        return Response(render_template("not_built.html"), 404, mimetype="text/html")
    kind = {"html": PAGE, "css": STYLE, "js": SCRIPT}[(name or "index.html").rpartition(".")[2]]
    return respond_with_file_of_ours(body, kind, KEPT, request.environ)


@pages.get("/docs/endpoints")
def show_endpoints() -> Response:
    return _docs_page("endpoints.html", operations=_operations(), schemas=document()["components"]["schemas"])


@pages.get("/docs/files/<name>")
def show_file(name: str) -> Response:
    if name not in FILES:
        abort(404)
    return respond_with_file_of_ours(_file_bytes(name), FILES[name][2], KEPT, request.environ)


def _docs_page(template: str, **values: Any) -> Response:
    body = render_template(template, info=document()["info"], **values).encode("utf-8")
    response = respond_with_file_of_ours(body, PAGE, KEPT, request.environ)
    # The page to try it out asks this server, and no other.
    response.headers["Content-Security-Policy"] = content_policy(connect_src="'self'")
    return response


@cache
def _document_bytes() -> bytes:
    return msgspec.json.encode(document())


@cache
def _part_bytes(audience: Audience) -> bytes:
    return msgspec.json.encode(part_of(document(), audience))


@cache
def _file_bytes(name: str) -> bytes:
    package, path, _ = FILES[name]
    return (files(package) / path).read_bytes()


@cache
def _site() -> dict[str, bytes]:
    """Every file of the developer site by its path; empty where it was not built."""
    return {
        path.relative_to(SITE).as_posix(): path.read_bytes()
        for path in SITE.rglob("*")
        if path.suffix in (".html", ".css", ".js")
    }


def _operations() -> list[dict[str, Any]]:
    """Every operation with its parameters' words in place of references."""
    payload = []
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            parameters = [_resolved(parameter) for parameter in operation.get("parameters", [])]
            responses = {status: _resolved(response) for status, response in operation["responses"].items()}
            resolved = {
                "path": path,
                "method": method.upper(),
                "parameters": parameters,
                "responses": responses,
                "fields": list(_fields_of(operation)),
                "examples": list(_examples_in(responses)),
            }
            payload.append({**operation, **resolved})
    return payload


def _fields_of(operation: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The fields of a JSON body, with the words of a closed set."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content is None:
        return
    schema = _resolved(content["schema"])
    for name, field in schema.get("properties", {}).items():
        words = _resolved(field).get("enum", ())
        yield {
            "name": name,
            "required": name in schema.get("required", ()),
            "description": field.get("description", ""),
            "words": words if len(words) <= MAX_WORDS else (),
        }


def _examples_in(responses: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The recorded answers of an operation that went well."""
    for status, response in responses.items():
        if status.startswith("2"):
            for content in response.get("content", {}).values():
                yield from content.get("examples", {}).values()


def _resolved(part: dict[str, Any]) -> dict[str, Any]:
    found = part
    if "$ref" in part:
        found = document()
        for step in part["$ref"].removeprefix("#/").split("/"):
            found = found[step]
    return found
