"""The text of an advert as patterns read it, and the patterns: each character in its place, small and simplified."""

import html
import re
import tomllib
import unicodedata
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from babel import Locale

from registry.register.names.spelling import simpler_characters

MAX_CHARACTERS = 10_000

_TAG = re.compile(r"<[^<>]{0,2000}>")
_LISTED = re.compile(
    r"(?<![\u2460-\u2473\u24ea\u24ff\u2776-\u2793零〇○])[\u2460-\u2473](?![\u2460-\u2473\u24ea\u24ff零〇○])"
)
"""A digit in a circle that stands alone is the number of an item in a list."""
_UNSEEN = "\ufe0e\ufe0f\u20e3"
"""Signs that make a picture of the character before them: a digit in a box is that digit."""
BLANK = "\ufffc"
"""Stands in the place of what was read, so that nothing is read twice and places stay the same."""


def readable(advert: str) -> str:
    """The text of an advert without HTML and invisible characters."""
    text = html.unescape(_TAG.sub("\n", advert[:MAX_CHARACTERS]))
    text = _LISTED.sub("\n", text)
    normal = unicodedata.normalize("NFKC", text)[: 2 * MAX_CHARACTERS]
    return "".join(c if c == "\n" or not (c in _UNSEEN or unicodedata.category(c)[0] == "C") else "" for c in normal)


def folded(text: str) -> str:
    """A readable text as patterns read it, each character in its place.

    Small letters without accents, simplified characters, and digits where a telephone number is written in words.
    """
    simple = text.translate(simpler_characters())
    plain = "".join(map(_plain, simple)).translate(_SAME_SIGNS)
    plain = _LEADER.sub(lambda run: ":".ljust(len(run[0])), _LABELLED.sub(r"\1:", plain))
    plain = _LETTER_O.sub(lambda run: run[0].replace("o", "0"), _SPOKEN.sub(_dialled, plain))
    return _SPELLED.sub(_spelled, plain)


def _plain(character: str) -> str:
    if character.isascii():
        return character.lower()
    small = character.lower()
    bare = unicodedata.normalize("NFD", small)[0] if "\u00c0" <= character < "\u0250" else small
    return bare if len(bare) == 1 else character


_LABELLED = re.compile(r"(?m)^((?:\| ?)?[^|\n]{1,60})\|(?=[^|\n]{1,200}\|?$)")
"""The bar between a label and what stands beside it, in a row of two cells."""
_LEADER = re.compile(r"(?<=[\w) ])[.·…]{3,60}(?= [^a-z\n])|(?<= )\.{2,60}(?= )")
"""Points that lead from a label to what stands beside it."""
_SAME_SIGNS = str.maketrans({"’": "'", "‘": "'", "`": "'", "–": "-", "—": "-", "―": "-", "‐": "-", "‑": "-", "−": "-",
                             "：": ":", "﹕": ":", "＠": "@", "【": "[", "】": "]", "ł": "l", "đ": "d"}
                           | dict(zip("⓿❶❷❸❹❺❻❼❽❾➊➋➌➍➎➏➐➑➒", "0123456789123456789", strict=True)))  # fmt: skip
_NUMERALS = "零〇○一二三四五六七八九壹贰叁肆伍陆柒捌玖幺两洞拐勾"
_DIGIT_OF = dict(zip(_NUMERALS, "00012345678912345678912079", strict=True))
_SPOKEN = re.compile(rf"[0-9{_NUMERALS}](?:[ .·、-]{{0,2}}[0-9{_NUMERALS}]){{6,15}}")
_LETTER_O = re.compile(r"(?<![a-z0-9])(?:1[3-9]|[0o+][0-9]|0[o0])(?:[ .-]?[0-9o]){7,11}(?![a-z0-9])")
MOBILE = re.compile(r"1[3-9][0-9]{9}")


@cache
def data_of(name: str) -> Mapping[str, Any]:
    """What a file of data/ states."""
    return tomllib.loads((files(__package__) / f"data/{name}.toml").read_text("utf-8"))


_DIGIT_WORDS = {word: digits for digits, words in data_of("digits")["words"].items() for word in words}
_DIGIT_WORD = "|".join(sorted(_DIGIT_WORDS, key=len, reverse=True))
_TOKEN = f"(?:{_DIGIT_WORD}|[0-9]{{1,4}})"
_SPELLED = re.compile(rf"(?<![a-z0-9.,])\+?{_TOKEN}(?:[ ,.·-]{{1,3}}{_TOKEN}){{2,14}}(?![a-z0-9])")
_MAX_DIGITS = 14
_NOUGHT_FIRST = re.compile(r"[ ,]{1,2}(?:cu|avec|con|with) (?:un )?zero (?:in|devant|davanti|la|inainte|before)")
"""Behind a spelled number: a nought stands before it."""


def _spelled(run: re.Match[str]) -> str:
    """Digits that are spelled, at the place where they begin: what follows keeps its own."""
    parts = re.findall(rf"{_DIGIT_WORD}|[0-9]{{1,4}}", run[0])
    digits = "".join(_DIGIT_WORDS.get(part, part) for part in parts)
    if _NOUGHT_FIRST.match(run.string, run.end()):
        digits = f"0{digits}"
    is_number = 8 <= len(digits) <= min(_MAX_DIGITS, len(run[0])) and sum(part in _DIGIT_WORDS for part in parts) > 1
    plus = "+" if run[0].startswith("+") else ""
    return f"{plus}{digits}".ljust(len(run[0])) if is_number else run[0]


def _dialled(run: re.Match[str]) -> str:
    """A long run of numerals as digits; 一 between groups of digits is a dash that was typed to look like one."""
    without = "".join(c for c in run[0] if c.isdecimal())
    if MOBILE.fullmatch(without):
        return re.sub(f"[{_NUMERALS}]", "-", run[0])
    return "".join(_DIGIT_OF.get(c, c) for c in run[0])


@cache
def grammar(name: str) -> re.Pattern[str]:
    """A pattern of data/grammar.toml."""
    data = data_of("grammar")
    pattern = str(data["pattern"][name]["pattern"])
    # A part may hold parts.
    for _ in range(2):
        pattern = re.sub("<([A-Z_]+)>", lambda match: str(data["part"][match[1]]), pattern)
    return re.compile(pattern)


HAN = re.compile(r"[\u4e00-\u9fff]")
HOME_OF = {"fr": "FR", "it": "IT", "ro": "RO"}
_LANGUAGES = {"fr": "french", "it": "italian", "ro": "romanian", "en": "english"}
_MIN_WORDS = 2


def language_of(plain: str) -> str:
    """The language of a folded text: zh, fr, it, ro or en, by its characters and small words; "" where none tells."""
    if len(HAN.findall(plain)) > len(plain) // 20:
        return "zh"
    counts = {language: len(grammar(name).findall(plain)) for language, name in _LANGUAGES.items()}
    most = max(counts, key=lambda language: counts[language])
    return most if counts[most] >= _MIN_WORDS else ""


# --- Countries ---


@cache
def _places() -> tuple[Mapping[str, str], re.Pattern[str]]:
    """The country of each name, and a pattern that finds them, the longest first: 罗马尼亚 is not 罗马."""
    of_countries = {
        folded(Locale.parse(locale).territories[code]): code
        for locale in ("zh_Hans", "zh_Hant", "zh_Hant_HK", "en_GB", "it", "fr", "ro")
        for code in data_of("places")["name"]
    }
    known = of_countries | {name: code for code, names in data_of("places")["name"].items() for name in names}
    longest = sorted(known, key=len, reverse=True)
    latin = "|".join(re.escape(name) for name in longest if name.isascii())
    # A character of a long Chinese name is at times written in Latin letters, against filters: 斯lo伐克.
    mixed = [
        f"{name[:place]}[a-z]{{1,6}}{name[place + 1 :]}"
        for name in of_countries
        if len(name) >= 3 and HAN.match(name)
        for place in range(len(name))
    ]
    others = "|".join([*(re.escape(name) for name in longest if not name.isascii()), *mixed])
    # Looked at first: most characters begin no name, and need not be compared with each of them.
    first = "".join({name[0] for name in known if not name.isascii()})
    return known, re.compile(f"(?=[a-z{re.escape(first)}])(?:(?<![a-z])(?:{latin})(?![a-z])|{others})")


def _code_of(name: str) -> str:
    known, _ = _places()
    written = re.compile(re.sub("[a-z]{1,6}", ".", name))
    return known[name] if name in known else next(code for one, code in known.items() if written.fullmatch(one))


def countries_in(plain: str) -> list[tuple[int, int, str]]:
    """The countries that a folded text names, by place."""
    _, names = _places()
    return [(match.start(), match.end(), _code_of(match[0])) for match in names.finditer(plain)]


def named_in(plain: str) -> str | None:
    """The one country that a folded text names; None where it names none or several."""
    found = {code for _, _, code in countries_in(plain)}
    return found.pop() if len(found) == 1 else None


WITHOUT_NOUGHT = frozenset({"LU", "MC", "DK", "NO", "ES", "PT", "PL", "CZ", "GR", "MT", "EE", "LV", "IS", "CY", "AD"})
"""Countries in which a number is dialled without a nought before it."""
_SISTERS = {"fr": ("BE", "CH", "LU", "MC"), "it": ("CH", "SM"), "ro": ("MD",)}
"""Countries other than the first in which a language is spoken, by whose rules a text that names one dials."""


def home_of(plain: str, language: str) -> str | None:
    """The country by whose rules a text dials: that which it names if its language is spoken there."""
    named = named_in(plain)
    if named in _SISTERS.get(language, ()):
        return named
    return HOME_OF.get(language) or named or ("GB" if language == "en" else None)
