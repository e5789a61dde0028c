"""The OpenAPI 3.1 document, made from what the views say they take and give."""

import inspect
import re
from collections.abc import Callable, Iterator
from functools import cache
from importlib.metadata import version
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.openapi import OpenAPIConverter
from marshmallow import Schema

from registry.api.api_keys import NEEDS_KEY
from registry.api.examples import COMPLAINTS, OFFICERS, ORGANISATIONS, PUBLIC, Example, examples_of
from registry.api.namespaces import DESK, EMPLOYERS, INTAKE, NAMESPACES, PREFIX
from registry.api.openapi import descriptions, file_operations
from registry.api.openapi.audiences import METHODS, Audience
from registry.api.openapi.fields import describe_fields, describe_values, described, open_answers, size_integers
from registry.api.openapi.wallet_operations import wallet_operations
from registry.api.restx import Namespace
from registry.http.request_reader import LIST_FILES
from registry.http.responses import BYTES
from registry.http.schemas import PLACES, RequestSpec, ResponseSpec
from registry.officer_acts.permissions import ViewPolicy
from registry.vocabulary.watches import EVENTS
from schemas.fields import COUNTRIES
from schemas.problem import HealthSchema, ProblemSchema
from schemas.watches import EventSchema

API_ID = "6a6f4a0e-9c7b-4e0f-8f0a-6d1f2f1f7c35"
"""Names this API in catalogues of the Italian administration, whichever installation it is."""


_PATH_PARAMETER = re.compile(r"<(\w+)>")
_CONVERTER = re.compile(r"<[^<>]+:")
_FILE = {"schema": {"type": "string", "format": "binary"}}


@cache
def document() -> dict[str, Any]:
    """The whole document; the same in every installation, for addresses in it are relative."""
    return Writer().written()


class Writer:
    """Writes one document."""

    def __init__(self) -> None:
        plugin = MarshmallowPlugin(schema_name_resolver=_name_of)
        self.spec = APISpec(
            title="Registry of licensed recruitment intermediaries",
            version=version("recruitment-registry"),
            openapi_version="3.1.0",
            plugins=[plugin],
            info={
                "summary": "May this recruiter recruit - and how do we know?",
                "description": descriptions.DESCRIPTION,
                "license": descriptions.LICENCE,
                "x-summary": "May this recruiter recruit - and how do we know?",
                "x-api-id": API_ID,
                "contact": {"name": "The operator of this registry"},
            },
            servers=[{"url": "/", "description": "The server that gave you this document."}],
            tags=[{"name": name, "description": text} for name, text in descriptions.TAGS.items()],
            security=[],
        )
        converter = plugin.converter
        assert converter is not None
        self.converter: OpenAPIConverter = converter
        converter.add_attribute_function(described)  # type: ignore[no-untyped-call]
        self.spec.components.schema("CountryCode", {"type": "string", "enum": sorted(COUNTRIES)})

    def written(self) -> dict[str, Any]:
        for name, header in descriptions.HEADERS.items():
            self.spec.components.header(name, header)
        for status in descriptions.STATUSES:
            if status != 304:
                self._add_problem(status)
        for name, parameter in descriptions.PARAMETERS.items():
            self.spec.components.parameter(name, "header", parameter)
        for name, scheme in descriptions.SCHEMES.items():
            self.spec.components.security_scheme(name, scheme)
        for namespace in (*NAMESPACES, *EMPLOYERS, *INTAKE, *DESK):
            for path, method, view in views_of(namespace):
                self._add_operation(namespace.name, path, method, view)
        for path, operation in (*file_operations.well_known_operations(), *file_operations.stream_operations()):
            self.spec.path(path, operations={"get": operation})
        self._add_health()
        self._add_log()
        for path, operation in file_operations.file_operations():
            self.spec.path(path, operations={"get": operation})
        for path, operations in (*file_operations.reconciliation_operations(), *wallet_operations()):
            self.spec.path(path, operations=operations)
        self.spec.components.schemas["Verify"] |= descriptions.TOGETHER
        documents = {path: self._reference(schema()) for path, schema in descriptions.DOCUMENTS.items()}
        webhooks = self._webhooks()
        whole = dict(self.spec.to_dict()) | {"webhooks": webhooks}
        for path, shape in documents.items():
            for content in whole["paths"][path]["get"]["responses"]["200"]["content"].values():
                content["schema"] = shape
        describe_values(whole["components"]["schemas"])
        open_answers(whole)
        describe_fields(whole["components"]["schemas"])
        size_integers(whole)
        _say_audiences(whole)
        return whole

    def _webhooks(self) -> dict[str, Any]:
        """What the registry sends to webhooks: one for each type of event, of one form."""
        headers = [
            {"name": name, "in": "header", "required": True, "description": text, "schema": {"type": "string"}}
            for name, text in descriptions.DELIVERY_HEADERS.items()
        ]
        return {
            event.value: {
                "post": {
                    "operationId": "on"
                    + "".join(word.capitalize() for word in event.value.replace(".", "_").split("_")),
                    "tags": ["webhooks"],
                    "summary": words.rstrip("."),
                    "description": words,
                    "security": [],
                    "parameters": headers,
                    "requestBody": {
                        "required": True,
                        "content": {"application/json": {"schema": self._reference(EventSchema())}},
                    },
                    "responses": {
                        "2XX": {"description": "Taken. Anything else is tried again, for three days."},
                        "410": {"description": "Gone: the webhook is switched off at once."},
                    },
                }
            }
            for event, words in EVENTS.items()
        }

    def _add_problem(self, status: int) -> None:
        own = {405: "Allow", 416: "Content-Range", 409: "Retry-After", 429: "Retry-After", 503: "Retry-After"}
        names = (*descriptions.ALWAYS, "Content-Language", *([own[status]] if status in own else []))
        response: dict[str, Any] = {
            "description": descriptions.STATUSES[status],
            "headers": descriptions.headers_of(*names),
            "content": {"application/problem+json": {"schema": self._reference(ProblemSchema())}},
        }
        self.spec.components.response(f"Problem{status}", response)

    def _add_operation(self, tag: str, path: str, method: str, view: Callable[..., Any]) -> None:
        request: RequestSpec = view.request_spec  # type: ignore[attr-defined]
        response: ResponseSpec = view.response_spec  # type: ignore[attr-defined]
        summary, _, description = inspect.cleandoc(view.__doc__ or "").partition("\n\n")
        is_kept = method == "get" and response.is_cacheable
        needs = getattr(view, "needs", None)
        policy: ViewPolicy | None = getattr(view, "policy", None)
        scope = getattr(view, "scope", None)
        scope_if_any = getattr(view, "scope_if_any", None)
        is_versioned = getattr(view, "is_versioned", False)
        statuses = sorted(
            {400, 429, 503, *response.error_statuses}
            | ({304} if is_kept else set())
            | ({401} if needs or scope_if_any else set())
            | ({403} if policy or scope or scope_if_any else set())
            | ({412, 428} if is_versioned else set())
            | ({409, 422} if request.is_repeatable else set())
            | ({415} if request.is_file else set())
        )
        examples = tuple(
            one
            for one in examples_of(PUBLIC, ORGANISATIONS, COMPLAINTS, OFFICERS)
            if one.operation == response.operation
        )
        operation: dict[str, Any] = {
            "operationId": response.operation,
            "tags": [tag],
            "summary": summary.rstrip("."),
            "description": "\n\n".join(
                [
                    description or summary,
                    *([descriptions.allowed_to(policy)] if policy else []),
                    *([descriptions.opened_by(scope)] if scope else []),
                    *([descriptions.quicker_with(scope_if_any)] if scope_if_any else []),
                ]
            ),
            "parameters": [
                *self._path_parameters(path, examples),
                *([] if request.is_body else self._query_parameters(request.schema)),
                "AcceptLanguage",
                *(["IfNoneMatch"] if is_kept else []),
                *(["Once"] if request.is_repeatable else []),
                *(["FileName"] if request.is_file else []),
                *(["IfMatch"] if is_versioned else []),
            ],
            "responses": {
                str(response.status.value): self._answer(
                    response, examples, has_etag=is_kept or bool(policy), is_repeatable=request.is_repeatable
                )
            }
            | {
                str(status): f"Problem{status}" if status != 304 else descriptions.not_modified() for status in statuses
            },
        }
        if request.is_body:
            operation["requestBody"] = self._body(request.schema, examples) | {"required": not request.is_body_optional}
            operation["requestBody"]["content"] |= dict.fromkeys(request.other_media_types, _FILE)
        if request.is_file:
            operation["requestBody"] = {"required": True, "content": {BYTES: _FILE}}
        if needs:
            operation["security"] = [{needs: []}]
        elif scope_if_any:
            operation["security"] = [{}, {NEEDS_KEY: []}]
        self.spec.path(_PATH_PARAMETER.sub(r"{\1}", path), operations={method: operation})

    def _path_parameters(self, path: str, examples: tuple[Example, ...]) -> Iterator[dict[str, Any]]:
        for name in _PATH_PARAMETER.findall(path):
            shape = descriptions.PATH_PARAMETERS.get(name, descriptions.REFERENCE)
            yield {"name": name, "in": "path", "required": True, **shape, "example": examples[0].path[name]}

    def _query_parameters(self, schema: Schema) -> Iterator[dict[str, Any]]:
        for name, field in schema.load_fields.items():
            shape = dict(self.converter.field2property(field))
            description = shape.pop("description", None) or "One of a closed set."
            example = shape.pop("example", None)
            if example is not None and not field.required:
                # As `example` the page to try it out would fill it in, and so narrow every question.
                description = f"{description} For example `{example}`."
            parameter: dict[str, Any] = {
                "name": field.data_key or name,
                "in": "query",
                "required": field.required,
                "description": description,
                "schema": shape,
            }
            if example is not None and field.required:
                parameter["example"] = example
            yield parameter

    def _answer(
        self, response: ResponseSpec, examples: tuple[Example, ...], *, has_etag: bool, is_repeatable: bool
    ) -> dict[str, Any]:
        if not response.media_types:
            headers = descriptions.headers_of(*descriptions.ALWAYS, "Cache-Control")
            return {"description": "Done.", "headers": headers}
        if BYTES in response.media_types:
            headers = descriptions.headers_of(*descriptions.ALWAYS, "Cache-Control", "Content-Disposition")
            content = dict.fromkeys(response.media_types, _FILE)
            return {"description": "The file, to be saved.", "headers": headers, "content": content}
        names = [*descriptions.ALWAYS, "Content-Language", "Vary", "Cache-Control"]
        if has_etag:
            names.append("ETag")
        if is_repeatable:
            names.append("Idempotent-Replayed")
        if response.location is not None:
            names.append("Location")
        if response.schema is not None and PLACES.keys() & response.schema.fields:
            names.append("Link")
        text: dict[str, Any] = {"schema": {"type": "string"}}
        shape = dict(text) if response.schema is None else {"schema": self._reference(response.schema)}
        payload = {
            example.name: {
                "summary": example.summary,
                "description": f"`{example.request_line()}`",
                "value": example.answer,
            }
            for example in examples
            if example.status == response.status
        }
        if payload:
            shape["examples"] = payload
        return {
            "description": "The answer.",
            "headers": descriptions.headers_of(*names),
            "content": {
                media: shape if not place else _FILE if media in LIST_FILES else text
                for place, media in enumerate(response.media_types)
            },
        }

    def _body(self, schema: Schema, examples: tuple[Example, ...]) -> dict[str, Any]:
        return {
            "required": True,
            "content": {
                "application/json": {
                    "schema": self._reference(schema),
                    "examples": {
                        example.name: {"summary": example.summary, "value": example.body}
                        for example in examples
                        if example.body is not None
                    },
                }
            },
        }

    def _add_health(self) -> None:
        content = {"application/json": {"schema": self._reference(HealthSchema())}}
        self.spec.path(
            "/health",
            operations={
                "get": {
                    "operationId": "getHealth",
                    "tags": ["service"],
                    "summary": "Read whether this process can serve",
                    "description": "200 when it can, 503 otherwise; the body says which part is missing.",
                    "responses": {
                        "200": {"description": "It can serve.", "content": content},
                        "405": "Problem405",
                        "503": {
                            "description": "It cannot.",
                            "content": content,
                            "headers": descriptions.headers_of("Retry-After"),
                        },
                    },
                }
            },
        )

    def _add_log(self) -> None:
        """The addresses whose form is not ours: text as C2SP has it, and the trust file of docs/users/proofs.md."""
        for path, about in descriptions.LOG.items():
            summary = about["summary"]
            parameters = [one for name, one in descriptions.FILE_PARAMETERS.items() if f"{{{name}}}" in path]
            is_json = path in descriptions.DOCUMENTS
            shape = {"type": "object", "additionalProperties": True} if is_json else {"type": "string"}
            answer = {
                "description": summary,
                "headers": descriptions.headers_of(*descriptions.ALWAYS, "ETag", "Cache-Control"),
                "content": {"application/json" if is_json else "text/plain": {"schema": shape}},
            }
            operation: dict[str, Any] = {
                "operationId": about["operation"],
                "tags": ["log"],
                "summary": summary.rstrip("."),
                "description": "Not found while nothing of the log is published.",
                "parameters": parameters,
                "responses": {"200": answer} | {str(status): f"Problem{status}" for status in (404, 405, 429, 503)},
            }
            self.spec.path(path, operations={"get": operation})

    def _reference(self, schema: Schema) -> dict[str, Any]:
        return dict(self.converter.resolve_nested_schema(schema))  # type: ignore[no-untyped-call]


def _say_audiences(whole: dict[str, Any]) -> None:
    """State of each operation whom it is for; what is in none of the namespaces of the others is open to all."""
    audiences = {"streamEvents": Audience.ORGANISATIONS}
    for audience, namespaces in (
        (Audience.ORGANISATIONS, EMPLOYERS),
        (Audience.COMPLAINTS, INTAKE),
        (Audience.OFFICERS, DESK),
    ):
        for namespace in namespaces:
            for _, _, view in views_of(namespace):
                response: ResponseSpec = view.response_spec  # type: ignore[attr-defined]
                audiences[response.operation] = audience
    for operations in whole["paths"].values():
        for method in METHODS:
            if method in operations:
                name = operations[method]["operationId"]
                operations[method]["x-audience"] = audiences.get(name, Audience.PUBLIC).value


def views_of(namespace: Namespace) -> Iterator[tuple[str, str, Callable[..., Any]]]:
    """Path with its prefix, method, and view of each operation of a namespace."""
    for route in namespace.resources:
        for url in route.urls:
            for method in METHODS:
                view = getattr(route.resource, method, None)
                if view is not None:
                    yield _CONVERTER.sub("<", f"{PREFIX}{namespace.path}{url}"), method, view


def _name_of(schema: Any) -> str:
    kind = schema if isinstance(schema, type) else type(schema)
    return kind.__name__.removesuffix("Schema")
