"""Reading single values of official lists: text, words, days, yes and no, scripts. Pure, and quick on the plain case."""

import re
import tomllib
import unicodedata
from calendar import monthrange
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from enum import Enum
from functools import cache, lru_cache
from importlib.resources import files

from opencc import OpenCC

from registry.log.leaf import clean_text
from registry.vocabulary.register import Script


def tidy(text: str) -> str:
    """As `clean_text`, without its cost where nothing is to be cleaned: most cells of most lists."""
    if text.isprintable() and "  " not in text and (text.isascii() or unicodedata.is_normalized("NFC", text)):
        return text.strip(" ")
    return clean_text(text)


def cut_short(text: str, longest: int) -> str:
    """The beginning of a text, with a sign that there was more."""
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}\N{HORIZONTAL ELLIPSIS}"


_HAN = r"\u3400-\u9fff"
_WITHIN_HAN = re.compile(rf"(?<=[{_HAN}]) (?=[{_HAN}])")


def folded(text: str) -> str:
    """The form in which headers and words of value tables are compared: width, case and spaces do not count.

    Chinese writes no spaces between words: one that a narrow column or a wide one made is taken out.
    """
    text = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    return text if text.isascii() else _WITHIN_HAN.sub("", text)


_BARRED = str.maketrans("łđøħı", "ldohi")


def unaccented(text: str) -> str:
    """Without the marks on Latin letters: headers come with and without them."""
    if text.isascii():
        return text
    text = text.translate(_BARRED)
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


class Topic(Enum):
    """What a word of words.toml says."""

    END = "end"
    KIND = "kind"
    BRANCH = "branch"
    FORMER = "former"


@cache
def words_about(topic: Topic) -> Mapping[str, tuple[str, ...]]:
    """The words of words.toml about a topic, by language."""
    text = (files("registry.register.imports") / "words.toml").read_text(encoding="utf-8")
    return {language: tuple(words) for language, words in tomllib.loads(text)[topic.value].items()}


def word_about(topic: Topic, text: str) -> str | None:
    """The first word in `text` that is about the topic, as it stands there without marks; None if there is none."""
    return _word_about(topic, text) if len(text) <= 200 else _word_about.__wrapped__(topic, text)


@lru_cache(maxsize=50_000)
def _word_about(topic: Topic, text: str) -> str | None:
    match = _pattern_about(topic).search(unaccented(folded(text)))
    return match.group().strip() if match is not None else None


@cache
def _pattern_about(topic: Topic) -> re.Pattern[str]:
    anywhere, words_alone, whole = [], [], []
    for language, words in words_about(topic).items():
        for word in words:
            bare = re.escape(unaccented(folded(word.strip("=-$"))))
            if language == "zh":
                anywhere.append(bare)
            elif word.startswith("="):
                whole.append(bare)
            else:
                words_alone.append(bare + {"-": r"\w*", "$": r"\W*$"}.get(word[-1], r"\b"))
    parts = "|".join(sorted(anywhere, key=len, reverse=True)), "|".join(words_alone), "|".join(whole)
    return re.compile(rf"(?:{parts[0]})|\b(?:{parts[1]})" + (rf"|^(?:{parts[2]})\W*$" if whole else ""))


YES = frozenset("yes y true 1 x ano tak ja si sì oui vero wahr prawda 是 有 √ ✓ ✔".split())
NO = frozenset("no n false 0 ne nie nee nein non falso falsch fałsz 否 无 無 - –".split())

_YEAR_FIRST = re.compile(r"(\d{4})[-/.] ?(\d{1,2})[-/.] ?(\d{1,2})\.?(?:[T ].*)?")
_CHINESE = re.compile(r"(\d{4}) ?年 ?(\d{1,2}) ?月 ?(\d{1,2}) ?[日号]?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_MONTH = re.compile(r"(\d{4})(?: ?年 ?(\d{1,2}) ?月份?|-(\d{2}))(?! ?[-\d])")
_STATED_FORMS = {
    "d.m.y": re.compile(r"(?P<d>\d{1,2})\. ?(?P<m>\d{1,2})\. ?(?P<y>\d{4})\.?"),
    "d/m/y": re.compile(r"(?P<d>\d{1,2})/(?P<m>\d{1,2})/(?P<y>\d{4})"),
    "d-m-y": re.compile(r"(?P<d>\d{1,2})-(?P<m>\d{1,2})-(?P<y>\d{4})"),
    "m/d/y": re.compile(r"(?P<m>\d{1,2})/(?P<d>\d{1,2})/(?P<y>\d{4})"),
}
DATE_FORMS = frozenset(_STATED_FORMS)
"""Date forms that a mapping may state. Year-first forms need no statement: they can be read in one way only."""

EARLIEST, LATEST = date(1850, 1, 1), date(2199, 12, 31)


class Edge(Enum):
    """Which day of a month counts where a list names the month alone (docs/decisions/0169)."""

    FIRST = "first"
    LAST = "last"


@lru_cache(maxsize=100_000)
def day_of(text: str, forms: Sequence[str] = (), of_month: Edge | None = None) -> date | None:
    """The day that `text` says, None when it says none. Days outside 1850 to 2199 are slips of the keyboard.

    A month without a day is a day only with `of_month`.
    """
    text = _in_digits(unicodedata.normalize("NFKC", text))
    for pattern in (_YEAR_FIRST, _CHINESE, _COMPACT):
        if match := pattern.fullmatch(text):
            return _day(*match.groups())
    for form in forms:
        if match := _STATED_FORMS[form].fullmatch(text):
            return _day(match["y"], match["m"], match["d"])
    if of_month is not None and (match := _MONTH.fullmatch(text)):
        first = _day(match[1], match[2] or match[3], "1")
        if first is not None and of_month is Edge.LAST:
            return first.replace(day=monthrange(first.year, first.month)[1])
        return first
    return None


def names_a_month(text: str) -> bool:
    """Whether a month without a day stands in the text."""
    return _MONTH.search(_in_digits(unicodedata.normalize("NFKC", text))) is not None


_HAN_DIGITS = {
    digit: value
    for digits in ("〇一二三四五六七八九", "零壹贰叁肆伍陆柒捌玖", "○")
    for value, digit in enumerate(digits)
}
_HAN_NUMBER = re.compile(rf"[{''.join(_HAN_DIGITS)}十]+(?= ?[年月日号])|元(?=月)")


def _in_digits(text: str) -> str:
    """The text with years, months and days that are written in Chinese numerals in digits: 二〇二四年九月一日."""
    return text if text.isascii() else _HAN_NUMBER.sub(lambda match: _number_of(match.group()), text)


def _number_of(text: str) -> str:
    if text == "元":
        return "1"
    if "十" not in text:
        return "".join(str(_HAN_DIGITS[c]) for c in text)
    tens, _, ones = text.partition("十")
    return str(10 * _HAN_DIGITS.get(tens, 1) + _HAN_DIGITS.get(ones, 0))


_BETWEEN = re.compile(r"\s*(?:至|到|[—–~～]|\s-\s|(?<=[日号月\d])-(?=\d{4}年)|(?<=[日号\d])-(?=\d{4}))\s*")
_UNTIL = re.compile(r"(?:有效期)?(?:截?至|到)\s*")
_FROM = re.compile(r"(?:有效期)?(?:自|从|從)?\s*(?P<day>.*?)\s*(?:之日)?起\s*(?:至|,|，)?\s*(?P<rest>.*)")
_YEARS = re.compile(r"(?:有效期?)?(?:为|為)?\s*(\d{1,2}) ?年(?:有效|内有效)?")
_OPEN = re.compile(r"(?:长期|長期|永久|无固定期限|無固定期限)(?:有效)?")
_ISSUE = re.compile(r"(?:本证|证书)?(?:发证|颁发|颁证|签发|批准|核发|发放)(?:日期)?")
"""The day of issue, which stands in a column of its own."""

Term = tuple[date | None, date | None]
"""First and last day; None where none is set, or where it stands elsewhere."""


@lru_cache(maxsize=100_000)
def days_of_term(text: str, forms: Sequence[str] = (), issued_on: date | None = None) -> Term | None:
    """First and last day of a term in one cell, like `2022年3月1日至2027年2月28日`, `至2027-02-28`, `自2024年9月1日起五年`.

    None if it is none. `issued_on`: the day from which years are counted where the cell names the day of issue alone.
    """
    text = _in_digits(unicodedata.normalize("NFKC", text).strip())
    if _OPEN.fullmatch(text):
        return None, None
    if until := _UNTIL.match(text):
        return _until(None, text[until.end() :], forms)
    parts = _BETWEEN.split(text)
    if len(parts) == 2:
        first = day_of(re.sub(r"^(?:自|从|從)|起$", "", parts[0]).strip(), forms, Edge.LAST)
        return _until(first, parts[1].strip(), forms) if first is not None else None
    if match := _FROM.fullmatch(text):
        return _counted(match["day"], match["rest"], forms, issued_on)
    if (years := _YEARS.fullmatch(text)) and issued_on is not None:
        return issued_on, _years_later(issued_on, int(years[1]))
    return None


def _until(first: date | None, text: str, forms: Sequence[str]) -> Term | None:
    if _OPEN.fullmatch(text):
        return first, None
    last = day_of(text, forms, Edge.FIRST)
    return (first, last) if last is not None else None


def _counted(day: str, rest: str, forms: Sequence[str], issued_on: date | None) -> Term | None:
    """A term that begins on a day and lasts for years. Where only a month is named, its years end as early as they can."""
    is_issue = _ISSUE.fullmatch(day) is not None
    first = issued_on if is_issue else day_of(day, forms, Edge.LAST)
    begins = issued_on if is_issue else day_of(day, forms, Edge.FIRST)
    if first is None or begins is None:
        return None
    if years := _YEARS.fullmatch(rest):
        return first, _years_later(begins, int(years[1]))
    return _until(first, rest, forms)


def _years_later(first: date, years: int) -> date:
    """The last day of a term of whole years."""
    try:
        return first.replace(year=first.year + years) - timedelta(days=1)
    except ValueError:
        return date(first.year + years, 2, 28)


def _day(year: str, month: str, day: str) -> date | None:
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        return None
    return found if EARLIEST <= found <= LATEST else None


_EXPONENT = re.compile(r"\d[.,]\d+E\+?\d+", re.IGNORECASE)


def is_rounded(text: str) -> bool:
    """`1.23457E+11`: a long number as a spreadsheet shows it, its last digits gone."""
    return _EXPONENT.fullmatch(text) is not None


def plain_digits(text: str) -> str:
    """NFKC without spaces and dashes, upper case; `12345678.0` is a number that passed through a spreadsheet."""
    if text.isascii() and text.isalnum():
        return text.upper()
    text = unicodedata.normalize("NFKC", text).upper()
    text = re.sub(r"[\s\u2010-\u2015\u2212-]", "", text)
    return text[:-2] if re.fullmatch(r"\d+\.0", text) else text


_to_simplified = OpenCC("t2s").convert
_to_traditional = OpenCC("s2t").convert


def script_of(text: str, country: str) -> Script:
    """The script a name is written in, the first that tells: Han before others, for Chinese names hold Latin initials.

    A Han text that both orthographies write alike follows the country's use.
    """
    if text.isascii() or max(text) < "\u0370":
        return Script.LATN if text[:1].isalpha() or any(c.isalpha() for c in text) else Script.ZYYY
    if any("\u3400" <= c <= "\u9fff" or "\U00020000" <= c <= "\U0003ffff" or "\uf900" <= c <= "\ufaff" for c in text):
        is_traditional, is_simplified = _to_simplified(text) != text, _to_traditional(text) != text
        if is_traditional and not is_simplified:
            return Script.HANT
        if is_simplified:
            return Script.HANS
        return Script.HANT if country in ("HK", "MO", "TW") else Script.HANS
    for first, last, script in (("\u0400", "\u052f", Script.CYRL), ("\u0370", "\u03ff", Script.GREK)):
        if any(first <= c <= last for c in text) or (
            script is Script.GREK and any("\u1f00" <= c <= "\u1fff" for c in text)
        ):
            return script
    return Script.LATN if any(unicodedata.name(c, "").startswith("LATIN") for c in text) else Script.ZYYY
