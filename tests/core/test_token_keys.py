"""Keys in a PKCS#11 token: they are made there, sign there, and lie nowhere else."""

from base64 import b64decode
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pkcs11
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from registry.core.clock import instant_text, now
from registry.core.errors import KeyTrouble
from registry.core.key_records import p256_of
from registry.core.keyring import Key, Keyring, TokenSigner, Use
from registry.core.settings import Settings
from registry.core.token_keys import OpenToken, token_of
from registry.log import note
from registry.log.queries import raw_public
from registry.log.signing import sign_committed
from tests.core.tokens import PIN, NameToken, prepared
from tests.log.publishing import Sessions, publish

MESSAGE = b"a head of the log"


def verify(key: Key, signature: bytes) -> None:
    """Raises InvalidSignature."""
    public = p256_of(key.public)
    if public is None:
        ed25519.Ed25519PublicKey.from_public_bytes(raw_public(key.public)).verify(signature, MESSAGE)
        return
    r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
    public.verify(encode_dss_signature(r, s), MESSAGE, ec.ECDSA(hashes.SHA256()))


@pytest.mark.parametrize("use", [Use.LOG, Use.CREDENTIAL])
def test_a_key_is_made_and_signs_in_the_token_and_lies_nowhere_else(
    name_token: NameToken, tmp_path: Path, use: Use
) -> None:
    folder = tmp_path / "keys"
    name_token(folder)
    made = Keyring(folder).make(use, instant_text(now()))
    assert isinstance(made, TokenSigner)
    assert list(folder.glob("*.pem")) == []
    again = Keyring(folder)
    signer = again.signer(use)
    assert (signer.key, again.holds_secret(signer.key)) == (made.key, True)
    assert len(signer.sign(MESSAGE)) == 64
    verify(signer.key, signer.sign(MESSAGE))


def _signed_in_child(folder: str, result: str) -> None:
    Path(result).write_bytes(Keyring(Path(folder)).signer(Use.LOG).sign(MESSAGE))


def test_a_process_that_was_forked_signs_too(name_token: NameToken, tmp_path: Path) -> None:
    folder, result = tmp_path / "keys", tmp_path / "signature"
    name_token(folder)
    signer = Keyring(folder).make(Use.LOG, instant_text(now()))
    signer.sign(MESSAGE)
    child = get_context("fork").Process(target=_signed_in_child, args=(str(folder), str(result)))
    child.start()
    child.join(60)
    assert child.exitcode == 0
    verify(signer.key, result.read_bytes())
    verify(signer.key, signer.sign(MESSAGE))


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_log_is_signed_by_the_token_and_the_root_certifies_its_key(
    name_token: NameToken, settings: Settings, sessions: Sessions
) -> None:
    settings.prepare_home()
    name_token(settings.keys)
    publish(sessions, 3)
    signed = sign_committed(settings, sessions)
    assert signed is not None
    keyring = Keyring(settings.keys)
    log, credential, root = (keyring.active(use) for use in (Use.LOG, Use.CREDENTIAL, Use.ROOT))
    assert sorted(path.name.partition("-")[0] for path in settings.keys.glob("*.pem")) == ["receipt", "root", "status"]
    key = note.VerifierKey(signed.origin, note.ED25519, raw_public(log.public))
    assert note.verify_checkpoint(signed.note, [key]).size == signed.size
    issued, issuer = (x509.load_der_x509_certificate(b64decode(one.certificate or "")) for one in (credential, root))
    issued.verify_directly_issued_by(issuer)
    assert issued.public_key() == p256_of(credential.public)


def test_a_wrong_token_is_refused_with_its_reason(name_token: NameToken, tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    name_token(folder)
    key = Keyring(folder).make(Use.LOG, instant_text(now())).key
    for wrong, reason in (
        ({"pin": "x", "mode": 0o644}, "may be read by others"),
        ({"label": "other"}, "NoSuchToken"),
        ({"uses": '["root"]'}, "belong off line"),
    ):
        name_token(folder, **wrong)
        with pytest.raises(KeyTrouble, match=reason):
            Keyring(folder).signer(Use.LOG)
    name_token(folder)
    (folder / f"{key.name}.json").rename(folder / "log-AAAAAAAAAAAAAAAA.json")
    body = (folder / "log-AAAAAAAAAAAAAAAA.json").read_text().replace(key.kid, "AAAAAAAAAAAAAAAA")
    (folder / "log-AAAAAAAAAAAAAAAA.json").write_text(body)
    with pytest.raises(KeyTrouble, match="cannot be read"):
        Keyring(folder).signer(Use.LOG)


def _objects(name: str) -> list[Any]:
    """The objects of a name in the token of the tests, in a session of another reader."""
    token = pkcs11.lib(prepared()).get_token(token_label="registry")
    try:
        session = token.open(user_pin=PIN, rw=True)
    except pkcs11.UserAlreadyLoggedIn:
        session = token.open(rw=True)
    return list(session.get_objects({pkcs11.Attribute.LABEL: name}))


@pytest.mark.parametrize("use", [Use.LOG, Use.CREDENTIAL])
def test_a_key_signs_and_does_nothing_else_and_is_not_changed(name_token: NameToken, tmp_path: Path, use: Use) -> None:
    folder = tmp_path / "keys"
    name_token(folder)
    made = Keyring(folder).make(use, instant_text(now())).key
    objects = _objects(made.name)
    assert len(objects) == 2
    for one in objects:
        assert one[pkcs11.Attribute.DERIVE] is False
        assert one[pkcs11.Attribute.MODIFIABLE] is False
    private = next(one for one in objects if one.object_class is pkcs11.ObjectClass.PRIVATE_KEY)
    assert (private[pkcs11.Attribute.EXTRACTABLE], private[pkcs11.Attribute.SENSITIVE]) == (False, True)
    assert _objects("registry-draft") == []


def test_another_key_under_the_name_signs_nothing(name_token: NameToken, tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    name_token(folder)
    mine = Keyring(folder).make(Use.LOG, instant_text(now())).key
    token = token_of(folder)
    assert token is not None
    own = _objects(mine.name)
    token.make(is_ed25519=True)
    token.name(mine.name)
    # Which of two would sign is chance.
    with pytest.raises(KeyTrouble, match=f"2 keys {mine.name}"):
        TokenSigner(mine, OpenToken(token.place)).sign(MESSAGE)
    for one in own:
        one.destroy()
    with pytest.raises(KeyTrouble, match="another key under the name"):
        TokenSigner(mine, OpenToken(token.place)).sign(MESSAGE)
