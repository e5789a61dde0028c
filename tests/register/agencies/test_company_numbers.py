"""A company number with a wrong digit is reported as a typing error; without a check digit it is not judged."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.register.agencies.identifiers import company_number_is_right

# Invented: numbers of runs of zeros and nines with the check digit that belongs to them.
RIGHT = {"CZ": "00000019", "IT": "00000099994", "SK": "00000019"}


@pytest.mark.parametrize(
    ("country", "number", "is_right"),
    [
        ("CZ", "00000019", True),
        ("CZ", "0000 0019", True),
        ("CZ", "00000018", False),
        ("SK", "00000018", False),
        ("IT", "00000099994", True),
        ("IT", "IT00000099994", True),
        ("IT", "00000099995", False),
        # A zero at the front was lost.
        ("IT", "0000099994", False),
        ("PL", "0000123456", True),
        ("PL", "1234567890", False),
        ("DE", "HRB 998001", None),
        ("DE", "12345678", None),
        ("CZ", "C 12345", None),
        ("XX", "12345678", None),
    ],
)
def test_a_company_number_is_judged_by_its_check_digit(country: str, number: str, is_right: bool | None) -> None:
    assert company_number_is_right(country, number) is is_right


@given(st.sampled_from(["CZ", "IT", "SK"]), st.integers(1, 9), st.integers(0, 100))
def test_one_wrong_digit_is_always_noticed(country: str, shift: int, place: int) -> None:
    number = RIGHT[country]
    at = place % len(number)
    wrong = number[:at] + str((int(number[at]) + shift) % 10) + number[at + 1 :]
    assert company_number_is_right(country, wrong) is False


@given(
    st.text(max_size=30),
    st.sampled_from(["AT", "BE", "BG", "CZ", "ES", "FR", "HU", "IT", "NL", "PL", "RO", "SE", "SK"]),
)
def test_anything_can_be_asked(text: str, country: str) -> None:
    assert company_number_is_right(country, text) in (True, False, None)
