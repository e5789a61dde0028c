"""Checking identifiers as official lists print them. Pure, without network.

Sources: GB 32100-2015 (USCC), ISO 17442 (LEI), the national formats known to python-stdnum (VAT), Regulation (EU)
2021/1042 (EUID).
"""

import re
import unicodedata
from typing import NamedTuple

from stdnum import lei
from stdnum.cn import uscc
from stdnum.eu import vat
from stdnum.exceptions import ValidationError

from registry.register.imports.values import is_rounded, plain_digits
from registry.vocabulary.codes import Flaw
from registry.vocabulary.register import EU_STATES, IdentifierScheme


class Checked(NamedTuple):
    """An identifier in its stored form. `value` is None when no such identifier can exist; `flaw` says what is odd about it."""

    value: str | None
    flaw: Flaw | None = None
    has_failed_check: bool = False


_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_SHAPE = re.compile(f"[{_USCC_ALPHABET}]{{2}}[0-9]{{6}}[{_USCC_ALPHABET}]{{10}}")
_USCC_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))


def checked_uscc(text: str) -> Checked:
    """A code that fails its check character is kept and marked: a few early codes were issued so."""
    code = plain_digits(text)
    try:
        return Checked(uscc.validate(code))
    except ValidationError:
        if not _USCC_SHAPE.fullmatch(code):
            return Checked(None, Flaw.IMPOSSIBLE_USCC)
    total = sum(weight * _USCC_ALPHABET.index(c) for weight, c in zip(_USCC_WEIGHTS, code, strict=False))
    if _USCC_ALPHABET[-total % 31] == code[-1]:
        # The standard lets a letter stand for the registering authority; the library does not know it.
        return Checked(code)
    return Checked(code, Flaw.CHECK_FAILED, has_failed_check=True)


_LEI = re.compile(r"[0-9A-Z]{18}[0-9]{2}")


def checked_lei(text: str) -> Checked:
    code = plain_digits(text)
    # The library checks the check digits alone, whatever the length.
    return Checked(code) if _LEI.fullmatch(code) and lei.is_valid(code) else Checked(None, Flaw.IMPOSSIBLE_LEI)


def checked_vat(text: str) -> Checked:
    code = plain_digits(text)
    try:
        return Checked(vat.validate(code))
    except ValidationError:
        return Checked(None, Flaw.IMPOSSIBLE_VAT)


_EUID = re.compile(r"(?P<country>[A-Z]{2})[A-Za-z0-9]{1,20}\.[^\s.][^\s]{0,50}")


def checked_euid(text: str) -> Checked:
    """Country, register, a full stop, the number, and perhaps `_` with a check character. Its letters keep their case."""
    code = "".join(unicodedata.normalize("NFKC", text).split())
    match = _EUID.fullmatch(code)
    is_state = match is not None and match["country"] in EU_STATES | {"EL", "IS", "LI", "NO"}
    return Checked(code) if is_state else Checked(None, Flaw.IMPOSSIBLE_EUID)


class NumberRule(NamedTuple):
    """What a mapping says of registration numbers: how many digits (0: any form), and which check they pass."""

    digits: int = 0
    check: str | None = None


def checked_registration_number(text: str, rule: NumberRule) -> Checked:
    """Zeros that a spreadsheet took away are put back where the mapping gives the length."""
    is_plain = len(text) == rule.digits and text.isascii() and text.isdigit()
    code = text if is_plain else plain_digits(text)
    flaw = None
    if rule.digits and not is_plain:
        if not (code.isascii() and code.isdigit()) or len(code) > rule.digits:
            return Checked(None, Flaw.ROUNDED_NUMBER if is_rounded(text) else Flaw.IMPOSSIBLE_NUMBER)
        if len(code) < rule.digits:
            code, flaw = code.zfill(rule.digits), Flaw.LOST_ZEROS
    if not is_plain and is_rounded(text):
        return Checked(None, Flaw.ROUNDED_NUMBER)
    if rule.check is not None and not CHECKS[rule.check](code):
        flaw = Flaw.CHECK_FAILED
    return Checked(code, flaw)


def _is_cz_ico(code: str) -> bool:
    if len(code) != 8 or not code.isdigit():
        return False
    a, b, c, d, e, f, g, check = map(int, code)
    return (11 - (8 * a + 7 * b + 6 * c + 5 * d + 4 * e + 3 * f + 2 * g) % 11) % 10 == check


def _is_it_codice(code: str) -> bool:
    from stdnum.it import iva

    return bool(iva.is_valid(code))


def _is_pl_krs_or_nip(code: str) -> bool:
    from stdnum.pl import nip, regon

    return bool(nip.is_valid(code) or regon.is_valid(code))


CHECKS = {"cz-ico": _is_cz_ico, "it-iva": _is_it_codice, "pl-nip-regon": _is_pl_krs_or_nip}
"""Checks of registration numbers that a mapping may name."""


def checked(scheme: IdentifierScheme, text: str, rule: NumberRule) -> Checked:
    """The identifier in its stored form, with what is odd about it."""
    if scheme is IdentifierScheme.REGISTRATION_NUMBER:
        return checked_registration_number(text, rule)
    if is_rounded(text):
        return Checked(None, Flaw.ROUNDED_NUMBER)
    match scheme:
        case IdentifierScheme.USCC:
            return checked_uscc(text)
        case IdentifierScheme.LEI:
            return checked_lei(text)
        case IdentifierScheme.VAT:
            return checked_vat(text)
        case IdentifierScheme.EUID:
            return checked_euid(text)
    raise AssertionError(f"{scheme} has no check")
