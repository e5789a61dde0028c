"""The amounts of money of an advert, in digits, characters and words, with their currency, and when each is due. Pure."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from registry.verification.checks.clauses import Match, Reading
from registry.verification.checks.text import data_of, grammar

_HAN_DIGITS = {
    c: value
    for value, row in enumerate(
        ("零〇", "一壹幺", "二贰两俩", "三叁仨", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖")
    )
    for c in row
}
_HAN_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000, "万": 10_000, "萬": 10_000}
_CROWNS = {"SE": "SEK", "DK": "DKK", "CZ": "CZK", "NO": "NOK", "IS": "ISK"}
_CROWNS_IN_CHINESE = {"捷": "CZK", "瑞": "SEK", "丹": "DKK", "挪": "NOK", "冰": "ISK"}


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
        high = f"-{_digits_of(self.high)}" if self.high is not None else ""
        return f"{_digits_of(self.low)}{high} {self.currency}"


def _digits_of(amount: Decimal) -> str:
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
    """The code of the currency that a sign stands for: the more exact signs come first."""
    for part, code in data_of("grammar")["currency"].items():
        if part in sign:
            named = next((crown for word, crown in _CROWNS_IN_CHINESE.items() if word in sign), None)
            if code == "RON" and "MD" in countries and "RO" not in countries:
                return "MDL"
            return str(code) or named or next((_CROWNS[country] for country in countries if country in _CROWNS), "CZK")
    return ""


WHENS = ("before_departure", "on_visa", "on_contract", "on_arrival", "in_advance")
_DUE = (*WHENS, "on_success", "from_wages", "monthly")


def when_due(reading: Reading, one: Sum, sums: Sequence[Sum]) -> str:
    place = Match(one.start, one.end)
    clause = reading.span(place, "clause")
    if reading.has("from_wages", *clause):
        return "from_wages"
    if reading.has("lent", *reading.span(place, "around")) and reading.has(
        "from_wages", *reading.span(place, "sentence")
    ):
        return "from_wages"
    if _is_lent(reading, one, sums):
        return "from_wages"
    is_monthly = reading.has("when_monthly", max(clause[0], one.start - 16), min(clause[1], one.end + 12))
    if is_monthly and reading.has("when_from_wages", *reading.span(place, "sentence")):
        return "from_wages"
    if is_monthly:
        return "monthly"
    return nearest_due(reading, one, sums) or (
        "on_success" if reading.has("on_success", *reading.span(place, "around")) else "not_said"
    )


MAX_LENT = 3
"""Sentences from a sum to where it is told how what is lent is paid back."""


def _is_lent(reading: Reading, one: Sum, sums: Sequence[Sum]) -> bool:
    """Whether somebody else pays a sum first, and behind it, before the next, it is said to be taken out of wages."""
    index = reading.sentence_at(one.start)
    first = reading.sentences[index][0]
    last = reading.sentences[min(len(reading.sentences), index + MAX_LENT) - 1][1]
    _, end = up_to_sums(one, sums, first, last)
    # Behind a question another case is told: "no money? We lend it".
    end = min([end, *(place for place in [reading.plain.find("?", one.end, end)] if place >= 0)])
    return reading.has("lent", first, end) and (
        reading.has("from_wages", one.end, end) or reading.has("when_from_wages", one.end, end)
    )


def nearest_due(reading: Reading, one: Sum, sums: Sequence[Sum]) -> str:
    """When a sum is due by the nearest words of its sentence, or of one beside it that speaks of paying."""
    index = reading.sentence_at(one.start)
    place = Match(one.start, one.end)
    clause = reading.span(place, "clause")
    scale = 1.0 if reading.language == "zh" else 0.4
    nearest = min(
        (
            (
                (scale * (cue.start - one.end) + 2 if cue.start >= one.end else scale * max(0, one.start - cue.end))
                + (0 if clause[0] <= cue.start < clause[1] else OTHER_CLAUSE)
                + (NAME_OF_CHARGE if reading.has("fee_word", cue.start, cue.end) else 0)
                + (NAME_OF_SECURITY if reading.has("deposit_word", cue.start, cue.end) else 0),
                when,
            )
            for when, cue in _beside(reading, one, sums)
        ),
        default=None,
    )
    if nearest is not None:
        return nearest[1]
    for other in (index + 1, _behind_list(reading, index), index - 1):
        if 0 <= other < len(reading.sentences):
            part = reading.sentences[other]
            words = reading.plain[part[0] : part[1]]
            if grammar("amount").search(words) or not (reading.has("pay", *part) or grammar("due").search(words)):
                continue
            if other > index and grammar("part_of").search(words):
                return "instalments"
            cues = [(cue.start, when) for when, cue in _dues(reading, *part)]
            if cues:
                return min(cues)[1]
    return ""


OTHER_CLAUSE = 4
"""How much farther than it is a word counts that stands in another clause than the sum."""
NAME_OF_CHARGE = 3
"""How much farther a word counts that names the charge too: an inscription of 600, before departure."""
NAME_OF_SECURITY = 12
"""The same of a word that names a security: an earnest of 500 when you come to the gate."""
MAX_LINES = 5
"""Lines of a list of prices, behind which is told when they are paid."""


def _dues(reading: Reading, start: int, end: int) -> list[tuple[str, Match]]:
    """The words of a part that tell when a sum is due."""
    return [(when, cue) for when in _DUE for cue in reading.within(f"when_{when}", start, end)]


def _beside(reading: Reading, one: Sum, sums: Sequence[Sum]) -> list[tuple[str, Match]]:
    """The words of a sentence that tell of a sum: up to other sums, and on one side where all are told of on that side."""
    first, last = reading.sentences[reading.sentence_at(one.start)]
    start, end = up_to_sums(one, sums, first, last)
    inside = [other for other in sums if first <= other.start < last]
    if len(inside) > 1:
        is_before = bool(_dues(reading, first, inside[0].start))
        is_behind = bool(_dues(reading, inside[-1].end, last))
        if is_before and not is_behind:
            return _dues(reading, start, one.end) or _dues(reading, one.end, end)
        if is_behind and not is_before:
            return _dues(reading, one.start, end) or _dues(reading, start, one.start)
    return _dues(reading, start, end)


def _behind_list(reading: Reading, index: int) -> int:
    """The first sentence without an amount behind lines that all have one."""
    for other in range(index + 1, min(len(reading.sentences), index + MAX_LINES)):
        if not grammar("amount").search(reading.plain[slice(*reading.sentences[other])]):
            return other
    return -1


def up_to_sums(one: Sum, sums: Sequence[Sum], first: int, last: int) -> tuple[int, int]:
    """The part of a sentence around a sum in which no other sum stands."""
    at = bisect_left(sums, one.start, key=lambda other: other.start)
    before = sums[at - 1].end if at else first
    behind = sums[at + 1].start if at + 1 < len(sums) else last
    return max(first, before), min(last, behind)
