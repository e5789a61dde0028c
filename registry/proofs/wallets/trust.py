"""Whom the operator trusts and as whom the registry speaks to wallets: files that settings name, read anew when they change."""

import json
from base64 import b64decode
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import structlog
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

from registry.core import key_records, setting_texts
from registry.core.errors import SettingsError
from registry.proofs.credentials.rules import base64, base64url
from registry.proofs.wallets.tokens import BadToken, header_of, read_token

log = structlog.get_logger()

ISSUING_WALLETS = "WalletSolution/Issuance"
"""How the type of service ends that a list of wallet providers (ETSI TS 119 602, annex E) states of what issues attestations."""


class AccessKey(NamedTuple):
    """The key of the access certificate and its chain, without the anchor: `x5c` as headers have it, the key's own first."""

    key: ec.EllipticCurvePrivateKey
    x5c: tuple[str, ...]

    def sign(self, message: bytes) -> bytes:
        """ES256 as RFC 7518 has it: r and s."""
        r, s = utils.decode_dss_signature(self.key.sign(message, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    def jws(self, kind: str, claims: dict[str, Any]) -> str:
        """A compact JWS of that type, with the chain in its header."""
        header = {"alg": "ES256", "typ": kind, "x5c": self.x5c}
        signed = ".".join(base64url(json.dumps(part).encode()) for part in (header, claims))
        return f"{signed}.{base64url(self.sign(signed.encode()))}"


class Trust(NamedTuple):
    """`providers`: roots under which wallets and their keys are attested. The others are None where none is named."""

    providers: tuple[x509.Certificate, ...]
    access: AccessKey | None
    registration: str | None


class TrustFiles:
    """The trust of one process."""

    def __init__(self, settings: setting_texts.WalletSettings) -> None:
        self._settings = settings
        self._seen: tuple[object, ...] = ()
        self._read_on: datetime | None = None
        self._trust: Trust | None = None

    def read(self, at: datetime) -> Trust:
        """What the files say; read anew where one changed, and each hour, for lists run out. Raises SettingsError."""
        settings = self._settings
        paths = [*settings.providers, settings.list_signers, settings.access, settings.registration]
        seen = tuple(None if path is None else _state_of(path) for path in paths)
        is_old = self._read_on is None or abs((at - self._read_on).total_seconds()) > 3600
        if self._trust is None or seen != self._seen or is_old:
            self._trust, self._seen, self._read_on = read_trust(settings, at), seen, at
        return self._trust


def _state_of(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def read_trust(settings: setting_texts.WalletSettings, at: datetime) -> Trust:
    """Raises SettingsError, which names the file, where one is not what it should be. A list that ran out trusts no one."""
    signers = [] if settings.list_signers is None else _certificates(settings.list_signers)
    providers: list[x509.Certificate] = []
    for path in settings.providers:
        body = _text(path)
        if "BEGIN CERTIFICATE" in body:
            providers += _certificates(path)
        else:
            providers += listed_providers(body.strip(), signers, at, path)
    registration = None if settings.registration is None else _text(settings.registration).strip()
    if registration is not None and registration.count(".") != 2:
        raise SettingsError(f"{settings.registration} is no JWT: name the registration certificate as it was given")
    return Trust(tuple(providers), None if settings.access is None else _access_key(settings.access), registration)


def listed_providers(
    text: str, signers: Sequence[x509.Certificate], at: datetime, path: Path
) -> list[x509.Certificate]:
    """The certificates of wallet providers in a list of trusted entities (ETSI TS 119 602), a compact JWS by one of `signers`.

    Raises SettingsError for one that is no such list; one that ran out gives none, and a line of the log.
    """
    try:
        kind = str(header_of(text).get("typ", ""))
        claims = read_token(text, (kind,), at, anchors=signers).claims
        body = claims.get("LoTE", claims)
        ends = body["ListAndSchemeInformation"]["NextUpdate"]
        found = [x509.load_der_x509_certificate(b64decode(one)) for one in _certificates_in(body)]
        is_over = datetime.fromisoformat(ends).astimezone(UTC) < at
    except (BadToken, KeyError, TypeError, ValueError, AttributeError):
        raise SettingsError(
            f"{path} is neither PEM nor a list of trusted entities (ETSI TS 119 602) that a certificate in "
            "REGISTRY_WALLET_LIST_SIGNERS signed"
        ) from None
    if is_over:
        log.error("wallet_provider_list_ran_out", ended=str(ends))
        return []
    return found


def _certificates_in(body: dict[str, Any]) -> Iterator[str]:
    for entity in body["TrustedEntitiesList"]:
        for service in entity["TrustedEntityServices"]:
            stated = service["ServiceInformation"]
            if str(stated["ServiceTypeIdentifier"]).endswith(ISSUING_WALLETS):
                for one in stated["ServiceDigitalIdentity"]["X509Certificates"]:
                    yield one["val"]


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except (OSError, ValueError):
        raise SettingsError(f"{path} cannot be read as text: name the file as it was given") from None


def _certificates(path: Path) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(_text(path).encode())
    except ValueError:
        raise SettingsError(f"{path} holds no certificates in PEM") from None


def _access_key(path: Path) -> AccessKey:
    body = key_records.read_private(path)
    try:
        key = serialization.load_pem_private_key(body, password=None)
        chain = x509.load_pem_x509_certificates(body)
    except (ValueError, TypeError):
        raise SettingsError(f"{path} must hold a private key and its chain of certificates, in PEM") from None
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise SettingsError(f"{path} must hold a key on P-256")
    if chain[0].public_key() != key.public_key():
        raise SettingsError(f"{path} must begin its chain with the certificate of its key")
    # The anchor is known to who verifies and never sent (HAIP, 4.1).
    sent = [one for one in chain if one.issuer != one.subject] or chain[:1]
    return AccessKey(key, tuple(base64(one.public_bytes(serialization.Encoding.DER)) for one in sent))
