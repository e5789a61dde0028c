"""A wallet of our own, for tests that break one thing at a time; strangers' wallets are asked in tools/second-opinions."""

import hashlib
import json
import secrets
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from werkzeug.test import TestResponse

from registry.core.clock import now
from registry.proofs.wallets import metadata
from registry.proofs.wallets.grants import PRE_AUTHORIZED, Offer
from tests.api.shapes import assert_as_any_documents
from tests.proofs.credentials.reading import base64url
from tests.proofs.wallets.making import Held, WalletKey

URL = "http://127.0.0.1:8000"
CLIENT_ID, BACK = "https://wallet.example", "https://wallet.example/back"


class Provider:
    """A provider of wallets: a root, and a key under it that attests."""

    def __init__(self) -> None:
        root = ec.generate_private_key(ec.SECP256R1())
        self.key = WalletKey.new()
        self.root = certificate(
            "invented wallet root", root.public_key(), "invented wallet root", root, is_authority=True
        )
        self.certificate = certificate("invented provider", self.key.secret.public_key(), "invented wallet root", root)

    @property
    def x5c(self) -> list[str]:
        return [b64encode(self.certificate.public_bytes(Encoding.DER)).decode()]

    def write_root(self, path: Path) -> Path:
        path.write_bytes(self.root.public_bytes(Encoding.PEM))
        return path


def certificate(
    name: str,
    key: ec.EllipticCurvePublicKey,
    issuer: str,
    signer: ec.EllipticCurvePrivateKey,
    *,
    is_authority: bool = False,
) -> x509.Certificate:
    begins = datetime(2020, 1, 1, tzinfo=UTC)
    subject, by = (x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, one)]) for one in (name, issuer))
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(by).public_key(key)
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(begins)
    builder = builder.not_valid_after(begins + timedelta(days=36_500))
    return builder.add_extension(x509.BasicConstraints(is_authority, None), critical=True).sign(signer, hashes.SHA256())


class Wallet:
    """A wallet: one instance key, one DPoP key. What is given by name replaces a part of what it sends."""

    def __init__(self, client: Any, provider: Provider) -> None:
        self.client, self.provider = client, provider
        self.instance, self.dpop = WalletKey.new(), WalletKey.new()
        self.dpop_nonce = self.post("/wallets/nonce").headers["DPoP-Nonce"]

    def post(self, path: str, **request: Any) -> TestResponse:
        answer = self.client.post(path, **request)
        assert_as_any_documents("POST", path, answer)
        return answer

    # What it shows

    def attestation(self, **facts: Any) -> str:
        provider = facts.pop("provider", self.provider)
        claims = {
            "iss": "https://provider.example",
            "sub": CLIENT_ID,
            "exp": seconds() + 3600,
            "cnf": {"jwk": self.instance.jwk},
        }
        return provider.key.sign({"typ": "oauth-client-attestation+jwt", "x5c": provider.x5c}, claims | facts)

    def pop(self, **facts: Any) -> str:
        claims = {"aud": URL, "jti": secrets.token_hex(8), "iat": seconds()}
        return self.instance.sign({"typ": "oauth-client-attestation-pop+jwt"}, claims | facts)

    def proof_of(self, path: str, access: str | None = None, *, key: WalletKey | None = None, **facts: Any) -> str:
        """A DPoP proof."""
        key = key or self.dpop
        claims = {
            "htm": "POST",
            "htu": URL + path,
            "jti": secrets.token_hex(8),
            "iat": seconds(),
            "nonce": self.dpop_nonce,
        }
        if access is not None:
            claims["ath"] = base64url(hashlib.sha256(access.encode()).digest())
        return key.sign({"typ": "dpop+jwt", "jwk": key.jwk}, claims | facts)

    def key_attestation(self, *keys: WalletKey, provider: Provider | None = None, **facts: Any) -> str:
        provider = provider or self.provider
        claims = {"iat": seconds(), "exp": seconds() + 600, "attested_keys": [key.jwk for key in keys]}
        return provider.key.sign({"typ": "key-attestation+jwt", "x5c": provider.x5c}, claims | facts)

    def headers(self, path: str, **replaced: str | None) -> dict[str, str]:
        sent = {
            "OAuth-Client-Attestation": self.attestation(),
            "OAuth-Client-Attestation-PoP": self.pop(),
            "DPoP": self.proof_of(path),
        }
        named = {name.replace("_", "-"): value for name, value in replaced.items()}
        return {name: value for name, value in (sent | named).items() if value is not None}

    # What it asks

    def token(self, headers: dict[str, str] | None = None, **form: str) -> TestResponse:
        return self.post(metadata.TOKEN, data=form, headers=headers or self.headers(metadata.TOKEN))

    def by_offer(self, offer: Offer, **replaced: Any) -> TestResponse:
        headers = replaced.pop("headers", None)
        form = {"grant_type": PRE_AUTHORIZED, "pre-authorized_code": code_of(offer), "tx_code": offer.tx_code}
        return self.token(headers, **(form | replaced))

    def c_nonce(self) -> str:
        return self.post(metadata.NONCE).json["c_nonce"]

    def jwt_proof(self, key: WalletKey, **facts: Any) -> dict[str, list[str]]:
        header = {"typ": "openid4vci-proof+jwt", "jwk": key.jwk, "key_attestation": self.key_attestation(key)}
        header |= facts.pop("header", {})
        header = {name: value for name, value in header.items() if value is not None}
        claims = {"aud": URL, "iat": seconds(), "nonce": facts.pop("nonce", None) or self.c_nonce()}
        return {"jwt": [key.sign(header, claims | facts)]}

    def attestation_proof(self, key: WalletKey) -> dict[str, list[str]]:
        return {"attestation": [self.key_attestation(key, nonce=self.c_nonce())]}

    def credential(self, access: str, form: str, proofs: Any, **replaced: Any) -> TestResponse:
        dpop = replaced.pop("dpop", None) or self.proof_of(metadata.CREDENTIAL, access)
        headers = {"Authorization": f"DPoP {access}", "DPoP": dpop}
        body = {"credential_configuration_id": form, "proofs": proofs} | replaced
        return self.post(metadata.CREDENTIAL, json=body, headers=headers)

    def obtain(self, access: str, form: str, *, by_attestation: bool = False) -> Held:
        """A credential for a new key."""
        key = WalletKey.new()
        proofs = self.attestation_proof(key) if by_attestation else self.jwt_proof(key)
        return self.held(self.credential(access, form, proofs), key)

    def held(self, answer: TestResponse, key: WalletKey) -> Held:
        """What was answered to a request for a credential."""
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return Held(answer.json["credentials"][0]["credential"], key)

    def push(self, form: str, verifier: str, **replaced: Any) -> TestResponse:
        sent = {
            "client_id": CLIENT_ID,
            "response_type": "code",
            "scope": form,
            "redirect_uri": BACK,
            "state": "st",
            "code_challenge": base64url(hashlib.sha256(verifier.encode()).digest()),
            "code_challenge_method": "S256",
        }
        headers = replaced.pop("headers", None) or self.headers(metadata.PAR, DPoP=None)
        data = {name: value for name, value in (sent | replaced).items() if value is not None}
        return self.post(metadata.PAR, data=data, headers=headers)


def seconds() -> int:
    return int(now().timestamp())


def stated_in(offer: Offer) -> dict[str, Any]:
    """The credential offer as the wallet reads it."""
    return json.loads(parse_qs(urlsplit(offer.address).query)["credential_offer"][0])


def code_of(offer: Offer) -> str:
    return stated_in(offer)["grants"][PRE_AUTHORIZED]["pre-authorized_code"]


def refused(answer: TestResponse) -> tuple[int, str]:
    """Status and code of a refusal, which says in words what to do and is kept by no cache."""
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json["error_description"]
    return answer.status_code, answer.json["error"]
