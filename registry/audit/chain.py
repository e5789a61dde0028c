"""The bytes of a line and the chain of hashes over them.

A body is the RFC 8785 form of one object of texts, with the index as a number:

    {"act": ..., "actor": ..., "detail": ..., "index": n, "on": "2026-11-25", "subject": <pseudonym>, "v": 1}

    hash of line n = SHA-256(hash of line n - 1 | body of line n), and 32 zeros before the first
"""

import hashlib
from datetime import date
from typing import Any

import msgspec
import rfc8785

VERSION = 1
BEFORE_THE_FIRST = bytes(32)


def body_of(*, index: int, on: date, actor: str, act: str, subject: str, detail: str) -> bytes:
    return rfc8785.dumps(
        {
            "act": act,
            "actor": actor,
            "detail": detail,
            "index": index,
            "on": on.isoformat(),
            "subject": subject,
            "v": VERSION,
        }
    )


def read_body(body: bytes) -> dict[str, Any]:
    """The object of a body; ValueError when it is none."""
    return msgspec.json.decode(body, type=dict[str, Any])


def hash_of(before: bytes, body: bytes) -> bytes:
    return hashlib.sha256(before + body).digest()
