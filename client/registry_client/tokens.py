"""Compact JWS and COSE signatures under keys that the root of the trust file vouches for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from registry_client.strict import SKEW, Refused, Unreadable, from_base64, from_base64url, list_of, read_object
from registry_client.trust import SigningKey, Trust, check_certificate

TOKEN_LIMIT = 2_000_000
TYPES = {
    "dc+sd-jwt": "credential",
    "statuslist+jwt": "status",
    "registry-receipt+jwt": "receipt",
    "registry-manifest+jwt": "receipt",
}
"""What the `typ` of each token says its key is for."""
HEADER = frozenset({"alg", "kid", "typ", "x5c"})


@dataclass(frozen=True, slots=True)
class Token:
    """A token taken apart, nothing of it believed yet."""

    header: Mapping[str, Any]
    payload: Mapping[str, Any]
    signed: bytes
    signature: bytes


def read_token(text: str, what: str) -> Token:
    """Raises Unreadable."""
    if len(text) > TOKEN_LIMIT:
        raise Unreadable(f"{what}: more than {TOKEN_LIMIT} characters")
    parts = text.split(".")
    if len(parts) != 3:
        raise Unreadable(f"{what}: three parts with dots between are expected, {len(parts)} are here")
    header = read_object(from_base64url(parts[0], f"{what}: header"), f"{what}: header")
    payload = read_object(from_base64url(parts[1], f"{what}: payload"), f"{what}: payload")
    signature = from_base64url(parts[2], f"{what}: signature")
    return Token(header, payload, f"{parts[0]}.{parts[1]}".encode("ascii"), signature)


def key_of(token: Token, typ: str, trust: Trust) -> SigningKey:
    """The key that signed the token, after its signature, certificate and use were checked. Raises Refused, Unreadable.

    Algorithm and type are what this use has, never what the token asks for; an address in the header is never followed.
    """
    header = token.header
    if header.get("typ") != typ:
        raise Refused("wrong_type", found=_short(header.get("typ")), expected=typ)
    if header.get("alg") != "ES256":
        raise Refused("wrong_algorithm", found=_short(header.get("alg")))
    extra = sorted(set(header) - HEADER)
    if extra:
        raise Refused("unexpected_header", names=", ".join(_short(name) for name in extra))
    chain = list_of(header.get("x5c"), "header: x5c")
    if len(chain) != 1:
        raise Refused("unexpected_header", names="x5c")
    key = check_certificate(from_base64(chain[0], "header: x5c"), trust.root, TYPES[typ])
    if header.get("kid") != key.kid:
        raise Refused("another_key", found=_short(header.get("kid")), expected=key.kid)
    if not is_signed(key.public, token.signature, token.signed):
        raise Refused("signature_wrong", kid=key.kid)
    if token.payload.get("iss", trust.issuer) != trust.issuer:
        raise Refused("another_issuer", found=_short(token.payload.get("iss")), expected=trust.issuer)
    return key


def is_signed(key: ec.EllipticCurvePublicKey, signature: bytes, message: bytes) -> bool:
    """ES256: r and s, 32 bytes each."""
    if len(signature) != 64:
        return False
    r, s = (int.from_bytes(part, "big") for part in (signature[:32], signature[32:]))
    try:
        key.verify(encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def require_certified_at(key: SigningKey, issued: int) -> None:
    """Raises Refused where the certificate did not hold when the key is said to have signed."""
    if not key.not_before - SKEW <= issued <= key.not_after + SKEW:
        raise Refused("certificate_out_of_time", kid=key.kid)


def _short(value: object) -> str:
    return str(value)[:80]
