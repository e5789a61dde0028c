"""A wallet that is asked: it reads the request as OpenID4VP 1.0 has it, and encrypts its answer with a library of others."""

import hashlib
import json
from base64 import b64decode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from flask import Response
from jwcrypto.jwe import JWE
from jwcrypto.jwk import JWK

from registry.core.clock import now
from tests.api.shapes import assert_as_any_documents
from tests.proofs.credentials.reading import base64url, unbase64url
from tests.proofs.wallets.making import Client, Held, path_of


@dataclass(frozen=True)
class Remote:
    """A client of a served registry."""

    base_url: str

    def get(self, path: str) -> Response:
        return self._answer(requests.get(self.base_url + path, timeout=30))

    def post(self, path: str, *, data: Mapping[str, str]) -> Response:
        return self._answer(requests.post(self.base_url + path, data=data, timeout=30))

    def _answer(self, answer: requests.Response) -> Response:
        return Response(answer.content, answer.status_code, dict(answer.headers))


@dataclass(frozen=True)
class Request:
    """A request as a wallet has it once its signature is verified."""

    client_id: str
    claims: dict[str, Any]


def fetch(client: Client, link: str, **form: str) -> Request:
    """Follow a link as a wallet does, and verify who asks."""
    parts = urlsplit(link)
    assert parts.scheme == "haip-vp"
    given = {name: values[0] for name, values in parse_qs(parts.query).items()}
    path = path_of(given["request_uri"])
    response = client.post(path, data=form) if form else client.get(path)
    assert_as_any_documents("POST" if form else "GET", path, response)
    assert response.status_code == 200, response.get_data(as_text=True)
    assert response.mimetype == "application/oauth-authz-req+jwt"
    assert response.headers["Cache-Control"] == "no-store"
    head, body, signature = response.get_data(as_text=True).split(".")
    header, claims = json.loads(unbase64url(head)), json.loads(unbase64url(body))
    assert (header["typ"], header["alg"]) == ("oauth-authz-req+jwt", "ES256")
    der = b64decode(header["x5c"][0])
    assert given["client_id"] == claims["client_id"] == f"x509_hash:{base64url(hashlib.sha256(der).digest())}"
    key = x509.load_der_x509_certificate(der).public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    r, s = (int.from_bytes(half) for half in (unbase64url(signature)[:32], unbase64url(signature)[32:]))
    key.verify(encode_dss_signature(r, s), f"{head}.{body}".encode(), ec.ECDSA(hashes.SHA256()))
    return Request(claims["client_id"], claims)


def shown(held: Held, request: Request, disclosed: Sequence[str] = (), **binding: Any) -> str:
    """A presentation of a credential for a request."""
    credential, *disclosures, _ = held.compact.split("~")
    chosen = [one for one in disclosures if json.loads(unbase64url(one))[1] in disclosed]
    text = "~".join([credential, *chosen, ""])
    claims = {
        "iat": int(now().timestamp()),
        "aud": request.client_id,
        "nonce": request.claims["nonce"],
        "sd_hash": base64url(hashlib.sha256(text.encode()).digest()),
    }
    return text + held.key.sign({"typ": "kb+jwt"}, claims | binding)


def encrypted(request: Request, answer: Mapping[str, Any], enc: str = "A256GCM") -> str:
    """An answer, encrypted to the key of the request."""
    (key,) = request.claims["client_metadata"]["jwks"]["keys"]
    assert "d" not in key
    header = {"alg": "ECDH-ES", "enc": enc, "kid": key["kid"]}
    sealed = JWE(json.dumps(answer).encode(), json.dumps(header))
    sealed.add_recipient(JWK(**key))
    return str(sealed.serialize(compact=True))


def answer(client: Client, request: Request, enc: str = "A256GCM", **tokens: str) -> Response:
    """Present what is given, by the ids of the queries."""
    body = {"vp_token": {name: [token] for name, token in tokens.items()}, "state": request.claims["state"]}
    return send(client, request, encrypted(request, body, enc))


def send(client: Client, request: Request, response: str) -> Response:
    return post(client, request, {"response": response})


def post(client: Client, request: Request, form: Mapping[str, str]) -> Response:
    """What a wallet sends to where the request wants its answer."""
    path = path_of(request.claims["response_uri"])
    answered = client.post(path, data=form)
    assert_as_any_documents("POST", path, answered)
    return answered
