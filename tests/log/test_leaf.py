"""The bytes of an entry: fixed on the first day. A vector that fails here means that old entries would change meaning."""

import hashlib
import json
import unicodedata
from datetime import UTC, datetime
from pathlib import Path

import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from registry.core.clock import instant_text
from registry.core.errors import EntryTooLarge, UnfitText
from registry.log.leaf import _HIDING, BIDI, LIMIT, clean_text, leaf_bytes
from registry.register.agencies.record import canonical

VECTORS = json.loads((Path(__file__).parent / "vectors.json").read_text(encoding="utf-8"))
AT = "2026-11-24T10:00:00.123456Z"

text = st.text(st.characters(exclude_categories=("Cc", "Cs")))
plain_json = st.recursive(
    st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | text,
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.text(st.characters(codec="ascii", exclude_categories=("Cc",))), inner)
    ),
)


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["name"] for vector in VECTORS])
def test_an_entry_has_exactly_these_bytes(vector):
    leaf = leaf_bytes(**({"prev": None} | vector["entry"]))
    assert leaf.decode() == vector["leaf"]
    assert hashlib.sha256(leaf).hexdigest() == vector["sha256"]


@given(plain_json)
@example({"ı": 1, "a/b": '\u2028\x7f\\"/', "é": "\U0001f600"})
@example({"b": [], "a": {}, "A": [True, False]})
def test_the_encoder_agrees_with_rfc_8785(value):
    if isinstance(value, dict) and not all(key.isascii() for key in value):
        # Keys of records are ASCII: only there do both sort alike.
        value = list(value.values())
    assert canonical(value) == rfc8785.dumps(value)


def test_the_first_entry_of_a_key_has_no_prev():
    first = json.loads(leaf_bytes(at=AT, index=0, key="agency/X", prev=None, record={}, type="agency.registered"))
    assert "prev" not in first
    second = json.loads(leaf_bytes(at=AT, index=1, key="agency/X", prev=0, record={}, type="agency.amended"))
    assert second["prev"] == 0


def test_instants_always_have_the_same_length():
    assert instant_text(datetime(2026, 11, 24, 10, 0, tzinfo=UTC)) == "2026-11-24T10:00:00.000000Z"


def test_an_entry_holds_sixteen_kibibytes_and_not_a_byte_more():
    empty = leaf_bytes(at=AT, index=0, key="agency/X", prev=None, record={"place": ""}, type="agency.registered")
    room = LIMIT - len(empty)
    full = {"place": "x" * room}
    leaf = leaf_bytes(at=AT, index=0, key="agency/X", prev=None, record=full, type="agency.registered")
    assert len(leaf) == LIMIT
    with pytest.raises(EntryTooLarge):
        leaf_bytes(
            at=AT, index=0, key="agency/X", prev=None, record={"place": "x" * (room + 1)}, type="agency.registered"
        )


@given(st.text())
@example("a\u202eb\u200bc\x00d\ud800e")
@example("e\u0301\u3000 x\u00a0")
def test_clean_text_is_nfc_and_shows_what_it_holds(raw):
    clean = clean_text(raw)
    assert unicodedata.is_normalized("NFC", clean)
    assert not BIDI & set(clean)
    assert all(unicodedata.category(character) not in ("Cc", "Cf", "Cs") for character in clean)
    assert clean == clean.strip()
    assert clean_text(clean) == clean
    clean.encode()


@pytest.mark.parametrize("name", ["A\u202eB", "A\u200bB", "A\x00B", "A\nB", "cafe\u0301", "\u200fA"])
def test_text_that_hides_or_reorders_is_not_logged(name):
    with pytest.raises(UnfitText):
        leaf_bytes(at=AT, index=0, key="agency/X", prev=None, record={"name": name}, type="agency.registered")


def test_quotes_and_backslashes_are_logged():
    record = {"name": 'A "quoted" \\ name \\u0041'}
    leaf = leaf_bytes(at=AT, index=0, key="agency/X", prev=None, record=record, type="agency.registered")
    assert json.loads(leaf)["record"] == record


def test_no_character_that_hides_or_reorders_text_counts_as_printable():
    hiding = [chr(code) for code in range(0x110000) if _HIDING.match(chr(code))]
    assert set(hiding) > BIDI
    assert not any(map(str.isprintable, hiding))
