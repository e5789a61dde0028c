"""Range files (docs/users/range-files.md): a number is looked up without naming it, and its absence can be proven.

A file or tile never changes under its hash, so caches keep it for ever; only `current` says which belong together now.
"""

from flask import Blueprint, Response, request

from registry.api.public.log import A_YEAR, BYTES, JSON, TEXT
from registry.http.encodings import accepted
from registry.http.responses import encode, respond_with
from registry.http.transaction import reading
from registry.ranges import queries, rules

CURRENT_AGE = 10
"""Seconds that the name of the newest epoch may be kept: with the worker's round and the signature a change shows in less
than a minute."""

pages = Blueprint("ranges", __name__)


@pages.get("/ranges/current")
def show_current() -> Response:
    """The newest epoch: its entry of the log, and the proof that leads from it to a signed head."""
    response = respond_with(encode(queries.current_answer(reading())), JSON, CURRENT_AGE, request.environ)
    response.headers["Cache-Control"] = f"public, max-age={CURRENT_AGE}, stale-while-revalidate={CURRENT_AGE}"
    return response


@pages.get("/ranges/tile/<hash_hex>")
def show_tile(hash_hex: str) -> Response:
    """The hashes one step below a subtree, by its root."""
    return _immutable(Response(queries.stored_object(reading(), hash_hex), content_type=BYTES))


@pages.get("/ranges/file/<hash_hex>")
def show_file(hash_hex: str) -> Response:
    """A file by its leaf hash."""
    return _immutable(_file(queries.stored_object(reading(), hash_hex)))


@pages.get("/ranges/ended/<epoch>")
def show_ended(epoch: str) -> Response:
    """What a cache should drop once this epoch is the newest: paths, one a line."""
    body = "".join(f"{path}\n" for path in queries.ended_paths(reading(), epoch))
    return _immutable(Response(body.encode(), content_type=TEXT))


@pages.get("/ranges/<epoch>/<prefix>")
def show_prefix(epoch: str, prefix: str) -> Response:
    """The file of a prefix in the newest epoch, for readers who check no proof."""
    return _immutable(_file(queries.file_at(reading(), epoch, prefix)))


def _file(stored: bytes) -> Response:
    """A file as it is stored, padded by gzip; in plain bytes for who cannot read that."""
    if accepted(request.headers.get("Accept-Encoding", "")).takes_gzip:
        response = Response(stored, content_type=JSON)
        response.headers["Content-Encoding"] = "gzip"
    else:
        response = Response(rules.uncompressed(stored), content_type=JSON)
    response.headers["Vary"] = "Accept-Encoding"
    return response


def _immutable(response: Response) -> Response:
    # What is compressed anew on the way loses its padding, and then its size tells which file it is.
    response.headers["Cache-Control"] = f"public, max-age={A_YEAR}, immutable, no-transform"
    return response
