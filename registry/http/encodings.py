"""Compression of public answers: which form a client takes, and the bytes of it (RFC 9110, sections 8.4 and 12.5.3).

Only what everybody may read and caches may keep is compressed. Beside a secret, the length of a compressed answer that also
repeats what was asked would betray the secret letter by letter (BREACH): answers to a key, pages of a session and forms go out
as they are.
"""

import gzip
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import brotli

BROTLI, GZIP, IDENTITY = "br", "gzip", "identity"

MIN_BYTES = 1024
"""A smaller answer fits into one packet as it is."""

VARY = ("Vary", "Accept-Encoding")

_PART = re.compile(r"\s*([A-Za-z0-9*_-]+)\s*(?:;\s*[qQ]\s*=\s*([01](?:\.[0-9]{0,3})?)\s*)?")

_TEXTS = (
    "text/",
    "application/json",
    "application/problem+json",
    "application/xml",
    "application/atom+xml",
    "image/svg+xml",
)

_UNNAMED = 0.0005
"""Weight of the bytes as they are where no weight is given: below the least that a header can give (0.001)."""

_FAST, _PAGE, _BEST = 4, 6, 9
"""Qualities of brotli: a page is a tenth smaller at the second, for a millisecond."""


class Accepted(NamedTuple):
    """What an Accept-Encoding header says: the form that it likes best (None: the bytes as they are), and what it allows."""

    best: str | None
    takes_gzip: bool
    takes_any: bool


def accepted_encoding(header: str | None) -> str | None:
    """The form that an Accept-Encoding header likes best, brotli where it likes both; None for the bytes as they are."""
    return accepted(header).best if header else None


@lru_cache(64)
def accepted(header: str) -> Accepted:
    weights: dict[str, float] = {}
    for part in header[:400].split(","):
        found = _PART.fullmatch(part)
        if found is not None:
            weights[found[1].lower()] = float(found[2] or 1)
    others = weights.get("*", 0.0)
    liked = {coding: weights.get(coding, others) for coding in (BROTLI, GZIP)}
    # The bytes as they are need not be named: only a weight of 0 refuses them.
    liked[IDENTITY] = weights.get(IDENTITY, others if "*" in weights else _UNNAMED)
    best = max(liked, key=lambda coding: liked[coding])
    return Accepted(best if best != IDENTITY and liked[best] > 0 else None, liked[GZIP] > 0, liked[best] > 0)


def wanted_encoding(environ: Mapping[str, Any], media_type: str) -> str | None:
    """How an answer that anybody may read goes out, if it is not small; None as it is."""
    if "HTTP_AUTHORIZATION" in environ or "HTTP_COOKIE" in environ or not media_type.startswith(_TEXTS):
        return None
    return accepted_encoding(environ.get("HTTP_ACCEPT_ENCODING"))


def compressed(body: bytes, coding: str) -> bytes:
    """Made for one answer: quickly."""
    return _packed(body, coding, _FAST, 6)


def compressed_page(body: bytes, coding: str) -> bytes:
    """Made for one page, which goes over slow lines."""
    return _packed(body, coding, _PAGE, 6)


@lru_cache(128)
def compressed_for_good(body: bytes, coding: str) -> bytes:
    """Of a file that stays as it is while the process lives: made once, as small as can be."""
    return _packed(body, coding, _BEST, 9)


def _packed(body: bytes, coding: str, quality: int, level: int) -> bytes:
    if coding == GZIP:
        return gzip.compress(body, level, mtime=0)
    return bytes(brotli.compress(body, mode=brotli.MODE_TEXT, quality=quality))


def etag_of(digest: str, coding: str | None) -> str:
    """A strong ETag names one sequence of bytes: each form has its own."""
    return f'"{digest}"' if coding is None else f'"{digest}-{coding}"'
