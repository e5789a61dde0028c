"""What an advert offers: where the work is, in which trade, on which visa, and for how many hours. Pure."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise

from registry.verification.checks import amounts, sums
from registry.verification.checks.advert import Item
from registry.verification.checks.clauses import Match, Reading
from registry.verification.checks.text import HAN, HOME_OF, countries_in, data_of, grammar
from registry.vocabulary.checks import ItemKind

# --- Where, in which trade, on which visa ---


def destinations(plain: str, language: str) -> list[tuple[int, int, str]]:
    """The countries of the work: those named, without those that are only named for their visa or as a way through."""
    named = countries_in(plain)
    there = [
        one
        for one in named
        if not grammar("not_there").match(plain[one[1] : one[1] + 8])
        and not grammar("on_the_way").search(plain[max(0, one[0] - 26) : one[0]])
    ]
    chosen = there or named
    if not named:
        return _hinted(plain, language)
    # Countries of a way, with dashes between them, are passed through.
    passed = {
        place
        for one, other in pairwise(named)
        if other[0] - one[1] <= 3 and re.fullmatch(r"[ ]?[-→>]{1,2}[ ]?", plain[one[1] : other[0]])
        for place in (one, other)
    }
    chosen = [one for one in chosen if one not in passed] or chosen
    firsts = {code: (start, end, code) for start, end, code in reversed(chosen)}
    return sorted(firsts.values())


@cache
def _adjectives() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((code, re.compile(f"(?<![a-z])(?:{words})")) for code, words in data_of("places")["adjective"].items())


def _hinted(plain: str, language: str) -> list[tuple[int, int, str]]:
    """The country that a text without a place belongs to: by what is called after it, else where its language is spoken."""
    found = [
        (match.start(), match.end(), code)
        for code, words in _adjectives()
        if code != HOME_OF.get(language) and (match := words.search(plain)) is not None
        if not grammar("tongue").search(plain[max(0, match.start() - 24) : match.start()])
    ]
    home = [(0, 0, HOME_OF[language])] if language in HOME_OF else []
    return [min(found)] if found else home


FINISHING = "43"
"""The division of the trades on a building site: a text that names several of its classes says no one of them."""
TIERS = {"narrow": 0, "wide": 30, "job": 70}
"""Characters later in a Chinese text, three times as many in others, as which a table of data/sectors.toml counts."""


@cache
def _sectors() -> tuple[tuple[int, str, re.Pattern[str]], ...]:
    return tuple(
        (later, code, re.compile(f"(?<![a-z])(?:{words})"))
        for tier, later in TIERS.items()
        for code, words in data_of("sectors")[tier].items()
    )


def sector_in(plain: str) -> tuple[int, int, str] | None:
    """The trade of the work: the word of data/sectors.toml that stands first, the narrow trades before the wide."""
    scale = 1 if HAN.search(plain) else 3
    found = [
        (match.start() + scale * later, -match.end(), match.start(), code)
        for later, code, words in _sectors()
        if (match := words.search(plain)) is not None
    ]
    if not found:
        return None
    _, end, start, code = min(found)
    crafts = {other for _, _, _, other in found if other.startswith(f"{FINISHING}.")}
    return start, -end, FINISHING if code in crafts and len(crafts) > 1 else code


_VISAS = (
    ("training", "visa_training"), ("asylum", "asylum"), ("family", "family_visa"), ("study", "study_visa"),
    ("business", "business_visa"), ("tourist", "visitor_visa"), ("tourist", "visitor_weak"), ("tourist", "visa_tourist"),
    ("seasonal", "seasonal"), ("work", "work_visa"), ("training", "training"), ("work", "visa_work"),
)  # fmt: skip


def offer_items(reading: Reading, plain: str, *, is_meant: bool = False) -> tuple[list[Item], list[sums.Charge]]:
    """Sums, destination, sector and visa as items, and the sums with what they are (`charges_in`)."""
    places = destinations(plain, reading.language)
    codes = [code for _, _, code in places]
    charges = sums.charges_in(reading, amounts.sums_in(reading, plain, codes), codes, is_meant=is_meant)
    return list(_items(reading, plain, places, charges)), charges


LEAST_PRICE = 500
"""From which sum a number without a currency is a price, in a text that is known to ask for one."""


def doubtful_fees(reading: Reading, charges: Sequence[sums.Charge]) -> list[Item]:
    """The sums of which no words say what they are, as fees: for a text that is known to ask for one."""
    return [
        Item(ItemKind.FEE, f"{one.sum} {one.when}", reading.text[one.sum.start : one.sum.end].strip(), *one.sum.place)
        for one in charges
        if one.is_doubtful and not one.role and (one.sum.is_sure or one.sum.low >= LEAST_PRICE)
    ]


_KINDS = {"fee": ItemKind.FEE, "deposit": ItemKind.DEPOSIT, "official": ItemKind.OFFICIAL_COST, "wage": ItemKind.WAGE}


# --- Hours ---

MAX_DAY, MAX_WEEK = 11, 60
"""Hours a day and a week from which a working time is long (README of the adverts; Directive 2003/88 rests eleven)."""


def long_hours(reading: Reading) -> tuple[int, int] | None:
    """Where a working day of eleven hours or more, or a week of sixty, is said in figures."""
    plain = reading.plain
    for name, least, most in (("hours_a_day", MAX_DAY, 20), ("hours_a_week", MAX_WEEK, 140)):
        for match in grammar(name).finditer(plain):
            hours = max((_hour(part) for part in match.groups() if part), default=0)
            if least <= hours <= most and _is_worked(reading, match):
                return match.span()
    for match in grammar("from_to").finditer(plain):
        first, last = _on_clock(match[1] or "", _hour(match[2])), _on_clock(match[3] or "", _hour(match[4]))
        if last < first or (not match[3] and last <= 12 and last <= first + 4):
            last += 12 if last <= 12 and not match[3] else 24
        if MAX_DAY <= last - first <= 20 and _is_worked(reading, match):
            return match.span()
    for match in grammar("early_late").finditer(plain):
        first, last = _hour(match[1]), _on_clock("凌晨" if match[2] == "后半夜" else match[2], _hour(match[3]))
        if MAX_DAY <= (last if last > 12 else last + 12) - first <= 20 and _is_worked(reading, match):
            return match.span()
    for match in grammar("from_to_words").finditer(plain):
        first, last = _spoken_hour(match[1]), _spoken_hour(match[2])
        if match[3] and last <= 12:
            last += 12
        elif last < first:
            last += 24 if last <= 4 else 12
        if MAX_DAY <= last - first <= 20 and _is_worked(reading, match):
            return match.span()
    for match in grammar("from_to_latin").finditer(plain):
        first, last = int(match[1]), int(match[2])
        before = plain[max(0, match.start() - 26) : match.start()]
        has_sign = "h" in match[0] or ":" in match[0]
        if (
            last <= 24
            and last - first >= MAX_DAY
            and (has_sign or grammar("at_work").search(before))
            and _is_worked(reading, match)
        ):
            return match.span()
    return None


def _hour(text: str) -> int:
    if text.isascii():
        return _spoken_hour(text)
    # 七八点 is seven or eight, 十二三个钟头 twelve or thirteen hours.
    number = int(amounts.han_number(text) or 0)
    return number if number <= 24 or len(text) < 2 else int(amounts.han_number(text[:-1]) or 0)


def _spoken_hour(text: str) -> int:
    return int(text) if text.isdecimal() else int(data_of("grammar")["number"].get(text, 24))


def _on_clock(part: str, hour: int) -> int:
    """The hour of the day; 半夜十二点 is 24, 凌晨两点 is 26 behind a day's work."""
    if part in ("下午", "傍晚", "晚", "晚上", "夜里", "半夜", "深夜") and hour <= 12:
        return hour + 12 if hour >= 5 or part in ("下午",) else hour + 24
    if part in ("凌晨", "次日", "第二天", "后半夜") and hour <= 8:
        return hour + 24
    return hour


def _is_worked(reading: Reading, match: re.Match[str]) -> bool:
    place = Match(match.start(), match.end())
    near = reading.plain[max(0, match.start() - 14) : match.end() + 8]
    return not (
        grammar("open").search(near) or reading.is_denied(place) or reading.is_quoted(place) or reading.is_aside(place)
    )


def _items(
    reading: Reading, plain: str, places: Sequence[tuple[int, int, str]], charges: Sequence[sums.Charge]
) -> Iterator[Item]:
    for one in charges:
        if one.role in _KINDS:
            start, end = one.sum.start, one.sum.end
            yield Item(_KINDS[one.role], f"{one.sum} {one.when}", reading.text[start:end].strip(), start, end)
    for start, end, code in places:
        yield Item(ItemKind.DESTINATION, code, reading.text[start:end], start, end)
    sector = sector_in(plain)
    if sector is not None:
        yield Item(ItemKind.SECTOR, sector[2], reading.text[sector[0] : sector[1]], sector[0], sector[1])
    if reading.is_notice:
        return
    for visa, concept in _VISAS:
        for match in reading.find(concept)[:3]:
            # Who pays for a permit for work denies no permit.
            is_denied = reading.is_denied(match, is_taken_back=visa not in ("work", "seasonal"))
            if not (is_denied or reading.is_quoted(match) or reading.is_aside(match)):
                yield Item(ItemKind.VISA, visa, reading.text[match.start : match.end], match.start, match.end)
                return
