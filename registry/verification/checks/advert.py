"""What stands in a pasted advert: numbers, channels, accounts and names, as written and in their plain form.

The shapes are data (data/items.toml). Every pattern is bounded, so that the time is linear in the length of the text.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import phonenumbers

from registry.register.agencies.identifiers import is_like_resident_number
from registry.verification.checks.rules import StatedDetail
from registry.verification.checks.text import (
    BLANK,
    HOME_OF,
    MOBILE,
    WITHOUT_NOUGHT,
    countries_in,
    data_of,
    folded,
    grammar,
    home_of,
    language_of,
    named_in,
    readable,
)
from registry.vocabulary.checks import CheckKind, ItemKind
from registry.vocabulary.register import EU_STATES, OUTSIDE

MAX_OF_A_KIND = 5


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that was read: `value` in its plain form, `words` as they stand in the advert.

    `is_a` is what a licence number is a number of, where its shape says so; `start` and `end` are the place in the
    readable text.
    """

    kind: ItemKind
    value: str
    words: str
    start: int
    end: int
    is_a: str = ""


@dataclass(frozen=True, slots=True)
class _Shape:
    kind: ItemKind
    pattern: re.Pattern[str]
    is_a: str
    is_digits: bool


@cache
def shapes() -> tuple[_Shape, ...]:
    """What is looked for, in the order in which it is read: what was read as one thing is not read as another."""
    return tuple(
        _Shape(ItemKind(one["kind"]), re.compile(one["pattern"]), one.get("is", ""), one.get("digits", False))
        for one in data_of("items")["item"]
    )


def items_in(text: str, country: str | None = None) -> tuple[Item, ...]:
    """Everything that a readable text holds, at most five of a kind; `country` is where the job is, if known.

    A resident's identity number is not read.
    """
    found: list[Item] = []
    plain = whole = folded(text)
    home = country or HOME_OF.get(language_of(plain)) or named_in(plain)
    for shape in shapes():
        # What paper it is stands in the words before its number.
        for match in shape.pattern.finditer(whole if shape.kind is ItemKind.LICENCE_KIND else plain):
            place = 1 if shape.pattern.groups else 0
            start, end = match.span(place)
            words = _tidy(text[start:end])
            item = _item(shape, words, match[place], home)
            if item is not None:
                found.append(Item(shape.kind, item, words, *match.span(), shape.is_a))
        # A WeChat id that is a telephone is read as a telephone too.
        plain = _blanked(plain, [one for one in found if not _is_read_twice(one)])
    for kind, pick in ((ItemKind.PHONE, _phones), (ItemKind.COMPANY, _companies)):
        taken = [
            Item(kind, value, text[start:end].strip(), start, end) for start, end, value in pick(text, plain, country)
        ]
        found += taken
        plain = _blanked(plain, taken)
    found += [
        Item(ItemKind.PHONE, one.value.partition(":")[2] or one.value, one.words, one.start, one.end)
        for one in found
        if one.kind is ItemKind.WHATSAPP
        or (one.kind is ItemKind.ALIPAY and MOBILE.fullmatch(one.value))
        or (one.kind is ItemKind.OTHER_CHANNEL and one.value.partition(":")[2][:1] == "+")
    ]
    found += _same_for_wechat(found, folded(text))
    found += [
        Item(ItemKind.LICENCE_KIND, one.is_a, one.words, one.start, one.end)
        for one in found
        if one.kind is ItemKind.LICENCE_NUMBER and one.is_a
    ]
    return _cut(found)


def _is_read_twice(one: Item) -> bool:
    """Whether the words of an item are read as something else too: a mobile number as WeChat id, a paper by its name."""
    return one.kind is ItemKind.LICENCE_KIND or (
        one.kind is ItemKind.WECHAT and MOBILE.fullmatch(one.value) is not None
    )


def _cut(found: Sequence[Item]) -> tuple[Item, ...]:
    """The items in the order of their kinds, each value once, at most five of a kind."""
    kept: list[Item] = []
    for kind in ItemKind:
        one_each = {one.value: one for one in sorted(found, key=lambda one: -one.start) if one.kind is kind}
        kept += sorted(one_each.values(), key=lambda one: one.start)[:MAX_OF_A_KIND]
    return tuple(kept)


def _tidy(words: str) -> str:
    """What a shape took without signs at its ends, and without a closing bracket that was opened before it."""
    words = words.strip(" .,-/:")
    return words[:-1].rstrip() if words.endswith(")") and "(" not in words else words


def _blanked(plain: str, taken: Sequence[Item]) -> str:
    pieces: list[str] = []
    last = 0
    for one in sorted(taken, key=lambda one: one.start):
        if one.start >= last:
            pieces += [plain[last : one.start], BLANK * (one.end - one.start)]
            last = one.end
    return "".join([*pieces, plain[last:]])


def without_items(text: str, found: Sequence[Item]) -> str:
    """The folded text with a blank in the place of each number, channel and account, for what reads sums in it."""
    return _blanked(folded(text), [one for one in found if one.kind not in (ItemKind.COMPANY, ItemKind.LICENCE_KIND)])


def _item(shape: _Shape, written: str, plain: str, home: str | None) -> str | None:
    """The plain form of what a shape was found in; None where it is something else."""
    digits = "".join(c for c in plain if c.isdecimal())
    if shape.kind is ItemKind.LICENCE_KIND:
        return shape.is_a
    if is_like_resident_number("".join(written.upper().split())) or is_like_resident_number(digits):
        return None
    if shape.kind is ItemKind.SITE and plain.rstrip("/").endswith((".jpg", ".png")):
        return None
    if shape.kind is ItemKind.WECHAT and MOBILE.fullmatch(digits):
        return digits
    if shape.kind in (ItemKind.WHATSAPP, ItemKind.OTHER_CHANNEL) and shape.is_digits:
        # In links, and often in adverts, a number of another country stands without its plus.
        is_whole = plain[0] in "123456789" and (len(digits) > 11 or digits.startswith(("852", "853")))
        number = f"+{digits}" if is_whole else (home and _national(plain, home)) or _international(plain)
        return f"{shape.is_a}:{number}" if shape.is_a else number
    if shape.kind is ItemKind.VAT:
        value = re.sub("[ .]", "", written).upper()
        return value if value[:2].isalpha() else f"{_VAT_STATE.get(len(value), '')}{value}"
    if shape.kind is ItemKind.BANK_ACCOUNT and not shape.is_digits:
        account = written.replace(" ", "").upper()
        # Words behind an account are read with it: its country says how long it is.
        length = data_of("items")["iban"].get(account[:2], 0)
        account = account[:length] if length and account[length:].isalpha() else account
        return account if sum(map(str.isdecimal, plain)) >= 8 else None
    if shape.is_digits:
        return digits
    if shape.kind is ItemKind.WECHAT:
        return written.replace(" ", "")
    return f"{shape.is_a}:{written}" if shape.kind is ItemKind.OTHER_CHANNEL else written


_VAT_STATE = {11: "IT"}
"""The state of a VAT number that is written without it, by its length behind the label; Italy's has eleven digits."""


# --- Telephones ---

Found = tuple[int, int, str]


def _phones(text: str, plain: str, country: str | None) -> Iterator[Found]:
    """Telephones: Chinese mobiles have eleven digits, landlines area and number, those abroad a plus and the code."""
    language = language_of(plain)
    last = 0
    home = country or home_of(plain, language)
    places = [
        *(
            (
                match.start(),
                match.end(),
                f"{match[1]}-{re.sub('[^0-9]', '', match[2])}" if match[1] else re.sub(r"[ ]", "-", match[0]),
            )
            for match in grammar("landline_of_china").finditer(plain)
            if language != "zh"
        ),
        *(
            (match.start(), match.end(), _chinese(match))
            for match in grammar("chinese_phone").finditer(plain)
            if language in ("zh", "") or match[1]
        ),
        *((match.start(), match.end(), _international(match[0])) for match in grammar("phone_abroad").finditer(plain)),
        *(_beside_country(plain)),
        *((*match.span(1), _national(match[1], home)) for match in grammar("said_phone").finditer(plain)),
        *(
            (match.start(), match.end(), _national(match[0], named))
            for match in grammar("phone_without_nought").finditer(plain)
            if (named := named_in(plain)) in WITHOUT_NOUGHT
        ),
        *(
            (match.start(), match.end(), _national(match[0], home))
            for match in grammar("phone_at_home").finditer(plain)
            if home
        ),
    ]
    for start, end, value in sorted(places, key=lambda one: (one[0], -one[1])):
        if value and start >= last:
            last = end
            yield start, end, value


def _beside_country(plain: str) -> Iterator[Found]:
    """The numbers right behind the name of a country, as dialled there."""
    for _, end, country in countries_in(plain):
        match = grammar("dialled").match(plain, end)
        if match is not None:
            yield (*match.span(1), _national(match[1], country))


def _chinese(match: re.Match[str]) -> str:
    if match[1]:
        return "".join(c for c in match[1] if c.isdecimal())
    if match[2]:
        digits = re.sub(r"\D", "", match[3])
        return f"{match[2]}-{digits[:3]}-{digits[3:]}" if len(digits) == 7 else ""
    local = re.sub(r"\D", "", match[5])
    is_from_abroad = not match[4].startswith("0")
    if is_from_abroad and not match[0].startswith(("+", "00")):
        return ""
    return f"{'0' if is_from_abroad else ''}{match[4]}-{local}"


def _international(text: str) -> str:
    digits = re.sub(r"[^0-9+]", "", text.replace("(0)", ""))
    bare = digits.removeprefix("+").removeprefix("00")
    if bare.startswith("86") and MOBILE.fullmatch(bare[2:]):
        return bare[2:]
    return f"+{bare}" if digits.startswith(("+", "00")) else _national(text, None)


def _national(text: str, country: str | None) -> str:
    """A number as dialled in a country, with its code; as written where no country is known."""
    if re.sub(r"\D", "", text) != re.sub(r"[^\d+]", "", text) or text.startswith("00"):
        return _international(text)
    try:
        number = phonenumbers.parse(text, country or "CN")
    except phonenumbers.NumberParseException:
        return ""
    if country is None:
        return re.sub(r"\D", "", text)
    if country in ("BE", "CH") and re.match(r"0[67](?![4-9])" if country == "CH" else "0[67]", text):
        return _national(text, "FR")
    if not phonenumbers.is_possible_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


_SAME = re.compile(
    r"(1[3-9][0-9]{9})[^\w]{0,3}(?:(?:[微薇]\W?[信芯]?|[vw]x?|wechat)[^\w]?(?:同|一样|也是)|(?:同|即|也是)(?:[微薇]\W?[信芯]?|[vw]x?))|"
    r"(?:微[^\w\n]{0,2}[信芯❤]?|[vw][信x]?|wechat)(?:号码?)?(?:同号?|同步|就是|跟)(?:电话|手机|号码|上面?)?"
)


def _same_for_wechat(found: Sequence[Item], plain: str) -> list[Item]:
    """The telephone that is said to be the WeChat id too."""
    has_id = any(one.kind is ItemKind.WECHAT for one in found)
    mobiles = [one for one in found if one.kind is ItemKind.PHONE and MOBILE.fullmatch(one.value)]
    tight = plain
    for one in mobiles:
        tight = tight[: one.start] + one.value.ljust(one.end - one.start) + tight[one.end :]
    return [
        Item(ItemKind.WECHAT, one.value, one.words, one.start, one.end)
        for match in _SAME.finditer(tight)
        for one in mobiles
        if (match[1] == one.value or (not match[1] and not has_id and one is mobiles[0]))
    ]


# --- Countries ---


def country_in(advert: str) -> str | None:
    """The one country of a job that an advert names and the registry knows; None where it names none or several."""
    country = named_in(folded(readable(advert)))
    return country if country in EU_STATES | OUTSIDE else None


# --- Names of companies ---


def _companies(text: str, plain: str, country: str | None) -> Iterator[Found]:
    """Names of companies and bodies: with a legal form or a word of the trade, and those that a company's number follows."""
    last = 0
    places: list[tuple[int, int]] = []
    for match in grammar("chinese_company").finditer(plain):
        start, end = match.span()
        # Words before the name belong to the sentence: "we are attached to ...".
        before = grammar("before_company").match(match[1][:-4])
        start += before.end() if before else 0
        start += _unopened(plain[start:end])
        if end - start >= 4 and not grammar("no_company").search(plain[start:end]):
            places.append((start, end))
    places += [
        match.span(match.lastindex or 0)
        for name in ("short_company", "named_han", "han_house")
        for match in grammar(name).finditer(plain)
    ]
    unread = "".join(BLANK if c == BLANK else own for c, own in zip(plain, text, strict=True))
    for name, written in (
        ("latin_company", unread),
        ("han_latin_company", unread),
        ("form_first", unread),
        ("beside_number", text),
        ("trade_first", unread),
        ("said_name", unread),
        ("opening_name", unread),
        ("trade_behind", unread),
        ("trade_named", unread),
        ("from_city", unread),
        ("labelled_name", unread),
        ("close_to_number", text),
    ):
        pattern = grammar(name)
        for match in pattern.finditer(written):
            start, end = match.span(1 if pattern.groups else 0)
            if name in ("form_first", "beside_number"):
                end = start + len(grammar("tail").sub("", text[start:end]))
            places.append((start, end))
    for start, end in sorted(places, key=lambda place: (place[0], -place[1])):
        if start >= last:
            last = end
            yield start, end, text[start:end].strip()


def _unopened(name: str) -> int:
    """How many characters stand before a name that holds a bracket which was closed and not opened, or opened alone."""
    depth = 0
    for place, character in enumerate(name):
        depth += (character == "(") - (character == ")")
        if depth < 0:
            return place + 1
    return name.rfind("(") + 1 if depth > 0 else 0


# --- What can be checked ---

CHECKED = {
    ItemKind.EMAIL: CheckKind.EMAIL,
    ItemKind.WECHAT: CheckKind.WECHAT,
    ItemKind.QQ: CheckKind.QQ,
    ItemKind.SITE: CheckKind.WEBSITE,
    ItemKind.STAFF_NUMBER: CheckKind.STAFF_NUMBER,
    ItemKind.LICENCE_NUMBER: CheckKind.NUMBER,
    ItemKind.USCC: CheckKind.NUMBER,
    ItemKind.VAT: CheckKind.NUMBER,
    ItemKind.REGISTRATION_NUMBER: CheckKind.NUMBER,
    ItemKind.BANK_ACCOUNT: CheckKind.BANK_ACCOUNT,
    ItemKind.PHONE: CheckKind.PHONE,
    ItemKind.COMPANY: CheckKind.NAME,
}
"""What of an advert can be compared with a record, and as what."""


def picked(advert: str, country: str | None = None) -> tuple[StatedDetail, ...]:
    """Everything in an advert that can be checked, at most five of a kind; `country` is where the job is, if said."""
    return stated_in(items_in(readable(advert), country))


def stated_in(items: Sequence[Item]) -> tuple[StatedDetail, ...]:
    """What can be checked of what was read, as it is written; a telephone in words as digits."""
    found: dict[StatedDetail, None] = {}
    for one in items:
        if one.kind in CHECKED:
            kind = CHECKED[one.kind]
            is_plain = kind in (CheckKind.WECHAT, CheckKind.QQ) or (
                kind is CheckKind.PHONE and any(map(str.isalpha, one.words))
            )
            found[StatedDetail(kind, one.value if is_plain else one.words)] = None
    by_kind = sorted(found, key=lambda stated: list(CheckKind).index(stated.kind))
    return tuple(
        one for place, one in enumerate(by_kind)
        if [other.kind for other in by_kind[:place]].count(one.kind) < MAX_OF_A_KIND
    )  # fmt: skip
