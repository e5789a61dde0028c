"""Keeping data of natural persons out: by the names of columns, and by the look of values. Pure.

A registry of companies has no use for the private numbers, birthdays and contacts that official lists carry beside them, so
such a column is dropped even where a mapping asks for it, and such a number is not stored wherever it stands.
"""

import re
import unicodedata
from collections.abc import Iterator

from stdnum.bg import egn
from stdnum.cn import ric
from stdnum.cz import rc
from stdnum.es import dni, nie
from stdnum.it import codicefiscale
from stdnum.pl import pesel
from stdnum.ro import cnp

_COLUMNS = (
    # Czech and Slovak
    "odpovednyzastupce odpovednizastupci kontaktniosoby kontaktniosoba rodnecislo datumnarozeni statutarniorgan jednatel "
    "bydliste trvalypobyt zodpovednyzastupca kontaktnaosoba rodnecislo datumnarodenia "
    # Polish
    "pesel datarodzenia osobakontaktowa osobaodpowiedzialna adreszamieszkania nrdowodu "
    # German, Dutch, Italian, French, Spanish, Romanian
    "geburtsdatum geschaeftsfuehrer geschaftsfuhrer ansprechpartner privatanschrift ausweisnummer "
    "geboortedatum bsn burgerservicenummer contactpersoon bestuurder woonadres "
    "datadinascita luogodinascita codicefiscalelegalerappresentante legalerappresentante referente residenza "
    "datedenaissance dirigeant personneacontacter fechadenacimiento personadecontacto datanasterii cnp "
    # English
    "dateofbirth birthdate birthday dob idnumber idcard idcardnumber identitycard passport passportnumber contactperson "
    "contactname director directors responsibleperson legalrepresentative owner ownername homeaddress privatephone mobile "
    # Chinese, both orthographies
    "法定代表人 法人代表 法人 法定代表 负责人 負責人 联系人 聯繫人 联络人 聯絡人 "
    "身份证 身份證 身份证号 身份证号码 身份證號碼 证件号码 "
    "出生日期 出生年月 手机 手机号 手機 家庭住址 住址 护照号码 護照號碼 经理 股东"
).split()
_PERSONAL_COLUMNS = frozenset(_COLUMNS)


def _bare(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    return "".join(c for c in decomposed if c.isalnum())


def is_personal_column(name: str) -> bool:
    """Whether a column or any step of a JSON path is about a natural person by its name."""
    steps = re.split(r"[.\[\]]+", name)
    return any(_bare(step) in _PERSONAL_COLUMNS for step in (*steps, name))


_CANDIDATE = re.compile(r"[0-9A-Za-z][0-9A-Za-z/ .-]{6,24}[0-9A-Za-z]")
_DASHES = str.maketrans("", "", " .-/")
_SHAPES = (
    (re.compile(r"\d{17}[\dXx]|\d{15}"), lambda text: _is_chinese(text)),
    (re.compile(r"\d{9,10}"), lambda text: _is_czech(text)),
    (re.compile(r"[A-Za-z]{6}[\dLMNPQRSTUVlmnpqrstuv]{2}[A-Za-z].{7}"), codicefiscale.is_valid),
    (re.compile(r"\d{11}"), pesel.is_valid),
    (re.compile(r"\d{13}"), cnp.is_valid),
    (re.compile(r"\d{8}[A-Za-z]"), dni.is_valid),
    (re.compile(r"[XYZxyz]\d{7}[A-Za-z]"), nie.is_valid),
    (re.compile(r"\d{10}"), egn.is_valid),
)


def _is_chinese(text: str) -> bool:
    if len(text) == 15:
        # The form before 1999 has no check character: a possible birthday has to do.
        return re.fullmatch(r"[1-8]\d{5}\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\d{3}", text) is not None
    return bool(ric.is_valid(text.upper()))


def _is_czech(text: str) -> bool:
    return bool(rc.is_valid(text))


ENOUGH_DIGITS = re.compile(r"\d(?:\D{0,2}\d){6}")
"""No personal number has fewer than seven digits, never more than two other characters apart."""


def holds_personal_number(text: str) -> bool:
    """Whether free text holds what can only be taken for a natural person's number: identity cards, birth numbers, tax codes.

    It errs to the careful side: a company's number that passes the check of a birth number with its birthday is taken for one.
    """
    if ENOUGH_DIGITS.search(text) is None:
        return False
    text = unicodedata.normalize("NFKC", text)
    return any(_is_personal(candidate) for run in _CANDIDATE.findall(text) for candidate in _readings(run))


def is_personal_number(text: str) -> bool:
    """As `holds_personal_number`, for a value that is one number as a whole."""
    return _is_personal(unicodedata.normalize("NFKC", text).translate(_DASHES))


_IDENTITY_CARD = re.compile(r"[1-8]\d{5}(19|20)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\d{3}[\dX]")


def looks_like_identity_card(text: str) -> bool:
    """Whether an eighteen-character code is laid out as a Chinese identity-card number, right check character or not."""
    return _IDENTITY_CARD.fullmatch(text) is not None


# How the states below make the VAT numbers of natural persons out of their personal numbers.
_VAT_OF_PERSONS = {
    "BG": re.compile(r"\d{10}"),
    "CZ": re.compile(r"\d{9,10}"),
    "ES": re.compile(r"\d{8}[A-Z]|[KLMXYZ]\d{7}[A-Z]"),
    "LV": re.compile(r"[0-3]\d{10}"),
    "PT": re.compile(r"[123]\d{8}"),
    "RO": re.compile(r"\d{13}"),
    "SE": re.compile(r"\d{2}[01]\d{9}"),
}


def is_vat_of_a_person(code: str) -> bool:
    shape = _VAT_OF_PERSONS.get(code[:2])
    return shape is not None and shape.fullmatch(code[2:]) is not None


def _readings(run: str) -> Iterator[str]:
    """A run of digits and separators as one number, and its pieces."""
    yield run.translate(_DASHES)
    yield from (piece.translate(_DASHES) for piece in run.split())


def _is_personal(text: str) -> bool:
    return any(shape.fullmatch(text) and is_valid(text) for shape, is_valid in _SHAPES)
