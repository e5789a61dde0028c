"""Reading single values of official lists: text, days, yes and no, scripts. Pure, and quick on the plain case."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from functools import lru_cache

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


def folded(text: str) -> str:
    """The form in which headers and words of value tables are compared: width, case and spaces do not count."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def unaccented(text: str) -> str:
    """Without the marks on Latin letters: headers come with and without them."""
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


YES = frozenset("yes y true 1 x ano tak ja si sì oui vero wahr prawda 是 有 √ ✓ ✔".split())
NO = frozenset("no n false 0 ne nie nee nein non falso falsch fałsz 否 无 無 - –".split())

_YEAR_FIRST = re.compile(r"(\d{4})[-/.] ?(\d{1,2})[-/.] ?(\d{1,2})\.?(?:[T ].*)?")
_CHINESE = re.compile(r"(\d{4}) ?年 ?(\d{1,2}) ?月 ?(\d{1,2}) ?[日号]?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_STATED_FORMS = {
    "d.m.y": re.compile(r"(?P<d>\d{1,2})\. ?(?P<m>\d{1,2})\. ?(?P<y>\d{4})\.?"),
    "d/m/y": re.compile(r"(?P<d>\d{1,2})/(?P<m>\d{1,2})/(?P<y>\d{4})"),
    "d-m-y": re.compile(r"(?P<d>\d{1,2})-(?P<m>\d{1,2})-(?P<y>\d{4})"),
    "m/d/y": re.compile(r"(?P<m>\d{1,2})/(?P<d>\d{1,2})/(?P<y>\d{4})"),
}
DATE_FORMS = frozenset(_STATED_FORMS)
"""Date forms that a mapping may state. Year-first forms need no statement: they can be read in one way only."""

EARLIEST, LATEST = date(1850, 1, 1), date(2199, 12, 31)


@lru_cache(maxsize=100_000)
def day_of(text: str, forms: Sequence[str] = ()) -> date | None:
    """The day that `text` says, None when it says none. Days outside 1850 to 2199 are slips of the keyboard."""
    text = unicodedata.normalize("NFKC", text)
    for pattern in (_YEAR_FIRST, _CHINESE, _COMPACT):
        if match := pattern.fullmatch(text):
            return _day(*match.groups())
    for form in forms:
        if match := _STATED_FORMS[form].fullmatch(text):
            return _day(match["y"], match["m"], match["d"])
    return None


_BETWEEN = re.compile(r"\s*(?:至|到|[—–~～]|\s-\s|(?<=[日号\d])-(?=\d{4}))\s*")
_UNTIL = re.compile(r"(?:有效期)?(?:截?至|到)\s*")


@lru_cache(maxsize=100_000)
def days_of_term(text: str, forms: Sequence[str] = ()) -> tuple[date | None, date] | None:
    """First and last day of a term in one cell, like `2022年3月1日至2027年2月28日` or `至2027-02-28`. None if it is none."""
    text = unicodedata.normalize("NFKC", text).strip()
    if until := _UNTIL.match(text):
        last = day_of(text[until.end() :], forms)
        return (None, last) if last is not None else None
    parts = _BETWEEN.split(text)
    if len(parts) != 2:
        return None
    first, last = (day_of(part.strip(), forms) for part in parts)
    return (first, last) if first is not None and last is not None else None


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
