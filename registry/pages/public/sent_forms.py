"""A sent form becomes an address that only this registry can read, so that Back and reload never ask to send it again.

The address holds the fields sealed (AES-256-GCM) with the hour they were sent; nothing is stored here, and neither a
browser's history nor a log tells what was asked. What does not fit an address is answered in place.
"""

import secrets
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from datetime import timedelta

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import Response, redirect, request

from registry.core.clock import now
from registry.http.app_services import keyring
from registry.pages.public.rendering import NOT_KEPT
from registry.vocabulary.register import Language

KEPT_FOR = timedelta(hours=2)
"""How long an address answers: long enough to come back to, too short to be worth keeping."""

_NONCE = 12
MAX_CHARACTERS = 2_600
"""Characters of a sealed form in an address: proxies and phones take lines of four thousand."""


class _Sent(msgspec.Struct, array_like=True):
    at: int
    fields: dict[str, str]


def lead_to_answer(language: Language, place: str, fields: Mapping[str, str] | None = None) -> Response | None:
    """The redirect to the address of `fields`, or else of the form just posted; None where they are too long for one."""
    try:
        body = msgspec.json.encode(_Sent(int(now().timestamp()), dict(request.form if fields is None else fields)))
    except UnicodeEncodeError:
        # Half a character cannot stand in an address; the form is answered in place, with its fault.
        return None
    nonce = secrets.token_bytes(_NONCE)
    raw = nonce + _cipher().encrypt(nonce, zlib.compress(body, 9), place.encode())
    sealed = urlsafe_b64encode(raw).decode().rstrip("=")
    if len(sealed) > MAX_CHARACTERS:
        return None
    response = redirect(f"/{language}/{place}/{sealed}", 303)
    response.headers["Cache-Control"] = NOT_KEPT
    return response  # type: ignore[return-value]


def opened(place: str, sealed: str) -> Mapping[str, str] | None:
    """The fields that an address holds; None where it is not one of ours, or too old."""
    try:
        raw = urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))
        body = _cipher().decrypt(raw[:_NONCE], raw[_NONCE:], place.encode())
        sent = msgspec.json.decode(zlib.decompress(body), type=_Sent)
    except (ValueError, InvalidTag):
        return None
    age = now().timestamp() - sent.at
    return sent.fields if -60 <= age <= KEPT_FOR.total_seconds() else None


def _cipher() -> AESGCM:
    """The cipher of addresses: its key is derived from a secret of this registry and serves nothing else."""
    return AESGCM(bytes.fromhex(keyring().digest("visits", "registry sent form v1")))
