"""What is sealed opens in its own place under its own key, and nowhere else; its length tells little."""

import hashlib
import hmac
import json
import re
import secrets
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from hypothesis import given
from hypothesis import strategies as st
from nacl.public import PrivateKey

from registry.complaints.sealing.envelopes import (
    X_WING_BYTES,
    Place,
    bytes_of,
    expand,
    former_public_of,
    key_id,
    key_id_of,
    open_sealed,
    opened_value,
    public_of,
    public_with,
    read_envelope,
    seal_to,
    sealed_value,
    text_of,
)
from registry.core.errors import Unopenable

KEY = bytes(range(32))
PLACE = Place("messages", "sealed", "7Q9ZEXWXKGDG", "8W2PEXWXKGDH")


def seal(text: str, place: Place = PLACE, key: bytes = KEY) -> str:
    return sealed_value(key, key_id(key), bytes_of(text), place)


def opened(sealed: str, place: Place = PLACE, key: bytes = KEY) -> str:
    return text_of(opened_value(key, read_envelope(sealed), place))


@pytest.mark.parametrize(
    ("secret", "salt", "info", "length", "expected"),
    [
        # RFC 5869, appendix A.1
        (
            "0b" * 22,
            "000102030405060708090a0b0c",
            "f0f1f2f3f4f5f6f7f8f9",
            42,
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
        ),
        # A.3: no salt, no info
        (
            "0b" * 22,
            "",
            "",
            42,
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
        ),
    ],
)
def test_keys_are_expanded_as_rfc_5869_says(secret: str, salt: str, info: str, length: int, expected: str) -> None:
    made = expand(bytes.fromhex(secret), bytes.fromhex(info), salt=bytes.fromhex(salt) or None, length=length)
    assert made.hex() == expected


@given(st.text(st.characters(codec=None), max_size=700))
def test_any_text_comes_back_as_it_was(text: str) -> None:
    assert opened(seal(text)) == text


@pytest.mark.parametrize("text", ["", "\0", "\x80", "a" * 255, "a" * 256, "\ud800", "护照被扣", "…\0\0"])
def test_text_that_looks_like_padding_comes_back_too(text: str) -> None:
    assert opened(seal(text)) == text


@pytest.mark.parametrize("other", [
    PLACE._replace(table="answer_sheets"), PLACE._replace(column="note"), PLACE._replace(row="7Q9ZEXWXKGDH"),
    PLACE._replace(case="8W2PEXWXKGDJ"),
])  # fmt: skip
def test_moved_to_another_table_column_row_or_case_it_does_not_open(other: Place) -> None:
    with pytest.raises(Unopenable, match="changed or moved"):
        opened(seal("text"), other)


def test_no_place_can_be_written_as_another() -> None:
    with pytest.raises(ValueError, match="slash"):
        Place("a/b", "c", "d", "e").bytes()


def test_each_character_changed_or_missing_is_noticed() -> None:
    sealed = seal("text")
    for at in range(len(sealed)):
        for other in (sealed[:at] + ("A" if sealed[at] != "A" else "B") + sealed[at + 1 :], sealed[:at]):
            try:
                found = opened(other)
            except Unopenable:
                continue
            # The kid is not authenticated by this key's cipher: it is the caller's choice of key.
            assert 3 <= at < 3 + 16
            assert found == "text"


def test_one_value_has_one_text() -> None:
    """Spare bits of the last character and signs that are no Base64 are not passed over."""
    sealed = seal("text")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    for last in alphabet:
        if last != sealed[-1]:
            with pytest.raises(Unopenable):
                opened(sealed[:-1] + last)
    with pytest.raises(Unopenable):
        opened(sealed[:-4] + "!" + sealed[-4:])


@pytest.mark.parametrize(
    "rubbish", ["", "v1", "v2.k.AAAA.AAAA", "v1.k.!.!", "v1.k.AAAA.AA.AA", "v1.k.é.AAAA", "plain text"]
)
def test_what_is_no_envelope_is_refused_without_repeating_it(rubbish: str) -> None:
    with pytest.raises(Unopenable) as raised:
        opened(rubbish)
    assert not rubbish or rubbish not in raised.value.text


def test_nothing_of_the_text_is_in_the_envelope_or_the_error() -> None:
    sealed = seal("CANARY-4711")
    assert "CANARY" not in sealed
    with pytest.raises(Unopenable) as raised:
        opened(sealed[:-4] + "AAAA")
    assert "CANARY" not in str(raised.value)
    assert raised.value.__cause__ is None


def test_lengths_up_to_255_bytes_look_the_same_and_no_two_envelopes_do() -> None:
    assert len({len(seal("a" * length)) for length in (0, 1, 17, 255)}) == 1
    assert len(seal("a" * 256)) > len(seal("a" * 255))
    assert seal("a") != seal("a")


def test_an_envelope_says_version_key_nonce_and_ciphertext() -> None:
    version, kid, nonce, ciphertext = seal("a").split(".")
    assert (version, kid) == ("v1", key_id(KEY))
    assert re.fullmatch(r"[0-9a-f]{16}", kid)
    assert re.fullmatch(r"[A-Za-z0-9_-]+", nonce + ciphertext)
    assert key_id(KEY) != key_id(bytes(32))


# Wraps

VECTOR = Path(__file__).parents[2] / "data" / "xwing.json"
LABEL = bytes.fromhex("5c2e2f2f5e5c")


class XWing:
    """X-Wing and HPKE read anew from draft-connolly-cfrg-xwing-kem and RFC 9180, out of the two keys and hashes alone."""

    def __init__(self, secret: bytes) -> None:
        expanded = hashlib.shake_256(secret).digest(96)
        self.ml_kem = MLKEM768PrivateKey.from_seed_bytes(expanded[:64])
        self.x25519 = X25519PrivateKey.from_private_bytes(expanded[64:])
        self.ours = self.x25519.public_key().public_bytes_raw()

    def shared(self, ciphertext: bytes) -> bytes:
        theirs = ciphertext[1088:]
        by_ml_kem = self.ml_kem.decapsulate(ciphertext[:1088])
        by_x25519 = self.x25519.exchange(X25519PublicKey.from_public_bytes(theirs))
        return hashlib.sha3_256(by_ml_kem + by_x25519 + theirs + self.ours + LABEL).digest()

    def opened(self, sealed: bytes, info: bytes) -> bytes:
        suite = b"HPKE\x64\x7a\x00\x01\x00\x02"

        def extract(salt: bytes, label: bytes, material: bytes) -> bytes:
            return hmac.new(salt or bytes(32), b"HPKE-v1" + suite + label + material, hashlib.sha256).digest()

        def expand(key: bytes, label: bytes, context: bytes, length: int) -> bytes:
            stated = length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + context
            return HKDFExpand(hashes.SHA256(), length, stated).derive(key)

        context = b"\0" + extract(b"", b"psk_id_hash", b"") + extract(b"", b"info_hash", info)
        secret = extract(self.shared(sealed[:1120]), b"secret", b"")
        key, nonce = expand(secret, b"key", context, 32), expand(secret, b"base_nonce", context, 12)
        return AESGCM(key).decrypt(nonce, sealed[1120:], b"")


def test_the_published_vector_of_x_wing_holds() -> None:
    vector = json.loads(VECTOR.read_text(encoding="utf-8"))
    secret, public = bytes.fromhex(vector["secret"]), public_of(bytes.fromhex(vector["secret"])).hex()
    assert len(public) == 2 * X_WING_BYTES
    assert (public[:128], public[-128:]) == (vector["public_begins"], vector["public_ends"])
    assert XWing(secret).shared(bytes.fromhex(vector["ciphertext"])).hex() == vector["shared"]


def test_a_second_reader_opens_what_is_sealed_to_a_key() -> None:
    secret = secrets.token_bytes(32)
    sealed = seal_to(public_of(secret), b"a content key")
    assert XWing(secret).opened(sealed, b"registry wrap v2") == b"a content key"


def test_a_wrap_that_was_changed_or_is_for_another_does_not_open() -> None:
    secret, other = secrets.token_bytes(32), secrets.token_bytes(32)
    public = public_of(secret)
    sealed = seal_to(public, b"a content key")
    assert open_sealed(secret, public, sealed) == b"a content key"
    assert open_sealed(other, public, sealed) is None
    # One bit of what is for ML-KEM, of what is for X25519, and of the content.
    for place in (0, 1087, 1088, 1119, 1120, len(sealed) - 1):
        assert open_sealed(secret, public, sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :]) is None
    assert open_sealed(secret, public, sealed[:100]) is None
    assert open_sealed(secret, public, b"") is None


def test_a_secret_of_before_has_the_public_key_that_libsodium_says_and_another_of_x_wing() -> None:
    secret = secrets.token_bytes(32)
    former = former_public_of(secret)
    assert former == bytes(PrivateKey(secret).public_key)
    assert former not in public_of(secret)
    assert public_with(secret, key_id_of(former)) == former
    assert public_with(secret, key_id_of(public_of(secret))) == public_of(secret)
    assert public_with(secret, "0" * 16) is None
    assert open_sealed(secret, former, seal_to(former, b"a content key")) == b"a content key"
