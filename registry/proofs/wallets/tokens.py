"""Reading what strangers sign, as compact JWS: by a key, by the key in its header, or by a certificate under an anchor.

Algorithm and type are pinned, and sizes are capped. Nothing in a token says whom a request asks; which lists the worker reads
(`listed_in`), a trusted provider says alone.
"""

import json
import zlib
from base64 import b64decode, urlsafe_b64decode
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import errors, jwk, jws

from registry.core.key_records import public_jwk

MAX_TOKEN = 32 * 1024
MAX_LIST = 2 * 1024 * 1024
"""Of a status list of a provider, and four times that when it is unpacked."""
MAX_URI = 500
MAX_CHAIN = 4
CLOCK_DOUBT = 60
"""Seconds by which a stranger's clock may differ from ours."""

_REGISTRY = jws.JWSRegistry(algorithms=["ES256"], strict_check_header=False)
_REGISTRY.max_header_length, _REGISTRY.max_payload_length = MAX_TOKEN, MAX_LIST

Jwk = Mapping[str, str]


class BadToken(Exception):
    """A token is not what it says it is. The text is for the sender, and never holds what was sent."""


class Token(NamedTuple):
    """A token whose signature was verified: header, claims, and the key that signed."""

    header: dict[str, Any]
    claims: dict[str, Any]
    key: Jwk


def header_of(text: str, limit: int = MAX_TOKEN) -> dict[str, Any]:
    """The header of a compact JWS, unverified. Raises BadToken."""
    if len(text) > limit or text.count(".") != 2 or not text.isascii():
        raise BadToken("is no compact JWS of a size that is taken")
    try:
        found = jws.extract_compact(text.encode(), registry=_REGISTRY).headers()
    except (errors.JoseError, ValueError, TypeError, AttributeError, RecursionError):
        raise BadToken("cannot be read as a compact JWS") from None
    if not isinstance(found, dict) or "crit" in found:
        raise BadToken("has a header that is not understood")
    return found


def read_token(
    text: str,
    kinds: Sequence[str],
    at: datetime,
    *,
    key: Jwk | None = None,
    anchors: Sequence[x509.Certificate] | None = None,
    limit: int = MAX_TOKEN,
) -> Token:
    """Verify a JWT whose `typ` is one of `kinds`: by `key`, by a certificate under one of `anchors`, or by its own `jwk`.

    `exp` and `nbf` hold where they are stated. Raises BadToken.
    """
    header = header_of(text, limit)
    if header.get("typ") not in kinds:
        raise BadToken(f"must be of type {kinds[0]}")
    if header.get("alg") != "ES256":
        raise BadToken("must be signed by ES256")
    if anchors is not None:
        key = _public(chain_under(header.get("x5c"), anchors, at)[0])
    elif key is None:
        key = plain_key(header.get("jwk"))
    claims = _verified(text, key)
    _require_current(claims, at)
    return Token(header, claims, key)


def _verified(text: str, key: Jwk) -> dict[str, Any]:
    try:
        found = jws.deserialize_compact(text, jwk.ECKey.import_key(dict(key)), registry=_REGISTRY)
        claims = json.loads(found.payload)
    except (errors.JoseError, ValueError, TypeError, RecursionError):
        raise BadToken("has a signature that does not hold") from None
    if not isinstance(claims, dict):
        raise BadToken("holds no claims")
    return claims


def _require_current(claims: Mapping[str, Any], at: datetime) -> None:
    seconds = at.timestamp()
    for name in ("exp", "nbf"):
        stated = claims.get(name)
        if stated is None:
            continue
        if isinstance(stated, bool) or not isinstance(stated, int | float):
            raise BadToken(f"must state {name} as a number")
        too_late_by = seconds - stated if name == "exp" else stated - seconds
        if too_late_by > CLOCK_DOUBT:
            raise BadToken(f"is not valid now, by its {name}")


def require_recent(claims: Mapping[str, Any], at: datetime, seconds: int) -> None:
    """Raise BadToken unless `iat` is stated and not longer ago than that."""
    made = claims.get("iat")
    if isinstance(made, bool) or not isinstance(made, int | float):
        raise BadToken("must state when it was made (iat)")
    if not -CLOCK_DOUBT <= at.timestamp() - made <= seconds:
        raise BadToken("was not made just now, by its iat: check the clock")


def plain_key(found: Any) -> Jwk:
    """The members of a public P-256 key that was sent as JWK, and no others. Raises BadToken, also for a private key."""
    if not isinstance(found, dict) or "d" in found or (found.get("kty"), found.get("crv")) != ("EC", "P-256"):
        raise BadToken("must have a public key on P-256")
    key = {name: str(found.get(name)) for name in ("kty", "crv", "x", "y")}
    try:
        thumbprint(key)
    except (errors.JoseError, ValueError, TypeError):
        raise BadToken("must have a public key on P-256") from None
    return key


def thumbprint(key: Jwk) -> str:
    """RFC 7638."""
    return jwk.ECKey.import_key(dict(key)).thumbprint()


def chain_under(x5c: Any, anchors: Sequence[x509.Certificate], at: datetime) -> list[x509.Certificate]:
    """The certificates of an `x5c` header, the signer's first. Each holds now and is issued by the next, the last by an anchor.

    Raises BadToken.
    """
    if not isinstance(x5c, list) or not 1 <= len(x5c) <= MAX_CHAIN or not all(isinstance(one, str) for one in x5c):
        raise BadToken(f"must name its certificates in x5c, {MAX_CHAIN} at most")
    try:
        chain = [x509.load_der_x509_certificate(b64decode(one, validate=True)) for one in x5c]
        is_led_by_authorities = all(map(_may_issue, chain[1:]))
    except (ValueError, TypeError):
        raise BadToken("has a certificate in x5c that cannot be read") from None
    if not all(one.not_valid_before_utc <= at <= one.not_valid_after_utc for one in chain):
        raise BadToken("has a certificate that is not valid now")
    if any(one.issuer == one.subject for one in chain):
        # HAIP 1.0, 4.4.1 and 4.5.1: neither a root nor one that signed itself.
        raise BadToken("must not send a certificate that signed itself")
    if not is_led_by_authorities or not all(map(_is_issued_by, chain, chain[1:])):
        raise BadToken("has a chain of certificates that does not hold")
    last = chain[-1]
    trusted = [anchor for anchor in anchors if anchor.not_valid_before_utc <= at <= anchor.not_valid_after_utc]
    if not any(last == anchor or (_may_issue(anchor) and _is_issued_by(last, anchor)) for anchor in trusted):
        raise BadToken("is signed under a root that is not trusted here")
    return chain


def _may_issue(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def _is_issued_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _public(certificate: x509.Certificate) -> Jwk:
    public = certificate.public_key()
    if not isinstance(public, ec.EllipticCurvePublicKey) or not isinstance(public.curve, ec.SECP256R1):
        raise BadToken("must be signed by a key on P-256")
    return public_jwk(public)


# Status lists of wallet providers (Token Status List)

LIST_TYPE = "statuslist+jwt"


class Listed(NamedTuple):
    """A place in a status list, by which a wallet's provider may withdraw what it attested."""

    uri: str
    place: int


def listed_in(attested: Mapping[str, Any]) -> list[Listed]:
    """The places that an attestation names: as `status` (OpenID4VCI 1.0, D.1), or in the members of EUDI TS3 1.5 that have one.

    Raises BadToken for a place that makes no sense. Another way to tell the status than by a list is not understood.
    """
    found = []
    for holder in (attested, attested.get("client_status"), attested.get("key_storage_status")):
        status = holder.get("status") if isinstance(holder, Mapping) else None
        if not isinstance(status, dict) or "status_list" not in status:
            continue
        match status["status_list"]:
            case {"uri": str(uri), "idx": int(place)} if not isinstance(place, bool) and 0 <= place < 2**31:
                pass
            case _:
                raise BadToken("names a status that is no place of a status list")
        if not uri.startswith("https://") or len(uri) > MAX_URI or not uri.isascii() or not uri.isprintable():
            raise BadToken("names a status list that is at no https address")
        found.append(Listed(uri, place))
    return found


class ProviderList(NamedTuple):
    """A status list of a provider: values of so many bits, the first place in the lowest ones."""

    bits: int
    body: bytes

    def vouches_for(self, place: int) -> bool:
        """Whether the value there is 0: neither ended nor suspended."""
        start = place * self.bits
        return start // 8 < len(self.body) and not self.body[start // 8] >> start % 8 & (1 << self.bits) - 1


def read_provider_list(text: str, uri: str, anchors: Sequence[x509.Certificate], at: datetime) -> ProviderList:
    """The list that is served at `uri`, signed under one of `anchors`. Raises BadToken."""
    claims = read_token(text.strip(), (LIST_TYPE,), at, anchors=anchors, limit=MAX_LIST).claims
    if claims.get("sub") != uri:
        raise BadToken("is the list of another address, by its sub")
    match claims.get("status_list"):
        case {"bits": 1 | 2 | 4 | 8 as bits, "lst": str(packed)}:
            pass
        case _:
            raise BadToken("holds no status list")
    unpacking = zlib.decompressobj()
    try:
        body = unpacking.decompress(urlsafe_b64decode(packed + "=" * (-len(packed) % 4)), 4 * MAX_LIST)
    except (ValueError, zlib.error):
        raise BadToken("holds a list that cannot be unpacked") from None
    if not unpacking.eof:
        raise BadToken("holds a list that is too large or broken off")
    return ProviderList(bits, body)
