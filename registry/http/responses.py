"""Answers of the public API: their bytes, what caches may do with them, and in which language they speak.

Nothing volatile stands in a body, so that the same question has the same bytes and ETag until the answer itself changes. And
the headers that every answer carries, made once: the frame joins them to what a view gives.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any

import msgspec
from flask import Request, Response
from werkzeug.datastructures import Headers

from registry.core.clock import json_in_whole_seconds, zone
from registry.core.settings import Settings
from registry.http.encodings import MIN_BYTES, VARY, compressed, compressed_for_good, etag_of, wanted_encoding
from registry.http.paths import NOT_ELSEWHERE, OPEN_RECEIPT, PUBLIC_PATHS, READ_BY_POST, is_of_intake
from registry.i18n import languages
from registry.vocabulary.register import STAFF_LANGUAGES, Language

MAX_AGE = 60
"""Seconds that a cache may keep an answer: as long as a sanction may go unseen."""

MEDIA_TYPE = "application/json"

READING = ("GET", "HEAD")

Header = tuple[str, str]

NOT_KEPT: Header = ("Cache-Control", "no-store")

_STATUS_LINES = {status: f"{status.value} {status.phrase}" for status in HTTPStatus}

encode = msgspec.json.Encoder().encode
"""JSON as it is, instants to the microsecond: for what is hashed, logged or stored."""


def encode_answer(value: Any) -> bytes:
    """JSON of an answer: its instants in whole seconds, cut (docs/decisions/0114)."""
    return json_in_whole_seconds(encode(value))


class Determined(msgspec.Struct, frozen=True, gc=False):
    """A value, or its JSON, that is made only where the asker does not hold it yet.

    `digest` is of all that determines the value, so that an equal digest means equal bytes.
    """

    digest: str
    make: Callable[[], Any]


class Answer(msgspec.Struct, frozen=True, gc=False):
    """A value to be sent, in seconds how long it may be kept, and further headers. `is_kept` is false for the asker's alone."""

    value: Any
    max_age: int = MAX_AGE
    headers: tuple[Header, ...] = ()
    language: Language = Language.EN
    media_type: str = MEDIA_TYPE
    is_cacheable: bool = True


@dataclass(frozen=True, slots=True)
class Written:
    """A value that is written already, in parts: joined, a long answer would be in memory twice."""

    parts: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Fixed:
    """Bytes to be sent as they are, alike in every language, and in seconds how long they may be kept."""

    body: bytes
    max_age: int = MAX_AGE


@dataclass(frozen=True, slots=True)
class File:
    """A file to be saved. `name` is one of ours, of ASCII letters, digits, hyphens and a dot; `length` in bytes, where known."""

    chunks: Iterable[bytes]
    media_type: str
    name: str
    length: int | None = None


BYTES = "application/octet-stream"


def file_of(body: bytes, name: str) -> File:
    """A file whose bytes are at hand."""
    return File([body], BYTES, name, len(body))


class Sent(Response):
    """A response whose headers are all made, safe and complete: it goes out as it is. A header that is set later goes out too.

    The usual way would cost a verify request a fifth more (docs/decisions/0165).
    """

    def __init__(self, body: bytes | Sequence[bytes], status: HTTPStatus, headers: list[Header]) -> None:
        self.headers = Headers()
        self.headers._list = headers
        self._status = _STATUS_LINES[status]
        self._status_code = int(status)
        # Granian joins a list and sends it at once. A tuple it streams, head before body, which only pays for many parts.
        self.response = [body] if isinstance(body, bytes) else tuple(body)
        self.direct_passthrough = False
        self._on_close = []

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        start_response(self._status, self.headers.to_wsgi_list())
        return [] if environ["REQUEST_METHOD"] == "HEAD" else self.response  # type: ignore[return-value]


def negotiated(request: Request) -> Language:
    """The language that the address names (`/it/...`), else the one Accept-Language likes best."""
    named = _PATHS.get(request.path.split("/", 2)[1]) if request.path.startswith("/") else None
    among = STAFF_LANGUAGES if request.path.startswith(_STAFF_PATHS) else tuple(Language)
    return named or languages.accepted(request.headers.get("Accept-Language"), Language.EN, among)


_STAFF_PATHS = ("/console", "/account")
_PATHS = {language.value: language for language in Language}


def requested_language(environ: Mapping[str, Any]) -> Language:
    return languages.accepted(environ.get("HTTP_ACCEPT_LANGUAGE"))


def etag(version: int) -> Header:
    """The ETag of a thing by its version, to be sent with an answer that shows it."""
    return ("ETag", f'"{version}"')


def respond(answer: Answer, environ: Mapping[str, Any], status: HTTPStatus = HTTPStatus.OK) -> Response:
    """The response to a request: 304 where the asker holds these very bytes, and nothing to be kept of a POST."""
    headers = [("Content-Language", answer.language.value), ("Vary", "Accept-Language"), *answer.headers]
    if isinstance(answer.value, Written):
        length = sum(map(len, answer.value.parts))
        of_body = (("Content-Type", answer.media_type), ("Content-Length", str(length)))
        return Sent(answer.value.parts, status, [*headers, NOT_KEPT, *of_body])
    value, digest = answer.value, None
    is_reading = answer.is_cacheable and environ["REQUEST_METHOD"] in READING
    if isinstance(value, Determined):
        digest, make = value.digest, value.make
        if is_reading and "HTTP_IF_NONE_MATCH" in environ:
            etag = etag_of(digest, wanted_encoding(environ, MEDIA_TYPE))
            if _is_held(environ, etag):
                return _not_modified(etag, answer.max_age, headers)
        value = make()
    body = value if isinstance(value, bytes) else encode_answer(value)
    if not is_reading:
        return Sent(body, status, [*headers, NOT_KEPT, *_of_body(body, answer.media_type)])
    return _cached_response(body, digest, MEDIA_TYPE, answer.max_age, headers, environ)


def respond_no_content() -> Response:
    """The response to a request that leaves nothing to be said."""
    return Sent(b"", HTTPStatus.NO_CONTENT, [NOT_KEPT])


def respond_with_file(file: "File") -> Response:
    """The response to a request for a file that somebody sent in: it is saved, never shown, and no cache keeps it."""
    response = Response(file.chunks, mimetype=file.media_type, direct_passthrough=True)
    if file.length is not None:
        response.content_length = file.length
    response.headers.extend(
        [
            NOT_KEPT,
            ("Content-Disposition", f'attachment; filename="{file.name}"'),
            ("Content-Security-Policy", "sandbox; default-src 'none'; frame-ancestors 'none'"),
        ]
    )
    return response


def respond_with(body: bytes, media_type: str, max_age: int, environ: Mapping[str, Any]) -> Response:
    """The response to a request for fixed bytes, alike in every language."""
    return _cached_response(body, None, media_type, max_age, [], environ)


def respond_with_file_of_ours(body: bytes, media_type: str, max_age: int, environ: Mapping[str, Any]) -> Response:
    """As `respond_with`, for what stays as it is while the process lives: compressed once, as small as can be."""
    return _cached_response(body, None, media_type, max_age, [], environ, pack=compressed_for_good)


def _cached_response(
    body: bytes,
    digest: str | None,
    media_type: str,
    max_age: int,
    headers: list[Header],
    environ: Mapping[str, Any],
    pack: Callable[[bytes, str], bytes] = compressed,
) -> Response:
    """`digest` is of what determines the body, where that is known; else its own."""
    coding = wanted_encoding(environ, media_type) if len(body) >= MIN_BYTES else None
    etag = etag_of(digest or hashlib.blake2b(body, digest_size=12).hexdigest(), coding)
    if _is_held(environ, etag):
        return _not_modified(etag, max_age, headers)
    if coding is not None:
        body = pack(body, coding)
        headers = [*headers, ("Content-Encoding", coding)]
    return Sent(body, HTTPStatus.OK, [*headers, *_of_cache(etag, max_age), *_of_body(body, media_type)])


def _is_held(environ: Mapping[str, Any], etag: str) -> bool:
    """Whether the asker says that it holds these very bytes. A proxy may have made the ETag weak: `W/` before it."""
    existing = environ.get("HTTP_IF_NONE_MATCH")
    return existing is not None and (etag in existing or existing.strip() == "*")


def _not_modified(etag: str, max_age: int, headers: list[Header]) -> Response:
    return Sent(b"", HTTPStatus.NOT_MODIFIED, [*headers, *_of_cache(etag, max_age)])


def _of_cache(etag: str, max_age: int) -> tuple[Header, ...]:
    return VARY, ("ETag", etag), ("Cache-Control", f"public, max-age={max_age}")


def _of_body(body: bytes, media_type: str) -> tuple[Header, Header]:
    return ("Content-Type", media_type), ("Content-Length", str(len(body)))


def cache_seconds(now: datetime, zones: Iterable[str | None], ends: Iterable[datetime | None] = ()) -> int:
    """Seconds an answer given at `now` may be kept: until the next midnight of any zone, and none of `ends` passed.

    Midnight in UTC always counts: what the law withholds is withheld from then on.
    """
    seconds = min(MAX_AGE, 86400 - _second_of_day(now))
    for name in zones:
        if name is not None:
            seconds = min(seconds, 86400 - _second_of_day(now.astimezone(zone(name))))
    for end in ends:
        if end is not None and end > now:
            seconds = min(seconds, int((end - now).total_seconds()))
    return seconds


def _second_of_day(local: datetime) -> int:
    return local.hour * 3600 + local.minute * 60 + local.second


_SOURCES = {
    "default-src": "'none'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "script-src": "'self'",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}


def content_policy(**more: str) -> str:
    """The Content-Security-Policy, strict unless a page needs `more`, for example `connect_src="'self'"`.

    A view that sets this header itself keeps its own.
    """
    sources = _SOURCES | {name.replace("_", "-"): value for name, value in more.items()}
    return "; ".join(f"{name} {value}" for name, value in sources.items())


_DEVICES = ("camera", "geolocation", "microphone", "payment", "usb", "browsing-topics")


def permissions_policy(**allowed: str) -> str:
    """The Permissions-Policy: no page may use a device but one that is `allowed`, for example `microphone="(self)"`.

    A view that sets this header itself keeps its own.
    """
    return ", ".join(f"{device}={allowed.get(device, '()')}" for device in _DEVICES)


def security_headers(settings: Settings) -> list[Header]:
    headers = [
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"),
        ("Permissions-Policy", permissions_policy()),
        ("Cross-Origin-Opener-Policy", "same-origin"),
    ]
    if settings.is_https:
        headers.append(("Strict-Transport-Security", "max-age=63072000; includeSubDomains"))
    return headers


# Public answers hold nothing of the asker, so any page may read them; a browser sends no cookie with `*`.
PUBLIC_READ: list[Header] = [
    ("Access-Control-Allow-Origin", "*"),
    (
        "Access-Control-Expose-Headers",
        "API-Version, Content-Language, ETag, Idempotent-Replayed, Link, Location, RateLimit, RateLimit-Policy, "
        "Retry-After, X-Request-Id",
    ),
]

PREFLIGHT: list[Header] = [
    *PUBLIC_READ,
    ("Access-Control-Allow-Methods", "GET, HEAD, POST, OPTIONS"),
    ("Access-Control-Allow-Headers", "Accept, Accept-Language, Content-Type, If-None-Match"),
    ("Access-Control-Max-Age", "86400"),
]


def cross_origin_headers(method: str, path: str) -> list[Header]:
    is_ours = path.startswith(NOT_ELSEWHERE) and path != OPEN_RECEIPT
    if not path.startswith(PUBLIC_PATHS) or is_ours or is_of_intake(path):
        return []
    if method == "OPTIONS":
        return PREFLIGHT
    return PUBLIC_READ if method in ("GET", "HEAD") or path in READ_BY_POST else []
