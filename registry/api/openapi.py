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
from flask_restx import Namespace
from marshmallow import Schema, fields

from registry.api.examples import Example, examples_of
from registry.api.namespaces import NAMESPACES, PREFIX
from registry.api.well_known import documented
from registry.web.payloads import Given, Taken
from schemas.countries import COUNTRIES
from schemas.fields import Count, Country, Day, Flag, Line, Moment, OneOf, OrEmpty, Passage, Token, Word
from schemas.money import AMOUNT_PATTERN, LONGEST, Amount, Currency
from schemas.problem import HealthSchema, ProblemSchema
from schemas.verify import SUBJECTS

METHODS = ("get", "post")

TAGS = {
    "verify": "May this recruiter recruit for this corridor, sector and date - and how do we know?",
    "corridor": "Both ends of a corridor and the agreement between them.",
    "checks": "Is what a recruiter said of himself what the agency registered?",
    "agencies": "The public records.",
    "directory": "What the registry stands on, and who helps.",
    "fees": "What a worker was asked to pay: is it lawful, and what can be claimed back?",
    "proofs": "Signed statements that anybody can check later, without the registry.",
    "statistics": "Open numbers about complaints, by closed quarters.",
    "log": "The append-only log, for whoever does not trust this server: notes, checkpoints, proofs and policy as C2SP has them. "
    "Its tiles stand at `/log/tile/...` (C2SP tlog-tiles).",
    "service": "Whether the service is up.",
}

DESCRIPTION = """Public, free, without a key. `yes`, `no` and `unknown` are answers to exactly what was asked; `unknown` is
never a `yes`. Every reason has a code for programs and a text in the language that `Accept-Language` asks for (zh-Hans,
zh-Hant, en, it). The same question gives the same bytes and ETag until the answer itself changes. Unknown parameters are
errors. Nothing tells who asked before."""

LICENCE = {"name": "Terms are set by the authority that runs the registry", "identifier": "LicenseRef-operator"}

_STATUSES = {
    304: "You hold this answer already (`If-None-Match`).",
    400: "The question is not well formed; `errors` names each parameter.",
    404: "There is nothing of this reference.",
    405: "This address takes only the methods that `Allow` names.",
    413: "The body is larger than 160 KiB.",
    415: "The body must be JSON, and Content-Type must say so.",
    451: "The law no longer lets us say this.",
    429: "Too many requests of one client; wait as `Retry-After` says.",
    503: 'The database is away, or nothing can be signed now: ask again. Never to be read as "not registered".',
}

_HEADERS: dict[str, tuple[str, dict[str, Any]]] = {
    "ETag": ("Strong; the same bytes have the same.", {"type": "string"}),
    "Cache-Control": ("How long the answer may be kept, at most 60 seconds.", {"type": "string"}),
    "Content-Language": ("Language of the texts.", {"type": "string", "enum": ["zh-Hans", "zh-Hant", "en", "it"]}),
    "Vary": ("Accept-Language.", {"type": "string"}),
    "Link": ('RFC 8288: the next page, `rel="next"`.', {"type": "string"}),
    "Allow": ("The methods it takes.", {"type": "string"}),
    "Retry-After": ("Seconds to wait.", {"type": "integer", "minimum": 1}),
    "X-Request-Id": ("Name it when you ask us about this answer.", {"type": "string"}),
    "RateLimit-Limit": ("Requests a minute.", {"type": "integer"}),
    "RateLimit-Remaining": ("Requests left.", {"type": "integer"}),
    "RateLimit-Reset": ("Seconds until the limit is full again.", {"type": "integer"}),
}
_ALWAYS = ("X-Request-Id", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")
_PATH_PARAMETER = re.compile(r"<(\w+)>")


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
                "description": DESCRIPTION,
                "license": LICENCE,
                "contact": {"name": "The operator of this registry"},
            },
            servers=[{"url": "/", "description": "The server that gave you this document."}],
            tags=[{"name": name, "description": text} for name, text in TAGS.items()],
            security=[],
        )
        converter = plugin.converter
        assert converter is not None
        self.converter: OpenAPIConverter = converter
        converter.add_attribute_function(_described)  # type: ignore[no-untyped-call]
        self.spec.components.schema("CountryCode", {"type": "string", "enum": sorted(COUNTRIES)})

    def written(self) -> dict[str, Any]:
        for name, (text, schema) in _HEADERS.items():
            self.spec.components.header(name, {"description": text, "schema": schema})
        for status in _STATUSES:
            if status != 304:
                self._add_problem(status)
        self.spec.components.parameter("AcceptLanguage", "header", _ACCEPT_LANGUAGE)
        self.spec.components.parameter("IfNoneMatch", "header", _IF_NONE_MATCH)
        for namespace in NAMESPACES:
            for path, method, view in views_of(namespace):
                self._add_operation(namespace.name, path, method, view)
        for path, operation in documented(_not_modified(), _header).items():
            self.spec.path(path, operations={"get": operation})
        self._add_health()
        self._add_log()
        self.spec.components.schemas["Verify"] |= _TOGETHER
        return dict(self.spec.to_dict())

    def _add_problem(self, status: int) -> None:
        response: dict[str, Any] = {
            "description": _STATUSES[status],
            "headers": {name: _header(name) for name in (*_ALWAYS, "Content-Language")},
            "content": {"application/problem+json": {"schema": self._reference(ProblemSchema())}},
        }
        if status in (429, 503):
            response["headers"]["Retry-After"] = _header("Retry-After")
        if status == 405:
            response["headers"]["Allow"] = _header("Allow")
        self.spec.components.response(f"Problem{status}", response)

    def _add_operation(self, tag: str, path: str, method: str, view: Callable[..., Any]) -> None:
        taken: Taken = view.taken  # type: ignore[attr-defined]
        given: Given = view.given  # type: ignore[attr-defined]
        summary, _, description = inspect.cleandoc(view.__doc__ or "").partition("\n\n")
        is_get = method == "get"
        statuses = sorted({400, 429, 503, *given.also, *((304,) if is_get else ())})
        examples = examples_of(given.operation)
        operation: dict[str, Any] = {
            "operationId": given.operation,
            "tags": [tag],
            "summary": summary.rstrip("."),
            "description": description or summary,
            "parameters": [
                *self._path_parameters(path, examples),
                *([] if taken.is_body else self._query_parameters(taken.schema)),
                "AcceptLanguage",
                *(["IfNoneMatch"] if is_get else []),
            ],
            "responses": {"200": self._answer(given, is_get, examples)}
            | {str(status): f"Problem{status}" if status != 304 else _not_modified() for status in statuses},
        }
        if taken.is_body:
            operation["requestBody"] = self._body(taken.schema, examples)
        self.spec.path(_PATH_PARAMETER.sub(r"{\1}", path), operations={method: operation})

    def _path_parameters(self, path: str, examples: tuple[Example, ...]) -> Iterator[dict[str, Any]]:
        for name in _PATH_PARAMETER.findall(path):
            yield {
                "name": name,
                "in": "path",
                "required": True,
                "description": "Reference: twelve characters, the last a check character; hyphens and letter case do not matter.",
                "schema": {"type": "string", "pattern": "^[2-9A-Za-z-]{12,14}$"},
                "example": examples[0].path[name],
            }

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

    def _answer(self, given: Given, is_get: bool, examples: tuple[Example, ...]) -> dict[str, Any]:
        names = [*_ALWAYS, "Content-Language", "Vary", "Cache-Control"]
        if is_get:
            names.append("ETag")
        if given.schema is not None and "next_cursor" in given.schema.fields:
            names.append("Link")
        text: dict[str, Any] = {"schema": {"type": "string"}}
        content = dict(text) if given.schema is None else {"schema": self._reference(given.schema)}
        shown = {
            example.name: {"summary": example.summary, "description": f"`{example.asked()}`", "value": example.answer}
            for example in examples
            if example.status == 200
        }
        if shown:
            content["examples"] = shown
        return {
            "description": "The answer.",
            "headers": {name: _header(name) for name in names},
            "content": {media: content if not place else text for place, media in enumerate(given.media_types)},
        }

    def _body(self, schema: Schema, examples: tuple[Example, ...]) -> dict[str, Any]:
        return {
            "required": True,
            "content": {
                "application/json": {
                    "schema": self._reference(schema),
                    "examples": {
                        example.name: {"summary": example.summary, "value": example.body} for example in examples
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
                            "headers": {"Retry-After": _header("Retry-After")},
                        },
                    },
                }
            },
        )

    def _add_log(self) -> None:
        """The addresses whose form is not ours: text as C2SP has it, and the trust file of docs/proofs.md."""
        for path, (operation_id, summary) in _LOG.items():
            is_json = path.endswith(".json")
            shape = {"type": "object", "additionalProperties": True} if is_json else {"type": "string"}
            answer = {
                "description": summary,
                "headers": {name: _header(name) for name in (*_ALWAYS, "ETag", "Cache-Control")},
                "content": {"application/json" if is_json else "text/plain": {"schema": shape}},
            }
            operation: dict[str, Any] = {
                "operationId": operation_id,
                "tags": ["log"],
                "summary": summary.rstrip("."),
                "description": "Not found while nothing of the log is published.",
                "parameters": [_INDEX] if "{index}" in path else [],
                "responses": {"200": answer} | {str(status): f"Problem{status}" for status in (404, 405, 429, 503)},
            }
            self.spec.path(path, operations={"get": operation})

    def _reference(self, schema: Schema) -> dict[str, Any]:
        return dict(self.converter.resolve_nested_schema(schema))  # type: ignore[no-untyped-call]


def views_of(namespace: Namespace) -> Iterator[tuple[str, str, Callable[..., Any]]]:
    """Path with its prefix, method, and view of each operation of a namespace."""
    for route in namespace.resources:
        for url in route.urls:
            for method in METHODS:
                view = getattr(route.resource, method, None)
                if view is not None:
                    yield f"{PREFIX}{namespace.path}{url}", method, view


def _name_of(schema: Any) -> str:
    kind = schema if isinstance(schema, type) else type(schema)
    return kind.__name__.removesuffix("Schema")


def _described(converter: OpenAPIConverter, field: fields.Field[Any], ret: dict[str, Any], **_: Any) -> dict[str, Any]:
    """What marshmallow's own conversion does not know of our fields."""
    if isinstance(field, Country):
        return {"$ref": "#/components/schemas/CountryCode"}
    if isinstance(field, Passage):
        return {"type": "string", "minLength": 1, "maxLength": field.most}
    if isinstance(field, Line):
        return {"type": "string", "minLength": 1, "maxLength": field.most} | _shaped(field)
    if isinstance(field, Amount):
        return {"type": "string", "maxLength": LONGEST, "pattern": AMOUNT_PATTERN}
    if isinstance(field, Currency):
        return {"type": "string", "pattern": "^[A-Z]{3}$"}
    if isinstance(field, Word | OneOf):
        return _word(converter, field, ret)
    if isinstance(field, Token):
        return {"type": "string"}
    if isinstance(field, Flag):
        return {"type": "boolean"}
    if isinstance(field, Count):
        return {"type": "integer", "minimum": field.least, "maximum": field.most}
    if isinstance(field, Day):
        return {"type": "string", "format": "date"}
    if isinstance(field, Moment):
        return {"type": "string", "format": "date-time"}
    if isinstance(field, OrEmpty):
        part = ret.pop("$ref", None) or ret.pop("allOf")[0]["$ref"]
        return {"anyOf": [{"$ref": part}, {"type": "object", "maxProperties": 0}]}
    return {}


# The schemas that hold these codes have the shorter names.
_ENUM_NAMES = {"Reason": "ReasonCode", "Problem": "ProblemCode"}


def _word(converter: OpenAPIConverter, field: Word | OneOf, ret: dict[str, Any]) -> dict[str, Any]:
    """A closed set: a component of its own where it is one of the field's words, so that clients get one type of it."""
    ret.pop("type", None)
    words: dict[str, Any] = {"type": "string", "enum": list(field.words)}
    if field.kind is not None:
        name = _ENUM_NAMES.get(field.kind.__name__, field.kind.__name__)
        converter.spec.components.schemas.setdefault(name, words)
        words = {"$ref": f"#/components/schemas/{name}"}
    return {"anyOf": [words, {"type": "null"}]} if field.allow_none else words


def _shaped(field: Line) -> dict[str, Any]:
    if field.pattern is not None:
        return {"pattern": f"^{field.pattern.pattern}$"}
    return {}


def _header(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/headers/{name}"}


def _not_modified() -> dict[str, Any]:
    return {
        "description": _STATUSES[304],
        "headers": {name: _header(name) for name in (*_ALWAYS, "ETag", "Cache-Control", "Vary")},
    }


_TOGETHER = {
    # "Exactly one subject" is said in words: as `oneOf` it would take the fields' types from generated clients.
    "description": f"A question with exactly one of {', '.join(SUBJECTS)}, and what the recruiting is for.",
    "minProperties": 1,
    "dependentRequired": {
        "registration_number": ["country"],
        "country": ["registration_number"],
        "authority": ["licence_number"],
        "nace_revision": ["sector"],
    },
}
"""What binds the fields of a question together."""

_LOG = {
    "/log/checkpoint": (
        "getCheckpoint",
        "Read the newest head of the log: a signed note, with the witnesses' signatures.",
    ),
    "/log/proof/{index}": ("getProof", "Read the proof that an entry stands in the log, under its newest head."),
    "/log/vkey": ("getVerifierKeys", "Read the keys that heads verify with, one a line, the active first."),
    "/log/policy": ("getPolicy", "Read which witnesses a head needs."),
    "/.well-known/registry-trust.json": ("getTrustFile", "Read what whoever verifies off line keeps."),
}
"""Path, operation and summary of the log's addresses."""

_INDEX = {
    "name": "index",
    "in": "path",
    "required": True,
    "description": "Index of the entry, from 0, without leading noughts.",
    "schema": {"type": "string", "pattern": "^(0|[1-9][0-9]{0,17})$"},
    "example": "0",
}

_ACCEPT_LANGUAGE = {
    "name": "Accept-Language",
    "description": "Language of the texts: zh-Hans, zh-Hant, en (else), it.",
    "schema": {"type": "string"},
    "example": "zh-Hans",
}
_IF_NONE_MATCH = {
    "name": "If-None-Match",
    "description": "The ETag of an answer you hold: 304 if it still stands.",
    "schema": {"type": "string"},
}
