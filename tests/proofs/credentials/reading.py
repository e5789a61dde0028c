"""Reading signed texts by the libraries of others, and forging them."""

import json
import zlib
from base64 import b32decode, b64decode, urlsafe_b64decode, urlsafe_b64encode
from typing import Any

import cbor2
from cryptography import x509
from jwcrypto.jwk import JWK
from jwcrypto.jws import JWS

from registry.core.keyring import Signer


def parts(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and payload, unverified."""
    header, payload, _ = token.removesuffix("~").split(".")
    return json.loads(unbase64url(header)), json.loads(unbase64url(payload))


def unbase64url(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def base64url(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def verified(token: str, keys: dict[str, Any]) -> dict[str, Any]:
    """The payload, verified by jwcrypto with the key that a JWKS has under the header's `kid`."""
    header, _ = parts(token)
    (jwk,) = [key for key in keys["keys"] if key["kid"] == header["kid"]]
    jws = JWS()
    jws.deserialize(token.removesuffix("~"))
    jws.allowed_algs = ["ES256"]
    jws.verify(JWK(**jwk))
    return json.loads(jws.payload)


def certificate(token: str) -> x509.Certificate:
    return x509.load_der_x509_certificate(b64decode(parts(token)[0]["x5c"][0]))


def forged(header: dict[str, Any], payload: dict[str, Any], signer: Signer | None = None) -> str:
    """A compact JWS with whatever header, signed by whomever."""
    signed = ".".join(base64url(json.dumps(part).encode()) for part in (header, payload))
    return f"{signed}.{base64url(signer.sign(signed.encode()) if signer else b'')}"


def status_at(lst: str, place: int) -> int:
    """The two bits of a place, as the Token Status List draft reads them."""
    raw = zlib.decompress(unbase64url(lst))
    return raw[place // 4] >> (place % 4 * 2) & 3


def cose_of(paper: str) -> bytes:
    text = paper.partition("#")[2]
    return zlib.decompress(b32decode(text + "=" * (-len(text) % 8)))


def paper_claims(paper: str) -> dict[int, Any]:
    return cbor2.loads(cbor2.loads(cose_of(paper)).value[2])
