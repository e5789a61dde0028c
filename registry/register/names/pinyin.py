"""Pinyin of Chinese characters: every reading, since readers choose the wrong one and officials another."""

import re
import unicodedata
from functools import cache, lru_cache
from itertools import product
from math import prod

MAX_SAID = 80
"""Letters of what is read as pinyin: no name has more."""
MAX_READINGS = 8
"""Spellings of one word that are kept. Beyond, one character at a time is read otherwise."""


_TONED = re.compile("[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ]")


@lru_cache(1 << 14)
def readings(character: str) -> tuple[str, ...]:
    """Syllables without tones, the commonest first; empty for what is no Chinese character. `ü` is written `u`."""
    stated = _dictionary().get(ord(character), "")
    return tuple(dict.fromkeys(filter(None, map(_toneless, stated.split(",")))))


@lru_cache(1 << 16)
def spellings(word: str) -> tuple[str, ...]:
    """The word in pinyin without spaces, the commonest reading first, at most `MAX_READINGS`; () if it has none."""
    syllables = [readings(character) for character in word]
    if not all(syllables):
        return ()
    if prod(map(len, syllables)) <= MAX_READINGS:
        return tuple(dict.fromkeys("".join(choice) for choice in product(*syllables)))
    usual = [choices[0] for choices in syllables]
    otherwise = [
        "".join((*usual[:place], syllable, *usual[place + 1 :]))
        for place, choices in enumerate(syllables)
        for syllable in choices[1:]
    ]
    return tuple(dict.fromkeys(("".join(usual), *otherwise)))[:MAX_READINGS]


def usual(word: str) -> tuple[str, ...]:
    """A known word as it is said, and as one says it who reads its characters one by one: chongqing, zhongqing."""
    from pypinyin import lazy_pinyin

    read = "".join(readings(character)[0] for character in word if readings(character))
    return tuple(dict.fromkeys(("".join(map(_toneless, lazy_pinyin(word))), read)))


def initials(word: str) -> str:
    """The first letters of the commonest readings: "hr" for 海润."""
    return "".join(stated[0][0] for stated in map(readings, word) if stated)


def is_pinyin(letters: str) -> bool:
    """Whether the letters, without spaces and at most `MAX_SAID`, can be cut into syllables."""
    if not letters.isascii() or not 0 < len(letters) <= MAX_SAID:
        return False
    known = _syllables()
    ends = {0}
    # No backtracking: a question must not cost more than its length.
    for start in range(len(letters)):
        if start in ends:
            for end in range(start + 1, start + 7):
                if letters[start:end] in known:
                    ends.add(end)
    return len(letters) in ends


def matches_toned(letters: str, word: str) -> bool:
    """Whether pinyin with tone marks holds the word somewhere with a reading of each character in its own tone."""
    starts = set(range(len(letters)))
    for character in word:
        toned = _dictionary().get(ord(character), "").split(",")
        starts = {
            start + len(sound) for start in starts for sound in toned if sound and letters.startswith(sound, start)
        }
    return bool(starts)


def has_tones(letters: str) -> bool:
    return _TONED.search(letters) is not None


def untyped(letters: str) -> str:
    """Pinyin as keyboards and passports write it, in our spelling: "lv" and "lyu" for "lü", tones as digits."""
    return re.sub(r"(?<=[ln])v|(?<=l)yu", "u", re.sub(r"(?<=[a-z])[1-5]", "", letters))


def _toneless(syllable: str) -> str:
    bare = "".join(c for c in unicodedata.normalize("NFD", syllable) if unicodedata.category(c) != "Mn")
    # A few interjections have no vowel; no name is spelled by them.
    return bare if re.search("[aeiou]", bare) else ""


@cache
def _dictionary() -> dict[int, str]:
    # Takes a fifth of a second to load: only a process that meets a Chinese name pays it.
    from pypinyin.pinyin_dict import pinyin_dict

    return dict(pinyin_dict)


@cache
def _syllables() -> frozenset[str]:
    return frozenset(reading for code in range(0x4E00, 0x9FA6) for reading in readings(chr(code)))
