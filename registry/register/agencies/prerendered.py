"""An agency and its licences as verify writes them, stored beside the record when it is published. Pure.

A list of ten thousand questions copies these bytes instead of encoding as many records. They are used only where they were
written by this very code (VERSION) from this very record (its etag); otherwise the answer is encoded from the record.
"""

import hashlib

import msgspec

from registry.core.clock import json_in_whole_seconds
from registry.register.agencies import record
from registry.register.agencies.record import agency_summary

VERSION = 4
"""Raise it with any change of what is written here, `agency_summary` included: a test fails where that was forgotten."""


class PrerenderedAnswer(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """`agency` and `licences`, by reference, are JSON as verify writes it; `digest` is the SHA-256 of the record's bytes."""

    version: int
    etag: str
    digest: bytes
    agency: bytes
    licences: tuple[tuple[str, bytes], ...]


_encode = msgspec.json.Encoder().encode
_packed = msgspec.msgpack.Encoder().encode
_read = msgspec.msgpack.Decoder(PrerenderedAnswer).decode


def _encode_part(value: object) -> bytes:
    return json_in_whole_seconds(_encode(value))


def prerender(agency: record.Agency, etag: str, digest: bytes | None = None) -> PrerenderedAnswer:
    """What answers copy of an agency. `digest`: the SHA-256 of its canonical bytes, where it is known already."""
    return PrerenderedAnswer(
        VERSION,
        etag,
        hashlib.sha256(record.canonical(agency)).digest() if digest is None else digest,
        _encode_part(agency_summary(agency)),
        tuple([(licence.licence_id, _encode_part(licence)) for licence in agency.licences]),
    )


def packed(prerendered: PrerenderedAnswer) -> bytes:
    return _packed(prerendered)


def read_prerendered(body: bytes | None, etag: str) -> PrerenderedAnswer | None:
    """What was written for the record of this etag; None where nothing was, or other code wrote it."""
    if body is None:
        return None
    try:
        prerendered = _read(body)
    except msgspec.MsgspecError:
        return None
    return prerendered if prerendered.version == VERSION and prerendered.etag == etag else None
