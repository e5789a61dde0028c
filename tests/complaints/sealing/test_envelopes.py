"""What is sealed opens in its own place under its own key, and nowhere else; its length tells little."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.complaints.sealing.envelopes import (
    Place,
    bytes_of,
    expand,
    key_id,
    opened_value,
    read_envelope,
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
