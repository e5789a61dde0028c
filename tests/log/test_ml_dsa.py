"""A second signature under heads, by ML-DSA-44: OpenSSL verifies it, and who knows no such key passes over it."""

import hashlib
import json
import subprocess
from base64 import b64decode, b64encode
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey
from jsonschema import Draft202012Validator
from registry_client import notes
from registry_client.proving import judge_head
from registry_client.strict import Refused, Unreadable
from registry_client.trust import read_trust
from registry_client.verdicts import Verdict
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from registry.cli.keys import add_key
from registry.core.errors import BadProof
from registry.core.keyring import Keyring, KeyState, Use
from registry.core.settings import Settings
from registry.http.responses import encode
from registry.log import note, queries
from registry.log.audit import audit
from registry.log.keys import change_state
from registry.log.models import Checkpoint
from registry.log.signing import sign_committed
from tests.log.entry_schema import SCHEMA
from tests.log.publishing import publish

Sessions = sessionmaker[Session]


@pytest.fixture
def kid(settings: Settings, sessions: Sessions) -> str:
    """The second key, of a log whose newest head bears its signature."""
    publish(sessions, 3)
    sign_committed(settings, sessions)
    keyring = Keyring(settings.keys)
    with keyring.alone():
        made = add_key(sessions, keyring, Use.LOG_ML_DSA, settings.public_url)
    sign_committed(settings, sessions)
    return made


def newest(sessions: Sessions) -> str:
    with sessions() as session:
        return queries.head(session).note


def trust_of(settings: Settings, sessions: Sessions) -> bytes:
    with sessions() as session:
        return encode(queries.trust_file(session, settings.public_url))


def spoilt(raw: str) -> str:
    """With one bit of the second signature changed."""
    *lines, last = raw.splitlines(keepends=True)
    name, _, coded = last.rpartition(" ")
    changed = bytearray(b64decode(coded))
    changed[-1] ^= 1
    return "".join(lines) + f"{name} {b64encode(changed).decode()}\n"


@pytest.mark.usefixtures("kid")
def test_openssl_verifies_the_second_signature(sessions: Sessions, tmp_path: Path) -> None:
    raw = newest(sessions)
    text, _, lines = raw.partition("\n\n")
    origin, size, root = text.split("\n")
    # As the log's entry names it: the line's id and the message are put together here by hand, from C2SP tlog-cosignature.
    with sessions() as session:
        public = queries.ml_dsa_keys(session, origin)[0].public
    signature = b64decode(lines.splitlines()[-1].split(" ")[2])[4:]
    name = bytes([len(origin)]) + origin.encode()
    message = (
        b"subtree/v1\n\0" + name + signature[:8] + name + bytes(8) + int(size).to_bytes(8, "big") + b64decode(root)
    )
    pem = MLDSA44PublicKey.from_public_bytes(public).public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    for file, body in (("key", pem), ("message", message), ("other", message + b"x"), ("signature", signature[8:])):
        (tmp_path / file).write_bytes(body)
    for file, code in (("message", 0), ("other", 1)):
        command = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "key", "-in", file, "-sigfile", "signature"]
        assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode == code


def test_the_entry_of_the_second_key_is_as_the_schema_says(sessions: Sessions, kid: str) -> None:
    with sessions() as session:
        entry = queries.latest_entry(session, f"head-key/{kid}")
    assert entry is not None
    Draft202012Validator(SCHEMA).validate(json.loads(entry.leaf))


@pytest.mark.usefixtures("kid")
def test_who_knows_no_such_key_reads_the_head_as_before(settings: Settings, sessions: Sessions) -> None:
    raw = newest(sessions)
    with sessions() as session:
        known = queries.verifier_keys(session)
        assert [key.kind for key in known] == [note.ED25519]
        assert audit(session, settings).troubles == []
    assert note.verify_checkpoint(raw, known) == note.verify_checkpoint(spoilt(raw), known)
    # What witnesses are sent is as small as ever.
    assert note.without_cosignatures(raw).count("\n") == raw.count("\n") - 1


@pytest.mark.usefixtures("kid")
def test_a_false_second_signature_is_found_from_inside(settings: Settings, sessions: Sessions) -> None:
    false = spoilt(newest(sessions))
    with sessions.begin() as session:
        size = session.execute(select(Checkpoint.size).order_by(Checkpoint.size.desc()).limit(1)).scalar_one()
        session.execute(update(Checkpoint).where(Checkpoint.size == size).values(note=false))
    with sessions() as session:
        assert [one for one in audit(session, settings).troubles if "is false" in one]


def test_a_retired_key_signs_no_further_head(settings: Settings, sessions: Sessions, kid: str) -> None:
    before = newest(sessions)
    keyring = Keyring(settings.keys)
    with keyring.alone(), sessions.begin() as session:
        changed = change_state(session, keyring.signer_of(kid).key, KeyState.RETIRED)
    keyring.keep(changed)
    sign_committed(settings, sessions)
    assert newest(sessions).count("\n") == before.count("\n") - 1
    with sessions() as session:
        assert audit(session, settings).troubles == []


@pytest.mark.usefixtures("kid")
def test_the_client_says_what_the_second_signature_is_worth(settings: Settings, sessions: Sessions) -> None:
    trust = read_trust(trust_of(settings, sessions))
    raw = newest(sessions)

    def found(text: str, keys: tuple[notes.VerifierKey, ...]) -> list[str]:
        seen = notes.verify_checkpoint(notes.read_checkpoint(text), trust.origin, keys, trust.policy)
        verdict = Verdict()
        judge_head(seen, verdict)
        return [finding.code for finding in verdict.findings]

    assert "head_ml_dsa_signed" in found(raw, trust.head_keys)
    assert "head_ml_dsa_missing" in found(note.without_cosignatures(raw), trust.head_keys)
    assert not [code for code in found(raw, trust.log_keys) if "ml_dsa" in code]
    with pytest.raises(Refused, match="head_ml_dsa_false"):
        found(spoilt(raw), trust.head_keys)
    # By the second signature alone no head is believed.
    with pytest.raises(Refused, match="head_not_signed"):
        found(raw, trust.ml_dsa_keys)


@pytest.mark.usefixtures("kid")
def test_a_second_key_of_another_log_is_refused(settings: Settings, sessions: Sessions) -> None:
    data = trust_of(settings, sessions)
    key = note.read_vkey(str(read_key(data)))
    other = str(note.VerifierKey("other.example/log", note.ML_DSA, key.public))
    with pytest.raises(Unreadable, match="ml_dsa_keys must name the log"):
        read_trust(data.replace(str(key).encode(), other.encode()))
    with pytest.raises(BadProof, match="ML-DSA-44"):
        note.read_vkey(str(note.VerifierKey("other.example/log", note.ML_DSA, key.public[:32])))


def read_key(data: bytes) -> str:
    return next(word for word in data.decode().split('"') if word.count("+") and len(word) > 1000)


VECTORS = json.loads(Path(__file__).with_name("ml_dsa_vectors.json").read_text(encoding="utf-8"))
"""Of others; each says where it stands."""


def test_the_published_vectors_of_keys_and_signatures_hold() -> None:
    for known in VECTORS["keys"]["tests"]:
        public = MLDSA44PrivateKey.from_seed_bytes(bytes.fromhex(known["seed"])).public_key().public_bytes_raw()
        assert public.hex().startswith(known["begins"])
        assert public.hex().endswith(known["ends"])
    known = VECTORS["signature"]
    key = MLDSA44PrivateKey.from_seed_bytes(bytes.fromhex(known["seed"])).public_key()
    assert hashlib.sha256(key.public_bytes_raw()).hexdigest() == known["public_sha256"]
    signature, message, context = b64decode(known["signature"]), bytes.fromhex(known["message"]), known["context"]
    key.verify(signature, message, bytes.fromhex(context))
    for others in ((message + b"x", bytes.fromhex(context)), (message, b"")):
        with pytest.raises(InvalidSignature):
            key.verify(signature, *others)


def test_a_cosignature_by_another_program_is_read_by_server_and_client() -> None:
    known = VECTORS["cosignature"]
    raw = f"{known['text']}\n{known['line']}"
    assert note.cosigned_at(note.read_note(raw), note.read_vkey(known["vkey"])) == 0
    theirs = notes.read_verifier_key(known["vkey"], notes.ML_DSA_KEY, "vkey")

    def is_true(text: str) -> bool:
        checkpoint = notes.read_checkpoint(text)
        (line,) = [line for name, hint, line in checkpoint.signatures if (name, hint) == (theirs.name, theirs.hint)]
        return theirs.verifies(line[8:], notes._ml_dsa_message(checkpoint, theirs.name, line[:8]))

    assert is_true(raw)
    for other in (raw.replace("\n1\n", "\n2\n", 1), spoilt(raw)):
        assert not is_true(other)
        with pytest.raises(BadProof):
            note.cosigned_at(note.read_note(other), note.read_vkey(known["vkey"]))
