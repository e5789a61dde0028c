"""Lookup keys: what is printed and what is typed meet in one form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.register.agencies.keys import identifier_key, name_key, number_key
from registry.vocabulary.register import IdentifierScheme


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("ＵＰＣＲ－２０２６／１", "UPCR-2026/1"),
        ("upcr 2026 / 1", "UPCR2026/1"),
        ("upcr\u200b2026/1\u00a0", "UPCR2026/1"),
        ("示例Ｌ００01", "示例L0001"),
        ("UPCR\u20112026\u20141", "UPCR20261"),
    ],
)
def test_full_width_spaces_dashes_and_case_do_not_tell_numbers_apart(typed, printed):
    assert number_key(typed) == number_key(printed)


@pytest.mark.parametrize(("one", "other"), [("1/23", "12/3"), ("1.23", "123"), ("0012", "12"), ("示例1", "虚构1")])
def test_slashes_dots_zeros_and_characters_tell_numbers_apart(one, other):
    assert number_key(one) != number_key(other)


def test_a_registration_number_is_unique_only_within_its_country():
    scheme = IdentifierScheme.REGISTRATION_NUMBER
    assert identifier_key(scheme, "12345678", "CZ") != identifier_key(scheme, "12345678", "SK")


def test_an_euid_keeps_its_dashes():
    scheme = IdentifierScheme.EUID
    assert identifier_key(scheme, "DEX1.HRB-1") != identifier_key(scheme, "DEX1.HRB1")
    assert identifier_key(scheme, " dex1.hrb-1") == identifier_key(scheme, "DEX1.HRB-1")


@given(st.text())
def test_every_text_has_a_key_that_a_database_can_hold(text):
    for key in (number_key(text), name_key(text), identifier_key(IdentifierScheme.EUID, text)):
        assert len(key) <= 400
        assert "\x00" not in key
        key.encode()


@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=60))
def test_a_number_key_is_its_own_key(text):
    key = number_key(text)
    assert number_key(key) == key
