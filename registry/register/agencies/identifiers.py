"""Checks of identifiers from their characters alone: the tidy form, and whether one cannot exist.

Every check takes what people and lists really write: full-width digits, lower case, spaces and dashes. A ValueError's
text, or its message, says what is wrong without repeating the number, so that it may be shown and logged. National
company numbers that end in a check digit are checked by the rules of python-stdnum.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from typing import NamedTuple

from stdnum import get_cc_module, lei
from stdnum.eu import vat
from stdnum.exceptions import InvalidChecksum, InvalidLength, ValidationError
from stdnum.iso7064 import mod_11_2

from registry.core.faults import message
from registry.vocabulary.register import EU_STATES

_DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u30fc"

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""GB 32100-2015: digits and capitals without I, O, S, V and Z."""

_USCC_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))

_VAT_PREFIXES = (EU_STATES - {"GR"}) | {"EL", "XI"}
"""Greece is EL in VAT numbers, Northern Ireland XI."""

_EUID_PREFIXES = EU_STATES | {"EL", "IS", "LI", "NO"}
"""States whose business registers are interconnected (Implementing Regulation (EU) 2021/1042)."""

_EUID = re.compile(r"([A-Za-z]{2})([A-Za-z0-9]{1,14}) ?\. ?([^\s_.](?:\S| ){0,58}?)(_[A-Za-z0-9]{1,4})?")


def checked_uscc(text: str) -> tuple[str, bool]:
    """The tidy code, and whether its check character is wrong. ValueError when it cannot be a code at all.

    Real codes with a wrong check character exist, so that one is looked up all the same. Letters as the first character
    (the registration department) are allowed: the standard's own list has them.
    """
    code = tidy(text)
    if len(code) != 18:
        raise ValueError(message("uscc_length", count=len(code)))
    if any(character not in USCC_ALPHABET for character in code):
        raise ValueError(message("uscc_letters"))
    has_failed_check = not code[2:8].isdigit() or code[17] != uscc_check_character(code[:17])
    if has_failed_check and is_resident_number(code):
        raise ValueError(message("uscc_identity_number"))
    return code, has_failed_check


class Asked(NamedTuple):
    """A number of a question: its tidy form, whether it fails its own check, and its letters that were read as digits."""

    value: str
    has_failed_check: bool = False
    letters: str = ""


_DIGITS = str.maketrans("OoIilZzSs", "001112255")
"""The digits that letters are typed for. Only l stands for one that a code may have: L."""

_MISCOUNTED_USCC = re.compile(f"9[123][0-9]{{5}}[{USCC_ALPHABET}]{{9,12}}")


def asked_uscc(text: str) -> Asked:
    """The code of a question: letters typed for digits are read as those, where the code then passes its check.

    ValueError for what is no code at all.
    """
    typed = visible(text)
    letters = "".join(dict.fromkeys(one for one in typed if ord(one) in _DIGITS))
    read = tidy(typed.translate(_DIGITS))
    try:
        code, has_failed_check = checked_uscc(text)
    except ValueError:
        if not letters or not _passes_uscc_check(read):
            raise
        return Asked(read, True, letters)
    if has_failed_check and letters and _passes_uscc_check(read):
        return Asked(read, True, letters)
    return Asked(code, has_failed_check)


def _passes_uscc_check(code: str) -> bool:
    try:
        return not checked_uscc(code)[1]
    except ValueError:
        return False


def miscounted_uscc(text: str) -> str | None:
    """The tidy form of a company's code with a character missing or one too many; None for anything else."""
    code = tidy(text)
    return code if len(code) != 18 and _MISCOUNTED_USCC.fullmatch(code) else None


def uscc_check_character(body: str) -> str:
    """The last character of a code, from its first seventeen."""
    total = sum(USCC_ALPHABET.index(character) * weight for character, weight in zip(body, _USCC_WEIGHTS, strict=True))
    return USCC_ALPHABET[-total % 31]


def is_resident_number(text: str) -> bool:
    """Whether eighteen characters are a Chinese resident identity number (GB 11643-1999): it is never stored."""
    if not re.fullmatch(r"[1-9][0-9]{16}[0-9X]", text) or not mod_11_2.is_valid(text):
        return False
    try:
        born = date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return False
    return 1850 <= born.year <= 2100


_RESIDENT_NUMBER = re.compile("[1-8][0-9]{5}(?:19|20)[0-9]{2}[01][0-9][0-3][0-9]{4}[0-9X]")


def is_like_resident_number(text: str) -> bool:
    """Whether they are such a number, or one with a slip: they have its form, and are no company's code."""
    if is_resident_number(text):
        return True
    return _RESIDENT_NUMBER.fullmatch(text) is not None and not _passes_uscc_check(text)


def checked_lei(text: str) -> str:
    """The tidy LEI (ISO 17442). ValueError when it cannot exist."""
    code = tidy(text)
    if len(code) != 20:
        raise ValueError(message("lei_length", count=len(code)))
    if not re.fullmatch(r"[A-Z0-9]{18}[0-9]{2}", code):
        raise ValueError(message("lei_letters"))
    if not lei.is_valid(code):
        raise ValueError(message("lei_check"))
    return code


def checked_vat(text: str) -> str:
    """The tidy EU VAT number with its state's prefix. ValueError when it cannot exist. No service is called."""
    number = tidy(text).replace(".", "").replace("/", "")
    if number.startswith("GR"):
        number = "EL" + number[2:]
    prefix = number[:2]
    if prefix not in _VAT_PREFIXES or not number.isascii():
        raise ValueError(message("vat_prefix"))
    try:
        return str(vat.validate(number))
    except InvalidLength:
        raise ValueError(message("vat_length", prefix=prefix)) from None
    except InvalidChecksum:
        raise ValueError(message("vat_check", prefix=prefix)) from None
    except ValidationError:
        raise ValueError(message("vat_form", prefix=prefix)) from None


def asked_vat(text: str) -> Asked:
    """The tidy VAT number of a question, and whether it fails its own check, which is reported as a typing error.

    ValueError for what is no VAT number of any state.
    """
    try:
        return Asked(checked_vat(text))
    except ValueError:
        number = tidy(text).replace(".", "").replace("/", "")
        number = "EL" + number[2:] if number.startswith("GR") else number
        if number[:2] not in _VAT_PREFIXES or not number.isascii() or sum(map(str.isdigit, number)) < _MIN_VAT_DIGITS:
            raise
        return Asked(number, True)


_MIN_VAT_DIGITS = 6


def asked_lei(text: str) -> Asked:
    """The tidy LEI of a question, and whether its check digits do not fit.

    ValueError for what is no LEI at all.
    """
    try:
        return Asked(checked_lei(text))
    except ValueError:
        code = tidy(text)
        if not re.fullmatch(r"[A-Z0-9]{18}[0-9]{2}", code):
            raise
        return Asked(code, True)


def checked_euid(text: str) -> str:
    """The tidy EUID: country and register in capitals, a full stop, the number as the register writes it.

    The number keeps its case and may hold slashes, dashes and spaces; an underscore leads in a validation character.
    ValueError when it cannot exist.
    """
    match = _EUID.fullmatch(" ".join(visible(text).split()))
    if match is None:
        raise ValueError(message("euid_form"))
    country, register, number, check = match.groups()
    if country.upper() not in _EUID_PREFIXES:
        raise ValueError(message("euid_prefix"))
    return f"{country.upper()}{register.upper()}.{number}{check or ''}"


def tidy(text: str) -> str:
    """In full-width folded capitals, without spaces and dashes."""
    return "".join(
        character for character in visible(text).upper() if character not in _DASHES and not character.isspace()
    )


def visible(text: str) -> str:
    """NFKC without control, zero-width and other invisible characters."""
    folded = unicodedata.normalize("NFKC", text)
    return "".join(c for c in folded if c.isspace() or unicodedata.category(c)[0] != "C")


IsRight = Callable[[str], bool]


def _check(country: str, name: str) -> IsRight:
    """The check that python-stdnum has for a country's number called `name`. Raises LookupError where it has none."""
    module = get_cc_module(country, name)
    if module is None:
        raise LookupError(f"python-stdnum knows no number {name} of {country}")
    return module.is_valid


_HU_ANUM, _PL_NIP, _PL_REGON = _check("HU", "anum"), _check("PL", "nip"), _check("PL", "regon")

_RULES: Mapping[str, Mapping[int, IsRight]] = {
    "BE": {10: _check("BE", "vat")},
    "BG": {9: _check("BG", "vat")},
    "CZ": {8: _check("CZ", "dic")},
    "DK": {8: _check("DK", "cvr")},
    "EE": {8: _check("EE", "registrikood")},
    "ES": {9: _check("ES", "nif")},
    "FI": {8: _check("FI", "ytunnus")},
    "FR": {9: _check("FR", "siren"), 14: _check("FR", "siret")},
    "GR": {9: _check("GR", "vat")},
    "HR": {11: _check("HR", "oib")},
    # The tax number is written 12345678-1-23; its first eight digits are the company's.
    "HU": {8: _HU_ANUM, 11: lambda number: _HU_ANUM(number[:8])},
    "IT": {11: _check("IT", "iva"), 16: _check("IT", "codicefiscale")},
    "LV": {11: _check("LV", "pvn")},
    "NL": {9: _check("NL", "bsn")},
    # A court register's number (KRS) has ten digits too, begins with zeros and has no check digit.
    "PL": {9: _PL_REGON, 10: lambda number: number.startswith("000") or _PL_NIP(number), 14: _PL_REGON},
    "PT": {9: _check("PT", "nif")},
    "RO": dict.fromkeys(range(6, 11), _check("RO", "cui")),
    "SE": {10: _check("SE", "orgnr")},
    "SI": {8: _check("SI", "ddv")},
    # The number of a company (IČO) is reckoned as in Czechia.
    "SK": {8: _check("CZ", "dic"), 10: _check("SK", "dph")},
}

_WITH_LETTERS = {("ES", 9), ("IT", 16)}


def company_number_is_right(country: str, text: str) -> bool | None:
    """Whether a company number of a country passes its check digit. None where it has none, or the text is of another form.

    A number one digit short is judged as if its first zero were lost, so it fails: it is a typing error too.
    """
    number = tidy(text).replace(".", "")
    if number.startswith(country):
        number = number[len(country) :]
    rules = _RULES.get(country, {})
    is_right = rules.get(len(number))
    if is_right is None:
        padded = rules.get(len(number) + 1)
        lost_a_zero = padded is not None and number.isdigit() and padded("0" + number)
        return False if lost_a_zero else None
    if not number.isascii() or not (number.isdigit() or (country, len(number)) in _WITH_LETTERS):
        return None
    return is_right(number)
