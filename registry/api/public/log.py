"""The log in the form of C2SP tlog-tiles, tlog-proof and tlog-policy (docs/users/proofs.md), to check it independently.

What is behind the published head does not exist here: its tiles would be asked for, not found, and that answer kept.
"""

import re
from collections.abc import Iterable

from flask import Blueprint, Response, request

from registry.core.errors import NotFound
from registry.http.responses import encode, respond_with
from registry.http.transaction import public_reading, services
from registry.log import queries, tiles, tree

HEAD_AGE = 5
"""Seconds a head, or a proof under it, may be kept."""

KEYS_AGE = 60

A_YEAR = 365 * 86400

TEXT, BYTES, JSON = "text/plain; charset=utf-8", "application/octet-stream", "application/json"

pages = Blueprint("log", __name__)

_INDEX = re.compile(r"0|[1-9][0-9]{0,17}")


@pages.get("/log/checkpoint")
def show_checkpoint() -> Response:
    return respond_with(queries.head(public_reading()).note.encode(), TEXT, HEAD_AGE, request.environ)


@pages.route("/log/tile/<path:path>", methods=["GET"], merge_slashes=False)
def show_tile(path: str) -> Response:
    """A tile or a bundle of entries, complete or as wide as its path says."""
    tile = tree.read_tile_path(path)
    session = public_reading()
    payload = queries.published(session)
    if tile is None or payload is None or not tree.has_tile(payload.size, *tile):
        raise NotFound("the published log has no such tile; its path must be in canonical form")
    response = Response(tiles.served(session, *tile), content_type=BYTES)
    response.headers["Cache-Control"] = f"public, max-age={A_YEAR}, immutable"
    return response


@pages.get("/log/proof/<index>")
def show_proof(index: str) -> Response:
    """The proof of one entry under the head that is published now."""
    if not _INDEX.fullmatch(index):
        raise NotFound("an index is a whole number without leading noughts")
    return respond_with(queries.proof_text(public_reading(), int(index)).encode(), TEXT, HEAD_AGE, request.environ)


@pages.get("/log/vkey")
def show_keys() -> Response:
    """The keys that heads verify with, one a line, the active first."""
    queries.head(public_reading())
    return _respond_with_lines(queries.verifier_keys(public_reading()))


@pages.get("/log/policy")
def show_policy() -> Response:
    """Which witnesses a head needs; `quorum none` says that a split view cannot be excluded."""
    queries.head(public_reading())
    return _respond_with_lines(queries.policy_lines(public_reading()))


@pages.get("/log/timestamps/sizes")
def show_stamped_sizes() -> Response:
    """The sizes of the heads that have a time stamp, one a line, the smallest first; nothing where none has."""
    return _respond_with_lines(queries.stamped_sizes(public_reading()))


@pages.get("/log/timestamps/<size>")
def show_timestamps(size: str) -> Response:
    """What authorities of others say of when a head existed."""
    if not _INDEX.fullmatch(size):
        raise NotFound("a size is a whole number without leading noughts")
    body = queries.stamps_text(queries.stamped_head(public_reading(), int(size)))
    return respond_with(body, JSON, KEYS_AGE, request.environ)


@pages.get("/.well-known/registry-trust.json")
def show_trust() -> Response:
    """The trust file, which offline verification needs."""
    body = encode(queries.trust_file(public_reading(), services().settings.public_url))
    return respond_with(body, JSON, KEYS_AGE, request.environ)


def _respond_with_lines(values: Iterable[object]) -> Response:
    lines = "".join(f"{one}\n" for one in values)
    return respond_with(lines.encode(), TEXT, KEYS_AGE, request.environ)
