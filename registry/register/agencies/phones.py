"""Telephone numbers in E.164, so that two ways of writing one number are one number. Pure."""

import unicodedata
from collections.abc import Sequence

import phonenumbers

MAX_PHONE = 60


def e164(text: str, countries: Sequence[str]) -> frozenset[str]:
    """The numbers that a text may mean: as written with its country, or as dialled in one of the countries."""
    tidy = unicodedata.normalize("NFKC", text).strip()[:MAX_PHONE]
    if tidy.startswith("00"):
        tidy = f"+{tidy[2:]}"
    found = set()
    for country in countries:
        try:
            number = phonenumbers.parse(tidy, country)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_possible_number(number):
            found.add(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    return frozenset(found)
