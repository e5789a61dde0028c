"""Public keys as JSON Web Keys, and the thumbprints by which they are named (RFC 7517, RFC 7638)."""

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519


def public_jwk(public: ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey) -> dict[str, str]:
    """The members that RFC 7638 takes a thumbprint of, and no others."""
    if isinstance(public, ed25519.Ed25519PublicKey):
        raw = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        return {"crv": "Ed25519", "kty": "OKP", "x": _base64url(raw)}
    numbers = public.public_numbers()
    x, y = (_base64url(number.to_bytes(32, "big")) for number in (numbers.x, numbers.y))
    return {"crv": "P-256", "kty": "EC", "x": x, "y": y}


def p256_of(public: dict[str, str]) -> ec.EllipticCurvePublicKey | None:
    """The key of a JWK; None for one of another kind."""
    if public.get("crv") != "P-256":
        return None
    x, y = (int.from_bytes(urlsafe_b64decode(public[part] + "==")) for part in "xy")
    return ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()


def kid_of(public: dict[str, str]) -> str:
    """The first 12 bytes of the JWK's thumbprint (RFC 7638), base64url: 16 characters."""
    required = json.dumps(public, sort_keys=True, separators=(",", ":")).encode()
    return _base64url(hashlib.sha256(required).digest()[:12])


def _base64url(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
