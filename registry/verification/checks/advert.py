"""What can be checked, picked out of a pasted advert.

Every pattern is bounded, so that the time is linear in its length.
"""

import html
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator

import phonenumbers

from registry.register.agencies.identifiers import is_resident_number
from registry.verification.checks.rules import StatedDetail
from registry.vocabulary.checks import CheckKind

MAX_CHARACTERS = 10_000
MAX_OF_A_KIND = 5

_TAG = re.compile(r"<[^<>]{0,2000}>")
# Letters and digits but Han: Chinese is written without spaces, so that a number ends where a character begins.
_W = r"[^\W\u2e80-\u9fff\uf900-\ufaff]"
_HOST = r"[a-z0-9-]{1,63}"
_ENDS = r"\s<>\"'，。；、！\u2e80-\u9fff\uf900-\ufaff"
_EMAIL = re.compile(rf"(?<!{_W})(?<![.+-])(?:{_W}|[.+-]){{1,64}}@(?:{_W}|-){{1,63}}(?:\.(?:{_W}|-){{1,63}}){{1,5}}")
_WEBSITE = re.compile(
    rf"(?i)https?://[^{_ENDS}]{{3,300}}|(?<!{_W})(?<![@.-])(?:www\.)?{_HOST}(?:\.{_HOST}){{0,3}}"
    r"\.(?:com|cn|net|org|eu|info|top|xyz|vip|cc|cz|sk|pl|it|de|at|nl|be|fr|es|pt|ro|hu|hr|si|bg|gr|se|dk|fi|lt|lv|ee|ie|lu|mt|cy)"
    rf"(?![.-]?{_W})(?:/[^{_ENDS}]{{0,200}})?"
)
# WeChat hides adverts that name it: characters that sound or look alike, and signs between them, are written instead.
_LIKE_WEI, _LIKE_XIN = "[微薇威徽嶶溦崴]", "[信芯心亻訫伈馨♥❤]"
_WECHAT_WORD = (
    rf"(?:加?{_LIKE_WEI}[^\w\n]{{0,3}}{_LIKE_XIN}|加?{_LIKE_WEI}|卫星(?=[ ]{{0,2}}(?:[:号]|[a-z]))|"
    rf"(?:加|[+➕])我?[ ]?v|[vw][^\w\n]{{0,3}}{_LIKE_XIN}|we[^\w\n]?chat|wei[^\w\n]?xin|"
    r"(?<![a-z])[vw][^\w\n]{0,2}x(?![a-z])|(?<![a-z])v(?=[ ]{0,2}:))"
)
_WECHAT = re.compile(
    rf"(?i){_WECHAT_WORD}(?:小?[号號]|同[号號]|同|[ ]?id)?[ ]{{0,3}}[:+➕→]?[ ]{{0,3}}"
    rf"((?:wxid_)?[a-z][-_a-z0-9]{{5,25}}|1[3-9][0-9]{{9}})(?!{_W}|-)"
)
_WECHAT_TOO = re.compile(r"(?i)(?<![0-9])(1[3-9][0-9]{9})[^\w]{0,3}(?:微[^\w\s]?信|[vw]x?|微)[^\w]?同")
"""A telephone number that is said to be the WeChat id too."""
_QQ = re.compile(
    r"(?i)(?<![a-z])(?:扣[^\w\n]?扣|企[鹅鵝]|q{1,2})(?:[号號]|[群]|[ ]?id)?[ ]{0,2}[:]?[ ]{0,2}([1-9][0-9]{4,11})(?![0-9])"
)
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_PHONE = re.compile(rf"(?<!{_W})(?<![+.-])(?:\+|00)?\(?[0-9][0-9 ()./-]{{5,20}}[0-9](?!{_W})")
_PHONE_SAID = re.compile(
    r"(?i)(?:[电電][话話]|手[机機]|[联聯][系繫絡络]|座[机機]|tel\.?|t[ée]l(?:[ée]phone)?\.?|telefon|phone)[^\w\n]{0,3}"
    rf"((?:\+|00)?[0-9][0-9 -]{{6,24}}[0-9])(?!{_W})"
)
"""Digits that are said to be a telephone are one, whether or not such a number is in use."""
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}[0-9]{2}(?:[ ]?[A-Z0-9]){11,30}(?![A-Za-z0-9])")
_CARD = re.compile(r"(?<![0-9A-Za-z])[0-9](?:[ -]?[0-9]){15,18}(?![0-9A-Za-z])")
# Behind such words digits are an account, whether or not their check digit is right: it may be mistyped, or made up.
_ACCOUNT = re.compile(
    r"(?:[账帐賬帳][号號户戶]|卡[号號]|[汇匯](?:款|[到至入])|[打转轉](?:[账帐賬帳款]|[到至入])|存[到入])[^0-9\n]{0,12}"
    r"([0-9](?:[ -]?[0-9]){11,20})(?![0-9])"
)
_USCC = re.compile(r"(?<![0-9A-Za-z])[0-9][0-9A-HJ-NPQRTUWXY]{17}(?![0-9A-Za-z])")
_LICENCE = re.compile(
    r"(?i)(?:[许許]可[证證](?:[编編]?[号號]|字)?|[证證][书書]?[编編]?[号號]|"
    r"licen[cs]e[ ]{0,2}(?:no\.?|number|nr\.?)|autorizzazione[ ]{0,2}n\.?|"
    r"(?:licence|autorisation|agr[ée]ment)[ ]{0,2}n(?:°|o?\.|o(?![a-z]))|(?:licen[tțţ]a|autoriza[tțţ]i[ae])[ ]{0,2}nr\.?)"
    r"[ ]{0,3}[码碼为為是]{0,2}[ ]{0,3}[:]?[ ]{0,3}([\u4e00-\u9fff]{0,6}[A-Z0-9][A-Z0-9/.-]{3,40})"
)
_STAFF = re.compile(
    r"(?i)(?:工[号號]|员工编号|staff[ ]?(?:no\.?|number|id))[ ]{0,3}[:]?[ ]{0,3}([A-Z0-9-]{2,20})(?![\w-])"
)
_NAME = re.compile(
    r"[\u4e00-\u9fff()]{3,30}?(?:有限[责責]任公司|股份有限公司|有限公司|集[团團])|"
    r"(?<![\u4e00-\u9fff])(?!招|聘|找|急|诚|正规|办理|出国|海外|境外|专业|我|你|他|她|这|那|本|有)[\u4e00-\u9fff]{2,10}?"
    r"(?:[对對]外[劳勞][务務]|[国國][际際][劳勞][务務]|[劳勞][务務](?:合作|派遣)|人力[资資]源|[国國][际際]合作)公?司?(?![\u4e00-\u9fff])|"
    r"(?:[A-Z][\w&'-]{1,30}[ ]){1,6}(?:s\.r\.o\.|S\.r\.l\.|S\.p\.A\.|GmbH|Ltd\.?|Sp\. z o\.o\.|B\.V\.|a\.s\.|SRL|Kft\.|"
    r"SARL|S\.A\.R\.L\.|SAS|S\.R\.L\.)"
)


def picked(advert: str, country: str | None = None) -> tuple[StatedDetail, ...]:
    """Everything in an advert that can be checked, at most five of a kind; `country` is where the job is, if said.

    A resident's identity number is not picked: it must not be read here.
    """
    text = readable(advert)
    found: dict[StatedDetail, None] = {}
    for kind, pick in _PICKERS:
        count = 0
        stored: list[str] = []
        last = 0
        for begin, end, value in pick(text, country):
            if count == MAX_OF_A_KIND or begin < last:
                continue
            stated = StatedDetail(kind, value)
            count += stated not in found
            found[stated] = None
            # What was taken as one thing is not read again as another, such as a card as a phone.
            stored += [text[last:begin], "\n"]
            last = end
        text = "".join([*stored, text[last:]])
    for stated in _both(readable(advert), found):
        found.setdefault(stated)
    return tuple(sorted(found, key=lambda stated: list(CheckKind).index(stated.kind)))


def _both(text: str, found: Iterable[StatedDetail]) -> list[StatedDetail]:
    """What is a telephone and a WeChat id in one, under the kind that was not read."""
    phones = [
        StatedDetail(CheckKind.PHONE, one.value)
        for one in found
        if one.kind is CheckKind.WECHAT and _MOBILE.fullmatch(one.value)
    ]
    return [*phones, *(StatedDetail(CheckKind.WECHAT, match[1]) for match in _WECHAT_TOO.finditer(text))][
        :MAX_OF_A_KIND
    ]


def readable(advert: str) -> str:
    """The text of an advert without HTML and invisible characters."""
    text = html.unescape(_TAG.sub("\n", advert[:MAX_CHARACTERS]))
    folded = unicodedata.normalize("NFKC", text)[: 2 * MAX_CHARACTERS]
    return "".join(c if c == "\n" or not (c in _UNSEEN or unicodedata.category(c)[0] == "C") else "" for c in folded)


_UNSEEN = "\ufe0e\ufe0f\u20e3"
"""Signs that make a picture of the character before them: a digit in a box is that digit."""


Found = tuple[int, int, str]
Picker = Callable[[str, str | None], Iterator[Found]]


def _by(pattern: re.Pattern[str], is_one: Callable[[str], bool] = lambda text: True) -> Picker:
    def pick(text: str, country: str | None) -> Iterator[Found]:
        for match in pattern.finditer(text):
            value = (match[1] if pattern.groups else match[0]).strip(" .,-/")
            if value and is_one(value):
                yield match.start(), match.end(), value

    return pick


def _phones(text: str, country: str | None) -> Iterator[Found]:
    for match in _PHONE.finditer(text):
        value = match[0].strip(" .-/")
        dialled = f"+{value[2:]}" if value.startswith("00") else value
        if any(_is_valid(dialled, place) for place in ("CN", *((country,) if country else ()))):
            yield match.start(), match.end(), value


def _is_valid(text: str, country: str) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(text, country))
    except phonenumbers.NumberParseException:
        return False


def _is_iban(text: str) -> bool:
    tidy = text.replace(" ", "")
    return int("".join(str(int(c, 36)) for c in tidy[4:] + tidy[:4])) % 97 == 1


def _is_card(text: str) -> bool:
    digits = [int(c) for c in reversed(text) if c.isdigit()]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0 and not is_resident_number("".join(filter(str.isdigit, text)))


_PICKERS: tuple[tuple[CheckKind, Picker], ...] = (
    (CheckKind.EMAIL, _by(_EMAIL)),
    (CheckKind.WECHAT, _by(_WECHAT)),
    (CheckKind.QQ, _by(_QQ)),
    (CheckKind.WEBSITE, _by(_WEBSITE)),
    (CheckKind.STAFF_NUMBER, _by(_STAFF)),
    (CheckKind.NUMBER, _by(_LICENCE, lambda text: any(c.isdigit() for c in text) and not is_resident_number(text))),
    (CheckKind.NUMBER, _by(_USCC, lambda text: not is_resident_number(text))),
    (CheckKind.BANK_ACCOUNT, _by(_IBAN, _is_iban)),
    (CheckKind.BANK_ACCOUNT, _by(_CARD, _is_card)),
    (CheckKind.BANK_ACCOUNT, _by(_ACCOUNT, lambda text: not is_resident_number("".join(filter(str.isdigit, text))))),
    (CheckKind.PHONE, _by(_PHONE_SAID, lambda text: 7 <= sum(map(str.isdigit, text)) <= 15)),
    (CheckKind.PHONE, _phones),
    (CheckKind.NAME, _by(_NAME)),
)
