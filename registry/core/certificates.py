"""X.509 certificates of the keys that sign for outsiders, issued by the registry's own root."""

from base64 import b64decode, b64encode
from datetime import datetime, timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from registry.core import key_records, setting_texts
from registry.core.errors import KeyTrouble
from registry.core.keyring import FileSigner, Key, Signer, Use

CERTIFIED = (Use.CREDENTIAL, Use.STATUS, Use.RECEIPT)
"""The uses whose keys the root certifies. A checkpoint's reader knows the log's key itself."""

ROOT_YEARS, SIGNER_YEARS = 30, 10


def root_certificate(root: FileSigner, at: datetime, operator: setting_texts.Operator | None = None) -> str:
    """The root's own certificate, signed by itself: base64 of DER."""
    name = _name(root.key, operator)
    builder = _builder(name, root, at, ROOT_YEARS).issuer_name(name)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    return _signed(builder.add_extension(_usage(is_root=True), critical=True), root)


def signer_certificate(
    signer: Signer, root: FileSigner, at: datetime, issuer_url: str, operator: setting_texts.Operator | None = None
) -> str:
    """The certificate of a signing key, issued by the root: base64 of DER. Subject is CN `<use> <kid>`, and the operator.

    Its alternative names are the registry's address and host, by which a wallet matches the issuer of what is signed (HAIP).
    """
    if root.key.certificate is None:
        raise KeyTrouble(f"the root key {root.key.kid} has no certificate of its own; put its .json back from a backup")
    issuer = x509.load_der_x509_certificate(b64decode(root.key.certificate))
    builder = _builder(_name(signer.key, operator), signer, at, SIGNER_YEARS).issuer_name(issuer.subject)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_usage(is_root=False), critical=True)
    builder = builder.add_extension(x509.SubjectAlternativeName(_names_of(issuer_url)), critical=False)
    builder = builder.add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_public_key(_secret(root).public_key()), critical=False
    )
    return _signed(builder, root)


def is_issued_by(certificate: str, root: str | None) -> bool:
    """Whether a root, by its own certificate, issued a certificate; both base64 of DER, as the log has them."""
    if root is None:
        return False
    issued, issuer = (x509.load_der_x509_certificate(b64decode(one)) for one in (certificate, root))
    try:
        issued.verify_directly_issued_by(issuer)
    except (ValueError, InvalidSignature):
        return False
    return True


def names_operator(certificate: str) -> bool:
    """Whether a certificate (base64 of DER) names country and organisation of the operator, as wallets ask (EN 319 412-3)."""
    subject = x509.load_der_x509_certificate(b64decode(certificate)).subject
    return all(subject.get_attributes_for_oid(one) for one in _OF_OPERATOR)


_OF_OPERATOR = (NameOID.COUNTRY_NAME, NameOID.ORGANIZATION_NAME, NameOID.ORGANIZATION_IDENTIFIER)


def _name(key: Key, operator: setting_texts.Operator | None) -> x509.Name:
    stated = () if operator is None else (operator.country, operator.name, operator.identifier)
    names = [x509.NameAttribute(oid, value) for oid, value in zip(_OF_OPERATOR, stated, strict=False)]
    return x509.Name([*names, x509.NameAttribute(NameOID.COMMON_NAME, f"{key.use} {key.kid}")])


def _names_of(url: str) -> list[x509.GeneralName]:
    host = urlsplit(url).hostname or ""
    try:
        named: x509.GeneralName = x509.IPAddress(ip_address(host))
    except ValueError:
        named = x509.DNSName(host)
    return [x509.UniformResourceIdentifier(url), named]


def _builder(name: x509.Name, signer: Signer, at: datetime, years: int) -> x509.CertificateBuilder:
    public = key_records.p256_of(signer.key.public)
    if public is None:
        raise KeyTrouble(f"the {signer.key.use} key {signer.key.kid} is of a kind that no certificate is issued for")
    # An hour back: another machine's clock may be a little behind.
    begun = at.replace(microsecond=0) - timedelta(hours=1)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begun)
        .not_valid_after(begun + timedelta(days=366 * years))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def _usage(*, is_root: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_root,
        key_cert_sign=is_root,
        crl_sign=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _signed(builder: x509.CertificateBuilder, root: FileSigner) -> str:
    der = builder.sign(_secret(root), hashes.SHA256()).public_bytes(serialization.Encoding.DER)
    return b64encode(der).decode()


def _secret(signer: FileSigner) -> ec.EllipticCurvePrivateKey:
    if not isinstance(signer.secret, ec.EllipticCurvePrivateKey):
        raise KeyTrouble(f"the {signer.key.use} key {signer.key.kid} is of a kind that no certificate is issued for")
    return signer.secret
