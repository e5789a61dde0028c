"""What may be known of a key, what signs with one, and how a file that holds a secret is read.

Public keys are JSON Web Keys, named by their thumbprints (RFC 7517, RFC 7638).
"""

import hashlib
import json
import stat
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mldsa, utils

from registry.core.errors import KeyTrouble


class Use(StrEnum):
    """What a key signs, and nothing else."""

    LOG = "log"
    CREDENTIAL = "credential"
    STATUS = "status"
    RECEIPT = "receipt"
    ROOT = "root"
    LAW = "law"
    """An operator's corrections of the law. Its secret belongs off line, like the root's."""
    LOG_ML_DSA = "log-ml-dsa"
    """A second signature under heads of the log, which holds when today's curves do not. A registry need not have one."""

    @property
    def is_optional(self) -> bool:
        """Whether a registry may be without a key of this use."""
        return self in (Use.LAW, Use.LOG_ML_DSA)


class KeyState(StrEnum):
    """`active` signs; `retired` is still believed for what it signed; `compromised` is not, beyond what is proven."""

    ACTIVE = "active"
    RETIRED = "retired"
    COMPROMISED = "compromised"


@dataclass(frozen=True)
class Key:
    """What may be known of a key. `public` is its JWK (RFC 7517), `certificate` DER in base64, issued by the root."""

    kid: str
    use: Use
    public: dict[str, str]
    made_at: str
    state: KeyState = KeyState.ACTIVE
    certificate: str | None = None
    last_good_index: int | None = None

    @property
    def name(self) -> str:
        return f"{self.use}-{self.kid}"


@dataclass(frozen=True)
class RingSecret:
    """One of the 32-byte secrets of a ring."""

    kid: str
    body: bytes = field(repr=False)


class Signer(Protocol):
    """Signs with one key.

    Ours reads a file; one that asks a PKCS#11 token or a KMS stands in its place by these two.
    """

    @property
    def key(self) -> Key: ...

    def sign(self, message: bytes) -> bytes:
        """64 bytes: Ed25519 as RFC 8032, ES256 as RFC 7518 (r and s, big end first); 2,420 of ML-DSA-44 (FIPS 204)."""
        ...


ED25519_USES = (Use.LOG, Use.LAW)
"""Keys of these sign by Ed25519, that of `LOG_ML_DSA` by ML-DSA-44, all others by ES256."""

Secret = ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey | mldsa.MLDSA44PrivateKey
Public = ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey | mldsa.MLDSA44PublicKey


@dataclass(frozen=True)
class FileSigner:
    """Signs with the secret of a file, read once."""

    key: Key
    secret: Secret = field(repr=False)

    @classmethod
    def make(cls, use: Use, made_at: str) -> "FileSigner":
        """A new key with its secret, neither of which is written anywhere yet."""
        while True:
            secret = _new_secret(use)
            public = public_jwk(secret.public_key())
            # A kid is typed on command lines: one that begins with a dash would be taken for an option.
            if not kid_of(public).startswith("-"):
                return cls(Key(kid_of(public), use, public, made_at), secret)

    @classmethod
    def read(cls, key: Key, path: Path) -> "FileSigner":
        """The signer of a key whose secret lies in a file. Raises KeyTrouble, also where it is the secret of another key."""
        try:
            secret = serialization.load_pem_private_key(read_private(path), password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            raise KeyTrouble(f"{path} holds no private key that can be read; put the file back from a backup") from None
        if not isinstance(secret, Secret):
            raise KeyTrouble(f"{path} holds a key of a kind that is not used here")
        if public_jwk(secret.public_key()) != key.public:
            raise KeyTrouble(f"{path} holds another key than {key.name}.json says; put both back from one backup")
        return cls(key, secret)

    def pem(self) -> bytes:
        """The secret as the file holds it (PKCS #8)."""
        return self.secret.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )

    def sign(self, message: bytes) -> bytes:
        if not isinstance(self.secret, ec.EllipticCurvePrivateKey):
            return self.secret.sign(message)
        # By RFC 6979: what is signed twice is the same twice, and no weak randomness can give the key away.
        algorithm = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
        r, s = utils.decode_dss_signature(self.secret.sign(message, algorithm))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def _new_secret(use: Use) -> Secret:
    if use in ED25519_USES:
        return ed25519.Ed25519PrivateKey.generate()
    if use is Use.LOG_ML_DSA:
        return mldsa.MLDSA44PrivateKey.generate()
    return ec.generate_private_key(ec.SECP256R1())


def read_private(path: Path) -> bytes:
    """The bytes of a file that only its owner may read. Raises KeyTrouble if others may, or it is not there."""
    try:
        mode = path.stat().st_mode
        body = path.read_bytes()
    except OSError as error:
        raise KeyTrouble(f"{path} cannot be read ({error.strerror}); put it back from a backup") from None
    if stat.S_IMODE(mode) & 0o077:
        raise KeyTrouble(
            f"{path} may be read by others than its owner: run `chmod 600 {path}`, and think of rotating it"
        )
    return body


def public_jwk(public: Public) -> dict[str, str]:
    """The members that RFC 7638 takes a thumbprint of, and no others."""
    if isinstance(public, mldsa.MLDSA44PublicKey):
        return {"alg": "ML-DSA-44", "kty": "AKP", "pub": _base64url(public.public_bytes_raw())}
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


def is_signature(public: dict[str, str], signature: bytes, message: bytes) -> bool:
    """Whether the key of a JWK signed a message, in the form that `Signer` gives."""
    key = p256_of(public)
    try:
        if key is None:
            raw = urlsafe_b64decode(public["x"] + "=")
            ed25519.Ed25519PublicKey.from_public_bytes(raw).verify(signature, message)
        else:
            r, s = (int.from_bytes(part) for part in (signature[:32], signature[32:]))
            key.verify(utils.encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def kid_of(public: dict[str, str]) -> str:
    """The first 12 bytes of the JWK's thumbprint (RFC 7638), base64url: 16 characters."""
    required = json.dumps(public, sort_keys=True, separators=(",", ":")).encode()
    return _base64url(hashlib.sha256(required).digest()[:12])


def _base64url(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
