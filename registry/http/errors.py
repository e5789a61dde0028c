"""Every error as one RFC 9457 shape for programs and a page for people. Its text never holds what was sent."""

import errno
import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import IO, Any, NoReturn, cast

import msgspec
import structlog
from flask import Flask, Request, Response, current_app, g, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug import exceptions

from registry.core import errors
from registry.core.db.errors import classify_db_error
from registry.core.errors import Fault, RegistryError
from registry.http.responses import negotiated
from registry.http.transaction import services
from registry.http.wsgi_bridge import MAX_HEADERS
from registry.i18n import languages
from registry.i18n.faults import message_in
from registry.vocabulary.codes import Problem
from registry.vocabulary.register import Language

log = structlog.get_logger()

MEDIA_TYPE = "application/problem+json"

STATUS: dict[type[RegistryError], int] = {
    errors.InvalidInput: 400,
    errors.BodyIncomplete: 400,
    errors.BodyTooSlow: 408,
    errors.MistypedReceipt: 400,
    errors.NoVisit: 401,
    errors.NotSignedIn: 401,
    errors.Forbidden: 403,
    errors.ActRefused: 409,
    errors.ChannelChangeRefused: 409,
    errors.NotAdmitted: 403,
    errors.NotFound: 404,
    errors.UnknownReceipt: 404,
    errors.AlreadyDone: 409,
    errors.CursorTooOld: 410,
    errors.LogClosed: 409,
    errors.RepeatDiffers: 422,
    errors.StillRunning: 409,
    errors.FileTooLarge: 413,
    errors.NotNow: 409,
    errors.IllegalMove: 409,
    errors.StaleVersion: 409,
    errors.VersionMissing: 428,
    errors.TooLarge: 413,
    errors.TooManyQuestions: 413,
    errors.UnreadableList: 400,
    errors.UnsupportedMediaType: 415,
    errors.TooManyRequests: 429,
    errors.DatabaseUnavailable: 503,
    errors.FilesUnavailable: 503,
    errors.NotMigrated: 503,
    errors.NotIssuing: 503,
    errors.ClockWrong: 503,
    errors.KeyNotHere: 503,
    errors.KeyNotLogged: 503,
    errors.TooBusy: 503,
    errors.IntakeClosed: 503,
    errors.WithheldByLaw: 451,
}
"""What a feature may raise, and the status it answers with. Whatever is not here is a fault of ours: 500."""

RETRY_AFTER = 5
"""Seconds after which asking again makes sense while the database is away."""

FOR_PROGRAMS = (
    "/api/", "/health", "/ready", "/metrics", "/openapi.json", "/openapi/", "/log/", "/status/", "/.well-known/", "/vct/",
    "/wallets/", "/ranges/", "/dataset", "/changes.",
)  # fmt: skip
"""Paths whose errors are JSON whatever the Accept header says."""

MAX_ADDRESS = 16 * 1024
"""Characters of path and query."""

_HTTP: dict[int, tuple[Problem, str]] = {
    400: (Problem.INVALID_REQUEST, "the request cannot be understood"),
    404: (Problem.NOT_FOUND, "there is nothing at this address"),
    405: (Problem.METHOD_NOT_ALLOWED, "this address does not take that method; Allow names those it takes"),
    406: (Problem.NOT_ACCEPTABLE, "there is no answer in a form that Accept and Accept-Encoding allow"),
    413: (Problem.PAYLOAD_TOO_LARGE, "the body is larger than this address takes"),
    414: (Problem.TOO_LONG, f"the address may have {MAX_ADDRESS} characters; long lists are sent as a body"),
    415: (Problem.UNSUPPORTED_MEDIA_TYPE, "the body must be JSON, and Content-Type must say application/json"),
    416: (Problem.INVALID_REQUEST, "the file has no bytes at that place; Content-Range says how many it has"),
    421: (Problem.HOST_NOT_SERVED, "this server does not answer for the host that was asked for"),
    431: (Problem.TOO_LONG, f"the headers may have {MAX_HEADERS} characters together"),
    501: (Problem.HTTP_ERROR, "only what holds now is served here: leave `time` out"),
    500: (Problem.INTERNAL, "something went wrong on our side; the request id helps us to find out what"),
}


@dataclass(frozen=True, slots=True)
class ProblemDocument:
    """RFC 9457, with the code a program acts on, the request id, and each wrong parameter.

    `reason` is a code of why an officer was refused, for programs. `cause` is the error itself, for pages that say it
    in another language.
    """

    type: str
    title: str
    status: int
    code: Problem
    detail: str
    request_id: str
    errors: Sequence[Fault] = ()
    language: Language = field(default=Language.EN)
    reason: str = ""
    cause: RegistryError | None = None
    is_about_body: bool = False

    def body(self) -> bytes:
        return _encode(
            {
                "type": self.type,
                "title": self.title,
                "status": self.status,
                "code": self.code,
                "detail": self.detail,
                "request_id": self.request_id,
                "errors": [
                    fault.payload() | {"detail": _fault_text(self.language, fault)} | self._pointer(fault)
                    for fault in self.errors
                ],
            }
            | ({"reason": self.reason} if self.reason else {})
        )

    def _pointer(self, fault: Fault) -> dict[str, str]:
        """Where in a JSON body the fault stands, as RFC 9457 writes it. Headers, and the body as a whole, have no such place."""
        if not self.is_about_body or fault.parameter == "body" or fault.parameter[:1].isupper():
            return {}
        steps = (step.replace("~", "~0").replace("/", "~1") for step in fault.parameter.split("."))
        return {"pointer": "#/" + "/".join(steps)}


_encode = msgspec.json.Encoder().encode

ErrorPage = Callable[[ProblemDocument, int], str]
"""Makes the page people see; the pages' edge fills it in by `show_errors_with`."""


class HostNotServed(exceptions.HTTPException):
    """The Host header names somebody else: RFC 9110's 421."""

    code = 421
    description = _HTTP[421][1]


class RegistryRequest(Request):
    """A request whose JSON errors are ours: what could not be read is not repeated."""

    def _get_file_stream(self, *_args: Any, **_kwargs: Any) -> IO[bytes]:
        """Files of a form are held in memory, whatever their size: none lies on a disk in clear, be it for a moment."""
        return BytesIO()

    def get_data(self, cache: bool = True, as_text: bool = False, parse_form_data: bool = False) -> Any:
        """As Werkzeug's. A body without Content-Length is never cut at the limit in silence: 413 from that size on."""
        body = super().get_data(cache=cache, as_text=as_text, parse_form_data=parse_form_data)  # type: ignore[call-overload]
        if self.content_length is None and len(body) >= (self.max_content_length or len(body) + 1):
            raise exceptions.RequestEntityTooLarge
        return body

    def on_json_loading_failed(self, e: ValueError | None) -> NoReturn:
        if e is None:
            raise errors.UnsupportedMediaType(_HTTP[415][1])
        raise errors.InvalidInput([Fault("body", Problem.MALFORMED_JSON, "the body is not valid JSON")]) from None


def show_errors_with(app: Flask, page: ErrorPage, under: str = "/") -> None:
    """What fails at an address that begins with `under` is shown by `page`; the longest beginning decides."""
    app.extensions["registry_error_pages"][under] = page


def register(app: Flask) -> None:
    app.register_error_handler(RegistryError, answer_registry_error)
    app.register_error_handler(SQLAlchemyError, answer_database_error)
    app.register_error_handler(OSError, answer_os_error)
    app.register_error_handler(exceptions.HTTPException, answer_http_error)
    app.extensions["registry_error_pages"] = {"/": plain_page}


def answer_registry_error(error: RegistryError) -> Response:
    if isinstance(error, errors.KeyTrouble) and not isinstance(error, errors.KeyNotLogged):
        # Which file it is concerns the operator, and no caller.
        log.error("key_trouble", trouble=error.text)
        error = errors.KeyNotHere("a key that this needs is not on this server: nothing was changed; tell its operator")
    status = next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), None)
    if status is None:
        return answer_unexpected(error)
    if isinstance(error, errors.StaleVersion) and "If-Match" in request.headers:
        # What was asked for on a condition failed by that condition (RFC 9110, 13.1.1).
        status = 412
    faults, reason = getattr(error, "faults", ()), getattr(error, "reason", "")
    response = problem_response(status, error.code, error.text, faults, reason, error)
    if isinstance(error, errors.RetryLater) or (isinstance(error, errors.NotAdmitted) and error.retry_after):
        response.headers["Retry-After"] = str(error.retry_after)
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    if status == 503:
        response.headers.setdefault("Retry-After", str(RETRY_AFTER))
        log.error(error.code.value)
    return response


def answer_database_error(error: SQLAlchemyError) -> Response:
    """503 when the database is away: a registry that cannot look must not say "not registered"."""
    trouble = classify_db_error(error)
    return answer_unexpected(error) if trouble is None else answer_registry_error(trouble)


def answer_os_error(error: OSError) -> Response:
    """503 when a disk is full or cannot be written: what was sent can be sent again once there is room."""
    if error.errno is None:
        return answer_unexpected(error)
    log.error("storage", exc_info=error, errno=errno.errorcode.get(error.errno, str(error.errno)))
    return answer_registry_error(
        errors.FilesUnavailable("this server cannot store anything now: nothing was kept; send it again later")
    )


def answer_http_error(error: exceptions.HTTPException) -> Response:
    status = error.code or 500
    if status < 400:
        return cast(Response, error.get_response())
    if isinstance(error, exceptions.InternalServerError) and error.original_exception is not None:
        return answer_unexpected(error.original_exception)
    code, detail = _HTTP.get(status, (Problem.HTTP_ERROR, "the request cannot be answered"))
    response = problem_response(status, code, detail)
    if isinstance(error, exceptions.MethodNotAllowed):
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods or ()))
    if isinstance(error, exceptions.RequestedRangeNotSatisfiable):
        response.headers["Content-Range"] = f"bytes */{error.length}"
    return response


def answer_unexpected(error: BaseException) -> Response:
    log.error("unexpected", exc_info=error, route=request.url_rule.rule if request.url_rule else None)
    return problem_response(500, *_HTTP[500])


def _fault_text(language: Language, fault: Fault) -> str:
    """What is wrong with a field in a language, where the catalogues have words for it; in English otherwise."""
    return fault.detail if fault.message is None else message_in(language, fault.message)


def problem_response(
    status: int,
    code: Problem,
    detail: str,
    faults: Sequence[Fault] = (),
    reason: str = "",
    cause: RegistryError | None = None,
) -> Response:
    """A problem in the caller's language (`g.language` if known), as JSON or as a page by the requested path."""
    language: Language = g.get("language") or negotiated(request)
    problem = ProblemDocument(
        type=f"{services().settings.public_url}/docs#problem-{code}",
        title=languages.text(language, f"problem.{code}"),
        status=status,
        code=code,
        detail="; ".join(f"{one.parameter}: {_fault_text(language, one)}" for one in faults) or detail,
        request_id=request.environ.get("registry.request_id", ""),
        errors=faults,
        language=language,
        reason=reason,
        cause=cause,
        is_about_body=request.is_json and request.method not in ("GET", "HEAD"),
    )
    spoken: str = language
    if is_for_programs(request.path):
        response = Response(problem.body(), status, mimetype=MEDIA_TYPE)
        if language is not Language.EN and not (faults and all(one.message is not None for one in faults)):
            # What no catalogue has words for is said in English, beside a title in the caller's language.
            spoken = f"{language}, {Language.EN}"
    else:
        response = Response(_page_for(request.path)(problem, status), status, mimetype="text/html")
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Language"] = spoken
    response.vary.add("Accept-Language")
    return response


def _page_for(path: str) -> ErrorPage:
    pages: dict[str, ErrorPage] = current_app.extensions["registry_error_pages"]
    return pages[max((under for under in pages if path.startswith(under)), key=len, default="/")]


def is_for_programs(path: str) -> bool:
    return path == "/api" or path.startswith(FOR_PROGRAMS)


def plain_page(problem: ProblemDocument, _status: int) -> str:
    """For processes that serve no pages of their own."""
    return (
        f'<!doctype html><html lang="{problem.language}"><meta charset="utf-8">'
        f"<title>{html.escape(problem.title)}</title><h1>{html.escape(problem.title)}</h1>"
        f"<p>{html.escape(problem.detail)}</p><p>{html.escape(problem.request_id)}</p></html>"
    )


def fixed_answer(
    path: str, detail: str, status: int = 503, code: Problem = Problem.TOO_BUSY, title: str = "A moment, please"
) -> tuple[int, list[tuple[str, str]], bytes]:
    """Status, headers and body of a problem that is answered before the application is asked: fixed words, in English."""
    if is_for_programs(path):
        media_type = MEDIA_TYPE
        body = _fixed_body(status, code, title, detail)
    else:
        media_type = "text/html; charset=utf-8"
        body = f'<!doctype html><html lang="en"><title>{title}</title><p>{detail}</p></html>'.encode()
    headers = [
        ("Content-Type", media_type),
        ("Content-Length", str(len(body))),
        ("Content-Language", "en"),
        ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
    ]
    if status == 503:
        headers.append(("Retry-After", str(RETRY_AFTER)))
    return status, headers, body


def last_resort(request_id: str) -> bytes:
    """When answering an error failed as well: fixed words that need nothing."""
    return _fixed_body(500, _HTTP[500][0], "Internal error", _HTTP[500][1], request_id)


def _fixed_body(status: int, code: Problem, title: str, detail: str, request_id: str = "") -> bytes:
    said = {"title": title, "status": status, "code": code, "detail": detail, "request_id": request_id, "errors": []}
    return _encode({"type": "about:blank", **said})
