"""The shape of a view's input and answer, stated once: it reads requests, writes responses, and documents both."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import msgspec
from flask import Response, request
from msgspec.structs import replace

from registry.http import responses
from registry.http.request_reader import (
    IN_A_FILE,
    LIST_FILES,
    MAX_BODY_BYTES,
    EmptySchema,
    load_body,
    load_file,
    load_file_name,
    load_idempotency_key,
    load_list,
    load_plain_idempotency_key,
    load_query,
    refuse_encoded,
    refuse_forms,
    refuse_query,
)
from registry.http.transaction import services
from schemas.base import InSchema, OutSchema

View = Callable[..., Any]

PLACES = {"next_cursor": "cursor", "next_before": "before"}
"""Fields of an answer that say where the next page begins, each with the parameter that takes it."""


@dataclass(frozen=True, slots=True)
class RequestSpec:
    """Where a view's input stands, and its shape.

    `is_repeatable`: an Idempotency-Key may stand beside it. `is_file`: the body is a file, and a header says its name. No body
    has more bytes than `max_bytes`. `other_media_types` are those of files that may stand in place of a JSON body.
    """

    schema: InSchema
    is_body: bool = False
    is_repeatable: bool = False
    is_file: bool = False
    max_bytes: int = MAX_BODY_BYTES
    other_media_types: tuple[str, ...] = ()
    is_body_optional: bool = False


@dataclass(frozen=True, slots=True)
class ResponseSpec:
    """What a view answers with, and the operation's name for generated clients. `error_statuses` are those of its refusals,
    besides what every operation has.

    `media_types` are the forms of the answer; one that is not JSON is text, and of such alone there is no schema. Without
    any the answer is empty. Without `is_cacheable` no cache may keep the answer to a GET. `location` is where what was made
    is read, with fields of the answer in braces.
    """

    schema: OutSchema | None
    operation: str
    error_statuses: tuple[int, ...]
    media_types: tuple[str, ...] = (responses.MEDIA_TYPE,)
    status: HTTPStatus = HTTPStatus.OK
    is_cacheable: bool = True
    location: str | None = None


def request_schema(
    schema: InSchema | None = None,
    *,
    body: bool = False,
    idempotent: bool = False,
    max_bytes: int = MAX_BODY_BYTES,
    is_body_optional: bool = False,
) -> Callable[[View], View]:
    """Hand the view its input as keywords: the query's parameters, or with `body` the fields of a JSON body of at most
    `max_bytes`.

    With `idempotent` the view also gets what Idempotency-Key says, as `idempotency_key`.
    """
    shape = schema or EmptySchema()

    def read() -> dict[str, Any]:
        if body:
            found = load_body(shape, max_bytes, is_optional=is_body_optional)
        else:
            found = load_query(shape, request.environ.get("QUERY_STRING", ""))
        return found | {"idempotency_key": load_idempotency_key()} if idempotent else found

    spec = RequestSpec(shape, body, idempotent, max_bytes=max_bytes, is_body_optional=is_body_optional)
    return _with_input(read, spec)


def _with_input(read: Callable[[], dict[str, Any]], spec: RequestSpec) -> Callable[[View], View]:
    """Hand a view what `read` reads of the request, and note its spec on it."""

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapper(self: Any, **path: str) -> Any:
            return view(self, **path, **read())

        wrapper.request_spec = spec  # type: ignore[attr-defined]
        return wrapper

    return decorate


def request_file(max_bytes: int) -> Callable[[View], View]:
    """Hand the view its body as the bytes of a file, `body`, the file's `name`, and what Idempotency-Key says, as
    `idempotency_key`.
    """

    def read() -> dict[str, Any]:
        refuse_forms()
        body = load_file(max_bytes)
        return {"body": body, "name": load_file_name(), "idempotency_key": load_idempotency_key()}

    return _with_input(read, RequestSpec(EmptySchema(), is_repeatable=True, is_file=True, max_bytes=max_bytes))


def request_upload(max_bytes: int) -> Callable[[View], View]:
    """Hand the view its body as it comes, `stream`, the file's `name`, and what Idempotency-Key says, as `idempotency_key`."""

    def read() -> dict[str, Any]:
        refuse_forms()
        request.max_content_length = max_bytes
        refuse_encoded()
        refuse_query(IN_A_FILE)
        name, key = load_file_name(), load_plain_idempotency_key()
        return {"stream": request.stream, "name": name, "idempotency_key": key}

    return _with_input(read, RequestSpec(EmptySchema(), is_repeatable=True, is_file=True, max_bytes=max_bytes))


def request_list(schema: InSchema, options: InSchema, max_bytes: int) -> Callable[[View], View]:
    """Hand the view its body as `sent`: the items of a JSON body of this shape, unread, or the bytes of a CSV or XLSX file;
    and what Idempotency-Key says.

    `options` are what the shape has beside its items.
    """

    def read() -> dict[str, Any]:
        sent = load_list(options, max_bytes)
        return {"sent": sent, "idempotency_key": load_idempotency_key()}

    spec = RequestSpec(schema, is_body=True, is_repeatable=True, max_bytes=max_bytes, other_media_types=LIST_FILES)
    return _with_input(read, spec)


def response_schema(
    schema: OutSchema,
    operation: str,
    error_statuses: tuple[int, ...] = (),
    *,
    other_media_types: tuple[str, ...] = (),
    status: HTTPStatus = HTTPStatus.OK,
    cacheable: bool = True,
    location: str | None = None,
) -> Callable[[View], View]:
    """Turn what the view gives into a response: an Answer, or what `schema` is the schema `of`, which writes it.

    What the schema wrote has its version as ETag. `other_media_types` may be asked for besides JSON. `location` is the path at
    which what was made is read, with fields of the answer in braces.
    """

    def answer_with(given_back: Any) -> Response:
        answer = given_back if isinstance(given_back, responses.Answer) else written_answer(schema, given_back)
        if location is not None:
            answer = replace(answer, headers=(*answer.headers, ("Location", location.format_map(_fields(answer)))))
        if request.method in responses.READING:
            for field in PLACES.keys() & schema.fields:
                answer = _with_next_link(answer, field)
        return responses.respond(answer if cacheable else replace(answer, is_cacheable=False), request.environ, status)

    media_types = (responses.MEDIA_TYPE, *other_media_types)
    return _with_answer(
        answer_with, ResponseSpec(schema, operation, error_statuses, media_types, status, cacheable, location)
    )


def _with_answer(answer_with: Callable[[Any], Response], spec: ResponseSpec) -> Callable[[View], View]:
    """Turn what a view gives into the response that `answer_with` makes of it, and note its spec on the view."""

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapper(self: Any, **given: Any) -> Response:
            return answer_with(view(self, **given))

        wrapper.response_spec = spec  # type: ignore[attr-defined]
        return wrapper

    return decorate


def _with_next_link(answer: responses.Answer, field: str) -> responses.Answer:
    """The answer to a question for a page, with the address of the next one (RFC 8288) where `field` says that there is one.

    A feed always says where it goes on later; while it has no more there is no link, so that a reader of links comes to an end.
    """
    place = answer.value.get(field) if isinstance(answer.value, dict) else None
    if place is None or not answer.value.get("has_more", True):
        return answer
    address = f"{services().settings.public_url}{request.path}?{urlencode({**request.args, PLACES[field]: place})}"
    return replace(answer, headers=(*answer.headers, ("Link", f'<{address}>; rel="next"')))


def _fields(answer: responses.Answer) -> Any:
    """The fields of an answer, written or not."""
    if isinstance(answer.value, responses.Written):
        return msgspec.json.decode(b"".join(answer.value.parts))
    return answer.value


def written_answer(schema: OutSchema, source_object: object, **computed: object) -> responses.Answer:
    """The Answer that a schema writes, with its version as ETag.

    To be called in the transaction where something of `computed` is shown this once.
    """
    payload = schema.write(source_object, **computed)
    return responses.Answer(payload, headers=(responses.etag(payload["version"]),) if "version" in payload else ())


def no_content_response(operation: str, error_statuses: tuple[int, ...] = ()) -> Callable[[View], View]:
    """Answer 204 once the view has done what it does."""
    spec = ResponseSpec(None, operation, error_statuses, (), HTTPStatus.NO_CONTENT, is_cacheable=False)
    return _with_answer(lambda _given_back: responses.respond_no_content(), spec)


def response_bytes(media_type: str, operation: str, error_statuses: tuple[int, ...] = ()) -> Callable[[View], View]:
    """Turn the Fixed that the view gives into a response of a media type."""

    def answer_with(fixed: responses.Fixed) -> Response:
        return responses.respond_with(fixed.body, media_type, fixed.max_age, request.environ)

    return _with_answer(answer_with, ResponseSpec(None, operation, error_statuses, (media_type,)))


def response_file(operation: str, error_statuses: tuple[int, ...] = ()) -> Callable[[View], View]:
    """Turn the File that the view gives into a response that is saved and never shown."""
    return _with_answer(
        responses.respond_with_file,
        ResponseSpec(None, operation, error_statuses, (responses.BYTES,), is_cacheable=False),
    )
