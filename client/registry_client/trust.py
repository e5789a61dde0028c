"""The trust file: which registry, which keys, which witnesses. Got once, by a way its owner trusts."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from registry_client.notes import LOG_KEY, ML_DSA_KEY, VerifierKey, WitnessPolicy, read_policy, read_verifier_key
from registry_client.strict import Refused, Unreadable, from_base64, list_of, read_object, text_of, to_base64url

TRUST_LIMIT = 1_000_000
PATH = "/.well-known/registry-trust.json"
USES = ("credential", "status", "receipt")


def thumbprint(jwk: Mapping[str, str]) -> str:
    """`kid` of a key from the members of RFC 7638: the first twelve bytes of the thumbprint, base64url."""
    data = json.dumps(dict(jwk), sort_keys=True, separators=(",", ":")).encode()
    return to_base64url(hashlib.sha256(data).digest()[:12])


def jwk_of(key: ec.EllipticCurvePublicKey) -> dict[str, str]:
    numbers = key.public_numbers()
    x, y = (to_base64url(number.to_bytes(32, "big")) for number in (numbers.x, numbers.y))
    return {"crv": "P-256", "kty": "EC", "x": x, "y": y}


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key that a certificate under the root speaks for."""

    use: str
    kid: str
    public: ec.EllipticCurvePublicKey
    not_before: int
    not_after: int
    der: bytes


def p256_key(certificate: x509.Certificate) -> ec.EllipticCurvePublicKey:
    """Raises Refused where it is a key of another kind."""
    try:
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm) as error:
        raise Refused("certificate_damaged") from error
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise Refused("certificate_of_another_kind")
    return key


_OF_X509 = (
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)


def load_certificate(der: bytes, what: str) -> x509.Certificate:
    """Raises Unreadable."""
    try:
        certificate = x509.load_der_x509_certificate(der)
        # Read now what is read later, so that damage is found here.
        _ = (certificate.subject, certificate.issuer, certificate.extensions, certificate.version)
        _ = (certificate.not_valid_before_utc, certificate.not_valid_after_utc, certificate.signature_hash_algorithm)
    except (ValueError, TypeError, *_OF_X509) as error:
        raise Unreadable(f"{what}: this is no X.509 certificate") from error
    return certificate


def check_certificate(der: bytes, root: x509.Certificate, use: str) -> SigningKey:
    """The key of a certificate that the root issued for this use. Raises Refused or Unreadable."""
    certificate = load_certificate(der, "certificate")
    if certificate.issuer != root.subject or certificate.version is not x509.Version.v3:
        raise Refused("certificate_of_another_root")
    algorithm = certificate.signature_hash_algorithm
    if not isinstance(algorithm, hashes.SHA256):
        raise Refused("certificate_of_another_kind")
    try:
        p256_key(root).verify(certificate.signature, certificate.tbs_certificate_bytes, ec.ECDSA(algorithm))
    except InvalidSignature as error:
        raise Refused("certificate_of_another_root") from error
    for extension in certificate.extensions:
        match extension.value:
            case x509.BasicConstraints(ca=True):
                raise Refused("certificate_for_another_use", use=use)
            case x509.KeyUsage(digital_signature=False):
                raise Refused("certificate_for_another_use", use=use)
            case _:
                pass
    public = p256_key(certificate)
    kid = thumbprint(jwk_of(public))
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    if [name.value for name in names] != [f"{use} {kid}"]:
        raise Refused("certificate_for_another_use", use=use)
    begin, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    return SigningKey(use, kid, public, int(begin.timestamp()), int(end.timestamp()), der)


def use_of(der: bytes) -> str:
    """What the certificate says its key is for, unverified."""
    names = load_certificate(der, "certificate").subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value).split(" ")[0] if names else ""


@dataclass(frozen=True, slots=True)
class Trust:
    """`keys` are those of the certificates in the file, by use and kid; `data` are the bytes it was read from."""

    issuer: str
    origin: str
    log_keys: tuple[VerifierKey, ...]
    policy: WitnessPolicy
    root: x509.Certificate
    root_der: bytes
    policy_text: str
    data: bytes
    keys: Mapping[tuple[str, str], SigningKey] = field(default_factory=dict)
    ml_dsa_keys: tuple[VerifierKey, ...] = ()

    @property
    def head_keys(self) -> tuple[VerifierKey, ...]:
        """All keys that a head of the log may be signed with."""
        return self.log_keys + self.ml_dsa_keys

    @property
    def root_fingerprint(self) -> str:
        """SHA-256 of the root certificate: what two people compare by another way."""
        return _in_groups(hashlib.sha256(self.root_der).hexdigest())

    @property
    def log_fingerprints(self) -> list[str]:
        return [_in_groups(hashlib.sha256(key.public).hexdigest()) for key in self.log_keys]


def _in_groups(text: str) -> str:
    return " ".join(text[place : place + 4] for place in range(0, len(text), 4))


SECOND_KEYS = "ml_dsa_keys"
"""A member that a trust file of an older registry lacks."""
MEMBERS = ("v", "issuer", "origin", "log_keys", "policy", "root", "certificates")


def read_trust(data: bytes, what: str = "trust file") -> Trust:
    """Raises Unreadable with what is wrong."""
    if len(data) > TRUST_LIMIT:
        raise Unreadable(f"{what}: more than {TRUST_LIMIT} bytes")
    content = read_object(data, what)
    missing = [name for name in MEMBERS if name not in content]
    if missing:
        raise Unreadable(f"{what}: {', '.join(missing)} missing: get it from {PATH} of the registry")
    if content["v"] != 1 or isinstance(content["v"], bool):
        raise Unreadable(f"{what}: version {content['v']!r} is not known here; this program reads version 1")
    issuer = text_of(content["issuer"], f"{what}: issuer")
    if not is_address(issuer):
        raise Unreadable(f"{what}: issuer must be an address like https://registry.example.org")
    origin = text_of(content["origin"], f"{what}: origin")
    vkeys = list_of(content["log_keys"], f"{what}: log_keys")
    log_keys = tuple(
        read_verifier_key(text_of(key, f"{what}: log_keys"), LOG_KEY, f"{what}: log_keys") for key in vkeys
    )
    if not log_keys or any(key.name != origin for key in log_keys):
        raise Unreadable(f"{what}: log_keys must name the log {origin!r}, and at least one must be there")
    place = f"{what}: ml_dsa_keys"
    seconds = list_of(content.get(SECOND_KEYS, []), place)
    ml_dsa_keys = tuple(read_verifier_key(text_of(key, place), ML_DSA_KEY, place) for key in seconds)
    if any(key.name != origin for key in ml_dsa_keys):
        raise Unreadable(f"{place} must name the log {origin!r}")
    root_der = from_base64(content["root"], f"{what}: root")
    root = load_certificate(root_der, f"{what}: root")
    keys: dict[tuple[str, str], SigningKey] = {}
    try:
        p256_key(root).verify(root.signature, root.tbs_certificate_bytes, ec.ECDSA(hashes.SHA256()))
        for text in list_of(content["certificates"], f"{what}: certificates"):
            der = from_base64(text, f"{what}: certificates")
            use = use_of(der)
            if use in USES:
                key = check_certificate(der, root, use)
                keys[use, key.kid] = key
    except InvalidSignature as error:
        raise Unreadable(f"{what}: the root certificate did not sign itself") from error
    except Refused as error:
        raise Unreadable(f"{what}: a certificate is not under the root, or not for its use ({error.code})") from error
    policy_text = text_of(content["policy"], f"{what}: policy")
    policy = read_policy(policy_text, f"{what}: policy")
    return Trust(issuer, origin, log_keys, policy, root, root_der, policy_text, data, keys, ml_dsa_keys)


def is_address(text: str) -> bool:
    """Whether it is an http address with a host, and without path, account or closing slash."""
    try:
        parts = urlsplit(text)
        return bool(
            parts.scheme in ("https", "http")
            and parts.hostname
            and text == f"{parts.scheme}://{parts.netloc}"
            and "@" not in parts.netloc
            and text.isascii()
            and text.isprintable()
            and (parts.port is None or parts.port > 0)
        )
    except ValueError:
        return False
