"""Words that say little of whose name it is - places, the trade's words, legal forms - in every usual language and script."""

import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from enum import IntEnum
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from registry.register.names import pinyin
from registry.register.names.spelling import folded, is_chinese, normalised


class Kind(IntEnum):
    CORE = 0
    PLACE = 1
    TRADE = 2
    LINK = 3


WEIGHTS = {Kind.CORE: 3.0, Kind.PLACE: 1.6, Kind.TRADE: 1.0, Kind.LINK: 0.1}
"""How much a part of a name counts where two names are compared."""


class Unit(NamedTuple):
    """One part of a name. `means` is the same for every language and spelling of a place or trade word."""

    kind: Kind
    means: str
    text: str


MAX_CHINESE = 10
"""Characters of the longest Chinese word that is looked up."""


class Dictionary(NamedTuple):
    """The words of the data files, each folded and without spaces.

    `places` has the lengths of Chinese places by their first character, `ends` those of trade words and legal forms by their
    last, the longest first: most characters of a name's own word neither begin nor end a known one.
    """

    latin: dict[str, Unit]
    chinese: dict[str, Unit]
    forms: dict[str, str]
    leading: dict[str, str]
    places: dict[str, list[int]]
    ends: dict[str, list[int]]
    latin_starts: frozenset[str]
    """All beginnings of the Latin words, whole words too: what starts with none of them need not be put together."""
    leading_starts: frozenset[str]
    form_ends: frozenset[str]
    chinese_ends: frozenset[str]
    """Trade words and legal forms: what may stand at the end of a Chinese name."""


_DIVISIONS = ("市", "省")


@cache
def single_forms() -> list[str]:
    return sorted(form for form in dictionary().forms if form.isascii() and 3 <= len(form) <= 9)


_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})


@cache
def dictionary() -> Dictionary:
    latin: dict[str, Unit] = {}
    chinese: dict[str, Unit] = {}
    for kind, means, spelling in (*_places(), *_trade_words()):
        word = folded(normalised(spelling)).replace(" ", "")
        if not any(map(is_chinese, word)):
            latin.setdefault(word, Unit(kind, means, word))
        elif len(word) > 1:
            chinese.setdefault(word, Unit(kind, means, word))
            # In pinyin, 市 would swallow the first syllable of the name's own word.
            for spelled in pinyin.usual(word) if kind is not Kind.PLACE or word[-1] not in _DIVISIONS else ():
                latin.setdefault(spelled, Unit(kind, means, spelled))
    forms: dict[str, str] = {}
    leading: dict[str, str] = {}
    for form, spelling, leads in _legal_forms():
        word = folded(normalised(spelling)).replace(" ", "")
        spelled_out = folded(normalised(spelling).translate(_UMLAUTS)).replace(" ", "")
        for spelled in (word, spelled_out, *(pinyin.usual(word) if is_chinese(word[0]) else ())):
            forms.setdefault(spelled, form)
            if leads:
                leading.setdefault(spelled, forms[spelled])
    places = _lengths((word for word, unit in chinese.items() if unit.kind is Kind.PLACE), 0)
    chinese_ends = frozenset([*forms, *(word for word, unit in chinese.items() if unit.kind is Kind.TRADE)])
    ends = _lengths(chinese_ends, -1)
    form_ends = frozenset(form[at:] for form in forms for at in range(len(form)))
    starts = _starts(latin), _starts(leading)
    return Dictionary(latin, chinese, forms, leading, places, ends, *starts, form_ends, chinese_ends)


def _lengths(words: Iterable[str], place: int) -> dict[str, list[int]]:
    found: dict[str, set[int]] = defaultdict(set)
    for word in words:
        if 2 <= len(word) <= MAX_CHINESE:
            found[word[place]].add(len(word))
    return {character: sorted(lengths, reverse=True) for character, lengths in found.items()}


def _starts(words: Iterable[str]) -> frozenset[str]:
    return frozenset(word[:length] for word in words for length in range(1, len(word) + 1))


def _data(name: str) -> dict[str, object]:
    return tomllib.loads(files("registry.register.names").joinpath(name).read_text(encoding="utf-8"))


def _places() -> Iterator[tuple[Kind, str, str]]:
    data = _data("places.toml")
    rows = [[place] for place in str(data["china"]).split()]
    also: list[list[str]] = data["also"]  # type: ignore[assignment]
    for row in [*also, *rows]:
        means = pinyin.usual(row[0])[0] if is_chinese(row[0][0]) else folded(normalised(row[0]))
        for spelling in row:
            yield Kind.PLACE, means, spelling
        for suffix in _DIVISIONS:
            yield Kind.PLACE, means, row[0] + suffix


_LINKS = ("and", "of", "firm")


def _trade_words() -> Iterator[tuple[Kind, str, str]]:
    for means, spellings in _data("trade_words.toml").items():
        kind = Kind.LINK if means in _LINKS else Kind.TRADE
        for spelling in spellings:  # type: ignore[attr-defined]
            yield kind, means, spelling


def _legal_forms() -> Iterator[tuple[str, str, bool]]:
    """(what it is, spelling, whether it may lead). A spelling of two countries is what the first says."""
    for forms in _data("legal_forms.toml").values():
        leading = forms.pop("leading", ())  # type: ignore[attr-defined]
        for form, spellings in forms.items():  # type: ignore[attr-defined]
            for spelling in spellings:
                yield form, spelling, False
        for spelling in leading:
            yield "leading", spelling, True
