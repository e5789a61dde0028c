"""The amounts of money of an advert, in digits, characters and words, each with its currency. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from registry.verification.checks.reading import Reading
from registry.verification.checks.text import currencies, data_of, grammar

_HAN_DIGITS = {
    c: value
    for value, row in enumerate(
        ("零〇", "一壹幺", "二贰两俩", "三叁仨", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖")
    )
    for c in row
}
_HAN_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000, "万": 10_000, "萬": 10_000}
_CROWNS = {"SE": "SEK", "DK": "DKK", "CZ": "CZK", "NO": "NOK", "IS": "ISK"}


@dataclass(frozen=True, slots=True)
class Sum:
    """An amount of money and where it stands; `high` is the upper end of a range."""

    start: int
    end: int
    low: Decimal
    high: Decimal | None
    currency: str
    is_sure: bool
    is_signed: bool = True

    @property
    def place(self) -> tuple[int, int]:
        return self.start, self.end

    def __str__(self) -> str:
        high = f"-{_shown(self.high)}" if self.high is not None else ""
        return f"{_shown(self.low)}{high} {self.currency}"


def _shown(amount: Decimal) -> str:
    return f"{amount:.0f}" if amount == amount.to_integral_value() else f"{amount:f}"


def han_number(text: str) -> Decimal | None:
    """A number in characters: 三万二 is 32,000, 一千五 is 1,500, 两万五千 is 25,000."""
    total, section, digit, unit = 0, 0, None, 1
    for c in text:
        if c == "半":
            return None
        if c in _HAN_DIGITS:
            digit = _HAN_DIGITS[c] if digit is None else digit * 10 + _HAN_DIGITS[c]
            continue
        unit = _HAN_UNITS[c]
        if unit == 10_000:
            total, section, digit = (total + (section + (digit or 0) or 1)) * unit, 0, None
        else:
            section, digit = section + (1 if digit is None else digit) * unit, None
    # A last digit alone counts the next smaller unit: 三万二.
    last = (digit or 0) * (unit // 10 if unit >= 100 and text[-2:-1] in _HAN_UNITS else 1)
    return Decimal(total + section + last)


def sums_in(reading: Reading, plain: str, countries: Sequence[str]) -> list[Sum]:
    """The sums of a text, in its order; `plain` is the folded text without telephones and accounts."""
    found: list[Sum] = []
    read = [(match, _sum(match, plain, countries)) for match in grammar("sum").finditer(plain)]
    if reading.language != "zh":
        read += [(match, _spoken_sum(match, countries)) for match in grammar("spoken_sum").finditer(plain)]
        read += [(match, _spoken_sum(match, countries)) for match in grammar("spoken_thousands").finditer(plain)]
    for match, one in sorted(read, key=lambda pair: pair[0].start()):
        if one is None:
            continue
        start = match.start() + len(match[0]) - len(match[0].lstrip())
        current = Sum(start, match.end(), *one)
        last = found[-1] if found else None
        if last is not None and current.start < last.end:
            continue
        if last is not None and last.high is None and _is_range(plain, last, current):
            low = last.low
            if not last.is_sure and current.low >= 1000 > low:
                low *= 1000 if current.low < 10_000 else 10_000
            if low < current.low:
                currency = current.currency or last.currency
                found[-1] = Sum(last.start, current.end, low, current.low, currency, last.is_sure or current.is_sure)
                continue
        found.append(current)
    return _with_currency(reading, found, countries)


def _is_range(plain: str, low: Sum, high: Sum) -> bool:
    """Whether two sums are the ends of a range: with a dash between them, or behind a word for "between"."""
    joint = plain[low.end : high.start]
    if grammar("between").fullmatch(joint):
        return True
    is_and = re.fullmatch(r" (?:et|e|si|and) ", joint) is not None
    return (
        is_and and re.search(r"(?:entre|fra|tra|intre|between) $", plain[max(0, low.start - 8) : low.start]) is not None
    )


def _han_range(han: str) -> tuple[str, str]:
    """The ends of an amount in characters that names two digits: 一万六七 is 16,000 to 17,000, 七八千 is 7,000 to 8,000."""
    match = re.fullmatch("(.{0,6}[十百千万])?([一二两三四五六七八九])([一二三四五六七八九])([十百千万].{0,3})?", han)
    if match is None or not (match[1] or match[4]):
        return han, ""
    return tuple(f"{match[1] or ''}{match[digit]}{match[4] or ''}" for digit in (2, 3))  # type: ignore[return-value]


def _with_currency(reading: Reading, found: Sequence[Sum], countries: Sequence[str]) -> list[Sum]:
    """The sums, those without a currency in that of the sum before them, or of the first behind them, or of the text."""
    if reading.language == "zh":
        return [one if one.currency else replace(one, currency="CNY", is_signed=False) for one in found]
    said = next((one.currency for one in found if one.currency), "")
    if not said:
        said = "CNY" if grammar("yuan").search(reading.plain) else "CHF" if "CH" in countries else "EUR"
    kept = []
    for one in found:
        said = one.currency or said
        kept.append(one if one.currency else replace(one, currency=said, is_signed=False))
    return kept


def _sum(
    match: re.Match[str], plain: str, countries: Sequence[str]
) -> tuple[Decimal, Decimal | None, str, bool] | None:
    sign = match["before"] or match["after"]
    high = None
    if match["digits"]:
        amount = _amount(match["digits"])
        times = match["times"] or ""
        factor = 10_000 if re.search("[万w溜]", times) else 1000 if times else 1
        amount *= factor
        if match["rest"]:
            rest = match["rest"][0]
            if factor == 1:
                return None
            unit = 1000 if match["rest"].endswith("千") else 100 if match["rest"].endswith("百") else factor // 10
            amount += (int(rest) if rest.isdecimal() else _HAN_DIGITS.get(rest, 0)) * unit
        if match["half"] and factor == 1:
            amount += Decimal("0.5")
        if not sign and factor == 1 and amount < 100 and grammar("ten_thousands").match(plain[match.end() :][:2]):
            # Among recruiters 6.6 个 is 66,000, where a word of price stands before it.
            if not grammar("price_before").search(plain[max(0, match.start() - 6) : match.start() + 1]):
                return None
            factor = 10_000
            amount *= factor
        is_sure = bool(sign) or factor > 1
    else:
        han, upper = _han_range(match["han"])
        number, high = han_number(han), han_number(upper) if upper else None
        if number is None:
            return None
        if match["hantimes"]:
            number *= 10_000
            high = high * 10_000 if high else None
        # 三个月 and 一样 are no sums: characters need a sign, or a thousand at least.
        if not (
            match["hantimes"]
            or (sign and number >= 1)
            or (number >= 100 and len(han) > 1 and any(c in "百千万萬佰仟" for c in han))
        ):
            return None
        if not sign and (number < 100 or han == "千万"):
            return None
        amount, is_sure = number, True
    if (
        not sign
        and grammar("not_money").match(plain[match.end() :][:14])
        and not (is_sure and amount >= 1000 and plain[match.end()] in "个人位张份一口")
        and not (amount >= 1000 and plain.startswith(" ora", match.end()))
    ):
        return None
    is_paid_by_time = amount >= 5 and grammar("per_time").match(plain, match.end()) is not None
    if amount <= 0 or amount > 100_000_000 or not (is_sure or is_paid_by_time or 100 <= amount < 1_000_000):
        return None
    if (
        not is_sure
        and 1900 <= amount <= 2100
        and match["digits"].isdecimal()
        and re.match(r"[ ]?(?:年|[-./])|[^0-9a-z]{0,2}$", plain[match.end() : match.end() + 3])
    ):
        return None
    if not is_sure and 2020 <= amount <= 2035 and match["digits"].isdecimal():
        return None
    return amount, high if high and high > amount else None, _currency(sign or "", countries), is_sure


def _spoken_sum(match: re.Match[str], countries: Sequence[str]) -> tuple[Decimal, None, str, bool] | None:
    """A sum whose amount stands in words of a European language: deux mille cinq cents euros."""
    total = section = 0
    for word in grammar("number_word").findall(match["words"]):
        value = int(data_of("grammar")["number"][word])
        if value == 1000:
            total, section = total + max(section, 1) * 1000, 0
        else:
            section = max(section, 1) * 100 if value == 100 else section + value
    # A last digit alone counts hundreds: deux mille deux is 2,200.
    amount = Decimal(total + (section * 100 if total and 0 < section < 10 else section))
    sign = match.groupdict().get("after") or ""
    return (amount, None, _currency(sign, countries), bool(sign)) if amount >= 5 else None


def _amount(text: str) -> Decimal:
    """Digits with separators of thousands and of decimals: 4 500, 7.500, 2,150 and 2.98."""
    if re.fullmatch(r"[0-9]{1,3}(?:[ ,.'][0-9]{3})+(?:,[0-9]{2})?", text):
        whole, _, cents = text.partition(",") if re.search(r",[0-9]{2}$", text) else (text, "", "")
        return Decimal(re.sub(r"[ ,.']", "", whole) + (f".{cents}" if cents else ""))
    return Decimal(text.replace(",", "."))


def _currency(sign: str, countries: Sequence[str]) -> str:
    for part, code in currencies().items():
        if part in sign:
            named = next(
                (
                    _CROWNS[letter]
                    for word, letter in (("捷", "CZ"), ("瑞", "SE"), ("丹", "DK"), ("挪", "NO"), ("冰", "IS"))
                    if word in sign
                ),
                None,
            )
            if code == "RON" and "MD" in countries and "RO" not in countries:
                return "MDL"
            return code or named or next((_CROWNS[country] for country in countries if country in _CROWNS), "CZK")
    return ""
