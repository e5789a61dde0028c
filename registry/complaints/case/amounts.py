"""Numbers and sums as people type them on a phone: full-width digits, 3万5, 三万, 1.500,50, 800欧元."""

import re
import unicodedata
from decimal import Decimal, InvalidOperation

from registry.vocabulary.fees import CURRENCIES, CURRENCY_SPELLINGS

MAX_TYPED = 60
_HIGHEST = Decimal(10**12)

_AS_DIGITS = str.maketrans("零〇一二两兩俩三四五六七八九壹贰貳叁參肆伍陆陸柒捌玖", "00122223456789122334566789")
_AS_UNITS = str.maketrans("拾佰仟萬億kw", "十百千万亿千万")
_UNITS = (("亿", 10**8), ("万", 10**4), ("千", 1000), ("百", 100), ("十", 10))
_UNIT_LETTERS = "零〇一二两兩俩三四五六七八九十百千万萬亿億kwKW"
_AROUND = r"大概|大约|大約|差不多|左右|约|約|多|整|块钱|块|塊|/月|每月|about|circa|around|per month|al mese|ca\.|~"
_BEFORE, _AFTER = re.compile(rf"^(?:{_AROUND}| )+"), re.compile(rf"(?:{_AROUND}| )+$")
_NUMBER = re.compile(r"[0-9]+(?:[.,'\u2019][0-9]+)*")
_WORD = re.compile(r"[^\W\d_]+|[€$¥£]")

_CURRENCY_WORDS = CURRENCY_SPELLINGS | {
    **dict.fromkeys(("块", "塊", "块钱", "塊錢", "元人民币", "元人民幣", "人民币元"), "CNY"),
    **dict.fromkeys(("EUROS", "欧", "歐"), "EUR"),
    **dict.fromkeys(("美元", "美金"), "USD"),
    **dict.fromkeys(("港币", "港幣", "港元"), "HKD"),
    **dict.fromkeys(("英镑", "英鎊", "£"), "GBP"),
    **dict.fromkeys(("克朗", "捷克克朗", "KČ"), "CZK"),
    **dict.fromkeys(("兹罗提", "茲羅提", "ZŁ"), "PLN"),
    **dict.fromkeys(("福林", "FT"), "HUF"),
    **dict.fromkeys(("列伊", "LEI"), "RON"),
}


def folded(text: str) -> str:
    """NFKC, without what cannot be seen, one space between words."""
    stored = "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")
    return " ".join(stored.split())


def read_currency(text: str) -> str | None:
    """The ISO 4217 code that was meant; None when it is none in use."""
    word = folded(text).upper()
    return word if word in CURRENCIES else _CURRENCY_WORDS.get(word)


def read_sum(text: str) -> tuple[Decimal, str | None] | None:
    """The amount, to two places, and the currency if it was typed beside it. None when it cannot be told.

    A comma or point before exactly three digits parts thousands, for no sum has three decimals.
    """
    plain, currency = _without_currency(folded(text))
    amount = read_number(plain)
    if amount is None or amount != amount.quantize(Decimal("0.01")):
        return None
    return amount, currency


def _without_currency(text: str) -> tuple[str, str | None]:
    for match in _WORD.finditer(text):
        for word in (match[0], match[0].lstrip(_UNIT_LETTERS)):
            found = read_currency(word) if word else None
            if found is not None:
                return f"{text[: match.end() - len(word)]}{text[match.end() :]}".strip(), found
    return text, None


def read_number(text: str) -> Decimal | None:
    """A number of zero or more, below a million million; None when it is none."""
    plain = folded(text).lower()
    if len(plain) > MAX_TYPED:
        return None
    plain = _AFTER.sub("", _BEFORE.sub("", plain)).replace(" ", "")
    value = _with_units(plain.translate(_AS_DIGITS).translate(_AS_UNITS))
    return value if value is not None and value < _HIGHEST else None


def _with_units(text: str) -> Decimal | None:
    """`3万5` is 35000: a single digit after a unit counts a tenth of it."""
    for unit, size in _UNITS:
        head, sign, tail = text.partition(unit)
        if not sign:
            continue
        count = _with_units(head) if head else Decimal(1)
        is_short = len(tail) == 1 and tail.isdigit() and size > 10
        rest = Decimal(int(tail) * size // 10) if is_short else _with_units(tail) if tail else Decimal(0)
        return None if count is None or rest is None or rest >= size else count * size + rest
    return _plain(text) if _NUMBER.fullmatch(text) else None


def _plain(text: str) -> Decimal | None:
    groups = re.split(r"[.,'\u2019]", text)
    marks = re.findall(r"[.,'\u2019]", text)
    if not marks:
        return Decimal(text)
    has_cents = len(groups[-1]) != 3
    whole = groups[:-1] if has_cents else groups
    if any(len(group) != 3 for group in whole[1:]) or (len(whole) > 1 and len(whole[0]) > 3):
        return None
    if has_cents and len(marks) > 1 and marks[-1] in marks[:-1]:
        return None
    try:
        return Decimal("".join(whole) + (f".{groups[-1]}" if has_cents else ""))
    except InvalidOperation:
        return None
