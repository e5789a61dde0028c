"""The operator's seal: two other readers accept it, a changed byte is found, and faults of its files are reported."""

import re
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from pypdf import PdfReader

from registry.core.clock import now
from registry.core.errors import KeyTrouble
from registry.proofs.papers.making import Making, key_of
from registry.proofs.papers.rendering import Attachment, Draft, pdf_of
from registry.proofs.papers.seal import CHAIN, SECRET, TokenSecret, mark_of, seal_in, seal_now, sealed
from tests.core.tokens import NameToken, import_key
from tests.proofs.papers.sealing import certificate, make_seal, make_secret, put_chain, put_secret
from tests.proofs.papers.waiting import made
from tests.serving import free_port
from tests.thorough import thorough
from tests.tsa import time_stamps

pytestmark = pytest.mark.slow

HTML = '<html lang="zh-Hans"><head><title>证明</title></head><body><h1>示例公司</h1></body></html>'
FILES = (Attachment("credential.jwt", "Smyšlená", b"abc~"),)


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    folder = tmp_path / "keys"
    folder.mkdir()
    return folder


def alone(work: Callable[[], Any]) -> Any:
    """Run it in a thread of its own: pyHanko starts an event loop, and browser tests may have one running in ours."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(work).result()


def seal_of(folder: Path) -> bytes:
    seal = seal_now(folder)
    assert seal is not None
    return alone(lambda: sealed(pdf_of(Draft(HTML, FILES)), seal))


def pdfsig(pdf: bytes, folder: Path) -> str:
    path = folder / "sealed.pdf"
    path.write_bytes(pdf)
    return subprocess.run(["pdfsig", path], capture_output=True, text=True).stdout


def is_believed(pdf: bytes, *roots: x509.Certificate) -> bool:
    """Whether pyHanko's validator calls the seal, and a time stamp in it, whole and under the roots, over all of the file."""
    from asn1crypto.x509 import Certificate
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    trusted = [Certificate.load(root.public_bytes(serialization.Encoding.DER)) for root in roots]
    (signature,) = PdfFileReader(BytesIO(pdf)).embedded_signatures
    context = ValidationContext(trust_roots=trusted, allow_fetching=False)
    return bool(alone(lambda: validate_pdf_signature(signature, context)).bottom_line)


@pytest.mark.parametrize(
    "make",
    [
        make_secret,
        lambda: ec.generate_private_key(ec.SECP384R1()),
        lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048),
    ],
    ids=["P-256", "P-384", "RSA"],
)
def test_two_other_readers_believe_the_seal(
    keys: Path, tmp_path: Path, make: Callable[[], ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey]
) -> None:
    root = make_seal(keys, make())
    pdf = seal_of(keys)
    stated = pdfsig(pdf, tmp_path)
    assert "Signature is Valid." in stated
    assert "Total document signed" in stated
    assert "ETSI.CAdES.detached" in stated
    assert "Example Registry (fictitious)" in stated
    assert is_believed(pdf, root)
    assert not is_believed(pdf, make_seal(keys))


@pytest.mark.thorough
def test_a_seal_has_the_time_of_an_authority(keys: Path, tmp_path: Path) -> None:
    root = make_seal(keys)
    with time_stamps(tmp_path / "authority") as authority:
        found = made(tmp_path / "papers", key_of("stamped"), Draft(HTML, FILES, str(keys), authority.url))
    assert found.state is Making.READY
    stated = pdfsig(found.body, tmp_path)
    assert "Signature is Valid." in stated
    assert "Total document signed" in stated
    assert is_believed(found.body, root, x509.load_pem_x509_certificate(authority.root))
    # The stamp is held to the roots too, not to the seal alone.
    assert not is_believed(found.body, root)


def test_an_authority_that_is_away_leaves_a_seal_without_a_stamp(keys: Path, tmp_path: Path) -> None:
    root = make_seal(keys)
    away = f"http://127.0.0.1:{free_port()}/tsa"
    found = made(tmp_path / "papers", key_of("away"), Draft(HTML, FILES, str(keys), away))
    assert found.state is Making.READY
    assert is_believed(found.body, root)


@pytest.mark.file_times
@pytest.mark.parametrize("is_rsa", [False, *thorough(True)], ids=["P-256", "RSA"])
def test_a_seal_in_a_token_signs_there_and_lies_nowhere_else(
    keys: Path, name_token: NameToken, tmp_path: Path, is_rsa: bool
) -> None:
    label = f"seal-{tmp_path.name}"

    def new_key() -> ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey:
        return rsa.generate_private_key(public_exponent=65537, key_size=2048) if is_rsa else make_secret()

    root = make_seal(keys, new_key())
    import_key(keys / SECRET, label)
    before = mark_of(keys)
    name_token(keys, seal=label)
    with pytest.raises(KeyTrouble, match="has two keys for the seal"):
        seal_now(keys)
    (keys / SECRET).unlink()
    assert mark_of(keys) not in (None, before)
    found = made(tmp_path / "papers", key_of(label), Draft(HTML, FILES, str(keys)))
    assert found.state is Making.READY
    assert is_believed(found.body, root)
    assert "Signature is Valid." in pdfsig(found.body, tmp_path)
    right = seal_now(keys)
    # The certificate of another key, also where it changes under a seal that is in use, and a label of none.
    make_seal(keys, new_key())
    (keys / SECRET).unlink()
    other = x509.load_pem_x509_certificates((keys / CHAIN).read_bytes())
    public = other[0].public_key()
    assert right is not None
    assert isinstance(right.secret, TokenSecret)
    assert isinstance(public, rsa.RSAPublicKey | ec.EllipticCurvePublicKey)
    with pytest.raises(KeyTrouble, match="find out who put it there"):
        right.secret.sign(public, b"what is signed")
    with pytest.raises(KeyTrouble, match="is not the key of the first certificate"):
        seal_now(keys)
    name_token(keys, seal="none")
    with pytest.raises(KeyTrouble, match="has no key none"):
        seal_now(keys)


def test_a_changed_byte_is_reported(keys: Path, tmp_path: Path) -> None:
    root = make_seal(keys)
    pdf = seal_of(keys)
    begin, end = (int(number) for number in re.findall(rb"/ByteRange ?\[0 (\d+) (\d+)", pdf)[0])
    for place in (12, begin // 2, begin - 40, end + 40):
        changed = pdf[:place] + bytes([pdf[place] ^ 1]) + pdf[place + 1 :]
        stated = pdfsig(changed, tmp_path)
        assert "Signature is Valid." not in stated or "Total document signed" not in stated
        assert not is_still_believed(changed, root)


def is_still_believed(pdf: bytes, root: x509.Certificate) -> bool:
    from pyhanko.pdf_utils.misc import PdfError

    try:
        return is_believed(pdf, root)
    except (PdfError, ValueError):
        # The change has spoilt the file itself.
        return False


def test_a_sealed_paper_keeps_its_tags_words_and_files(keys: Path) -> None:
    make_seal(keys)
    reader = PdfReader(BytesIO(seal_of(keys)))
    assert "示例公司" in reader.pages[0].extract_text()
    assert reader.attachments["credential.jwt"] == [b"abc~"]
    assert reader.root_object["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in reader.root_object


@pytest.mark.file_times
def test_a_paper_is_sealed_where_it_is_made(keys: Path, tmp_path: Path) -> None:
    root = make_seal(keys)
    found = made(tmp_path / "papers", key_of("sealed"), Draft(HTML, FILES, str(keys)))
    assert found.state is Making.READY
    assert is_believed(found.body, root)


@pytest.mark.file_times
def test_without_a_seal_nothing_is_signed(keys: Path, tmp_path: Path) -> None:
    assert mark_of(keys) is None
    assert seal_now(keys) is None
    found = made(tmp_path / "papers", key_of("plain"), Draft(HTML, FILES, str(keys)))
    assert "/AcroForm" not in PdfReader(BytesIO(found.body)).root_object


@pytest.mark.file_times
def test_a_paper_that_cannot_be_sealed_is_not_made_and_gives_the_reason(
    keys: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    make_seal(keys)
    (keys / SECRET).unlink()
    found = made(tmp_path / "papers", key_of("half"), Draft(HTML, FILES, str(keys)))
    assert (found.state, found.missing) == (Making.FAILED, ())
    stated = capfd.readouterr().err
    assert '"event":"paper_not_made"' in stated
    assert f"{keys / SECRET} cannot be read" in stated


def test_the_mark_changes_with_the_files(keys: Path) -> None:
    make_seal(keys)
    before = mark_of(keys)
    make_seal(keys)
    assert mark_of(keys) not in (None, before)


def open_to_others(keys: Path) -> None:
    (keys / SECRET).chmod(0o644)


def no_chain(keys: Path) -> None:
    (keys / CHAIN).unlink()


def rubbish_chain(keys: Path) -> None:
    (keys / CHAIN).write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")


def empty_chain(keys: Path) -> None:
    (keys / CHAIN).write_text("")


def rubbish_secret(keys: Path) -> None:
    (keys / SECRET).write_text("rubbish")


def locked_secret(keys: Path) -> None:
    locked = serialization.BestAvailableEncryption(b"fictitious")
    pem = make_secret().private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, locked)
    (keys / SECRET).write_bytes(pem)


def another_secret(keys: Path) -> None:
    put_secret(keys, make_secret())


def small_secret(keys: Path) -> None:
    put_secret(keys, rsa.generate_private_key(public_exponent=65537, key_size=1024))


def strange_secret(keys: Path) -> None:
    pem = ed25519.Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (keys / SECRET).write_bytes(pem)


def foreign_issuer(keys: Path) -> None:
    own, other = x509.load_pem_x509_certificates((keys / CHAIN).read_bytes()), make_secret()
    name = "Example Authority (fictitious)"
    put_chain(keys, own[0], certificate(name, other, name, other, is_authority=True))


def issuer_first(keys: Path) -> None:
    put_chain(keys, *reversed(x509.load_pem_x509_certificates((keys / CHAIN).read_bytes())))


def authority_alone(keys: Path) -> None:
    own = make_secret()
    put_secret(keys, own)
    put_chain(keys, certificate("Example", own, "Example", own, is_for_signatures=False))


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (open_to_others, "may be read by others than its owner: run `chmod 600"),
        (no_chain, "put the certificates of the seal there"),
        (rubbish_chain, "holds no certificates in PEM"),
        (empty_chain, "holds no certificates in PEM"),
        (rubbish_secret, "holds no private key in PEM that can be read without a password"),
        (locked_secret, "holds no private key in PEM that can be read without a password"),
        (another_secret, "is not the key of the first certificate"),
        (small_secret, "use RSA of 2048 bits or more, P-256 or P-384"),
        (strange_secret, "use RSA of 2048 bits or more, P-256 or P-384"),
        (foreign_issuer, "certificate 1 was not issued by certificate 2"),
        (issuer_first, "certificate 1 was not issued by certificate 2"),
        (authority_alone, "the first certificate is not for signatures"),
    ],
)
def test_faults_of_the_files_are_reported(keys: Path, spoil: Callable[[Path], None], words: str) -> None:
    make_seal(keys)
    spoil(keys)
    with pytest.raises(KeyTrouble, match=re.escape(words)):
        seal_now(keys)


@pytest.mark.parametrize("days", [-2, 101])
def test_a_seal_is_good_between_its_days_alone(keys: Path, days: int) -> None:
    make_seal(keys)
    with pytest.raises(KeyTrouble, match=r"is valid from .* only; put a newer one there"):
        seal_in(keys, now() + timedelta(days=days))


WITHOUT_PYHANKO = """
import sys
sys.modules["pyhanko"] = None
from pathlib import Path
from registry.core.errors import KeyTrouble
from registry.proofs.papers.seal import seal_now
try:
    seal_now(Path(sys.argv[1]))
except KeyTrouble as trouble:
    print(trouble.text)
"""


def test_without_pyhanko_the_error_has_the_line_that_installs_it(keys: Path) -> None:
    make_seal(keys)
    stated = subprocess.run([sys.executable, "-c", WITHOUT_PYHANKO, keys], capture_output=True, text=True, check=True)
    assert "--extra seal" in stated.stdout
