"""Secrets lie in files of their own, for their owner alone, and survive a crash whole."""

import os
import threading

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from registry.core.clock import instant_text, now
from registry.core.errors import KeyTrouble
from registry.core.key_records import kid_of, public_jwk
from registry.core.keyring import Keyring, KeyState, Use


@pytest.fixture
def keyring(tmp_path) -> Keyring:
    return Keyring(tmp_path / "keys")


def test_a_key_signs_after_it_is_read_back_from_its_file(keyring):
    made = keyring.make(Use.CREDENTIAL, instant_text(now()))
    signature = Keyring(keyring.folder).signer(Use.CREDENTIAL).sign(b"message")
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    made.secret.public_key().verify(encode_dss_signature(r, s), b"message", ec.ECDSA(hashes.SHA256()))


def test_the_log_signs_by_ed25519(keyring):
    made = keyring.make(Use.LOG, instant_text(now()))
    made.secret.public_key().verify(keyring.signer(Use.LOG).sign(b"message"), b"message")
    assert made.key.public["crv"] == "Ed25519"


def test_the_newest_active_key_signs_and_a_retired_one_does_not(keyring):
    first = keyring.make(Use.RECEIPT, "2026-01-01T00:00:00.000000Z").key
    second = keyring.make(Use.RECEIPT, "2026-02-01T00:00:00.000000Z").key
    assert keyring.signer(Use.RECEIPT).key == second
    keyring.change(second, state=KeyState.RETIRED)
    assert keyring.signer(Use.RECEIPT).key == first
    keyring.change(first, state=KeyState.COMPROMISED, last_good_index=4)
    with pytest.raises(KeyTrouble, match="no active receipt key"):
        keyring.signer(Use.RECEIPT)


def test_nothing_of_a_key_can_be_read_by_others(keyring):
    keyring.make(Use.LOG, instant_text(now()))
    keyring.secret("accounts")
    assert {path.stat().st_mode & 0o777 for path in keyring.folder.iterdir()} == {0o600}
    assert keyring.folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_a_secret_that_others_may_read_is_refused_with_what_to_do(keyring, mode):
    made = keyring.make(Use.LOG, instant_text(now())).key
    (keyring.folder / f"{made.name}.pem").chmod(mode)
    with pytest.raises(KeyTrouble, match="chmod 600"):
        keyring.signer(Use.LOG)


def test_a_damaged_or_exchanged_file_is_refused(keyring):
    one = keyring.make(Use.STATUS, "2026-01-01T00:00:00.000000Z").key
    other = keyring.make(Use.STATUS, "2026-02-01T00:00:00.000000Z").key
    path = keyring.folder / f"{other.name}.pem"
    path.write_bytes((keyring.folder / f"{one.name}.pem").read_bytes())
    with pytest.raises(KeyTrouble, match="another key"):
        keyring.signer(Use.STATUS)
    path.write_bytes(b"-----BEGIN PRIVATE KEY-----\n")
    with pytest.raises(KeyTrouble, match="backup"):
        keyring.signer(Use.STATUS)
    (keyring.folder / f"{other.name}.json").write_text("{}")
    with pytest.raises(KeyTrouble, match="backup"):
        keyring.keys()


def test_a_draft_left_by_a_crash_is_no_key(keyring):
    keyring.make(Use.STATUS, instant_text(now()))
    (keyring.folder / ".status-x.json.abc").write_bytes(b"{")
    assert len(keyring.keys()) == 1


def test_digests_differ_by_purpose_and_by_registry_and_stay_the_same(keyring, tmp_path):
    digest = keyring.digest("accounts", "6222 0000")
    assert digest == Keyring(keyring.folder).digest("accounts", "6222 0000")
    assert (
        len({digest, keyring.digest("phones", "6222 0000"), Keyring(tmp_path / "b").digest("accounts", "6222 0000")})
        == 3
    )


def test_two_that_make_a_secret_at_once_agree(keyring):
    start = threading.Barrier(8)
    found = []

    def ask() -> None:
        ring = Keyring(keyring.folder)
        start.wait()
        found.append(ring.secret("accounts"))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1


def test_a_kid_is_the_thumbprint_of_rfc_7638(keyring):
    # The example key of RFC 8037, whose thumbprint its appendix A.3 gives.
    public = {"crv": "Ed25519", "kty": "OKP", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
    assert kid_of(public) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"[:16]


def test_no_kid_can_be_taken_for_an_option(keyring, monkeypatch):
    """One in sixty-four would begin with a dash."""

    def drawn(is_dashed: bool):
        return next(
            secret
            for secret in iter(lambda: generate(ec.SECP256R1()), None)
            if kid_of(public_jwk(secret.public_key())).startswith("-") is is_dashed
        )

    generate = ec.generate_private_key
    draws = iter([drawn(True), drawn(True), drawn(False)])
    monkeypatch.setattr("registry.core.key_records.ec.generate_private_key", lambda curve: next(draws))
    kid = keyring.make(Use.RECEIPT, instant_text(now())).key.kid
    assert not kid.startswith("-")
    assert [path.name for path in keyring.folder.glob("*.pem")] == [f"receipt-{kid}.pem"]


def test_a_folder_that_cannot_be_written_is_an_error(keyring):
    keyring.folder.parent.mkdir(exist_ok=True)
    keyring.folder.write_text("a file in its place")
    with pytest.raises(OSError, match=os.strerror(17)):
        keyring.secret("accounts")


def test_a_ring_gives_its_newest_secret_first_and_forgets_what_was_removed(keyring):
    assert keyring.ring("cases") == []
    first, second = (keyring.add_to_ring("cases", lambda body: body[:8].hex()) for _ in range(2))
    other = keyring.add_to_ring("cases-x", lambda body: body[:8].hex())
    keyring.secret("cases")
    assert keyring.ring("cases") == Keyring(keyring.folder).ring("cases") == [second, first]
    assert keyring.ring("cases-x") == [other]
    assert {path.stat().st_mode & 0o777 for path in keyring.folder.iterdir()} == {0o600}
    keyring.remove_from_ring("cases", second.kid)
    keyring.remove_from_ring("cases", other.kid)
    assert keyring.ring("cases") == [first]
    third = keyring.add_to_ring("cases", lambda body: body[:8].hex())
    assert keyring.ring("cases")[0] == third
    assert repr(third.body) not in repr(third)


def test_a_damaged_or_open_secret_of_a_ring_is_refused(keyring):
    made = keyring.add_to_ring("cases", lambda body: body[:8].hex())
    [path] = keyring.folder.glob("cases-*.secret")
    path.chmod(0o644)
    with pytest.raises(KeyTrouble, match="chmod 600"):
        Keyring(keyring.folder).ring("cases")
    path.chmod(0o600)
    path.write_bytes(made.body[:31])
    with pytest.raises(KeyTrouble, match="damaged"):
        Keyring(keyring.folder).ring("cases")
