"""The proof of one row of a list that was answered, for the API and pages alike."""

from collections.abc import Iterable
from threading import BoundedSemaphore
from typing import Any

from registry.bulk.manifest import proof_of
from registry.core.errors import NotFound
from registry.http.uploads import one_of_few
from registry.proofs.credentials.rules import base64

_PROVING = BoundedSemaphore(2)
"""All leaves of a list are hashed: a million take a second or two."""


def row_proof(lines: Iterable[bytes], row: str, manifest: str) -> dict[str, Any]:
    """The row at place `row`, counted from 0. Raises NotFound for what is no place of the list, and TooBusy."""
    if not row.isascii() or not row.isdigit() or len(row) > 7:
        raise NotFound("rows are counted from 0, in digits")
    with one_of_few("several proofs are being made right now: ask again in a moment", _PROVING):
        proof = proof_of(lines, int(row))
    return {
        "n": int(row),
        "count": proof.size,
        "statement": proof.statement.decode(),
        "path": [base64(step) for step in proof.path],
        "manifest": manifest,
    }
