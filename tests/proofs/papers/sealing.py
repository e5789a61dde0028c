"""Seals for tests: an authority of our own, and what it issues."""

from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from registry.core.clock import now
from registry.proofs.papers.seal import CHAIN, SECRET

Secret = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


def name_of(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def certificate(
    name: str,
    secret: Secret,
    issuer: str,
    by: Secret,
    *,
    is_authority: bool = False,
    from_: datetime | None = None,
    to: datetime | None = None,
    is_for_signatures: bool = True,
) -> x509.Certificate:
    usage = dict.fromkeys(
        ["key_encipherment", "data_encipherment", "key_agreement", "encipher_only", "decipher_only"], False
    )
    is_signing = is_for_signatures and not is_authority
    return (
        x509.CertificateBuilder()
        .subject_name(name_of(name))
        .issuer_name(name_of(issuer))
        .public_key(secret.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(from_ or now() - timedelta(days=1))
        .not_valid_after(to or now() + timedelta(days=100))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=is_signing,
                content_commitment=is_signing,
                key_cert_sign=not is_signing,
                crl_sign=not is_signing,
                **usage,
            ),
            critical=True,
        )
        .sign(by, hashes.SHA256())
    )


def make_secret() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def put_chain(folder: Path, *chain: x509.Certificate) -> None:
    (folder / CHAIN).write_bytes(b"".join(one.public_bytes(serialization.Encoding.PEM) for one in chain))


def put_secret(folder: Path, secret: Secret | ec.EllipticCurvePrivateKey, mode: int = 0o600) -> None:
    path = folder / SECRET
    path.write_bytes(
        secret.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    path.chmod(mode)


def make_seal(folder: Path, secret: Secret | None = None) -> x509.Certificate:
    """Put a good seal in a folder; gives the certificate of its authority."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    authority, own = make_secret(), secret or make_secret()
    root = certificate(
        "Example Authority (fictitious)", authority, "Example Authority (fictitious)", authority, is_authority=True
    )
    put_chain(
        folder, certificate("Example Registry (fictitious)", own, "Example Authority (fictitious)", authority), root
    )
    put_secret(folder, own)
    return root
