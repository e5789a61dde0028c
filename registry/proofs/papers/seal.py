"""The seal of an operator who has one: a PAdES signature (ETSI EN 319 142-1) over a whole certificate.

It is of level B-T, with a time stamp of others, where REGISTRY_SEAL_TIMESTAMP names an authority, and of level B-B otherwise.

It says who runs the registry, by a certificate authority that PDF readers know; what the registry itself signs needs none. Two
files under REGISTRY_HOME/keys are all there is to set: CHAIN and SECRET, or CHAIN and the label of a key in a token
(registry.core.token_keys). Without them nothing is sealed.
"""

from datetime import datetime
from hashlib import sha256
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils

from registry.core import clock, installed, token_keys
from registry.core.errors import KeyTrouble
from registry.core.keyring import read_private

if TYPE_CHECKING:
    from pyhanko.sign.signers import Signer

CHAIN = "seal-chain.pem"
"""Certificates: the seal's own first, then that of who issued it, and so on."""

SECRET = "seal-key.pem"
"""The private key of the first certificate, without a password, readable by its owner alone."""

MIN_RSA_BITS = 2048

FIELD = "RegistrySeal"

STAMP_SECONDS = 10


class NotStamped(Exception):
    """The authority is away, or gives what is no time stamp of this seal."""


Public = rsa.RSAPublicKey | ec.EllipticCurvePublicKey


class TokenSecret(NamedTuple):
    """A key in a token, by its label there. It never leaves it."""

    token: token_keys.OpenToken
    label: str

    def sign(self, public: Public, message: bytes) -> bytes:
        """A signature with SHA-256 as X.509 has them. Raises KeyTrouble, also where it is another key's than the one given."""
        is_rsa = isinstance(public, rsa.RSAPublicKey)
        signature = self.token.sign_document(self.label, message, is_rsa=is_rsa)
        try:
            if isinstance(public, rsa.RSAPublicKey):
                public.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
            else:
                half = len(signature) // 2
                signature = utils.encode_dss_signature(
                    int.from_bytes(signature[:half]), int.from_bytes(signature[half:])
                )
                public.verify(signature, message, ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            raise KeyTrouble(
                f"{self.label} in the token is not the key of the first certificate of the seal: find out who put it there"
            ) from None
        return signature


class Seal(NamedTuple):
    chain: list[x509.Certificate]
    secret: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | TokenSecret


def mark_of(folder: Path) -> str | None:
    """A text that changes with the files of the seal; None where there is neither."""
    marks = []
    for name in (CHAIN, SECRET):
        try:
            facts = (folder / name).stat()
        except OSError:
            continue
        marks.append(f"{name} {facts.st_mtime_ns} {facts.st_size} {facts.st_mode}")
    label = _label_in_token(folder)
    if label is not None:
        marks.append(f"token {label}")
    return sha256("\n".join(marks).encode()).hexdigest() if marks else None


def seal_now(folder: Path) -> Seal | None:
    """As `seal_in`, at this instant."""
    return seal_in(folder, clock.now())


def seal_in(folder: Path, at: datetime) -> Seal | None:
    """The seal of a folder, if it is good at an instant; None where nothing of one lies.

    Raises KeyTrouble, whose text says which file is wrong and what to do.
    """
    if mark_of(folder) is None:
        return None
    label = _label_in_token(folder)
    secret = _secret(folder / SECRET) if label is None else _secret_in_token(folder, label)
    chain = _chain(folder / CHAIN)
    if not _is_pair(chain[0].public_key(), secret):
        place = folder / SECRET if label is None else f"{label} in the token"
        raise KeyTrouble(
            f"{place} is not the key of the first certificate in {folder / CHAIN}: the seal's own goes first"
        )
    _require_use(chain[0], folder / CHAIN, at)
    if not installed.has_extra("seal"):
        raise KeyTrouble(
            f"a seal needs the extra `seal`: {installed.how_to_install('seal')}; or remove the seal's files to print without one"
        )
    return Seal(chain, secret)


def sealed(pdf: bytes, seal: Seal, authority: str | None = None) -> bytes:
    """The PDF with the seal over all its bytes, stamped by the authority at that address. No change is allowed afterwards.

    Raises NotStamped where the authority gives no stamp.
    """
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import PdfSignatureMetadata, fields, signers, timestamps
    from pyhanko.sign.timestamps.requests_client import RequestsHTTPTimeStamper

    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    metadata = PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
    )
    # Hidden: a field that is seen would have to stand among the tags, and a screen reader would stop at it.
    place = fields.SigFieldSpec(
        FIELD,
        readable_field_name="Seal",
        invis_sig_settings=fields.InvisSigSettings(set_print_flag=False, set_hidden_flag=True),
    )
    stamper = (
        RequestsHTTPTimeStamper(authority, timeout=STAMP_SECONDS)  # type: ignore[no-untyped-call]
        if authority is not None
        else None
    )
    try:
        made: BytesIO = signers.sign_pdf(
            writer, metadata, signer=_signer(seal), timestamper=stamper, new_field_spec=place, output=BytesIO()
        )
    except (timestamps.TimestampRequestError, ValueError) as trouble:
        if stamper is None:
            raise
        raise NotStamped(type(trouble).__name__) from trouble
    return made.getvalue()


def _signer(seal: Seal) -> "Signer":
    from asn1crypto.keys import PrivateKeyInfo
    from asn1crypto.x509 import Certificate
    from pyhanko.sign.signers import SimpleSigner
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    der = [one.public_bytes(serialization.Encoding.DER) for one in seal.chain]
    known = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    known.register_multiple([Certificate.load(one) for one in der])
    if isinstance(seal.secret, TokenSecret):
        return _token_signer(seal.secret, seal.chain[0].public_key(), Certificate.load(der[0]), known)
    secret = seal.secret.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return SimpleSigner(Certificate.load(der[0]), PrivateKeyInfo.load(secret), known)


def _token_signer(secret: TokenSecret, public: Any, certificate: Any, known: Any) -> "Signer":
    from pyhanko.sign.signers import Signer

    class TokenSigner(Signer):
        async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
            # What is asked for its length alone need not wait for the token.
            return bytes(public.key_size // 4 + 16) if dry_run else secret.sign(public, data)

    return TokenSigner(signing_cert=certificate, cert_registry=known)


def _label_in_token(folder: Path) -> str | None:
    token = token_keys.token_of(folder)
    return None if token is None else token.place.seal


def _secret_in_token(folder: Path, label: str) -> TokenSecret:
    token = token_keys.token_of(folder)
    if token is None or (folder / SECRET).exists():
        raise KeyTrouble(f"{folder} has two keys for the seal: remove {SECRET}, or `seal` in {token_keys.FILE}")
    return TokenSecret(token, label)


def _is_pair(public: object, secret: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | TokenSecret) -> bool:
    """Whether a certificate's key belongs to a secret. A token shows it by a signature. Raises KeyTrouble."""
    if not isinstance(secret, TokenSecret):
        return public == secret.public_key()
    _require_known(public, f"the certificate of {secret.label}")
    assert isinstance(public, rsa.RSAPublicKey | ec.EllipticCurvePublicKey)
    return bool(secret.sign(public, b"whether the key in the token is the one of the seal's certificate"))


def _require_known(public: object, place: object) -> None:
    """Raise KeyTrouble for a key that PDF readers do not know."""
    if isinstance(public, rsa.RSAPublicKey) and public.key_size >= MIN_RSA_BITS:
        return
    if isinstance(public, ec.EllipticCurvePublicKey) and isinstance(public.curve, ec.SECP256R1 | ec.SECP384R1):
        return
    raise KeyTrouble(f"{place} holds a key that PDF readers do not know: use RSA of 2048 bits or more, P-256 or P-384")


def _secret(path: Path) -> rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey:
    try:
        secret = serialization.load_pem_private_key(read_private(path), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise KeyTrouble(f"{path} holds no private key in PEM that can be read without a password") from None
    _require_known(
        secret.public_key() if isinstance(secret, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) else None, path
    )
    assert isinstance(secret, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey)
    return secret


def _chain(path: Path) -> list[x509.Certificate]:
    """The certificates of a file, each issued by the one that follows."""
    try:
        chain = x509.load_pem_x509_certificates(path.read_bytes())
    except OSError as error:
        raise KeyTrouble(f"{path} cannot be read ({error.strerror}): put the certificates of the seal there") from None
    except ValueError:
        raise KeyTrouble(f"{path} holds no certificates in PEM: put the seal's own there, then its issuers'") from None
    for number, (issued, issuer) in enumerate(pairwise(chain), 1):
        try:
            issued.verify_directly_issued_by(issuer)
        except (ValueError, TypeError, InvalidSignature):
            raise KeyTrouble(
                f"{path}: certificate {number} was not issued by certificate {number + 1}; "
                "put the seal's own first, then its issuer's, and so on"
            ) from None
    return chain


def _require_use(certificate: x509.Certificate, path: Path, at: datetime) -> None:
    if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
        begun, over = certificate.not_valid_before_utc, certificate.not_valid_after_utc
        raise KeyTrouble(
            f"{path}: the seal's certificate is valid from {begun:%Y-%m-%d} to {over:%Y-%m-%d} only; "
            "put a newer one there, or remove both files to print without a seal"
        )
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return
    if not (usage.digital_signature or usage.content_commitment):
        raise KeyTrouble(f"{path}: the first certificate is not for signatures; the seal's own goes first")
