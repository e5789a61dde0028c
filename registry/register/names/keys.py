"""Keys of the name index: what two spellings of one name still share.

A name has about ten keys. Whatever befalls it - a slip, a swap, a missing half, another script - leaves at least one
whole:

- `word`: each word of its own; of a Chinese word every reading in pinyin, which homophones and pinyin share;
- `pair`: neighbouring words, places and trade words by their meaning in whatever language;
- `all`: all words in alphabetical order;
- `gap`: a Chinese word with its place and one character left out; `traded`: that, with the first word of the trade;
- `part`: a third of the name with its position and the length of the whole. Two slips leave one third untouched, and
  shift it by no more than two (G. Li and others, PASS-JOIN, 2011);
- `own half` and `own third`: the same of its own words alone, a third together with the first word of the trade: a key
  that thousands share does not identify an agency;
- `initials`.
"""

from collections.abc import Iterable, Iterator
from enum import IntEnum
from functools import cache, lru_cache
from itertools import pairwise
from zlib import crc32

from registry.register.names import pinyin
from registry.register.names.dictionary import Kind, Unit
from registry.register.names.spelling import is_chinese, published_spelling, squeezed
from registry.register.names.words import Parted, part_apart


class Evidence(IntEnum):
    """What a shared key tells. Keys that tell of the same count once: a word that is shared shares all its thirds."""

    WORD = 0
    SLIP = 1
    ALL_BUT_A_CHARACTER = 2
    NEIGHBOURS = 3
    WHOLE = 4


_EVIDENCE = {
    "word": Evidence.WORD,
    "own": Evidence.SLIP,
    "gap": Evidence.SLIP,
    "traded": Evidence.ALL_BUT_A_CHARACTER,
    "initials": Evidence.WORD,
    "pair": Evidence.NEIGHBOURS,
    "all": Evidence.WHOLE,
    "part": Evidence.WHOLE,
}

SLIPS = 2
"""Letters wrong, missing or too many, wherever they are, that a whole name survives."""
MAX_WHOLE = 80
"""Letters of a name whose thirds count."""


def keys_of(name: str) -> frozenset[int]:
    """The keys, 32 bit each, under which a published name is found."""
    return frozenset([crc32(key.encode()) for key in _keys(part_apart(*published_spelling(name)))])


def keys_of_readings(readings: Iterable[Parted]) -> dict[int, Evidence]:
    """The keys that lead from what a question was read as to the names it may mean, and what sharing each is evidence of."""
    keys: dict[str, None] = {}
    shifted: dict[tuple[str, str, int], None] = {}
    for reading in readings:
        keys.update(dict.fromkeys(_keys(reading)))
        keys.update(dict.fromkeys(_wider(reading)))
        shifted.update(dict.fromkeys(_shiftable(reading)))
    # Readings that only part the same letters otherwise share these.
    for family, whole, slips in shifted:
        keys.update(dict.fromkeys(_shifted_parts(family, whole, slips)))
    return {crc32(key.encode()): _EVIDENCE[key.partition(" ")[0]] for key in keys}


def _keys(name: Parted) -> list[str]:
    keys: list[str] = []
    own_units = name.own
    for unit in own_units:
        keys += [f"word {spelling}" for spelling in _spellings(unit)]
        if len(unit.text) > 3 and is_chinese(unit.text[0]):
            # Half of a long word is often all that is remembered, or the brand of three characters that it begins with.
            for half in {unit.text[:2], unit.text[:3], unit.text[-2:]}:
                keys.append(f"word {_spellings(Unit(unit.kind, half, half))[0]}")
    units = [unit for unit in name.units if unit.kind is not Kind.LINK]
    has_own_word = name.has_own_word
    for (one, spelled), (other, others) in pairwise([(unit, _spellings(unit)) for unit in units]):
        if not has_own_word or one.kind is Kind.CORE or other.kind is Kind.CORE:
            keys += [_pair(spelling, another) for spelling in spelled for another in others]
    named_place = next((unit for unit in units if unit.kind is Kind.PLACE), None)
    if named_place and has_own_word:
        # A short name often keeps these two and drops what stands between them.
        keys += [_pair(named_place.means, spelling) for spelling in _spellings(own_units[0])]
    has_chinese = name.is_chinese
    if has_chinese:
        for gap in _gaps(units):
            keys += (gap, f"traded {gap} {_trade(name)}")
    elif len(units) > 2:
        keys.append("all " + " ".join(sorted([unit.means for unit in units])))
    keys += _initials(units)
    keys += _parts("part", name.letters, SLIPS)
    if not has_chinese:
        word = "".join([unit.means for unit in own_units])
        keys += _parts("own half", word, 1)
        keys += _parts(f"own third {_trade(name)}", word, SLIPS)
    return keys


def _wider(query: Parted) -> Iterator[str]:
    """Keys of a question alone: words typed apart, a word cut short, initials."""
    own = [unit.means for unit in query.own]
    yield from (f"word {one}{other}" for one, other in pairwise(own))
    if len(own) > 2:
        yield f"word {''.join(own)}"
    if len(query.units) == 1 and len(query.body) <= 16:
        yield f"initials {query.body}"
    place = next((unit.means for unit in query.units if unit.kind is Kind.PLACE), "")
    for unit in query.own:
        if is_chinese(unit.text[0]):
            yield f"gap {place} {unit.text}"
            yield f"traded gap {place} {unit.text} {_trade(query)}"


def _shiftable(query: Parted) -> Iterator[tuple[str, str, int]]:
    """What of a question may be written with slips: the family of its keys, the letters, and how many slips."""
    yield "part", query.letters, SLIPS
    if not query.is_chinese:
        own, trade = [unit.means for unit in query.own], _trade(query)
        # A slip in a trade word makes it look like one of the name's own: so each of these may be all there are.
        for word in dict.fromkeys(("".join(own), *own, *map("".join, pairwise(own)))):
            yield "own half", word, 1
            yield f"own third {trade}", word, SLIPS


def _spellings(unit: Unit) -> tuple[str, ...]:
    if unit.kind is Kind.CORE and not unit.text.isascii() and is_chinese(unit.text[0]):
        return _squeezed_spellings(unit.text) or (unit.text,)
    return (unit.means,)


@lru_cache(1 << 14)
def _squeezed_spellings(word: str) -> tuple[str, ...]:
    return tuple(map(squeezed, pinyin.spellings(word)))


def _pair(one: str, other: str) -> str:
    return f"pair {one} {other}" if one < other else f"pair {other} {one}"


def _gaps(units: list[Unit]) -> Iterator[str]:
    place = next((unit.means for unit in units if unit.kind is Kind.PLACE), "")
    for unit in units:
        if unit.kind is Kind.CORE and is_chinese(unit.text[0]) and 2 <= len(unit.text) <= 6:
            for gap in range(len(unit.text)):
                yield f"gap {place} {unit.text[:gap]}{unit.text[gap + 1 :]}"


def _initials(units: list[Unit]) -> Iterator[str]:
    letters = [u.text[0] if u.text.isascii() or not is_chinese(u.text[0]) else pinyin.initials(u.text) for u in units]
    if sum(map(len, letters)) > 2:
        yield f"initials {''.join(letters)[:16]}"
    if units and is_chinese(units[0].text[0]) and len(units) > 2:
        yield f"initials {''.join(letters[:2])}"


def _trade(name: Parted) -> str:
    return next((unit.means for unit in name.units if unit.kind is Kind.TRADE), "")


def _parts(family: str, whole: str, slips: int) -> list[str]:
    length = min(len(whole), MAX_WHOLE)
    cuts = enumerate(_cuts(length, slips))
    return [f"{family} {length} {place} {whole[start : start + width]}" for place, (start, width) in cuts]


@cache
def _cuts(length: int, slips: int) -> list[tuple[int, int]]:
    """Start and length of each of `slips` + 1 parts, the longer ones last."""
    parts = slips + 1
    short, longer = divmod(length, parts)
    widths = [short] * (parts - longer) + [short + 1] * longer
    starts = [sum(widths[:place]) for place in range(parts)]
    return [(start, width) for start, width in zip(starts, widths, strict=True) if width]


def _shifted_parts(family: str, whole: str, slips: int) -> Iterator[str]:
    """Every part of every name within so many slips that could stand untouched in the question."""
    whole = whole[: MAX_WHOLE + slips]
    for length in range(max(1, len(whole) - slips), min(len(whole) + slips, MAX_WHOLE) + 1):
        longer = len(whole) - length
        for place, (start, width) in enumerate(_cuts(length, slips)):
            # Slips before a part shift it; those that must still follow bound how far (the paper's multi-match-aware
            # rule).
            first = max(start - place, start + longer - (slips - place))
            last = min(start + place, start + longer + (slips - place))
            for begin in range(max(0, first), min(last, len(whole) - width) + 1):
                yield f"{family} {length} {place} {whole[begin : begin + width]}"
