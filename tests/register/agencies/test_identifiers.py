from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.register.agencies.identifiers import (
    USCC_ALPHABET,
    checked_euid,
    checked_lei,
    checked_uscc,
    checked_vat,
    is_resident_number,
    uscc_check_character,
)

USCC = "91000000MA00FCT207"


@pytest.mark.parametrize(
    "typed", [USCC, USCC.lower(), "９１0000 00-ma00fct207", "\u200b91000000MA00FCT207 ", "91000000\u2014MA00FCT207"]
)
def test_a_code_is_tidied_however_it_is_written(typed: str) -> None:
    assert checked_uscc(typed) == (USCC, False)


@given(st.integers(0, 17), st.sampled_from(USCC_ALPHABET))
def test_every_single_wrong_character_of_a_code_is_noticed(place: int, character: str) -> None:
    changed = USCC[:place] + character + USCC[place + 1 :]
    assert checked_uscc(changed)[1] is (changed != USCC)


def test_a_department_may_be_a_letter() -> None:
    body = "Y1000000MA00FCT20"
    assert checked_uscc(body + uscc_check_character(body)) == (body + uscc_check_character(body), False)


@pytest.mark.parametrize("typed", ["", "9100", USCC + "0", "9100000OMA00FCT207", "91000000MA00FCT20I", "虚" * 18])
def test_a_code_that_cannot_exist_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="code"):
        checked_uscc(typed)


def test_a_personal_identity_number_is_refused_as_what_it_is() -> None:
    # Made up, with a right check digit; 1 January 1900 stands for no one.
    number = "110000190001010009"
    numbers = [number[:17] + digit for digit in "0123456789X"]
    (valid,) = [candidate for candidate in numbers if is_resident_number(candidate)]
    with pytest.raises(ValueError, match="personal identity number"):
        checked_uscc(valid)


def test_an_lei_is_checked_by_its_last_two_digits() -> None:
    assert checked_lei("0000 dema fctn 00send 86") == "0000DEMAFCTN00SEND86"
    for wrong in ("0000DEMAFCTN00SEND87", "0000DEMAFCTN00SEND8", "0000DEMAFCTN00SENDXX", "0" * 20):
        with pytest.raises(ValueError, match="LEI"):
            checked_lei(wrong)


def test_a_vat_number_is_checked_by_its_states_rule() -> None:
    assert checked_vat("it 000000.99994") == "IT00000099994"
    assert checked_vat("GR000000000") == checked_vat("EL 000 000 000") == "EL000000000"
    for wrong in ("IT00000099995", "IT1", "00000099994", "XX00000099994", "IT" + "\u0660" * 11, ""):
        with pytest.raises(ValueError, match="VAT"):
            checked_vat(wrong)


@pytest.mark.parametrize(
    ("typed", "tidy"),
    [
        ("plkrs.0000999999", "PLKRS.0000999999"),
        ("DEK0000.HRB 000/9999-B", "DEK0000.HRB 000/9999-B"),
        ("ESRMX.9999999_x", "ESRMX.9999999_x"),
        ("FR0000.aBc", "FR0000.aBc"),
        ("PLKRS . 0000999999", "PLKRS.0000999999"),
    ],
)
def test_an_euid_keeps_its_number_as_the_register_writes_it(typed: str, tidy: str) -> None:
    assert checked_euid(typed) == tidy


@pytest.mark.parametrize("typed", ["", "PLKRS", "PLKRS.", "PL.1", "XXKRS.1", "USDE.1", "PLKRS0000999999", "PLKRS._1"])
def test_an_euid_that_cannot_exist_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="EUID"):
        checked_euid(typed)


@given(st.text(max_size=60))
def test_no_text_breaks_a_check_and_no_refusal_repeats_it(text: str) -> None:
    for check in (checked_uscc, checked_lei, checked_vat, checked_euid):
        # A refusal has words of its own, so it repeats a text only if it repeats the same letters backwards too.
        assert len(text) < 8 or not all(one in refusal_of(check, one) for one in (text, text[::-1]))


def refusal_of(check: Callable[[str], object], text: str) -> str:
    """What the check says against a text; empty when it lets it pass."""
    try:
        check(text)
    except ValueError as error:
        return str(error)
    return ""
